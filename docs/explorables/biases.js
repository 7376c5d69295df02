/* The explorable of biases: a label's share under one hand, the memory of an LSTM under the other. */
"use strict";

(() => {
  const { kit, biases: maths } = globalThis.explorables;
  const [RARE, COMMON] = [-9.2, 2.2]; // output biases that are seen
  const LAST = 2e4; // step that is seen
  const LOOKS = [...new Set(Array.from({ length: 121 }, (_, i) => Math.round(LAST ** (i / 120))))];
  const FORGETS = Array.from({ length: 36 }, (_, i) => -2 + i / 5);
  const tenth = (power) => [10 ** power, power > -3 && power < 3 ? kit.number(10 ** power) : kit.tens(power)];
  const LOSSES = { from: 3e-4, to: 2, log: true, ticks: [-3, -2, -1, 0].map(tenth) };
  const RATIOS = { from: 1e-9, to: 10, log: true, ticks: [-8, -6, -4, -2, 0].map(tenth) };
  const LASTING = ["steps", "half"]; // numbers of steps
  const inside = (value, { from, to }) => Math.max(from, Math.min(to, value));

  kit.start("biases", ({ part, words, say, tell }) => {
    const path = (panel, classes) => kit.svg(panel.inside, "path", { class: `line ${classes}` });
    const dot = (panel, color) => kit.svg(panel.inside, "circle", { r: 4.5, class: `dot ${color}` });
    const word = (panel, color, text = "") => kit.svg(panel.inside, "text", { class: `word ${color}` }, text);
    const place = (element, at) => {
      for (const [name, value] of Object.entries(at)) element.setAttribute(name, value);
    };

    // The bowl: its slider stands below its bottom.
    const bowl = kit.panel(part("bowl"), {
      title: words.bowl, y: LOSSES, x: { from: RARE, to: COMMON, ticks: [-8, -6, -4, -2, 0, 2].map((b) => [b, kit.number(b)]) },
    });
    const rim = path(bowl, "curve");
    const bottom = path(bowl, "red");
    const starts = ["ochre", "teal"].map((color) => dot(bowl, color));
    const called = ["zero", "odds"].map((name, i) => word(bowl, ["ochre", "teal"][i], words[name]));

    const descent = kit.panel(part("descent"), {
      title: words.descent, y: LOSSES, x: { from: 1, to: LAST, log: true, ticks: [0, 1, 2, 3, 4].map(tenth) },
    });
    const falls = ["ochre", "teal"].map((color) => path(descent, color));
    const there = dot(descent, "ochre");

    const reach = kit.panel(part("reach"), {
      title: words.reach, y: RATIOS, x: { from: -2, to: 5, ticks: [-2, -1, 0, 1, 2, 3, 4, 5].map((b) => [b, kit.number(b)]) },
    });
    const asked = path(reach, "faint");
    const askedFor = kit.svg(reach.inside, "text", { class: "label", y: reach.box[3] - 5 });
    const curves = ["teal", "ochre"].map((color) => path(reach, color));
    const here = path(reach, "red");
    const marks = ["ochre", "teal"].map((color) => dot(reach, color)).reverse();
    const names = ["lstm", "gate"].map((name, i) => word(reach, ["teal", "ochre"][i], words[name]));

    const profile = kit.panel(part("profile"), { title: words.profile, y: RATIOS, x: { from: 0, to: 1 } });
    const ends = [0, 1].map((x) => kit.svg(part("profile"), "text", { x: profile.sx(x), y: profile.box[3] + 14, "text-anchor": "middle" }));
    const passages = ["teal", "ochre"].map((color) => path(profile, color));

    const lasting = (value) => {
      const count = kit.number(value);
      return kit.fill(words[count === "1" ? "step" : "steps"], { count });
    };

    let [nets, arrived, output] = [[], []];
    let sweeping = 0;

    function draw(s, changed) {
      const any = (...some) => some.some((name) => changed.has(name));
      if (any("prior", "lr")) drawOutput(s, (output = maths.ofPrior(s)).numbers);
      if (any("seed")) nets = maths.networks(s.seed);
      if (any("seed", "steps")) sweep(s);
      if (any("forget", "seed", "steps")) drawMemory(s);
      const memory = maths.ofForget(s, arrived[0]);
      const said = [output, memory].map(({ name, numbers }) => {
        const told = Object.entries(numbers).map(([key, value]) => [key, LASTING.includes(key) ? lasting(value) : kit.number(value)]);
        return kit.fill(words[name], Object.fromEntries(told));
      });
      kit.write(part("finding"), said[0]);
      kit.write(part("memory"), said[1]);
      say(any("prior", "lr") ? (any("forget", "steps", "seed") ? said.join(" ") : said[0]) : said[1]);
      speak(s, output.numbers);
    }

    function drawOutput({ prior, lr }, { bias: odds, best, steps }) {
      rim.setAttribute("d", kit.line(115, (i) => bowl.sx(RARE + i / 10), (i) => bowl.sy(maths.loss(prior, RARE + i / 10))));
      const [x, zero] = [bowl.sx(inside(odds, { from: RARE, to: COMMON })), bowl.sx(0)];
      bottom.setAttribute("d", `M${x} ${bowl.sy(best)}V${bowl.box[3]}`);
      place(starts[0], { cx: zero, cy: bowl.sy(Math.LN2) });
      place(starts[1], { cx: x, cy: bowl.sy(best) });
      place(called[0], { x: zero, y: bowl.sy(Math.LN2) - 8, "text-anchor": "middle" });
      place(called[1], { x: x + (odds < -6 ? 8 : -8), y: bowl.sy(best) + 17, "text-anchor": odds < -6 ? "start" : "end" });

      const losses = maths.descent(prior, lr, 0, LOOKS);
      falls[0].setAttribute("d", kit.line(LOOKS.length, (k) => descent.sx(LOOKS[k]), (k) => descent.sy(losses[k])));
      falls[1].setAttribute("d", `M${descent.sx(1)} ${descent.sy(best)}H${descent.sx(LAST)}`); // it stays
      place(there, { cx: descent.sx(Math.max(1, steps)), cy: descent.sy(steps ? 1.01 * best : Math.LN2) });
    }

    function drawMemory({ forget, steps }) {
      arrived = maths.profile(nets, forget, steps);
      const gate = (t) => maths.alone(forget, steps - t);
      const found = [arrived[0], gate(0)];
      const x = reach.sx(forget);
      here.setAttribute("d", `M${x} ${reach.box[1]}V${reach.box[3]}`);
      found.forEach((value, i) => place(marks[i], { cx: x, cy: reach.sy(inside(value, RATIOS)) }));
      [(t) => arrived[t], gate].forEach((at, i) => {
        const y = (t) => profile.sy(at(t) || NaN);
        passages[i].setAttribute("d", kit.line(steps, (t) => profile.sx(t / (steps - 1)), y));
      });
      ends.forEach((end, i) => kit.write(end, i ? steps : 1));
    }

    /** The curves over all forget biases: that of the gate at once, that of the LSTM a few points each frame. */
    function sweep({ steps }) {
      cancelAnimationFrame(sweeping);
      const rule = Math.log(steps - 1);
      asked.setAttribute("d", `M${reach.sx(rule)} ${reach.box[1]}V${reach.box[3]}`);
      place(askedFor, { x: reach.sx(rule) + 4 });
      kit.write(askedFor, `ln ${steps - 1}`);
      const gate = (k) => maths.alone(FORGETS[k], steps);
      const d = (of, count) => kit.line(count, (k) => reach.sx(FORGETS[k]), (k) => reach.sy(of(k)));
      curves[1].setAttribute("d", d(gate, FORGETS.length));
      place(names[1], { x: reach.sx(1.15) + 8, y: reach.sy(inside(maths.alone(1.15, steps), RATIOS)) + 16 });
      const values = [];
      const some = () => {
        const end = performance.now() + 3;
        do values.push(maths.profile(nets, FORGETS[values.length], steps)[0]);
        while (values.length < FORGETS.length && (kit.still || performance.now() < end));
        curves[0].setAttribute("d", d((k) => values[k], values.length));
        sweeping = values.length < FORGETS.length ? requestAnimationFrame(some) : 0;
      };
      const at = maths.profile(nets, 1, steps)[0];
      place(names[0], { x: reach.sx(0.8), y: reach.sy(inside(at, RATIOS)) - 10, "text-anchor": "end" });
      some();
    }

    function speak(s, numbers) {
      const shown = Object.fromEntries(Object.entries(numbers).map(([key, value]) => [key, kit.number(value)]));
      const aloud = { ...shown, prior: kit.number(s.prior), steps: lasting(numbers.steps) };
      for (const [name, value] of [
        ["zero-loss", shown.zero], ["zero-steps", shown.steps], ["odds-loss", shown.best], ["odds-steps", "0"],
        ["lstm-reach", kit.number(arrived[0])], ["gate-reach", kit.number(maths.alone(s.forget, s.steps))],
      ]) kit.write(part(name), value);
      tell("prior", kit.fill(words.prior, aloud), kit.fill(words["prior aloud"], aloud));
      const forget = kit.number(s.forget);
      tell("forget", kit.fill(words.forget, { forget }), kit.fill(words["forget aloud"], { forget, reach: kit.number(arrived[0]) }));
      tell("lr", kit.number(s.lr));
    }

    return { draw };
  });
})();
