/** De part et d'autre de la conversation : les salons, et qui est là. */

import { neutral } from "../protocol/text.js";
import { counted, find, icon, initial, make, paint } from "./dom.js";

/** @import { RoomSummary } from "../protocol/documents.js" */
/** @import { Room, Rooms } from "./rooms.js" */

const ORDER = new Intl.Collator("fr");
const SHOWN = 200; // personnes ; les autres sont comptées

/** Ouverts par un bouton quand l'écran est étroit. */
export class Drawers {
  #drawers = [find("rooms", HTMLElement), find("people", HTMLElement)];

  constructor() {
    // Ouvert, un tiroir resterait par-dessus la colonne qu'il devient.
    matchMedia("(width >= 900px)").addEventListener("change", () => this.close());
    for (const drawer of this.#drawers) {
      drawer.addEventListener("toggle", () => {
        if (!drawer.matches(":popover-open")) return;
        const first = drawer.querySelector("[aria-current]") ?? drawer.querySelector("button");
        if (first instanceof HTMLElement) first.focus();
      });
    }
  }

  close() {
    for (const drawer of this.#drawers) drawer.hidePopover();
  }
}

export class RoomList {
  #list = find("room-list", HTMLElement);
  #others = find("others", HTMLElement);
  #otherList = find("other-list", HTMLElement);
  #elsewhere = find("elsewhere", HTMLElement);

  /**
   * @param {(name: string) => void} onRoom
   * @param {(name: string) => void} onLeave
   */
  constructor(onRoom, onLeave) {
    this.onRoom = onRoom;
    this.onLeave = onLeave;
  }

  show(/** @type {Rooms} */ rooms) {
    fill(this.#list, [...rooms].map((room) => this.#joined(room, room === rooms.current)));
    fill(this.#otherList, rooms.others.map((summary) => this.#other(summary)));
    this.#others.hidden = !rooms.others.length;
    const elsewhere = [...rooms].some((room) => room.unread && room !== rooms.current);
    this.#elsewhere.hidden = !elsewhere;
  }

  #joined(/** @type {Room} */ room, /** @type {boolean} */ current) {
    const button = choice(room.title, () => this.onRoom(room.name));
    button.dataset.key = `in ${room.name}`;
    if (current) button.ariaCurrent = "true";
    if (room.unread) {
      const unread = make("span", { className: "hidden" }, ` non lu${room.unread > 1 ? "s" : ""}`);
      button.classList.add("unread");
      button.append(make("span", { className: "badge" }, room.unread.toLocaleString("fr"), unread));
    }
    const item = make("li", {}, button);
    if (!room.private) {
      const leave = make("button", { type: "button", className: "icon close" }, icon("close"));
      leave.ariaLabel = leave.title = `Quitter ${room.title}`;
      leave.dataset.key = `out ${room.name}`;
      leave.addEventListener("click", () => this.onLeave(room.name));
      item.append(leave);
    }
    return item;
  }

  /** @param {RoomSummary} summary */
  #other({ name, count }) {
    const button = choice(neutral(name), () => this.onRoom(name));
    const people = make("span", { className: "hidden" }, count > 1 ? " personnes" : " personne");
    button.append(make("span", { className: "count" }, count.toLocaleString("fr"), people));
    button.dataset.key = `to ${name}`;
    return make("li", {}, button);
  }
}

export class People {
  #title = find("people-title", HTMLElement);
  #list = find("people-list", HTMLElement);
  #more = find("people-more", HTMLElement);
  #count = find("people-count", HTMLElement);

  /**
   * @param {(pseudo: string) => void} onPseudo
   * @param {Map<string, number>} colours de chacun
   */
  constructor(onPseudo, colours) {
    this.onPseudo = onPseudo;
    this.colours = colours;
  }

  /**
   * @param {Room} room
   * @param {Iterable<string>} people à qui l'on peut y écrire
   * @param {{ pseudo: string, colour: number }} me
   */
  show(room, people, me) {
    this.colours.set(me.pseudo, me.colour);
    const names = [...people].sort(ORDER.compare);
    fill(this.#list, names.slice(0, SHOWN).map((name) => this.#person(name, name === me.pseudo)));
    const count = room.private ? names.length : Math.max(room.count, names.length);
    this.#title.textContent = room.private ? "Écrire à" : `Là · ${count}`;
    this.#count.textContent = String(count);
    const hidden = count - Math.min(names.length, SHOWN);
    this.#more.textContent = hidden > 0 ? `et ${counted(hidden, "autre")}` : "";
  }

  #person(/** @type {string} */ name, /** @type {boolean} */ me) {
    const face = make("span", { className: "face", ariaHidden: "true" }, initial(name));
    const button = choice(neutral(name), () => this.onPseudo(name));
    const colour = this.colours.get(name);
    if (colour !== undefined) paint(face, colour);
    button.dataset.key = name;
    button.prepend(face);
    if (me) {
      button.append(make("span", { className: "count" }, "vous"));
      button.disabled = true;
    } else {
      button.title = `Écrire en privé à ${neutral(name)}`;
    }
    return make("li", {}, button);
  }
}

function choice(/** @type {string} */ name, /** @type {() => void} */ action) {
  const label = make("span", { className: "name" }, name);
  const button = make("button", { type: "button", className: "choice" }, label);
  button.addEventListener("click", action);
  return button;
}

/** Change ce que contient la liste ; qui avait le clavier le garde. */
function fill(/** @type {HTMLElement} */ list, /** @type {HTMLElement[]} */ items) {
  const active = document.activeElement;
  const key = active instanceof HTMLElement && list.contains(active) ? active.dataset.key : "";
  items.forEach((item, place) => {
    const old = list.children[place];
    if (!old) list.append(item);
    // Pareil, il reste : un clic commencé avant le changement n'est pas perdu.
    else if (!old.isEqualNode(item)) old.replaceWith(item);
  });
  while (list.childElementCount > items.length) list.lastElementChild?.remove();
  if (!key || list.contains(document.activeElement)) return;
  const again = list.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (again instanceof HTMLElement) again.focus();
}
