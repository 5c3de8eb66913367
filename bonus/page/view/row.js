/** Un message, tel qu'il se montre. Tout texte du réseau y est de nouveau rendu inoffensif. */

import { neutral } from "../protocol/text.js";
import { dateOf, dayOf, hourOf } from "./dates.js";
import { initial, make, paint, typeset } from "./dom.js";

/** @import { Post } from "../core/outbox.js" */
/** @import { Shown } from "../core/events.js" */
/** @import { Absent } from "../protocol/documents.js" */
/** @typedef {{ element: HTMLElement, voice: string, time: number, day: string }} Row */

const URLS = /https?:\/\/[^\s<>"«»]+/g;
const ABSENT = {
  removed: "message retiré",
  unreadable: "message illisible",
  strange: "message que cette version ne sait pas lire",
};
const TRAILING = /[.,;:!?'’)\]}]+$/; // la ponctuation de la phrase, et non de l'adresse

/**
 * @param {Shown} message
 * @param {boolean} mine
 * @param {HTMLElement | null} picture pour une image, ce qui la montre
 * @returns {Row}
 */
export function messageRow(message, mine, picture) {
  if (message.kind === "Absent") return absentRow(message);
  const date = dateOf(message.time);
  const to = message.kind === "Whispered" ? message.to : "";
  const hour = make("time", { className: "hour", textContent: hourOf(date) });
  if (!Number.isNaN(date.valueOf())) hour.dateTime = date.toISOString();
  const body = picture ?? bodyOf(message.kind === "Pictured" ? message.name : message.text);
  const element = frame(mine ? "" : message.pseudo, verb(message, mine), mine && to, hour, body);
  paintFace(element, message.pseudo, message.colour);
  element.dataset.seq = String(message.seq);
  element.dataset.pseudo = mine ? to : message.pseudo;
  return { element, voice: `${message.person}\n${to}`, time: message.time, day: dayOf(date) };
}

/**
 * La place d'un message : on ne sait pas toujours de quel jour il était.
 *
 * @param {Absent} message
 * @returns {Row}
 */
function absentRow({ seq, time, why, by }) {
  const element = noticeRow(`${ABSENT[why]}${by && ` par ${by}`}`);
  element.dataset.seq = String(seq);
  return { element, voice: "", time, day: time ? dayOf(dateOf(time)) : "" };
}

/**
 * Un message que l'on vient de retirer : sa place, comme si elle venait de l'historique.
 *
 * @param {Row} row
 * @param {number} seq
 * @param {string} by
 * @returns {Row}
 */
export function removedRow({ time, day }, seq, by) {
  const element = noticeRow(`${ABSENT.removed} par ${by}`);
  element.dataset.seq = String(seq);
  return { element, voice: "", time, day };
}

/**
 * Un message à nous, que le serveur n'a pas encore.
 *
 * @param {Post} post
 * @param {{ pseudo: string, colour: number }} me
 */
export function pendingRow({ text, to, image }, me) {
  const state = make("p", { className: "state", textContent: "envoi…" });
  const said = image ? " envoyez une image" : " dites";
  const element = frame("", said, to, "", bodyOf(text), state);
  paintFace(element, me.pseudo, me.colour);
  element.classList.add("pending");
  return { element, state };
}

/**
 * @param {string} pseudo vide : nous
 * @param {string} said
 * @param {string | false} to
 * @param {Node | string} hour
 * @param {...Node} content
 */
function frame(pseudo, said, to, hour, ...content) {
  const author = make("bdi", { className: "author foreign" }, neutral(pseudo) || "Vous");
  const who = make("p", { className: "who" }, author);
  if (to) who.append(make("span", { className: "to foreign", textContent: `→ ${neutral(to)}` }));
  // À l'oreille : « alice, 14:32, a dit : salut ».
  who.append(" ", hour, make("span", { className: "hidden", textContent: `${said} : ` }));
  const face = make("span", { className: "face", ariaHidden: "true" });
  const element = make("article", { className: "row" }, face, who, ...content);
  element.classList.toggle("mine", !pseudo);
  return element;
}

/**
 * @param {HTMLElement} element
 * @param {string} pseudo
 * @param {number} colour
 */
function paintFace(element, pseudo, colour) {
  const [face, author] = element.querySelectorAll(".face, .author");
  if (face instanceof HTMLElement) paint(face, colour).textContent = initial(pseudo);
  if (author instanceof HTMLElement) paint(author, colour);
}

/**
 * @param {Exclude<Shown, Absent>} message
 * @param {boolean} mine
 */
function verb({ kind }, mine) {
  if (kind === "Pictured") return mine ? " avez envoyé une image" : " a envoyé une image";
  if (kind === "Whispered") return mine ? " avez dit en privé" : " vous a dit en privé";
  return mine ? " avez dit" : " a dit";
}

function bodyOf(/** @type {string} */ text) {
  const body = make("p", { className: "body foreign" });
  text = neutral(text);
  let place = 0;
  for (const { 0: found, index } of text.matchAll(URLS)) {
    const url = found.replace(TRAILING, "");
    if (!URL.canParse(url)) continue;
    const link = make("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, url);
    body.append(text.slice(place, index), link);
    place = index + url.length;
  }
  body.append(text.slice(place));
  return body;
}

/** @param {string} text d'une ligne qui n'est de personne */
export function noticeRow(text) {
  return make("p", { className: "notice foreign", textContent: typeset(neutral(text)) });
}
