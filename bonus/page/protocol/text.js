/**
 * Rendre inoffensif un texte venu d'ailleurs, et choisir ce qui peut servir de nom.
 *
 * Les mêmes résultats que wording/harmless.py et protocol/text.py, pour tout caractère que les deux connaissent : un
 * navigateur peut avoir un Unicode plus récent que celui du serveur, qui tranche.
 */

import { byteLength } from "./fields.js";
import { LONGEST_NAME } from "./limits.js";

const REPLACEMENT = "\ufffd"; // « � »
// Aucune lettre ne se décompose, en NFD, en plus de quatre caractères.
const MAX_DECOMPOSITION = 4;

// Ce qui pilote un terminal ou trompe l'œil. Les liants (U+200C, U+200D) et les sélecteurs de
// variante (U+FE0F) restent : les emoji composés et le persan en ont besoin.
const HARM = new RegExp(
  "[" +
    "\\x00-\\x1f\\x7f-\\x9f" + // contrôles : échappements, retours à la ligne, tabulations
    "\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069" + // sens d'écriture
    "\\u2028\\u2029" + // séparateurs de lignes et de paragraphes
    "\\u180e\\u200b\\u2060-\\u2065\\u206a-\\u206f\\ufeff\\ufff9-\\ufffb" + // invisibles
    "\\ud800-\\udfff" + // substituts isolés : ils ne s'écrivent pas en UTF-8
    "\\u{e0000}-\\u{e0fff}" + // étiquettes : un second texte, caché dans le premier
    "]",
  "gu",
);
// Quatre signes restent sur une lettre : l'hébreu en met trois, « zalgo » cinquante. Un liant entre
// deux signes n'empêche pas la pile de monter : il compte aussi.
const PILE = /([\p{M}\u200c\u200d]{4})[\p{M}\u200c\u200d]+/gu;
// Ils passent pour imprimables et ne se voient pas : deux noms différents auraient le même aspect.
const BLANKS =
  /[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\uffa0\u{e0100}-\u{e01ef}]/u;
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u;
// Un emoji composé : des symboles qu'un liant réunit en un dessin. Ailleurs, il ne se verrait pas.
const SYMBOL = "[\\u2190-\\u2bff\\u{1f300}-\\u{1faff}][\\ufe0f\\u{1f3fb}-\\u{1f3ff}]?";
const JOINED = new RegExp(`${SYMBOL}(?:\\u200d${SYMBOL})+`, "gu");
const SELECTORS = /[\ufe00-\ufe0f]/g;
// trim() garderait U+001C à U+001F et U+0085, et retirerait U+FEFF : Python fait l'inverse.
const SPACE = "[\\t-\\r\\x1c-\\x20\\x85\\p{Z}]";
const EDGES = new RegExp(`^${SPACE}+|(?<!${SPACE})${SPACE}+$`, "gu");
// JavaScript ne sait pas replier la casse : passer par les majuscules revient au même, sauf pour
// « ı », qui n'est pas « i », et pour le cherokee, qui se replie en majuscules.
const CASED = /[^\u0131]/gu;
const CHEROKEE = /^[\u13a0-\u13fd\uab70-\uabbf]$/;

/**
 * `text` sans rien qui pilote un terminal, coupe une ligne ou déborde sur les voisines.
 * Ce qui est nuisible devient « � » ; d'une pile de signes, les quatre premiers restent.
 */
export function neutral(/** @type {string} */ text) {
  return text.replace(HARM, REPLACEMENT).replace(PILE, "$1");
}

/** `text` sans les espaces du bord. */
export function strip(/** @type {string} */ text) {
  return text.replace(EDGES, "");
}

/**
 * Le pseudo ou le nom de salon tel qu'il sera gardé : composé (NFC), sans espace au bord.
 * `limit` est en caractères. RangeError, avec la raison en français, s'il ne convient pas.
 */
export function cleanName(/** @type {string} */ text, /** @type {number} */ limit) {
  let name = strip(text);
  // D'abord sa longueur : le temps que prend NFC croît comme le carré d'une pile de signes.
  if (characters(name) <= limit * MAX_DECOMPOSITION) name = name.normalize("NFC");
  const reason = complaint(name, limit);
  if (reason) throw new RangeError(reason);
  return name;
}

function complaint(/** @type {string} */ name, /** @type {number} */ limit) {
  if (characters(name) > limit) return `${limit} caractères au plus`;
  if (!name) return "il est vide";
  const seen = name.replace(JOINED, (joined) => joined.replaceAll("\u200d", ""));
  if (UNPRINTABLE.test(seen) || neutral(name) !== name || BLANKS.test(name)) {
    return "il contient un caractère invisible ou interdit";
  }
  if (/^[/@#]/.test(fold(name))) { // « ＠ » aussi : il se replie en « @ »
    const [first] = name;
    return `il commence par « ${first} », qui annonce autre chose`;
  }
  if (/^\p{M}/u.test(name)) return "il commence par un signe qui se poserait sur la lettre d'avant";
  if (name.includes("  ")) return "il contient deux espaces de suite";
  if (byteLength(name) > LONGEST_NAME) return `${LONGEST_NAME} octets au plus`; // NFC l'allonge
  return "";
}

/**
 * La forme sous laquelle deux noms se comparent : « ÉLODIE » et « élodie » n'en font qu'un.
 * Les accents comptent. C'est `toNFKC_Casefold` (Unicode, définition D147), ou presque.
 */
export function fold(/** @type {string} */ name) {
  const once = folded(name.replace(SELECTORS, "").normalize("NFD"));
  const twice = folded(once.normalize("NFKC"));
  return twice.normalize("NFKC");
}

function folded(/** @type {string} */ text) {
  // Lettre à lettre : toLowerCase() écrirait « ς » à la fin d'un mot.
  return text.replace(CASED, (letter) => {
    const capital = letter.toLowerCase().toUpperCase();
    return CHEROKEE.test(letter) ? capital : capital.toLowerCase();
  });
}

function characters(/** @type {string} */ text) {
  let count = 0;
  for (const _ of text) count++;
  return count;
}
