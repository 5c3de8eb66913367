/** Le mot de passe d'un salon, demandé à qui veut y entrer. */

import { neutral } from "../protocol/text.js";
import { find, typeset } from "./dom.js";

/**
 * @param {string} room
 * @param {string} why ce qu'en a dit le serveur
 * @param {(word: string) => void} enter
 * @param {() => void} [giveUp]
 */
export function askWord(room, why, enter, giveUp = () => {}) {
  const dialog = find("secret", HTMLDialogElement);
  const word = find("secret-word", HTMLInputElement);
  const listening = new AbortController();
  const { signal } = listening;
  let given = "";
  find("secret-title", HTMLElement).textContent = typeset(`Entrer dans ${neutral(room)}`);
  find("secret-problem", HTMLElement).textContent = typeset(neutral(why));
  word.value = "";
  find("secret-form", HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    given = word.value;
    if (given) dialog.close();
    else word.focus();
  }, { signal });
  const cancel = () => dialog.close();
  find("secret-cancel", HTMLButtonElement).addEventListener("click", cancel, { signal });
  dialog.addEventListener("close", () => {
    listening.abort();
    word.value = "";
    if (given) enter(given);
    else giveUp();
  }, { signal });
  if (!dialog.open) dialog.showModal();
  word.focus();
}
