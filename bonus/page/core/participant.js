/**
 * Le client sans le réseau : ce qu'il sait, ce qu'il demande, ce qu'il répète après une coupure.
 *
 * Le pendant de client/core/participant.py. Qui le fait vivre (network/link.js) lui passe les trames du
 * serveur, envoie ce que rend `toSend`, et donne à la page ce que rend `takeEvents`.
 */

import { answer, page, roomList } from "../protocol/documents.js";
import { ProtocolError } from "../protocol/frames.js";
import { PRIVATE, VERSION } from "../protocol/messages.js";
import { fold, neutral } from "../protocol/text.js";
import { checkedImage, checkedName, checkedText, RequestError } from "./checks.js";
import { Outbox, Post } from "./outbox.js";
import { announced } from "./presence.js";
import { Questions } from "./questions.js";
import { FINAL, known } from "./reasons.js";
import { entered, happened, putOut, renamed, unsaid } from "./ruling.js";
import { Streams } from "./streams.js";

/** @import { Limits } from "../protocol/limits.js" */
/** @import { Posted } from "../protocol/documents.js" */
/** @import { Message, Of, Received } from "../protocol/messages.js" */
/** @import { Event } from "./events.js" */
/** @import { Live, Stream } from "./stream.js" */
/** @import { Asked } from "./questions.js" */

const GIVEN_UP = "Image abandonnée : la connexion s'est coupée deux fois pendant son envoi.";

/** Cette connexion ne mène plus à rien : il faut en faire une autre. Le texte dit pourquoi. */
export class RetryError extends Error {
  name = "RetryError";
}

export class Participant {
  person = 0; // notre numéro ; 0 tant que le serveur ne l'a pas dit
  device = 0; // de même, celui de cet appareil parmi les nôtres
  welcomed = false; // sur la connexion présente
  /** @type {Of<"Greeting"> | null} de même : il attend `identify` */
  greeting = null;
  token = new Uint8Array();
  #limits;
  #ours;
  #streams = new Streams();
  /** @type {Message[]} */
  #requests = [];
  #questions = new Questions();
  /** @type {Event[]} */
  #events = [];

  constructor(/** @type {string} */ pseudo, /** @type {Limits} */ limits) {
    this.pseudo = pseudo;
    this.outbox = new Outbox(limits);
    this.#limits = limits;
    this.#ours = { streams: this.#streams, outbox: this.outbox };
  }

  // Avec qui le fait vivre

  /** Une connexion neuve. */
  connected() {
    this.#requests = [{ kind: "Hello", version: VERSION, pseudo: "", token: new Uint8Array() }];
  }

  /** Se présente au serveur qui vient de saluer. */
  identify(/** @type {Uint8Array<ArrayBuffer>} */ token, code = "") {
    const { person, device, pseudo } = this;
    this.#requests.push({ kind: "Identify", person, device, pseudo, code, token });
  }

  /** Elle est finie : tout ce qui n'était qu'à elle s'oublie. */
  disconnected() {
    [this.welcomed, this.greeting] = [false, null];
    this.#requests = [];
    this.#questions.clear();
    this.#streams.cut(this.outbox);
  }

  /** Une trame du serveur. ProtocolError si elle n'a pas de sens ici, ou RetryError. */
  receive(/** @type {Received} */ message) {
    if (Object.values(message).some((value) => typeof value === "bigint")) {
      throw new ProtocolError("Un nombre est démesuré.");
    }
    switch (message.kind) {
      case "Said":
      case "Whispered":
      case "Pictured":
      case "Acted":
      case "Announced":
      case "Gathered":
        return this.#live(message);
      case "Ping":
        this.#requests.push({ kind: "Pong" });
        return;
      case "Pong":
      case "Unknown":
        return;
      case "Greeting":
        return this.#greeted(message);
      case "Parted":
        return this.outbox.parted(message.size);
      case "Welcome":
        return this.#welcome(message);
      case "Joined":
        return this.#joined(message);
      case "Page":
        return this.#page(message);
      case "Image":
        this.#answer("GetImage");
        if (this.#streams.closed(message.room)) return;
        return this.#emit({
          type: "image",
          room: this.#streams.numbered(message.room).name,
          seq: message.seq,
          data: message.data,
        });
      case "RoomList":
        this.#answer("ListRooms");
        return this.#emit({ type: "rooms", rooms: roomList(message.rooms) });
      case "Answered": {
        this.#answer("Ask");
        const { verb } = message;
        return this.#emit({ type: "answered", verb, answer: answer(message.answer) });
      }
      case "Notice":
        return this.#emit({ type: "notice", text: message.text });
      case "Refused":
        return this.#refused(message);
      case "Closing": {
        const reason = known(message.reason);
        const final = reason !== null && FINAL.has(reason);
        return this.#emit({ type: "ended", reason, text: message.text, final });
      }
      default:
        throw new ProtocolError("Le serveur parle comme un client.");
    }
  }

  /** Ce qui est arrivé depuis la dernière fois. */
  takeEvents() {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  /** Ce qu'il y a à envoyer à cette heure (en secondes) ; voir aussi `outbox.wake`. */
  toSend(/** @type {number} */ now) {
    const messages = this.#requests;
    this.#requests = [];
    if (this.welcomed && this.#streams.caughtUp) {
      messages.push(...this.outbox.toSend(now, (room) => this.#streams.number(room)));
      const left = this.#streams.depart(this.outbox, this.#questions.rooms());
      messages.push(...left.map((room) => /** @type {const} */ ({ kind: "Leave", room })));
    }
    return messages;
  }

  // Ce que veut la personne. Chacune lève RequestError si ce n'est pas possible.

  /**
   * Entrer dans un salon, ou le créer ; « entered » ou « refused » suivra.
   *
   * @param {string} name
   * @param {string} [word] son mot de passe
   */
  join(name, word = "") {
    name = checkedName("Nom de salon", name, this.#limits.room);
    const stream = this.#streams.named(name);
    if (!stream) {
      const added = this.#streams.add(name);
      added.word = word;
      if (this.welcomed) this.#ask(added.join());
    } else if (stream.known) {
      stream.leaving = false;
      this.#emit(entered(stream, { again: false, restarted: false }));
    }
  }

  leave(/** @type {string} */ name) {
    if (name === PRIVATE) throw new RequestError("On ne quitte pas les messages privés.");
    this.#mine(name).leaving = true;
  }

  say(/** @type {string} */ room, /** @type {string} */ text) {
    this.#mine(room);
    return this.outbox.add(new Post(fold(room), checkedText(text, this.#limits.text)));
  }

  whisper(/** @type {string} */ pseudo, /** @type {string} */ text) {
    const to = checkedName("Pseudo", pseudo, this.#limits.pseudo);
    return this.outbox.add(new Post(PRIVATE, checkedText(text, this.#limits.text), { to }));
  }

  /**
   * @param {string} room
   * @param {string} name du fichier
   * @param {Uint8Array<ArrayBuffer>} data
   */
  sendImage(room, name, data) {
    this.#mine(room);
    const image = checkedImage(data, this.#limits.image);
    name = checkedName("Nom d'image", name, this.#limits.image_name);
    return this.outbox.add(new Post(fold(room), name, { image }));
  }

  /** Qui est où, ou qui est dans ce salon ; « rooms » ou « refused » suivra. */
  listRooms(/** @type {string} */ room = "") {
    const name = room && checkedName("Nom de salon", room, this.#limits.room);
    this.#ask({ kind: "ListRooms", room: name });
  }

  /** La page d'avant tout ce qui a été reçu de ce salon ; « page » suivra. */
  older(/** @type {string} */ room) {
    const { name, number, oldest, more, caughtUp } = this.#mine(room);
    if (!caughtUp) throw new RequestError("Pas encore : ce salon n'a pas fini d'arriver.");
    if (more) {
      this.#ask({ kind: "GetPage", room: number, seq: oldest, forwards: 0 });
    } else {
      this.#emit({ type: "page", room: name, messages: [], person: this.person, more });
    }
  }

  /** Les octets d'une image ; « image » suivra. */
  fetch(/** @type {Of<"Pictured">} */ { room, seq }) {
    if (this.#streams.has(room)) this.#ask({ kind: "GetImage", room, seq });
  }

  /** Le sujet d'un salon où l'on est ; vide s'il n'en a pas. */
  topic(/** @type {string} */ room) {
    return this.#mine(room).topic;
  }

  /**
   * Une commande ; « answered » ou « refused » suivra.
   *
   * @param {string} verb
   * @param {Record<string, unknown>} rest
   */
  ask(verb, rest = {}) {
    this.#ask({ kind: "Ask", verb, arguments: JSON.stringify(rest) });
  }

  #mine(/** @type {string} */ name) {
    const stream = this.#streams.named(name);
    if (!stream?.known) {
      throw new RequestError(`Vous n'êtes pas dans le salon ${neutral(name)}.`);
    }
    return stream;
  }

  #ask(/** @type {Asked} */ request) {
    if (!this.welcomed) {
      throw new RequestError("La connexion est perdue : attendez qu'elle revienne.");
    }
    this.#requests.push(...this.#questions.ask(request));
  }

  #emit(/** @type {Event[]} */ ...events) {
    this.#events.push(...events);
  }

  // Ce que dit le serveur

  /**
   * La demande à laquelle ceci répond.
   *
   * @template {Asked["kind"]} K
   * @param {K} kind
   */
  #answer(kind) {
    const asked = this.#questions.oldest();
    if (asked?.kind !== kind) {
      throw new ProtocolError("Une réponse à une question qu'on n'a pas posée.");
    }
    this.#requests.push(...this.#questions.settle());
    return /** @type {Extract<Asked, { kind: K }>} */ (asked);
  }

  #greeted(/** @type {Of<"Greeting">} */ message) {
    if (this.greeting) throw new ProtocolError("Deux fois bonjour.");
    this.greeting = message;
  }

  #welcome(/** @type {Of<"Welcome">} */ message) {
    if (this.welcomed || !this.greeting) {
      throw new ProtocolError("Bienvenue deux fois, ou avant bonjour.");
    }
    const { pseudo, person, colour, back, role } = message;
    const again = this.person !== 0;
    this.welcomed = true;
    if (!back) { // si l'on y était, sa base est neuve
      for (const stream of this.#streams) stream.forget();
    }
    [this.person, this.pseudo] = [person, pseudo];
    this.device = message.device;
    if (message.token.length) this.token = message.token;
    this.#emit({ type: "welcomed", pseudo, person, colour, back: Boolean(back), again, role });
    this.#emit(...unsaid(this.outbox.begin(message.nonce), GIVEN_UP));
    for (const stream of this.#streams) this.#ask(stream.join());
  }

  #joined(/** @type {Of<"Joined">} */ message) {
    const { room: name, ...asked } = this.#answer("Join");
    const stream = /** @type {Stream} */ (this.#streams.named(name));
    if (fold(message.name) !== fold(name)) this.#rename(stream, message.name);
    const { room, last } = message;
    if (message.restarted) stream.forget();
    const after = message.restarted ? 0 : asked.after;
    const again = stream.known;
    if (stream.joined(message, after)) {
      // Le serveur y répond sans qu'on le demande.
      const [seq, forwards] = after ? [after, 1] : [last + 1, 0];
      this.#questions.expect({ kind: "GetPage", room, seq, forwards });
    }
    this.#streams.enter(stream);
    if (stream.name !== PRIVATE && !stream.leaving) {
      this.#emit(entered(stream, { again, restarted: stream.remade }));
    }
    stream.remade = false;
  }

  #page(/** @type {Of<"Page">} */ { room, documents, ...rest }) {
    this.#answer("GetPage");
    if (this.#streams.closed(room)) return;
    const stream = this.#streams.numbered(room);
    const [forwards, more] = [Boolean(rest.forwards), Boolean(rest.more)];
    const messages = page(documents, room);
    if (stream.caughtUp) {
      stream.older(messages, more);
      const shown = messages.filter((message) => message.kind !== "Acted");
      const { name } = stream;
      return this.#emit({ type: "page", room: name, messages: shown, person: this.person, more });
    }
    const [fresh, following] = stream.page(messages, { forwards, more });
    for (const message of fresh) this.#spoke(stream, message, true);
    if (following) this.#ask(following);
    this.#release(stream);
  }

  #live(/** @type {Live} */ message) {
    // Un salon qu'on vient de quitter parle encore un peu.
    if (!this.#streams.has(message.room)) return;
    const stream = this.#streams.numbered(message.room);
    stream.live(message);
    this.#release(stream);
  }

  #release(/** @type {Stream} */ stream) {
    for (const message of stream.release()) {
      if (message.kind !== "Announced" && message.kind !== "Gathered") {
        this.#spoke(stream, message, false);
      } else {
        const event = announced(stream.name, message, this.person);
        if (event) this.#emit(event);
      }
    }
  }

  /**
   * @param {Stream} stream
   * @param {Posted} message
   * @param {boolean} old
   */
  #spoke(stream, message, old) {
    const room = stream.name;
    const mine = message.person === this.person;
    const post = mine && message.nonce ? this.outbox.remove(message.nonce) : null;
    if (message.kind !== "Acted") {
      return this.#emit({ type: "spoke", room, message, mine, old, post });
    }
    this.#emit({ type: "acted", room, message, mine, old });
    if (!old && mine && message.act === "nick") this.pseudo = message.text;
    if (!old) this.#emit(...happened(stream, message, this.#ours));
  }

  #rename(/** @type {Stream} */ stream, /** @type {string} */ name) {
    this.#emit(...renamed(stream, name, this.#ours));
    if (this.#streams.named(name) !== stream) throw new RetryError("Un salon a changé de nom");
  }

  #refused(/** @type {Of<"Refused">} */ { reason, nonce, text }) {
    const asked = nonce ? null : this.#questions.oldest();
    if (asked) this.#requests.push(...this.#questions.settle());
    const room = asked?.kind === "Join" ? asked.room : "";
    const post = nonce ? this.outbox.remove(nonce) : null;
    this.#emit({ type: "refused", text, post, reason: known(reason), room });
    if (asked?.kind === "Join") { // on n'y entre pas
      const stream = this.#streams.named(asked.room);
      if (!stream || stream.name === PRIVATE) throw new RetryError(text);
      this.#emit(...putOut(stream, text, this.#ours));
    }
    if (asked?.kind !== "GetPage" || this.#streams.closed(asked.room)) return;
    const stream = this.#streams.numbered(asked.room);
    if (stream.caughtUp) return;
    if (asked.forwards) throw new RetryError(text); // rien ne doit manquer : il faudra redemander
    stream.giveUp(asked.seq - 1);
    this.#release(stream);
  }
}
