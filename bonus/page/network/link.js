/**
 * La connexion d'un participant : elle se refait d'elle-même, et ne perd rien de ce qui est dit.
 *
 * Le pendant de client/network/link.py, par WebSocket.
 */

import { Participant, RetryError } from "../core/participant.js";
import { ProtocolError, Reason } from "../protocol/frames.js";
import { encode, joined, TOKEN_SIZE } from "../protocol/messages.js";
import { TokensError } from "../tokens.js";
import { Connection, now } from "./connection.js";
import { Wait } from "./wait.js";

/** @import { Event } from "../core/events.js" */
/** @import { Limits } from "../protocol/limits.js" */
/** @import { Received } from "../protocol/messages.js" */
/** @import { Patience } from "./connection.js" */

/**
 * Où sont les jetons, par pseudo. `keep` lève TokensError s'il ne peut garder celui-là.
 *
 * @typedef {object} Keyring
 * @property {(pseudo: string) => Uint8Array<ArrayBuffer> | null} get
 * @property {(pseudo: string, token: Uint8Array<ArrayBuffer>) => void} keep
 */

/**
 * Tout se demande au participant, `participant` ; puis `flush` l'envoie.
 *
 * Ce qui lui arrive est passé à `onEvents`, dans l'ordre. Après « ended » où `final` est vrai, il
 * n'arrive plus rien.
 */
export class Link {
  /** @type {string} */ #url;
  /** @type {string} */ #code;
  #transfer = false; // ce code vient d'un autre appareil
  /** @type {Keyring} */ #tokens;
  /** @type {(events: Event[]) => void} */ #onEvents;
  /** @type {() => number} */ #random;
  /** @type {Patience} */ #patience;
  #attempts = 0; // manqués d'affilée
  #ever = false; // le serveur nous a déjà répondu
  #over = false;
  /** @type {Connection | null} */
  #connection = null;
  #timer = 0;
  #pause = new Wait(); // entre deux essais
  #progress = new Wait(); // un message de moins à faire accuser, ou plus d'espoir

  /**
   * @param {object} options
   * @param {string} options.url ws:// ou wss://
   * @param {string} options.pseudo
   * @param {string} [options.code] celui du chat ; ou, sans pseudo, d'un autre appareil
   * @param {Keyring} options.tokens
   * @param {Limits} options.limits
   * @param {(events: Event[]) => void} options.onEvents
   * @param {Partial<Patience>} [options.patience]
   * @param {() => number} [options.random] de 0 à 1
   */
  constructor(options) {
    const { url, pseudo, code = "", tokens, limits, onEvents } = options;
    const { patience = {}, random = Math.random } = options;
    [this.#code, this.#transfer] = [code, Boolean(code && !pseudo)];
    [this.#url, this.#tokens, this.#onEvents, this.#random] = [url, tokens, onEvents, random];
    const { ping, idle } = limits;
    const usual = { answer: 10, ping, idle, first: 0.5, longest: 30, goodbye: 10 };
    this.#patience = { ...usual, ...patience };
    this.participant = new Participant(pseudo, limits);
  }

  // Pour la page

  start() {
    this.#run();
  }

  /** Envoie ce que le participant a à dire, et donne à la page ce qui lui est arrivé. */
  flush() {
    const { participant } = this;
    clearTimeout(this.#timer);
    if (this.#connection?.open) {
      // Rien n'attend ici que ce soit parti : le débit du participant est borné.
      this.#connection.send(joined(participant.toSend(now()).map(encode)));
      const { wake } = participant.outbox;
      if (wake !== null) {
        this.#timer = setTimeout(() => this.flush(), Math.max(0, wake - now()) * 1000);
      }
    }
    this.#emit(...participant.takeEvents());
  }

  /**
   * Sans attendre : un nouvel essai, si l'on en attendait un ; sinon, le serveur est-il là ?
   *
   * Un téléphone qu'on rallume, un réseau qui revient : les minuteries, elles, dormaient aussi.
   */
  retry() {
    this.#attempts = 0;
    this.#pause.end();
    if (this.#ever) this.#connection?.probe();
  }

  /** S'en va, une fois accusé tout ce qui a été dit ; faux s'il a fallu y renoncer. */
  async close() {
    const { outbox } = this.participant;
    while (outbox.length && !this.#over) {
      if (!(await this.#progress.start(this.#patience.goodbye))) break;
    }
    this.#over = true;
    clearTimeout(this.#timer);
    this.#pause.end();
    this.#connection?.end("");
    return !outbox.length;
  }

  // La connexion, et les suivantes

  async #run() {
    this.participant.token = this.#findToken();
    while (!this.#over) {
      const text = await this.#connect();
      this.flush();
      if (this.#over) break;
      if (!this.#ever) { // un premier échec est sans doute une erreur d'adresse
        this.#emit({ type: "ended", reason: null, text, final: true });
        break;
      }
      const delay = this.#delay();
      this.#emit({ type: "lost", text, delay });
      await this.#pause.start(delay);
    }
  }

  /** Au hasard, jusqu'à une borne qui double : mille clients ne reviennent pas ensemble. */
  #delay() {
    const { first, longest } = this.#patience;
    return this.#random() * Math.min(longest, first * 2 ** this.#attempts++);
  }

  /** Une connexion, du début à la fin ; pourquoi elle a fini. */
  async #connect() {
    this.#emit({ type: "connecting" });
    const connection = new Connection(this.#url, this.#patience, {
      opened: () => {
        this.participant.connected();
        this.flush();
      },
      received: (messages) => this.#receive(messages),
    });
    this.#connection = connection;
    const text = await connection.finished;
    this.#connection = null;
    this.participant.disconnected();
    return text;
  }

  #receive(/** @type {Iterable<Received>} */ messages) {
    const { participant } = this;
    try {
      for (const message of messages) {
        participant.receive(message);
        // Le jeton part tel quel : ce serveur a donné la page, et elle ne parle qu'à lui.
        if (message.kind === "Greeting") participant.identify(participant.token, this.#code);
        if (message.kind === "Welcome") this.#keepToken();
        if (message.kind === "Parted") this.#progress.end(); // une image avance
      }
      this.flush();
    } catch (error) {
      this.flush(); // ce qui précède est bon
      this.#fail(error);
    }
    if (this.#over) this.#connection?.end("");
  }

  #fail(/** @type {unknown} */ error) {
    if (error instanceof RetryError) {
      this.#connection?.end(error.message);
    } else if (error instanceof ProtocolError) {
      const text = `Le serveur ne se comprend pas : ${error.message}`;
      this.#emit({ type: "ended", reason: Reason.PROTOCOL, text, final: true });
    } else {
      throw error;
    }
  }

  /**
   * Celui d'une autre fois, ou un neuf, gardé avant d'être envoyé : une coupure avant le Welcome ne
   * doit pas nous faire perdre un pseudo que le serveur vient de nous donner.
   */
  #findToken() {
    const { pseudo } = this.participant;
    const known = pseudo && this.#tokens.get(pseudo);
    if (known) return known;
    const token = crypto.getRandomValues(new Uint8Array(TOKEN_SIZE));
    if (pseudo) this.#keep(pseudo, token);
    return token;
  }

  /** Avec un code, le pseudo n'est connu qu'à la bienvenue ; et le code a servi. */
  #keepToken() {
    const { pseudo, token } = this.participant;
    if (this.#transfer) this.#keep(pseudo, token);
    if (this.#transfer) this.#code = "";
    this.#transfer = false;
  }

  #keep(/** @type {string} */ pseudo, /** @type {Uint8Array<ArrayBuffer>} */ token) {
    try {
      this.#tokens.keep(pseudo, token);
    } catch (error) {
      if (!(error instanceof TokensError)) throw error;
      const text = `Votre pseudo ne pourra pas vous être rendu : ${error.message}`;
      this.#emit({ type: "notice", text });
    }
  }

  #emit(/** @type {Event[]} */ ...events) {
    /** @type {Event[]} */
    const shown = [];
    for (const event of events) {
      if (this.#over) break;
      if (event.type === "ended" && !this.#ever) event.final = true;
      this.#note(event);
      shown.push(event);
    }
    if (!shown.length) return;
    try {
      this.#onEvents(shown);
    } catch (error) {
      reportError(error); // une erreur de la page ne doit pas couper la conversation
    }
  }

  #note(/** @type {Event} */ event) {
    if (event.type === "welcomed") {
      [this.#ever, this.#attempts] = [true, 0];
    } else if (event.type === "ended" && event.final) {
      this.#over = true;
      this.#progress.end();
    } else if (event.type === "acted" && event.mine && !event.old && event.message.act === "nick") {
      // Sous notre nouveau pseudo aussi : c'est lui qu'on donnera la prochaine fois.
      this.#keep(event.message.text, this.participant.token);
    } else if ((event.type === "spoke" || event.type === "refused") && event.post) {
      this.#progress.end();
    }
  }
}
