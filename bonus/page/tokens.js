/** Les jetons secrets d'une personne : ce qui prouve au serveur qu'un pseudo est le sien. */

import { fold } from "./protocol/text.js";

const LAST = "chat:pseudo";
const HEXADECIMAL = /^(?:[0-9a-f]{2}){1,64}$/;

/** Rien ne peut être gardé ; le message est pour la personne. */
export class TokensError extends Error {
  name = "TokensError";
}

/**
 * Un jeton par pseudo, dans ce navigateur et pour ce serveur seulement : c'est l'origine de la page
 * qui les sépare. Là où rien ne peut être gardé, ils durent autant que la page.
 */
export class Tokens {
  /** @type {Map<string, Uint8Array<ArrayBuffer>>} */
  #kept = new Map();

  /**
   * @param {string} pseudo
   * @returns {Uint8Array<ArrayBuffer> | null}
   */
  get(pseudo) {
    const stored = read(place(pseudo)) ?? "";
    if (!HEXADECIMAL.test(stored)) return this.#kept.get(place(pseudo)) ?? null;
    return Uint8Array.from(stored.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
  }

  /** Garde ce jeton ; TokensError si ce n'est que jusqu'à ce que la page se ferme. */
  keep(/** @type {string} */ pseudo, /** @type {Uint8Array<ArrayBuffer>} */ token) {
    this.#kept.set(place(pseudo), token);
    const text = Array.from(token, (byte) => byte.toString(16).padStart(2, "0")).join("");
    try {
      localStorage.setItem(place(pseudo), text);
    } catch { // navigation privée, données de sites interdites, ou plus de place
      throw new TokensError("ce navigateur ne garde rien pour cette page.");
    }
  }

  /** Le pseudo de la dernière fois, pour le proposer ; vide s'il n'y en a pas. */
  get lastPseudo() {
    return read(LAST) ?? "";
  }

  set lastPseudo(pseudo) {
    try {
      localStorage.setItem(LAST, pseudo);
    } catch {
      // Ce n'était qu'une commodité.
    }
  }
}

const CODE = "chat:code";

/** Le mot de passe du chat, s'il en a un et qu'on l'a donné ; vide sinon. */
export function keptCode() {
  return read(CODE) ?? "";
}

export function keepCode(/** @type {string} */ code) {
  try {
    localStorage.setItem(CODE, code);
  } catch {
    // Il sera redemandé.
  }
}

function place(/** @type {string} */ pseudo) {
  return `chat:token:${fold(pseudo)}`;
}

function read(/** @type {string} */ key) {
  try {
    return localStorage.getItem(key);
  } catch { // même le nommer peut être refusé
    return null;
  }
}
