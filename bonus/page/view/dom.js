/** De quoi faire et trouver des éléments. Un texte n'y devient jamais du HTML. */

import { neutral } from "../protocol/text.js";

const SVG = "http://www.w3.org/2000/svg";
const letters = new Intl.Segmenter("fr");

/**
 * L'élément de cet identifiant, qui est dans la page et de ce type.
 *
 * @template {Element} T
 * @param {string} id
 * @param {new () => T} type
 */
export function find(id, type) {
  const element = document.getElementById(id);
  if (!(element instanceof type)) throw new TypeError(`#${id} manque à la page`);
  return element;
}

/**
 * Un élément, ses propriétés et ce qu'il contient.
 *
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Partial<HTMLElementTagNameMap[K]>} [properties]
 * @param {...(Node | string)} children
 */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  Object.assign(element, properties);
  element.append(...children);
  return element;
}

/** @param {string} name celui d'un symbole de index.html */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#icon-${name}`);
  svg.ariaHidden = "true";
  svg.append(use);
  return svg;
}

/** Les espaces insécables du français, dans un texte à nous ou du serveur. */
export function typeset(/** @type {string} */ text) {
  return text.replace(/ ([:;!?»])/g, "\u00a0$1").replace(/« /g, "«\u00a0");
}

/**
 * @param {number} count
 * @param {string} one
 * @param {string} [many]
 */
export function counted(count, one, many = `${one}s`) {
  return `${count.toLocaleString("fr")} ${count > 1 ? many : one}`;
}

/**
 * Donne à l'élément la couleur d'une personne ; la feuille de style l'accorde au fond.
 *
 * @param {HTMLElement} element
 * @param {number} colour 0xRRGGBB
 */
export function paint(element, colour) {
  element.classList.add("coloured");
  element.style.setProperty("--colour", `#${colour.toString(16).padStart(6, "0")}`);
  return element;
}

/** La vignette d'une personne : sa première lettre. */
export function initial(/** @type {string} */ pseudo) {
  const [first] = letters.segment(neutral(pseudo));
  return first ? first.segment.toLocaleUpperCase("fr") : "";
}

export function button(/** @type {string} */ label, /** @type {() => void} */ action) {
  const element = make("button", { type: "button", className: "link", textContent: label });
  element.addEventListener("click", action);
  return element;
}
