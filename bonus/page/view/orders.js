/** Ce qu'une commande demande au serveur : un verbe, et ce qui le précise. */

import { COMMANDS, cut, named, UsageError } from "./commands.js";

/** @typedef {[verb: string, args: Record<string, unknown>]} Order */

const ADDRESS = /^(?:(?:\d{1,3}\.){3}\d{1,3}|[0-9a-f:]*:[0-9a-f:.]*(?:\/64)?)$/i;
const DURATION = /^(\d{1,7})(min|m|h|j)$/;
/** @type {Record<string, number>} */
const MINUTES = { m: 1, min: 1, h: 60, j: 1440 };
const [BAN, MUTE] = [1440, 10]; // minutes, si l'on n'en dit rien

const SWITCHES = new Set(["/lock", "/readonly", "/private", "/close"]);
/** @type {Record<string, string>} que précise un seul mot, ou un seul texte */
const SIMPLE = { "/nick": "pseudo", "/operator": "code", "/unmute": "who", "/release": "pseudo" };
/** @type {Record<string, string>} de même, à propos du salon où l'on est */
const ABOUT = { "/topic": "text", "/rename": "name", "/invite": "who", "/password": "word" };

/**
 * Lève UsageError si elle ne veut rien dire.
 *
 * @param {string} command
 * @param {string} rest
 * @param {string} room
 * @param {Iterable<string>} known les pseudos déjà vus
 * @returns {Order}
 */
export function order(command, rest, room, known) {
  const verb = command.slice(1);
  const [simple, about] = [SIMPLE[command], ABOUT[command]];
  if (simple) return [verb, { [simple]: rest }];
  if (about) return [verb, { room, [about]: rest === "-" ? "" : rest }];
  if (SWITCHES.has(command)) {
    if (!["", "oui", "non"].includes(rest)) throw new UsageError(`Usage : ${COMMANDS[command]?.usage}`);
    return [verb, { room, on: rest !== "non" }];
  }
  const [who, after] = named(rest, known);
  switch (command) {
    case "/kick":
      return [verb, { who, why: after }];
    case "/ban": {
      const [minutes, why] = lasting(after, BAN);
      return [verb, { [whom(who)]: who, minutes, why }];
    }
    case "/mute": {
      const [minutes, why] = lasting(after, MUTE);
      return [verb, { who, minutes, why }];
    }
    case "/unban":
      return [verb, { [whom(rest)]: rest }];
    default:
      return [verb, {}];
  }
}

function whom(/** @type {string} */ text) {
  return ADDRESS.test(text) ? "address" : "who";
}

/**
 * Une durée en minutes, si le texte commence par une (0 : pour toujours), et la suite.
 *
 * @param {string} text
 * @param {number} usual
 * @returns {[minutes: number, why: string]}
 */
export function lasting(text, usual) {
  const [word, why] = cut(text);
  if (word === "toujours") return [0, why];
  const [, number, unit = ""] = DURATION.exec(word) ?? [];
  if (!number) return [usual, text];
  return [Math.max(1, Number(number) * (MINUTES[unit] ?? 1)), why];
}
