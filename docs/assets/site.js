"use strict";

const zh = document.documentElement.lang.startsWith("zh");

// Material puts each copy button into a landmark of its own, without a name, and wide tables where no key can
// scroll them.
new MutationObserver(() => {
  for (const nav of document.querySelectorAll("nav.md-code__nav:not([role])")) nav.setAttribute("role", "presentation");
  for (const table of document.querySelectorAll(".md-typeset__scrollwrap:not([tabindex])")) {
    table.tabIndex = 0;
    table.setAttribute("role", "group");
    table.setAttribute("aria-label", zh ? "表格" : "Table");
  }
}).observe(document.documentElement, { childList: true, subtree: true });

// Changing the language keeps the section or the claim that is being read, and what a figure has been set to.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[hreflang]");
  if (!link) return;
  if (document.querySelector(".explorable")) link.search = location.search;
  const places = [...document.querySelectorAll("article :is(h2, h3, .claim .badge)[id]")];
  const seen = places.filter((place) => place.checkVisibility());
  const read = seen.filter((place) => place.getBoundingClientRect().top < 120).pop();
  if (read || location.hash) link.hash = read?.id ?? location.hash;
});

// The claims of a question are folded. A link to one of them opens the fold by itself, one to their heading with this.
function unfold() {
  const fold = document.getElementById(location.hash.slice(1))?.nextElementSibling;
  if (fold?.matches("details.claims")) fold.open = true;
}
addEventListener("hashchange", unfold);
unfold();

// Who is led to the short answer keeps it when going on: the last option asks for it.
function ask() {
  const last = [...document.querySelectorAll(".choice input")].pop();
  if (last && location.hash === "#answer" && !document.querySelector(".choice :checked")) last.checked = true;
}
addEventListener("hashchange", ask);
ask();

// A measured number tells its origin when it is pointed at, focused or tapped, and a term its meaning. Without this
// script they are a plain number and a link, each with a title.
const note = Object.assign(document.createElement("div"), { className: "told", id: "origin", hidden: true });
note.setAttribute("role", "tooltip");
const words = document.createElement("span");
const code = document.createElement("a");
note.append(words, " ", code);
let shown = null;
let finger = false; // a finger has no "over": what it taps stays until it taps elsewhere
let leaving = 0;

function show(asked) {
  clearTimeout(leaving);
  if (shown === asked) return;
  hide();
  shown = asked;
  words.textContent = asked.dataset.note;
  note.lang = asked.closest("[lang]").lang; // a page may have both
  code.textContent = note.lang.startsWith("zh") ? "看代码" : "See the code";
  code.hidden = !asked.dataset.code;
  if (!code.hidden) code.href = asked.dataset.code;
  asked.setAttribute("aria-describedby", note.id);
  asked.after(note); // next in the order of the keyboard
  note.hidden = false;
  const box = asked.getBoundingClientRect();
  const screen = document.documentElement;
  note.classList.toggle("sheet", finger);
  const numbers = [...document.querySelectorAll("data.measured")];
  const next = numbers[numbers.indexOf(asked) + 1]?.getBoundingClientRect();
  const covered = next && next.bottom > screen.clientHeight - note.offsetHeight - 16 && next.top < screen.clientHeight;
  const room = box.top > note.offsetHeight + 80; // below the header and the note
  note.classList.toggle("above", finger && (box.top > screen.clientHeight / 2 || (covered && room)));
  note.style.left = note.style.top = "";
  if (finger) return;
  const frame = note.offsetParent.getBoundingClientRect();
  const edge = screen.clientWidth - note.offsetWidth - 8;
  const below = box.bottom + 6 + note.offsetHeight <= screen.clientHeight;
  note.style.left = `${Math.max(8, Math.min(box.left, edge)) - frame.left}px`;
  note.style.top = `${(below ? box.bottom + 6 : box.top - note.offsetHeight - 6) - frame.top}px`;
}

function hide() {
  clearTimeout(leaving);
  if (!shown) return;
  shown.removeAttribute("aria-describedby");
  shown = null;
  note.hidden = true;
}

function leave() {
  clearTimeout(leaving);
  leaving = setTimeout(hide, 250); // long enough to reach the note with the pointer
}

for (const asked of document.querySelectorAll("data.measured, a.term")) {
  if (asked.closest("summary")) continue; // a tap opens the fold; the title stays
  asked.dataset.note = asked.title;
  asked.removeAttribute("title"); // or the browser would say it twice
  asked.addEventListener("pointerenter", () => finger || show(asked));
  asked.addEventListener("pointerleave", () => finger || leave());
  asked.addEventListener("focus", () => show(asked));
  asked.addEventListener("blur", (event) => shown !== asked || note.contains(event.relatedTarget) || leave());
  if (asked.matches("a")) continue; // a tap follows the link
  asked.tabIndex = 0;
  asked.setAttribute("role", "note");
  asked.addEventListener("click", () => show(asked));
}
note.addEventListener("pointerenter", () => clearTimeout(leaving));
note.addEventListener("pointerleave", () => finger || leave());
note.addEventListener("focusout", (event) => note.contains(event.relatedTarget) || leave());
note.addEventListener("focusin", () => clearTimeout(leaving));
for (const type of ["pointerover", "pointerdown"]) {
  document.addEventListener(type, (event) => (finger = event.pointerType === "touch"), true);
}
document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
document.addEventListener("pointerdown", (event) => note.contains(event.target) || event.target === shown || hide());

// What the copy button takes runs as pasted: the use of a technique, or an example of the reference without its
// prompts, together with the source it needs.
for (const block of document.querySelectorAll(".use .highlight, .doc-object .language-pycon")) {
  const named = block.closest("[data-source]");
  const path = block.closest(".doc-object")?.querySelector(".doc-heading")?.id.split(".");
  const source = document.getElementById(named ? named.dataset.source : `source-${path[1]}-${path[2]}`);
  const lines = block.querySelector("code").textContent.trimEnd().split("\n");
  const run = named ? lines : lines.filter((line) => /^(>>>|\.\.\.)( |$)/.test(line)).map((line) => line.slice(4));
  block.dataset.copy = [source.querySelector("pre code").textContent.trimEnd(), "", "", ...run].join("\n");
}
for (const file of document.querySelectorAll("a[download]")) file.dataset.address = file.href; // for paper

// Formulas are copied as they are written: a browser would put each sign on a line of its own.
document.addEventListener("copy", (event) => {
  const selection = getSelection();
  if (!selection.rangeCount) return;
  const range = selection.getRangeAt(0).cloneRange();
  const formula = (node) => (node.closest ? node : node.parentElement)?.closest("math"); // a part stands for the whole
  if (formula(range.startContainer)) range.setStartBefore(formula(range.startContainer));
  if (formula(range.endContainer)) range.setEndAfter(formula(range.endContainer));
  const copied = document.createElement("div");
  copied.append(range.cloneContents());
  if (!copied.querySelector("math")) return;
  for (const link of copied.querySelectorAll("a[href]")) link.setAttribute("href", link.href); // elsewhere, too
  for (const math of copied.querySelectorAll("math")) {
    const tex = math.getAttribute("alttext");
    math.replaceWith(math.getAttribute("display") === "block" ? `$$${tex}$$` : `$${tex}$`);
  }
  document.body.append(copied); // laid out, so that paragraphs end in line breaks
  event.clipboardData.setData("text/plain", copied.innerText);
  event.clipboardData.setData("text/html", copied.innerHTML);
  copied.remove();
  event.preventDefault();
});

// A browser without MathML shows formulas as they are written, and says why.
const math = document.querySelector("math");
if (math) {
  const probe = document.createElement("div");
  probe.innerHTML = '<math><mspace width="20px" height="1px"></mspace></math>';
  document.body.append(probe);
  if (probe.querySelector("mspace").getBoundingClientRect().width < 20) {
    for (const formula of document.querySelectorAll("article math")) {
      formula.replaceWith(Object.assign(document.createElement("code"), { textContent: formula.getAttribute("alttext") }));
    }
    document.querySelector("article h1").after(
      Object.assign(document.createElement("p"), {
        className: "lead",
        textContent: zh
          ? "这个浏览器太旧，不会排公式，下面显示的是公式的 TeX 源码。Chrome 和 Edge 从 109 版起、Firefox 和 Safari 都能正常显示。"
          : "This browser is too old to set formulas; what stands below is their TeX. Chrome and Edge from 109 on, Firefox and Safari show them.",
      }),
    );
  }
  probe.remove();
}

// The ledger's table of answers shows one question or one verdict at a time.
const filter = document.querySelector("form.filter");
if (filter) {
  const rows = [...document.querySelectorAll("form.filter ~ * tbody tr, form.filter ~ table tbody tr")];
  const answers = rows.filter((row) => row.querySelector("td:last-child .badge"));
  filter.hidden = false;
  const apply = () => {
    const { question, verdict } = Object.fromEntries(new FormData(filter));
    for (const row of answers)
      row.hidden = !(row.querySelector("small a").getAttribute("href").includes(question) && row.querySelector(".badge").className.includes(verdict));
    const n = answers.filter((row) => !row.hidden).length;
    const some = zh ? `${answers.length} 条答案里的 ${n} 条。` : `${n} of ${answers.length} answers.`;
    const none = zh ? "没有这样的答案：这个问题的答案里，没有一条是这个结论。" : "No such answer: none to this question has this verdict.";
    filter.querySelector("output").textContent = n ? some : none;
    answers[0].closest("table").hidden = !n;
  };
  filter.addEventListener("change", apply);
  // Going back, a browser may have put the choice back.
  addEventListener("pageshow", () => [...new FormData(filter).values()].some(Boolean) && apply());
}

// A figure that can be turned asks for its scripts when a reader comes to it: what is seen first stays light.
for (const figure of document.querySelectorAll(".explorable")) {
  const near = (entries, watching) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    watching.disconnect();
    for (const src of figure.dataset.scripts.split(" "))
      document.head.append(Object.assign(document.createElement("script"), { src, async: false })); // in their order
  };
  new IntersectionObserver(near, { rootMargin: "0px 0px -25%" }).observe(figure);
}

// On paper the answers to "check yourself" are open.
const closed = [];
addEventListener("beforeprint", () => {
  closed.push(...document.querySelectorAll("details:not([open])"));
  for (const details of closed) details.open = true;
});
addEventListener("afterprint", () => {
  for (const details of closed.splice(0)) details.open = false;
});
