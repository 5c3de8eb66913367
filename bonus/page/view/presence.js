/** Qui arrive et qui part, en une phrase. */

import { Presence } from "../protocol/messages.js";
import { neutral } from "../protocol/text.js";
import { counted } from "./dom.js";

/** @import { Announced, Gathered } from "../core/events.js" */

/** @type {Readonly<Record<number, [one: string, many: string]>>} */
const SAID = Object.freeze({
  [Presence.ARRIVED]: ["a rejoint la chatroom", "ont rejoint la chatroom"],
  [Presence.LEFT]: ["a quitté la chatroom", "ont quitté la chatroom"],
  [Presence.BACK]: ["est de retour !", "sont de retour !"],
  [Presence.MOVED]: ["a changé de salon", "ont changé de salon"],
});

/** @param {Announced} event */
export function announcement({ presence, pseudo }) {
  const start = presence === Presence.BACK ? "" : "Annonce : ";
  return `${start}${neutral(pseudo)} ${SAID[presence][0]}`;
}

/** @param {Gathered} event « alice, bob et 12 autres » */
export function gathering({ presence, count, names }) {
  const known = names.slice(0, count).map(neutral);
  const others = count - known.length;
  const last = others ? (known.length ? counted(others, "autre") : String(others)) : known.pop();
  const who = known.length ? `${known.join(", ")} et ${last}` : last;
  return `Annonce : ${who} ${SAID[presence][count > 1 ? 1 : 0]}`;
}
