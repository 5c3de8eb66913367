/** Ce qu'une ligne tapée fait faire au participant. */

import { RequestError } from "../core/checks.js";
import { addressed, UsageError } from "./commands.js";

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

  /** @param {string} rest de la ligne, après /msg */
  whisper(rest) {
    return this.ask(() => {
      const { pseudo, text } = addressed(rest, this.names.pseudos);
      return this.link.participant.whisper(pseudo, text);
    });
  }
}
