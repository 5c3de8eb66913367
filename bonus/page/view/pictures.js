/** Les images de la conversation : demandées quand on les voit, et les dernières vues gardées. */

import { inspect } from "../common/images.js";
import { fold, neutral } from "../protocol/text.js";
import { asciiArt } from "./ascii.js";
import { button, find, make } from "./dom.js";

/** @import { ImageReceived } from "../core/events.js" */
/** @import { Of } from "../protocol/messages.js" */
/** @typedef {Of<"Pictured">} Pictured */

const HELD = 24; // images gardées ; les autres se redemanderont
const AHEAD = "400px"; // de part et d'autre de l'écran

/** Une image, sa place et ses deux aspects. */
class Frame {
  image = make("img");
  open = make("button", { type: "button", className: "open", disabled: true });
  #toggle = button("En caractères", () => this.#turn());
  /** @type {HTMLElement | null} */
  #art = null;
  asked = false;

  constructor(/** @type {Pictured} */ message, /** @type {string} */ author) {
    this.message = message;
    this.name = neutral(message.name);
    this.label = `${this.name}, image de ${author}`;
    const { width, height } = message;
    const caption = make("figcaption", {}, make("span", { className: "foreign" },
      `${this.name} (${width} × ${height})`), this.#toggle);
    this.element = make("figure", { className: "picture" }, this.open, caption);
    this.#reserve(width, height);
    this.#toggle.hidden = true;
    this.open.ariaLabel = `Agrandir ${this.label}`;
    this.image.alt = this.label;
    this.image.addEventListener("load", () => {
      this.#toggle.hidden = false;
      this.open.disabled = false;
      // Tournée par son appareil photo, elle n'a pas les dimensions de son en-tête.
      this.#reserve(this.image.naturalWidth, this.image.naturalHeight);
    });
    this.image.addEventListener("error", () => this.fail("L’image est abîmée."));
  }

  #reserve(/** @type {number} */ width, /** @type {number} */ height) {
    this.open.style.setProperty("--width", String(Math.max(1, width)));
    this.open.style.setProperty("--height", String(Math.max(1, height)));
  }

  get loaded() {
    return Boolean(this.image.src);
  }

  load(/** @type {Uint8Array<ArrayBuffer>} */ data) {
    const found = inspect(data);
    if (!found) return this.fail("Ce n’est pas une image PNG ou JPEG.");
    const { type, width, height } = found;
    // Le serveur en a borné les pixels : une autre taille ferait décoder ce que personne n'a admis.
    if (width !== this.message.width || height !== this.message.height) {
      return this.fail("L’image n’a pas la taille annoncée.");
    }
    this.image.src = URL.createObjectURL(new Blob([data], { type }));
    this.open.replaceChildren(this.image);
  }

  unload() {
    URL.revokeObjectURL(this.image.src);
    this.image.removeAttribute("src");
    this.asked = false;
    this.#toggle.hidden = this.open.disabled = true;
    if (this.#art) this.#turn();
    this.open.replaceChildren();
  }

  fail(/** @type {string} */ text) {
    this.open.replaceChildren(text);
    this.#toggle.hidden = this.open.disabled = true;
  }

  #turn() {
    const drawn = this.#art;
    if (drawn) {
      drawn.remove();
      this.#art = null;
    } else {
      const width = this.element.clientWidth;
      this.#art = asciiArt(this.image, width, `${this.label}, en caractères`);
      this.element.prepend(this.#art);
    }
    this.open.hidden = !drawn;
    this.#toggle.textContent = drawn ? "En caractères" : "En image";
  }
}

export class Pictures {
  #viewer = find("viewer", HTMLDialogElement);
  /** @type {Map<Element, Frame>} */
  #frames = new Map();
  /** @type {Map<string, Frame>} */
  #asked = new Map();
  /** @type {Set<Frame>} dans l'ordre où on les a vues */
  #held = new Set();
  /** @type {Set<Frame>} */
  #visible = new Set();

  /** @param {(message: Pictured) => boolean} fetch faux si ce n'est pas possible à présent */
  constructor(fetch) {
    this.fetch = fetch;
    this.observer = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        const frame = this.#frames.get(target);
        if (frame && isIntersecting) this.#visible.add(frame);
        else if (frame) this.#visible.delete(frame);
      }
      this.ask();
    }, { root: find("conversation", HTMLElement), rootMargin: AHEAD });
  }

  /**
   * @param {string} room
   * @param {Pictured} message
   * @param {boolean} mine
   */
  show(room, message, mine) {
    const frame = new Frame(message, mine ? "vous" : neutral(message.pseudo));
    frame.element.dataset.room = fold(room);
    this.#frames.set(frame.element, frame);
    this.observer.observe(frame.element);
    frame.open.addEventListener("click", () => this.#enlarge(frame));
    return frame.element;
  }

  /** Demande les octets de celles qu'on voit et qu'on n'a pas. */
  ask() {
    for (const frame of this.#visible) {
      if (frame.loaded) {
        this.#hold(frame);
      } else if (!frame.asked && this.fetch(frame.message)) {
        frame.asked = true;
        this.#asked.set(`${frame.element.dataset.room}\n${frame.message.seq}`, frame);
      }
    }
  }

  /** @param {ImageReceived} event */
  received({ room, seq, data }) {
    const key = `${fold(room)}\n${seq}`;
    const frame = this.#asked.get(key);
    this.#asked.delete(key);
    if (!frame) return;
    frame.load(data);
    if (frame.loaded) this.#hold(frame);
  }

  /** La connexion est perdue : ce qui était demandé ne viendra pas. */
  lost() {
    for (const frame of this.#asked.values()) frame.asked = false;
    this.#asked.clear();
  }

  /** @param {Frame} frame vue à l'instant */
  #hold(frame) {
    this.#held.delete(frame);
    this.#held.add(frame);
    for (const oldest of this.#held) {
      if (this.#held.size <= HELD) break;
      if (this.#visible.has(oldest)) continue;
      this.#held.delete(oldest);
      oldest.unload();
    }
  }

  #enlarge(/** @type {Frame} */ frame) {
    const image = find("viewer-image", HTMLImageElement);
    image.src = frame.image.src;
    image.alt = frame.label;
    find("viewer-name", HTMLElement).textContent = frame.name;
    this.#viewer.showModal();
  }
}
