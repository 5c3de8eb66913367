/** Une image en caractères, chacun de sa couleur. */

import { make } from "./dom.js";

const RAMP = " .:-=+*#%@"; // du plus sombre au plus clair, sur fond noir
const CELL = 6; // px : la largeur d'un caractère
const MOST = 96; // colonnes
const ROWS = 100;
const STEP = 24; // entre deux nuances d'une même couleur : moins d'éléments, et rien ne se voit

/**
 * @param {HTMLImageElement} image chargée
 * @param {number} width px de la colonne
 * @param {string} label
 */
export function asciiArt(image, width, label) {
  const { naturalWidth, naturalHeight } = image;
  let columns = Math.max(1, Math.min(MOST, Math.floor(width / CELL)));
  // Un caractère est à peu près deux fois plus haut que large.
  let rows = Math.max(1, Math.round((columns * naturalHeight) / naturalWidth / 2));
  if (rows > ROWS) [columns, rows] = [Math.max(1, Math.round((columns * ROWS) / rows)), ROWS];
  const canvas = make("canvas", { width: columns, height: rows });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const art = make("pre", { className: "ascii", role: "img", ariaLabel: label });
  if (!context) return art;
  // Derrière la transparence : un dessin noir s'y voit, un blanc aussi.
  context.fillStyle = "#808080";
  context.fillRect(0, 0, columns, rows);
  context.imageSmoothingQuality = "high";
  context.drawImage(image, 0, 0, columns, rows);
  const { data } = context.getImageData(0, 0, columns, rows);
  art.style.setProperty("--columns", String(columns));
  for (let row = 0; row < rows; row++) {
    art.append(...coloured(data.subarray(row * columns * 4, (row + 1) * columns * 4)), "\n");
  }
  return art;
}

/** @param {Uint8ClampedArray} pixels d'une ligne */
function coloured(pixels) {
  /** @type {HTMLElement[]} */
  const spans = [];
  let last = "";
  for (let place = 0; place < pixels.length; place += 4) {
    const [red = 0, green = 0, blue = 0] = pixels.subarray(place, place + 3);
    const light = (0.299 * red + 0.587 * green + 0.114 * blue) / 256;
    const character = RAMP[Math.floor(light * RAMP.length)] ?? "";
    const colour = `rgb(${[red, green, blue].map((part) => Math.ceil(part / STEP) * STEP)})`;
    if (colour !== last) {
      const span = make("span");
      span.style.setProperty("color", colour);
      spans.push(span);
    }
    last = colour;
    spans.at(-1)?.append(character);
  }
  return spans;
}
