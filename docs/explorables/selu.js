/* The explorable of selu: what fifty layers do to a signal and to its gradients, and the variance of the weights in the
   reader's hand. */
"use strict";

(() => {
  const { kit, selu: maths } = globalThis.explorables;
  const { DEPTH, FADES, GROWS } = maths;
  const [NAMES, COLORS] = [["selu", "relu"], ["teal", "ochre"]];
  const END = 0.625; // of the hand's scale, as a power of ten
  const steps = (from, to, count) => Array.from({ length: count + 1 }, (_, i) => 10 ** (from + ((to - from) * i) / count));
  const TAUS = steps(-END, END, 250);
  const MOMENTS = steps(-2.7, 2.7, 108);
  const LEAST = 0.3; // factor a layer that is still drawn

  kit.start("selu", ({ root, part, words, set, keep, say, tell }) => {
    const pair = (parent, tag, attributes) =>
      COLORS.map((color) => kit.svg(parent, tag, { ...attributes, class: `${attributes.class} ${color}` }));

    // By what a layer multiplies in the long run: the slider below is its axis.
    const run = kit.panel(part("run"), {
      margins: [22, 16, 34, 34],
      x: { from: 10 ** -END, to: 10 ** END, log: true, ticks: [[1 / 3, "1/3"], [0.5, "1/2"], [1, "1"], [2, "2"], [4, "4"]] },
      y: { from: LEAST, to: 2.4, log: true, ticks: [[0.5, "1/2"], [1, "1"], [2, "2"]] },
    });
    const title = kit.svg(part("run"), "text", { x: run.box[0], y: 12 }); // the axis, too
    const below = run.box[3] + 28;
    for (const [tau, name] of [[1 / 3, "nn.Linear"], [1, "LeCun"], [2, "He"]])
      kit.svg(part("run"), "text", { x: run.sx(tau), y: below, "text-anchor": "middle", class: "label" }, name);
    for (const tau of [FADES, GROWS])
      kit.svg(run.inside, "path", { d: `M${run.sx(tau)} ${run.box[1]}V${run.box[3]}`, class: "line faint" });
    const long = TAUS.map(maths.longRun);
    const curve = (name) => kit.line(TAUS.length, (i) => run.sx(TAUS[i]), (i) => run.sy(long[i][name]));
    kit.svg(run.inside, "path", { d: `M${run.sx(2 * LEAST)} ${run.sy(LEAST)}L${run.sx(TAUS.at(-1))} ${run.sy(TAUS.at(-1) / 2)}`, class: "line ochre" });
    kit.svg(run.inside, "path", { d: curve("gradient"), class: "line teal", "stroke-dasharray": "2 2" });
    kit.svg(run.inside, "path", { d: curve("signal"), class: "line teal" });
    const named = (text, tau, factor, color, anchor) =>
      kit.svg(run.inside, "text", { x: run.sx(tau), y: run.sy(factor), "text-anchor": anchor, class: `word ${color}` }, text);
    named(words.gradients, 0.95, 1.16, "teal", "end");
    named(words.signal, 0.95, 0.78, "teal", "end");
    named(words.both, 1.2, 0.4, "ochre", "start");
    const here = kit.svg(run.inside, "path", { class: "line red" });
    const moved = kit.svg(run.inside, "path", { class: "line red" }); // by dropout, from above the thumb
    const beyond = kit.svg(run.inside, "text", { x: run.box[2] - 4, y: run.box[3] - 6, "text-anchor": "end", class: "word red" });
    const back = kit.svg(run.inside, "circle", { r: 3, class: "dot teal" });
    const ahead = pair(run.inside, "circle", { r: 4.5, class: "dot" });

    // One layer: by what it multiplies a second moment, and the way of a signal through all of them
    const decades = [-2, -1, 0, 1, 2].map((k) => [10 ** k, k && k !== 1 ? kit.tens(k) : String(10 ** k)]);
    const map = kit.panel(part("map"), {
      title: words.map,
      margins: [22, 16, 20, 34],
      x: { from: MOMENTS[0], to: MOMENTS.at(-1), log: true, ticks: decades },
      y: { from: 0.16, to: 6.3, log: true, ticks: [[0.25, "1/4"], [0.5, "1/2"], [1, "1"], [2, "2"], [4, "4"]] },
    });
    const clamped = (q) => Math.max(1e-9, Math.min(1e9, q));
    const [mx, my] = [(q) => map.sx(clamped(q)), map.sy];
    kit.svg(map.inside, "path", { d: `M${map.box[0]} ${my(1)}H${map.box[2]}`, class: "line soft" });
    const from = kit.svg(map.inside, "path", { class: "line red" });
    kit.svg(map.inside, "text", { x: map.box[2], y: map.box[1] + 10, "text-anchor": "end", class: "word soft" }, words.dots);
    const curves = pair(map.inside, "path", { class: "line" });
    const trails = pair(map.inside, "path", { class: "line signs" });
    const kept = kit.svg(map.inside, "circle", { cy: my(1), r: 4.5, class: "dot teal" });
    const handle = kit.svg(map.inside, "g", { class: "handle" });
    kit.svg(handle, "circle", { r: 22, class: "reach" }); // for a finger
    kit.svg(handle, "circle", { r: 7 });
    kit.svg(handle, "text", { x: 11, y: 4, class: "word red" }, words.drag);
    const [left, , right] = map.box;
    kit.drag(part("map"), handle, (x) => {
      const power = ((x - left) / (right - left)) * 5.4 - 2.7;
      set({ start: +(10 ** Math.max(-2, Math.min(2, power))).toPrecision(2) });
    }, keep);

    // All layers: the signal to the right, gradients to the left
    const layers = [0, 10, 20, 30, 40, 50].map((k) => [k, String(k)]);
    const sizes = { from: 1e-5, to: 1e5, log: true, ticks: [[1e-4, kit.tens(-4)], [1, "1"], [1e4, kit.tens(4)]] };
    const over = (name, bottom) =>
      kit.panel(part(name), { title: words[name], margins: [22, 16, bottom, 34], x: { from: 0, to: DEPTH, ticks: layers }, y: sizes });
    const panels = { signal: over("forward", 20), gradient: over("backward", 34) };
    const [, , last, floor] = panels.gradient.box;
    kit.svg(part("backward"), "text", { x: last, y: floor + 28, "text-anchor": "end", class: "label" }, words.layer);
    const ways = Object.entries(panels).map(([name, { sx, sy, inside }]) => {
      const lines = pair(inside, "path", { class: "line" });
      return (i, moments) => lines[i].setAttribute("d", kit.line(DEPTH + 1, sx, (k) => sy(moments[name][k])));
    });

    const fold = root.querySelector("details");

    function draw(s, changed) {
      if (changed.has("dropout") && s.dropout) fold.open = true; // a link may have set it
      const tau = maths.effective(s);
      const shown = Math.min(tau, TAUS.at(-1));
      const outside = shown < tau; // dropout may lead beyond the end
      for (const mark of [here, back, ...ahead]) mark.setAttribute("visibility", outside ? "hidden" : "visible");
      kit.write(beyond, outside ? `→ ${kit.number(tau)}` : "");
      kit.write(title, words[s.dropout ? "run dropped" : "run"]);
      const at = run.sx(shown);
      const thumb = run.sx(s.tau);
      const tip = at - thumb > 8 && !outside ? "m-5 -3.5l5 3.5l-5 3.5" : "";
      moved.setAttribute("d", s.dropout && !outside ? `M${thumb} ${run.box[3]}v-8H${at}${tip}` : "");
      if (shown / 2 < LEAST) ahead[1].setAttribute("visibility", "hidden"); // it has left below
      const now = maths.longRun(shown);
      here.setAttribute("d", `M${at} ${run.box[1]}V${run.box[3]}`);
      for (const dot of [back, ...ahead]) dot.setAttribute("cx", at);
      back.setAttribute("cy", run.sy(now.gradient));
      ahead[0].setAttribute("cy", run.sy(now.signal));
      ahead[1].setAttribute("cy", run.sy(shown / 2));

      const found = NAMES.map((name) => maths.through(name, tau, s.start));
      NAMES.forEach((name, i) => {
        const factor = (q) => maths.layer(name, tau, q).signal;
        curves[i].setAttribute("d", kit.line(MOMENTS.length, (k) => mx(MOMENTS[k]), (k) => my(factor(MOMENTS[k]))));
        const q = found[i].signal;
        const places = kit.line(DEPTH + 1, (k) => mx(q[k]), (k) => my(factor(q[k])));
        trails[i].setAttribute("d", `${places.replaceAll("L", "h0M")}h0`);
        for (const way of ways) way(i, found[i]);
      });
      kept.setAttribute("cx", mx(maths.fixed(tau)));
      from.setAttribute("d", `M${mx(s.start)} ${map.box[1]}V${map.box[3]}`);
      handle.setAttribute("transform", `translate(${mx(s.start)} ${map.box[3] - 8})`);
      speak(s, tau, found);
    }

    function speak(s, tau, found) {
      NAMES.forEach((name, i) => {
        kit.write(part(`${name}-signal`), kit.number(found[i].signal[DEPTH]));
        kit.write(part(`${name}-gradient`), kit.number(found[i].gradient[0]));
      });
      const { name, numbers } = maths.finding(s);
      // One and a hair is not one: a layer that multiplies by 1.004 holds nothing.
      const digits = (value) => (value !== 1 && Math.abs(value - 1) < 0.01 ? 5 : 3);
      const told = (values) =>
        Object.fromEntries(Object.entries(values).map(([key, value]) => [key, kit.number(value, digits(value))]));
      const dropped = s.dropout ? kit.fill(words.dropped, told({ effective: tau })) : "";
      const finding = dropped + kit.fill(words[name], told(numbers));
      kit.write(part("finding"), finding);
      say(finding);
      const after = { after: found[0].signal[DEPTH], relu: found[1].signal[DEPTH] };
      const values = told({ ...s, ...after, effective: tau });
      tell("tau", kit.fill(words[s.dropout ? "tau dropped" : "tau"], values), kit.fill(words["tau aloud"], values));
      tell("start", values.start);
      tell("dropout", values.dropout);
    }

    return { draw };
  });
})();
