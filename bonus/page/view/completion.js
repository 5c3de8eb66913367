/** Les noms vus passer, et ce que la touche Tab en propose. */

import { fold } from "../protocol/text.js";
import { accepts, COMMANDS, namesSomeone } from "./commands.js";

/** @import { Event } from "../core/events.js" */

const KNOWN = 500; // de chaque sorte ; les plus anciens s'oublient

export class Names {
  /** @type {Set<string>} */
  pseudos = new Set();
  /** @type {Set<string>} */
  rooms = new Set();
  /** @type {Map<string, number>} la couleur de chacun, 0xRRGGBB */
  colours = new Map();

  learn(/** @type {Event} */ event) {
    if (event.type === "spoke" || event.type === "announced") {
      const { pseudo, colour } = event.type === "spoke" ? event.message : event;
      if (!pseudo) return;
      this.colours.set(pseudo, colour);
      if (!event.mine) remember(this.pseudos, pseudo);
    } else if (event.type === "entered") {
      remember(this.rooms, event.room);
    } else if (event.type === "rooms") {
      for (const room of event.rooms) {
        remember(this.rooms, room.name);
        for (const pseudo of room.members) remember(this.pseudos, pseudo);
      }
    }
  }

  /** Les lignes entières que `line` peut devenir. */
  complete(/** @type {string} */ line) {
    const space = line.indexOf(" ");
    if (line.startsWith("/") && space < 0) {
      const start = line.toLowerCase();
      const found = Object.keys(COMMANDS).filter((name) => name.startsWith(start));
      return found.map((name) => (accepts(name) ? `${name} ` : name)).sort();
    }
    const command = line.slice(0, space).toLowerCase();
    const start = line.slice(space + 1);
    if (command === "/join" || command === "/who") {
      return starting(this.rooms, start).map((name) => `${command} ${name}`);
    }
    const found = namesSomeone(command) ? starting(this.pseudos, start) : [];
    if (found.length) {
      const follows = COMMANDS[command]?.usage.split(" ")[2] ? " " : "";
      return found.map((name) => `${command} ${name}${follows}`);
    }
    const last = line.search(/\S*$/);
    const before = line.slice(0, last);
    const word = line.slice(last);
    return word ? starting(this.pseudos, word).map((name) => `${before}${name} `) : [];
  }
}

/**
 * Le début que toutes ont en commun.
 *
 * @param {string[]} lines
 */
export function sharedStart([first = "", ...others]) {
  let size = first.length;
  for (const other of others) {
    while (!other.startsWith(first.slice(0, size))) size--;
  }
  return first.slice(0, size);
}

/** Le plus récent à la fin ; le plus ancien s'oublie. */
function remember(/** @type {Set<string>} */ names, /** @type {string} */ name) {
  names.delete(name);
  names.add(name);
  if (names.size > KNOWN) {
    const [oldest = ""] = names;
    names.delete(oldest);
  }
}

function starting(/** @type {Iterable<string>} */ names, /** @type {string} */ start) {
  return [...names].filter((name) => fold(name).startsWith(fold(start))).sort();
}
