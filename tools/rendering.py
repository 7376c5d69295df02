"""What becomes of a page: numbers, claims and figures in place of their names, formulas as MathML."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from html import escape, unescape
from types import MappingProxyType

from math_core import LatexError, LatexToMathML

from snippets.evidence.questions import Measurement, questions, raised
from tools import figures, numbers
from tools.pages import VERDICTS, Page, PageError
from tools.prose import formulas, headings

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
Read = Callable[[str], Page]
Edit = tuple[int, int, str]


def fault(page: Page, error: PageError) -> str:
    """Note a fault of a page, and show it in the place of what is faulty: whole once, then as an ellipsis."""
    message = str(error)
    if message in page.faults:
        return numbers.PENDING
    page.faults.append(message)
    return box(message)


def box(message: str) -> str:
    """A message as markup that no part of Markdown takes for its own."""
    signs = (
        f"&#{ord(s)};" if s.isascii() and not s.isalnum() else s
        for s in " ".join(message.split())
    )
    return f"<span class='fault'>{''.join(signs).replace('&#32;', ' ')}</span>"


def _unread(source: str) -> Page:
    raise PageError(f"docs/{source}:1: there is no such page")


def substituted(
    page: Page,
    link: Link,
    read: Read = _unread,
    said: Mapping[str, str] = MappingProxyType({}),
    start: int = 0,
) -> str:
    """The Markdown with numbers and claims in place of their names, and faults in place of what is faulty.

    Args:
        page: The page; it remembers its faults.
        link: Makes a link from this page to another, given its path below `docs`.
        read: Gives another page, given its path below `docs`; it may raise PageError.
        said: What claims say, by their full id, for the links of verdicts.
        start: Where its text begins, behind the front matter.
    """
    edits = _all_edits(page, link, said)
    malformed = [m.span() for m in page.malformed()]
    for m in page.lists():
        if m.span() not in malformed:
            edits += _edit(page, m, lambda m: _listed(page, m, link, read))
    return _edited(page, edits, start)


def plain(page: Page, figure: Callable[[re.Match[str], str], str]) -> str:
    """The Markdown with numbers and verdicts as text, for notebooks; faults as in `substituted`.

    Args:
        page: The page.
        figure: What takes a figure's place, given its image and its text alternative.
    """
    edits = _edits(page, lambda m: _number(page, m), figure)
    for start, end, html in _verdicts(page, lambda name: name.partition("/")[2], {}):
        html = re.sub(r'<span class="badge[^>]*>(.*?)</span>', r"**\1**", html)
        edits.append(
            (start, end, re.sub(r'<a href="(.*?)">(.*?)</a>', r"[\2](\1)", html))
        )
    return _edited(page, edits)


def _all_edits(
    page: Page, link: Link, said: Mapping[str, str] = MappingProxyType({})
) -> list[Edit]:
    edits = _edits(
        page,
        lambda m: _number(page, m, link),
        lambda m, alt: f"![{alt}](figure:{m['name']})",
    )
    edits += _verdicts(page, link, said)
    for m in page.malformed():
        edits += _edit(page, m, page.misunderstood)
    for m in page.claims():
        try:
            sentence, foot = _claim(page, m, link)
        except PageError as error:
            sentence, foot = f"{fault(page, error)} ", ""
        start = m.start("body") + len(m["body"]) - len(m["body"].lstrip())
        end = m.start() + len(m.group().rstrip())
        head = (m.start(), page.markdown.index("\n", m.start()), '!!! claim ""')
        edits += [head, (start, start, sentence), (end, end, foot)]
    return edits


def _verdicts(page: Page, link: Link, said: Mapping[str, str]) -> list[Edit]:
    """Each verdict in words, and behind its reason, at the end of the row, what it rests on."""
    edits = []
    for m in page.verdicts():
        try:
            badge, rests = _found(page, m, link, said)
        except PageError as error:
            badge, rests = fault(page, error), ""
        end = page.markdown.find("\n", m.end())
        row = page.markdown[: end if end >= 0 else None].rstrip()
        end = len(row.removesuffix("|").rstrip())
        edits += [(*m.span(), badge), (end, end, rests)]
    return edits


def _edits(
    page: Page,
    number: Callable[[re.Match[str]], str],
    figure: Callable[[re.Match[str], str], str],
) -> list[Edit]:
    placeholders = list(page.placeholders())
    edits = []

    def drawn_later(image: re.Match[str]) -> str:
        page.figure(image)
        alt, start = page.alternative(image), image.start("alt")
        for m in reversed(inside):
            text = _number(page, m)
            alt = alt[: m.start() - start] + text + alt[m.end() - start :]
        return figure(image, alt)

    for image in page.figures():
        inside = [m for m in placeholders if image.start() < m.start() < image.end()]
        placeholders = [m for m in placeholders if m not in inside]
        edits += _edit(page, image, drawn_later)
    for m in placeholders:
        edits += _edit(page, m, number)
    for m in formulas(page.markdown):
        edits += _edit(page, m, lambda m: formula(page, m))
    for m in page.includes():
        try:
            page.include(m)
        except PageError as error:
            fault(page, error)  # not its box, which would be shown as code
            edits.append((m.end("indent"), m.end(), str(error)))
    return edits


def _edit(
    page: Page, match: re.Match[str], make: Callable[[re.Match[str]], str]
) -> list[Edit]:
    """What takes the place of a match, or the reason why nothing can."""
    try:
        return [(*match.span(), make(match))]
    except PageError as error:
        return [(*match.span(), fault(page, error))]


def _edited(
    page: Page, edits: list[Edit], start: int = 0, end: int | None = None
) -> str:
    """A part of a page with those of the edits that belong to it; of two in one place, the outer one.

    What is inserted comes before what takes the place of something there.
    """
    end = len(page.markdown) if end is None else end
    parts, position = [], start
    for first, last, new in sorted(edits, key=lambda e: (e[0], e[1] > e[0], -e[1])):
        if position <= first and last <= end:
            parts += [page.markdown[position:first], new]
            position = last
    return "".join((*parts, page.markdown[position:end]))


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
    """The rendered page with its figures drawn and its mathematics as MathML; faults as in `substituted`."""
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
    draw = figures.card if page.slug == "index" else figures.draw
    try:
        drawn = draw(question, name, found, page.language, alternative)
    except Exception as error:  # whatever a figure can raise that somebody is writing
        reason = raised(error, f"snippets/{question}/figures.py")
        return fault(
            page, PageError(f"{reason}; so figure:{match['name']} cannot be drawn")
        )
    if page.slug == "index":
        return drawn
    data = f"{link('index.md')}evidence/{question}.json"
    code = link(f"{page.language}/code/{question}.md")
    links = (
        f'<a href="{data}">{words["data"]}</a> · <a href="{code}">{words["code"]}</a>'
    )
    return f'{drawn}<p class="origin">{links}</p>'


def _mathml(page: Page, match: re.Match[str]) -> str:
    tex = unescape(match["tex"])
    # Found before, unless Markdown takes something for a formula that tools/prose.py does not.
    at = max(page.markdown.find(tex.strip().partition("\n")[0]), 0)
    try:
        mathml = _converted(page, at, tex, match.group(2) == "[")
    except PageError as error:
        return fault(page, error)
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


def formula(page: Page, match: re.Match[str]) -> str:
    """A formula as it stands.

    Raises:
        PageError: If it is not understood.
    """
    _converted(page, match.start(), match.group().strip("$"), display=False)
    return match.group()


def _converted(page: Page, offset: int, tex: str, display: bool) -> str:
    try:
        return _CONVERTER.convert_with_local_state(tex, displaystyle=display)
    except LatexError as error:
        reason = f"the formula {tex.strip()!r} is not understood: {error}"
        raise page.error(offset, reason) from error


def _listed(page: Page, match: re.Match[str], link: Link, read: Read) -> str:
    """What stands on other pages, in place of a list's name.

    `[[claims <question>]]` becomes the claims that the question's page states; `[[answers]]` a table of all
    common answers and what was found of them, in the order of the page's `[[claims <question>]]`;
    `[[answers refuted]]` the number of those with that verdict, `[[answers all]]` of all.
    """

    def other(question: str) -> Page:
        try:
            return read(f"{page.language}/{question}.md")
        except PageError as error:
            raise page.error(
                match.start(), f"{match.group()} cannot be made: {error}"
            ) from error

    kind, _, name = match.group()[2:-2].partition(" ")
    if kind == "claims":
        return "\n\n".join(_claims(other(name), link))
    if name:
        found = [a["word"] for q in questions() for a in _answers_of(other(q))]
        return str(len(found) if name == "all" else found.count(name))
    order = [m.group()[9:-2] for m in page.lists() if m.group()[2:8] == "claims"]
    pages = [other(question) for question in order if question in page.evidence]
    return _answers(pages, page.language, link)


def _claims(page: Page, link: Link) -> Iterator[str]:
    edits = _all_edits(page, link)
    for m in page.claims():
        yield _edited(page, edits, m.start(), m.start() + len(m.group().rstrip()))


def _answers_of(page: Page) -> list[re.Match[str]]:
    """The answers with a verdict of ours; another one is a fault of its own page."""
    found = _ANSWER.finditer(page.markdown)
    return [answer for answer in found if answer["word"] in VERDICTS]


def _answers(pages: list[Page], language: str, link: Link) -> str:
    words = WORDS[language]
    rows, asked = [], []
    for page in pages:
        edits = _all_edits(page, link)
        heading = next(headings(page.markdown), None)
        title = _edited(page, edits, *heading.span("text")) if heading else page.slug
        asked.append((page.slug, re.sub(r"`", "", title)))
        for answer in _answers_of(page):
            said = _edited(page, edits, *answer.span("said"))
            where = f"<small>[{title}]({page.slug}.md#checked)</small>"
            badge = (
                f'<span class="badge {answer["word"]}">{words[answer["word"]]}</span>'
            )
            rows.append(f"| {said}<br>{where} | {badge} |")
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
