/** Ce que change pour nous ce qu'on décide d'un salon : ce qu'il est, son nom, d'y être encore. */

import { ProtocolError } from "../protocol/frames.js";
import { PRIVATE } from "../protocol/messages.js";
import { fold } from "../protocol/text.js";
import { OFF } from "./stream.js";

/** @import { Of } from "../protocol/messages.js" */
/** @import { Event } from "./events.js" */
/** @import { Outbox, Post } from "./outbox.js" */
/** @import { Stream } from "./stream.js" */
/** @import { Streams } from "./streams.js" */
/** @typedef {{ streams: Streams, outbox: Outbox }} Ours nos salons, et ce que nous y disons */

/**
 * Nous y voilà.
 *
 * @param {Stream} stream
 * @param {{ again: boolean, restarted: boolean }} since
 * @returns {Event}
 */
export function entered({ name, members, mode, topic }, since) {
  return { type: "entered", room: name, members, ...since, mode, topic };
}

/**
 * @param {Stream} stream
 * @param {Of<"Acted">} message
 * @param {Ours} ours
 * @returns {Event[]}
 */
export function happened(stream, message, ours) {
  if (stream.name === PRIVATE) return []; // rien ne s'en décide
  const { name: room, mode, topic } = stream.ruled(message);
  /** @type {Event[]} */
  const events = [{ type: "ruled", room, mode, topic }];
  if (message.act === "rename") return [...events, ...renamed(stream, message.text, ours)];
  if (message.act !== "close" || message.text === OFF) return events;
  return [...events, ...putOut(stream, "Ce salon est fermé.", ours)];
}

/**
 * Si l'on était déjà dans un salon de ce nom, les deux n'en font qu'un : on n'est plus dans celui-ci.
 *
 * @param {Stream} stream
 * @param {string} name
 * @param {Ours} ours
 * @returns {Event[]}
 */
export function renamed(stream, name, ours) {
  const [before, other] = [stream.name, ours.streams.named(name)];
  if ([before, name].includes(PRIVATE)) {
    throw new ProtocolError("Les messages privés n'ont pas d'autre nom.");
  }
  if (other && other !== stream) return putOut(stream, "Ce salon a changé de nom.", ours);
  ours.streams.rename(stream, name);
  ours.outbox.rename(fold(before), fold(name));
  return [{ type: "renamed", room: before, name }];
}

/**
 * Nous n'y sommes plus : ce qu'on voulait y dire ne le sera pas.
 *
 * @param {Stream} stream
 * @param {string} text pourquoi
 * @param {Ours} ours
 * @returns {Event[]}
 */
export function putOut({ name, known }, text, { streams, outbox }) {
  streams.remove(name);
  const lost = unsaid(outbox.drop(fold(name)), text);
  return known ? [...lost, { type: "out", room: name }] : lost;
}

/**
 * Ce qui ne sera pas dit.
 *
 * @param {Post[]} posts
 * @param {string} text pourquoi
 * @returns {Event[]}
 */
export function unsaid(posts, text) {
  return posts.map((post) => ({ type: "refused", text, post, reason: null, room: "" }));
}
