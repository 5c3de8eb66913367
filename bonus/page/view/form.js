/** L'entrée : un pseudo, un salon, et pourquoi l'un ou l'autre ne convient pas. */

import { checkedName } from "../core/checks.js";
import { find, typeset } from "./dom.js";

/** @import { Limits } from "../protocol/limits.js" */
/** @typedef {"pseudo" | "room" | "code" | "entry"} Part */

const WHAT = { pseudo: "Pseudo", room: "Nom de salon" };

export class EntryForm {
  #screen = find("entry", HTMLElement);
  #enter = find("enter", HTMLButtonElement);
  pseudo = find("pseudo", HTMLInputElement);
  room = find("room", HTMLInputElement);
  code = find("code", HTMLInputElement);
  #codeField = find("code-field", HTMLElement);

  constructor(/** @type {() => void} */ onEnter) {
    find("entry-form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      this.clear();
      onEnter();
    });
    for (const input of [this.pseudo, this.room, this.code]) {
      input.addEventListener("input", () => this.clear());
    }
  }

  set busy(/** @type {boolean} */ busy) {
    this.#enter.disabled = busy;
    this.#enter.textContent = busy ? "Connexion…" : "Entrer";
  }

  show() {
    this.busy = false;
    this.#screen.hidden = false;
    (this.pseudo.value ? this.room : this.pseudo).focus();
  }

  hide() {
    this.#screen.hidden = true;
  }

  clear() {
    for (const part of /** @type {const} */ (["pseudo", "room", "code", "entry"])) this.complain(part, "");
  }

  /** Dit ce qui ne va pas, là où cela se corrige ; ce qui est tapé reste. */
  complain(/** @type {Part} */ part, /** @type {string} */ text) {
    find(`${part}-problem`, HTMLElement).textContent = typeset(text);
    if (part === "entry") return;
    if (part === "code" && text) this.#codeField.hidden = false; // on ne le demande qu'alors
    this[part].ariaInvalid = String(Boolean(text));
    if (text) this[part].focus();
  }

  /** Le pseudo et le salon, s'ils conviennent, et le mot de passe. */
  read(/** @type {Limits} */ limits) {
    const room = this.#cleaned("room", limits.room);
    const pseudo = this.#cleaned("pseudo", limits.pseudo);
    return pseudo && room && { pseudo, room, code: this.code.value };
  }

  /**
   * @param {"pseudo" | "room"} part
   * @param {number} limit caractères
   */
  #cleaned(part, limit) {
    try {
      return checkedName(WHAT[part], this[part].value, limit);
    } catch (why) {
      this.complain(part, /** @type {Error} */ (why).message);
      return "";
    }
  }
}
