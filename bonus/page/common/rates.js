/** Un débit borné. */

export const IMAGE_COST = 5; // messages : ce qu'une image prend du débit permis

/**
 * Un seau de `burst` messages, que le temps remplit de `rate` par seconde.
 *
 * L'horloge n'est pas ici : chaque appel dit l'heure, en secondes. Un débit de 0 est sans limite.
 */
export class Bucket {
  /** @type {number} */ #rate;
  /** @type {number} */ #burst;
  /** @type {number} */ #level;
  /** @type {number} */ #time;

  /**
   * @param {number} rate
   * @param {number} burst
   * @param {number} now
   */
  constructor(rate, burst, now) {
    [this.#rate, this.#burst] = [rate, burst];
    [this.#level, this.#time] = [burst, now];
  }

  /** Prend `cost` messages ; combien de secondes attendre avant d'en envoyer d'autres. */
  take(/** @type {number} */ now, /** @type {number} */ cost) {
    if (!this.#rate) return 0;
    const filled = this.#level + (now - this.#time) * this.#rate;
    this.#level = Math.min(this.#burst, filled) - cost;
    this.#time = now;
    return this.#level >= 0 ? 0 : -this.#level / this.#rate;
  }
}
