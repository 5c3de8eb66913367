/** Ce qu'on décide des salons, des messages et de nous : où cela se montre. */

import { Role } from "../protocol/flags.js";
import { PRIVATE } from "../protocol/messages.js";
import { neutral } from "../protocol/text.js";
import { told } from "./acts.js";
import { answered } from "./answers.js";
import { find, initial, typeset } from "./dom.js";

/** @import * as Events from "../core/events.js" */
/** @import { Room, Rooms } from "./rooms.js" */
/** @typedef {Events.Acted | Events.Ruled | Events.Renamed | Events.PutOut | Events.Answered} Ruled */
/**
 * La conversation, pour qui y décide.
 *
 * @typedef {object} Chat
 * @property {Rooms} rooms
 * @property {{ pseudo: string, colour: number }} me
 * @property {(name: string) => Room} open
 * @property {(room: Room) => void} go
 * @property {(text: string) => void} note
 * @property {() => void} refresh
 */

const MODES = ["lecture seule", "sur invitation", "mot de passe", "plus personne n’entre", "fermé"];

export class Ruling {
  operator = false;
  #role = find("me-role", HTMLElement);
  #topic = find("topic", HTMLElement);

  constructor(/** @type {Chat} */ chat) {
    this.chat = chat;
  }

  set role(/** @type {number} */ role) {
    this.operator = Boolean(role & Role.OPERATOR);
    this.#role.hidden = !this.operator;
  }

  heard(/** @type {Ruled} */ event) {
    const { rooms } = this.chat;
    if (event.type === "answered") return this.#answered(event);
    if (event.type === "acted") return this.#acted(event);
    const room = rooms.find(event.room);
    if (!room) return;
    if (event.type === "ruled") [room.mode, room.topic] = [event.mode, event.topic];
    else if (event.type === "renamed") rooms.rename(room, event.name);
    else return this.#out(room);
    if (room === rooms.current) this.chat.go(room);
  }

  #acted(/** @type {Events.Acted} */ event) {
    const { act, target, pseudo, text } = event.message;
    if (act === "nick" && event.mine && !event.old) this.#renameMe(text);
    if (act === "nick" && event.room === PRIVATE) return; // dit dans chacun de nos salons
    const room = this.chat.open(event.room);
    if (act === "delete") return room.log.remove(target, pseudo);
    if (act === "nick" && !event.old) room.renamed(pseudo, text);
    const line = told(event);
    if (line) room.log.note(line);
  }

  #renameMe(/** @type {string} */ pseudo) {
    this.chat.me.pseudo = pseudo;
    find("me-name", HTMLElement).textContent = neutral(pseudo);
    find("me-face", HTMLElement).textContent = initial(pseudo);
  }

  #out(/** @type {Room} */ room) {
    const { rooms } = this.chat;
    const looking = room === rooms.current;
    rooms.close(room);
    if (looking) this.chat.go(rooms.current ?? this.chat.open(PRIVATE));
    this.chat.note(`Vous n'êtes plus dans ${room.title}.`);
    this.chat.refresh();
  }

  #answered(/** @type {Events.Answered} */ event) {
    const { verb, answer } = event;
    if (verb === "token") return this.chat.note(answered(event));
    if (verb === "operator") this.role = Role.OPERATOR;
    const lines = [answer.text].concat(Array.isArray(answer.lines) ? answer.lines : []);
    for (const line of lines) if (typeof line === "string" && line) this.chat.note(line);
  }

  /** Le sujet du salon que l'on regarde, et ce qui le distingue d'un autre. */
  show(/** @type {Room} */ room) {
    const modes = MODES.filter((_, bit) => room.mode & (1 << bit)).join(", ");
    const what = [neutral(room.topic), modes && `(${modes})`].filter(Boolean).join(" ");
    this.#topic.textContent = typeset(what);
    this.#topic.title = this.#topic.textContent;
    this.#topic.hidden = !what;
  }
}
