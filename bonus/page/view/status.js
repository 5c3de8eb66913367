/** L'état de la connexion, toujours visible. */

import { counted, find } from "./dom.js";

const TICK = 250; // ms entre deux regards à l'heure, pour le compte à rebours
const SOON = 500; // ms : un accusé plus prompt que cela ne se fait pas attendre à l'écran

const WORDS = {
  connecting: "connexion…",
  connected: "connecté",
  lost: "reconnexion…",
  ended: "terminé",
};

/** @typedef {keyof typeof WORDS} State */

export class Status {
  #status = find("status", HTMLElement);
  #label = find("state", HTMLElement);
  #countdown = find("countdown", HTMLElement);
  #sending = find("sending", HTMLElement);
  #retry = find("retry", HTMLButtonElement);
  /** @type {State} */
  #state = "connecting";
  #retryAt = 0; // ms
  #waitingSince = 0; // ms ; 0 : rien n'attend
  sent = false; // le serveur a accusé un message, au moins

  /** @param {() => number} waiting messages à nous que le serveur n'a pas accusés */
  constructor(waiting) {
    this.waiting = waiting;
    setInterval(() => this.show(), TICK);
    this.show();
  }

  /**
   * @param {State} state
   * @param {number} [delay] en secondes, avant le prochain essai
   */
  change(state, delay = 0) {
    this.#state = state;
    this.#retryAt = performance.now() + delay * 1000;
    this.show();
  }

  get connected() {
    return this.#state === "connected";
  }

  show() {
    const lost = this.#state === "lost";
    const seconds = lost ? Math.ceil((this.#retryAt - performance.now()) / 1000) : 0;
    const waits = seconds > 0;
    this.#retry.hidden = !waits;
    this.#status.dataset.state = this.#state;
    write(this.#label, waits ? "reconnexion" : WORDS[this.#state]);
    // Qui écoute n'a pas à entendre chaque seconde : ceci est hors de sa portée.
    write(this.#countdown, waits ? ` dans ${seconds} s` : "");
    write(this.#sending, this.#sendingText());
  }

  #sendingText() {
    const count = this.waiting();
    const now = performance.now();
    this.#waitingSince = count ? this.#waitingSince || now : 0;
    const connected = this.#state === "connected";
    if (count && !connected) return `${counted(count, "message")} en attente`;
    if (count && now - this.#waitingSince >= SOON) return `${counted(count, "message")} en envoi`;
    return connected && this.sent ? "✓ reçu par le serveur" : "";
  }
}

/** Une zone dite à voix haute la redirait, même inchangée. */
function write(/** @type {HTMLElement} */ element, /** @type {string} */ text) {
  if (element.textContent !== text) element.textContent = text;
}
