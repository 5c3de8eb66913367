/** Ce qu'on a fait d'un salon ou d'un message, en une phrase. */

import { neutral } from "../protocol/text.js";

/** @import { Acted } from "../core/events.js" */

// Ce qui se dit après « alice a » ou « Vous avez » : quand l'acte fait, puis quand il défait.
/** @type {Record<string, [string, string]>} */
const SWITCHES = {
  lock: ["fermé ce salon aux nouveaux venus", "rouvert ce salon à tous"],
  readonly: ["réservé la parole aux opérateurs", "rendu la parole à tout le monde"],
  private: ["réservé ce salon à ses invités", "ouvert ce salon à tous"],
  password: ["mis un mot de passe à ce salon", "retiré le mot de passe de ce salon"],
  close: ["fermé ce salon", "rouvert ce salon"],
};

/**
 * Rien, pour un acte que cette version ne connaît pas.
 *
 * @param {Acted} event
 */
export function told({ message, mine }) {
  const [who, text] = [neutral(message.pseudo), neutral(message.text)];
  const have = mine ? "Vous avez" : `${who} a`;
  switch (message.act) {
    case "nick":
      return mine ? `Vous vous appelez maintenant ${text}` : `${who} s'appelle maintenant ${text}`;
    case "topic":
      return text ? `${have} changé le sujet : ${text}` : `${have} retiré le sujet`;
    case "rename":
      return `${have} renommé ce salon : ${text}`;
    case "invite":
      return `${who} vous invite dans ${text} : /join ${text}`;
    case "delete":
      return `${have} retiré un message`;
    default: {
      const [done, undone] = (Object.hasOwn(SWITCHES, message.act) && SWITCHES[message.act]) || [];
      return done ? `${have} ${message.text === "off" ? undone : done}` : "";
    }
  }
}
