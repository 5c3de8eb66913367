/** Ce que le participant a dit, et que le serveur n'a pas encore accusé. */

import { Bucket, IMAGE_COST } from "../common/rates.js";

/** @import { Limits } from "../protocol/limits.js" */
/** @import { Message } from "../protocol/messages.js" */

// Du débit permis : à plein débit, une fois en retard, le seau du serveur ne se remplirait jamais.
const PACE = 0.9;
// Une image part en morceaux, et les textes passent entre eux : sur une liaison lente, un texte
// n'attend au plus que ce qui est déjà en route.
const PART = 8_192; // octets d'un morceau
const WINDOW = 32_768; // octets partis dont le serveur n'a pas dit qu'il les a : une seconde à 256 kbit/s
const TRIES = 2; // coupures pendant l'envoi d'une image, après quoi on y renonce

/** Un message à nous. Il n'a de numéro, et pour toujours, qu'à son premier envoi. */
export class Post {
  nonce = 0;
  sent = false; // sur la connexion présente
  failures = 0; // coupures pendant son envoi

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
   * @param {number} start d'une image, les octets déjà partis en morceaux
   * @returns {Message}
   */
  message(room, start = 0) {
    const { nonce, text, to, image } = this;
    if (image) return { kind: "SendImage", room, nonce, name: text, data: image.subarray(start) };
    if (to) return { kind: "Whisper", pseudo: to, nonce, text };
    return { kind: "Say", room, nonce, text };
  }
}

/**
 * Nos messages, dans l'ordre. Chacun y reste jusqu'à ce qu'il nous revienne, ou soit refusé.
 *
 * Ils partent au débit que le serveur permet : il n'aura donc pas à nous retenir. Un texte peut
 * dépasser une image, qui n'a donc de numéro qu'avec son dernier morceau.
 */
export class Outbox {
  #limits;
  /** @type {Post[]} */
  #posts = [];
  #nonce = 0; // dernier numéro donné
  #settled = 0; // dernier dont on sait le sort
  /** @type {Post | null} */
  #picture = null; // celle qui est en route : une à la fois
  #gone = 0; // octets qui en sont partis en morceaux
  #arrived = 0; // et arrivés
  #forgotten = false; // on a renoncé à des morceaux que le serveur tient encore
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

  /**
   * Une connexion neuve, où le dernier message reçu de nous a ce numéro.
   *
   * Ce qui en a un plus grand n'est pas arrivé : un autre lui sera donné, dans l'ordre où il partira.
   * Rend les images auxquelles on renonce.
   */
  begin(/** @type {number} */ nonce) {
    this.#nonce = this.#settled = Math.max(this.#settled, nonce);
    [this.#bucket, this.#ready, this.wake] = [null, 0, null];
    const picture = this.#picture;
    [this.#picture, this.#forgotten] = [null, false];
    for (const post of this.#posts) {
      post.sent = false;
      if (post.nonce > nonce) post.nonce = 0;
    }
    if (!picture || picture.nonce || ++picture.failures < TRIES) return [];
    this.#posts.splice(this.#posts.indexOf(picture), 1);
    return [picture];
  }

  /** Le serveur a tant d'octets de l'image qui est en route. */
  parted(/** @type {number} */ size) {
    this.#arrived = Math.min(size, this.#gone);
  }

  /** Le message qui avait ce numéro ; null si ce n'est plus, ou pas, l'un des nôtres. */
  remove(/** @type {number} */ nonce) {
    const place = this.#posts.findIndex((post) => post.nonce === nonce);
    if (place < 0) return null;
    this.#settled = Math.max(this.#settled, nonce);
    const [post] = this.#posts.splice(place, 1);
    if (post === this.#picture) this.#picture = null;
    return post;
  }

  /** Retire ceux de ce salon, qui n'existe plus pour nous. */
  drop(/** @type {string} */ room) {
    const dropped = this.#posts.filter((post) => post.room === room);
    this.#posts = this.#posts.filter((post) => post.room !== room);
    if (this.#picture && dropped.includes(this.#picture)) {
      [this.#picture, this.#forgotten] = [null, this.#gone > 0];
    }
    return dropped;
  }

  /**
   * Le salon a changé de nom.
   *
   * @param {string} before
   * @param {string} room
   */
  rename(before, room) {
    for (const post of this.#posts) if (post.room === before) post.room = room;
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
      if (post.sent || (post.image && this.#picture)) continue;
      if (this.#ready > now) {
        this.wake = this.#ready;
        break;
      }
      this.#ready = now + this.#bucket.take(now, post.cost);
      if (post.image) {
        [this.#picture, this.#gone, this.#arrived] = [post, 0, 0];
        sent.push(...this.#pieces(number));
      } else {
        sent.push(this.#whole(post, number));
      }
    }
    return [...sent, ...this.#pieces(number)];
  }

  #whole(/** @type {Post} */ post, /** @type {(room: string) => number} */ number) {
    post.nonce ||= ++this.#nonce;
    post.sent = true;
    if (!post.image) return post.message(number(post.room));
    if (!this.#gone) this.#picture = null; // d'un seul tenant : d'autres peuvent la suivre
    return post.message(number(post.room), this.#gone);
  }

  /** Ce qui peut partir de l'image qui est en route. */
  #pieces(/** @type {(room: string) => number} */ number) {
    const post = this.#picture;
    /** @type {Message[]} */
    const sent = [];
    if (!post?.image || post.sent) return sent;
    if (this.#forgotten) {
      this.#forgotten = false;
      sent.push({ kind: "SendPart", data: new Uint8Array() });
    }
    while (this.#gone - this.#arrived < WINDOW) {
      if (post.image.length - this.#gone <= PART) {
        sent.push(this.#whole(post, number));
        break;
      }
      sent.push({ kind: "SendPart", data: post.image.subarray(this.#gone, this.#gone + PART) });
      this.#gone += PART;
    }
    return sent;
  }
}
