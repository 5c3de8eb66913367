/** Là où l'on écrit : le passé par ↑ et ↓, Tab pour compléter, Entrée pour dire. */

import { byteLength } from "../protocol/fields.js";
import { neutral, strip } from "../protocol/text.js";
import { sharedStart } from "./completion.js";
import { counted, find, typeset } from "./dom.js";

const REMEMBERED = 500; // lignes
const NEARLY = 0.8; // de la longueur permise : avant, un compteur n'apprendrait rien

/**
 * @typedef {object} Needs
 * @property {(lines: string[]) => string[]} say dit ces lignes ; rend celles qui restent à dire
 * @property {(line: string) => string[]} complete
 * @property {number} limit octets d'un message
 */

export class Composer {
  #area = find("message", HTMLTextAreaElement);
  #hint = find("hint", HTMLElement);
  #counter = find("counter", HTMLElement);
  #send = find("send", HTMLButtonElement);
  /** @type {string[]} */
  #past = [];
  #place = 0; // dans le passé ; à la fin : ce que l'on écrit
  /** @type {string[]} */
  #choices = [];
  #after = ""; // ce qui suivait le curseur

  constructor(/** @type {Needs} */ needs) {
    this.needs = needs;
    this.#area.addEventListener("input", () => this.#typed());
    this.#area.addEventListener("keydown", (event) => this.#key(event));
    find("composer", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
      this.focus();
    });
    this.#typed();
  }

  get text() {
    return this.#area.value;
  }

  set text(text) {
    this.#area.value = text;
    this.#typed();
  }

  set placeholder(/** @type {string} */ text) {
    this.#area.placeholder = text;
  }

  focus() {
    this.#area.focus();
  }

  /** Rend un texte qui n'a pas pu partir, devant ce qu'on a écrit depuis. */
  giveBack(/** @type {string} */ text) {
    this.text = [text, this.text].filter(Boolean).join("\n");
    this.focus();
  }

  /**
   * @param {string} text rien, s'il n'y a plus rien à dire
   * @param {boolean} [wrong]
   */
  hint(text, wrong = false) {
    this.#hint.textContent = typeset(text);
    this.#hint.classList.toggle("wrong", wrong);
  }

  get #lines() {
    // Une tabulation deviendrait « � » : du code collé en est plein.
    const lines = this.text.replaceAll("\t", "    ").split(/\r\n|[\n\r\u2028\u2029]/);
    return lines.filter((line) => strip(line));
  }

  #typed() {
    const lines = this.#lines;
    this.#choices = [];
    const many = lines.length > 1;
    this.hint(many ? `${lines.length} lignes : Entrée les envoie, une par message` : "");
    this.#send.disabled = !lines.length;
    const most = this.needs.limit;
    const longest = Math.max(0, ...lines.map((line) => byteLength(strip(neutral(line)))));
    const shown = longest > most * NEARLY;
    this.#counter.textContent = shown
      ? `${longest.toLocaleString("fr")} / ${counted(most, "octet")}` : "";
    this.#counter.classList.toggle("wrong", longest > most);
    if (!CSS.supports("field-sizing", "content")) {
      this.#area.style.setProperty("height", "auto");
      this.#area.style.setProperty("height", `${this.#area.scrollHeight}px`);
    }
  }

  #submit() {
    const lines = this.#lines;
    if (!lines.length) return;
    const { text } = this;
    if (this.#past.at(-1) !== text) this.#past = [...this.#past, text].slice(-REMEMBERED);
    this.#place = this.#past.length;
    this.text = "";
    const left = this.needs.say(lines);
    if (!left.length) return;
    const { textContent } = this.#hint; // pourquoi
    this.text = [...left, this.text].filter(Boolean).join("\n");
    this.hint(textContent ?? "", true);
  }

  #key(/** @type {KeyboardEvent} */ event) {
    const { key, shiftKey, altKey, ctrlKey, metaKey, isComposing } = event;
    if (isComposing || shiftKey || altKey || ctrlKey || metaKey) return;
    if (key === "Enter") {
      event.preventDefault();
      this.#submit();
    } else if (key === "ArrowUp" || key === "ArrowDown") {
      if (this.#remember(this.#place + (key === "ArrowUp" ? -1 : 1))) event.preventDefault();
    } else if (key === "Tab" && this.#complete()) {
      event.preventDefault(); // sinon, Tab quitte le champ comme ailleurs
    }
  }

  /** Dans le passé, tant que ce qui est écrit en vient, ou qu'il n'y a rien. */
  #remember(/** @type {number} */ place) {
    const [now, then] = [this.#past[this.#place] ?? "", this.#past[place] ?? ""];
    if (this.text !== now || place < 0 || place > this.#past.length) return false;
    this.#place = place;
    this.text = then;
    return true;
  }

  /** Une seule suite : la voilà ; plusieurs : leur début commun, puis chacune à son tour. */
  #complete() {
    const { text } = this;
    const { selectionStart, selectionEnd } = this.#area;
    const start = text.lastIndexOf("\n", selectionStart - 1) + 1;
    const [before, after] = [text.slice(start, selectionStart), text.slice(selectionEnd)];
    const place = after === this.#after ? this.#choices.indexOf(before) : -1;
    if (place >= 0) {
      const choices = this.#choices;
      this.#put(start, choices[(place + 1) % choices.length] ?? "", after);
      this.#propose(choices, after, before);
      return true;
    }
    const found = this.needs.complete(before);
    const shared = sharedStart(found);
    if (!found.length || (found.length === 1 && shared === before)) return false;
    if (found.length === 1 || shared.length > before.length) {
      this.#put(start, shared, after);
    } else {
      this.#put(start, found[0] ?? "", after);
      this.#propose(found, after, before);
    }
    if (found.length > 1) this.#list(found, before);
    return true;
  }

  /**
   * @param {number} start
   * @param {string} line
   * @param {string} after
   */
  #put(start, line, after) {
    this.text = this.text.slice(0, start) + line + after;
    this.#area.setSelectionRange(start + line.length, start + line.length);
  }

  /**
   * @param {string[]} choices
   * @param {string} after
   * @param {string} before
   */
  #propose(choices, after, before) {
    [this.#choices, this.#after] = [choices, after];
    this.#list(choices, before);
  }

  #list(/** @type {string[]} */ found, /** @type {string} */ before) {
    const word = before.search(/\S*\s?$/);
    this.hint(found.map((line) => neutral(strip(line.slice(word)))).join("   "));
  }
}
