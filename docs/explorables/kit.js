/* What all explorables share: controls, state, address, panels, words. A question's own file draws.

   The page has every control and every word already, in its language. State is what controls stand for (momentum
   0.9), not where they stand; only what differs from the beginning is in the address. */
"use strict";

(globalThis.explorables ??= {}).kit = (() => {
  /** @typedef {Record<string, Value>} State what each control stands for, by its name */

  const zh = document.documentElement.lang.startsWith("zh");
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;

  // How what a slider stands for follows from its position, and back. Two significant digits, so that what is shown
  // is what is computed with.
  /** @param {number} x */
  const tidy = (x) => +x.toPrecision(2);
  /** @type {Record<string, {value: (s: number, min: number) => number, position: (v: number, min: number) => number}>} */
  const SCALES = {
    linear: { value: (s) => s, position: (v) => v },
    log: { value: (s) => tidy(10 ** s), position: (v) => Math.log10(v) },
    // with zero at its left end
    log0: { value: (s, min) => (s <= min ? 0 : tidy(10 ** s)), position: (v, min) => (v === 0 ? min : Math.log10(v)) },
    // of a share, by its log-odds, to a tenth
    logit: { value: (s) => tidy(1 / (1 + Math.exp(-s))), position: (v) => Math.round(10 * Math.log(v / (1 - v))) / 10 },
    // of whole numbers, by steps that lead from one to another
    count: { value: (s) => Math.round(10 ** s), position: (v) => (Number.isInteger(v) ? Math.log10(v) : NaN) },
    // of momentum, by the powers of ten of its friction
    friction: { value: (s) => +(1 - tidy(10 ** -s)).toFixed(9), position: (v) => -Math.log10(1 - v) },
  };

  /** Of a kind of control, what it stands for is always the same type: text of radio buttons, whether a box is ticked,
   * a number of the others. What an address says that it cannot be is null.
   * @typedef {{read(): Value, show(value: Value): void, parse(text: string): Value | null}} Control */

  /** The controls of one name: how they are read, shown, and named in an address.
   * @param {HTMLInputElement[]} inputs one, or radio buttons
   * @returns {Control} */
  function control(inputs) {
    const [input] = inputs;
    if (input.type === "radio")
      return {
        read: () => /** @type {HTMLInputElement} */ (inputs.find((one) => one.checked)).value,
        show: (value) => inputs.forEach((one) => (one.checked = one.value === value)),
        parse: (text) => (inputs.some((one) => one.value === text) ? text : null),
      };
    if (input.type === "checkbox")
      return {
        read: () => input.checked,
        show: (/** @type {boolean} */ value) => (input.checked = value),
        parse: (text) => (text === "1" ? true : text === "0" ? false : null),
      };
    const [min, max, step] = [+input.min, +input.max, +input.step];
    if (input.type === "number")
      return {
        read: () => Math.max(min, Math.min(max, Math.round(+input.value))) || min, // it may be half typed
        show: (/** @type {number} */ value) => (input.value = String(value)),
        parse: (text) => (/^\d{1,9}$/.test(text) && +text >= min && +text <= max ? +text : null),
      };
    const kind = /** @type {string} */ (input.dataset.scale);
    const scale = SCALES[kind];
    return {
      read: () => scale.value(+input.value, min),
      show: (/** @type {number} */ value) => (input.value = String(scale.position(value, min))),
      parse: (text) => {
        const value = /^-?\d{1,9}(\.\d{1,12})?(e-?\d{1,2})?$/.test(text) ? +text : NaN;
        const at = scale.position(value, min);
        // Not a number first: it would pass for the left end of a scale.
        // The ends of a logarithmic scale, too, are rounded to two digits.
        const slack = kind.startsWith("log") ? 0.022 : 1e-9;
        if (!(Number.isFinite(value) && at >= min - slack && at <= max + slack)) return null; // no place at all, too
        // What the slider can stand for: on scales of steps the nearest step, else two digits.
        const stepwise = kind === "linear" || kind === "count";
        const near = scale.value(stepwise ? +(min + step * Math.round((at - min) / step)).toFixed(9) : at, min);
        return kind === "count" && near !== value ? null : near + 0; // -0 is 0
      },
    };
  }

  /** What an explorable draws with. `words` are its sentences by name; `state` is what is shown, to be read only.
   * @typedef {object} Tools
   * @property {HTMLElement} root
   * @property {(name: string) => Element | null} part what has this name as its `data-part`
   * @property {Record<string, string>} words
   * @property {State} state
   * @property {(values: State) => void} set moves controls, and draws
   * @property {() => void} keep puts the state into the address, once a hand has come to rest
   * @property {(text: string) => void} say speaks what was said last, once nothing new has come for a while
   * @property {(name: string, text: string, aloud?: string) => void} tell says what a slider stands for, beside it and
   *   to who cannot see it
   * @property {() => void} again draws everything again, as when colours have changed */

  /** Brings the explorable of a question to life.
   * @param {string} slug
   * @param {(tools: Tools) => {draw: (state: State, changed: Set<string>) => void}} make called once, with what it
   *   draws with; `draw` gets the state, and the names of what has changed in it */
  function start(slug, make) {
    /** @type {HTMLElement | null} */
    const root = document.querySelector(`[data-explorable="${slug}"]`);
    if (!root) return;
    const form = /** @type {HTMLFormElement} */ (root.querySelector("form"));
    /** @type {Record<string, string>} */
    const words = JSON.parse(/** @type {string} */ (root.dataset.words));
    const named = /** @type {HTMLInputElement[]} */ ([...form.elements]).filter((input) => input.name);
    /** @type {Map<string, Control>} */
    const controls = new Map();
    for (const { name } of named) controls.set(name, control(named.filter((input) => input.name === name)));
    /** @type {State} */
    const initial = Object.fromEntries([...controls].map(([name, { read }]) => [name, read()]));
    const state = { ...initial };
    const changed = new Set(controls.keys());
    let frame = 0;

    /** @param {string} name */
    const part = (name) => root.querySelector(`[data-part="${name}"]`);
    const spoken = /** @type {Element} */ (root.querySelector("[aria-live]"));
    let speaking = 0;
    /** @type {Tools} */
    const tools = {
      root,
      part,
      words,
      state,
      set,
      keep,
      say: (text) => {
        clearTimeout(speaking);
        speaking = setTimeout(() => write(spoken, text), 900);
      },
      tell: (name, text, aloud = text) => {
        const beside = part(`${name}-value`);
        if (beside) write(beside, text);
        /** @type {Element} */ (form.elements.namedItem(name)).setAttribute("aria-valuetext", aloud);
      },
      again: () => set({}, controls.keys()),
    };
    const drawing = make(tools);

    /** @param {State} values those that are set @param {Iterable<string>} names what is drawn again, with a new value or without */
    function set(values, names = Object.keys(values)) {
      for (const name of names) {
        if (name in values && state[name] === values[name]) continue;
        if (name in values) /** @type {Control} */ (controls.get(name)).show((state[name] = values[name]));
        changed.add(name);
      }
      if (changed.size) frame ||= requestAnimationFrame(redraw);
    }

    function redraw() {
      frame = 0;
      const now = new Set(changed);
      changed.clear();
      drawing.draw(state, now);
    }

    // Browsers refuse an address that changes too often; so when a hand has come to rest.
    let keeping = 0;
    function keep() {
      clearTimeout(keeping);
      keeping = setTimeout(kept, 400);
    }

    function kept() {
      if (!keeping) return;
      clearTimeout(keeping);
      keeping = 0;
      try {
        history.replaceState(history.state, "", address());
      } catch {
        // from disk some browsers do not allow it
      }
    }
    // Who leaves sooner takes the state along.
    addEventListener("pagehide", kept);
    document.addEventListener("click", ({ target }) => /** @type {Partial<Element>} */ (target).closest?.("a[hreflang]") && kept(), true);

    function address() {
      const query = new URLSearchParams();
      for (const [name, value] of Object.entries(state))
        if (value !== initial[name]) query.set(name, String(typeof value === "boolean" ? +value : value));
      return `${location.pathname}${String(query) && `?${query}`}#figure`;
    }

    /** What an address asks for; what no control could say is as if it were not there.
     * @param {string} search its part from the question mark on */
    function asked(search) {
      /** @type {State} */
      const found = {};
      for (const [name, text] of new URLSearchParams(search)) {
        const value = controls.get(name)?.parse(text) ?? null;
        if (value !== null) found[name] = value;
      }
      return found;
    }

    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", ({ target }) => {
      const { type, name, value, validity } = /** @type {HTMLInputElement} */ (target);
      const typing = type === "number" && !(value && validity.valid); // not yet a number
      if (name && !typing) set({ [name]: /** @type {Control} */ (controls.get(name)).read() });
    });
    form.addEventListener("change", ({ target }) => {
      const input = /** @type {HTMLInputElement} */ (target);
      if (input.type === "number") {
        // What was emptied is as it was before.
        const value = input.value ? /** @type {Control} */ (controls.get(input.name)).read() : state[input.name];
        input.value = String(value);
        set({ [input.name]: value });
      }
      keep();
    });
    form.addEventListener("reset", (event) => {
      event.preventDefault();
      set(initial);
      keep();
    });
    // A link of the text to a setting is followed without leaving the page.
    document.addEventListener("click", (event) => {
      /** @type {HTMLAnchorElement | null | undefined} */
      const link = /** @type {Partial<Element>} */ (event.target).closest?.("article a[href*='?'][href$='#figure']");
      if (!link || link.pathname !== location.pathname || event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      const wanted = asked(link.search);
      set({ ...initial, ...wanted });
      keep();
      // Where the figure is higher than the screen, what the link sets is to be seen.
      const turned = named.find((input) => input.name in wanted)?.closest(".panels > *");
      const goal = turned?.checkVisibility() && root.offsetHeight > innerHeight - 80 ? turned : root;
      goal.scrollIntoView({ behavior: still ? "auto" : "smooth", block: goal === root ? "nearest" : "start" });
    });

    Object.assign(state, asked(location.search));
    for (const [name, { show }] of controls) show(state[name]);
    redraw();
    form.hidden = false;
    root.classList.add("alive");
  }

  const grouped = new Intl.NumberFormat(zh ? "zh-CN" : "en-US", { maximumSignificantDigits: 15, useGrouping: "min2" });

  /** A number as the page writes it: three digits, from 10,000 on in groups, very large and small ones with a power of ten.
   * @param {number} x @param {number} digits that count, where it is not a whole number */
  function number(x, digits = 3) {
    if (!Number.isFinite(x)) return x < 0 ? "−∞" : "∞";
    const whole = Number.isInteger(x) && Math.abs(x) < 1e9;
    const size = x ? Math.floor(Math.log10(Math.abs(x))) : 0;
    if (whole || (size >= -4 && size <= 6)) return grouped.format(whole ? x : +x.toPrecision(digits)).replace("-", "−");
    const [shown, power] = x.toExponential(digits - 1).split("e");
    return `${+shown}\u00a0×\u00a0${tens(+power)}`.replace("-", "−").replace(/^1\u00a0×\u00a0/, "");
  }

  /** 10 to a whole power.
   * @param {number} power */
  function tens(power) {
    return `10${String(power).replace(/./g, (sign) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(sign)])}`;
  }

  /** A sentence with its numbers: "{steps} steps".
   * @param {string} sentence @param {Record<string, unknown>} values by the names in its braces */
  const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));

  /** Changes a text in place, so that no observer of new elements has to look at the page again.
   * @param {Element} element which has nothing but a text in it @param {string | number} text */
  function write(element, text) {
    const node = /** @type {Text} */ (element.firstChild ?? element.appendChild(document.createTextNode("")));
    if (node.data !== String(text)) node.data = String(text);
  }

  /** An element of a drawing.
   * @template {keyof SVGElementTagNameMap} Tag
   * @param {Element} parent @param {Tag} tag @param {Record<string, string | number>} attributes lengths in units of the
   *   viewBox @param {string} text */
  function svg(parent, tag, attributes = {}, text = "") {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
    if (text) element.textContent = text;
    parent.append(element);
    return element;
  }

  /** The values at its ends, whether their logarithms are what is even, and labels at some values.
   * @typedef {{from: number, to: number, log?: boolean, ticks?: [value: number, label: string][]}} Axis */

  /** A panel with axes, as large as its viewBox.
   * @param {SVGSVGElement} root
   * @param {{x: Axis, y: Axis, title?: string, label?: string, margins?: [top: number, right: number, bottom: number,
   *   left: number]}} options the label is that of x; margins in units of the viewBox
   * @returns {{sx: (v: number) => number, sy: (v: number) => number, inside: SVGGElement, box: [left: number, top: number,
   *   right: number, bottom: number]}} places of values, never outside a drawing by more than its size; a group for what
   *   is drawn; its box */
  function panel(root, { x, y, title = "", label = "", margins = [22, 16, 26, 34] }) {
    const { width, height } = root.viewBox.baseVal;
    const [left, top, right, bottom] = [margins[3], margins[0], width - margins[1], height - margins[2]];
    /** @param {Axis} axis @param {number} a where it begins @param {number} b where it ends @returns {(v: number) => number} */
    const scale = ({ from, to, log }, a, b) => {
      /** @type {(v: number) => number} */
      const at = log ? Math.log : (v) => v;
      const [low, high] = [Math.min(a, b) - width, Math.max(a, b) + width];
      return (v) => Math.max(low, Math.min(high, a + ((at(v) - at(from)) / (at(to) - at(from))) * (b - a)));
    };
    const [sx, sy] = [scale(x, left, right), scale(y, bottom, top)];
    const grid = svg(root, "g", { class: "grid" });
    for (const [value, text] of x.ticks ?? []) {
      svg(grid, "path", { d: `M${sx(value)} ${top}V${bottom}` });
      svg(grid, "text", { x: sx(value), y: bottom + 14, "text-anchor": "middle" }, text);
    }
    for (const [value, text] of y.ticks ?? []) {
      svg(grid, "path", { d: `M${left} ${sy(value)}H${right}` });
      svg(grid, "text", { x: left - 5, y: sy(value) + 4, "text-anchor": "end" }, text);
    }
    if (title) svg(root, "text", { x: left, y: 12 }, title);
    if (label) svg(root, "text", { x: right, y: bottom + 25, "text-anchor": "end", class: "label" }, label);
    const id = `${root.dataset.part}-inside`;
    const clip = svg(svg(root, "defs"), "clipPath", { id });
    svg(clip, "rect", { x: left, y: top - 6, width: right - left + 6, height: bottom - top + 12 });
    const inside = svg(root, "g", { "clip-path": `url(#${id})` });
    return { sx, sy, inside, box: [left, top, right, bottom] };
  }

  /** A line through points, as the d of a path; it breaks where there is no number.
   * @param {number} count @param {(i: number) => number} x @param {(i: number) => number} y */
  function line(count, x, y) {
    let [d, pen] = ["", "M"];
    for (let i = 0; i < count; i++) {
      const [a, b] = [x(i), y(i)];
      const there = Number.isFinite(a) && Number.isFinite(b);
      if (there) d += `${pen}${a.toFixed(1)} ${b.toFixed(1)}`;
      pen = there ? "L" : "M";
    }
    return d;
  }

  /** Lets a mark be dragged, and a tap on its drawing put it there. Controls of the form do the same for the keyboard.
   * @param {SVGSVGElement} root @param {SVGElement} mark
   * @param {(x: number, y: number) => void} move gets places in the drawing
   * @param {() => void} rest called when the hand lets go */
  function drag(root, mark, move, rest) {
    /** @param {MouseEvent} event */
    const at = ({ clientX, clientY }) => {
      const box = root.getBoundingClientRect();
      const { width, height } = root.viewBox.baseVal;
      move(((clientX - box.left) / box.width) * width, ((clientY - box.top) / box.height) * height);
    };
    mark.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      event.preventDefault();
      mark.setPointerCapture(event.pointerId);
      mark.addEventListener("pointermove", at);
    });
    // touch-action does not reach parts of a drawing: without this, the page would scroll under the finger.
    mark.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });
    for (const end of ["pointerup", "pointercancel", "lostpointercapture"])
      mark.addEventListener(end, () => {
        mark.removeEventListener("pointermove", at);
        rest();
      });
    root.addEventListener("click", (event) => {
      at(event);
      rest();
    });
  }

  return { start, number, tens, fill, write, svg, panel, line, drag, still, zh };
})();
