/** La page, assemblée : l'entrée, puis la conversation. */

import { Reason } from "./protocol/frames.js";
import { keepCode, keptCode, Tokens } from "./tokens.js";
import { Link } from "./network/link.js";
import { codeIn } from "./view/answers.js";
import { Chat } from "./view/chat.js";
import { find, icon } from "./view/dom.js";
import { EntryForm } from "./view/form.js";
import { openHelp } from "./view/help.js";
import { askWord } from "./view/secret.js";
import { listenToKeys } from "./view/keys.js";
import { recallStay } from "./view/memory.js";
import { watchPage } from "./view/page.js";
import { themeButton } from "./view/theme.js";

/** @import { Event } from "./core/events.js" */
/** @import { Limits } from "./protocol/limits.js" */
/** @import { Stay } from "./view/memory.js" */

const DEFAULT_ROOM = "général";
const tokens = new Tokens();
const form = new EntryForm(() => enter({ pseudo: "", rooms: [], drafts: {} }));

/** @returns {Promise<Limits | null>} les bornes du serveur, s'il répond */
async function askLimits() {
  try {
    const answer = await fetch("limits.json");
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

/** @param {Stay} stay où l'on en était ; rien, en arrivant */
async function enter(stay) {
  form.busy = true;
  const limits = await askLimits();
  form.busy = false;
  if (!limits) return form.complain("entry", "Pas de serveur ici pour l'instant : réessayez.");
  const wanted = form.read(limits);
  if (!wanted) return;
  form.busy = true;
  tokens.lastPseudo = wanted.pseudo;
  new Entrance(limits, wanted, stay).start();
}

/** Avec le code d'un autre appareil : cette page y est la même personne. */
async function bring(/** @type {string} */ code) {
  history.replaceState(null, "", location.pathname + location.search); // il ne sert qu'une fois
  const limits = await askLimits();
  form.show();
  if (!limits) return form.complain("entry", "Pas de serveur ici pour l'instant : réessayez.");
  form.busy = true;
  const nowhere = { pseudo: "", rooms: [], drafts: {} };
  new Entrance(limits, { pseudo: "", room: DEFAULT_ROOM, code: "" }, nowhere, code).start();
}

/** De la demande d'entrer au premier salon ; ou au refus, que le formulaire montre. */
class Entrance {
  /** @type {Event[]} ce que la conversation apprendra en s'ouvrant */
  #early = [];
  /** @type {Chat | null} */
  #chat = null;
  #refusals = 0;

  /**
   * @param {Limits} limits
   * @param {{ pseudo: string, room: string, code: string }} wanted
   * @param {Stay} stay
   * @param {string} code d'un autre appareil, et alors sans pseudo
   */
  constructor(limits, { pseudo, room, code: word }, stay, code = "") {
    const url = new URL("socket", location.href);
    url.protocol = url.protocol.replace("http", "ws");
    url.hash = "";
    const onEvents = (/** @type {Event[]} */ events) => this.#receive(events);
    this.limits = limits;
    this.room = room;
    this.code = word;
    this.stay = stay;
    this.rooms = new Set([...stay.rooms, room]);
    this.link = new Link({ url: url.href, pseudo, code: code || word, tokens, limits, onEvents });
  }

  start() {
    for (const room of this.rooms) this.link.participant.join(room);
    this.link.start();
  }

  #receive(/** @type {Event[]} */ events) {
    if (this.#chat) return this.#chat.handle(events);
    this.#early.push(...events);
    for (const event of events) {
      if (event.type === "welcomed") tokens.lastPseudo = event.pseudo;
      if (event.type === "welcomed" && this.code) keepCode(this.code);
      if (event.type === "entered") return this.#open();
      if (event.type === "ended") return this.#ended(event.reason, event.text);
      if (event.type === "refused" && ++this.#refusals === this.rooms.size) {
        if (event.reason !== Reason.CODE) return this.#fail("room", event.text);
        return this.#askWord(event.room, event.text);
      }
    }
  }

  #askWord(/** @type {string} */ room, /** @type {string} */ text) {
    askWord(room, text, (word) => {
      this.#refusals--;
      this.link.participant.join(room, word);
      this.link.flush();
    }, () => this.#fail("room", text));
  }

  #open() {
    form.hide();
    find("chat", HTMLElement).hidden = false;
    const chat = new Chat(this.link, this.limits, this.room, this.stay.drafts);
    this.#chat = chat;
    listenToKeys(chat);
    watchPage(chat);
    addEventListener("hashchange", () => {
      if (codeIn(location.hash)) location.reload();
      else if (roomInAddress()) chat.talk.join(roomInAddress());
    });
    chat.handle(this.#early);
  }

  #ended(/** @type {number | null} */ reason, /** @type {string} */ text) {
    const named = reason === Reason.PSEUDO_TAKEN || reason === Reason.NAME;
    this.#fail(named ? "pseudo" : reason === Reason.CODE ? "code" : "entry", text);
  }

  #fail(/** @type {"pseudo" | "room" | "code" | "entry"} */ part, /** @type {string} */ text) {
    this.link.close();
    form.show();
    form.complain(part, text);
  }
}

function roomInAddress() {
  try {
    return decodeURIComponent(location.hash.slice(1));
  } catch { // un « % » qui n'annonce rien
    return "";
  }
}

const code = codeIn(location.hash);
const stay = recallStay();
const [first] = stay?.rooms ?? [];
form.pseudo.value ||= stay?.pseudo ?? tokens.lastPseudo;
form.code.value = keptCode();
form.room.value ||= roomInAddress() || first || DEFAULT_ROOM;
themeButton(find("theme", HTMLButtonElement), icon);
find("help-button", HTMLButtonElement).addEventListener("click", () => {
  openHelp(!find("me-role", HTMLElement).hidden);
});
if (code) bring(code);
else if (stay) enter(stay);
else form.show();
