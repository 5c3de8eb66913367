/**
 * Ce que se disent un client et le serveur : un type de trame par phrase. Voir bonus.md.
 *
 * Ce qu'un autre, plus récent, dit de plus ne gêne pas : un champ inconnu, à la fin d'un corps, et
 * un type inconnu sont ignorés.
 */

import { COLOUR, DATA, JSON_TEXT, NAME, TEXT, TOKEN, U32, U64, U8 } from "./fields.js";
import { encodeFrame } from "./frames.js";

/** @import { Codec } from "./fields.js" */

export const VERSION = 2;
export const TOKEN_SIZE = 32; // octets d'un jeton : qui l'a est la personne
export const PRIVATE = "@"; // le salon où chacun, seul, reçoit ce qui n'est dit qu'à lui

/** Ce qu'une annonce dit de quelqu'un. */
export const Presence = Object.freeze({ ARRIVED: 0, LEFT: 1, BACK: 2, MOVED: 3 });

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
/** @typedef {Message | { kind: "Unknown", type: number }} Received */
/** @typedef {Of<"Said"> | Of<"Whispered"> | Of<"Pictured"> | Of<"Acted">} Written */

// Ce que tout message d'un salon porte, d'abord.
const POSTED = { room: U32, seq: U64, time: U64, person: U32, nonce: U64, colour: COLOUR };

/**
 * Chaque message : son type, et les champs de son corps, dans l'ordre ; `later` : ceux qui y sont
 * venus depuis, et ce qu'ils valent quand un corps plus ancien s'arrête avant eux.
 */
export const TYPES = Object.freeze({
  // Du client au serveur
  Hello: {
    type: 0x01,
    fields: { version: U8, pseudo: NAME, token: TOKEN },
    later: { pseudo: "", token: new Uint8Array() },
  },
  Join: {
    type: 0x02,
    fields: { room: NAME, after: U64, mark: U64, word: NAME },
    later: { mark: 0, word: "" },
  },
  Leave: { type: 0x03, fields: { room: U32 } },
  Say: { type: 0x04, fields: { room: U32, nonce: U64, text: TEXT } },
  Whisper: { type: 0x05, fields: { pseudo: NAME, nonce: U64, text: TEXT } },
  SendImage: { type: 0x06, fields: { room: U32, nonce: U64, name: NAME, data: DATA } },
  GetPage: { type: 0x07, fields: { room: U32, seq: U64, forwards: U8 } },
  GetImage: { type: 0x08, fields: { room: U32, seq: U64 } },
  ListRooms: { type: 0x09, fields: { room: NAME } },
  Ping: { type: 0x0a, fields: {} },
  Pong: { type: 0x0b, fields: {} },
  Identify: {
    type: 0x0c,
    fields: { person: U32, device: U32, pseudo: NAME, code: NAME, token: TOKEN },
  },
  Ask: { type: 0x0d, fields: { verb: NAME, arguments: JSON_TEXT } },
  SendPart: { type: 0x0e, fields: { data: DATA } },
  // Du serveur au client
  Greeting: { type: 0x40, fields: { version: U8, asks: U8, server: TOKEN, challenge: TOKEN } },
  Welcome: {
    type: 0x41,
    fields: {
      version: U8, person: U32, colour: COLOUR, nonce: U64, back: U8, pseudo: NAME, token: TOKEN,
      device: U32, role: U8,
    },
    later: { device: 0, role: 0 },
  },
  Joined: {
    type: 0x42,
    fields: {
      room: U32, last: U64, members: U32, name: NAME, restarted: U8, mode: U8, topic: TEXT,
    },
    later: { restarted: 0, mode: 0, topic: "" },
  },
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
  Answered: { type: 0x4d, fields: { verb: NAME, answer: JSON_TEXT } },
  Acted: { type: 0x4e, fields: { ...POSTED, pseudo: NAME, act: NAME, target: U64, text: TEXT } },
  Gathered: { type: 0x4f, fields: { room: U32, event: U8, count: U32, names: JSON_TEXT } },
  Parted: { type: 0x50, fields: { size: U32 } },
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

/**
 * @param {Kind} kind
 * @returns {Record<string, unknown>}
 */
function laterOf(kind) {
  const entry = TYPES[kind];
  return "later" in entry ? entry.later : {};
}

/** La trame entière. RangeError si un champ ne tient pas dans le sien. */
export function encode(/** @type {Message} */ message) {
  const values = /** @type {Record<string, unknown>} */ (message);
  const fields = fieldsOf(message.kind);
  const body = joined(fields.map(([name, codec]) => codec.write(values[name])));
  return encodeFrame(TYPES[message.kind].type, body);
}

/**
 * Le message d'une trame ; ProtocolError si le corps est trop court, ou mal écrit.
 *
 * @param {number} type l'un de ceux que le décodeur permet
 * @param {Uint8Array<ArrayBuffer>} body
 * @returns {Received}
 */
export function decode(type, body) {
  const kind = KINDS.get(type);
  if (!kind) return { kind: "Unknown", type };
  /** @type {Record<string, unknown>} */
  const message = { kind };
  let place = 0;
  const later = laterOf(kind);
  for (const [name, codec] of fieldsOf(kind)) {
    if (place === body.length && name in later) message[name] = later[name];
    else [message[name], place] = codec.read(body, place);
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
