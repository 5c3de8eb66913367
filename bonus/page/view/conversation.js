/** La conversation que l'on regarde : où l'on en est, et ce qui la fait défiler. */

import { counted, find, icon } from "./dom.js";

/** @import { Room } from "./rooms.js" */

const NEAR = 600; // px du haut : la page d'avant se demande avant qu'on y soit
const SLACK = 4; // px : en bas, aux arrondis près

export class Conversation {
  following = true; // le bas : ce qui arrive se voit
  /** @type {Room | null} */
  #room = null;
  #top = 0;
  #scroller = find("conversation", HTMLElement);
  #below = find("below", HTMLButtonElement);
  // Une image chargée, un clavier qui s'ouvre : en bas, on y reste.
  #sizes = new ResizeObserver(() => this.settle());
  /** @type {WeakMap<Room, number>} */
  #places = new WeakMap();

  /**
   * @param {object} actions
   * @param {() => void} actions.onTop on approche du haut
   * @param {() => void} actions.onEnd on est revenu en bas
   * @param {(pseudo: string) => void} actions.onPseudo on a choisi quelqu'un
   */
  constructor({ onTop, onEnd, onPseudo }) {
    this.onTop = onTop;
    this.onEnd = onEnd;
    this.#scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    this.#below.addEventListener("click", () => this.toEnd());
    this.#scroller.addEventListener("click", ({ target }) => {
      const author = target instanceof Element && target.closest(".author, .to, .row > .face");
      const row = author && author.closest(".row");
      if (row instanceof HTMLElement && row.dataset.pseudo) onPseudo(row.dataset.pseudo);
    });
  }

  get nearTop() {
    return this.#scroller.scrollTop < NEAR;
  }

  show(/** @type {Room} */ room) {
    if (this.#room && this.#room !== room) {
      if (this.following) this.#places.delete(this.#room);
      else this.#places.set(this.#room, this.#scroller.scrollTop);
    }
    const place = this.#places.get(room);
    this.#room = room;
    this.following = place === undefined;
    this.#sizes.disconnect();
    this.#scroller.replaceChildren(room.log.element);
    this.#sizes.observe(this.#scroller);
    this.#sizes.observe(room.log.element);
    if (place !== undefined) this.#scroller.scrollTop = place;
    this.settle();
  }

  /** Après un changement : reste en bas si l'on y était. */
  settle() {
    if (this.following) this.#scroller.scrollTop = this.#scroller.scrollHeight;
    this.#top = this.#scroller.scrollTop;
    this.#below.hidden = this.following;
  }

  count(/** @type {number} */ unread) {
    const news = counted(unread, "nouveau message", "nouveaux messages");
    const text = unread ? news : "Revenir en bas";
    this.#below.classList.toggle("fresh", unread > 0);
    this.#below.replaceChildren(text, icon("down"));
  }

  toEnd() {
    const was = this.following;
    this.following = true;
    this.settle();
    if (!was) this.onEnd();
  }

  /** Ajoute au-dessus sans que bouge ce qu'on lit. */
  anchored(/** @type {Room} */ room, /** @type {() => void} */ insert) {
    const scroller = this.#scroller;
    const fromEnd = scroller.scrollHeight - scroller.scrollTop;
    insert();
    if (room === this.#room) scroller.scrollTop = scroller.scrollHeight - fromEnd;
    this.settle();
  }

  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
    const was = this.following;
    const atEnd = scrollHeight - scrollTop - clientHeight < SLACK;
    // Sans remonter, on ne cesse pas de suivre : ce qui s'ajoute éloigne le bas un instant.
    this.following = atEnd || (was && scrollTop >= this.#top);
    this.#top = scrollTop;
    this.#below.hidden = this.following;
    if (this.following && !was) this.onEnd();
    if (this.nearTop) this.onTop();
  }
}
