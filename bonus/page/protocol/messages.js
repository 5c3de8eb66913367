/** Ce que se disent un client et le serveur : un type de trame par phrase. Voir bonus.md. */

import { COLOUR, DATA, JSON_TEXT, NAME, TEXT, TOKEN, U32, U64, U8 } from "./fields.js";
import { encodeFrame, ProtocolError } from "./frames.js";
import { FRAME } from "./limits.js";

/** @import { Codec } from "./fields.js" */

export const VERSION = 1;
export const TOKEN_SIZE = 32; // octets d'un jeton : qui l'a est la personne
export const PRIVATE = "@"; // le salon où chacun, seul, reçoit ce qui n'est dit qu'à lui

/** Ce qu'une annonce dit de quelqu'un. */
export const Presence = Object.freeze({ ARRIVED: 0, LEFT: 1, BACK: 2 });

/** @template C @typedef {C extends Codec<infer T> ? T : never} Value */
/** @typedef {typeof TYPES} Types */
/** @typedef {keyof Types} Kind */
/**
 * Un message est un objet : `kind` le nomme, ses autres propriétés sont les champs du corps.
 *
 * @template {Kind} K
 * @typedef {{ kind: K } & { [F in keyof Types[K]["fields"]]: Value<Types[K]["fields"][F]> }} Of
 */
/** @typedef {{ [K in Kind]: Of<K> }[Kind]} Message */
/** @typedef {Of<"Said"> | Of<"Whispered"> | Of<"Pictured">} Posted */

// Ce que tout message d'un salon porte, d'abord.
const POSTED = { room: U32, seq: U64, time: U64, person: U32, nonce: U64, colour: COLOUR };

/** Chaque message : son type, et les champs de son corps, dans l'ordre. */
export const TYPES = Object.freeze({
  // Du client au serveur
  Hello: { type: 0x01, fields: { version: U8, pseudo: NAME, token: TOKEN } },
  Join: { type: 0x02, fields: { room: NAME, after: U64 } },
  Leave: { type: 0x03, fields: { room: U32 } },
  Say: { type: 0x04, fields: { room: U32, nonce: U64, text: TEXT } },
  Whisper: { type: 0x05, fields: { pseudo: NAME, nonce: U64, text: TEXT } },
  SendImage: { type: 0x06, fields: { room: U32, nonce: U64, name: NAME, data: DATA } },
  GetPage: { type: 0x07, fields: { room: U32, seq: U64, forwards: U8 } },
  GetImage: { type: 0x08, fields: { room: U32, seq: U64 } },
  ListRooms: { type: 0x09, fields: { room: NAME } },
  Ping: { type: 0x0a, fields: {} },
  Pong: { type: 0x0b, fields: {} },
  // Du serveur au client
  Welcome: {
    type: 0x41,
    fields: {
      version: U8, person: U32, colour: COLOUR, nonce: U64, back: U8, pseudo: NAME, token: TOKEN,
    },
  },
  Joined: { type: 0x42, fields: { room: U32, last: U64, members: U32, name: NAME } },
  Said: { type: 0x43, fields: { ...POSTED, pseudo: NAME, text: TEXT } },
  Whispered: { type: 0x44, fields: { ...POSTED, pseudo: NAME, to: NAME, text: TEXT } },
  Pictured: {
    type: 0x45,
    fields: { ...POSTED, pseudo: NAME, name: NAME, size: U32, width: U32, height: U32 },
  },
  Page: { type: 0x46, fields: { room: U32, forwards: U8, more: U8, documents: JSON_TEXT } },
  Image: { type: 0x47, fields: { room: U32, seq: U64, data: DATA } },
  RoomList: { type: 0x48, fields: { rooms: JSON_TEXT } },
  Announced: {
    type: 0x49,
    fields: { room: U32, event: U8, person: U32, colour: COLOUR, pseudo: NAME },
  },
  Notice: { type: 0x4a, fields: { text: TEXT } },
  Refused: { type: 0x4b, fields: { reason: U8, nonce: U64, text: TEXT } },
  Closing: { type: 0x4c, fields: { reason: U8, text: TEXT } },
});

const KINDS = new Map(
  Object.entries(TYPES).map(([kind, { type }]) => [type, /** @type {Kind} */ (kind)]),
);

/**
 * Les champs d'un message de cette sorte, dans l'ordre.
 *
 * @param {Kind} kind
 * @returns {[name: string, codec: Codec<any>][]}
 */
export function fieldsOf(kind) {
  return Object.entries(TYPES[kind].fields);
}

/** La trame entière. RangeError si un champ ne tient pas dans le sien. */
export function encode(/** @type {Message} */ message) {
  const values = /** @type {Record<string, unknown>} */ (message);
  const fields = fieldsOf(message.kind);
  const body = joined(fields.map(([name, codec]) => codec.write(values[name])));
  return encodeFrame(TYPES[message.kind].type, body);
}

/**
 * Le message d'une trame ; ProtocolError si le corps n'en est pas un.
 *
 * @param {number} type l'un de ceux que le décodeur permet
 * @param {Uint8Array<ArrayBuffer>} body
 * @returns {Message}
 */
export function decode(type, body) {
  const kind = /** @type {Kind} */ (KINDS.get(type));
  /** @type {Record<string, unknown>} */
  const message = { kind };
  let place = 0;
  for (const [name, codec] of fieldsOf(kind)) {
    [message[name], place] = codec.read(body, place);
  }
  const extra = body.length - place;
  if (extra) {
    const octets = extra > 1 ? "octets" : "octet";
    throw new ProtocolError(`${extra} ${octets} de trop dans une trame ${kind}.`);
  }
  return /** @type {Message} */ (message);
}

/** Ces octets, bout à bout. */
export function joined(/** @type {Uint8Array[]} */ parts) {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let place = 0;
  for (const part of parts) {
    whole.set(part, place);
    place += part.length;
  }
  return whole;
}

/**
 * @param {(kind: Kind, type: number) => boolean} wanted
 * @returns {ReadonlyMap<number, number>}
 */
function bounds(wanted) {
  const types = [...KINDS].filter(([type, kind]) => wanted(kind, type));
  return new Map(types.map(([type]) => [type, FRAME]));
}

/** La plus grande taille de chaque trame qu'un serveur peut envoyer. */
export const FROM_SERVER = bounds(
  (kind, type) => type > 0x40 || kind === "Ping" || kind === "Pong",
);

/** Et de celles par lesquelles il commence. */
export const GREETING = bounds((kind) => ["Welcome", "Notice", "Closing", "Ping"].includes(kind));
