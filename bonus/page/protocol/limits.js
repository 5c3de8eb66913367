/** Les bornes que tiennent les deux bouts : celles du format, et celles que dit le serveur. */

export const FRAME = 16_000_000; // octets : la plus grande trame qu'un client accepte de son serveur
export const LONGEST_NAME = 255; // octets : la taille d'un nom tient sur un octet

/**
 * Ce que le serveur dit de ses bornes dans /limits.json ; durées en secondes, tailles en octets,
 * noms en caractères.
 *
 * @typedef {object} Limits
 * @property {number} pseudo
 * @property {number} room
 * @property {number} text
 * @property {number} image
 * @property {number} image_name
 * @property {number} pixels d'une image
 * @property {number} side pixels de son plus grand côté
 * @property {number} rate messages par seconde ; 0 : sans limite
 * @property {number} burst messages d'affilée
 * @property {number} ping
 * @property {number} idle
 */
