/* The mathematics of the explorable of sparsity: a softmax regression on the digits, trained in three ways, pruned, and
   counted. Float64, in the order of operations of PyTorch's optimizers and of snippets/sparsity. No page here. */
"use strict";

(globalThis.explorables ??= {}).sparsity = (() => {
  const { digits, random } = /** @type {Explorables} */ (globalThis.explorables);
  const [PIXELS, CLASSES] = [64, 10];
  const WEIGHTS = PIXELS * CLASSES;
  const STEPS = 300;
  const BATCH = 60; // images of a step, in their order, around and around
  const LR = 0.1; // of SGD, and of FTRL
  const ACCUMULATED = 0.1; // where FTRL's sums of squares start
  const WATCHED = 145; // whose path is drawn: pixel 14, row 1 and column 6 of the image, and class 5

  /** Ways of training: "autograd" and "proximal" take SGD's step, "ftrl" its own.
   * @typedef {"autograd" | "proximal" | "ftrl"} Training */

  /** A way to zeros, and what the hands of all ways are set to: the penalty of SGD, FTRL's threshold for its sums, and
   * that of pruning for sizes of weights.
   * @typedef {{way: Training | "prune", penalty: number, l1: number, cut: number}} State */

  /** Weights, shape (PIXELS, CLASSES), row-major, and biases.
   * @typedef {{w: Float64Array, b: Float64Array}} Model */

  /** What is read off a model.
   * @typedef {{zeros: number, accuracy: number, bytes: number}} Reading */

  /** A training so far: FTRL's sums of squared gradients, of weights and of biases, and its sums of gradients, clipped;
   * steps taken; the places of one weight; percent recognized before the last step; in the end, what is read off.
   * @typedef {Model & {way: Training, penalty: number, squares: Float64Array[], clipped: Float64Array, step: number,
   *   path: number[], before: number, told: Reading | null}} Run
   * @typedef {Run & {told: Reading}} Finished */

  /** A training that has not begun: weights as `nn.Linear` draws them, biases 0.
   * @param {Training} way
   * @param {number} penalty on the sum of absolute weights, FTRL's l1; biases have none
   * @returns {Run} */
  function begin(way, penalty) {
    const draw = random.uniform(1);
    const w = Float64Array.from({ length: WEIGHTS }, () => (2 * draw() - 1) / Math.sqrt(PIXELS));
    const b = new Float64Array(CLASSES);
    const squares = [w, b].map((p) => p.map(() => ACCUMULATED));
    return { way, penalty, w, b, squares, clipped: w.map(() => 0), step: 0, path: [w[WATCHED]], before: NaN, told: null };
  }

  /** Logits of an image, into `to`.
   * @param {Model} model @param {Float64Array} x images, shape (images, PIXELS), row-major @param {number} image
   * @param {Float64Array} to */
  function logits({ w, b }, x, image, to) {
    to.set(b);
    for (let i = 0, at = image * PIXELS; i < PIXELS; i++, at++) {
      const v = x[at];
      if (v) for (let j = 0, k = i * CLASSES; j < CLASSES; j++, k++) to[j] += v * w[k];
    }
    return to;
  }

  /** Gradients of the mean cross-entropy of the batch that is next, by weights and by biases.
   * @param {Run} run */
  function gradients(run) {
    const [gw, gb, p] = [WEIGHTS, CLASSES, CLASSES].map((size) => new Float64Array(size));
    const { trainX: x, trainY: y } = digits;
    for (let n = 0; n < BATCH; n++) {
      const image = (run.step * BATCH + n) % y.length;
      logits(run, x, image, p);
      let [largest, total] = [-Infinity, 0];
      for (let j = 0; j < CLASSES; j++) if (p[j] > largest) largest = p[j];
      for (let j = 0; j < CLASSES; j++) total += p[j] = Math.exp(p[j] - largest);
      for (let j = 0; j < CLASSES; j++) gb[j] += p[j] = (p[j] / total - +(j === y[image])) / BATCH;
      for (let i = 0, at = image * PIXELS; i < PIXELS; i++, at++) {
        const v = x[at];
        if (v) for (let j = 0, k = i * CLASSES; j < CLASSES; j++, k++) gw[k] += v * p[j];
      }
    }
    return [gw, gb];
  }

  /** @param {number} u @param {number} t threshold */
  const soft = (u, t) => (u > t ? u - t : u < -t ? u + t : 0);

  /** One step of a training.
   * @param {Run} run */
  function advance(run) {
    const { way, penalty, w, b, squares, clipped, path } = run;
    const [gw, gb] = gradients(run);
    if (way === "ftrl") {
      for (let i = 0; i < WEIGHTS; i++) {
        squares[0][i] += gw[i] ** 2;
        const q = Math.sqrt(squares[0][i]) / LR;
        const z = q * w[i] + clipped[i] - gw[i]; // minus that of the paper
        w[i] = soft(z, penalty) / q;
        clipped[i] = Math.max(-penalty, Math.min(penalty, z));
      }
      for (let j = 0; j < CLASSES; j++) {
        squares[1][j] += gb[j] ** 2;
        b[j] -= (LR * gb[j]) / Math.sqrt(squares[1][j]);
      }
    } else {
      for (let i = 0; i < WEIGHTS; i++)
        if (way === "autograd") w[i] -= LR * (gw[i] + penalty * Math.sign(w[i]));
        else w[i] = soft(w[i] - LR * gw[i], LR * penalty);
      for (let j = 0; j < CLASSES; j++) b[j] -= LR * gb[j];
    }
    path.push(w[WATCHED]);
    run.step++;
  }

  /** A step of a training; before the last one it is noted what the model recognizes.
   * @param {Run} run */
  function train(run) {
    if (run.step === STEPS - 1) run.before = read(run).accuracy;
    advance(run);
  }

  /** What is read off a model: exact zeros, percent of the test images recognized, and the bytes of its matrix in CSR with
   * 32-bit indices, over those of float32.
   * @param {Model} model
   * @returns {Reading} */
  function read({ w, b }) {
    const zeros = w.reduce((count, v) => count + +(v === 0), 0);
    const z = new Float64Array(CLASSES);
    const { testX: x, testY: y } = digits;
    const right = y.filter((label, image) => {
      logits({ w, b }, x, image, z);
      return z.indexOf(Math.max(...z)) === label;
    });
    const bytes = (8 * (WEIGHTS - zeros) + 4 * (CLASSES + 1)) / (4 * WEIGHTS);
    return { zeros, accuracy: (100 * right.length) / y.length, bytes };
  }

  /** @type {Map<string, Run>} */
  const begun = new Map(); // trainings, finished or not, by what they are

  /** @param {Training} way @param {number} penalty */
  function run(way, penalty) {
    const key = `${way} ${penalty}`;
    const found = begun.get(key) ?? begin(way, penalty);
    begun.set(key, found);
    return found;
  }

  /** @type {Record<State["way"], "penalty" | "l1" | "cut">} */
  const HANDS = { autograd: "penalty", proximal: "penalty", ftrl: "l1", prune: "cut" };

  /** What the hand of a way is set to.
   * @param {State} state */
  const hand = (state) => state[HANDS[state.way]];

  /** The trainings that a state needs: its own, and the one it is compared with.
   * @param {State} state */
  function trainings(state) {
    const { way, penalty } = state;
    if (way === "prune") return [run("autograd", 0)];
    return [run(way, hand(state)), way === "proximal" ? run("autograd", penalty) : run(way, 0)];
  }

  /** The model of a state, what is read off it, and the path of one weight, the last place being after pruning; finishes
   * what has not been trained.
   * @param {State} state
   * @returns {Model & Reading & {path: number[]}} */
  function model(state) {
    const [{ w, b, path, told }] = finished(state);
    if (state.way !== "prune") return { w, b, path: [...path, w[WATCHED]], ...told };
    const left = w.map((v) => (Math.abs(v) < state.cut ? 0 : v));
    return { w: left, b, path: [...path, left[WATCHED]], ...read({ w: left, b }) };
  }

  /** @param {State} state */
  function finished(state) {
    const runs = trainings(state);
    for (const each of runs) {
      while (each.step < STEPS) train(each);
      each.told ??= read(each);
    }
    return /** @type {Finished[]} */ (runs);
  }

  /** How far a step of the penalty moves a weight, or the threshold of pruning; FTRL's is another for each weight.
   * @param {State} state */
  const reach = ({ way, penalty, cut }) => (way === "prune" ? cut : way === "ftrl" ? 0 : LR * penalty);

  /** What is to be said of a state.
   * @param {State} state
   * @returns {Finding} with accuracies in percent */
  function finding(state) {
    const { w, zeros, accuracy } = model(state);
    const runs = finished(state);
    const [{ before }, { told: other }] = [runs[0], /** @type {Finished} */ (runs.at(-1))];
    const step = reach(state);
    const tiny = w.filter((v) => Math.abs(v) < step).length;
    const compared = { zerosOther: other.zeros, accuracyOther: other.accuracy };
    const numbers = { zeros, accuracy, before, step, tiny, l1: state.l1, ...compared };
    const name = {
      autograd: accuracy < other.accuracy - 10 ? "shakes" : "jumps",
      proximal: "lands",
      ftrl: "sums",
      prune: accuracy < other.accuracy ? "costs" : "spared",
    }[state.way];
    return { name: zeros === WEIGHTS ? "empty" : hand(state) ? name : "plain", numbers };
  }

  return { STEPS, WEIGHTS, HANDS, train, trainings, hand, model, reach, finding };
})();
