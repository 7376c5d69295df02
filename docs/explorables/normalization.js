/* TODO: what is drawn, and what is in the reader's hand. */
"use strict";

(() => {
  const { kit, normalization: maths } = globalThis.explorables;
  const COUNTS = Array.from({ length: 100 }, (_, i) => i + 1);

  kit.start("normalization", ({ part, words, say, tell }) => {
    const panel = kit.panel(part("curve"), {
      title: words.curve,
      x: { from: 0, to: 100, ticks: [0, 50, 100].map((n) => [n, String(n)]) },
      y: { from: 0, to: 1.1, ticks: [0, 0.5, 1].map((y) => [y, String(y)]) },
    });
    const line = kit.svg(panel.inside, "path", { class: "line teal" });
    line.setAttribute("d", kit.line(COUNTS.length, (i) => panel.sx(COUNTS[i]), (i) => panel.sy(maths.spread(COUNTS[i]))));
    const here = kit.svg(panel.inside, "path", { class: "line red" });
    const dot = kit.svg(panel.inside, "circle", { r: 4.5, class: "dot teal" });

    function draw(state) {
      const at = panel.sx(state.n);
      here.setAttribute("d", `M${at} ${panel.box[1]}V${panel.box[3]}`);
      dot.setAttribute("cx", at);
      dot.setAttribute("cy", panel.sy(maths.spread(state.n)));
      const { name, numbers } = maths.finding(state);
      const told = { n: kit.number(state.n), spread: kit.number(numbers.spread) };
      const finding = kit.fill(words[name], told);
      kit.write(part("finding"), finding);
      say(finding);
      tell("n", kit.fill(words.n, told), kit.fill(words["n aloud"], told));
    }

    return { draw };
  });
})();
