/** Les images qu'on envoie, préparées : sans métadonnées, et assez petites. */

import { inspect } from "./common/images.js";
import { stripped } from "./common/metadata.js";
import { neutral } from "./protocol/text.js";

/** @import { Limits } from "./protocol/limits.js" */
/** @typedef {{ name: string, data: Uint8Array<ArrayBuffer>, note: string }} Prepared */

const LARGEST = 50_000_000; // octets d'un fichier que l'on veut bien décoder
const LARGEST_PIXELS = 100_000_000; // décodés, ils en prennent le quadruple en octets
const SIDE = 2048; // px : assez pour un grand écran
const SMALLER = 0.8;
const ATTEMPTS = 12;
const QUALITY = 0.85;

/** Une image refusée ; le texte est une phrase pour qui l'envoie. */
export class PictureError extends Error {}

/**
 * L'image, sans ses métadonnées, si le serveur l'accepte ainsi ; sinon, convertie ou réduite, et
 * `note` le dit.
 *
 * PictureError si ce n'en est pas une.
 *
 * @param {File} file
 * @param {Limits} limits
 * @returns {Promise<Prepared>}
 */
export async function prepare(file, limits) {
  const name = neutral(file.name || "image.png");
  if (file.size > LARGEST) throw new PictureError(`« ${name} » est beaucoup trop lourd.`);
  const data = new Uint8Array(await file.arrayBuffer());
  const known = inspect(data);
  const size = known ? known.width * known.height : 0;
  if (size > LARGEST_PIXELS) throw new PictureError(`« ${name} » a beaucoup trop de pixels.`);
  const type = known?.type ?? "";
  const blob = new Blob([data], { type: type || file.type });
  const bitmap = await createImageBitmap(blob).catch(() => {
    throw new PictureError(`« ${name} » n'est pas une image que ce navigateur sait lire.`);
  });
  try {
    const fits = size <= limits.pixels && Math.max(bitmap.width, bitmap.height) <= limits.side;
    const bare = known && fits ? without(data, name) : null;
    if (bare && bare.length <= limits.image) {
      return { name: shortened(name, limits.image_name), data: bare, note: "" };
    }
    return await converted(bitmap, name, type, limits);
  } finally {
    bitmap.close();
  }
}

/**
 * @param {Uint8Array<ArrayBuffer>} data
 * @param {string} name
 */
function without(data, name) {
  try {
    return stripped(data);
  } catch (why) {
    throw new PictureError(`« ${name} » : ${/** @type {Error} */ (why).message}`);
  }
}

/**
 * @param {ImageBitmap} bitmap
 * @param {string} name
 * @param {string} type vide si ce n'est ni un PNG ni un JPEG
 * @param {Limits} limits
 * @returns {Promise<Prepared>}
 */
async function converted(bitmap, name, type, limits) {
  let scale = Math.min(1, SIDE / Math.max(bitmap.width, bitmap.height));
  for (let attempt = 0; attempt < ATTEMPTS; attempt++, scale *= SMALLER) {
    // En PNG d'abord, qui ne perd rien, si l'image n'était pas déjà un JPEG.
    const kinds = type === "image/jpeg" || attempt ? ["jpeg"] : ["png", "jpeg"];
    for (const kind of kinds) {
      const [blob, width, height] = await drawn(bitmap, scale, kind);
      if (!blob || blob.size > limits.image) continue;
      const what = scale < 1 ? `Réduite à ${width} × ${height}` : "Convertie";
      const why = type ? "pour tenir dans un message" : "car le chat n'a que ces deux formats";
      const base = name.replace(/\.[^.]*$/, "") || "image";
      const ending = kind === "png" ? ".png" : ".jpg";
      return {
        name: shortened(base, limits.image_name - ending.length) + ending,
        data: new Uint8Array(await blob.arrayBuffer()),
        note: `${what}, en ${kind.toUpperCase()}, ${why}.`,
      };
    }
  }
  throw new PictureError(`« ${name} » ne se laisse pas assez réduire.`);
}

/**
 * @param {ImageBitmap} bitmap
 * @param {number} scale
 * @param {string} kind
 * @returns {Promise<[blob: Blob | null, width: number, height: number]>}
 */
async function drawn(bitmap, scale, kind) {
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const context = canvas.getContext("2d");
  if (kind === "jpeg" && context) { // qui n'a pas de transparence
    context.fillStyle = "#fff";
    context.fillRect(0, 0, canvas.width, canvas.height);
  }
  context?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  /** @type {Blob | null} */
  const blob = await new Promise((done) => canvas.toBlob(done, `image/${kind}`, QUALITY));
  return [blob, canvas.width, canvas.height];
}

/**
 * @param {string} name
 * @param {number} size caractères
 */
function shortened(name, size) {
  return [...name].slice(0, size).join("").trim();
}
