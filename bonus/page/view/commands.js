/** Ce que veut dire une ligne tapée : un message, ou une commande et ce qui la suit. */

import { fold, strip } from "../protocol/text.js";

/** @type {Readonly<Record<string, { usage: string, help: string }>>} */
export const COMMANDS = Object.freeze({
  "/rooms": { usage: "/rooms", help: "les salons, et qui y est" },
  "/join": { usage: "/join SALON", help: "entrer dans un salon, ou le créer" },
  "/who": { usage: "/who [SALON]", help: "qui est dans ce salon" },
  "/msg": { usage: "/msg PSEUDO TEXTE", help: "ne parler qu’à une personne, là ou non" },
  "/image": { usage: "/image", help: "choisir une image à envoyer" },
  "/history": { usage: "/history", help: "la page d’avant, puis celle d’avant encore" },
  "/token": { usage: "/token", help: "un code, pour être soi sur un autre appareil" },
  "/devices": { usage: "/devices", help: "d’où l’on est connecté" },
  "/alone": { usage: "/alone", help: "déconnecter ses autres appareils" },
  "/help": { usage: "/help", help: "cette aide" },
  "/quit": { usage: "/quit", help: "partir" },
});

/** Cette ligne ne veut rien dire ; le texte, en français, est pour qui l'a tapée. */
export class UsageError extends Error {}

export function accepts(/** @type {string} */ name) {
  return Boolean(COMMANDS[name]?.usage.includes(" "));
}

/**
 * La commande et ce qui la suit ; un message n'a pas de commande. Lève UsageError.
 *
 * Un téléphone met une majuscule à ce que l'on commence à taper : « /Rooms » est « /rooms ».
 *
 * @param {string} line
 * @returns {[command: string, rest: string]}
 */
export function parse(line) {
  line = strip(line);
  if (line.startsWith("//")) return ["", line.slice(1)];
  if (!line.startsWith("/")) return ["", line];
  const [typed, rest] = cut(line);
  const name = typed.toLowerCase();
  const command = Object.hasOwn(COMMANDS, name) && COMMANDS[name];
  if (!command) {
    throw new UsageError(
      `Commande inconnue : ${typed} (/help les dit toutes, // écrit un « / »).`,
    );
  }
  const required = accepts(name) && !command.usage.includes("[");
  if ((required && !rest) || (rest && !accepts(name))) {
    throw new UsageError(`Usage : ${command.usage}`);
  }
  return [name, rest];
}

/** À qui, et quoi : un pseudo déjà vu peut contenir des espaces. Lève UsageError. */
export function addressed(/** @type {string} */ rest, /** @type {Iterable<string>} */ known) {
  const longest = [...known].sort((one, other) => other.length - one.length);
  const found = longest.find(
    (name) => fold(rest.slice(0, name.length)) === fold(name) && rest[name.length] === " ",
  );
  const [pseudo, text] = found ? [found, strip(rest.slice(found.length))] : cut(rest);
  if (!text) throw new UsageError("Usage : /msg PSEUDO TEXTE");
  return { pseudo, text };
}

/**
 * @param {string} line
 * @returns {[string, string]}
 */
function cut(line) {
  const space = line.indexOf(" ");
  return space < 0 ? [line, ""] : [line.slice(0, space), strip(line.slice(space))];
}
