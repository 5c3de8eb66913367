/** La suite des messages d'un salon, sans trou ni répétition, malgré les coupures. */

import { ProtocolError } from "../protocol/frames.js";
import { Mode } from "../protocol/flags.js";

/** @import { Posted } from "../protocol/documents.js" */
/** @import { Of } from "../protocol/messages.js" */
/** @typedef {Posted | Of<"Announced"> | Of<"Gathered">} Live */

// Ce qu'un acte fait d'un salon ; ou défait, s'il dit OFF.
const MODES = new Map([
  ["lock", Mode.LOCKED],
  ["readonly", Mode.READ_ONLY],
  ["private", Mode.PRIVATE],
  ["password", Mode.PASSWORD],
  ["close", Mode.CLOSED],
]);
export const OFF = "off";

/**
 * `seen` est le dernier numéro montré ; une coupure ne l'oublie pas.
 *
 * À chaque connexion : `join`, `joined`, puis `page` jusqu'à `caughtUp`. Ce qui arrive en direct
 * pendant ce temps est retenu, et suit.
 */
export class Stream {
  number = 0; // celui du salon chez le serveur
  seen = 0;
  mark = 0; // l'heure de ce message-là : d'un salon restauré, il en aurait une autre
  oldest = 0; // le premier numéro reçu : l'historique se remonte à partir de lui
  more = false; // il reste de l'historique avant lui
  members = 0; // en entrant
  mode = 0; // Mode
  topic = "";
  word = ""; // le mot de passe que l'on a donné, s'il en faut un
  known = false; // nous y sommes entrés un jour
  remade = false; // mais ce n'est plus le même
  caughtUp = false;
  leaving = false;
  #whole = false; // nous avons vu tout ce qui précède `seen`, même si c'est 0
  /** @type {Live[]} */
  #held = [];

  constructor(/** @type {string} */ name) {
    this.name = name;
  }

  /** La connexion est perdue. */
  cut() {
    this.caughtUp = false;
    this.#held = [];
  }

  /** Le serveur a perdu son histoire : ses numéros repartent d'ailleurs. */
  forget() {
    this.seen = this.mark = this.oldest = 0;
    this.remade = this.known;
  }

  /** @returns {Of<"Join">} */
  join() {
    return { kind: "Join", room: this.name, after: this.seen, mark: this.mark, word: this.word };
  }

  /**
   * Nous y sommes ; vrai si une page suit d'elle-même. `after` : ce qu'on avait demandé.
   *
   * @param {Of<"Joined">} message
   * @param {number} after
   */
  joined({ name, room, members, last, mode, topic }, after) {
    this.#whole = this.known && !this.remade;
    [this.name, this.number, this.known, this.members] = [name, room, true, members];
    if (after > last) throw new ProtocolError("Un salon s'arrête avant ce que l'on y a vu.");
    [this.mode, this.topic] = [mode, topic];
    this.caughtUp = after === last;
    return after < last;
  }

  /** Ce qu'on vient de décider du salon. */
  ruled(/** @type {Of<"Acted">} */ { act, text }) {
    const mode = MODES.get(act);
    if (act === "topic") this.topic = text;
    else if (mode) this.mode = text === OFF ? this.mode & ~mode : this.mode | mode;
    return this;
  }

  /**
   * Ce qui est nouveau d'une page de rattrapage, et la suivante à demander.
   *
   * @param {Posted[]} messages
   * @param {{ forwards: boolean, more: boolean }} direction
   * @returns {[fresh: Posted[], following: Of<"GetPage"> | null]}
   */
  page(messages, { forwards, more }) {
    if (!forwards) {
      // La dernière page, mais il manque ce qui la précède.
      if (this.#whole && more) return [[], this.#following()];
      [this.more, more] = [more, false];
    }
    const fresh = this.#fresh(messages);
    if (more && !fresh.length) throw new ProtocolError("Une page d'historique n'avance pas.");
    this.caughtUp = !more;
    return [fresh, more ? this.#following() : null];
  }

  /** @returns {Of<"GetPage">} */
  #following() {
    return { kind: "GetPage", room: this.number, seq: this.seen, forwards: 1 };
  }

  /** L'historique est illisible : on commence au direct. */
  giveUp(/** @type {number} */ last) {
    [this.seen, this.mark, this.caughtUp] = [last, 0, true];
  }

  live(/** @type {Live} */ message) {
    this.#held.push(message);
  }

  /** Ce qui peut être montré du direct ; rien tant qu'il manque ce qui précède. */
  release() {
    if (!this.caughtUp) return [];
    const held = this.#held;
    this.#held = [];
    return held.filter((item) =>
      item.kind === "Announced" || item.kind === "Gathered" || this.#fresh([item]).length);
  }

  #fresh(/** @type {Posted[]} */ messages) {
    return messages.filter(({ seq, time }) => {
      if (seq <= this.seen) return false;
      [this.seen, this.mark] = [seq, time];
      this.oldest ||= seq;
      return true;
    });
  }

  /** Une page plus ancienne, que la personne a demandée. */
  older(/** @type {Posted[]} */ messages, /** @type {boolean} */ more) {
    this.more = more;
    if (messages.length) this.oldest = Math.min(this.oldest, messages[0].seq);
  }
}
