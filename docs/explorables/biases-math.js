/* The mathematics of the explorable of biases: an output bias by itself under torch.optim.Adam, and how much gradient
   reaches the first step of torch.nn.LSTM. No page here. */
"use strict";

(globalThis.explorables ??= {}).biases = (() => {
  const { random } = /** @type {Explorables} */ (globalThis.explorables);
  const NEAR = 1.01; // there, as a multiple of the least loss
  const MOST_STEPS = 60; // of a sequence
  const [UNITS, SYMBOLS, NETWORKS] = [16, 4, 8];
  const GATES = 4 * UNITS;

  // A prior is the share of a label, a bias is a logit.
  /** @param {number} z */
  const sigmoid = (z) => 1 / (1 + Math.exp(-z));
  /** @param {number} z */
  const softplus = (z) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));

  /** The bias whose answer is the prior.
   * @param {number} prior */
  const logOdds = (prior) => Math.log(prior / (1 - prior));

  /** Cross-entropy of a bias without inputs, in nats.
   * @param {number} prior @param {number} bias */
  const loss = (prior, bias) => prior * softplus(-bias) + (1 - prior) * softplus(bias);

  /** A bias under torch.optim.Adam, which starts at `start`.
   * @param {number} prior @param {number} lr @param {number} start
   * @returns {() => number} takes a step, and returns the bias */
  function adam(prior, lr, start) {
    let [bias, mean, square, correction, ofSquare] = [start, 0, 0, 1, 1];
    return () => {
      const gradient = sigmoid(bias) - prior;
      mean += (gradient - mean) * (1 - 0.9);
      square = 0.999 * square + (1 - 0.999) * gradient * gradient;
      correction *= 0.9;
      ofSquare *= 0.999;
      return (bias -= ((lr / (1 - correction)) * mean) / (Math.sqrt(square) / Math.sqrt(1 - ofSquare) + 1e-8));
    };
  }

  /** The loss after some numbers of steps from a bias.
   * @param {number} prior @param {number} lr @param {number} start
   * @param {number[]} looks these numbers, ascending */
  function descent(prior, lr, start, looks) {
    const step = adam(prior, lr, start);
    let [bias, taken] = [start, 0];
    return looks.map((look) => {
      for (; taken < look; taken++) bias = step();
      return loss(prior, bias);
    });
  }

  /** After how many steps from zero the loss is within a hundredth of the least.
   * @param {number} prior @param {number} lr */
  function arrival(prior, lr) {
    const goal = NEAR * loss(prior, logOdds(prior));
    const step = adam(prior, lr, 0);
    let steps = 0;
    for (let bias = 0; loss(prior, bias) > goal && steps < 1e5; steps++) bias = step();
    return steps;
  }

  /** A network as `Recall` makes it, with numbers of our own, and a sequence of its task: `x`, shape (MOST_STEPS,
   * SYMBOLS), which begins with `symbol`. Matrices are row-major and lead from columns to rows: `inputs`, shape (GATES,
   * SYMBOLS), `recurrent`, shape (GATES, UNITS), and `out`, shape (SYMBOLS, UNITS). Gates are input, forget, cell and
   * output, UNITS of each; `biases` are PyTorch's two for each, added.
   * @typedef {{inputs: Float64Array, recurrent: Float64Array, biases: Float64Array, out: Float64Array,
   *   outBias: Float64Array, x: Float64Array, symbol: number}} Net */

  /** Networks from a seed.
   * @param {number} seed
   * @returns {Net[]} */
  function networks(seed) {
    return Array.from({ length: NETWORKS }, (_, n) => {
      const draw = random.uniform(1000 * seed + n);
      /** @param {number} count */
      const take = (count) => Float64Array.from({ length: count }, () => (2 * draw() - 1) / Math.sqrt(UNITS));
      const [inputs, recurrent, one, other, out, outBias] =
        [GATES * SYMBOLS, GATES * UNITS, GATES, GATES, SYMBOLS * UNITS, SYMBOLS].map(take);
      const x = random.normals(1000 * seed + 500 + n, MOST_STEPS * SYMBOLS).map((z) => 0.1 * z);
      const symbol = n % SYMBOLS;
      x[symbol] += 1;
      return { inputs, recurrent, biases: one.map((b, r) => b + other[r]), out, outBias, x, symbol };
    });
  }

  /** The norm of the gradient of the recall loss at each step, by its inputs.
   * @param {Net} net @param {number} forget bias of its forget gates @param {number} steps */
  function gradients({ inputs, recurrent, biases, out, outBias, x, symbol }, forget, steps) {
    const gates = Array.from({ length: steps }, () => new Float64Array(GATES)); // input, forget, cell, output
    const [cells, outputs] = [0, 0].map(() => Array.from({ length: steps + 1 }, () => new Float64Array(UNITS)));
    for (let t = 0; t < steps; t++) {
      const [gate, h] = [gates[t], outputs[t]];
      for (let r = 0; r < GATES; r++) {
        let z = r >= UNITS && r < 2 * UNITS ? forget : biases[r];
        for (let k = 0; k < SYMBOLS; k++) z += inputs[r * SYMBOLS + k] * x[t * SYMBOLS + k];
        for (let k = 0; k < UNITS; k++) z += recurrent[r * UNITS + k] * h[k];
        gate[r] = r >= 2 * UNITS && r < 3 * UNITS ? Math.tanh(z) : sigmoid(z);
      }
      for (let u = 0; u < UNITS; u++) {
        const cell = gate[UNITS + u] * cells[t][u] + gate[u] * gate[2 * UNITS + u];
        cells[t + 1][u] = cell;
        outputs[t + 1][u] = gate[3 * UNITS + u] * Math.tanh(cell);
      }
    }
    const powers = outBias.map((b, s) => Math.exp(outputs[steps].reduce((z, h, u) => z + out[s * UNITS + u] * h, b)));
    const total = powers.reduce((sum, power) => sum + power);
    const [ofOutput, ofCell, ofGates] = [UNITS, UNITS, GATES].map((size) => new Float64Array(size));
    powers.forEach((power, s) => {
      for (let u = 0; u < UNITS; u++) ofOutput[u] += (power / total - +(s === symbol)) * out[s * UNITS + u];
    });
    const norms = new Float64Array(steps);
    for (let t = steps - 1; t >= 0; t--) {
      for (let u = 0; u < UNITS; u++) {
        const [i, f, g, o] = [gates[t][u], gates[t][UNITS + u], gates[t][2 * UNITS + u], gates[t][3 * UNITS + u]];
        const shown = Math.tanh(cells[t + 1][u]);
        const whole = ofCell[u] + ofOutput[u] * o * (1 - shown * shown);
        ofGates[u] = whole * g * i * (1 - i);
        ofGates[UNITS + u] = whole * cells[t][u] * f * (1 - f);
        ofGates[2 * UNITS + u] = whole * i * (1 - g * g);
        ofGates[3 * UNITS + u] = ofOutput[u] * shown * o * (1 - o);
        ofCell[u] = whole * f;
      }
      const ofInput = new Float64Array(SYMBOLS);
      ofOutput.fill(0);
      for (let r = 0; r < GATES; r++) {
        for (let k = 0; k < SYMBOLS; k++) ofInput[k] += ofGates[r] * inputs[r * SYMBOLS + k];
        for (let k = 0; k < UNITS; k++) ofOutput[k] += ofGates[r] * recurrent[r * UNITS + k];
      }
      norms[t] = Math.hypot(...ofInput);
    }
    return norms;
  }

  /** The gradient at each step over that at the last: geometric means over networks.
   * @param {Net[]} nets @param {number} forget @param {number} steps */
  function profile(nets, forget, steps) {
    const logs = new Float64Array(steps);
    for (const net of nets) {
      const norms = gradients(net, forget, steps);
      norms.forEach((norm, t) => (logs[t] += Math.log(norm / norms[steps - 1]) / nets.length));
    }
    return logs.map(Math.exp);
  }

  /** The same, of the networks from a seed.
   * @param {number} seed @param {number} forget @param {number} steps */
  const reach = (seed, forget, steps) => profile(networks(seed), forget, steps);

  /** What the gate lets through by itself, from the last of some steps to the first.
   * @param {number} forget @param {number} steps */
  const alone = (forget, steps) => sigmoid(forget) ** (steps - 1);

  /** @typedef {{prior: number, lr: number, forget: number, steps: number, seed: number}} State steps of a sequence */

  /** What is to be said of the output bias.
   * @param {Pick<State, "prior" | "lr">} state
   * @returns {Finding} with losses in nats */
  function ofPrior({ prior, lr }) {
    const bias = logOdds(prior);
    const [zero, best] = [loss(prior, 0), loss(prior, bias)];
    const steps = arrival(prior, lr);
    const name = steps === 0 ? "balanced" : prior < 0.5 ? "rare" : "common";
    return { name, numbers: { percent: 100 * prior, bias, zero, best, steps } };
  }

  /** What is to be said of the forget bias.
   * @param {Pick<State, "forget" | "steps">} state
   * @param {number} reach the share of the gradient that `profile` found at the first step
   * @returns {Finding} */
  function ofForget({ forget, steps }, reach) {
    const half = Math.LN2 / softplus(-forget); // steps until sigmoid(forget) has halved the content
    const said = +reach.toPrecision(3); // so that words and number agree
    const name = said < 0.001 ? "lost" : said < 0.1 ? "little" : said <= 1 ? "arrives" : "grows";
    const [before, rule] = [steps - 1, Math.log(steps - 1)];
    return { name, numbers: { reach, half, kept: 100 * sigmoid(forget), steps, before, rule } };
  }

  /** Both, as the page says them.
   * @param {State} state */
  const finding = (state) => [ofPrior(state), ofForget(state, reach(state.seed, state.forget, state.steps)[0])];

  return { logOdds, loss, descent, arrival, networks, profile, reach, alone, ofPrior, ofForget, finding };
})();
