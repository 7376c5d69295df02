"use strict";

// How far a reader has come over the guide, wherever a page has <p class="progress">: of one page in a card, else of
// all, with a button that clears what is kept. progress.js keeps it and comes before.
{
  const chinese = document.documentElement.lang.startsWith("zh");
  const forgets = !(window.localStorage instanceof Storage); // see storage.js
  const names = [...memory.asked.keys()];
  const pages = names.filter((name) => memory.asked.get(name).options);
  const others = names.filter((name) => !memory.asked.get(name).options); // the page of questions across the guide

  const looked = (name) => memory.asked.get(name).options - 1; // the last option asks to see the answer
  const answered = (name, { first, last }) => first !== null && (first !== looked(name) || last !== looked(name));
  const atOnce = (name, { first }) => first !== null && first === memory.asked.get(name).right;

  function ofOne(name) {
    const known = memory.kept(name);
    if (known.first === null && !known.opened.size) return "";
    const { checks } = memory.asked.get(name);
    const state = atOnce(name, known) ? 0 : answered(name, known) ? 1 : known.first !== null ? 2 : 3;
    const words = chinese
      ? ["第一次就选对", "选过", "直接看的答案", "还没选"]
      : ["Right at first try", "Answered", "Answer seen", "Not answered yet"];
    const opened = chinese ? `自测看过 ${known.opened.size}/${checks}` : `checks opened: ${known.opened.size} of ${checks}`;
    return `${words[state]} · ${opened}`;
  }

  function ofAll() {
    if (forgets)
      return chinese ? "这个浏览器不让网页存东西，所以什么也没记下。" : "This browser lets the page store nothing, so nothing is kept.";
    if (!names.some(ofOne)) return chinese ? "这台设备上还没有记录。" : "Nothing is kept on this device yet.";
    const count = (test) => pages.filter((name) => test(name, memory.kept(name))).length;
    const sum = (numbers) => numbers.reduce((all, number) => all + number, 0);
    const opened = (chosen) => sum(chosen.map((name) => memory.kept(name).opened.size));
    const checks = (chosen) => sum(chosen.map((name) => memory.asked.get(name).checks));
    const some = [count(answered), pages.length, count(atOnce), opened(pages), checks(pages), opened(others), checks(others)];
    return chinese
      ? `选过 ${some[0]}/${some[1]} 题，其中第一次就选对 ${some[2]} 题；自测看过 ${some[3]}/${some[4]}，综合题看过 ${some[5]}/${some[6]}。`
      : `Answered: ${some[0]} of ${some[1]}, right at first try: ${some[2]}. Opened under “Check yourself”: ${some[3]} of ${some[4]}; of the mixed questions: ${some[5]} of ${some[6]}.`;
  }

  function tell(place) {
    const name = place.dataset.question;
    if (name) {
      if (memory.asked.has(name)) place.textContent = ofOne(name);
      return;
    }
    if (!place.firstChild) {
      const words = document.createElement("span");
      words.setAttribute("role", "status");
      place.append(words);
    }
    place.firstChild.textContent = ofAll();
    const some = !forgets && names.some(ofOne);
    if (!some) place.querySelector("button")?.remove();
    else if (!place.querySelector("button")) place.append(" ", clearing(place));
  }

  function clearing(place) {
    const button = Object.assign(document.createElement("button"), {
      type: "button",
      className: "md-button",
      textContent: chinese ? "清除选过和看过的记录" : "Clear chosen and opened answers",
    });
    button.addEventListener("click", () => {
      for (const key of Object.keys(localStorage)) if (key.startsWith(memory.prefix)) localStorage.removeItem(key);
      place.tabIndex = -1;
      place.focus(); // the button goes
      update();
    });
    return button;
  }

  const update = () => document.querySelectorAll("p.progress").forEach(tell);

  memory.reading(() => document.querySelectorAll("p.progress:empty").forEach(tell));
  addEventListener("storage", update); // another page has changed it
  addEventListener("pageshow", (event) => event.persisted && update());
}
