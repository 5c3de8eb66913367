/** Les champs d'un corps de trame : comment chacun s'écrit, et se lit sans déborder. */

import { ProtocolError } from "./frames.js";

/**
 * `write` lève RangeError si la valeur ne tient pas dans le champ ; `read` rend la valeur, et où
 * commence le champ suivant, ou lève ProtocolError si le corps est trop court.
 *
 * @template T
 * @typedef {object} Codec
 * @property {(value: T) => Uint8Array} write
 * @property {(body: Uint8Array<ArrayBuffer>, place: number) => [value: T, end: number]} read
 */

const ENCODER = new TextEncoder();
// Par défaut, il remplacerait ce qui n'est pas de l'UTF-8, et mangerait un U+FEFF en tête.
const DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * @param {Uint8Array} body
 * @param {number} place
 * @param {number} size
 */
function endOf(body, place, size) {
  if (place + size > body.length) {
    throw new ProtocolError("Une trame finit au milieu d'un champ.");
  }
  return place + size;
}

/**
 * Un entier positif, octet de poids fort d'abord. De plus de 53 bits, il se lit comme un BigInt :
 * un Number l'arrondirait. Rien d'honnête ne va jusque-là : le type dit donc « number ».
 *
 * @param {number} size octets
 * @returns {Codec<number>}
 */
function integer(size) {
  return {
    write(value) {
      const data = new Uint8Array(size);
      let rest = BigInt(value);
      for (let place = size - 1; place >= 0; place--, rest >>= 8n) {
        data[place] = Number(rest & 0xffn);
      }
      if (rest) throw new RangeError(`${value} ne tient pas sur ${size} octets`);
      return data;
    },
    read(body, place) {
      const end = endOf(body, place, size);
      const value = body.subarray(place, end).reduce((high, byte) => high * 256 + byte, 0);
      if (Number.isSafeInteger(value)) return [value, end];
      const exact = /** @type {unknown} */ (new DataView(body.buffer).getBigUint64(place));
      return [/** @type {number} */ (exact), end];
    },
  };
}

/**
 * Des octets, précédés de leur nombre sur `size` octets.
 *
 * @param {number} size
 * @returns {Codec<Uint8Array<ArrayBuffer>>}
 */
function bytes(size) {
  const length = integer(size);
  return {
    write(value) {
      const data = new Uint8Array(size + value.length);
      data.set(length.write(value.length));
      data.set(value, size);
      return data;
    },
    read(body, place) {
      const [count, start] = length.read(body, place);
      const end = endOf(body, start, count);
      return [body.slice(start, end), end];
    },
  };
}

/** @type {Codec<Uint8Array<ArrayBuffer>>} tout ce qui reste du corps */
const restBytes = {
  write: (value) => value,
  read: (body, place) => [body.slice(place), body.length],
};

/**
 * Un texte en UTF-8, là où l'autre champ met des octets.
 *
 * @param {Codec<Uint8Array<ArrayBuffer>>} data
 * @returns {Codec<string>}
 */
function string(data) {
  return {
    write(value) {
      // TextEncoder le remplacerait sans rien dire.
      if (/\p{Surrogate}/u.test(value)) throw new RangeError("un substitut isolé");
      return data.write(ENCODER.encode(value));
    },
    read(body, place) {
      const [encoded, end] = data.read(body, place);
      try {
        return [DECODER.decode(encoded), end];
      } catch {
        throw new ProtocolError("Un texte n'est pas en UTF-8.");
      }
    },
  };
}

export const U8 = integer(1);
export const U32 = integer(4);
export const U64 = integer(8);
export const COLOUR = integer(3); // 0xRRGGBB
export const TOKEN = bytes(1);
export const NAME = string(TOKEN); // un pseudo, un salon, un fichier
export const TEXT = string(bytes(2));
export const DATA = restBytes; // sa taille est celle de la trame
export const JSON_TEXT = string(restBytes);

export function byteLength(/** @type {string} */ text) {
  return ENCODER.encode(text).length;
}
