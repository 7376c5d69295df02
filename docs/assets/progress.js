"use strict";

// What a reader has chosen, and which answers were opened, is remembered on the device: for each page one short text,
// "first,last,opened" as in "0,3,1.2." (options are counted from 0, questions from 1). Nothing that is stored is
// trusted: what is no such text, or names what the page has not, counts as nothing, and no stored text is ever shown.
// This runs in the head and while the page is read, so that nothing moves once it is seen.
const memory = {
  prefix: "answers-that-run.",
  form: /^([0-9]?),([0-9]?),((?:[0-9]{1,2}\.){0,99})$/,
  asked: new Map(),

  kept(name) {
    const { options, checks } = this.asked.get(name) ?? { options: 0, checks: 0 };
    const [, first, last, opened] = this.form.exec(localStorage.getItem(this.prefix + name) ?? "") ?? [];
    const chosen = Boolean(first && last) && first < options && last < options;
    const numbers = (opened ?? "").split(".").map(Number);
    return {
      first: chosen ? Number(first) : null,
      last: chosen ? Number(last) : null,
      opened: new Set(numbers.filter((number) => number >= 1 && number <= checks)),
    };
  },

  keep(name, { first, last, opened }) {
    const text = `${first ?? ""},${last ?? ""},${[...opened].map((number) => `${number}.`).join("")}`;
    try {
      localStorage.setItem(this.prefix + name, text);
    } catch {
      // the store is full: the page works on, and forgets
    }
  },

  // Does something again and again while the page is read, before each part of it is seen.
  reading(act) {
    const watching = new MutationObserver(act);
    watching.observe(document.documentElement, { childList: true, subtree: true });
    document.addEventListener("DOMContentLoaded", () => {
      act();
      watching.disconnect();
    });
  },
};
for (const page of document.currentScript.dataset.asked.split(" ")) {
  const [name, ...counts] = page.split(":");
  const [options, right, checks] = counts.map(Number);
  memory.asked.set(name, { options, right, checks });
}

{
  const named = (details) => details.dataset.check.split(".");
  const textContent = document.documentElement.lang.startsWith("zh") ? "看过" : "opened";

  function mark(details) {
    const summary = details.querySelector("summary");
    if (summary.querySelector(".opened")) return;
    summary.append(" ", Object.assign(document.createElement("small"), { className: "opened", textContent }));
  }

  memory.reading(() => {
    for (const choice of document.querySelectorAll(".choice[data-question]")) {
      const option = choice.querySelectorAll("input")[memory.kept(choice.dataset.question).last ?? -1];
      if (option && !choice.querySelector(":checked")) option.checked = true;
    }
    for (const details of document.querySelectorAll("details[data-check]")) {
      const [name, number] = named(details);
      // Not before its summary is whole: what is still read would come behind the mark.
      if (details.childElementCount > 1 && memory.kept(name).opened.has(Number(number))) mark(details);
    }
  });

  document.addEventListener("change", (event) => {
    const choice = event.target.closest(".choice[data-question]");
    if (!choice) return;
    const name = choice.dataset.question;
    const last = [...choice.querySelectorAll("input")].indexOf(event.target);
    const before = memory.kept(name);
    memory.keep(name, { ...before, first: before.first ?? last, last });
    // Side by side, the page has the choice in each language.
    for (const twin of document.querySelectorAll(`.choice[data-question="${name}"]`)) twin.querySelectorAll("input")[last].checked = true;
  });

  // Not "toggle": on paper all are open, and nobody has opened them.
  document.addEventListener("click", (event) => {
    const details = event.target.closest("summary")?.closest("details[data-check]");
    if (!details || details.open) return;
    const [name, number] = named(details);
    const before = memory.kept(name);
    memory.keep(name, { ...before, opened: before.opened.add(Number(number)) });
    for (const twin of document.querySelectorAll(`details[data-check="${name}.${number}"]`)) mark(twin);
  });
}
