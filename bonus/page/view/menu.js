/** Ce qu'on peut faire d'un message : un bouton sur celui qu'on désigne, et son menu. */

import { find, icon, make } from "./dom.js";

/** @typedef {{ label: string, act: () => void }} Action */
/** @typedef {{ seq: number, pseudo: string, mine: boolean }} Target */

const GAP = 4; // px entre le bouton et son menu, et au bord de l'écran

export class Menu {
  #scroller = find("conversation", HTMLElement);
  #menu = find("actions", HTMLElement);
  #button = make("button", { type: "button", className: "icon more" }, icon("more"));

  /** @param {(target: Target) => Action[]} actions ce que permet un message */
  constructor(actions) {
    this.actions = actions;
    this.#button.ariaLabel = this.#button.title = "Actions sur ce message";
    this.#button.setAttribute("aria-haspopup", "menu");
    this.#button.addEventListener("click", () => this.#open());
    for (const kind of ["pointerover", "pointerdown"]) {
      this.#scroller.addEventListener(kind, ({ target }) => {
        if (target instanceof Element && !this.#isOpen) this.#place(target.closest(".row"));
      });
    }
    this.#scroller.addEventListener("scroll", () => this.#menu.hidePopover(), { passive: true });
    this.#scroller.addEventListener("keydown", (event) => this.#key(event));
    this.#menu.addEventListener("keydown", (event) => this.#walk(event));
    this.#menu.addEventListener("toggle", () => {
      this.#button.ariaExpanded = String(this.#isOpen);
    });
  }

  get #isOpen() {
    return this.#menu.matches(":popover-open");
  }

  /** Le bouton va sur ce message, si l'on peut quelque chose de lui. */
  #place(/** @type {Element | null} */ row) {
    if (!(row instanceof HTMLElement) || !row.dataset.seq) return false;
    if (this.#button.parentElement !== row) row.append(this.#button);
    return true;
  }

  /** @returns {Target | null} */
  get #target() {
    const row = this.#button.closest(".row");
    if (!(row instanceof HTMLElement)) return null;
    const { seq, pseudo = "" } = row.dataset;
    return { seq: Number(seq), pseudo, mine: row.classList.contains("mine") };
  }

  #open() {
    const target = this.#target;
    if (!target) return;
    this.#menu.replaceChildren(...this.actions(target).map(({ label, act }) => {
      const item = make("button", { type: "button", className: "choice" }, label);
      item.role = "menuitem";
      item.addEventListener("click", () => {
        this.#menu.hidePopover();
        act();
      });
      return item;
    }));
    this.#menu.showPopover();
    const { right, bottom, top } = this.#button.getBoundingClientRect();
    const { width, height } = this.#menu.getBoundingClientRect();
    const below = bottom + GAP + height <= innerHeight;
    const place = {
      left: `${Math.max(GAP, right - width)}px`,
      top: `${below ? bottom + GAP : Math.max(GAP, top - GAP - height)}px`,
    };
    for (const [name, value] of Object.entries(place)) this.#menu.style.setProperty(name, value);
    const [first] = this.#menu.children;
    if (first instanceof HTMLElement) first.focus();
  }

  /** Au clavier : Entrée, dans la conversation, désigne le dernier message ; ↑ et ↓, les autres. */
  #key(/** @type {KeyboardEvent} */ event) {
    const here = document.activeElement === this.#button;
    const rows = [...this.#scroller.querySelectorAll(".row[data-seq]")];
    const at = here ? rows.indexOf(/** @type {Element} */ (this.#button.parentElement)) : rows.length;
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key] ?? 0;
    const entering = !here && event.target === this.#scroller && event.key === "Enter";
    if (!entering && !(here && step)) return;
    const row = rows[entering ? rows.length - 1 : at + step] ?? null;
    if (!this.#place(row)) return;
    event.preventDefault();
    this.#button.focus();
    row?.scrollIntoView({ block: "nearest" });
  }

  #walk(/** @type {KeyboardEvent} */ event) {
    const items = [...this.#menu.children];
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key] ?? 0;
    if (!step) return;
    event.preventDefault();
    const at = items.indexOf(/** @type {Element} */ (document.activeElement));
    const next = items[(at + step + items.length) % items.length];
    if (next instanceof HTMLElement) next.focus();
  }
}
