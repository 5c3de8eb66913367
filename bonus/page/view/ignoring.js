/** Ceux qu'on ne veut plus lire : ce qu'ils disent n'est pas montré, et eux n'en savent rien. */

import { fold, neutral } from "../protocol/text.js";
import { UsageError } from "./commands.js";

/** @import { Event } from "../core/events.js" */

const KEY = "chat:ignored";
const MOST = 1000; // personnes ; au-delà, ce n'est plus le chat qu'il faut lire

/** Par pseudo, puis par numéro dès qu'on le connaît : changer de pseudo n'y change rien. */
export class Ignored {
  /** @type {Map<string, number>} */
  #names = recall();

  [Symbol.iterator]() {
    return this.#names.keys();
  }

  has(/** @type {string} */ pseudo) {
    return [...this].some((name) => fold(name) === fold(pseudo));
  }

  add(/** @type {string} */ pseudo) {
    if (this.#names.size >= MOST) throw new UsageError(`Vous ignorez déjà ${MOST} personnes.`);
    if (!this.has(pseudo)) this.#names.set(pseudo, 0);
    this.#keep();
  }

  remove(/** @type {string} */ pseudo) {
    if (!this.has(pseudo)) throw new UsageError(`Vous n'ignorez pas ${neutral(pseudo)}.`);
    for (const name of [...this]) if (fold(name) === fold(pseudo)) this.#names.delete(name);
    this.#keep();
  }

  /**
   * Cet événement, sans ce qu'ils disent ; null s'il n'en reste rien.
   *
   * @param {Event} event
   * @returns {Event | null}
   */
  sifted(event) {
    if (!this.#names.size) return event;
    if (event.type === "page") {
      return { ...event, messages: event.messages.filter((message) => !this.#hides(message)) };
    }
    const invitation = event.type === "acted" && event.message.act === "invite";
    const said = event.type === "spoke" || invitation;
    return said && !event.mine && this.#hides(event.message) ? null : event;
  }

  /** @param {{ person: number, pseudo: string }} message */
  #hides({ person, pseudo }) {
    if (person && [...this.#names.values()].includes(person)) return true;
    const found = [...this.#names].find(([name, number]) => !number && fold(name) === fold(pseudo));
    if (!found) return false;
    this.#names.set(found[0], person);
    this.#keep();
    return true;
  }

  #keep() {
    try {
      localStorage.setItem(KEY, JSON.stringify([...this.#names]));
    } catch {
      // Ils seront ignorés jusqu'à ce que la page se ferme.
    }
  }
}

/** @returns {Map<string, number>} */
function recall() {
  try {
    /** @type {[string, number][]} */
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return new Map(kept.map(([name, number]) => [String(name), Number(number)]));
  } catch {
    return new Map();
  }
}
