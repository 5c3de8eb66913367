/** Les jours et les heures, dans le fuseau d'ici. */

const LATEST = 8.64e15; // ms : plus loin, une date n'en est plus une

/** @param {number} time en ms, tel que le serveur le dit : il peut dire n'importe quoi */
export function dateOf(time) {
  return new Date(Math.min(time, LATEST));
}

/** « samedi 21 novembre 2026 » */
export const dayOf = new Intl.DateTimeFormat("fr", {
  weekday: "long", day: "numeric", month: "long", year: "numeric",
}).format;

/** « 14:32 » */
export const hourOf = new Intl.DateTimeFormat("fr", { hour: "2-digit", minute: "2-digit" }).format;
