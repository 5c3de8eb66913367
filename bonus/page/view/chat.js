/** La conversation, de l'accueil au départ : ce qui arrive, et où cela se montre. */

import { Reason } from "../protocol/frames.js";
import { fold, neutral } from "../protocol/text.js";
import { Announcer } from "./announcer.js";
import { announcement, gathering } from "./presence.js";
import { Names } from "./completion.js";
import { Conversation } from "./conversation.js";
import { counted, find, initial, paint, typeset } from "./dom.js";
import { Drawers, People, RoomList } from "./panels.js";
import { Menu } from "./menu.js";
import { Pictures } from "./pictures.js";
import { Rooms } from "./rooms.js";
import { messageRow } from "./row.js";
import { Ruling } from "./ruling.js";
import { askWord } from "./secret.js";
import { Speaker } from "./speaker.js";
import { Status } from "./status.js";
import { Talk } from "./talk.js";

/** @import * as Events from "../core/events.js" */
/** @import { Link } from "../network/link.js" */
/** @import { RoomSummary } from "../protocol/documents.js" */
/** @import { Limits } from "../protocol/limits.js" */
/** @import { Stay } from "./memory.js" */
/** @import { Room } from "./rooms.js" */


export class Chat {
  rooms = new Rooms();
  names = new Names();
  me = { pseudo: "", colour: 0 };
  wanted; // le salon où l'on veut se trouver une fois entré
  leaving = false;
  over = false;
  /** @type {Events.Event[]} */
  #queue = [];
  /** @type {string[]} ce qui est dit avant le premier salon */
  #early = [];
  /** @type {boolean[]} listes demandées : faut-il les montrer ? */
  #lists = [];
  #handling = false;
  #stalled = false; // l'historique s'est refusé : on ne redemande que si l'on y remonte
  #stale = true; // les colonnes ne disent plus ce qu'il en est

  /**
   * @param {Link} link
   * @param {Limits} limits
   * @param {string} wanted
   * @param {Stay["drafts"]} drafts
   */
  constructor(link, limits, wanted, drafts) {
    this.link = link;
    this.wanted = wanted;
    this.drafts = drafts;
    this.status = new Status(() => link.participant.outbox.length);
    this.announcer = new Announcer();
    this.drawers = new Drawers();
    this.conversation = new Conversation({
      onTop: () => this.#atTop(),
      onEnd: () => this.read(),
      onPseudo: (pseudo) => this.talk.writeTo(pseudo),
    });
    this.roomList = new RoomList((name) => this.talk.join(name), (name) => this.leave(name));
    this.people = new People((pseudo) => this.talk.writeTo(pseudo), this.names.colours);
    this.speaker = new Speaker(link, this.names, (text) => this.talk.complain(text));
    this.pictures = new Pictures(
      (message) => !(this.speaker.try(() => link.participant.fetch(message)) instanceof Error),
    );
    this.talk = new Talk(this, limits);
    this.ruling = new Ruling(this);
    this.menu = new Menu((target) => this.talk.actions(target, this.ruling.operator));
  }

  // Ce qui arrive

  handle(/** @type {Events.Event[]} */ events) {
    this.#queue.push(...events);
    if (this.#handling) return; // l'un d'eux nous a fait demander quelque chose
    this.#handling = true;
    try {
      for (let event = this.#queue.shift(); event; event = this.#queue.shift()) {
        this.names.learn(event);
        const heard = this.speaker.hear(event);
        if (heard) this.#one(heard);
      }
    } finally {
      this.#handling = false;
    }
    this.redraw();
    this.announcer.flush();
    if (this.conversation.nearTop && !this.#stalled) this.older();
  }

  #one(/** @type {Events.Event} */ event) {
    switch (event.type) {
      case "spoke":
        return this.#spoke(event);
      case "page":
        return this.#page(event);
      case "announced":
        return this.#announced(event);
      case "gathered":
        return this.#gathered(event);
      case "acted":
      case "answered":
      case "ruled":
      case "renamed":
      case "out":
        this.#stale = true;
        return this.ruling.heard(event);
      case "entered":
        return this.#entered(event);
      case "rooms":
        return this.#listed(event.rooms);
      case "image":
        return this.pictures.received(event);
      case "notice":
        return this.note(event.text);
      case "refused":
        return this.#refused(event);
      default:
        return this.#connection(event);
    }
  }

  /** @param {Events.Welcomed | Events.Connecting | Events.Lost | Events.Ended} event */
  #connection(event) {
    switch (event.type) {
      case "welcomed":
        this.#welcomed(event);
        break;
      case "connecting":
        this.status.change(this.me.pseudo ? "lost" : "connecting");
        break;
      case "lost":
        if (this.status.connected) this.note(event.text);
        this.status.change("lost", event.delay);
        this.pictures.lost();
        this.#lists = [];
        for (const room of this.rooms) room.loading = room.filling = false;
        break;
      case "ended":
        if (event.final) this.ended(event.text);
        else this.note(event.text);
    }
  }

  /** @param {Events.Welcomed} event */
  #welcomed({ pseudo, colour, back, again, role }) {
    this.me = { pseudo, colour };
    this.ruling.role = role;
    this.status.change("connected");
    paint(find("me-face", HTMLElement), colour).textContent = initial(pseudo);
    find("me-name", HTMLElement).textContent = neutral(pseudo);
    const greeting = `${back ? "Bon retour" : "Bienvenue"}, ${neutral(pseudo)} !`;
    this.talk.composer.hint(again ? "Reconnecté." : greeting);
    this.refresh();
  }

  /** @param {Events.Entered} event */
  #entered({ room: name, members, again, restarted, mode, topic }) {
    const room = this.open(name);
    [room.mode, room.topic] = [mode, topic];
    room.count = members;
    this.#stale = true;
    if (restarted) {
      room.more = true;
      room.log.note(`${room.title} a recommencé (serveur restauré) ; voici ce qu'il en a :`);
    }
    if (!again && (!this.rooms.current || fold(name) === fold(this.wanted))) this.go(room);
    this.pictures.ask();
    this.refresh();
  }

  /** @param {Events.Spoke} event */
  #spoke({ room: name, message, mine, old, post }) {
    const room = this.open(name);
    if (post) {
      room.log.settle(post);
      this.status.sent = true;
    }
    if (room.private && message.pseudo) room.met(mine && message.kind === "Whispered" ? message.to : message.pseudo);
    if (!old) room.filling = false;
    const seen = mine || this.#reading(room) || (old && room.filling);
    const first = !seen && !room.unread;
    if (first) room.log.clearMark();
    room.log.add(this.#row(room, message, mine), first);
    if (room.log.trim()) {
      room.more = false; // le serveur redonnerait la page d'avant ce qui est oublié
      room.log.start = "Ce qui précède n’est plus gardé ici : rechargez la page pour le relire.";
    }
    if (!seen) room.unread++;
    if (!seen || room.private) this.#stale = true;
    if (room === this.rooms.current && !mine && !old) this.announcer.heard(message);
  }

  /**
   * @param {Room} room
   * @param {Events.Shown} message
   * @param {boolean} mine
   */
  #row(room, message, mine) {
    const { kind } = message;
    const picture = kind === "Pictured" ? this.pictures.show(room.name, message, mine) : null;
    return messageRow(message, mine, picture);
  }

  /** @param {Events.PageReceived} event */
  #page({ room: name, messages, person, more }) {
    const room = this.rooms.find(name);
    if (!room) return;
    room.loading = false;
    room.more = more;
    const rows = messages.map((message) => this.#row(room, message, message.person === person));
    this.conversation.anchored(room, () => {
      if (!more) room.log.start = "Début de la conversation";
      room.log.prepend(rows);
    });
  }

  #announced(/** @type {Events.Announced} */ event) {
    const room = this.rooms.find(event.room);
    if (!room || event.mine) return;
    room.announced(event);
    room.log.note(announcement(event));
    this.#stale = true;
  }

  #gathered(/** @type {Events.Gathered} */ event) {
    this.rooms.find(event.room)?.log.note(gathering(event));
    this.refresh();
  }

  #listed(/** @type {RoomSummary[]} */ rooms) {
    const shown = this.#lists.shift();
    this.rooms.listed(rooms, !shown || rooms.length !== 1);
    this.#stale = true;
    if (!shown) return;
    for (const { name, count, members } of rooms) {
      const others = count - members.length;
      const more = others > 0 ? ` et ${counted(others, "autre")}` : "";
      const there = members.length ? ` : ${members.join(", ")}${more}` : "";
      this.note(`${name} (${count})${there}`);
    }
    if (!rooms.length) this.note("Aucun salon pour l'instant.");
  }

  /** @param {Events.Refused} event */
  #refused({ text, post, reason, room: asked }) {
    if (asked && reason === Reason.CODE) {
      askWord(asked, text, (word) => this.talk.join(asked, word));
    } else if (post) {
      const room = this.open(post.room);
      room.log.fail(post, text, () => this.talk.retake(room, post));
      if (room !== this.rooms.current) this.talk.complain(`Pas envoyé : ${text}`);
    } else {
      this.note(text);
      this.#stalled = true;
      for (const room of this.rooms) room.loading = false;
    }
    this.announcer.say(text);
  }

  /** Une ligne qui n'est de personne. */
  note(/** @type {string} */ text) {
    const room = this.rooms.current;
    if (room) room.log.note(text);
    else this.#early.push(text);
  }

  /** C'est fini, et ce qui n'est pas parti ne partira pas. */
  ended(/** @type {string} */ text) {
    this.over = true;
    this.status.change("ended");
    for (const post of this.link.participant.outbox) {
      const room = this.open(post.room);
      room.log.fail(post, text, () => this.talk.retake(room, post));
    }
    find("ended", HTMLElement).hidden = false;
    find("ended-text", HTMLElement).textContent = typeset(text);
  }

  // D'un salon à l'autre, et dans le passé

  open(/** @type {string} */ name) {
    const room = this.rooms.open(name);
    room.draft ||= this.drafts[name] ?? "";
    delete this.drafts[name];
    return room;
  }

  go(/** @type {Room} */ room) {
    const previous = this.rooms.current;
    if (previous && previous !== room) {
      previous.log.clearMark();
      previous.draft = this.talk.draft(previous);
    }
    this.rooms.current = room;
    for (const text of this.#early.splice(0)) room.log.note(text);
    this.conversation.show(room);
    this.talk.show(room);
    this.drawers.close();
    find("room-title", HTMLElement).textContent = room.title;
    this.ruling.show(room);
    const hash = room.private ? "" : `#${encodeURIComponent(room.name)}`;
    history.replaceState(null, "", location.pathname + location.search + hash);
    this.#stalled = false;
    this.read();
    if (this.conversation.nearTop) this.older();
  }

  leave(/** @type {string} */ name) {
    const room = this.rooms.find(name);
    if (!room) return;
    if (this.rooms.size < 2) {
      return this.talk.complain("C'est le seul salon : « Partir » pour quitter le chat.");
    }
    if (this.speaker.ask(() => (this.link.participant.leave(name), true))) {
      const looking = room === this.rooms.current;
      this.rooms.close(room);
      if (looking && this.rooms.current) this.go(this.rooms.current);
      this.refresh();
    }
    this.#stale = true;
    this.redraw();
  }

  /**
   * Qui est où.
   *
   * @param {string} room vide : partout
   * @param {boolean} shown dans la conversation
   */
  list(room, shown) {
    return this.speaker.ask(() => {
      this.link.participant.listRooms(room);
      this.#lists.push(shown);
      return true;
    });
  }

  refresh() {
    if (this.link.participant.welcomed) this.list("", false);
  }

  /** La page d'avant, une à la fois. */
  older() {
    const room = this.rooms.current;
    if (!room || room.loading || !room.more) return;
    room.loading = true;
    // Si c'est trop tôt, on y reviendra : quand le salon sera arrivé, ou en remontant encore.
    const done = this.speaker.try(() => this.link.participant.older(room.name));
    if (done instanceof Error) room.loading = false;
  }

  #atTop() {
    this.#stalled = false;
    this.older();
  }

  // Ce qu'on a lu

  #reading(/** @type {Room} */ room) {
    return room === this.rooms.current && this.conversation.following
      && document.hasFocus() && !document.hidden;
  }

  /** Ce qui est sous les yeux est lu. */
  read() {
    const room = this.rooms.current;
    if (room && this.#reading(room)) room.unread = 0;
    this.#stale = true;
    if (!this.#handling) this.redraw();
  }

  redraw() {
    this.conversation.settle();
    this.status.show();
    const { current, unread } = this.rooms;
    if (!current || !this.#stale) return;
    this.#stale = false;
    this.roomList.show(this.rooms);
    this.people.show(current, current.private ? this.#everyone(current) : current.people, this.me);
    this.conversation.count(current.unread);
    document.title = `${unread ? `(${unread}) ` : ""}${current.title} — Chat`;
  }

  #everyone(/** @type {Room} */ room) {
    return new Set([...room.people, ...[...this.rooms].flatMap(({ people }) => [...people])]);
  }
}
