/* The mathematics of the explorable of symmetry: a small network whose matrices are random or constant, its training,
   and what is measured of its layers, as snippets/symmetry does. No page here. */
"use strict";

(globalThis.explorables ??= {}).symmetry = (() => {
  const { random, digits } = /** @type {Explorables} */ (globalThis.explorables);
  const SIZES = [64, 16, 16, 16, 16, 16, 10];
  const [HIDDEN, UNITS, CLASSES] = [5, 16, 10];
  const STEPS = 400; // of Adam
  const BATCH = 60; // images of a step
  const LR = 0.005;
  const TIED = 1e-6; // a layer whose units differ by less, as a share of their size, is tied

  /** @typedef {"w1" | "w2" | "w3" | "w4" | "w5" | "w6"} Matrix */

  /** Which matrices are random; noise on the others as a share of their constants, the probability of dropout.
   * @typedef {Record<Matrix, boolean> & {noise: number, dropout: number, seed: number}} State */

  /** Parameters are weights, then biases; each has Adam's two moments, first and second. `masks` draws uniform numbers for dropout.
   * @typedef {{weights: Float64Array[], biases: Float64Array[], parameters: Float64Array[],
   *   moments: Float64Array[][], steps: number, dropout: number, masks: () => number}} Net */

  /** What is seen of a network: the outputs of all layers, and of the hidden ones by how much their units differ and,
   * as far as somebody has asked, how many features they have; the share of test images that it recognizes.
   * @typedef {{steps: number, outputs: Float64Array[], spreads: number[], ranks: number[], accuracy: number}} Look */

  /** A network before training: a matrix is drawn as He does, or each of its weights is one over the number of inputs,
   * times 1 plus noise. Entry i * m + j of a matrix leads from unit i to unit j of m.
   * @param {State} state
   * @returns {Net} */
  function start(state) {
    const weights = SIZES.slice(1).map((m, l) => {
      const n = SIZES[l];
      const drawn = random.normals(8 * state.seed + l, n * m);
      return drawn.map((z) => (state[/** @type {Matrix} */ (`w${l + 1}`)] ? z * Math.sqrt(2 / n) : (1 + state.noise * z) / n));
    });
    const biases = SIZES.slice(1).map((m) => new Float64Array(m));
    const parameters = [...weights, ...biases];
    const moments = parameters.map((p) => [new Float64Array(p.length), new Float64Array(p.length)]);
    const masks = random.uniform(8 * state.seed + 7);
    return { weights, biases, parameters, moments, steps: 0, dropout: state.dropout, masks };
  }

  /** Outputs of all layers, the images first, the logits last: shapes (images, units), row-major.
   * @param {Net} net @param {Float64Array} x images
   * @param {Float64Array[]} [masks] where given, dropout is on, and they are put there */
  function forward(net, x, masks) {
    const outputs = [x];
    const examples = x.length / SIZES[0];
    for (let l = 0; l <= HIDDEN; l++) {
      const [n, m, w, from] = [SIZES[l], SIZES[l + 1], net.weights[l], outputs[l]];
      const to = new Float64Array(examples * m);
      for (let e = 0; e < examples; e++) {
        const row = e * m;
        for (let j = 0; j < m; j++) to[row + j] = net.biases[l][j];
        for (let i = 0, at = 0; i < n; i++, at += m) {
          const v = from[e * n + i];
          if (v) for (let j = 0; j < m; j++) to[row + j] += v * w[at + j];
        }
      }
      if (l < HIDDEN) for (let k = 0; k < to.length; k++) if (to[k] < 0) to[k] = 0;
      if (masks && net.dropout && l < HIDDEN) {
        masks[l] = to.map(() => (net.masks() < net.dropout ? 0 : 1 / (1 - net.dropout)));
        for (let k = 0; k < to.length; k++) to[k] *= masks[l][k];
      }
      outputs.push(to);
    }
    return outputs;
  }

  /** One step of Adam on the mean cross-entropy of the next batch; returns that loss before the step, in nats.
   * @param {Net} net */
  function step(net) {
    const first = (BATCH * net.steps++) % digits.trainY.length;
    const y = digits.trainY.subarray(first, first + BATCH);
    /** @type {Float64Array[]} */
    const masks = [];
    const outputs = forward(net, digits.trainX.subarray(SIZES[0] * first, SIZES[0] * (first + BATCH)), masks);
    let error = outputs[HIDDEN + 1];
    let loss = 0;
    for (let e = 0; e < BATCH; e++) {
      const row = error.subarray(e * CLASSES, (e + 1) * CLASSES);
      const largest = Math.max(...row);
      let total = 0;
      for (let j = 0; j < CLASSES; j++) total += Math.exp(row[j] - largest);
      loss += (largest + Math.log(total) - row[y[e]]) / BATCH;
      for (let j = 0; j < CLASSES; j++) row[j] = (Math.exp(row[j] - largest) / total - +(j === y[e])) / BATCH;
    }
    /** @type {Float64Array[]} */
    const gradients = [];
    for (let l = HIDDEN; l >= 0; l--) {
      const [n, m, w, from] = [SIZES[l], SIZES[l + 1], net.weights[l], outputs[l]];
      const [gw, gb] = [new Float64Array(n * m), new Float64Array(m)];
      const back = new Float64Array(l && BATCH * n);
      for (let e = 0; e < BATCH; e++) {
        const row = e * m;
        for (let j = 0; j < m; j++) gb[j] += error[row + j];
        for (let i = 0, at = 0; i < n; i++, at += m) {
          const v = from[e * n + i];
          if (!v) continue; // a pixel of 0, or a unit that ReLU or a mask blocks
          for (let j = 0; j < m; j++) gw[at + j] += v * error[row + j];
          if (!l) continue;
          let sum = 0;
          for (let j = 0; j < m; j++) sum += w[at + j] * error[row + j];
          back[e * n + i] = net.dropout ? sum * masks[l - 1][e * n + i] : sum;
        }
      }
      [gradients[l], gradients[HIDDEN + 1 + l], error] = [gw, gb, back];
    }
    const mean = LR / (1 - 0.9 ** net.steps);
    const root = Math.sqrt(1 - 0.999 ** net.steps);
    net.parameters.forEach((w, p) => {
      const [g, [m, v]] = [gradients[p], net.moments[p]];
      for (let i = 0; i < w.length; i++) {
        m[i] += 0.1 * (g[i] - m[i]);
        v[i] = 0.999 * v[i] + 0.001 * g[i] * g[i];
        w[i] -= (mean * m[i]) / (Math.sqrt(v[i]) / root + 1e-8);
      }
    });
    return loss;
  }

  /** By how much the units of a layer differ from their mean, as a share of their root mean square.
   * @param {Float64Array} outputs of the layer, shape (images, UNITS), row-major */
  function spread(outputs) {
    let [own, all] = [0, 0];
    for (let row = 0; row < outputs.length; row += UNITS) {
      let mean = 0;
      for (let j = 0; j < UNITS; j++) mean += outputs[row + j] / UNITS;
      for (let j = 0; j < UNITS; j++) {
        own += (outputs[row + j] - mean) ** 2;
        all += outputs[row + j] ** 2;
      }
    }
    return all ? Math.sqrt(own / all) : 0;
  }

  /** How many features a layer has, `effective_rank`: its columns are turned in pairs until they are orthogonal, and
   * have the singular values for lengths (one-sided Jacobi). The Gram matrix would lose half of the digits.
   * @param {Float64Array} outputs as above */
  function rank(outputs) {
    const rows = outputs.length / UNITS;
    const columns = Array.from({ length: UNITS }, (_, j) => Float64Array.from({ length: rows }, (_, i) => outputs[i * UNITS + j]));
    /** @param {Float64Array} a @param {Float64Array} b */
    const dot = (a, b) => {
      let sum = 0;
      for (let i = 0; i < rows; i++) sum += a[i] * b[i];
      return sum;
    };
    for (let sweep = 0, turned = true; turned && sweep < 40; sweep++) {
      turned = false;
      for (let p = 0; p < UNITS; p++)
        for (let q = p + 1; q < UNITS; q++) {
          const [a, b] = [columns[p], columns[q]];
          const [aa, bb, ab] = [dot(a, a), dot(b, b), dot(a, b)];
          if (Math.abs(ab) <= 1e-15 * Math.sqrt(aa * bb)) continue;
          turned = true;
          const zeta = (bb - aa) / (2 * ab);
          const t = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.hypot(1, zeta));
          const c = 1 / Math.hypot(1, t);
          for (let i = 0; i < rows; i++) {
            const x = a[i];
            a[i] = c * (x - t * b[i]);
            b[i] = c * (b[i] + t * x);
          }
        }
    }
    const values = columns.map((column) => Math.sqrt(dot(column, column)));
    const total = values.reduce((sum, v) => sum + v, 0);
    return total && Math.exp(-values.reduce((sum, v) => (v ? sum + (v / total) * Math.log(v / total) : sum), 0));
  }

  /** The share of test images whose class has the largest logit.
   * @param {Float64Array} logits shape (images, CLASSES), row-major */
  function accuracy(logits) {
    const { testY: y } = digits;
    let right = 0;
    for (let e = 0; e < y.length; e++) {
      let best = 0;
      for (let j = 1; j < CLASSES; j++) if (logits[e * CLASSES + j] > logits[e * CLASSES + best]) best = j;
      right += +(best === y[e]);
    }
    return right / y.length;
  }

  /** What a network does with the test images; `ranks` are left to whoever has the time for them.
   * @param {Net} net
   * @returns {Look} */
  function look(net) {
    const outputs = forward(net, digits.testX);
    const spreads = outputs.slice(1, -1).map(spread);
    return { steps: net.steps, outputs, spreads, ranks: [], accuracy: accuracy(outputs[HIDDEN + 1]) };
  }

  /** What is to be said of a state and what is seen of its network.
   * @param {State} state @param {Look} look
   * @returns {Finding<Record<string, number | number[]>>} with accuracy in percent, and layers counted from 1 */
  function finding(state, { steps, outputs, spreads, ranks, accuracy: share }) {
    /** Hidden layers, counted from 1, whose spread, and place from 0, are such.
     * @param {(spread: number, l: number) => boolean} has */
    const layers = (has) => spreads.flatMap((v, l) => (has(v, l) ? [l + 1] : []));
    const numbers = { steps, accuracy: Math.round(100 * share) };
    if (!steps) return { name: "untrained", numbers };
    const dead = layers((_, l) => outputs[l + 1].every((v) => v === 0));
    if (dead.length) return { name: "dead", numbers: { ...numbers, dead } };

    const tied = layers((v) => v < TIED);
    /** @param {number} _ @param {number} l */
    const beside = (_, l) => state[/** @type {Matrix} */ (`w${l + 1}`)] || state[/** @type {Matrix} */ (`w${l + 2}`)]; // a random matrix
    const alone = layers((v, l) => !beside(v, l));
    if (state.noise && alone.length) {
      const least = Math.min(...alone.map((l) => spreads[l - 1]));
      const of = { ...numbers, noise: state.noise, least };
      if (alone.length === HIDDEN) return { name: "noisy", numbers: of };
      return { name: "noisy some", numbers: { ...of, free: layers(beside), alone } };
    }
    if (tied.length === HIDDEN) return { name: "tied", numbers };
    if (tied.length) return { name: "some", numbers: { ...numbers, tied, free: layers((v) => v >= TIED) } };
    const fewest = Math.min(...(ranks.length ? ranks : outputs.slice(1, -1).map(rank)));
    if (alone.length) return { name: "masks", numbers: { ...numbers, alone, fewest } };
    return { name: "free", numbers: { ...numbers, fewest } };
  }

  /** A training and what came of it, for what is compared with PyTorch.
   * @param {State} state @param {number} steps */
  function run(state, steps) {
    const net = start(state);
    const losses = Array.from({ length: steps }, () => step(net));
    const { outputs, spreads } = look(net);
    return { losses, logits: outputs[HIDDEN + 1], spreads, ranks: outputs.slice(1, -1).map(rank) };
  }

  /** The finding alone.
   * @param {State} state @param {number} steps */
  function found(state, steps) {
    const net = start(state);
    while (net.steps < steps) step(net);
    return finding(state, look(net));
  }

  return { SIZES, HIDDEN, UNITS, CLASSES, STEPS, start, step, look, rank, finding, run, found };
})();
