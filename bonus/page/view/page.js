/** La page et sa fenêtre : la quitter, y revenir, la recharger. */

import { find } from "./dom.js";
import { keepStay } from "./memory.js";

/** @import { Chat } from "./chat.js" */

const REFRESH = 60_000; // ms : ailleurs, des salons s'ouvrent et se vident sans qu'on nous le dise

export function watchPage(/** @type {Chat} */ chat) {
  const { link } = chat;
  const back = () => {
    link.retry();
    chat.read();
  };
  addEventListener("online", back);
  addEventListener("focus", () => chat.read());
  document.addEventListener("visibilitychange", () => document.hidden || back());
  find("retry", HTMLButtonElement).addEventListener("click", () => link.retry());
  find("again", HTMLButtonElement).addEventListener("click", () => location.reload());
  addEventListener("pagehide", () => keepStay(chat.leaving ? null : stayOf(chat)));
  addEventListener("beforeunload", (event) => {
    if (link.participant.outbox.length && !chat.leaving && !chat.over) event.preventDefault();
  });
  setInterval(() => document.hidden || chat.refresh(), REFRESH);
}

/** @param {Chat} chat */
function stayOf({ me, rooms, talk }) {
  const all = [...rooms];
  // Ce qui n'est pas parti redevient un brouillon.
  const drafts = all.map((room) => [room.name, [...room.log.unsent, talk.draft(room)]
    .filter(Boolean).join("\n")]);
  return {
    pseudo: me.pseudo,
    rooms: all.filter((room) => !room.private).map(({ name }) => name),
    drafts: Object.fromEntries(drafts.filter(([, text]) => text)),
  };
}
