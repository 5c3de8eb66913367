/** Ce qu'une ligne tapée fait faire au participant. */

import { RequestError } from "../core/checks.js";
import { addressed, UsageError } from "./commands.js";
import { Ignored } from "./ignoring.js";
import { Latest } from "./latest.js";
import { order } from "./orders.js";

/** @import { Event } from "../core/events.js" */
/** @import { Link } from "../network/link.js" */
/** @import { Names } from "./completion.js" */

export class Speaker {
  /**
   * @param {Link} link
   * @param {Names} names
   * @param {(text: string) => void} complain montre pourquoi une demande n'a pas pu se faire
   */
  constructor(link, names, complain) {
    this.link = link;
    this.names = names;
    this.complain = complain;
    this.latest = new Latest();
    this.ignored = new Ignored();
  }

  /** Ce qui arrive, sans ce que disent ceux qu'on ignore ; null s'il n'en reste rien. */
  hear(/** @type {Event} */ event) {
    this.latest.learn(event);
    return this.ignored.sifted(event);
  }

  /**
   * Ce que rend la demande ; null, en disant pourquoi, si elle n'est pas possible.
   *
   * @template T
   * @param {() => T} request
   */
  ask(request) {
    const done = this.try(request);
    if (done instanceof Error) this.complain(done.message);
    return done instanceof Error ? null : done;
  }

  /**
   * Ce que rend la demande, ou pourquoi elle n'est pas possible.
   *
   * @template T
   * @param {() => T} request
   */
  try(request) {
    try {
      const done = request();
      this.link.flush();
      return done;
    } catch (why) {
      if (why instanceof RequestError || why instanceof UsageError) return why;
      throw why;
    }
  }

  /**
   * Les commandes qui ne sont qu'une demande au serveur, depuis ce salon.
   *
   * @param {string} command
   * @param {string} rest
   * @param {string} room
   */
  order(command, rest, room) {
    return this.ask(() => {
      const [verb, args] = order(command, rest, room, this.names.pseudos);
      this.link.participant.ask(verb, args);
      return true;
    });
  }

  delete(/** @type {string} */ room, /** @type {number} */ seq) {
    return this.ask(() => (this.link.participant.ask("delete", { room, seq }), true));
  }

  /** @param {string} rest de la ligne, après /msg */
  whisper(rest) {
    return this.ask(() => {
      const { pseudo, text } = addressed(rest, this.names.pseudos);
      return this.link.participant.whisper(pseudo, text);
    });
  }
}
