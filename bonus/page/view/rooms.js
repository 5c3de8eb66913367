/** Les salons où l'on est, et ce que chacun a à montrer. */

import { PRIVATE, Presence } from "../protocol/messages.js";
import { fold, neutral } from "../protocol/text.js";
import { Log } from "./log.js";

/** @import { Announced } from "../core/events.js" */
/** @import { RoomSummary } from "../protocol/documents.js" */

export class Room {
  constructor(/** @type {string} */ name) {
    this.name = name;
    this.log = new Log();
    this.unread = 0;
    /** @type {Set<string>} */
    this.people = new Set();
    this.count = 0; // ceux qui y sont : `people` peut n'en nommer qu'une partie
    this.more = true; // il reste peut-être de l'historique à demander
    this.loading = false; // une page est demandée
    this.filling = true; // ce qui arrive de l'historique est d'avant nous
    this.draft = ""; // ce qu'on y écrivait
    this.to = ""; // en privé, à qui
    this.mode = 0; // Mode
    this.topic = "";
  }

  get private() {
    return this.name === PRIVATE;
  }

  get title() {
    return this.private ? "Messages privés" : neutral(this.name);
  }

  /** Un correspondant, en privé ; le dernier à la fin. */
  met(/** @type {string} */ pseudo) {
    this.people.delete(pseudo);
    this.people.add(pseudo);
    this.to ||= pseudo;
  }

  /** Quelqu'un a changé de pseudo. */
  renamed(/** @type {string} */ before, /** @type {string} */ pseudo) {
    const people = [...this.people].map((name) => (name === before ? pseudo : name));
    this.people = new Set(people);
    if (this.to === before) this.to = pseudo;
  }

  /** @param {Announced} event */
  announced({ presence, pseudo }) {
    if (presence === Presence.LEFT || presence === Presence.MOVED) {
      this.people.delete(pseudo);
      this.count = Math.max(0, this.count - 1);
    } else if (!this.people.has(pseudo)) {
      this.people.add(pseudo);
      this.count++;
    }
  }
}

/** Dans l'ordre où on y est entré ; et les autres du serveur. */
export class Rooms {
  /** @type {Map<string, Room>} */
  #rooms = new Map();
  /** @type {Room | null} */
  current = null;
  /** @type {RoomSummary[]} */
  others = [];

  [Symbol.iterator]() {
    return this.#rooms.values();
  }

  get size() {
    return this.#rooms.size;
  }

  get unread() {
    return [...this].reduce((sum, room) => sum + room.unread, 0);
  }

  find(/** @type {string} */ name) {
    return this.#rooms.get(fold(name));
  }

  open(/** @type {string} */ name) {
    let room = this.find(name);
    if (!room) {
      room = new Room(name);
      this.#rooms.set(fold(name), room);
    }
    return room;
  }

  /** Le quitter ; le suivant devient celui que l'on regarde. */
  close(/** @type {Room} */ room) {
    const following = this.neighbour(1);
    this.#rooms.delete(fold(room.name));
    if (room === this.current) this.current = following === room ? null : following;
  }

  /** Il garde sa place. */
  rename(/** @type {Room} */ room, /** @type {string} */ name) {
    const rooms = [...this];
    room.name = name;
    this.#rooms = new Map(rooms.map((one) => [fold(one.name), one]));
  }

  /** Le salon d'à côté de celui que l'on regarde, en tournant. */
  neighbour(/** @type {number} */ step) {
    const rooms = [...this];
    const place = this.current ? rooms.indexOf(this.current) : -1;
    return rooms[(place + step + rooms.length) % rooms.length] ?? null;
  }

  /**
   * @param {RoomSummary[]} summaries
   * @param {boolean} whole tous les salons du serveur, et non un seul
   */
  listed(summaries, whole) {
    if (whole) this.others = summaries.filter(({ name }) => !this.find(name));
    for (const summary of summaries) {
      const room = this.find(summary.name);
      if (room) {
        room.people = new Set(summary.members);
        room.count = summary.count;
      }
    }
  }
}
