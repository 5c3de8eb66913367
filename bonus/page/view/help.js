/** L'aide : les touches et les commandes. */

import { shown } from "./commands.js";
import { find, make } from "./dom.js";

const KEYS = {
  "Entrée": "dire la ligne ; avec Maj, aller à la ligne",
  "↑ ↓": "ce qu’on a déjà tapé, quand rien n’est écrit",
  "Tab": "compléter une commande, un pseudo, un salon",
  "Alt + ↑ ↓": "salon précédent, suivant",
  "Échap": "fermer ce qui est ouvert, ou revenir en bas",
  "F1": "cette aide",
  "Entrée, dans la conversation": "désigner un message ; ↑ ↓ un autre, Entrée ce qu’on peut en faire",
  "Sur un nom": "cliquer pour écrire en privé",
};

const dialog = find("help", HTMLDialogElement);

function fill(/** @type {string} */ id, /** @type {[string, string][]} */ entries) {
  const terms = entries.flatMap(([term, text]) => [make("dt", {}, term), make("dd", {}, text)]);
  find(id, HTMLElement).replaceChildren(...terms);
}

export function openHelp(operator = false) {
  fill("help-keys", Object.entries(KEYS));
  const usages = Object.fromEntries(shown(operator).map(({ usage, help }) => [usage, help]));
  fill("help-commands", Object.entries({ ...usages, "//TEXTE": "dire « /TEXTE »" }));
  if (!dialog.open) dialog.showModal();
}
