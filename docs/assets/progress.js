"use strict";

// What a reader has chosen, and which answers were opened, is remembered on the device: for each page one short text,
// "first,last,opened" as in "0,3,1.2." (options are counted from 0, questions from 1). Nothing that is stored is
// trusted: what is no such text, or names what the page has not, counts as nothing, and no stored text is ever shown.
// This runs in the head and while the page is read, so that nothing moves once it is seen.
{
  const zh = document.documentElement.lang.startsWith("zh");
  const PREFIX = "answers-that-run.";
  const FORM = /^([0-9]?),([0-9]?),((?:[0-9]{1,2}\.){0,99})$/;
  const forgets = !(window.localStorage instanceof Storage); // see storage.js
  const asked = new Map();
  for (const page of document.currentScript.dataset.asked.split(" ")) {
    const [name, ...counts] = page.split(":");
    const [options, right, checks] = counts.map(Number);
    asked.set(name, { options, right, checks });
  }

  function kept(name) {
    const { options, checks } = asked.get(name) ?? { options: 0, checks: 0 };
    const [, first, last, opened] = FORM.exec(localStorage.getItem(PREFIX + name) ?? "") ?? [];
    const chosen = Boolean(first && last) && first < options && last < options;
    const numbers = (opened ?? "").split(".").map(Number);
    return {
      first: chosen ? Number(first) : null,
      last: chosen ? Number(last) : null,
      opened: new Set(numbers.filter((number) => number >= 1 && number <= checks)),
    };
  }

  function keep(name, { first, last, opened }) {
    try {
      localStorage.setItem(PREFIX + name, `${first ?? ""},${last ?? ""},${[...opened].map((n) => `${n}.`).join("")}`);
    } catch {
      // the store is full: the page works on, and forgets
    }
  }

  // On a question's page

  function mark(details) {
    const summary = details.querySelector("summary");
    if (summary.querySelector(".opened")) return;
    summary.append(" ", Object.assign(document.createElement("small"), { className: "opened", textContent: zh ? "看过" : "opened" }));
  }

  const named = (element) => element.dataset.check.split(".");

  function restore() {
    for (const choice of document.querySelectorAll(".choice[data-question]")) {
      const option = choice.querySelectorAll("input")[kept(choice.dataset.question).last ?? -1];
      if (option && !choice.querySelector(":checked")) option.checked = true;
    }
    for (const details of document.querySelectorAll("details[data-check]")) {
      const [name, number] = named(details);
      // Not before its summary is whole: what is still read would come behind the mark.
      if (details.childElementCount > 1 && kept(name).opened.has(Number(number))) mark(details);
    }
    for (const place of document.querySelectorAll("p.progress:empty")) tell(place);
  }

  document.addEventListener("change", (event) => {
    const choice = event.target.closest(".choice[data-question]");
    if (!choice) return;
    const name = choice.dataset.question;
    const last = [...choice.querySelectorAll("input")].indexOf(event.target);
    const before = kept(name);
    keep(name, { ...before, first: before.first ?? last, last });
    // Side by side, the page has the choice in each language.
    for (const twin of document.querySelectorAll(`.choice[data-question="${name}"]`)) twin.querySelectorAll("input")[last].checked = true;
  });

  // Not "toggle": on paper all are open, and nobody has opened them.
  document.addEventListener("click", (event) => {
    const details = event.target.closest("summary")?.closest("details[data-check]");
    if (!details || details.open) return;
    const [name, number] = named(details);
    const before = kept(name);
    keep(name, { ...before, opened: before.opened.add(Number(number)) });
    for (const twin of document.querySelectorAll(`details[data-check="${name}.${number}"]`)) mark(twin);
  });

  // Over the guide

  const looked = (name) => asked.get(name).options - 1; // the last option asks to see the answer
  const answered = (name, { first, last }) => first !== null && (first !== looked(name) || last !== looked(name));
  const atOnce = (name, { first }) => first !== null && first === asked.get(name).right;

  function ofOne(name) {
    const known = kept(name);
    if (known.first === null && !known.opened.size) return "";
    const { checks } = asked.get(name);
    const state = atOnce(name, known) ? 0 : answered(name, known) ? 1 : known.first !== null ? 2 : 3;
    const words = zh
      ? ["第一次就选对", "选过", "直接看的答案", "还没选"]
      : ["Right at first try", "Answered", "Answer seen", "Not answered yet"];
    const opened = zh ? `自测看过 ${known.opened.size}/${checks}` : `checks opened: ${known.opened.size} of ${checks}`;
    return `${words[state]} · ${opened}`;
  }

  function ofAll() {
    const names = [...asked.keys()];
    const known = new Map(names.map((name) => [name, kept(name)]));
    const pages = names.filter((name) => asked.get(name).options);
    const count = (test) => pages.filter((name) => test(name, known.get(name))).length;
    const opened = (chosen) => chosen.reduce((sum, name) => sum + known.get(name).opened.size, 0);
    const checks = (chosen) => chosen.reduce((sum, name) => sum + asked.get(name).checks, 0);
    const others = names.filter((name) => !asked.get(name).options); // the page of questions across the guide
    if (forgets)
      return zh ? "这个浏览器不让网页存东西，所以什么也没记下。" : "This browser lets the page store nothing, so nothing is kept.";
    if (![...known.values()].some(({ first, opened: seen }) => first !== null || seen.size))
      return zh ? "这台设备上还没有记录。" : "Nothing is kept on this device yet.";
    const some = [count(answered), pages.length, count(atOnce), opened(pages), checks(pages), opened(others), checks(others)];
    return zh
      ? `选过 ${some[0]}/${some[1]} 题，其中第一次就选对 ${some[2]} 题；自测看过 ${some[3]}/${some[4]}，二十题看过 ${some[5]}/${some[6]}。`
      : `Answered: ${some[0]} of ${some[1]}, right at first try: ${some[2]}. Opened under “Check yourself”: ${some[3]} of ${some[4]}; of the twenty questions: ${some[5]} of ${some[6]}.`;
  }

  function tell(place) {
    const name = place.dataset.question;
    if (name) {
      if (asked.has(name)) place.textContent = ofOne(name);
      return;
    }
    if (!place.firstChild) {
      const words = document.createElement("span");
      words.setAttribute("role", "status");
      place.append(words);
    }
    place.firstChild.textContent = ofAll();
    const some = !forgets && [...asked.keys()].some((page) => ofOne(page));
    if (!some) place.querySelector("button")?.remove();
    else if (!place.querySelector("button")) place.append(" ", clearing(place));
  }

  function clearing(place) {
    const button = Object.assign(document.createElement("button"), {
      type: "button",
      className: "md-button",
      textContent: zh ? "清除选过和看过的记录" : "Clear chosen and opened answers",
    });
    button.addEventListener("click", () => {
      for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX)) localStorage.removeItem(key);
      place.tabIndex = -1;
      place.focus(); // the button goes
      update();
    });
    return button;
  }

  const update = () => document.querySelectorAll("p.progress").forEach(tell);

  const reading = new MutationObserver(restore);
  reading.observe(document.documentElement, { childList: true, subtree: true });
  document.addEventListener("DOMContentLoaded", () => {
    restore();
    reading.disconnect();
  });
  addEventListener("storage", update); // another page has changed it
  addEventListener("pageshow", (event) => event.persisted && update());
}
