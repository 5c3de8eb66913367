/** Reconnaître une image à son en-tête, sans la décoder : elle vient d'un inconnu. */

export const PNG_SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
export const JPEG_START = [0xff, 0xd8];
export const FILL = 0xff;
export const SCAN = 0xda;
export const FRAMES = [0xc0, 0xc1, 0xc2]; // les trois formes de JPEG que l'on rencontre
const PNG_HEADER = [...PNG_SIGNATURE, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52];
const MAX_SEGMENTS = 500; // d'un en-tête JPEG ; un appareil photo en écrit une vingtaine

/** @typedef {{ type: "image/png" | "image/jpeg", width: number, height: number }} Picture */

/** Vrai d'un marqueur sans longueur, ou qui n'en est pas un : rien à faire dans un en-tête. */
export function alone(/** @type {number} */ marker) {
  return marker < 0xc0 || (marker >= 0xd0 && marker <= 0xd9);
}

/**
 * Ce qu'annonce l'en-tête d'un PNG ou d'un JPEG, en pixels ; null si ce n'en est pas un.
 *
 * @param {Uint8Array} data
 * @returns {Picture | null}
 */
export function inspect(data) {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (startsWith(data, PNG_HEADER) && data.length >= 33) {
    return { type: "image/png", width: view.getUint32(16), height: view.getUint32(20) };
  }
  if (!startsWith(data, JPEG_START)) return null;
  let start = JPEG_START.length;
  for (let number = 0; number < MAX_SEGMENTS; number++) {
    if (start + 4 > data.length || data[start] !== FILL) return null;
    const marker = view.getUint8(start + 1);
    if (marker === FILL) { // un octet de remplissage, que la norme permet
      start += 1;
      continue;
    }
    const end = start + 2 + view.getUint16(start + 2);
    if (alone(marker) || end > data.length || marker === SCAN) return null;
    if (FRAMES.includes(marker) && end - start >= 10) {
      const [height, width] = [view.getUint16(start + 5), view.getUint16(start + 7)];
      return { type: "image/jpeg", width, height };
    }
    start = end;
  }
  return null;
}

/**
 * @param {Uint8Array} data
 * @param {number[]} bytes
 */
export function startsWith(data, bytes) {
  return bytes.every((byte, place) => data[place] === byte);
}
