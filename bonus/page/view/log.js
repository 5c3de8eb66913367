/** Ce qui s'est dit dans un salon : messages, jours, non lus ; et ce qui attend d'y être dit. */

import { button, make, typeset } from "./dom.js";
import { noticeRow, pendingRow, removedRow } from "./row.js";

/** @import { Post } from "../core/outbox.js" */
/** @import { Row } from "./row.js" */

const KEPT = 8000; // lignes d'un salon
const TRIMMED = 1000; // oubliées d'un coup quand il y en a trop
const PAUSE = 600_000; // ms : au-delà, le même auteur est nommé de nouveau

export class Log {
  #start = make("p", { className: "start" });
  #list = make("div");
  #pending = make("div");
  element = make("div", { className: "log" }, this.#start, this.#list, this.#pending);
  /** @type {Row[]} */
  #rows = [];
  /** @type {Map<Post, ReturnType<typeof pendingRow>>} */
  #posts = new Map();
  #line = make("p", { className: "unread-line", role: "separator" }, "Nouveaux messages");
  /** @type {WeakMap<Row, Element>} */
  #days = new WeakMap();

  constructor() {
    this.#line.ariaLabel = "Nouveaux messages";
  }

  /** @param {string} text ce qui se lit tout en haut */
  set start(text) {
    this.#start.textContent = text;
  }

  /**
   * @param {Row} row
   * @param {boolean} unread le premier que l'on n'a pas lu
   */
  add(row, unread) {
    if (unread) this.#list.append(this.#line);
    this.#list.append(row.element);
    this.#dress(row, this.#rows.at(-1));
    this.#rows.push(row);
  }

  prepend(/** @type {Row[]} */ rows) {
    this.#list.prepend(...rows.map(({ element }) => element));
    const [next] = this.#rows;
    rows.forEach((row, place) => this.#dress(row, rows[place - 1]));
    if (next) this.#dress(next, rows.at(-1));
    this.#rows.unshift(...rows);
  }

  /** Oublie le début, s'il est devenu trop long ; dit si c'est le cas. */
  trim() {
    const list = this.#list;
    if (list.childElementCount <= KEPT + TRIMMED) return false;
    const range = document.createRange();
    range.setStart(list, 0);
    range.setEnd(list, TRIMMED);
    range.deleteContents();
    this.#rows = this.#rows.filter(({ element }) => element.parentNode);
    const [first] = this.#rows;
    if (first) this.#dress(first, undefined);
    return true;
  }

  /** Ce message n'est plus là : une ligne le dit à sa place. */
  remove(/** @type {number} */ seq, /** @type {string} */ by) {
    const place = this.#rows.findIndex(({ element }) => element.dataset.seq === String(seq));
    const row = this.#rows[place];
    if (!row) return;
    const gone = removedRow(row, seq, by);
    row.element.replaceWith(gone.element);
    this.#days.get(row)?.remove();
    this.#rows[place] = gone;
    this.#dress(gone, this.#rows[place - 1]);
    const next = this.#rows[place + 1];
    if (next) this.#dress(next, gone);
  }

  note(/** @type {string} */ text) {
    this.#list.append(noticeRow(text));
  }

  clearMark() {
    this.#line.remove();
  }

  /** Met le jour devant ce message, si c'en est un autre, et l'auteur, si ce n'est pas le même. */
  #dress(/** @type {Row} */ row, /** @type {Row | undefined} */ previous) {
    this.#days.get(row)?.remove();
    row.day ||= previous?.day ?? ""; // on ne sait pas toujours de quel jour il était
    if (row.day !== previous?.day) {
      const heading = make("h2", { className: "day" }, row.day);
      this.#days.set(row, heading);
      const before = row.element.previousElementSibling === this.#line ? this.#line : row.element;
      before.before(heading);
    }
    const follows = previous?.voice === row.voice
      && row.time - previous.time < PAUSE
      && row.element.previousElementSibling === previous.element;
    row.element.classList.toggle("follows", follows);
  }

  // Ce que nous disons

  pend(/** @type {Post} */ post, /** @type {{ pseudo: string, colour: number }} */ me) {
    const row = pendingRow(post, me);
    this.#posts.set(post, row);
    this.#pending.append(row.element);
  }

  /** Les textes qui ne sont pas partis, et ne le feront pas d'eux-mêmes dans une autre page. */
  get unsent() {
    const posts = [...this.#posts].filter(([post, { element }]) =>
      !post.image && (!post.nonce || element.matches(".failed")));
    return posts.map(([{ text }]) => text);
  }

  settle(/** @type {Post} */ post) {
    this.#posts.get(post)?.element.remove();
    this.#posts.delete(post);
  }

  /**
   * @param {Post} post
   * @param {string} reason
   * @param {(post: Post) => void} retake
   */
  fail(post, reason, retake) {
    const row = this.#posts.get(post);
    if (!row) return;
    row.element.classList.replace("pending", "failed");
    const done = () => this.settle(post);
    row.state.replaceChildren(
      typeset(`Pas envoyé : ${reason}`),
      button("Reprendre", () => (done(), retake(post))),
      button("Oublier", done),
    );
  }
}
