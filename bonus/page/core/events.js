/**
 * Ce qui arrive à un participant, tel que la page l'apprend.
 *
 * `room` y est le nom du salon, PRIVATE pour les messages privés. `post` : celui de nos messages
 * dont il s'agit, s'il y en a un.
 */

/** @import { RoomSummary } from "../protocol/documents.js" */
/** @import { Posted } from "../protocol/messages.js" */
/** @import { Post } from "./outbox.js" */

/**
 * Le serveur nous connaît. `back` : il nous connaissait déjà ; `again` : après une coupure.
 *
 * @typedef {{ type: "welcomed", pseudo: string, person: number, colour: number, back: boolean,
 *   again: boolean }} Welcomed
 */
/**
 * Nous voilà dans ce salon. `again` : nous y étions avant la coupure ; `restarted` : mais il a été
 * refait depuis.
 *
 * @typedef {{ type: "entered", room: string, members: number, again: boolean,
 *   restarted: boolean }} Entered
 */
/**
 * Un message. `old` : il vient de l'historique.
 *
 * @typedef {{ type: "spoke", room: string, message: Posted, mine: boolean, old: boolean,
 *   post: Post | null }} Spoke
 */
/**
 * @typedef {{ type: "announced", room: string, presence: number, pseudo: string, colour: number,
 *   mine: boolean }} Announced
 */
/** @typedef {{ type: "notice", text: string }} Notice */
/** @typedef {{ type: "refused", text: string, post: Post | null }} Refused */
/** @typedef {{ type: "rooms", rooms: RoomSummary[] }} RoomsListed */
/**
 * Une page plus ancienne, demandée. `person` : nous ; `more` : il y en a d'autres avant.
 *
 * @typedef {{ type: "page", room: string, messages: Posted[], person: number,
 *   more: boolean }} PageReceived
 */
/**
 * @typedef {{ type: "image", room: string, seq: number,
 *   data: Uint8Array<ArrayBuffer> }} ImageReceived
 */
/** @typedef {{ type: "connecting" }} Connecting */
/**
 * La connexion est perdue ; on réessaie dans `delay` secondes.
 *
 * @typedef {{ type: "lost", text: string, delay: number }} Lost
 */
/**
 * Le serveur nous congédie, ou rien n'y répond. `reason` : Reason, ou null ; `final` : il ne faut
 * pas y revenir, et plus rien n'arrivera.
 *
 * @typedef {{ type: "ended", reason: number | null, text: string, final: boolean }} Ended
 */
/**
 * @typedef {Welcomed | Entered | Spoke | Announced | Notice | Refused | RoomsListed | PageReceived
 *   | ImageReceived | Connecting | Lost | Ended} Event
 */

export {};
