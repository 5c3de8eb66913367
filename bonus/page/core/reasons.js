/** Les raisons que donne un serveur : celles que l'on connaît, et s'il faut y revenir. */

import { Reason } from "../protocol/frames.js";

// Revenir ne servirait à rien, ou gênerait quelqu'un.
/** @type {ReadonlySet<number>} */
export const FINAL = new Set([
  Reason.PROTOCOL,
  Reason.VERSION,
  Reason.PSEUDO_TAKEN,
  Reason.NAME,
  Reason.TAKEN_OVER,
  Reason.FLOOD,
  Reason.TOO_LONG,
  Reason.BANNED,
  Reason.DENIED,
  Reason.CODE,
  Reason.EXPELLED,
]);
/** @type {ReadonlySet<number>} */
const REASONS = new Set(Object.values(Reason));

/** La raison de ce nombre ; null s'il est d'un serveur plus récent. */
export function known(/** @type {number} */ number) {
  return REASONS.has(number) ? number : null;
}
