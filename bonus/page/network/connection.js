/** Une connexion au serveur, du début à la fin : des messages, et un guet sur ses silences. */

import { Decoder } from "../protocol/frames.js";
import { FROM_SERVER, GREETING } from "../protocol/bounds.js";
import { decode, encode } from "../protocol/messages.js";

/** @import { Received } from "../protocol/messages.js" */

/**
 * En secondes : combien de temps attendre, et quoi.
 *
 * @typedef {object} Patience
 * @property {number} answer qu'un serveur décroche, ou réponde « je suis là »
 * @property {number} ping de silence avant de lui demander s'il est là
 * @property {number} idle de silence avant de conclure que non
 * @property {number} first avant un premier nouvel essai, au plus ; le double à chaque échec
 * @property {number} longest entre deux essais, au plus
 * @property {number} goodbye sans un seul accusé, avant de partir quand même
 */

const CHUNK = 32_768; // octets d'un message WebSocket ; le serveur refuse le double
const GONE = "Connexion perdue";
const PROBE = 3; // secondes laissées à un serveur pour dire « je suis là » : le réseau, lui, est là

/** L'heure, en secondes ; celle de la machine, elle, peut reculer. */
export function now() {
  return performance.now() / 1000;
}

export class Connection {
  #socket;
  #patience;
  #decoder = new Decoder(GREETING);
  #heard = 0;
  #asked = false; // depuis, nous avons demandé « es-tu là ? »
  #watching = 0;
  #probing = 0;
  /** @type {(text: string) => void} */
  #finish = () => {};

  /**
   * `opened` : le serveur a décroché ; `received` : il a parlé, et lire ces messages peut lever
   * ProtocolError.
   *
   * @param {string} url
   * @param {Patience} patience
   * @param {{ opened: () => void, received: (messages: Iterable<Received>) => void }} handlers
   */
  constructor(url, patience, { opened, received }) {
    this.#patience = patience;
    /** Pourquoi elle a fini. @type {Promise<string>} */
    this.finished = new Promise((resolve) => {
      this.#finish = resolve;
    });
    let ending = `Pas de réponse de ${new URL(url).host}`;
    this.#watching = setTimeout(() => this.end(ending), patience.answer * 1000);
    this.#socket = new WebSocket(url);
    this.#socket.binaryType = "arraybuffer";
    this.#socket.onclose = () => this.end(ending);
    this.#socket.onopen = () => {
      ending = GONE;
      clearTimeout(this.#watching);
      this.#hear();
      this.#watch();
      opened();
    };
    this.#socket.onmessage = ({ data }) => {
      this.#hear();
      this.#decoder.feed(new Uint8Array(data));
      received(this.#messages());
    };
  }

  get open() {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  send(/** @type {Uint8Array<ArrayBuffer>} */ data) {
    for (let place = 0; place < data.length; place += CHUNK) {
      this.#socket.send(data.subarray(place, place + CHUNK));
    }
  }

  /** Le serveur est-il toujours là ? Il a peu de temps pour le dire ; encore moins pour décrocher. */
  probe() {
    if (!this.open) return this.end(GONE);
    this.send(encode({ kind: "Ping" }));
    clearTimeout(this.#probing);
    this.#probing = setTimeout(() => this.end(GONE), Math.min(PROBE, this.#patience.answer) * 1000);
  }

  /** C'est fini, tout de suite : l'adieu de WebSocket attendrait un serveur qui n'est plus là. */
  end(/** @type {string} */ text) {
    clearTimeout(this.#watching);
    clearTimeout(this.#probing);
    this.#socket.onopen = this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket.close();
    this.#finish(text);
  }

  #hear() {
    [this.#heard, this.#asked] = [now(), false];
    clearTimeout(this.#probing);
  }

  /** Un serveur qui se tait : lui demander s'il est là, puis ne plus l'attendre. */
  #watch() {
    const { ping, idle } = this.#patience;
    const silence = now() - this.#heard;
    if (silence >= idle) return this.end(GONE);
    if (silence >= ping && !this.#asked) {
      this.#asked = true;
      this.send(encode({ kind: "Ping" }));
    }
    const limit = this.#asked ? idle : ping;
    this.#watching = setTimeout(() => this.#watch(), (limit - silence) * 1000);
  }

  *#messages() {
    for (let frame = this.#decoder.next(); frame; frame = this.#decoder.next()) {
      const message = decode(...frame);
      if (message.kind === "Welcome") this.#decoder.bounds = FROM_SERVER;
      yield message;
    }
  }
}
