/** Ce que la personne demande est vérifié ici d'abord : le serveur, lui, pourrait couper. */

import { byteLength } from "../protocol/fields.js";
import { cleanName, neutral, strip } from "../protocol/text.js";

/** Ce que veut la personne n'est pas possible ; le texte, en français, lui dit pourquoi. */
export class RequestError extends Error {
  name = "RequestError";
}

/**
 * @param {string} what
 * @param {string} name
 * @param {number} limit caractères
 */
export function checkedName(what, name, limit) {
  try {
    return cleanName(name, limit);
  } catch (why) {
    throw new RequestError(`${what} refusé : ${/** @type {Error} */ (why).message}.`);
  }
}

/**
 * @param {string} text
 * @param {number} limit octets
 */
export function checkedText(text, limit) {
  const kept = strip(neutral(text));
  if (!kept) throw new RequestError("Un message vide.");
  if (byteLength(kept) > limit) {
    throw new RequestError(`Trop long : un message a ${limit} octets au plus.`);
  }
  return kept;
}

/**
 * @param {Uint8Array<ArrayBuffer>} image
 * @param {number} limit octets
 */
export function checkedImage(image, limit) {
  if (!image.length || image.length > limit) {
    throw new RequestError(`Une image a ${limit} octets au plus.`);
  }
  return image;
}
