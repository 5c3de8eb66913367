/** Une attente, qu'un autre peut abréger. */
export class Wait {
  #shorten = () => {};

  /**
   * Vrai si l'attente a été abrégée.
   *
   * @param {number} seconds
   * @returns {Promise<boolean>}
   */
  start(seconds) {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), seconds * 1000);
      this.#shorten = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
  }

  end() {
    this.#shorten();
  }
}
