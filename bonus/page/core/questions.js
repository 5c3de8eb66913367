/**
 * Ce qu'on a demandé, dans l'ordre : le serveur répond à chaque demande, la plus ancienne d'abord.
 *
 * Une image à la fois : sur une liaison lente, ce qui se dit passe entre elles.
 */

/** @import { Of } from "../protocol/messages.js" */
/**
 * @typedef {Of<"Join"> | Of<"GetPage"> | Of<"GetImage"> | Of<"ListRooms"> | Of<"Ask">} Asked
 */

export class Questions {
  /** @type {Asked[]} */
  #asked = [];
  /** @type {Of<"GetImage">[]} */
  #wanted = [];

  /**
   * Ce qui peut partir : cette demande, sauf si c'est une image de plus.
   *
   * @param {Asked} request
   * @returns {Asked[]}
   */
  ask(request) {
    if (request.kind === "GetImage" && this.#asked.some(({ kind }) => kind === "GetImage")) {
      this.#wanted.push(request);
      return [];
    }
    this.#asked.push(request);
    return [request];
  }

  /** Le serveur y répondra d'abord, sans qu'on le demande. */
  expect(/** @type {Asked} */ request) {
    this.#asked.unshift(request);
  }

  oldest() {
    return this.#asked.length ? this.#asked[0] : null;
  }

  /** La plus ancienne a sa réponse ; ce qui peut partir à sa place. */
  settle() {
    if (this.#asked.shift()?.kind !== "GetImage") return [];
    const wanted = this.#wanted.shift();
    return wanted ? this.ask(wanted) : [];
  }

  /** Les salons dont on attend quelque chose. */
  rooms() {
    const all = [...this.#asked, ...this.#wanted];
    return new Set(all.map((one) => ("room" in one ? one.room : 0)));
  }

  clear() {
    [this.#asked, this.#wanted] = [[], []];
  }
}
