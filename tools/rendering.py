"""What becomes of a page: numbers, claims and figures in place of their names, formulas as MathML."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape, unescape

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
        "proof": "证明",
        "join": "、",
        "holds": "成立",
        "fails": "不成立",
        "pending": "尚未测量",
        "measured": "{interval}，n = {n}，条件 <code>{condition}</code>，{link}",
        "data": "数据",
        "code": "代码",
        "waiting": "这张图还没有测量结果。",
        "question": "问题",
        "said": "答案里怎么说",
        "verdict": "结论",
        "every": "全部",
    },
    "en": {
        "supported": "supported",
        "refuted": "refuted",
        "depends": "depends",
        "proof": "proof",
        "join": ", ",
        "holds": "holds",
        "fails": "does not hold",
        "pending": "not measured yet",
        "measured": "{interval}, n = {n}, condition <code>{condition}</code>, {link}",
        "data": "data",
        "code": "code",
        "waiting": "This figure waits for its measurement.",
        "question": "Question",
        "said": "What answer keys say",
        "verdict": "Verdict",
        "every": "all",
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
_TOGETHER = r'<span class="together">\1\2</span>'

Link = Callable[[str], str]


def substituted(page: Page, link: Link) -> str:
    """The Markdown with numbers and claims in place of their names.

    Args:
        page: The page.
        link: Makes a link from this page to another, given its path below `docs`.

    Raises:
        PageError: If the page names what is not there.
    """
    edits = _edits(
        page,
        lambda m: _number(page, m, link),
        lambda m, alt: f"![{alt}](figure:{m['name']})",
    )
    edits += [(m.start(), m.end(), _found(page, m, link)) for m in page.verdicts()]
    for m in page.claims():
        head, foot = _claim(page, m, link)
        end = m.start() + len(m.group().rstrip())
        edits += [
            (m.start(), page.markdown.index("\n", m.start()), head),
            (end, end, foot),
        ]
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


def _found(page: Page, match: re.Match[str], link: Link) -> str:
    words = WORDS[page.language]
    ledger = link(f"{page.language}/ledger.md")
    rests = []
    for name in page.rests_on(match):
        target = name if name.startswith("#") else f"{ledger}#{name}"
        text = words["proof"] if name.startswith("#") else name.partition(".")[2]
        rests.append(f'<a href="{target}">{text}</a>')
    badge = f'<span class="badge {match["word"]}">{words[match["word"]]}</span>'
    return f'{badge} <small class="rests">{words["join"].join(rests)}</small>'


def _claim(page: Page, match: re.Match[str], link: Link) -> tuple[str, str]:
    found, verdict = page.verdict(match)
    words = WORDS[page.language]
    state = {True: "holds", False: "fails", None: "pending"}[verdict.holds]
    name = f"{found.question}.{verdict.claim.id}"
    # Single quotes: the title of an admonition ends at the first double one.
    badge = f"<span class='badge {state}'>{words[state]}</span>"
    head = f"!!! claim \"<code id='{name}'>{name}</code> {badge}\""
    where = f"{verdict.measurement.file}:{verdict.measurement.line}"
    target = _code(verdict.measurement, page.language, link)
    anchor = f'<a href="{target}">{where}</a>'
    if verdict.estimate is None:
        line = f"{words['pending']} · {anchor}"
    else:
        e = verdict.estimate
        line = words["measured"].format(
            interval=numbers.spread(e, page.language),
            n=e.n,
            condition=escape(verdict.claim.condition),
            link=anchor,
        )
    return head, f"\n\n    {line}\n    {{: .provenance }}"


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
    return "\n".join((f'<form class="filter" hidden>{form}</form>\n', head, *rows))


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


_CONVERTER = LatexToMathML(fancy_error=False)
