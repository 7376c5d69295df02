/* The mathematics of the explorable of selu: what a wide random layer does to second moments, as
   snippets/selu/mean_field.py finds it by quadrature, here in closed form. No page here. */
"use strict";

(globalThis.explorables ??= {}).selu = (() => {
  const DEPTH = 50; // layers that are drawn
  const NEAR = 0.1; // what counts as arrived, as a share of the fixed point
  const LONGEST = 1000; // layers that are waited for
  const [ALPHA, SCALE] = [1.6732632423543772, 1.0507009873554805]; // of torch.nn.SELU
  const RIGHT = SCALE ** 2 / 2; // what the side above 0 leaves of a second moment
  const LEFT = (SCALE * ALPHA) ** 2;

  /** Sum over k of weight(k) (-x)^k / Gamma(k/2 + 1): with weight 1 it is erfcx(x) = exp(x^2) erfc(x).
   * @param {number} x @param {(k: number) => number} weight */
  function series(x, weight) {
    let [even, odd, sum] = [1, (2 * x) / Math.sqrt(Math.PI), 0];
    for (let k = 0; k < 80; k += 2) {
      sum += weight(k) * even - weight(k + 1) * odd;
      even *= (x * x) / (k / 2 + 1);
      odd *= (x * x) / (k / 2 + 1.5);
    }
    return sum;
  }

  /** @param {number} x */
  function erfcx(x) {
    if (x < 2) return series(x, () => 1);
    let below = x; // a continued fraction, from its far end
    for (let k = 60; k > 0; k--) below = x + k / 2 / below;
    return 1 / below / Math.sqrt(Math.PI);
  }

  /** Of SELU and ReLU, at normal inputs of mean 0 and second moment v: by what it is multiplied, and the mean of the
   * squared slope.
   * @type {Record<"selu" | "relu", (v: number) => {factor: number, slope: number}>} */
  const ACTIVATIONS = {
    selu: (v) => {
      const s = Math.sqrt(v);
      const x = s / Math.SQRT2;
      // The mean of (exp(s u) - 1)^2 over u < 0, without its terms that cancel where s is small
      const left = s < 0.5 ? series(x, (k) => (k > 1 ? 2 ** k - 2 : 0)) : erfcx(2 * x) - 2 * erfcx(x) + 1;
      return { factor: RIGHT + (LEFT * left) / 2 / v, slope: RIGHT + (LEFT * erfcx(2 * x)) / 2 };
    },
    relu: () => ({ factor: 0.5, slope: 0.5 }),
  };

  /** One layer: by what it multiplies the second moment q of its inputs, and gradients on their way back.
   * @param {"selu" | "relu"} name @param {number} tau number of inputs times variance of a weight
   * @param {number} q */
  function layer(name, tau, q) {
    const { factor, slope } = ACTIVATIONS[name](tau * q);
    return { signal: tau * factor, gradient: tau * slope };
  }

  /** Second moments at inputs and after each layer: of the signal, and of gradients that start with 1 at the last.
   * @param {"selu" | "relu"} name @param {number} tau as above @param {number} start second moment of the inputs */
  function through(name, tau, start) {
    const signal = new Float64Array(DEPTH + 1).fill(start);
    const gradient = new Float64Array(DEPTH + 1).fill(1);
    const growth = [];
    for (let k = 0; k < DEPTH; k++) {
      const by = layer(name, tau, signal[k]);
      signal[k + 1] = signal[k] * by.signal;
      growth.push(by.gradient);
    }
    for (let k = DEPTH; k > 0; k--) gradient[k - 1] = gradient[k] * growth[k - 1];
    return { signal, gradient };
  }

  const [FADES, GROWS] = [1 / (RIGHT + LEFT / 2), 1 / RIGHT]; // the tau between which SELU has a fixed point

  /** The second moment that SELU leaves as it is: 0 or Infinity if all fade or all grow.
   * @param {number} tau */
  function fixed(tau) {
    if (tau <= FADES) return 0;
    if (tau >= GROWS) return Infinity;
    let [low, high] = [-40, 40]; // the factor falls, so that it passes 1 once
    for (let i = 0; i < 60; i++) {
      const middle = (low + high) / 2;
      if (layer("selu", tau, Math.exp(middle)).signal > 1) low = middle;
      else high = middle;
    }
    return Math.exp(low);
  }

  /** By what a layer of SELU multiplies in the long run, wherever the signal started.
   * @param {number} tau */
  function longRun(tau) {
    const q = fixed(tau);
    if (q === 0) return { signal: tau / FADES, gradient: tau / FADES };
    if (q === Infinity) return { signal: tau / GROWS, gradient: tau / GROWS };
    return { signal: 1, gradient: layer("selu", tau, q).gradient };
  }

  /** After how many layers the second moment is near the fixed point, and stays there.
   * @param {number} tau @param {number} start second moment of the inputs */
  function layersTo(tau, start) {
    const goal = fixed(tau);
    let [q, count] = [start, 0];
    while (!(Math.abs(q / goal - 1) <= NEAR) && count < LONGEST) {
      q *= layer("selu", tau, q).signal;
      count++;
    }
    return count;
  }

  /** `start` is the second moment of the inputs, `dropout` a probability.
   * @typedef {{tau: number, start: number, dropout: number}} State */

  /** Dropout on the inputs of a layer divides what is left by 1 - p: a larger tau, both ways.
   * @param {State} state */
  const effective = ({ tau, dropout }) => tau / (1 - dropout);

  /** What is to be said of a state.
   * @param {State} state
   * @returns {Finding} */
  function finding(state) {
    const tau = effective(state);
    const { signal, gradient } = through("selu", tau, state.start);
    const numbers = { relu: Math.abs(tau - 2) < 1e-9 ? 1 : tau / 2, start: state.start };
    if (tau <= FADES) return { name: "fades", numbers: { ...numbers, most: tau / FADES } };
    if (tau >= GROWS) {
      const name = numbers.relu === 1 ? "exchanged" : tau < 2 ? "between" : "explodes";
      return { name, numbers: { ...numbers, least: tau / GROWS } };
    }
    const layers = layersTo(tau, state.start);
    Object.assign(numbers, { fixed: fixed(tau), after: signal[DEPTH], gradient: gradient[0], layers });
    return { name: layers > DEPTH ? "slow" : layers ? "returns" : "holds", numbers };
  }

  return { DEPTH, FADES, GROWS, layer, through, fixed, longRun, layersTo, effective, finding };
})();
