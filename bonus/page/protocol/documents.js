/** Les documents JSON du serveur, lus sans leur faire confiance. */

import { NAME, TEXT } from "./fields.js";
import { ProtocolError } from "./frames.js";
import { encode, fieldsOf } from "./messages.js";

/** @import { Posted } from "./messages.js" */
/**
 * `members` peut n'en nommer que les premiers.
 *
 * @typedef {{ name: string, count: number, members: string[] }} RoomSummary
 */

/** @type {ReadonlyMap<unknown, Posted["kind"]>} */
const KINDS = new Map([
  ["text", "Said"],
  ["whisper", "Whispered"],
  ["image", "Pictured"],
]);
const COLOUR = /^#[0-9a-f]{6}$/;

/** Les messages d'une page ; ProtocolError si elle n'en est pas une. */
export function page(/** @type {string} */ text, /** @type {number} */ room) {
  try {
    /** @type {Record<string, unknown>[]} */
    const documents = JSON.parse(text);
    if (!Array.isArray(documents)) throw new TypeError();
    return documents.map((document) => message(document, room));
  } catch {
    throw new ProtocolError("Une page d'historique est illisible.");
  }
}

/**
 * @param {Record<string, unknown>} document
 * @param {number} room
 */
function message({ kind: name, colour, ...rest }, room) {
  const kind = KINDS.get(name);
  if (!kind || typeof colour !== "string" || !COLOUR.test(colour)) throw new TypeError();
  const fields = fieldsOf(kind);
  // Ses champs moins la couleur, déjà lue, et le salon, que la page dit pour tous.
  if (Object.keys(rest).length !== fields.length - 2) throw new TypeError();
  /** @type {Record<string, unknown>} */
  const found = { kind, ...rest, room, colour: Number.parseInt(colour.slice(1), 16) };
  for (const [field, codec] of fields) {
    const value = found[field];
    const isText = codec === NAME || codec === TEXT;
    if (isText ? typeof value !== "string" : !Number.isSafeInteger(value)) throw new TypeError();
  }
  const posted = /** @type {Posted} */ (found);
  encode(posted); // chaque champ tient dans la place qu'il aurait sur le réseau
  return posted;
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
