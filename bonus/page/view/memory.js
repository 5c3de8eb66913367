/** Où l'on en était dans cet onglet : le recharger y ramène. */

/** @typedef {{ pseudo: string, rooms: string[], drafts: Record<string, string> }} Stay */

const KEY = "chat:stay";

// sessionStorage lève une erreur, jusque dans son nom, là où il est interdit.

/** @returns {Stay | null} */
export function recallStay() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? "null");
  } catch {
    return null;
  }
}

export function keepStay(/** @type {Stay | null} */ stay) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(stay));
  } catch {
    // On rentrera par le formulaire.
  }
}
