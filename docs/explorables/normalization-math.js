/* TODO: what is computed here, and beside what of PyTorch. No page here. */
"use strict";

(globalThis.explorables ??= {}).normalization = (() => {
  /** TODO: what it returns; as an example, how far the mean of n standard normal numbers is from zero.
   * @param {number} n */
  const spread = (n) => 1 / Math.sqrt(n);

  /** What is to be said of a state.
   * @param {{n: number}} state
   * @returns {Finding} */
  function finding({ n }) {
    return { name: n < 10 ? "few" : "many", numbers: { spread: spread(n) } };
  }

  return { spread, finding };
})();
