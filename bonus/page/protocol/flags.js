/** Ce que dit, bit par bit, un champ d'un octet. */

/** Ce que demande un serveur à qui se présente. */
export const Asks = Object.freeze({ CODE: 1 });
export const Role = Object.freeze({ OPERATOR: 1 });
/** Ce qu'est un salon. */
export const Mode = Object.freeze({
  READ_ONLY: 1, PRIVATE: 2, PASSWORD: 4, LOCKED: 8, CLOSED: 16,
});
