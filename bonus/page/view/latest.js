/** Les derniers messages de chaque salon : ceux que /delete peut retirer. */

import { fold, neutral } from "../protocol/text.js";
import { UsageError } from "./commands.js";

/** @import { Event } from "../core/events.js" */
/** @typedef {{ seq: number, pseudo: string, mine: boolean }} Trace */

const KEPT = 500; // par salon

export class Latest {
  /** @type {Map<string, Trace[]>} par nom replié */
  #rooms = new Map();

  learn(/** @type {Event} */ event) {
    if (event.type === "spoke" && event.message.kind !== "Absent") {
      const { seq, pseudo } = event.message;
      const trace = { seq, pseudo: fold(pseudo), mine: event.mine };
      this.#put(event.room, [...this.#of(event.room), trace].slice(-KEPT));
    } else if (event.type === "acted" && event.message.act === "delete") {
      const { target } = event.message;
      this.#put(event.room, this.#of(event.room).filter(({ seq }) => seq !== target));
    }
  }

  /**
   * Le numéro du dernier message de cette personne, ou de nous. UsageError s'il n'y en a pas.
   *
   * @param {string} room
   * @param {string} [pseudo]
   */
  last(room, pseudo = "") {
    const found = this.#of(room).findLast((trace) =>
      pseudo ? trace.pseudo === fold(pseudo) : trace.mine);
    if (found) return found.seq;
    const whose = pseudo ? `de ${neutral(pseudo)}` : "à vous";
    throw new UsageError(`Il n'y a pas de message ${whose} à retirer ici.`);
  }

  #of(/** @type {string} */ room) {
    return this.#rooms.get(fold(room)) ?? [];
  }

  #put(/** @type {string} */ room, /** @type {Trace[]} */ traces) {
    this.#rooms.set(fold(room), traces);
  }
}
