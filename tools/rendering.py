"""What becomes of a page: numbers, claims and figures in place of their names, formulas as MathML."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from html import escape, unescape
from types import MappingProxyType

from math_core import LatexError, LatexToMathML

from snippets.evidence.questions import Measurement, questions
from tools import figures, numbers
from tools.pages import VERDICTS, Page
from tools.prose import headings

WORDS = {
    "zh": {
        "supported": "成立",
        "refuted": "不成立",
        "depends": "看情况",
        "rests": "依据：{}",
        "measurement": "测量",
        "join": " · ",
        "holds": "成立",
        "fails": "不成立",
        "pending": "尚未测量",
        "measured": "{interval}，n = {n}，{condition}",
        "line": "代码第 {line} 行",
        "claims": "{n} 条断言",
        "data": "数据",
        "code": "代码",
        "waiting": "这张图还没有测量结果。",
        "question": "问题",
        "said": "答案里怎么说",
        "verdict": "结论",
        "every": "全部",
        "filter": "下表只列：",
    },
    "en": {
        "supported": "supported",
        "refuted": "refuted",
        "depends": "depends",
        "rests": "rests on {}",
        "measurement": "measurement",
        "join": " · ",
        "holds": "holds",
        "fails": "does not hold",
        "pending": "not measured yet",
        "measured": "{interval}, n = {n}, {condition}",
        "line": "code, line {line}",
        "claims": "{n} claims",
        "data": "data",
        "code": "code",
        "waiting": "This figure waits for its measurement.",
        "question": "Question",
        "said": "What answer keys say",
        "verdict": "Verdict",
        "every": "all",
        "filter": "This table shows:",
    },
}

_ALL_CLAIMS = re.compile(r"^\[\[claims (?P<question>[\w-]+)\]\]$", re.M)
_ALL_ANSWERS = "[[answers]]"
_SO_MANY_ANSWERS = re.compile(r"\[\[answers (?P<word>\w+)\]\]")
_ANSWER = re.compile(r"^\| (?P<said>.*?) \| \[\[verdict (?P<word>\w+):", re.M)
_DRAWN = re.compile(
    r'(?:<p>\s*)?<img alt="(?P<alt>[^"]*)" src="figure:(?P<name>[^"]*)"\s*/?>(?:\s*</p>)?'
)
_MATH = re.compile(
    r'<(span|div) class="arithmatex">\\([(\[])(?P<tex>.*?)\\[)\]]</\1>', re.S
)
_SECTION = re.compile(
    r'(?P<heading><h2 id="(?P<id>[^"]*)">.*?</h2>)(?P<claims>.*?)(?=<h2 |\Z)', re.S
)
_TOGETHER = r'<span class="together">\1\2</span>'

Link = Callable[[str], str]


def substituted(
    page: Page, link: Link, said: Mapping[str, str] = MappingProxyType({})
) -> str:
    """The Markdown with numbers and claims in place of their names.

    Args:
        page: The page.
        link: Makes a link from this page to another, given its path below `docs`.
        said: What claims say, by their full id, for the links of verdicts.

    Raises:
        PageError: If the page names what is not there.
    """
    edits = _edits(
        page,
        lambda m: _number(page, m, link),
        lambda m, alt: f"![{alt}](figure:{m['name']})",
    )
    for m in page.verdicts():
        badge, rests = _found(page, m, link, said)
        end = page.markdown.find("\n", m.end())
        row = page.markdown[: end if end >= 0 else None].rstrip()
        end = len(row.removesuffix("|").rstrip())
        edits += [(m.start(), m.end(), badge), (end, end, rests)]
    for m in page.claims():
        sentence, foot = _claim(page, m, link)
        start = m.start("body") + len(m["body"]) - len(m["body"].lstrip())
        end = m.start() + len(m.group().rstrip())
        head = (m.start(), page.markdown.index("\n", m.start()), '!!! claim ""')
        edits += [head, (start, start, sentence), (end, end, foot)]
    return _edited(page, edits)


def plain(page: Page, figure: Callable[[re.Match[str], str], str]) -> str:
    """The Markdown with numbers and verdicts as text, for notebooks.

    Args:
        page: The page.
        figure: What takes a figure's place, given its image and its text alternative.

    Raises:
        PageError: If the page names what is not there.
    """
    edits = _edits(page, lambda m: _number(page, m), figure)
    words = WORDS[page.language]
    edits += [(m.start(), m.end(), f"**{words[m['word']]}**") for m in page.verdicts()]
    return _edited(page, edits)


def _edits(
    page: Page,
    number: Callable[[re.Match[str]], str],
    figure: Callable[[re.Match[str], str], str],
) -> list[tuple[int, int, str]]:
    placeholders = list(page.placeholders())
    edits = []
    for image in page.figures():
        page.figure(image)
        inside = [m for m in placeholders if image.start() < m.start() < image.end()]
        placeholders = [m for m in placeholders if m not in inside]
        alt, start = page.alternative(image), image.start("alt")
        for m in reversed(inside):
            text = _number(page, m)
            alt = alt[: m.start() - start] + text + alt[m.end() - start :]
        edits.append((image.start(), image.end(), figure(image, alt)))
    return edits + [(m.start(), m.end(), number(m)) for m in placeholders]


def _edited(page: Page, edits: list[tuple[int, int, str]]) -> str:
    text = page.markdown
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _number(page: Page, match: re.Match[str], link: Link | None = None) -> str:
    """The number as text or, where links can be made, as markup."""
    found, key, form, estimate = page.estimate(match)
    if estimate is None:
        return numbers.pending(page.language) if link else numbers.PENDING
    name = key.partition(".")[0]
    if form == "n":
        text = str(estimate.n)
    elif form == "machine":
        return numbers.machine(found.provenance[name], page.language)
    else:
        text = (numbers.interval if form else numbers.value)(estimate)
    if link is None:
        return text
    measurement = next(v for v in found.measured if v.name == name)
    return numbers.html(
        text,
        estimate,
        numbers.note(estimate, measurement, found.provenance[name], page.language),
        _code(measurement, page.language, link),
    )


def _code(measurement: Measurement, language: str, link: Link) -> str:
    """Address of the lines that measure."""
    block = 1 if measurement.observation else 0
    page = link(f"{language}/code/{measurement.question}.md")
    return f"{page}#line-{block}-{measurement.line}"


def _found(
    page: Page, match: re.Match[str], link: Link, said: Mapping[str, str]
) -> tuple[str, str]:
    """A verdict: its badge, and what it rests on, to stand behind the reason."""
    words = WORDS[page.language]
    ledger = link(f"{page.language}/ledger.md")
    titles = {h["id"]: h for h in headings(page.markdown)}
    names = page.rests_on(match)
    claims = [name for name in names if not name.startswith("#")]
    rests = []
    for name in names:
        if name in claims:
            text, target = words["measurement"], f"{ledger}#{name}"
            if len(claims) > 1:  # or links beside each other would have one name
                text += f" {claims.index(name) + 1}"
            title = f' title="{escape(said[name])}"' if name in said else ""
        else:
            # Its own heading says what is there: a proof, a table, times on a machine.
            heading, target, title = titles[name[1:]], name, ""
            line = page.markdown[heading.start("text") : heading.end()]
            text = line.partition("{:")[0].strip()
        rests.append(f'<a href="{target}"{title}>{text}</a>')
    badge = f'<span class="badge {match["word"]}">{words[match["word"]]}</span>'
    line = words["rests"].format(words["join"].join(rests))
    return badge, f'<br><small class="rests">{line}</small>'


def _claim(page: Page, match: re.Match[str], link: Link) -> tuple[str, str]:
    """What stands before the sentence of a claim, and what behind it."""
    found, verdict = page.verdict(match)
    words = WORDS[page.language]
    state = {True: "holds", False: "fails", None: "pending"}[verdict.holds]
    name = f"{found.question}.{verdict.claim.id}"
    badge = f'<span class="badge {state}" id="{name}">{words[state]}</span>'
    line = words["line"].format(line=verdict.measurement.line)
    parts = [
        words["pending"],
        f'<a href="{_code(verdict.measurement, page.language, link)}">{line}</a>',
        f"<code>{name}</code>",
    ]
    if verdict.estimate is not None:
        e = verdict.estimate
        parts[0] = words["measured"].format(
            interval=numbers.spread(e, page.language),
            n=e.n,
            condition=numbers.condition(verdict.claim, e.unit, page.language),
        )
    return f"{badge} ", f"\n\n    {' · '.join(parts)}\n    {{: .provenance }}"


def sentences(pages: Iterable[Page]) -> dict[str, str]:
    """What each claim of some pages says, by its full id, as text of one line without markup.

    Raises:
        PageError: If a sentence names a number that is not there.
    """
    return {
        page.full_id(match["id"]): _wordly(
            plain(
                Page(page.source, match["body"].strip(), page.evidence), lambda *_: ""
            )
        )
        for page in pages
        for match in page.claims()
    }


def _wordly(markdown: str) -> str:
    """A sentence for where nothing but text can stand; its formulas stay TeX."""
    text = re.sub(r"\[([^\[\]]*)\]\([^()]*\)", r"\1", markdown)  # links
    return " ".join(re.sub(r"[*`$]|\\(?=%)", "", text).split())


def drawn(page: Page, html: str, link: Link) -> str:
    """The rendered page with its figures drawn and its mathematics as MathML.

    Raises:
        PageError: If a formula is not understood.
    """
    html = _DRAWN.sub(lambda m: _svg(page, m, link), html)
    html = _MATH.sub(lambda m: _mathml(page, m), html)
    # A line may not start with the comma behind a formula.
    return re.sub(
        r"(<span translate=\"no\"><math(?:(?!</math>).)*</math></span>)([,.;:!?)，。；：、！？）]+)",
        _TOGETHER,
        html,
    )


def _svg(page: Page, match: re.Match[str], link: Link) -> str:
    question, _, name = match["name"].partition(".")
    found = page.evidence[question]
    words = WORDS[page.language]
    if found.missing:
        return f'<p class="waiting">{words["waiting"]}</p>'
    alternative = unescape(match["alt"])
    if page.slug == "index":
        return figures.card(question, name, found, page.language, alternative)
    drawn = figures.draw(question, name, found, page.language, alternative)
    data = f"{link('index.md')}evidence/{question}.json"
    code = link(f"{page.language}/code/{question}.md")
    links = (
        f'<a href="{data}">{words["data"]}</a> · <a href="{code}">{words["code"]}</a>'
    )
    return f'{drawn}<p class="origin">{links}</p>'


def _mathml(page: Page, match: re.Match[str]) -> str:
    tex = unescape(match["tex"])
    try:
        mathml = _CONVERTER.convert_with_local_state(
            tex, displaystyle=match.group(2) == "["
        )
    except LatexError as error:
        at = page.markdown.find(tex.strip().partition("\n")[0])
        raise page.error(
            max(at, 0), f"the formula {tex!r} is not understood: {error}"
        ) from error
    for side in ("right", "left"):  # the columns of aligned equations
        mathml = re.sub(
            f'<mtd style="text-align: {side}[^"]*"', f'<mtd class="{side}"', mathml
        )
    mathml = re.sub(r' (?:style|scriptlevel)="[^"]*"', "", mathml)
    # HTML checkers know this attribute on few elements; the stylesheet does the same.
    mathml = mathml.replace('<mfrac displaystyle="false"', '<mfrac class="compact"')
    mathml = mathml.replace('<mfrac displaystyle="true"', '<mfrac class="ample"')
    # What is copied, and what browsers without MathML show (docs/assets/site.js).
    source = escape(re.sub(r"\s+", " ", tex.strip()))
    mathml = mathml.replace("<math", f'<math alttext="{source}"', 1)
    if match.group(2) == "[":
        # What may have to be scrolled on a phone can be reached by keyboard.
        return f'<div class="formula" tabindex="0" translate="no">{mathml}</div>'
    return f'<span translate="no">{mathml}</span>'


def with_answers(markdown: str, language: str, read: Callable[[str], str]) -> str:
    """A page with all common answers, and what was found of them, in place of their names.

    `[[answers]]` becomes a table, in the order of the ledger's `[[claims <question>]]`; `[[answers refuted]]`
    the number of those with that verdict, `[[answers all]]` of all. Arguments as in `with_claims`.
    """
    if _ALL_ANSWERS in markdown:
        markdown = markdown.replace(
            _ALL_ANSWERS, _answers(_ALL_CLAIMS.findall(markdown), language, read)
        )

    def counted(match: re.Match[str]) -> str:
        found = [
            answer["word"]
            for question in questions()
            for answer in _ANSWER.finditer(read(f"{language}/{question}.md"))
        ]
        return str(len(found) if match["word"] == "all" else found.count(match["word"]))

    return _SO_MANY_ANSWERS.sub(counted, markdown)


def _answers(order: list[str], language: str, read: Callable[[str], str]) -> str:
    words = WORDS[language]
    rows, asked = [], []
    for question in order:
        text = read(f"{language}/{question}.md")
        heading = next(headings(text))
        title = text[heading.start("text") : heading.end("text")].strip()
        asked.append((question, re.sub(r"`", "", title)))
        for answer in _ANSWER.finditer(text):
            word = answer["word"]
            where = f"<small>[{title}]({question}.md#checked)</small>"
            badge = f'<span class="badge {word}">{words[word]}</span>'
            rows.append(f"| {answer['said']}<br>{where} | {badge} |")
    verdicts = [(word, words[word]) for word in VERDICTS]
    form = "".join(
        f'<label>{words[name]} <select name="{name}"><option value="">{words["every"]}</option>'
        + "".join(f'<option value="{value}">{text}</option>' for value, text in options)
        + "</select></label> "
        for name, options in (("question", asked), ("verdict", verdicts))
    )
    head = f"| {words['said']} | {words['verdict']} |\n| --- | --- |"
    # Filled by assets/site.js; an output is announced when it changes.
    form = f'<form class="filter" hidden>{words["filter"]} {form}<output></output></form>\n'
    return "\n".join((form, head, *rows))


def with_claims(markdown: str, language: str, read: Callable[[str], str]) -> str:
    """The ledger with `[[claims <question>]]` replaced by the claims that the question's page states.

    Args:
        markdown: Text of the ledger.
        language: Its language.
        read: Gives the text of a page, given its path below `docs`.
    """

    def stated(match: re.Match[str]) -> str:
        page = Page(
            f"{language}/{match['question']}.md",
            read(f"{language}/{match['question']}.md"),
            {},
        )
        blocks = [
            m.group().replace(f'"{m["id"]}"', f'"{page.full_id(m["id"])}"', 1).rstrip()
            for m in page.claims()
        ]
        return "\n\n".join(blocks)

    return _ALL_CLAIMS.sub(stated, markdown)


def folded(html: str, language: str) -> str:
    """The rendered ledger with the claims of each question folded: there are too many to scroll past."""

    def fold(match: re.Match[str]) -> str:
        if match["id"] not in questions():
            return match.group()
        n = match["claims"].count('class="admonition claim"')
        summary = WORDS[language]["claims"].format(n=n)
        return (
            f'{match["heading"]}\n<details class="claims">\n<summary>{summary}</summary>'
            f"{match['claims']}</details>\n"
        )

    return _SECTION.sub(fold, html)


_CONVERTER = LatexToMathML(fancy_error=False)
