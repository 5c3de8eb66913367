/** Ce que veut dire une ligne tapée : un message, ou une commande et ce qui la suit. */

import { fold, strip } from "../protocol/text.js";

/**
 * `operator` : l'aide ne la montre qu'aux opérateurs.
 *
 * @type {Readonly<Record<string, { usage: string, help: string, operator?: boolean }>>}
 */
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
  "/delete": {
    usage: "/delete [PSEUDO]",
    help: "retirer mon dernier message ; un opérateur, celui d’un autre",
  },
  "/nick": { usage: "/nick NOUVEAU", help: "changer de pseudo" },
  "/ignore": {
    usage: "/ignore [PSEUDO]",
    help: "ne plus lire quelqu’un ; seul : qui je ne lis plus",
  },
  "/unignore": { usage: "/unignore PSEUDO", help: "le lire de nouveau" },
  "/topic": {
    usage: "/topic [TEXTE]",
    help: "le sujet du salon ; un opérateur le change, « - » l’ôte",
  },
  "/private": { usage: "/private [non]", help: "mon salon : n’y entrer que sur invitation" },
  "/invite": { usage: "/invite PSEUDO", help: "mon salon : y inviter quelqu’un" },
  "/password": { usage: "/password [MOT]", help: "mon salon : son mot de passe ; seul : sans" },
  "/forget": { usage: "/forget [PSEUDO]", help: "effacer tout ce que j’ai dit, et moi avec" },
  "/operator": { usage: "/operator CODE", help: "devenir opérateur, par le code du serveur" },
  "/kick": { usage: "/kick PSEUDO [POURQUOI]", help: "renvoyer quelqu’un", operator: true },
  "/ban": {
    usage: "/ban QUI [DURÉE] [POURQUOI]",
    help: "exclure (30m, 2h, 7j, toujours)",
    operator: true,
  },
  "/unban": { usage: "/unban QUI", help: "ne plus exclure", operator: true },
  "/bans": { usage: "/bans", help: "qui est exclu", operator: true },
  "/mute": {
    usage: "/mute PSEUDO [DURÉE] [POURQUOI]",
    help: "retirer la parole",
    operator: true,
  },
  "/unmute": { usage: "/unmute PSEUDO", help: "rendre la parole", operator: true },
  "/lock": { usage: "/lock [non]", help: "plus personne n’entre dans ce salon", operator: true },
  "/readonly": { usage: "/readonly [non]", help: "seuls les opérateurs y parlent", operator: true },
  "/rename": { usage: "/rename NOM", help: "donner un autre nom à ce salon", operator: true },
  "/close": { usage: "/close [non]", help: "fermer ce salon : tout le monde en sort", operator: true },
  "/release": { usage: "/release PSEUDO", help: "rendre libre un pseudo abandonné", operator: true },
  "/help": { usage: "/help", help: "cette aide" },
  "/quit": { usage: "/quit", help: "partir" },
});

/** Cette ligne ne veut rien dire ; le texte, en français, est pour qui l'a tapée. */
export class UsageError extends Error {}

export function accepts(/** @type {string} */ name) {
  return Boolean(COMMANDS[name]?.usage.includes(" "));
}

/** Ce qui la suit commence par quelqu'un que l'on connaît. */
export function namesSomeone(/** @type {string} */ name) {
  const [, first = ""] = COMMANDS[name]?.usage.split(" ") ?? [];
  return ["PSEUDO", "[PSEUDO]", "QUI"].includes(first);
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
  const required = accepts(name) && !command.usage.startsWith("[", name.length + 1);
  if ((required && !rest) || (rest && !accepts(name))) {
    throw new UsageError(`Usage : ${command.usage}`);
  }
  return [name, rest];
}

/**
 * Qui, et ce qui suit : un pseudo déjà vu peut contenir des espaces.
 *
 * @param {string} rest
 * @param {Iterable<string>} known
 * @returns {[pseudo: string, text: string]}
 */
export function named(rest, known) {
  const longest = [...known].sort((one, other) => other.length - one.length);
  const found = longest.find((name) => fold(rest.slice(0, name.length)) === fold(name)
    && [undefined, " "].includes(rest[name.length]));
  return found ? [found, strip(rest.slice(found.length))] : cut(rest);
}

/** À qui, et quoi. Lève UsageError. */
export function addressed(/** @type {string} */ rest, /** @type {Iterable<string>} */ known) {
  const [pseudo, text] = named(rest, known);
  if (!text) throw new UsageError("Usage : /msg PSEUDO TEXTE");
  return { pseudo, text };
}

/** Celles que l'aide dit. */
export function shown(/** @type {boolean} */ operator) {
  return Object.values(COMMANDS).filter((command) => operator || !command.operator);
}

/**
 * Le premier mot, et la suite.
 *
 * @param {string} line
 * @returns {[string, string]}
 */
export function cut(line) {
  const space = line.indexOf(" ");
  return space < 0 ? [line, ""] : [line.slice(0, space), strip(line.slice(space))];
}
