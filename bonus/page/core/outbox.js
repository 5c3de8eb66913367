/** Ce que le participant a dit, et que le serveur n'a pas encore accusé. */

import { Bucket, IMAGE_COST } from "../common/rates.js";

/** @import { Limits } from "../protocol/limits.js" */
/** @import { Message } from "../protocol/messages.js" */

// Du débit permis : à plein débit, une fois en retard, le seau du serveur ne se remplirait jamais.
const PACE = 0.9;

/** Un message à nous. Il n'a de numéro, et pour toujours, qu'à son premier envoi. */
export class Post {
  nonce = 0;
  sent = false; // sur la connexion présente

  /**
   * @param {string} room replié, comme fold(name) ; PRIVATE pour un message privé
   * @param {string} text d'une image, son nom
   * @param {{ to?: string, image?: Uint8Array<ArrayBuffer> | null }} rest
   */
  constructor(room, text, { to = "", image = null } = {}) {
    this.room = room;
    this.text = text;
    this.to = to;
    this.image = image;
  }

  get cost() {
    return this.image ? IMAGE_COST : 1;
  }

  /**
   * @param {number} room
   * @returns {Message}
   */
  message(room) {
    const { nonce, text, to, image } = this;
    if (image) return { kind: "SendImage", room, nonce, name: text, data: image };
    if (to) return { kind: "Whisper", pseudo: to, nonce, text };
    return { kind: "Say", room, nonce, text };
  }
}

/**
 * Nos messages, dans l'ordre. Chacun y reste jusqu'à ce qu'il nous revienne, ou soit refusé.
 *
 * Ils partent au débit que le serveur permet : il n'aura donc pas à nous retenir.
 */
export class Outbox {
  #limits;
  /** @type {Post[]} */
  #posts = [];
  #nonce = 0;
  /** @type {Bucket | null} */
  #bucket = null;
  #ready = 0;
  /** @type {number | null} l'heure à laquelle d'autres pourront partir */
  wake = null;

  constructor(/** @type {Limits} */ limits) {
    this.#limits = limits;
  }

  get length() {
    return this.#posts.length;
  }

  [Symbol.iterator]() {
    return this.#posts.values();
  }

  add(/** @type {Post} */ post) {
    this.#posts.push(post);
    return post;
  }

  /** Une connexion neuve, où le dernier message reçu de nous a ce numéro. */
  begin(/** @type {number} */ nonce) {
    this.#nonce = Math.max(this.#nonce, nonce);
    [this.#bucket, this.#ready, this.wake] = [null, 0, null];
    for (const post of this.#posts) post.sent = false;
  }

  /** Le message qui avait ce numéro ; null si ce n'est plus, ou pas, l'un des nôtres. */
  remove(/** @type {number} */ nonce) {
    const place = this.#posts.findIndex((post) => post.nonce === nonce);
    return place < 0 ? null : this.#posts.splice(place, 1)[0];
  }

  /** Retire ceux de ce salon, qui n'existe plus pour nous. */
  drop(/** @type {string} */ room) {
    const dropped = this.#posts.filter((post) => post.room === room);
    this.#posts = this.#posts.filter((post) => post.room !== room);
    return dropped;
  }

  waitsFor(/** @type {string} */ room) {
    return this.#posts.some((post) => post.room === room);
  }

  /** Ce qui peut partir à cette heure (en secondes) ; `number` : celui d'un salon. */
  toSend(/** @type {number} */ now, /** @type {(room: string) => number} */ number) {
    // La moitié du seau du serveur : l'autre couvre les demandes et les retards du réseau.
    this.#bucket ??= new Bucket(PACE * this.#limits.rate, this.#limits.burst / 2, now);
    /** @type {Message[]} */
    const sent = [];
    this.wake = null;
    for (const post of this.#posts) {
      if (post.sent) continue;
      if (this.#ready > now) {
        this.wake = this.#ready;
        break;
      }
      this.#ready = now + this.#bucket.take(now, post.cost);
      post.nonce ||= ++this.#nonce;
      post.sent = true;
      sent.push(post.message(number(post.room)));
    }
    return sent;
  }
}
