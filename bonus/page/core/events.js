/**
 * Ce qui arrive à un participant, tel que la page l'apprend.
 *
 * `room` y est le nom du salon, PRIVATE pour les messages privés. `post` : celui de nos messages
 * dont il s'agit, s'il y en a un.
 */

/** @import { Absent, RoomSummary } from "../protocol/documents.js" */
/** @import { Of } from "../protocol/messages.js" */
/** @import { Post } from "./outbox.js" */
/** @typedef {Of<"Said"> | Of<"Whispered"> | Of<"Pictured"> | Absent} Shown */

/**
 * Le serveur nous connaît. `back` : il nous connaissait déjà ; `again` : après une coupure.
 *
 * @typedef {{ type: "welcomed", pseudo: string, person: number, colour: number, back: boolean,
 *   again: boolean, role: number }} Welcomed
 */
/**
 * Nous voilà dans ce salon. `again` : nous y étions avant la coupure ; `restarted` : mais il a été
 * refait depuis.
 *
 * @typedef {{ type: "entered", room: string, members: number, again: boolean,
 *   restarted: boolean, mode: number, topic: string }} Entered
 */
/**
 * Ce qu'est désormais ce salon ; les champs, comme ceux d'« entered ».
 *
 * @typedef {{ type: "ruled", room: string, mode: number, topic: string }} Ruled
 */
/** @typedef {{ type: "renamed", room: string, name: string }} Renamed ce salon a changé de nom */
/**
 * Nous ne sommes plus dans ce salon : il a fermé, ou ne nous laisse plus entrer.
 *
 * @typedef {{ type: "out", room: string }} PutOut
 */
/**
 * Un message. `old` : il vient de l'historique.
 *
 * @typedef {{ type: "spoke", room: string, message: Shown, mine: boolean, old: boolean,
 *   post: Post | null }} Spoke
 */
/**
 * On a fait quelque chose au salon, ou à l'un de ses messages.
 *
 * @typedef {{ type: "acted", room: string, message: Of<"Acted">, mine: boolean,
 *   old: boolean }} Acted
 */
/**
 * @typedef {{ type: "announced", room: string, presence: number, pseudo: string, colour: number,
 *   mine: boolean }} Announced
 */
/**
 * Comme « announced », de `count` personnes, dont `names` ne nomme que les premières.
 *
 * @typedef {{ type: "gathered", room: string, presence: number, count: number,
 *   names: string[] }} Gathered
 */
/**
 * La réponse à une commande.
 *
 * @typedef {{ type: "answered", verb: string, answer: Record<string, unknown> }} Answered
 */
/** @typedef {{ type: "notice", text: string }} Notice */
/**
 * Le serveur dit non ; `room` : à qui entrait dans ce salon.
 *
 * @typedef {{ type: "refused", text: string, post: Post | null, reason: number | null,
 *   room: string }} Refused
 */
/** @typedef {{ type: "rooms", rooms: RoomSummary[] }} RoomsListed */
/**
 * Une page plus ancienne, demandée. `person` : nous ; `more` : il y en a d'autres avant.
 *
 * @typedef {{ type: "page", room: string, messages: Shown[], person: number,
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
 * @typedef {Welcomed | Entered | Ruled | Renamed | PutOut | Spoke | Acted | Announced | Gathered
 *   | Answered | Notice | Refused | RoomsListed | PageReceived | ImageReceived | Connecting | Lost
 *   | Ended} Event
 */

export {};
