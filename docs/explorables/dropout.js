/* The explorable of dropout: the number of samples in the reader's hand. */
"use strict";

(() => {
  const { kit, dropout: maths } = globalThis.explorables;
  const { MOST, CLASSES, EXAMPLES, WIDTH } = maths;
  // Of the loss, for each network: where its axis begins and ends, and its ticks
  const AXES = { many: [1.3, 1.7, [1.3, 1.4, 1.5, 1.6, 1.7]], few: [1.5, 6, [2, 3, 4, 5, 6]] };
  const SLICE = 4; // ms of a frame that samples may take

  kit.start("dropout", ({ part, words, state, set, keep, say, tell, again }) => {
    // The loss over samples: the slider below is its axis. What more samples bring is not drawn before they are taken.
    const charts = Object.fromEntries(Object.entries(AXES).map(([trained, [from, to, ticks]]) => {
      const root = kit.svg(part("loss"), "svg", { viewBox: "0 0 324 176", "data-part": trained });
      const chart = kit.panel(root, {
        title: words.loss,
        x: { from: 1, to: MOST, log: true, ticks: Array.from({ length: 9 }, (_, k) => [2 ** k, String(2 ** k)]) },
        y: { from, to, ticks: ticks.map((loss) => [loss, String(loss)]) },
      });
      const { eval: off, tempered } = maths.run(trained, state.seed);
      const level = (loss, color, text, right) => {
        const [y, [left, , end]] = [chart.sy(loss), chart.box];
        kit.svg(chart.inside, "path", { class: `line ${color}`, d: `M${left} ${y}H${end}` });
        // Where no curve comes: below the line, or above it between the last two places of the hand
        const at = right ? { x: chart.sx(MOST / Math.SQRT2), y: y - 4, "text-anchor": "middle" } : { x: left + 4, y: y + 13 };
        kit.svg(chart.inside, "text", { class: `word ${color}`, ...at }, text);
      };
      level(off.loss, "ochre", "eval()", trained === "few");
      level(tempered.loss, "soft", words.tempered, false);
      return [trained, {
        root, chart,
        past: kit.svg(chart.inside, "path", { class: "line teal" }),
        here: kit.svg(root, "path", { class: "line red" }),
        dot: kit.svg(root, "circle", { r: 4.5, class: "dot teal" }),
        name: kit.svg(root, "text", { class: "word teal" }, "MC Dropout"),
      }];
    }));

    const classes = kit.panel(part("classes"), {
      title: words.classes,
      x: { from: -0.6, to: 9.6, ticks: Array.from({ length: CLASSES }, (_, c) => [c, String(c)]) },
      y: { from: 0, to: 1, ticks: [[0, "0"], [0.5, "0.5"], [1, "1"]] },
    });
    const place = (c) => classes.sx(c);
    const right = kit.svg(classes.inside, "path", { class: "line rule band" });
    const cloud = kit.svg(classes.inside, "path", { class: "line points", opacity: 0.3 });
    const off = kit.svg(classes.inside, "path", { class: "line ochre" });
    const mean = kit.svg(classes.inside, "path", { class: "line teal" });

    const input = kit.panel(part("input"), {
      title: words.input, margins: [18, 16, 4, 34], x: { from: 0, to: WIDTH - 1 }, y: { from: -4.5, to: 4.5 },
    });
    const shape = kit.svg(input.inside, "path", { class: "line teal" });

    let waiting = 0;

    /** Draws samples for a moment: of the network that is seen, then of the other one. */
    function sample(s) {
      const start = performance.now();
      for (const trained of [s.trained, ...Object.keys(AXES)]) {
        const run = maths.run(trained, s.seed);
        while (run.scores.length < MOST) {
          if (run.scores.length && performance.now() - start > SLICE) return trained === s.trained ? again() : later();
          run.more();
        }
      }
    }

    function later() {
      waiting ||= requestAnimationFrame(() => {
        waiting = 0;
        sample(state);
      });
    }

    function draw(s, changed) {
      sample(s);
      const run = maths.run(s.trained, s.seed);
      if (kit.still && run.scores.length < s.samples) return; // it would grow by itself
      const count = Math.min(s.samples, run.scores.length);
      for (const [trained, { root }] of Object.entries(charts)) root.setAttribute("visibility", trained === s.trained ? "visible" : "hidden");
      const { chart, past, here, dot, name } = charts[s.trained];
      const path = (length) => kit.line(length, (t) => chart.sx(t + 1), (t) => chart.sy(run.scores[t].loss));
      past.setAttribute("d", path(count));
      const [x, y] = [chart.sx(s.samples), chart.sy(run.scores[count - 1].loss)];
      here.setAttribute("d", `M${x} ${chart.box[1]}V${chart.box[3]}`);
      dot.setAttribute("cx", x);
      dot.setAttribute("cy", y);
      // Right of the dot no curve has come yet; where there is no room, it is level.
      const room = s.samples <= 64;
      name.setAttribute("text-anchor", room ? "start" : "end");
      name.setAttribute("x", room ? x + 9 : x - 6);
      name.setAttribute("y", room ? y + 4 : y - 8);

      const at = (s.example - 1) * CLASSES;
      const dashes = (heights, half) => Array.from(heights, (p, c) => `M${(place(c) - half).toFixed(1)} ${classes.sy(p).toFixed(1)}h${2 * half}`).join("");
      right.setAttribute("d", `M${place(maths.answers[s.example - 1])} ${classes.sy(0)}V${classes.sy(1)}`);
      off.setAttribute("d", dashes(run.off.subarray(at, at + CLASSES), 12));
      mean.setAttribute("d", dashes(maths.mean(run, count, s.example), 9));
      let dots = "";
      for (let t = 0; t < count; t++)
        for (let c = 0; c < CLASSES; c++) {
          const aside = ((t * 0.618) % 1) * 16 - 8; // so that dots do not hide one another
          dots += `M${(place(c) + aside).toFixed(1)} ${classes.sy(run.samples[t][at + c]).toFixed(1)}h0`;
        }
      cloud.setAttribute("d", dots);
      shape.setAttribute("d", kit.line(WIDTH, input.sx, (i) => input.sy(maths.inputs[(s.example - 1) * WIDTH + i])));
      if (run.scores.length === MOST) speak(s, run, changed);
    }

    function speak(s, run, changed) {
      const rows = { off: run.eval, on: run.scores[s.samples - 1], tempered: run.tempered };
      for (const [row, { loss, confidence, accuracy }] of Object.entries(rows)) {
        kit.write(part(`${row}-loss`), loss.toFixed(2));
        kit.write(part(`${row}-confidence`), `${Math.round(100 * confidence)}%`);
        kit.write(part(`${row}-accuracy`), `${Math.round(100 * accuracy)}%`);
      }
      const { name, numbers } = maths.finding(s);
      // Losses with two decimals, as in the table
      for (const [key, value] of Object.entries(numbers)) numbers[key] = value % 1 && value < 10 ? value.toFixed(2) : kit.number(value);
      const finding = kit.fill(words[name], numbers);
      kit.write(part("finding"), finding);
      const right = maths.answers[s.example - 1];
      const share = (p) => `${Math.round(100 * p[right])}%`;
      const at = (s.example - 1) * CLASSES;
      const given = { off: share(run.off.subarray(at, at + CLASSES)), on: share(maths.mean(run, s.samples, s.example)) };
      const seen = kit.fill(words.seen, { example: s.example, right, ...given });
      kit.write(part("seen"), seen);
      say(changed.size === 1 && changed.has("example") ? seen : finding);
      tell("samples", kit.fill(words.samples, s), kit.fill(words["samples aloud"], numbers));
    }

    part("next").addEventListener("click", () => {
      set({ example: (state.example % EXAMPLES) + 1 });
      keep();
    });

    return { draw };
  });
})();
