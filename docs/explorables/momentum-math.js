/* The mathematics of the explorable of momentum: what snippets/momentum/quadratic_momentum.py finds on a parabola,
   without taking the steps, and the steps themselves. No page here. */
"use strict";

(globalThis.explorables ??= {}).momentum = (() => {
  const STEPS = 300; // that are drawn
  const TOLERANCE = 1e-3; // settled, as a share of the start

  /** The two lines of SGD as one rule, x[k+1] = T x[k] - D x[k-1], x[0] = 1. Differences are written as products, so
   * that nothing cancels where friction is tiny, and two roots that are equal stay so in floating point.
   * @param {number} a learning rate times curvature @param {number} b momentum @param {boolean} nesterov */
  function rule(a, b, nesterov) {
    const root = Math.sqrt(nesterov ? a : b);
    const discriminant = nesterov
      ? (1 - a) * (1 - b - root * (1 + b)) * (1 - b + root * (1 + b))
      : (((1 - b) / (1 + root)) ** 2 - a) * ((1 + root) ** 2 - a);
    return {
      T: nesterov ? (1 + b) * (1 - a) : 1 + b - a,
      D: nesterov ? b * (1 - a) : b,
      first: nesterov ? 1 - a * (1 + b) : 1 - a, // x[1]
      discriminant: Math.abs(discriminant) < 1e-15 ? 0 : discriminant, // T^2 - 4 D
      loss: nesterov ? 1 - b * (1 - a) : 1 - b, // 1 - D
      top: nesterov ? 1 + (1 - a) * (1 + 2 * b) : 2 * (1 + b) - a, // 1 + D + T; 1 + D - T is a
    };
  }

  /** The two roots of z^2 - T z + D, the larger first where they are real.
   * @param {number} a @param {number} b @param {boolean} nesterov as above
   * @returns {[real: number, imaginary: number][]} */
  function roots(a, b, nesterov) {
    const { T, D, discriminant } = rule(a, b, nesterov);
    if (discriminant < 0) {
      const height = Math.sqrt(-discriminant) / 2;
      return [[T / 2, height], [T / 2, -height]];
    }
    const larger = (T + (T < 0 ? -1 : 1) * Math.sqrt(discriminant)) / 2;
    return [[larger, 0], [larger ? D / larger : 0, 0]];
  }

  /** x[k] for any k, with S(k) = z1^k + z1^(k-1) z2 + ... + z2^k: x[k] = x[1] S(k-1) - D S(k-2).
   * @param {number} a @param {number} b @param {boolean} nesterov as above
   * @returns {(k: number) => number} */
  function place(a, b, nesterov) {
    const { T, D, discriminant, first } = rule(a, b, nesterov);
    /** @type {(k: number) => number} */
    let S;
    if (discriminant < 0) {
      const angle = Math.atan2(Math.sqrt(-discriminant), T);
      const shrink = Math.log(D) / 2;
      S = (k) => (Math.exp(k * shrink) * Math.sin((k + 1) * angle)) / Math.sin(angle);
    } else {
      const [[z], [y]] = roots(a, b, nesterov);
      const gap = z ? Math.sqrt(discriminant) / Math.abs(z) : 1; // 1 - y/z
      /** @param {number} n */
      const power = (n) => (y * z > 0 ? -Math.expm1(n * Math.log1p(-gap)) : 1 - (z ? y / z : 0) ** n); // 1 - (y/z)^n
      S = (k) => (gap ? (z ** k * power(k + 1)) / gap : (k + 1) * z ** k);
    }
    return (k) => (k > 1 ? first * S(k - 1) - D * S(k - 2) : k ? first : 1);
  }

  /** How a weight moves that starts at rest, at distance 1 from the minimum: fields of `quadratic_momentum`, and whether
   * it swings around the circle of its roots, creeps to the minimum without passing it, flips its side at each step, or
   * lands there at once.
   * @param {number} lr @param {number} b @param {number} curvature @param {boolean} nesterov
   * @param {boolean} exact whether steps are counted, or bounded by the amplitude, which is enough for a curve
   * @returns {{kind: "swings" | "creeps" | "flips" | "lands" | "limit" | "diverges", rate: number, period: number,
   *   steps: number, crossings: number, gain: number}} `steps` are its `settling_steps`, `gain` is its `noise_gain` */
  function motion(lr, b, curvature, nesterov, exact = true) {
    const a = lr * curvature;
    const { T, D, discriminant, first, loss, top } = rule(a, b, nesterov);
    const [[z, height], [y]] = roots(a, b, nesterov);
    const kind = discriminant < 0 ? "swings" : !z && !y ? "lands" : z > 0 && y >= 0 ? "creeps" : "flips";
    const rate = kind === "swings" ? Math.sqrt(D) : Math.max(Math.abs(z), Math.abs(y));
    const angle = kind === "swings" ? Math.atan2(height, z) : z < 0 ? Math.PI : 0;
    const period = angle ? (2 * Math.PI) / angle : Infinity;
    if (!(rate < 1)) return { kind: rate < 1 + 1e-12 ? "limit" : "diverges", rate, period, steps: Infinity, crossings: Infinity, gain: Infinity };

    const [now, before] = nesterov ? [1 + b, b] : [1, 0];
    const gain = (((1 + D) * (now ** 2 + before ** 2) - 2 * now * before * T) * lr ** 2) / (loss * a * top);
    const x = place(a, b, nesterov);
    /** @param {number} k */
    const far = (k) => Math.abs(x(k)) > TOLERANCE;
    let [last, crossings] = [0, 0]; // the last step that is too far away, and the changes of sides up to it
    if (kind === "swings") {
      // x[k] = amplitude rate^k cos(k angle - phase): no step after this one can be too far away
      const sine = (first / rate - Math.cos(angle)) / Math.sin(angle);
      last = Math.max(0, Math.floor(Math.log(TOLERANCE / Math.hypot(1, sine)) / Math.log(rate)) + 1);
      while (exact && last && !far(last)) last--;
      crossings = Math.max(0, Math.floor((last * angle - Math.atan(sine)) / Math.PI - 0.5) + 1);
    } else if (kind === "creeps") {
      let beyond = 1;
      while (far(beyond)) beyond *= 2;
      while (beyond - last > 1) {
        const middle = Math.floor((last + beyond) / 2);
        if (far(middle)) last = middle;
        else beyond = middle;
      }
    } else {
      const most = ((1 + Math.abs(D)) * Math.max(1, 2 / Math.sqrt(discriminant))) / TOLERANCE;
      const end = rate ? Math.min(2e5, Math.ceil(Math.log(most) / -Math.log(rate))) : 1;
      let [sign, changes] = [1, 0];
      for (let k = 1; k <= end; k++) {
        if (x(k) * sign < 0) [sign, changes] = [-sign, changes + 1];
        if (far(k)) [last, crossings] = [k, changes];
      }
    }
    return { kind, rate, period, steps: last + 1, crossings, gain };
  }

  /** The amplitude of a weight that swings: x[k] is never farther out than this times rate^k.
   * @param {number} a @param {number} b @param {boolean} nesterov as above */
  function swing(a, b, nesterov) {
    const { first } = rule(a, b, nesterov);
    const [[real, height]] = roots(a, b, nesterov);
    return height ? Math.hypot(1, (first - real) / height) : 1;
  }

  /** The places of a weight under torch.optim.SGD, step by step.
   * @param {number} lr @param {number} b @param {number} curvature @param {boolean} nesterov
   * @param {number} start @param {ArrayLike<number>} [noise] what is added to each gradient */
  function path(lr, b, curvature, nesterov, start, noise) {
    const x = new Float64Array(STEPS + 1);
    x[0] = start;
    for (let k = 0, v = 0; k < STEPS; k++) {
      const gradient = curvature * x[k] + (noise ? noise[k] : 0);
      v = b * v + gradient;
      x[k + 1] = x[k] - lr * (nesterov ? gradient + b * v : v);
    }
    return x;
  }

  /** What is to be said of a state.
   * @param {{momentum: number, lr: number, condition: number, nesterov: boolean, noise: number}} state the larger
   *   curvature over the smaller, which is 1; the standard deviation of what is added to gradients
   * @returns {Finding} */
  function finding({ momentum, lr, condition, nesterov, noise }) {
    const [flat, steep] = [1, condition].map((curvature) => motion(lr, momentum, curvature, nesterov));
    const left = 100 * flat.rate ** STEPS; // percent of a swing after all steps drawn
    const numbers = { flat: flat.steps, steep: steep.steps, left };
    const kinds = [flat.kind, steep.kind];
    if (kinds.includes("diverges")) {
      const limit = (2 * (1 + momentum)) / (nesterov ? 1 + 2 * momentum : 1);
      return { name: "diverges", numbers: { product: lr * condition, limit } };
    }
    if (kinds.includes("limit")) return { name: noise ? "driven" : "limit", numbers };
    if (noise) return { name: "noisy", numbers: { floor: noise * Math.sqrt(Math.max(flat.gain, steep.gain)) } };
    if (kinds.includes("flips")) return { name: "flips", numbers };
    if (kinds.includes("lands")) {
      const steps = place(lr * condition, momentum, nesterov)(1) ? 2 : 1;
      return { name: "lands", numbers: { ...numbers, steep: steps } };
    }
    // Who swings so little that it has settled before it passes the minimum is not seen to swing.
    if (flat.kind === "creeps") return { name: steep.crossings ? "creeps" : "creep", numbers };
    if (!flat.crossings) return { name: "fits", numbers };
    if (nesterov) return { name: "nesterov", numbers: { ...numbers, plain: motion(lr, momentum, 1, false).steps } };
    return { name: left > 90 ? "endless" : "swings", numbers };
  }

  return { STEPS, roots, place, motion, swing, path, finding };
})();
