/** La plus grande taille de chaque trame du serveur, selon ce qu'il a déjà dit. */

import { FRAME } from "./limits.js";
import { TYPES } from "./messages.js";

const SERVER = 0x40; // à partir de lui, les types sont ceux du serveur

/** @returns {ReadonlyMap<number, number>} */
function bounds(/** @type {number[]} */ types) {
  return new Map(types.map((type) => [type, FRAME]));
}

const theirs = Array.from({ length: SERVER }, (_, place) => SERVER + place);

/** La plus grande taille de chaque trame qu'un serveur peut envoyer. */
export const FROM_SERVER = bounds([TYPES.Ping.type, TYPES.Pong.type, ...theirs]);

/** Et de celles par lesquelles il commence. */
export const GREETING = bounds(
  [TYPES.Greeting, TYPES.Welcome, TYPES.Notice, TYPES.Closing, TYPES.Ping].map(({ type }) => type),
);
