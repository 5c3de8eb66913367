/** Ce qu'on dit : messages, commandes, images, et à qui. */

import { PRIVATE } from "../protocol/messages.js";
import { fold, neutral } from "../protocol/text.js";
import { parse, UsageError } from "./commands.js";
import { Composer } from "./composer.js";
import { find, make } from "./dom.js";
import { openHelp } from "./help.js";
import { Preview } from "./preview.js";

/** @import { Post } from "../core/outbox.js" */
/** @import { Link } from "../network/link.js" */
/** @import { Limits } from "../protocol/limits.js" */
/** @import { Action, Target } from "./menu.js" */
/** @import { Names } from "./completion.js" */
/** @import { Conversation } from "./conversation.js" */
/** @import { Room, Rooms } from "./rooms.js" */
/** @import { Speaker } from "./speaker.js" */

/**
 * La conversation, pour qui y parle.
 *
 * @typedef {object} Chat
 * @property {Link} link
 * @property {Rooms} rooms
 * @property {Names} names
 * @property {Speaker} speaker
 * @property {Conversation} conversation
 * @property {{ pseudo: string, colour: number }} me
 * @property {string} wanted
 * @property {boolean} leaving
 * @property {(name: string) => Room} open
 * @property {(room: Room) => void} go
 * @property {(room: string, shown: boolean) => boolean | null} list
 * @property {{ operator: boolean }} ruling
 * @property {(text: string) => void} note
 * @property {() => void} older
 * @property {() => void} redraw
 * @property {(text: string) => void} ended
 */

const FORGET =
  "Tous vos messages seront retirés, et votre pseudo rendu : rien ne pourra les refaire.";
const touch = matchMedia("(hover: none)");

export class Talk {
  #recipient = find("recipient", HTMLElement);
  #attach = find("attach", HTMLButtonElement);

  constructor(/** @type {Chat} */ chat, /** @type {Limits} */ limits) {
    this.chat = chat;
    this.composer = new Composer({
      say: (lines) => this.#say(lines),
      complete: (line) => chat.names.complete(line),
      limit: limits.text,
    });
    this.preview = new Preview(limits, {
      refusal: () => (this.#room.private ? "Une image s'envoie dans un salon." : ""),
      send: (name, data) => this.#sendImage(name, data),
      complain: (text) => this.complain(text),
    });
    find("quit", HTMLButtonElement).addEventListener("click", () => this.quit());
    const name = find("join-name", HTMLInputElement);
    find("join", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      if (name.value.trim() && this.join(name.value)) name.value = "";
    });
  }

  get #room() {
    const { current } = this.chat.rooms;
    if (!current) throw new TypeError("On ne parle que dans un salon.");
    return current;
  }

  complain(/** @type {string} */ text) {
    this.composer.hint(text, true);
  }

  /** Ce qu'on écrivait dans ce salon. */
  draft(/** @type {Room} */ room) {
    return room === this.chat.rooms.current ? this.composer.text : room.draft;
  }

  show(/** @type {Room} */ room) {
    if (this.composer.text !== room.draft) this.composer.text = room.draft;
    this.composer.placeholder = room.private ? "Message privé" : `Écrire dans ${room.title}`;
    this.#recipient.hidden = !room.private;
    this.#attach.disabled = room.private;
    if (room.private) this.showRecipient(room);
    if (!touch.matches) this.composer.focus(); // au doigt, un clavier cacherait la conversation
  }

  /** @param {Room} room les messages privés */
  showRecipient(room) {
    const name = make("bdi", { className: "foreign", textContent: neutral(room.to) });
    const whom = room.to ? ["À ", make("strong", {}, name)] : ["Choisissez à qui écrire."];
    this.#recipient.replaceChildren(...whom);
  }

  /** Ouvre les messages privés, pour écrire à cette personne. */
  writeTo(/** @type {string} */ pseudo) {
    const room = this.chat.open(PRIVATE);
    room.to = pseudo;
    this.chat.go(room);
  }

  // Les lignes

  /**
   * Dit ces lignes ; rend celles qui n'ont pas pu l'être.
   *
   * @param {string[]} lines une seule peut être une commande ; plusieurs se disent telles quelles
   */
  #say(lines) {
    const [line = ""] = lines;
    const room = this.#room;
    this.chat.conversation.toEnd();
    room.log.clearMark();
    if (lines.length === 1) return this.#obey(room, line) ? [] : lines;
    const stop = lines.findIndex((one) => !this.#post(room, one));
    this.chat.redraw();
    return stop < 0 ? [] : lines.slice(stop);
  }

  #post(/** @type {Room} */ room, /** @type {string} */ text) {
    const { participant } = this.chat.link;
    if (room.private && !room.to) {
      this.complain("Choisissez d'abord à qui écrire, ou /msg PSEUDO TEXTE.");
      return false;
    }
    const request = room.private
      ? () => participant.whisper(room.to, text) : () => participant.say(room.name, text);
    return this.#pend(room, this.chat.speaker.ask(request));
  }

  #pend(/** @type {Room} */ room, /** @type {Post | null} */ post) {
    if (post) room.log.pend(post, this.chat.me);
    this.chat.redraw();
    return Boolean(post);
  }

  /**
   * @param {Room} room
   * @param {string} line
   * @returns {boolean} faux si elle reste à dire
   */
  #obey(room, line) {
    try {
      const [command, rest] = parse(line);
      return this.#command(room, command, rest);
    } catch (why) {
      if (!(why instanceof UsageError)) throw why;
      this.complain(why.message);
      return false;
    }
  }

  /**
   * @param {Room} room
   * @param {string} command
   * @param {string} rest
   */
  #command(room, command, rest) {
    const { chat } = this;
    switch (command) {
      case "/rooms":
        return Boolean(chat.list("", true));
      case "/who":
        return Boolean(chat.list(rest || room.name, true));
      case "/join":
        return this.join(rest);
      case "/msg":
        return this.#whisper(rest);
      case "/image":
        this.preview.choose();
        return true;
      case "/history":
        if (!room.more) this.complain("C'est le début de ce qui peut se relire ici.");
        chat.older();
        return true;
      case "/delete":
        return this.#delete(room, rest);
      case "/ignore":
      case "/unignore":
        return this.#ignore(command, rest);
      case "/forget":
        return this.#forget(rest);
      case "/help":
        openHelp(chat.ruling.operator);
        return true;
      case "/quit":
        this.quit();
        return true;
      case "":
        return this.#post(room, rest);
      default:
        if (command === "/topic" && !rest) {
          chat.note(room.topic ? `Le sujet : ${room.topic}` : "Ce salon n'a pas de sujet.");
          return true;
        }
        return Boolean(chat.speaker.order(command, rest, room.name));
    }
  }

  #whisper(/** @type {string} */ rest) {
    const post = this.chat.speaker.whisper(rest);
    if (!post) return false;
    this.composer.hint(`À ${neutral(post.to)}, dans « Messages privés ».`);
    return this.#pend(this.chat.open(PRIVATE), post);
  }

  /** Le dernier d'ici : le nôtre, ou celui de cette personne. */
  #delete(/** @type {Room} */ room, /** @type {string} */ pseudo) {
    const { speaker } = this.chat;
    const seq = speaker.ask(() => speaker.latest.last(room.name, pseudo));
    return Boolean(seq && speaker.delete(room.name, seq));
  }

  #ignore(/** @type {string} */ command, /** @type {string} */ pseudo) {
    const { speaker } = this.chat;
    const { ignored } = speaker;
    const name = neutral(pseudo);
    return Boolean(speaker.ask(() => {
      if (command === "/unignore") {
        ignored.remove(pseudo);
        this.chat.note(`Vous lirez de nouveau ${name}.`);
      } else if (pseudo) {
        ignored.add(pseudo);
        this.chat.note(`Vous ne lirez plus ${name} (/unignore ${name}).`);
      } else {
        const names = [...ignored].map(neutral).join(", ");
        this.chat.note(names ? `Vous ignorez ${names}.` : "Vous n'ignorez personne.");
      }
      return true;
    }));
  }

  /** Son propre pseudo, retapé, vaut confirmation. */
  #forget(/** @type {string} */ pseudo) {
    const { link, speaker, note, me } = this.chat;
    if (!pseudo) {
      note.call(this.chat, `${FORGET} Pour le confirmer : /forget ${neutral(me.pseudo)}`);
      return true;
    }
    const who = fold(pseudo) === fold(me.pseudo) ? {} : { who: pseudo };
    return Boolean(speaker.ask(() => (link.participant.ask("forget", who), true)));
  }

  /**
   * Ce que permet un message.
   *
   * @param {Target} target
   * @param {boolean} operator
   * @returns {Action[]}
   */
  actions({ seq, pseudo, mine }, operator) {
    const { speaker, rooms } = this.chat;
    const name = neutral(pseudo);
    const remove = {
      label: "Retirer ce message",
      act: () => void speaker.delete(rooms.current?.name ?? "", seq),
    };
    if (mine) return [remove];
    const write = (/** @type {string} */ start) => () => {
      this.composer.text = `${start} ${pseudo} `;
      this.composer.focus();
    };
    return [
      { label: `Écrire à ${name}`, act: () => this.writeTo(pseudo) },
      { label: `Ne plus lire ${name}`, act: () => void this.#ignore("/ignore", pseudo) },
      ...(operator ? [
        remove,
        { label: `Retirer la parole à ${name}…`, act: write("/mute") },
        { label: `Renvoyer ${name}…`, act: write("/kick") },
        { label: `Exclure ${name}…`, act: write("/ban") },
      ] : []),
    ];
  }

  /**
   * @param {string} name
   * @param {Uint8Array<ArrayBuffer>} data
   * @returns {string} pourquoi elle ne part pas ; vide si elle part
   */
  #sendImage(name, data) {
    const { link, speaker } = this.chat;
    const room = this.#room;
    const done = speaker.try(() => link.participant.sendImage(room.name, name, data));
    if (done instanceof Error) return done.message;
    this.chat.conversation.toEnd();
    this.#pend(room, done);
    return "";
  }

  /** Reprend un message que le serveur a refusé. */
  retake(/** @type {Room} */ room, /** @type {Post} */ post) {
    if (post.to) room.to = post.to;
    this.chat.go(room);
    if (post.image) this.preview.show({ name: post.text, data: post.image, note: "" });
    else this.composer.giveBack(post.text);
  }

  // Entrer, partir

  /**
   * @param {string} name
   * @param {string} [word] son mot de passe
   */
  join(name, word = "") {
    const { chat } = this;
    const room = chat.rooms.find(name);
    if (room) {
      chat.go(room);
      return true;
    }
    chat.wanted = name;
    return Boolean(chat.speaker.ask(() => (chat.link.participant.join(name, word), true)));
  }

  /** Une fois tout accusé ; une seconde fois : tout de suite. */
  async quit() {
    const { chat } = this;
    const { outbox } = chat.link.participant;
    if (!chat.leaving && outbox.length) {
      chat.leaving = true;
      this.composer.hint("On attend les accusés de réception ; encore « Partir » : sans attendre.");
      if (!(await chat.link.close())) {
        chat.leaving = false;
        chat.ended(`Messages peut-être perdus, sans accusé de réception : ${outbox.length}.`);
        return;
      }
    }
    chat.leaving = true;
    chat.link.close();
    location.reload();
  }
}
