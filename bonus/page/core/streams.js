/** Les salons où l'on est, ou veut être : par leur nom, et par leur numéro chez le serveur. */

import { ProtocolError } from "../protocol/frames.js";
import { PRIVATE } from "../protocol/messages.js";
import { fold } from "../protocol/text.js";
import { Stream } from "./stream.js";

/** @import { Outbox } from "./outbox.js" */

export class Streams {
  #byName = new Map([[PRIVATE, new Stream(PRIVATE)]]); // replié
  /** @type {Map<number, Stream>} seulement ceux où l'on est entré, sur la connexion présente */
  #byNumber = new Map();
  /** @type {Set<number>} de même, ceux d'où l'on nous a mis dehors */
  #closed = new Set();

  [Symbol.iterator]() {
    return this.#byName.values();
  }

  /** Plus rien ne reste à lire du passé. */
  get caughtUp() {
    return [...this].every((stream) => stream.caughtUp);
  }

  named(/** @type {string} */ name) {
    return this.#byName.get(fold(name));
  }

  /** @param {string} room le nom, déjà replié, d'un salon */
  number(room) {
    return this.#byName.get(room)?.number ?? 0;
  }

  /** Celui qui a ce numéro ; ProtocolError s'il n'y en a pas. */
  numbered(/** @type {number} */ number) {
    const stream = this.#byNumber.get(number);
    if (!stream) throw new ProtocolError("Une réponse à propos d'un salon où l'on n'est pas.");
    return stream;
  }

  has(/** @type {number} */ number) {
    return this.#byNumber.has(number);
  }

  add(/** @type {string} */ name) {
    const stream = new Stream(name);
    this.#byName.set(fold(name), stream);
    return stream;
  }

  remove(/** @type {string} */ name) {
    const stream = this.named(name);
    this.#byName.delete(fold(name));
    if (!stream || this.#byNumber.get(stream.number) !== stream) return;
    this.#byNumber.delete(stream.number);
    this.#closed.add(stream.number);
  }

  /** On vient d'en être mis dehors : des réponses en viennent peut-être encore. */
  closed(/** @type {number} */ number) {
    return this.#closed.has(number);
  }

  /**
   * Le nouveau nom ne doit pas être celui d'un autre.
   *
   * @param {Stream} stream
   * @param {string} name
   */
  rename(stream, name) {
    this.#byName.delete(fold(stream.name));
    stream.name = name;
    this.#byName.set(fold(name), stream);
  }

  enter(/** @type {Stream} */ stream) {
    this.#byNumber.set(stream.number, stream);
    this.#closed.delete(stream.number);
  }

  /** La connexion est perdue. D'un salon qu'on quittait, on est sorti. */
  cut(/** @type {Outbox} */ outbox) {
    this.#byNumber.clear();
    this.#closed.clear();
    for (const [room, stream] of this.#byName) {
      stream.cut();
      if (stream.leaving && !outbox.waitsFor(room)) this.#byName.delete(room);
    }
  }

  /**
   * Les numéros de ceux dont on sort : une fois accusé ce qu'on y a dit, reçu ce qu'on y demande.
   *
   * @param {Outbox} outbox
   * @param {ReadonlySet<number | string>} asked les salons dont on attend une réponse
   */
  depart(outbox, asked) {
    /** @type {number[]} */
    const left = [];
    for (const [room, { leaving, number }] of this.#byName) {
      if (!leaving || outbox.waitsFor(room) || asked.has(number)) continue;
      this.#byName.delete(room);
      this.#byNumber.delete(number);
      left.push(number);
    }
    return left;
  }
}
