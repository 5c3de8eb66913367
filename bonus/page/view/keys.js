/** Les touches qui agissent où que l'on soit. Aucune n'est l'une de celles du navigateur. */

import { openHelp } from "./help.js";

/** @import { Chat } from "./chat.js" */

export function listenToKeys(/** @type {Chat} */ chat) {
  document.addEventListener("keydown", (event) => {
    if (document.querySelector("dialog[open]")) return;
    const { key, altKey, ctrlKey, metaKey } = event;
    if (altKey && !ctrlKey && !metaKey && (key === "ArrowUp" || key === "ArrowDown")) {
      const room = chat.rooms.neighbour(key === "ArrowUp" ? -1 : 1);
      if (room) chat.go(room);
    } else if (key === "F1") {
      openHelp(chat.ruling.operator);
    } else if (key === "Escape" && !document.querySelector(":popover-open")) {
      chat.conversation.toEnd();
      return;
    } else {
      return;
    }
    event.preventDefault();
  });
}
