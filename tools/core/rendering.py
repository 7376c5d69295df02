"""A page with what its parts stand for in their place: as Markdown for the site, as text for notebooks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape

from snippets.evidence.judging import Evidence, JudgedClaim
from snippets.evidence.questions import Measurement, raised
from tools.core import explorables, figures, formulas, numbers
from tools.core.guide import Grounds, Guide, Measured, Problem, Value
from tools.core.pages import (
    Claim,
    Figure,
    Formula,
    Include,
    Number,
    Page,
    PageError,
    Part,
    Verdict,
)
from tools.core.words import WORDS

Edit = tuple[int, int, str]

_PUNCTUATION = re.compile(formulas.PUNCTUATION)


@dataclass
class Text:
    """Pages as plain text: numbers and verdicts in words, formulas as they are written.

    Args:
        guide: What the pages name.
        at: Source of the page that shows them: links are relative to it.
        report: Is told each problem, once.
        reported: The problems that it was told.
    """

    guide: Guide
    at: str
    report: Callable[[str], None] = lambda _: None
    reported: set[str] = field(default_factory=set)

    @property
    def language(self) -> str:
        """The language of the page that shows them."""
        return self.at.partition("/")[0]

    @property
    def words(self) -> dict[str, str]:
        """What the guide itself says in it."""
        return WORDS[self.language]

    def page(self, page: Page, start: int = 0, end: int | None = None) -> str:
        """A page, or the part of it between two offsets."""
        end = len(page.markdown) if end is None else end
        values = self.guide.resolve(page)
        edits = [
            edit
            for part in values
            if start <= part.start and part.end <= end
            for edit in self.edit(page, part, values[part])
        ]
        return _edited(page.markdown, edits, start, end)

    def edit(self, page: Page, part: Part, value: Value) -> Iterator[Edit]:
        """What takes the place of one part; more than one edit where it changes more than one place."""
        match part, value:
            case Claim(), Problem(message):
                yield self.head(page, part)
                yield part.sentence[0], part.sentence[0], f"{self.fault(message)} "
            case Include(), Problem(message):  # a box would be shown as code
                self.fault(message)
                yield part.start + len(part.indent), part.end, message
            case _, Problem(message):
                yield part.start, part.end, self.fault(message)
            case Number(), Measured():
                yield part.start, part.end, self.number(part, value)
            case Verdict(), Grounds(names):
                yield from self.verdict(page, part, names)
            case Figure(), Evidence():
                yield part.start, part.end, self.figure(page, part, value)

    def fault(self, message: str) -> str:
        """A problem in the place of what has it: whole once, then as an ellipsis."""
        if message in self.reported:
            return numbers.PENDING
        self.reported.add(message)
        self.report(message)
        return box(message)

    def head(self, page: Page, claim: Claim) -> Edit:
        """The first line of a claim without its id."""
        return claim.start, page.markdown.index("\n", claim.start), '!!! claim ""'

    def number(self, number: Number, measured: Measured) -> str:
        """A number in words."""
        if measured.estimate is None:
            return numbers.PENDING
        return numbers.form(
            measured.estimate, number.form, measured.provenance, self.language
        )

    def figure(self, page: Page, figure: Figure, _evidence: Evidence) -> str:
        """What stands for a figure where none is drawn."""
        return f"> {self.words['figure']}{self.alternative(page, figure)}"

    def alternative(self, page: Page, figure: Figure) -> str:
        """The text alternative of a figure, with its numbers in it."""
        return Text(self.guide, self.at).page(page, *figure.alternative)

    def verdict(
        self, page: Page, verdict: Verdict, names: tuple[str, ...]
    ) -> Iterator[Edit]:
        """A verdict in words and, behind its reason at the end of the row, what it rests on."""
        yield verdict.start, verdict.end, self.badge(verdict.word)
        links = self.words["join"].join(self.grounds(page, names))
        end = page.markdown.find("\n", verdict.end)
        row = page.markdown[: end if end >= 0 else None].rstrip()
        end = len(row.removesuffix("|").rstrip())
        line = self.words["rests"].format(links)
        yield end, end, f'<br><small class="rests">{line}</small>'

    def grounds(self, page: Page, names: tuple[str, ...]) -> Iterator[str]:
        """A link for each of what a verdict rests on."""
        told: list[str] = []
        for name in names:
            if not name.startswith("#"):
                text = self.words["ground"].format(value=self.result(name))
                told.append(text)
                # Or links beside each other would have one name.
                if (nth := told.count(text)) > 1:
                    text += f" ({nth})"
                ledger = self.link(f"{self.language}/ledger.md")
                yield self.anchor(text, f"{ledger}#{name}", name)
            else:
                # Its own heading says what is there: a proof, a table, times on a machine.
                heading = next(h for h in page.headings if h["id"] == name[1:])
                line = page.markdown[heading.start("text") : heading.end()]
                yield self.anchor(line.partition("{:")[0].strip(), name)

    def result(self, claim: str) -> str:
        """What was measured for a claim, given its full id."""
        question, _, name = claim.partition(".")
        claims = self.guide.evidence[question].claims
        estimate = next(j.estimate for j in claims if j.claim.id == name)
        if estimate is None:
            return numbers.PENDING
        return numbers.with_unit(estimate, self.language)

    def link(self, to: str) -> str:
        """Address of another page, given its source."""
        return to.removeprefix(f"{self.language}/")

    def badge(self, word: str) -> str:
        """A verdict by itself."""
        return f"**{self.words[word]}**"

    def anchor(self, text: str, address: str, _claim: str = "") -> str:
        """A link."""
        return f"[{text}]({address})"


@dataclass
class Markup(Text):
    """Pages as Markdown with HTML in it, for the site.

    Args:
        keep: Takes finished HTML and gives what stands for it until Markdown is done.
    """

    keep: Callable[[str], str] = str

    def edit(self, page: Page, part: Part, value: Value) -> Iterator[Edit]:
        """As for text; formulas and claims, too."""
        match part, value:
            case Formula(), str():
                behind = _PUNCTUATION.match(page.markdown, part.end)
                punctuation = behind[0] if behind and not part.display else ""
                html = formulas.together(value, punctuation)
                yield part.start, part.end + len(punctuation), self.keep(html)
            case Claim(), JudgedClaim():
                badge, line = self.claim(part, value)
                yield self.head(page, part)
                yield part.sentence[0], part.sentence[0], f"{badge} "
                yield part.end, part.end, f"\n\n    {line}\n    {{: .provenance }}"
            case _:
                yield from super().edit(page, part, value)

    def number(self, number: Number, measured: Measured) -> str:
        """A number with its origin and the address of its code."""
        estimate, pending = measured.estimate, self.words["pending"]
        if estimate is None:
            return f'<span class="measured pending" title="{pending}">{numbers.PENDING}</span>'
        text = super().number(number, measured)
        if number.form == "machine":
            return text
        note = numbers.note(
            estimate, measured.measurement, measured.provenance, self.language
        )
        code = self.code(measured.measurement)
        return (
            f'<data class="measured" value="{estimate.value:.6g}" title="{escape(note)}" '
            f'data-code="{escape(code)}">{text}</data>'
        )

    def code(self, measurement: Measurement) -> str:
        """Address of the lines that measure."""
        block = 1 if measurement.observation else 0
        page = f"{self.language}/code/{measurement.question}.md"
        return f"{self.link(page)}#line-{block}-{measurement.line}"

    def link(self, to: str) -> str:
        """Address of another page, given its source."""
        return self.guide.link(self.at, to)

    def claim(self, part: Claim, judged: JudgedClaim) -> tuple[str, str]:
        """What stands before the sentence of a claim, and what below it."""
        words = self.words
        state = {True: "holds", False: "fails", None: "pending"}[judged.holds]
        badge = f'<span class="badge {state}" id="{part.id}">{words[state]}</span>'
        line = words["line"].format(line=judged.measurement.line)
        measured = words["pending"]
        if judged.estimate is not None:
            unit = judged.estimate.unit
            measured = words["measured"].format(
                interval=numbers.spread(judged.estimate, self.language),
                n=judged.estimate.n,
                condition=numbers.condition(judged.claim, unit, self.language),
            )
        code = self.anchor(line, self.code(judged.measurement))
        return badge, f"{measured} · {code} · <code>{part.id}</code>"

    def figure(self, page: Page, figure: Figure, evidence: Evidence) -> str:
        """The figure itself, or what says that it waits."""
        if evidence.missing:
            return self.keep(f'<p class="waiting">{self.words["waiting"]}</p>')
        home = page.slug == "index"
        alternative = wordly(self.alternative(page, figure))
        names = (figure.question, figure.name)
        try:
            drawn = figures.draw(*names, evidence, self.language, alternative, home)
            if not home and explorables.takes_place(*names):
                scripts = map(self.link, explorables.addresses(figure.question))
                drawn = explorables.html(figure.question, self.language, drawn, scripts)
        except Exception as error:  # of a figure that somebody is writing
            reason = raised(error, f"snippets/{figure.question}/figures.py")
            return self.fault(f"{reason}; so figure:{'.'.join(names)} cannot be drawn")
        if home:
            return self.keep(drawn)
        files = {"code": f"{self.language}/code/{names[0]}.md"}
        if figures.has_data(*names):
            files = {"data": f"evidence/{names[0]}.json"} | files
        links = (self.anchor(self.words[w], self.link(f)) for w, f in files.items())
        return self.keep(f'{drawn}<p class="origin">{" · ".join(links)}</p>')

    def badge(self, word: str) -> str:
        """A verdict by itself."""
        return f'<span class="badge {word}">{self.words[word]}</span>'

    def anchor(self, text: str, address: str, claim: str = "") -> str:
        """A link that tells what a claim says when it is pointed at."""
        said = sentences(self.guide, self.language).get(claim) if claim else ""
        title = f' title="{escape(said)}"' if said else ""
        return f'<a href="{address}"{title}>{text}</a>'


@lru_cache(maxsize=2)
def sentences(guide: Guide, language: str) -> dict[str, str]:
    """What each claim says, by its full id, as text of one line without markup."""
    said = {}
    for name in ("ledger", *guide.evidence):
        with suppress(PageError):  # a page that is not there is told where it is named
            page = guide.page(f"{language}/{name}.md")
            text = Text(guide, page.source)
            for claim in page.all(Claim):
                said[claim.id] = wordly(text.page(page, *claim.sentence))
    return said


def wordly(markdown: str) -> str:
    """Text for where nothing but text can stand; its formulas stay TeX."""
    text = re.sub(r"\[([^\[\]]*)\]\([^()]*\)", r"\1", markdown)  # links
    return " ".join(re.sub(r"[*`$]|\\(?=%)", "", text).split())


def box(message: str) -> str:
    """A message as markup that no part of Markdown takes for its own."""
    signs = (
        f"&#{ord(s)};" if s.isascii() and not s.isalnum() else s
        for s in " ".join(message.split())
    )
    return f"<span class='fault'>{''.join(signs).replace('&#32;', ' ')}</span>"


def _edited(text: str, edits: list[Edit], start: int, end: int) -> str:
    """A part of a text with edits; of two in one place, the outer one.

    What is inserted comes before what takes the place of something there.
    """
    pieces, position = [], start
    for first, last, new in sorted(edits, key=lambda e: (e[0], e[1] > e[0], -e[1])):
        if position <= first and last <= end:
            pieces += [text[position:first], new]
            position = last
    return "".join((*pieces, text[position:end]))
