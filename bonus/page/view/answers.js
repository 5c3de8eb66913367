/** Ce que le serveur répond à une commande, en une phrase. */

/** @import { Answered } from "../core/events.js" */

/** @param {Answered} event */
export function answered({ verb, answer }) {
  const { code, text } = answer;
  if (verb === "token" && typeof code === "string") {
    // Après « # » : l'adresse ne le dit ni au serveur, ni à un journal en chemin.
    const link = new URL(`./#token=${encodeURIComponent(code)}`, location.href).href;
    return `Être vous ailleurs, une fois, d'ici dix minutes : ${link} ou client.py --token ${code}`;
  }
  return typeof text === "string" ? text : "C’est fait.";
}

/** Le code que porte l'adresse de la page ; vide si elle n'en porte pas. */
export function codeIn(/** @type {string} */ hash) {
  return /^#token=([\w-]{1,64})$/.exec(hash)?.[1] ?? "";
}
