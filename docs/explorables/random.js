/* Random numbers from a seed, the same in every browser; snippets/laboratory/random_numbers.py draws them, too. */
"use strict";

(globalThis.explorables ??= {}).random = (() => {
  /** Numbers uniform in (0, 1): mulberry32 (Tommy Ettinger, public domain).
   * @param {number} seed a whole number from 0 to 2^32 - 1
   * @returns {() => number} */
  function uniform(seed) {
    let state = seed >>> 0;
    return () => {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return (((mixed ^ (mixed >>> 14)) >>> 0) + 0.5) / 2 ** 32;
    };
  }

  /** Independent standard normal numbers, each from two uniform ones (Box and Muller).
   * @param {number} seed as above
   * @param {number} count
   * @returns {Float64Array} */
  function normals(seed, count) {
    const draw = uniform(seed);
    return Float64Array.from({ length: count }, () => Math.sqrt(-2 * Math.log(draw())) * Math.cos(2 * Math.PI * draw()));
  }

  return { uniform, normals };
})();
