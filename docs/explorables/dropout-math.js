/* The mathematics of the explorable of dropout: two trained networks, asked with dropout on, sample by sample, as
   snippets/dropout/mc_dropout.py asks them, and with dropout off. No page here. */
"use strict";

(globalThis.explorables ??= {}).dropout = (() => {
  const { dropoutNets: data, random } = /** @type {Explorables} */ (globalThis.explorables);
  const MOST = 256; // samples
  const CLASSES = 10;
  const P = data.p;

  /** @param {Letters} letters */
  const numbers = ([step, letters]) => Float64Array.from(letters, (letter) => (letter.charCodeAt(0) - 66) * step);
  const inputs = numbers(data.inputs);
  const answers = Array.from(data.answers, Number);
  const EXAMPLES = answers.length;
  const WIDTH = inputs.length / EXAMPLES;

  /** Which network: trained on many examples or on few.
   * @typedef {"many" | "few"} Trained */

  /** Mean loss in nats, mean probability of the likeliest class, and share that is right.
   * @typedef {{loss: number, confidence: number, accuracy: number}} Score */

  /** A network asked again and again: probabilities with dropout off, their score, and that with the temperature; the
   * probabilities of each sample so far, and the score of the mean of all up to it. Shapes (examples, CLASSES), row-major.
   * @typedef {{temperature: number, off: Float64Array, eval: Score, tempered: Score, samples: Float64Array[],
   *   scores: Score[], more: () => void}} Run */

  /** A layer: the sums of what goes into its units, for all examples; its last row are biases.
   * @param {Float64Array} x shape (examples, inputs), row-major
   * @param {Float64Array} weights shape (inputs + 1, units), row-major
   * @param {boolean} [rectified] whether ReLU follows */
  function layer(x, weights, rectified) {
    const n = x.length / EXAMPLES;
    const m = weights.length / (n + 1);
    const sums = new Float64Array(EXAMPLES * m);
    for (let e = 0; e < EXAMPLES; e++) {
      const at = e * m;
      for (let j = 0; j < m; j++) sums[at + j] = weights[n * m + j];
      for (let i = 0; i < n; i++) {
        const value = x[e * n + i];
        if (value) for (let j = 0; j < m; j++) sums[at + j] += value * weights[i * m + j]; // half of them are 0
      }
      if (rectified) for (let j = at; j < at + m; j++) if (sums[j] < 0) sums[j] = 0;
    }
    return sums;
  }

  /** Where the largest of an example's classes stands, which begin at a place.
   * @param {Float64Array} values @param {number} at */
  function likeliest(values, at) {
    let best = at;
    for (let c = at + 1; c < at + CLASSES; c++) if (values[c] > values[best]) best = c;
    return best;
  }

  /** @param {Float64Array} logits shape (examples, CLASSES), row-major @param {number} temperature */
  function softmax(logits, temperature) {
    const p = new Float64Array(logits.length);
    for (let e = 0; e < logits.length; e += CLASSES) {
      const largest = logits[likeliest(logits, e)];
      let sum = 0;
      for (let c = e; c < e + CLASSES; c++) sum += p[c] = Math.exp((logits[c] - largest) / temperature);
      for (let c = e; c < e + CLASSES; c++) p[c] /= sum;
    }
    return p;
  }

  /** The score of probabilities times a count.
   * @param {Float64Array} p @param {number} count
   * @returns {Score} */
  function score(p, count = 1) {
    let [loss, confidence, accuracy] = [0, 0, 0];
    answers.forEach((answer, e) => {
      const at = e * CLASSES;
      const guess = likeliest(p, at);
      loss -= Math.log(p[at + answer] / count) / EXAMPLES;
      confidence += p[guess] / count / EXAMPLES;
      accuracy += +(guess === at + answer) / EXAMPLES;
    });
    return { loss, confidence, accuracy };
  }

  /** @type {Map<string, Run>} */
  const asked = new Map();

  /** A network whose masks come from a seed, as far as it has been asked.
   * @param {Trained} trained @param {number} seed */
  function run(trained, seed) {
    const key = `${trained} ${seed}`;
    const found = asked.get(key) ?? begun(data[trained], seed);
    asked.set(key, found);
    return found;
  }

  /** @param {TrainedNet} net @param {number} seed @returns {Run} */
  function begun({ layers, temperature }, seed) {
    const [first, second, last] = layers.map(numbers);
    const hidden = layer(inputs, first, true);
    const logits = layer(layer(hidden, second, true), last);
    const draw = random.uniform(seed);
    /** @param {Float64Array} h */
    const drop = (h) => h.map((value) => (draw() < P ? 0 : value / (1 - P)));
    const sums = new Float64Array(logits.length);
    const off = softmax(logits, 1);
    /** @type {Run} */
    const found = { temperature, off, eval: score(off), tempered: score(softmax(logits, temperature)), samples: [], scores: [], more };
    /** One sample more. */
    function more() {
      const p = softmax(layer(drop(layer(drop(hidden), second, true)), last), 1);
      p.forEach((value, i) => (sums[i] += value));
      found.samples.push(p);
      found.scores.push(score(sums, found.samples.length));
    }
    return found;
  }

  /** @param {Trained} trained @param {number} seed */
  function all(trained, seed) {
    const found = run(trained, seed);
    while (found.samples.length < MOST) found.more();
    return found;
  }

  /** Probabilities of an example, counted from 1, averaged over the first samples.
   * @param {Run} run @param {number} count @param {number} example */
  function mean({ samples }, count, example) {
    const sum = new Float64Array(CLASSES);
    for (let t = 0; t < count; t++) for (let c = 0; c < CLASSES; c++) sum[c] += samples[t][(example - 1) * CLASSES + c];
    return sum.map((value) => value / count);
  }

  /** What is to be said of a state.
   * @param {{trained: Trained, samples: number, seed: number}} state
   * @returns {Finding} with losses in nats, confidence and accuracy in percent */
  function finding({ trained, samples, seed }) {
    const { eval: off, tempered, scores } = all(trained, seed);
    const [on, limit] = [scores[samples - 1], scores[MOST - 1]];
    const told = {
      samples, on: on.loss, off: off.loss, limit: limit.loss, tempered: tempered.loss, gap: Math.abs(on.loss - off.loss), most: MOST,
      accuracy: 100 * off.accuracy, confidence: 100 * off.confidence, softer: 100 * on.confidence,
    };
    const side = on.loss > off.loss ? "worse" : "better";
    const name = samples === 1 ? "one" : samples === MOST ? `${side} limit` : side;
    return { name, numbers: told };
  }

  /** Everything that is compared with PyTorch.
   * @param {Trained} trained @param {number} seed @param {number} count of samples */
  function compared(trained, seed, count) {
    const { eval: off, tempered, scores, off: p } = all(trained, seed);
    return { off, tempered, on: scores[count - 1], p, mean: answers.flatMap((_, e) => [...mean(run(trained, seed), count, e + 1)]) };
  }

  return { MOST, CLASSES, EXAMPLES, WIDTH, inputs, answers, run, mean, finding, compared };
})();
