/* The explorable of symmetry: a small network, trained here, whose matrices the reader makes random. */
"use strict";

(() => {
  const { kit, symmetry: maths, digits } = globalThis.explorables;
  const { SIZES, HIDDEN, UNITS, CLASSES, STEPS } = maths;
  const [EVERY, BUDGET, RUNS] = [10, 3, 3]; // steps between looks; milliseconds a frame; earlier runs that are kept
  const [ROW, LINE] = [11, 12]; // a unit of its column; a line of a name
  const MATRICES = SIZES.slice(1).map((_, l) => `w${l + 1}`);

  kit.start("symmetry", ({ root, part, words, state, set, keep, say, tell }) => {
    const tiles = MATRICES.map((name) => part(`${name}-picture`).getContext("2d"));
    const picture = part("picture").getContext("2d");
    const columns = Array.from({ length: HIDDEN }, (_, l) =>
      Array.from({ length: UNITS }, (_, j) => {
        const at = { cx: 7, cy: ROW * (j + 0.5) };
        kit.svg(part(`layer${l + 1}`), "circle", { ...at, r: 4.6, class: "line rule" });
        return kit.svg(part(`layer${l + 1}`), "circle", { ...at, r: 0 });
      }),
    );
    const bars = Array.from({ length: CLASSES }, (_, j) => {
      const y = ((j + 0.5) * UNITS * ROW) / CLASSES;
      kit.svg(part("odds"), "text", { x: 0, y: y + 4 }, String(j));
      return kit.svg(part("odds"), "rect", { x: 11, y: y - 5, height: 10, width: 0 });
    });
    const plot = kit.panel(part("accuracy"), {
      title: words.accuracy,
      margins: [22, 84, 20, 34], // names of curves stand on the right
      x: { from: 0, to: STEPS, ticks: [0, 100, 200, 300, 400].map((k) => [k, String(k)]) },
      y: { from: 0, to: 100, ticks: [0, 50, 100].map((k) => [k, String(k)]) },
    });
    const lines = Array.from({ length: RUNS + 1 }, (_, i) => ({
      line: kit.svg(plot.inside, "path", { class: i ? "line soft" : "line teal" }),
      name: [0, 1, 2].map(() => kit.svg(part("accuracy"), "text", { x: plot.box[2] + 5, class: i ? "word soft" : "word teal" })),
    }));

    let net = null;
    let seen = null;
    const ranks = [];
    let runs = []; // what was tried, the present one first: a name, and accuracies
    let work = null; // what is left to do for it
    let frame = 0;
    let visible = false;
    let moving = false; // not by itself: once something was turned

    /** The name of what is tried, in lines: random matrices, noise, dropout. */
    function name() {
      const named = (random) => MATRICES.flatMap((w, l) => (state[w] === random ? [`W${"₁₂₃₄₅₆"[l]}`] : []));
      const constant = named(false);
      const most = constant.length ? kit.fill(words.but, { constant }) : words.all; // there is no room for five
      const matrices = constant.length < 2 ? most : named(true).join("\u2009");
      const extras = [state.noise && `σ ${kit.number(state.noise)}`, state.dropout && `p ${kit.number(state.dropout)}`];
      const lines = [matrices, ...extras].filter(Boolean);
      return lines.length ? lines : [words.none];
    }

    function restart() {
      net = maths.start(state);
      ranks.length = 0; // those of the last one
      const tried = { name: name(), curve: [] };
      const others = runs.filter((run) => run.curve.length > STEPS / EVERY && String(run.name) !== String(tried.name));
      runs = [tried, ...others].slice(0, RUNS + 1);
      look();
      kit.write(part("finding"), words.training);
      work = training();
      go();
    }

    function look() {
      seen = maths.look(net);
      runs[0].curve.push(100 * seen.accuracy);
    }

    function rank(l) {
      ranks[l] = maths.rank(seen.outputs[l + 1]);
    }

    /** Training in small tasks; in the end the ranks of all layers. */
    function* training() {
      for (let turn = 0; net.steps < STEPS; turn++) {
        for (let k = 0; k < EVERY; k++) yield maths.step(net);
        yield look();
        if (!moving) continue;
        yield rank(turn % HIDDEN);
        yield show();
        yield paint();
      }
      for (let l = 0; l < HIDDEN; l++) yield rank(l);
      seen.ranks = [...ranks];
      yield paint();
      yield show();
      speak();
    }

    function go() {
      if (visible && work) frame ||= requestAnimationFrame(some);
    }

    /** As many tasks as fit into a frame. */
    function some() {
      frame = 0;
      const until = performance.now() + BUDGET;
      while (work && performance.now() < until) if (work.next().done) work = null;
      go();
    }

    function show() {
      const { outputs, spreads } = seen;
      spreads.forEach((spread, l) => {
        kit.write(part(`rank${l + 1}`), ranks[l]?.toFixed(2) ?? "");
        const row = outputs[l + 1].subarray(state.image * UNITS, (state.image + 1) * UNITS);
        const largest = Math.max(...row) || 1;
        columns[l].forEach((dot, j) => {
          dot.setAttribute("r", (4.6 * Math.sqrt(row[j] / largest)).toFixed(1));
          dot.setAttribute("class", spread < 1e-6 ? "dot soft" : "dot teal");
        });
      });
      const logits = outputs[HIDDEN + 1].subarray(state.image * CLASSES, (state.image + 1) * CLASSES);
      const largest = Math.max(...logits);
      const odds = Array.from(logits, (v) => Math.exp(v - largest));
      const total = odds.reduce((sum, v) => sum + v, 0);
      bars.forEach((bar, j) => {
        bar.setAttribute("width", ((38 * odds[j]) / total).toFixed(1));
        bar.setAttribute("class", j === digits.testY[state.image] ? "dot teal" : "dot soft");
      });
      const pixels = digits.testX.subarray(state.image * SIZES[0], (state.image + 1) * SIZES[0]);
      paintDigit(pixels, getComputedStyle(root).getPropertyValue("--ink"));
      plotRuns();
    }

    function redraw() {
      show();
      paint();
    }

    /** The matrices: the weights into one unit are a row, beside it; those out of one unit are a column. */
    function paint() {
      const style = getComputedStyle(root);
      tiles.forEach((tile, l) => {
        const [w, n, m] = [net.weights[l], SIZES[l], SIZES[l + 1]];
        let square = 0;
        for (const v of w) square += (v * v) / w.length;
        const full = 2.2 * Math.sqrt(square) || 1;
        const inks = ["--teal", "--ochre"].map((name) => {
          tile.fillStyle = style.getPropertyValue(name); // which reads back as #rrggbb
          return [1, 3, 5].map((at) => parseInt(tile.fillStyle.slice(at, at + 2), 16));
        });
        const image = tile.createImageData(n, m);
        w.forEach((v, k) => {
          const alpha = Math.round(255 * Math.min(1, Math.abs(v) / full));
          image.data.set([...inks[+(v < 0)], alpha], 4 * ((k % m) * n + Math.floor(k / m)));
        });
        tile.putImageData(image, 0, 0);
      });
    }

    function paintDigit(pixels, ink) {
      picture.clearRect(0, 0, 8, 8);
      picture.fillStyle = ink;
      pixels.forEach((shade, k) => {
        picture.globalAlpha = shade / 2;
        picture.fillRect(k % 8, k >> 3, 1, 1);
      });
    }

    function plotRuns() {
      // Names stand where their curves end, one below another; what is pushed below the drawing pushes back.
      const tops = runs.map(({ curve }) => plot.sy(curve.at(-1)) - LINE / 2);
      const order = tops.map((_, i) => i).sort((i, j) => tops[i] - tops[j]);
      let free = 0;
      for (const i of order) free = (tops[i] = Math.max(tops[i], free)) + LINE * runs[i].name.length;
      free = plot.box[3] + 4;
      for (const i of order.reverse()) free = tops[i] = Math.min(tops[i], free - LINE * runs[i].name.length);
      lines.forEach((drawn, i) => {
        const { name: label, curve } = runs[i] ?? { name: [], curve: [] };
        drawn.line.setAttribute("d", kit.line(curve.length, (k) => plot.sx(EVERY * k), (k) => plot.sy(curve[k])));
        drawn.name.forEach((text, k) => {
          text.setAttribute("y", ((tops[i] ?? 0) + LINE * (k + 0.8)).toFixed(1));
          kit.write(text, label[k] ?? "");
        });
      });
    }

    function speak() {
      const { name: sentence, numbers } = maths.finding(state, seen);
      const write = (key, value) => {
        if (Array.isArray(value)) return value.join(kit.zh ? "、" : ", ");
        return key === "fewest" ? value.toFixed(value < 1.01 ? 4 : 2) : kit.number(value); // a hair above 1 is not 1
      };
      const told = Object.entries(numbers).map(([key, value]) => [key, write(key, value)]);
      const finding = kit.fill(words[sentence], Object.fromEntries(told));
      kit.write(part("finding"), finding);
      say(finding);
    }

    part("next").addEventListener("click", () => {
      set({ image: (state.image + 1) % digits.testY.length });
      keep();
    });
    // Colours of a canvas do not follow the page's.
    new MutationObserver(redraw).observe(document.body, { attributeFilter: ["data-md-color-scheme"] });
    new IntersectionObserver((entries) => {
      visible = entries.at(-1).isIntersecting;
      go();
    }).observe(root);

    function draw(s, changed) {
      if (changed.size > 1 || !changed.has("image")) {
        moving = net !== null && !kit.still;
        restart();
      }
      redraw();
      for (const knob of ["noise", "dropout"]) tell(knob, kit.number(s[knob]));
    }

    return { draw };
  });
})();
