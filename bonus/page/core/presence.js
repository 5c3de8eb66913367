/** Qui arrive et qui part : ce qu'en dit une trame, d'une personne ou de plusieurs. */

import { names } from "../protocol/documents.js";
import { Presence } from "../protocol/messages.js";

/** @import { Of } from "../protocol/messages.js" */
/** @import { Announced, Gathered } from "./events.js" */

/** @type {ReadonlySet<number>} */
const PRESENCES = new Set(Object.values(Presence));

/**
 * null si c'est d'un serveur plus récent. ProtocolError.
 *
 * @param {string} room
 * @param {Of<"Announced"> | Of<"Gathered">} message
 * @param {number} person nous
 * @returns {Announced | Gathered | null}
 */
export function announced(room, message, person) {
  const { event: presence } = message;
  if (!PRESENCES.has(presence)) return null;
  if (message.kind === "Gathered") {
    return { type: "gathered", room, presence, count: message.count, names: names(message.names) };
  }
  const { pseudo, colour } = message;
  return { type: "announced", room, presence, pseudo, colour, mine: message.person === person };
}
