/* The explorable of sparsity: 640 weights, four ways to zeros, and in the reader's hand what each of them takes off. */
"use strict";

(() => {
  const { kit, sparsity: maths } = globalThis.explorables;
  const { STEPS, WEIGHTS } = maths;
  const [ZERO, BIN] = [-5.5, 0.25]; // where zero stands among the powers of ten; sizes are counted by quarters of them
  const BINS = (0 - ZERO) / BIN;
  const SLICE = 4; // milliseconds of training in a frame
  const LAST = 60; // steps of a path that are drawn
  // A way's colour, and the shape of its mark
  const WAYS = {
    autograd: ["ochre", "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0"],
    proximal: ["teal", "M-4.5 -4.5h9v9h-9z"],
    ftrl: ["red", "M0 -6l5.5 10h-11z"],
    prune: ["soft", "M0 -6.5l6 6.5l-6 6.5l-6 -6.5z"],
  };

  kit.start("sparsity", ({ part, words, say, tell }) => {
    // Sizes of the weights: the slider below is their axis.
    const sizes = kit.panel(part("sizes"), {
      title: words.sizes,
      x: { from: ZERO, to: 0, ticks: [[ZERO, "0"], ...[-4, -3, -2, -1].map((k) => [k, kit.tens(k)]), [0, "1"]] },
      y: { from: 0, to: 1.15 * WEIGHTS, ticks: [0, WEIGHTS / 2, WEIGHTS].map((k) => [k, ""]) },
    });
    for (const k of [WEIGHTS / 2, WEIGHTS])
      kit.svg(sizes.inside, "text", { x: sizes.box[2], y: sizes.sy(k) + 14, "text-anchor": "end", class: "label" }, k);
    const bars = kit.svg(part("sizes"), "path");
    const count = kit.svg(part("sizes"), "text", { x: sizes.sx(ZERO) - 8, "font-weight": 700 });
    const apart = sizes.sx(ZERO + BIN);
    kit.svg(sizes.inside, "path", { d: `M${apart} ${sizes.box[1]}V${sizes.box[3]}`, class: "line rule" });
    const here = kit.svg(sizes.inside, "path", { class: "line red" });
    const name = kit.svg(sizes.inside, "text", { class: "word red", y: sizes.box[1] + 10 });

    const path = kit.panel(part("path"), {
      title: words.path,
      margins: [22, 20, 20, 44],
      x: { from: STEPS - LAST, to: STEPS, ticks: [240, 260, 280, 300].map((k) => [k, String(k)]) },
      y: { from: -1, to: 1, ticks: [[0, "0"]] },
    });
    const edges = kit.svg(path.inside, "path", { class: "line faint" });
    const edge = kit.svg(part("path"), "text", { x: path.box[0] - 5, "text-anchor": "end", class: "label" });
    const trail = kit.svg(path.inside, "path");
    const end = kit.svg(part("path"), "path", { class: "dot" });

    // Every setting tried leaves a mark.
    const trade = kit.panel(part("trade"), {
      title: words.trade,
      margins: [22, 20, 20, 44],
      x: { from: 0, to: 1, ticks: [[0, "0"], [0.5, "50%"], [1, "100%"]] },
      y: { from: 0, to: 100, ticks: [[0, "0"], [50, "50%"], [100, "100%"]] },
    });
    kit.svg(trade.inside, "text", { x: trade.sx(0.5) + 4, y: trade.box[3] - 5, class: "label" }, words.csr);
    const tried = new Set();
    const marks = kit.svg(part("trade"), "g");
    const now = kit.svg(part("trade"), "circle", { r: 10, class: "line red" });

    let wanted = null; // the state that is to be shown, and the one that is being trained for
    let working = null;

    function draw(s) {
      wanted = { ...s };
      for (const hand of Object.values(maths.HANDS)) {
        part(`${hand}-hand`).hidden = hand !== maths.HANDS[s.way];
        tell(hand, kit.number(s[hand], 2));
      }
      const reach = maths.reach(s);
      const at = sizes.sx(reach ? Math.log10(reach) : ZERO);
      here.setAttribute("d", s.way === "ftrl" ? "" : `M${at} ${sizes.box[1]}V${sizes.box[3]}`);
      kit.write(name, s.way === "ftrl" ? "" : words[s.way === "prune" ? "cut" : "step"]);
      const left = at > (sizes.box[0] + sizes.box[2]) / 2;
      name.setAttribute("x", at + (left ? -5 : 5));
      name.setAttribute("text-anchor", left ? "end" : "start");
      if (!working) work();
    }

    /** Trains in slices. A state that comes meanwhile has its turn when this one is shown. */
    function work() {
      working ??= wanted;
      const until = performance.now() + SLICE;
      for (const run of maths.trainings(working))
        while (run.step < STEPS) {
          if (performance.now() > until) return void requestAnimationFrame(work);
          maths.train(run);
        }
      const done = working;
      working = null;
      show(done);
      if (done !== wanted) requestAnimationFrame(work);
    }

    function show(s) {
      const model = maths.model(s);
      const [color, shape] = WAYS[s.way];
      const counts = Array.from({ length: BINS + 1 }, () => 0); // one beyond the axis: a few weights are larger than 1
      for (const v of model.w) if (v) counts[Math.max(1, Math.min(BINS, Math.floor((Math.log10(Math.abs(v)) - ZERO) / BIN + 1e-9)))]++;
      const bar = (x, width, value) => (value ? `M${x.toFixed(1)} ${sizes.sy(0)}V${sizes.sy(value).toFixed(1)}h${width.toFixed(1)}V${sizes.sy(0)}z` : "");
      const width = apart - sizes.sx(ZERO) - 1;
      bars.setAttribute("d", bar(sizes.sx(ZERO) - 8, 16, model.zeros) + counts.map((value, i) => bar(sizes.sx(ZERO + i * BIN), width, value)).join(""));
      bars.setAttribute("class", `word ${color}`);
      count.setAttribute("class", `word ${color}`);
      count.setAttribute("y", sizes.sy(model.zeros) - 5);
      kit.write(count, model.zeros);

      const first = STEPS - LAST;
      const last = s.way === "prune" ? STEPS + 1 : STEPS;
      const seen = model.path.slice(first, last + 1);
      const most = Math.max(...seen.map(Math.abs));
      const reach = maths.reach(s);
      const range = Math.max(2.5 * reach, 1.15 * most) || 1;
      const level = reach > 0.15 * range ? reach : most;
      const y = (v) => path.sy(v / range);
      edges.setAttribute("d", level ? `M${path.box[0]} ${y(level)}H${path.box[2]}M${path.box[0]} ${y(-level)}H${path.box[2]}` : "");
      edge.setAttribute("y", y(level) + 4);
      kit.write(edge, level ? kit.number(level, 2) : "");
      const x = (k) => path.sx(Math.min(first + k, STEPS));
      trail.setAttribute("d", kit.line(seen.length, x, (k) => y(seen[k])));
      trail.setAttribute("class", `line ${color}`);
      end.setAttribute("d", shape);
      end.setAttribute("class", `dot ${color}`);
      end.setAttribute("transform", `translate(${path.sx(STEPS)} ${y(seen.at(-1)).toFixed(1)})`);

      const at = [trade.sx(model.zeros / WEIGHTS).toFixed(1), trade.sy(model.accuracy).toFixed(1)];
      const key = `${s.way} ${maths.hand(s)}`;
      if (!tried.has(key)) kit.svg(marks, "path", { d: shape, transform: `translate(${at})`, class: `dot ${color}` });
      tried.add(key);
      now.setAttribute("cx", at[0]);
      now.setAttribute("cy", at[1]);
      speak(s, model);
    }

    function speak(s, model) {
      kit.write(part("zeros"), model.zeros);
      kit.write(part("accuracy"), `${kit.number(model.accuracy)}%`);
      kit.write(part("bytes"), kit.number(model.bytes));
      const { name: sentence, numbers } = maths.finding(s);
      const told = Object.fromEntries(Object.entries(numbers).map(([key, value]) => [key, kit.number(value)]));
      const finding = kit.fill(words[sentence], told);
      kit.write(part("finding"), finding);
      say(finding);
      const hand = maths.HANDS[s.way];
      // While it trained, the hand may have gone on.
      if (s === wanted) tell(hand, kit.number(s[hand], 2), kit.fill(words.aloud, { ...told, value: kit.number(s[hand], 2) }));
    }

    return { draw };
  });
})();
