// How the search understands a query, put behind Material's search worker by finishing.py.
//
// By itself Material finds beginnings of words only: not "vanish" by "vanishing", never He, which English
// drops as a pronoun, and nothing of a Chinese question behind the first character that no page has.

// Words that hold a question together; lunr has a list of English ones.
const FILLERS = new Set([
  ..."的了吗呢吧啊么着过是在和与或也都就又把被让给对从到为会能要应该当需可以还有时候不",
  ...(
    "怎么 怎么办 怎么样 怎样 如何 什么 为什么 为何 哪个 哪些 哪种 哪里 多少 多大 多长 几个 " +
    "是否 能否 还是 以及 我的 你的 一个 这个 那个 这样 之后 以后 的话 的时候 问题"
  ).split(" "),
]);

// Of what somebody pastes: a word of thousands of characters would keep the search busy for minutes.
const LONGEST = 300;

// Everyday words that are typed for each other, by the first of them.
const SAME = new Map(
  ["0 zero zeros 零", "same equal identical", "一样 相同 同样 一致"].flatMap((line) => {
    const [first, ...others] = line.split(" ");
    return others.map((word) => [word, first]);
  }),
);

// lunr joins nodes of its set of words that it takes for equal, by a text in which the digit of an edge runs
// into the number of a node; some sets then hold words that no page has, and asking for them fails.
lunr.TokenSet.prototype.toString = function () {
  const edges = Object.keys(this.edges).sort();
  return [this.final, ...edges.map((edge) => `${edge}${this.edges[edge].id}`)].join(" ");
};

const isChinese = (word) => /\p{sc=Han}/u.test(word);
const isFiller = (word) =>
  FILLERS.has(word) || /n['’]t$/.test(word) || (word !== "he" && !lunr.stopWordFilter(word));

/** The stem of an English word, in American spelling; of other words, what they are typed for. */
function stem(word) {
  if (SAME.has(word)) return SAME.get(word);
  const plain = word.replace(/['’]s$/, "");
  if (!/^[a-z]{3,}$/.test(plain)) return plain;
  const american = plain.replace(/is(?=(e[ds]?|ing|ations?)$)/, "iz");
  return lunr.stemmer(new lunr.Token(american)).str;
}

/** For the index: a word and its stem, at the same place. */
function withStem(token) {
  const root = stem(token.str);
  return root === token.str ? token : [token, token.clone(() => root)];
}
lunr.Pipeline.registerFunction(withStem, "withStem");

/** Chinese as the longest known words that begin at each character and reach beyond the last one. */
function segmented(text, known) {
  const isWord = (part) => part in known || FILLERS.has(part) || SAME.has(part);
  const words = [];
  let reached = 0;
  for (let start = 0; start < text.length; start++) {
    let end = text.length;
    while (end > start && !isWord(text.slice(start, end))) end--;
    if (end <= reached || (end === start + 1 && start < reached)) continue;
    words.push(text.slice(start, end));
    reached = end;
  }
  return words;
}

/** The words of a query; fillers only if there is nothing else. */
function wordsOf(query, known) {
  const raised = (digits) => [...digits].map((d) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[d] ?? "⁻").join("");
  const words = query
    .slice(0, LONGEST)
    .replace(/[！-～]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0)) // of a Chinese keyboard
    .toLowerCase()
    .replace(/(\d|\b[a-z])\^\{?([-−]?\d+)\}?/g, (_, base, power) => base + raised(power))
    .replace(/\p{sc=Han}+/gu, (text) => ` ${segmented(text, known).join(" ") || text} `)
    .split(lunr.tokenizer.separator)
    .filter(Boolean);
  const telling = words.filter((word) => !isFiller(word));
  return [...new Set(telling.length ? telling : words)];
}

/** Ask the index for each word of a query: itself, its stem, words that it begins, else words like it. */
function asked(index, query) {
  const known = index.invertedIndex;
  const words = wordsOf(query, known);
  if (!words.length) return { words, found: [] };
  const found = index.query((q) => {
    for (const word of words) {
      const whole = [...new Set([word, stem(word)])].filter((w) => w in known);
      // The longer a Chinese word, the more it says.
      for (const w of whole) q.term(w, { boost: isChinese(word) ? word.length : 2 });
      // A whole word may begin another one (BCE, BCEWithLogitsLoss), but no number or letter does.
      if (!whole.length || /^\D./u.test(word))
        q.term(word, { boost: whole.length ? 0.5 : 1, wildcard: lunr.Query.wildcard.TRAILING });
      if (!whole.length && /^[a-z]{5,}$/.test(word) && !Object.keys(known).some((k) => k.startsWith(word)))
        q.term(word, { editDistance: 1 });
    }
  });
  return { words, found };
}

/** Which words of a query stand in a result, by the words of the index that matched there. */
const held = (words, matched) =>
  Object.fromEntries(
    words.map((word) => [word, matched.some((m) => m.startsWith(word) || m === stem(word))]),
  );

/** Pages in order: by the best section, helped by the next two. */
function inOrder(pages) {
  const score = (page) => {
    const [best, second = 0, third = 0] = page.map((entry) => entry.score).sort((a, b) => b - a);
    return best + 0.3 * second + 0.2 * third;
  };
  return pages.sort((a, b) => score(b) - score(a));
}
