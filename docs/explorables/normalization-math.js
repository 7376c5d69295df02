/* The mathematics of the explorable of normalization: one hidden unit, its batches, and one example in all of them; as
   torch.nn.BatchNorm1d normalizes. No page here. */
"use strict";

(globalThis.explorables ??= {}).normalization = (() => {
  const { random } = /** @type {Explorables} */ (globalThis.explorables);
  const STEPS = 60; // batches that are seen
  const CHANGE = 30; // before this one the layer before the unit moves
  const LARGEST = 256; // batch
  const EPSILON = 1e-5; // of torch.nn.BatchNorm1d
  const [CENTER, SPREAD] = [1, 0.5]; // pre-activations of a class: where its mean is, up or down, and their deviation
  const NEAR = 0.25; // what still counts as no difference
  const MARKED = 1; // pre-activation of the example that is followed, of the upper class
  const TRUTH = MARKED / Math.sqrt(CENTER ** 2 + SPREAD ** 2 + EPSILON); // with the statistics of all examples

  const deviations = random.normals(1, STEPS * LARGEST);
  const sides = random.normals(2, STEPS * LARGEST); // of which class a drawn example is

  /** Examples of a batch, momentum of the running averages, by how much all pre-activations move, and whether a batch
   * has one class only.
   * @typedef {{n: number, momentum: number, shift: number, sorted: boolean}} State */

  /** Whether the example that is followed is in a batch: where batches have one class, in every second.
   * @param {State} state @param {number} step */
  const there = ({ sorted }, step) => !sorted || step % 2 === 0;

  /** How far all pre-activations have moved.
   * @param {State} state @param {number} step */
  const moved = ({ shift }, step) => (step < CHANGE ? 0 : shift);

  /** The pre-activations of a batch; the first is the example that is followed, where it is there.
   * @param {State} state @param {number} step */
  function batch(state, step) {
    const marked = there(state, step);
    return Float64Array.from({ length: state.n }, (_, i) => {
      if (marked && i === 0) return MARKED + moved(state, step);
      const at = step * LARGEST + i;
      const up = state.sorted ? marked : sides[at] > 0;
      return (up ? CENTER : -CENTER) + SPREAD * deviations[at] + moved(state, step);
    });
  }

  /** What comes of all batches: the running averages after each, and the example that is followed, normalized by its
   * batch (NaN where it is not in it) and by the running averages.
   * @param {State} state */
  function run(state) {
    const [means, variances, training, evaluation] = Array.from({ length: 4 }, () => new Float64Array(STEPS));
    let [mean, variance] = [0, 1];
    for (let step = 0; step < STEPS; step++) {
      const values = batch(state, step);
      const average = values.reduce((sum, z) => sum + z, 0) / state.n;
      const squares = values.reduce((sum, z) => sum + (z - average) ** 2, 0);
      training[step] = there(state, step) ? (values[0] - average) / Math.sqrt(squares / state.n + EPSILON) : NaN;
      mean += state.momentum * (average - mean);
      variance += state.momentum * (squares / (state.n - 1) - variance); // PyTorch keeps the unbiased one
      [means[step], variances[step]] = [mean, variance];
      evaluation[step] = (MARKED + moved(state, step) - mean) / Math.sqrt(variance + EPSILON);
    }
    return { means, variances, training, evaluation };
  }

  /** What is to be said of a state, of its second half.
   * @param {State} state
   * @returns {Finding} */
  function finding(state) {
    const { means, training, evaluation } = run(state);
    const late = Array.from(training.slice(CHANGE)).filter(Number.isFinite);
    const average = late.reduce((sum, y) => sum + y, 0) / late.length;
    const evaluated = Array.from(evaluation.slice(CHANGE));
    const settled = evaluated.slice(10); // the last twenty: of the change, quick averages have nothing left
    const back = evaluated.findIndex((y) => Math.abs(y - TRUTH) <= NEAR);
    const numbers = {
      low: Math.min(...late),
      high: Math.max(...late),
      average,
      evaluation: evaluation[STEPS - 1],
      lowest: Math.min(...settled), // in evaluation
      highest: Math.max(...settled),
      truth: TRUTH,
      mean: means[STEPS - 1],
      center: state.shift, // mean of all examples after the change
      peak: evaluated[0], // right after the change
      back, // batches until evaluation is near the truth again
    };
    const jump = evaluated[0] - evaluation[CHANGE - 1];
    if (state.n === 2) return { name: "pair", numbers };
    if (state.sorted) return { name: Math.abs(numbers.mean - state.shift) > NEAR ? "strayed" : "sorted", numbers };
    const shaky = numbers.highest - numbers.lowest > 0.5;
    if (shaky && state.momentum >= 0.5) return { name: "shaky", numbers };
    if (Math.abs(numbers.evaluation - TRUTH) > NEAR) return { name: "stale", numbers };
    if (state.shift > 0 && jump > NEAR && back > 0) return { name: "jumped", numbers };
    if (shaky) return { name: "shaky", numbers };
    return { name: numbers.high - numbers.low > 0.5 ? "noisy" : "close", numbers };
  }

  return { STEPS, CHANGE, CENTER, SPREAD, TRUTH, batch, run, finding };
})();
