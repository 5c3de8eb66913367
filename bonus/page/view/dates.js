/** Les jours et les heures, dans le fuseau d'ici. */

const DAY = new Intl.DateTimeFormat("fr", {
  weekday: "long", day: "numeric", month: "long", year: "numeric",
});
const HOUR = new Intl.DateTimeFormat("fr", { hour: "2-digit", minute: "2-digit" });
const LATEST = 8.64e15; // ms : plus loin, une date n'en est plus une

/** @param {number} time en ms, tel que le serveur le dit : il peut dire n'importe quoi */
export function dateOf(time) {
  return new Date(Math.min(time, LATEST));
}

/**
 * « samedi 21 novembre 2026 »
 *
 * @param {Date} date
 */
export function dayOf(date) {
  return DAY.format(date);
}

/**
 * « 14:32 »
 *
 * @param {Date} date
 */
export function hourOf(date) {
  return HOUR.format(date);
}
