/**
 * Des octets aux trames, et retour : un type, une taille, un corps. Ni réseau, ni horloge.
 *
 * Voir bonus.md, « Le format des échanges », et protocol/frames.py, dont ceci est le pendant.
 */

const LONG = 0x80;
const SHORT_MAX = 0xffff;
const WIDEST = 4; // octets que peut prendre la taille d'une trame longue

/** Pourquoi une demande est refusée ou une connexion fermée. */
export const Reason = Object.freeze({
  PROTOCOL: 1,
  VERSION: 2,
  PSEUDO_TAKEN: 3,
  NAME: 4,
  FULL: 5,
  SLOW: 6,
  FLOOD: 7,
  SILENT: 8,
  TAKEN_OVER: 9,
  SHUTDOWN: 10,
  TOO_LONG: 11,
  NOT_FOUND: 12,
  STORAGE: 13,
  PICTURE: 14,
  BANNED: 15,
  DENIED: 16,
  CODE: 17,
  QUOTA: 18,
  UNKNOWN: 19,
  EXPELLED: 20,
});

/** L'autre ne parle pas comme convenu ; le texte, en français, lui est destiné. */
export class ProtocolError extends Error {
  /**
   * @param {string} text
   * @param {number} reason
   */
  constructor(text, reason = Reason.PROTOCOL) {
    super(text);
    this.name = "ProtocolError";
    this.reason = reason;
  }
}

/**
 * La trame de ce corps, de moins de 4 Gio.
 *
 * @param {number} type
 * @param {Uint8Array} body
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function encodeFrame(type, body) {
  const size = body.length;
  let header = [type, size >> 8, size & 0xff];
  if (size > SHORT_MAX) {
    const bytes = [size >>> 24, (size >> 16) & 0xff, (size >> 8) & 0xff, size & 0xff];
    if (!bytes[0]) bytes.shift();
    header = [type | LONG, bytes.length, ...bytes];
  }
  const frame = new Uint8Array(header.length + size);
  frame.set(header);
  frame.set(body, header.length);
  return frame;
}

function hexadecimal(/** @type {number} */ type) {
  return `0x${type.toString(16).padStart(2, "0")}`;
}

/**
 * Reçoit des octets comme ils viennent, rend des trames entières.
 *
 * `bounds` donne la plus grande taille de chaque type permis : une trame trop longue ou inconnue
 * est refusée dès son en-tête, avant d'en garder le corps. Il peut changer d'une trame à l'autre.
 */
export class Decoder {
  #buffer = new Uint8Array();
  #start = 0;
  #end = 0;
  #ours = false; // ce tampon est à nous : on peut y écrire

  constructor(/** @type {ReadonlyMap<number, number>} */ bounds) {
    this.bounds = bounds;
  }

  /** Ces octets sont gardés tels quels : ils ne doivent plus changer. */
  feed(/** @type {Uint8Array<ArrayBuffer>} */ data) {
    if (!this.partial) {
      [this.#buffer, this.#start, this.#end, this.#ours] = [data, 0, data.length, false];
      return;
    }
    if (!this.#ours || this.#end + data.length > this.#buffer.length) this.#grow(data.length);
    this.#buffer.set(data, this.#end);
    this.#end += data.length;
  }

  /** Deux fois la place : une image reçue octet par octet n'est recopiée que vingt fois. */
  #grow(/** @type {number} */ size) {
    const waiting = this.#buffer.subarray(this.#start, this.#end);
    this.#buffer = new Uint8Array(2 * (waiting.length + size));
    this.#buffer.set(waiting);
    [this.#start, this.#end, this.#ours] = [0, waiting.length, true];
  }

  /** Combien d'octets attendent la suite de leur trame, ou d'être demandés. */
  get partial() {
    return this.#end - this.#start;
  }

  /**
   * Le type et le corps de la trame suivante ; null s'il en manque un bout.
   *
   * Lève ProtocolError : la suite du flux n'a plus de sens, il faut fermer.
   *
   * @returns {[type: number, body: Uint8Array<ArrayBuffer>] | null}
   */
  next() {
    const header = this.#header();
    if (!header) return null;
    const end = header.start + header.size;
    if (end > this.#end) return null;
    this.#start = end;
    return [header.type, this.#buffer.slice(header.start, end)];
  }

  /** Le type, le début du corps et sa taille, vérifiés. */
  #header() {
    if (!this.partial) return null;
    const first = this.#buffer[this.#start];
    const type = first & ~LONG;
    const bound = this.bounds.get(type);
    if (bound === undefined) {
      throw new ProtocolError(`Trame de type ${hexadecimal(type)} inconnue, ou hors de propos.`);
    }
    const place = this.#size(first !== type);
    if (!place) return null;
    if (place.size > bound) {
      throw new ProtocolError(
        `Trame de type ${hexadecimal(type)} de ${place.size} octets : ${bound} au plus.`,
        Reason.TOO_LONG,
      );
    }
    return { type, ...place };
  }

  /** Où commence le corps, et sa taille ; null si l'en-tête n'est pas tout entier là. */
  #size(/** @type {boolean} */ long) {
    let [place, width] = [this.#start + 1, 2];
    if (long) {
      if (this.partial < 2) return null;
      width = this.#buffer[place++];
      if (width < 3 || width > WIDEST) {
        throw new ProtocolError(`Une taille sur ${width} octets : 3 ou ${WIDEST}, sinon 2.`);
      }
    }
    const start = place + width;
    if (start > this.#end) return null;
    if (long && !this.#buffer[place]) {
      throw new ProtocolError("Une taille écrite sur plus d'octets qu'il n'en faut.");
    }
    const bytes = this.#buffer.subarray(place, start);
    // Multiplier, et non décaler : « << » donnerait un nombre négatif au-delà de 2 Gio.
    return { start, size: bytes.reduce((size, byte) => size * 256 + byte, 0) };
  }
}
