/** Ce qui arrive, dit à qui écoute la page : le direct du salon, et rien de l'historique. */

import { neutral } from "../protocol/text.js";
import { counted, find, make } from "./dom.js";

/** @import { Shown } from "../core/events.js" */

const MOST = 3; // messages lus d'un coup ; au-delà, on les compte

export class Announcer {
  #zone = find("announcer", HTMLElement);
  /** @type {string[]} */
  #lines = [];

  heard(/** @type {Shown} */ message) {
    if (message.kind === "Absent") return;
    const { kind, pseudo } = message;
    const said = kind === "Pictured" ? ` envoie l’image ${message.name}` : ` : ${message.text}`;
    this.#lines.push(neutral(pseudo + said));
  }

  say(/** @type {string} */ text) {
    this.#lines.push(neutral(text));
  }

  /** Une fois pour tout ce qui vient d'arriver. */
  flush() {
    const lines = this.#lines;
    this.#lines = [];
    if (!lines.length) return;
    const many = counted(lines.length, "nouveau message", "nouveaux messages");
    const shown = lines.length > MOST ? [many] : lines;
    this.#zone.replaceChildren(...shown.map((line) => make("p", {}, line)));
  }
}
