/* The explorable of normalization: a unit's pre-activations batch by batch, what normalization makes of one example in
   training and in evaluation, and the size of a batch in the reader's hand. */
"use strict";

(() => {
  const { kit, normalization: maths } = globalThis.explorables;
  const { STEPS, CHANGE, TRUTH } = maths;
  const SHOWN = 12; // examples of a batch that are drawn
  const BATCHES = Array.from({ length: STEPS }, (_, k) => k);

  kit.start("normalization", ({ root, part, words, say, tell }) => {
    const tens = [0, 20, 40, 60].map((k) => [k, String(k)]);
    const x = { from: 0, to: STEPS, ticks: tens };
    const whole = (values) => values.map((v) => [v, kit.number(v)]);
    const units = kit.panel(part("units"), { title: words.units, x, y: { from: -3, to: 6.5, ticks: whole([-2, 0, 2, 4, 6]) }, margins: [22, 16, 20, 34] });
    const marked = kit.panel(part("marked"), { title: words.marked, x, y: { from: -3, to: 5, ticks: whole([-2, 0, 2, 4]) }, label: words.batch, margins: [22, 16, 32, 34] });
    const at = (k) => units.sx(k + 0.5);

    const classes = ["teal", "ochre"].map((color) => kit.svg(units.inside, "path", { class: `line signs ${color}` }));
    const band = [-1, 1].map(() => kit.svg(units.inside, "path", { class: "line faint" }));
    const middle = kit.svg(units.inside, "path", { class: "line soft" });
    const followed = kit.svg(units.inside, "path", { class: "line signs red" });
    kit.svg(units.inside, "text", { x: units.box[0] + 4, y: units.box[1] + 10, class: "word soft" }, words.running);

    kit.svg(marked.inside, "path", { d: `M${marked.box[0]} ${marked.sy(TRUTH)}H${marked.box[2]}`, class: "line faint" });
    const dots = kit.svg(marked.inside, "path", { class: "line signs red" });
    const line = kit.svg(marked.inside, "path", { class: "line teal" });
    const named = (words, y, color) => kit.svg(marked.inside, "text", { x: marked.box[0] + 4, y, class: `word ${color}` }, words);
    named(words.evaluation, marked.box[1] + 10, "teal");
    named(words.training, marked.box[1] + 24, "red");
    named(words.truth, marked.box[3] - 4, "soft");

    const fold = root.querySelector("details");
    const points = (pairs) => pairs.map(([a, b]) => `M${a.toFixed(1)} ${b.toFixed(1)}h0`).join("");

    function draw(s, changed) {
      if (changed.has("momentum") && s.momentum !== 0.1) fold.open = true; // a link may have set it
      const { means, variances, training, evaluation } = maths.run(s);
      const drawn = [[], []];
      const ours = [];
      for (const k of BATCHES) {
        const values = maths.batch(s, k);
        const centre = k < CHANGE ? 0 : s.shift;
        const there = !s.sorted || k % 2 === 0;
        values.slice(0, SHOWN).forEach((z, i) => {
          const place = [at(k), units.sy(z)];
          if (there && i === 0) ours.push(place);
          else drawn[z > centre ? 0 : 1].push(place);
        });
      }
      classes.forEach((path, i) => path.setAttribute("d", points(drawn[i])));
      followed.setAttribute("d", points(ours));
      middle.setAttribute("d", kit.line(STEPS, at, (k) => units.sy(means[k])));
      band.forEach((path, i) => path.setAttribute("d", kit.line(STEPS, at, (k) => units.sy(means[k] + (2 * i - 1) * Math.sqrt(variances[k])))));
      line.setAttribute("d", kit.line(STEPS, at, (k) => marked.sy(evaluation[k])));
      dots.setAttribute("d", points(BATCHES.filter((k) => Number.isFinite(training[k])).map((k) => [at(k), marked.sy(training[k])])));
      speak(s);
    }

    function speak(s) {
      const { name, numbers } = maths.finding(s);
      const told = Object.fromEntries(Object.entries(numbers).map(([key, value]) => [key, kit.number(+value.toFixed(2))]));
      const finding = kit.fill(words[name], told);
      kit.write(part("finding"), finding);
      say(finding);
      kit.write(part("training-value"), `${told.low} … ${told.high}`);
      kit.write(part("evaluation-value"), told.evaluation);
      const values = { ...told, n: kit.number(s.n), momentum: kit.number(s.momentum), shift: kit.number(s.shift) };
      tell("n", kit.fill(words.n, values), kit.fill(words["n aloud"], values));
      tell("momentum", kit.fill(words.momentum, values));
      tell("shift", kit.fill(words.shift, values));
    }

    return { draw };
  });
})();
