/** Envoyer une image : la choisir, la déposer ou la coller, puis la voir avant qu'elle parte. */

import { PictureError, prepare } from "../pictures.js";
import { find, typeset } from "./dom.js";

/** @import { Prepared } from "../pictures.js" */
/** @import { Limits } from "../protocol/limits.js" */

/**
 * @typedef {object} Needs
 * @property {() => string} refusal pourquoi aucune image ne peut partir d'ici ; vide sinon
 * @property {(name: string, data: Uint8Array<ArrayBuffer>) => string} send pourquoi pas, ou vide
 * @property {(text: string) => void} complain
 */

export class Preview {
  #dialog = find("preview", HTMLDialogElement);
  #image = find("preview-image", HTMLImageElement);
  #name = find("preview-name", HTMLInputElement);
  #problem = find("preview-problem", HTMLElement);
  #file = find("file", HTMLInputElement);
  #zone = find("drop", HTMLElement);
  /** @type {Prepared | null} */
  #prepared = null;

  constructor(/** @type {Limits} */ limits, /** @type {Needs} */ needs) {
    this.limits = limits;
    this.needs = needs;
    find("attach", HTMLButtonElement).addEventListener("click", () => this.choose());
    this.#file.addEventListener("change", () => {
      this.#take(this.#file.files);
      this.#file.value = ""; // choisir de nouveau le même fichier doit se voir
    });
    document.addEventListener("paste", (event) => {
      // Un tableur colle aussi une image de son texte : c'est le texte que l'on veut.
      const { files, types } = event.clipboardData ?? new DataTransfer();
      if (files.length && !types.includes("text/plain")) {
        event.preventDefault();
        this.#take(files);
      }
    });
    this.#dropping();
    find("preview-form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    find("preview-cancel", HTMLButtonElement)
      .addEventListener("click", () => this.#dialog.close());
    this.#dialog.addEventListener("close", () => {
      URL.revokeObjectURL(this.#image.src);
      this.#image.removeAttribute("src");
    });
  }

  /** Ouvre le choix d'un fichier. */
  choose() {
    const refusal = this.needs.refusal();
    if (refusal) this.needs.complain(refusal);
    else this.#file.click();
  }

  show(/** @type {Prepared} */ prepared) {
    this.#prepared = prepared;
    this.#image.src = URL.createObjectURL(new Blob([prepared.data]));
    this.#name.value = prepared.name;
    this.#problem.textContent = "";
    find("preview-note", HTMLElement).textContent = prepared.note;
    this.#dialog.showModal();
  }

  /** @param {FileList | null} files une seule image à la fois */
  async #take(files) {
    const [file] = files ?? [];
    if (!file || this.#dialog.open) return;
    const refusal = this.needs.refusal();
    if (refusal) return this.needs.complain(refusal);
    try {
      this.show(await prepare(file, this.limits));
    } catch (why) {
      if (!(why instanceof PictureError)) throw why;
      this.needs.complain(why.message);
    }
  }

  #send() {
    if (!this.#prepared) return;
    const why = this.needs.send(this.#name.value, this.#prepared.data);
    this.#problem.textContent = typeset(why);
    if (!why) this.#dialog.close();
  }

  #dropping() {
    const over = (/** @type {DragEvent} */ event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault(); // sinon, le navigateur quitterait la page pour l'image
      this.#zone.hidden = event.type === "drop";
      if (event.type === "drop") this.#take(event.dataTransfer.files);
    };
    document.addEventListener("dragover", over);
    document.addEventListener("drop", over);
    document.addEventListener("dragleave", ({ relatedTarget }) => {
      if (!relatedTarget) this.#zone.hidden = true; // hors de la fenêtre
    });
  }
}
