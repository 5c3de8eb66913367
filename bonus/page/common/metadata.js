/**
 * Ce qu'une image montre, sans ce qu'elle raconte : lieu, date, appareil, vignettes, textes.
 *
 * Les mêmes octets que common/metadata.py, qui dit pourquoi.
 */

import { alone, FILL, FRAMES, JPEG_START, PNG_SIGNATURE, SCAN, startsWith } from "./images.js";

const DAMAGED = "L'image est abîmée ou incomplète.";
const SCANS = "L'image a trop de passes : elle serait trop longue à décoder.";
const MAX_PARTS = 5_000;
const MAX_SCANS = 64;
const MAX_PROFILE = 4_096; // octets
const MAX_ENTRIES = 200; // étiquettes lues d'un bloc EXIF

const PNG_PIXELS = ["IHDR", "PLTE", "tRNS", "IDAT", "IEND"];
/** @type {Record<string, number>} octets */
const PNG_COLOURS = { gAMA: 4, cHRM: 32, sRGB: 1, cICP: 4, iCCP: MAX_PROFILE };

const [END, JFIF, EXIF, ICC, ADOBE] = [0xd9, 0xe0, 0xe1, 0xe2, 0xee];
const ORIENTATION = 0x0112;
const [UPRIGHT, LAST] = [1, 8];

/** @typedef {{ parts: Uint8Array[], orientation: number }} Sorted orientation : 0, pas encore vue */

/**
 * Une image sans métadonnées. RangeError, avec une phrase, si elle est incomplète ; ce qui n'est ni
 * PNG ni JPEG ne change pas.
 *
 * @param {Uint8Array<ArrayBuffer>} data
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function stripped(data) {
  const png = startsWith(data, PNG_SIGNATURE);
  if (!png && !startsWith(data, JPEG_START)) return data;
  const { parts, orientation } = png ? sortedPng(data) : sortedJpeg(data);
  if (orientation > UPRIGHT && orientation <= LAST) {
    // L'EXIF le plus court qui le dise, à la place du premier : après IHDR, après SOI.
    const exif = [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1];
    exif.push(0, orientation, 0, 0, 0, 0, 0, 0);
    if (png) parts.splice(2, 0, chunk([...ascii("eXIf"), ...exif]));
    else parts.splice(1, 0, new Uint8Array([FILL, EXIF, 0, 34, ...ascii("Exif\0\0"), ...exif]));
  }
  return joined(parts);
}

function sortedPng(/** @type {Uint8Array} */ data) {
  /** @type {Sorted} */
  const sorted = { parts: [data.subarray(0, PNG_SIGNATURE.length)], orientation: 0 };
  for (const [kind, start, end] of chunks(data)) {
    const length = end - start - 12;
    if (PNG_PIXELS.includes(kind) || length <= (PNG_COLOURS[kind] ?? -1)) {
      sorted.parts.push(data.subarray(start, end));
    } else if (kind === "eXIf") {
      sorted.orientation ||= orientationOf(data.subarray(start + 8, end - 4));
    }
  }
  return sorted;
}

/**
 * @param {Uint8Array} data
 * @returns {Generator<[kind: string, start: number, end: number]>}
 */
function* chunks(data) {
  const view = viewOf(data);
  let start = PNG_SIGNATURE.length;
  for (let number = 0; number < MAX_PARTS; number++) {
    if (start + 12 > data.length) break;
    const kind = String.fromCharCode(...data.subarray(start + 4, start + 8));
    const end = start + 12 + view.getUint32(start);
    if (end > data.length || (kind === "IHDR") !== (number === 0)) break;
    yield [kind, start, end];
    if (kind === "IEND") return;
    start = end;
  }
  throw new RangeError(DAMAGED);
}

function sortedJpeg(/** @type {Uint8Array} */ data) {
  /** @type {Sorted} */
  const sorted = { parts: [data.subarray(0, JPEG_START.length)], orientation: 0 };
  let frames = 0;
  for (const [marker, start, end] of segments(data)) {
    const body = data.subarray(start + 4, end);
    const says = (/** @type {string} */ text) => startsWith(body, ascii(text));
    if (marker === EXIF && says("Exif\0\0")) {
      sorted.orientation ||= orientationOf(body.subarray(6));
    } else if (marker === ICC && says("ICC_PROFILE\0\x01\x01") && body.length <= MAX_PROFILE) {
      sorted.parts.push(data.subarray(start, end));
    } else if (marker === JFIF && says("JFIF\0") && body.length >= 14) { // sans vignette
      sorted.parts.push(new Uint8Array([FILL, JFIF, 0, 16, ...body.subarray(0, 12), 0, 0]));
    } else if (marker === ADOBE && says("Adobe") && body.length >= 12) {
      sorted.parts.push(new Uint8Array([FILL, ADOBE, 0, 14, ...body.subarray(0, 12)]));
    } else if (marker < JFIF) { // ni application, ni commentaire
      frames += Number(FRAMES.includes(marker));
      sorted.parts.push(data.subarray(start, end));
    }
  }
  if (frames !== 1) throw new RangeError(DAMAGED);
  return sorted;
}

/**
 * Les segments d'un JPEG ; le marqueur 0 est celui des données d'une passe.
 *
 * @param {Uint8Array} data
 * @returns {Generator<[marker: number, start: number, end: number]>}
 */
function* segments(data) {
  const view = viewOf(data);
  let [start, scans, coded] = [JPEG_START.length, 0, false];
  for (let number = 0; number < MAX_PARTS; number++) {
    const place = nextMarker(data, start);
    if (coded) yield [0, start, place];
    else if (data.subarray(start, place).some((byte) => byte !== FILL)) break;
    if (place === data.length && coded) return; // sans fin : le décodeur dira ce qui manque
    if (scans && data[place + 1] === END) {
      yield [END, place, place + 2];
      return;
    }
    if (place + 4 > data.length) break;
    const [marker, length] = [view.getUint8(place + 1), view.getUint16(place + 2)];
    const end = place + 2 + length;
    if (alone(marker) || length < 2 || end > data.length) break;
    scans += Number(marker === SCAN);
    if (scans > MAX_SCANS) throw new RangeError(SCANS);
    yield [marker, place, end];
    [start, coded] = [end, marker === SCAN];
  }
  throw new RangeError(DAMAGED);
}

/** FF 00 est un octet FF de l'image, FF D0 à D7 un repère dans une passe, FF FF du remplissage. */
function nextMarker(/** @type {Uint8Array} */ data, /** @type {number} */ start) {
  for (let place = data.indexOf(FILL, start); place >= 0; place = data.indexOf(FILL, place + 1)) {
    const next = data[place + 1];
    if (next === undefined) break;
    if (next && next !== FILL && (next < 0xd0 || next > 0xd7)) return place;
  }
  return data.length;
}

/** L'orientation que dit un bloc EXIF ; 1, tel quel, s'il n'en dit rien de lisible. */
function orientationOf(/** @type {Uint8Array} */ exif) {
  const order = String.fromCharCode(...exif.subarray(0, 2));
  if (order !== "II" && order !== "MM") return UPRIGHT;
  const [view, little] = [viewOf(exif), order === "II"];
  try {
    const directory = view.getUint32(4, little);
    const entries = Math.min(view.getUint16(directory, little), MAX_ENTRIES);
    for (let entry = 0; entry < entries; entry++) {
      const place = directory + 2 + 12 * entry;
      const value = view.getUint16(place + 8, little);
      if (view.getUint16(place, little) === ORIENTATION) return value;
    }
  } catch { // le bloc finit avant ce qu'il annonce
    return UPRIGHT;
  }
  return UPRIGHT;
}

/** Un bloc de PNG, à partir de sa sorte et de son contenu. */
function chunk(/** @type {number[]} */ content) {
  const made = new Uint8Array(content.length + 8);
  made.set(content, 4);
  viewOf(made).setUint32(0, content.length - 4);
  viewOf(made).setUint32(content.length + 4, crc(content));
  return made;
}

function crc(/** @type {number[]} */ bytes) {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return (sum ^ 0xffffffff) >>> 0;
}

function joined(/** @type {Uint8Array[]} */ parts) {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let place = 0;
  for (const part of parts) {
    whole.set(part, place);
    place += part.length;
  }
  return whole;
}

function viewOf(/** @type {Uint8Array} */ data) {
  return new DataView(data.buffer, data.byteOffset, data.byteLength);
}

function ascii(/** @type {string} */ text) {
  return Array.from(text, (char) => char.charCodeAt(0));
}
