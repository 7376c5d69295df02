/* The mathematics of the explorable of activations: what PyTorch makes of a wrong logit, target 0, with a sigmoid of our
   own and with the loss that contains it, rounded where a type rounds. No page here. */
"use strict";

(globalThis.explorables ??= {}).activations = (() => {
  const END = 40; // of the logits that are shown
  const f32 = Math.fround;

  /** @typedef {"float64" | "float32" | "float16" | "bfloat16"} Type */
  /** @typedef {(x: number) => number} Rounding */

  /** Rounds to so many binary digits, ties to even; what is smaller than the least normal number keeps fewer.
   * @param {number} digits @param {number} least normal number, as a power of two
   * @returns {Rounding} */
  const rounding = (digits, least) => (x) => {
    if (!x || !Number.isFinite(x)) return x;
    let power = Math.floor(Math.log2(Math.abs(x)));
    if (2 ** power > Math.abs(x)) power--; // the logarithm may be rounded up to the next whole number
    const unit = 2 ** (Math.max(power, least) - digits + 1);
    const [below, rest] = [Math.floor(x / unit), x / unit - Math.floor(x / unit)];
    return (below + (rest > 0.5 || (rest === 0.5 && below % 2) ? 1 : 0)) * unit;
  };

  // Of each type: how it rounds; how what PyTorch computes in, before it rounds to the type, does; how the derivative of
  // the sigmoid rounds each product; and its numbers from 1/2 to 1, which are 2 ** -digits apart.
  /** @type {Rounding} */
  const same = (x) => x;
  const [half, brain] = [rounding(11, -14), rounding(8, -126)];
  /** @type {Record<Type, {round: Rounding, inner: Rounding, product: Rounding, digits: number}>} */
  const TYPES = {
    float64: { round: same, inner: same, product: same, digits: 53 },
    float32: { round: f32, inner: f32, product: f32, digits: 24 },
    float16: { round: half, inner: f32, product: half, digits: 11 },
    bfloat16: { round: brain, inner: f32, product: f32, digits: 8 },
  };

  /** What both ways make of a logit: the probability that is stored, losses in nats, gradients by the logit.
   * @param {Type} dtype @param {number} logit */
  function at(dtype, logit) {
    const { round, inner, product } = TYPES[dtype];
    const z = round(logit);
    const e = inner(Math.exp(-z));
    const p = round(inner(1 / inner(1 + e)));
    // BCELoss cuts the logarithm off at -100, and divides by at least 1e-12, which is a float32.
    const ownLoss = -Math.max(round(inner(Math.log1p(-p))), -100);
    const slope = round(p / Math.max(round(round(1 - p) * p), round(f32(1e-12))));
    const ownGradient = round(product(product(slope * product(1 - p)) * p));
    // The other loss is z - log sigmoid(z), its gradient sigmoid(z) - 0.
    const loss = round(z + round(inner(Math.log1p(e))));
    return { z, p, ownLoss, ownGradient, loss, gradient: p };
  }

  /** The least logit, in steps of 1/64, that leaves a sigmoid of our own no gradient, or none that is a number.
   * @param {Type} dtype */
  function blind(dtype) {
    for (let k = 0; ; k++) {
      const { z, ownGradient } = at(dtype, k / 64);
      if (!(Math.abs(ownGradient) > 0)) return z;
    }
  }

  /** The logits of the type's numbers just below 1: of 1 - k 2 ** -digits. Where they are close together, a few of them.
   * @param {Type} dtype */
  function stored(dtype) {
    const { digits } = TYPES[dtype];
    const logits = [];
    for (let k = 1; k < 2 ** (digits - 1); k = Math.max(k + 1, Math.ceil(1.3 * k))) logits.push(Math.log(2 ** digits / k - 1));
    return logits;
  }

  /** What is to be said of a state.
   * @param {{dtype: Type, logit: number}} state
   * @returns {Finding} */
  function finding({ dtype, logit }) {
    const { p, ownLoss, ownGradient, loss, gradient } = at(dtype, logit);
    const apart = Math.max(Math.abs(ownLoss / loss - 1), Math.abs(ownGradient / gradient - 1));
    if (p === 1) return { name: ownGradient === 0 ? "blind" : "spoilt", numbers: { from: blind(dtype) } };
    if (ownGradient < 0.9 * gradient) return { name: "guard", numbers: { distance: 1 - p, ownGradient, gradient } };
    if (apart > 0.01) return { name: "rough", numbers: { memory: Math.log(p / (1 - p)), ownLoss, loss } };
    return { name: "agree", numbers: { loss, gradient } };
  }

  return { END, TYPES, at, blind, stored, finding };
})();
