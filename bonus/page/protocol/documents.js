/**
 * Les documents JSON du serveur, lus sans leur faire confiance.
 *
 * Ce qu'un autre, plus récent, y met de plus ne gêne pas : une clé inconnue est ignorée, et un
 * document d'une sorte inconnue garde sa place, et son numéro, dans l'histoire.
 */

import { NAME, TEXT } from "./fields.js";
import { ProtocolError } from "./frames.js";
import { encode, fieldsOf } from "./messages.js";

/** @import { Codec } from "./fields.js" */
/** @import { Written } from "./messages.js" */
/** @typedef {"removed" | "unreadable" | "strange"} Missing pourquoi un message ne se lit pas */
/**
 * La place d'un message qui ne se lit pas, ou plus. Seul `seq` en est toujours connu ; `by` : qui
 * l'a retiré.
 *
 * @typedef {{ kind: "Absent", room: number, seq: number, why: Missing, time: number,
 *   person: number, nonce: number, colour: number, pseudo: string, by: string }} Absent
 */
/** @typedef {Written | Absent} Posted */
/**
 * `members` peut n'en nommer que les premiers.
 *
 * @typedef {{ name: string, count: number, members: string[] }} RoomSummary
 */

/** @type {ReadonlyMap<unknown, Written["kind"]>} */
const KINDS = new Map([
  ["text", "Said"],
  ["whisper", "Whispered"],
  ["image", "Pictured"],
  ["act", "Acted"],
]);
const COLOUR = /^#[0-9a-f]{6}$/;

/** Les messages d'une page ; ProtocolError si elle n'en est pas une. */
export function page(/** @type {string} */ text, /** @type {number} */ room) {
  try {
    /** @type {Record<string, unknown>[]} */
    const documents = JSON.parse(text);
    if (!Array.isArray(documents)) throw new TypeError();
    return documents.map((entry) => message(entry, room));
  } catch {
    throw new ProtocolError("Une page d'historique est illisible.");
  }
}

/**
 * @param {Record<string, unknown>} entry
 * @param {number} room
 * @returns {Posted}
 */
function message(entry, room) {
  const name = text(entry.kind);
  const kind = KINDS.get(name);
  if (!kind) return absent(name, entry, room);
  const posted = /** @type {Written} */ ({ kind, ...read(entry, fieldsOf(kind)), room });
  encode(posted); // chaque champ tient dans la place qu'il aurait sur le réseau
  return posted;
}

/**
 * @param {string} kind
 * @param {Record<string, unknown>} entry
 * @param {number} room
 * @returns {Absent}
 */
function absent(kind, entry, room) {
  const why = kind === "removed" || kind === "unreadable" ? kind : "strange";
  const fields = fieldsOf("Said").filter(([name]) => why === "removed" || name === "seq");
  const known = read({ ...entry, text: entry.by }, fields);
  const unknown = { time: 0, person: 0, nonce: 0, colour: 0, pseudo: "", text: "" };
  const { text: by, ...rest } = { ...unknown, ...known };
  const seq = /** @type {number} */ (known.seq);
  encode({ kind: "Said", ...rest, room, seq, text: by });
  return { kind: "Absent", ...rest, room, seq, why, by };
}

/**
 * Ce que dit un document de ces champs. Le salon, c'est la page qui le dit.
 *
 * @param {Record<string, unknown>} entry
 * @param {[name: string, codec: Codec<any>][]} fields
 */
function read(entry, fields) {
  /** @type {Record<string, unknown>} */
  const found = {};
  for (const [name, codec] of fields) {
    const value = entry[name];
    if (name === "room") continue;
    if (name === "colour") found[name] = colour(text(value));
    else if (codec === NAME || codec === TEXT) found[name] = text(value);
    else if (Number.isSafeInteger(value)) found[name] = value;
    else throw new TypeError();
  }
  return found;
}

function text(/** @type {unknown} */ value) {
  if (typeof value !== "string") throw new TypeError();
  return value;
}

function colour(/** @type {string} */ value) {
  if (!COLOUR.test(value)) throw new TypeError();
  return Number.parseInt(value.slice(1), 16);
}

/**
 * La liste des salons ; ProtocolError si ce n'en est pas une.
 *
 * @param {string} text
 * @returns {RoomSummary[]}
 */
export function roomList(text) {
  try {
    /** @type {RoomSummary[]} */
    const rooms = JSON.parse(text);
    return rooms.map(({ name, count, members }) => {
      if (!Number.isSafeInteger(count)) throw new TypeError();
      return { name: String(name), count, members: members.map(String) };
    });
  } catch {
    throw new ProtocolError("La liste des salons est illisible.");
  }
}

/**
 * Ce que répond le serveur à une commande ; ProtocolError si ce n'est pas un objet.
 *
 * @param {string} text
 * @returns {Record<string, unknown>}
 */
export function answer(text) {
  try {
    const found = JSON.parse(text);
    if (typeof found === "object" && found && !Array.isArray(found)) return found;
  } catch { // comme ce qui n'est pas un objet
  }
  throw new ProtocolError("Une réponse est illisible.");
}

/**
 * Les noms d'un tableau ; ProtocolError si ce n'en est pas un.
 *
 * @param {string} text
 * @returns {string[]}
 */
export function names(text) {
  try {
    const found = JSON.parse(text);
    if (Array.isArray(found) && found.every((name) => typeof name === "string")) return found;
  } catch { // comme ce qui n'est pas un tableau
  }
  throw new ProtocolError("Une liste de noms est illisible.");
}
