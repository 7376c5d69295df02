/* The explorable of activations: a wrong logit in the reader's hand, and what two losses make of it. */
"use strict";

(() => {
  const { kit, activations: maths } = globalThis.explorables;
  const { END, TYPES } = maths;
  const LOGITS = Array.from({ length: 8 * END + 1 }, (_, k) => k / 8);
  const COLORS = ["teal", "ochre"]; // of the loss on logits, of the one after a sigmoid
  const TENS = [0, 10, 20, 30, 40];
  const FEW = ["gradient", "ownGradient", "distance"]; // are written with three digits, logits and losses with four

  kit.start("activations", ({ part, words, set, keep, say, tell }) => {
    // Three drawings above one another share the axis along which the slider below moves.
    const axis = (named) => ({ from: 0, to: END, ticks: TENS.map((k) => [k, named ? String(k) : ""]) });
    const panels = [
      kit.panel(part("loss"), {
        title: words.loss, margins: [22, 16, 6, 34], x: axis(), y: { from: 0, to: 106, ticks: [0, 50, 100].map((k) => [k, String(k)]) },
      }),
      kit.panel(part("gradient"), {
        title: words.gradient, margins: [22, 16, 6, 34], x: axis(), y: { from: 0, to: 1.1, ticks: [[0, "0"], [0.5, "0.5"], [1, "1"]] },
      }),
      kit.panel(part("kept"), { title: words.kept, margins: [38, 16, 18, 34], x: axis(true), y: { from: 0, to: 1 } }),
    ];
    const [loss, gradient, kept] = panels;
    const here = panels.map(({ inside }) => kit.svg(inside, "path", { class: "line red" }));
    const [, top, right, bottom] = kept.box;
    const middle = (top + bottom) / 2;

    // The numbers that the type has below 1, and 1 itself, beyond every logit
    const numbers = kit.svg(kept.inside, "path", { class: "line soft" });
    const last = kit.svg(part("kept"), "text", { y: top - 6, class: "label" });
    kit.svg(part("kept"), "path", { d: `M${right + 9} ${top}V${bottom}`, class: "line points" });
    kit.svg(part("kept"), "text", { x: right + 9, y: top - 6, "text-anchor": "middle" }, "1");
    const way = kit.svg(part("kept"), "path", { class: "line ochre" });
    const memory = kit.svg(part("kept"), "circle", { cy: middle, r: 4.5, class: "dot ochre" });

    kit.svg(loss.inside, "text", { x: right, y: loss.sy(8), "text-anchor": "end", class: "word teal" }, words.logits);
    const own = kit.svg(loss.inside, "text", { y: loss.sy(84), "text-anchor": "end", class: "word ochre" }, words.own);
    const none = kit.svg(gradient.inside, "text", { y: gradient.sy(0.08), class: "word ochre" }, words.nan);
    const lines = [loss, gradient].map(({ inside }) => COLORS.map((color) => kit.svg(inside, "path", { class: `line ${color}` })));
    const dots = [loss, gradient].map(({ inside }, i) => {
      const dot = kit.svg(inside, "circle", { r: 4.5, class: "dot teal" });
      const handle = kit.svg(inside, "g", { class: "handle" });
      kit.svg(handle, "circle", { r: 22, class: "reach" }); // for a finger
      kit.svg(handle, "circle", { r: 5.5, class: "dot ochre" });
      const [left, , end] = loss.box;
      const move = (x) => set({ logit: Math.max(0, Math.min(END, Math.round((4 * END * (x - left)) / (end - left)) / 4)) });
      kit.drag(part(i ? "gradient" : "loss"), handle, move, keep);
      return [dot, handle];
    });

    function draw(s, changed) {
      if (changed.has("dtype")) drawType(s.dtype);
      const found = maths.at(s.dtype, s.logit);
      const values = [[found.loss, found.ownLoss], [found.gradient, found.ownGradient]];
      panels.forEach(({ sx, box }, i) => here[i].setAttribute("d", `M${sx(s.logit)} ${box[1]}V${box[3]}`));
      dots.forEach(([dot, handle], i) => {
        const [x, y] = [loss.sx(s.logit), panels[i].sy];
        dot.setAttribute("cx", x);
        dot.setAttribute("cy", y(values[i][0]));
        handle.setAttribute("transform", `translate(${x} ${y(values[i][1] || 0)})`);
        handle.setAttribute("visibility", Number.isNaN(values[i][1]) ? "hidden" : "visible");
      });
      const at = found.p === 1 ? right + 9 : kept.sx(Math.log(found.p / (1 - found.p)));
      way.setAttribute("d", `M${kept.sx(s.logit)} ${middle}H${at}`);
      memory.setAttribute("cx", at);
      speak(s, values);
    }

    function drawType(dtype) {
      const all = LOGITS.map((z) => maths.at(dtype, z));
      [["loss", "ownLoss"], ["gradient", "ownGradient"]].forEach((names, i) => names.forEach((name, j) => {
        const { sx, sy } = panels[i];
        lines[i][j].setAttribute("d", kit.line(all.length, (k) => sx(LOGITS[k]), (k) => sy(all[k][name])));
      }));
      const stored = maths.stored(dtype);
      numbers.setAttribute("d", stored.map((z) => `M${kept.sx(z).toFixed(1)} ${top}V${bottom}`).join(""));
      const edge = maths.blind(dtype);
      const early = edge < 20;
      kit.write(last, kit.fill(words.last, { last: `1 − ${kit.tens(-TYPES[dtype].digits).replace("10", "2")}` }));
      // It begins at its mark where it has room before the 1.
      const first = kept.sx(stored[0]) - 8;
      const room = first < 120;
      last.setAttribute("text-anchor", room ? "start" : "end");
      last.setAttribute("x", room ? first : right - 4);
      own.setAttribute("x", early ? right : loss.sx(edge - 1));
      none.setAttribute("x", loss.sx(edge + 1));
      none.setAttribute("visibility", dtype === "float16" ? "visible" : "hidden");
    }

    function speak(s, values) {
      const shown = values.map((pair, i) => pair.map((value) => (Number.isNaN(value) ? words.nan : kit.number(value, i ? 3 : 4))));
      ["loss", "gradient"].forEach((kind, i) => ["logits", "own"].forEach((name, j) => kit.write(part(`${name}-${kind}`), shown[i][j])));
      const { name, numbers: found } = maths.finding(s);
      const told = Object.entries(found).map(([key, value]) => [key, kit.number(value, FEW.includes(key) ? 3 : 4)]);
      const finding = kit.fill(words[name], Object.fromEntries(told));
      kit.write(part("finding"), finding);
      say(finding);
      const logit = kit.number(s.logit, 4);
      const aloud = Number.isNaN(values[1][1]) ? words["nan aloud"] : shown[1][1];
      tell("logit", kit.fill(words.logit, { logit }), kit.fill(words["logit aloud"], { logit, loss: shown[0][1], gradient: aloud }));
    }

    return { draw };
  });
})();
