/* The explorable of momentum: two weights in a valley, and their friction in the reader's hand. */
"use strict";

(() => {
  const { kit, momentum: maths, random } = globalThis.explorables;
  const { STEPS } = maths;
  const FRICTIONS = Array.from({ length: 101 }, (_, i) => i / 20); // minus their powers of ten
  const [RIM_X, RIM_Y] = [1.65, 0.99]; // of the valley that is seen
  const FARTHEST = { w1: 1.6, w2: 0.95 };
  const [NAMES, COLORS] = [["flat", "steep"], ["teal", "ochre"]];
  const seen = (place) => (Math.abs(place) < 10 ? place : NaN); // what diverges is drawn until it is far away

  kit.start("momentum", ({ part, words, set, keep, say, tell }) => {
    // Steps to settle: the slider below is its axis.
    const settle = kit.panel(part("settle"), {
      x: { from: 0, to: 5, ticks: [0, 1, 2, 3, 4, 5].map((k) => [k, k < 2 ? String(10 ** -k) : kit.tens(-k)]) },
      y: { from: 3, to: 3e6, log: true, ticks: [[100, "100"], [1e4, kit.tens(4)], [1e6, kit.tens(6)]] },
    });
    const above = ({ box }, name) => kit.svg(part(name), "text", { x: box[0], y: 12 });
    const settling = above(settle, "settle");
    const curves = COLORS.map((color) => kit.svg(settle.inside, "path", { class: `line ${color}` }));
    const names = COLORS.map((color, i) => kit.svg(settle.inside, "text", { class: `word ${color}` }, words[NAMES[i]]));
    const here = kit.svg(settle.inside, "path", { class: "line red" });
    const dots = COLORS.map((color) => kit.svg(settle.inside, "circle", { r: 4.5, class: `dot ${color}` }));

    // The valley: flat from side to side, steep up and down
    const valley = kit.panel(part("valley"), {
      title: words.valley, margins: [22, 1, 1, 1], x: { from: -RIM_X, to: RIM_X }, y: { from: -RIM_Y, to: RIM_Y },
    });
    const levels = [0.18, 0.36, 0.72, 1.08, 1.44, 1.8, 2.16, 2.52, 2.88].map((size) => {
      const level = kit.svg(valley.inside, "ellipse", { cx: valley.sx(0), cy: valley.sy(0), class: "line rule" });
      level.setAttribute("rx", valley.sx(size) - valley.sx(0));
      return [size, level];
    });
    kit.svg(valley.inside, "path", { d: `M${valley.sx(0) - 5} ${valley.sy(0)}h10m-5 -5v10`, class: "line soft" });
    NAMES.forEach((name, i) => kit.svg(valley.inside, "text", {
      x: i ? valley.box[2] - 8 : 8, y: valley.box[3] - 6, "text-anchor": i ? "end" : "start", class: `word ${COLORS[i]}`,
    }, words[`${name} way`]));
    const trail = kit.svg(valley.inside, "path", { class: "line trail" });
    const steps = kit.svg(valley.inside, "path", { class: "line points" });
    const handle = kit.svg(valley.inside, "g", { class: "handle" });
    kit.svg(handle, "circle", { r: 22, class: "reach" }); // for a finger
    kit.svg(handle, "circle", { r: 7 });
    const within = (value, end) => Math.round(100 * Math.max(-end, Math.min(end, value))) / 100;
    const [left, top, right, bottom] = valley.box;
    kit.drag(part("valley"), handle, (x, y) => set({
      w1: within((2 * (x - left) / (right - left) - 1) * RIM_X, FARTHEST.w1),
      w2: within((1 - 2 * (y - top) / (bottom - top)) * RIM_Y, FARTHEST.w2),
    }), keep);

    const distance = kit.panel(part("distance"), {
      x: { from: 0, to: STEPS, ticks: [0, 100, 200, 300].map((k) => [k, String(k)]) },
      y: { from: -1.3, to: 1.3, ticks: [[-1, "−1"], [0, "0"], [1, "1"]] },
    });
    const far = above(distance, "distance");
    const envelope = kit.svg(distance.inside, "path", { class: "line faint" });
    const lines = COLORS.map((color) => kit.svg(distance.inside, "path", { class: `line ${color}` }));
    const bound = kit.svg(distance.inside, "text", { x: 300, "text-anchor": "end", class: "label" }, words.envelope);

    const plane = kit.panel(part("roots"), {
      title: words.roots, margins: [22, 4, 4, 4], x: { from: -1.12, to: 1.12 }, y: { from: -1.12, to: 1.12 },
    });
    const unit = plane.sx(1) - plane.sx(0);
    const [cx, cy] = [plane.sx(0), plane.sy(0)];
    kit.svg(plane.inside, "path", { d: `M${cx - 1.1 * unit} ${cy}h${2.2 * unit}M${cx} ${cy - 1.1 * unit}v${2.2 * unit}`, class: "line rule" });
    kit.svg(plane.inside, "circle", { cx, cy, r: unit, class: "line soft" });
    const inner = kit.svg(plane.inside, "circle", { cx, cy, class: "line faint" });
    const marks = [0, 0, 1, 1].map((i) => kit.svg(plane.inside, "circle", { r: 4.5, class: `dot ${COLORS[i]}` }));

    let noises = [];

    function draw(s, changed) {
      const any = (...some) => some.some((name) => changed.has(name));
      const curvatures = [1, s.condition];
      const motions = curvatures.map((c) => maths.motion(s.lr, s.momentum, c, s.nesterov));
      if (any("seed")) noises = [0, 1].map((i) => random.normals(2 * s.seed + i, STEPS));
      if (any("condition")) {
        const height = (valley.sy(0) - valley.sy(1)) / Math.sqrt(s.condition);
        for (const [size, level] of levels) level.setAttribute("ry", (size * height).toFixed(1));
      }
      if (any("lr", "condition", "nesterov")) drawCurves(s, curvatures);

      const at = settle.sx(-Math.log10(1 - s.momentum));
      here.setAttribute("d", `M${at} ${settle.box[1]}V${settle.box[3]}`);
      kit.write(settling, s.noise ? words["settle still"] : words.settle);
      motions.forEach(({ steps: count }, i) => {
        dots[i].setAttribute("visibility", Number.isFinite(count) && !s.noise ? "visible" : "hidden");
        dots[i].setAttribute("cx", at);
        dots[i].setAttribute("cy", settle.sy(Math.min(Math.max(count, 3), 3e6)));
      });

      const start = [s.w1, s.w2];
      const noise = noises.map((values) => s.noise && values.map((v) => v * s.noise));
      const paths = curvatures.map((c, i) => maths.path(s.lr, s.momentum, c, s.nesterov, start[i], noise[i]));
      const [x, y] = [(k) => valley.sx(seen(paths[0][k])), (k) => valley.sy(seen(paths[1][k]))];
      const d = kit.line(STEPS + 1, x, y);
      trail.setAttribute("d", d);
      steps.setAttribute("d", `${d.replaceAll("L", "h0M")}h0`);
      handle.setAttribute("transform", `translate(${valley.sx(s.w1)} ${valley.sy(s.w2)})`);

      // In units of the start; noise does not know them.
      kit.write(far, s.noise ? words.places : words.distance);
      curvatures.forEach((c, i) => {
        const shown = s.noise ? paths[i] : maths.path(s.lr, s.momentum, c, s.nesterov, 1);
        lines[i].setAttribute("d", kit.line(STEPS + 1, distance.sx, (k) => distance.sy(seen(shown[k]))));
      });
      const { kind, rate } = motions[0];
      const shrinks = kind === "swings" && Number.isFinite(motions[1].steps) && !s.noise;
      const swing = (k) => maths.swing(s.lr, s.momentum, s.nesterov) * rate ** k;
      const edge = (sign) => kit.line(STEPS + 1, distance.sx, (k) => distance.sy(sign * swing(k)));
      envelope.setAttribute("d", shrinks ? edge(1) + edge(-1) : "");
      bound.setAttribute("visibility", shrinks ? "visible" : "hidden");
      bound.setAttribute("y", distance.sy(Math.min(1.1, swing(150))) - 5);

      inner.setAttribute("r", unit * (shrinks ? rate : 0));
      const all = curvatures.flatMap((c) => maths.roots(s.lr * c, s.momentum, s.nesterov));
      all.forEach(([re, im], i) => {
        marks[i].setAttribute("cx", plane.sx(Math.max(-1.12, re)));
        marks[i].setAttribute("cy", plane.sy(im));
      });
      speak(s, motions);
    }

    function drawCurves(s, curvatures) {
      curvatures.forEach((c, i) => {
        const counts = FRICTIONS.map((f) => maths.motion(s.lr, 1 - 10 ** -f, c, s.nesterov, false).steps);
        curves[i].setAttribute("d", kit.line(FRICTIONS.length, (k) => settle.sx(FRICTIONS[k]), (k) => settle.sy(counts[k])));
        const y = settle.sy(Math.min(counts[4], 1e6));
        names[i].setAttribute("x", settle.sx(0.25));
        names[i].setAttribute("y", i ? y + 16 : y - 6);
      });
    }

    function speak(s, motions) {
      NAMES.forEach((name, i) => {
        const never = s.noise || motions[i].steps === Infinity;
        kit.write(part(`${name}-steps`), never ? words.never : kit.number(motions[i].steps));
        kit.write(part(`${name}-crossings`), kit.number(never ? Infinity : motions[i].crossings));
      });
      const { name, numbers } = maths.finding(s);
      const told = Object.entries(numbers).map(([key, value]) => {
        const shown = kit.number(value);
        return [key, key !== "left" ? shown : value < 0.01 ? words.few : kit.fill(words.left, { left: shown })];
      });
      const finding = kit.fill(words[name], Object.fromEntries(told));
      kit.write(part("finding"), finding);
      say(finding);
      const slowest = Math.max(...motions.map(({ steps: count }) => count));
      const aloud = s.noise || slowest === Infinity ? "momentum never" : "momentum aloud";
      const spoken = kit.fill(words[aloud], { momentum: s.momentum, steps: kit.number(slowest) });
      tell("momentum", kit.fill(words.momentum, s), spoken);
      for (const knob of ["lr", "condition", "noise", "w1", "w2"]) tell(knob, kit.number(s[knob]));
    }

    return { draw };
  });
})();
