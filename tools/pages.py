"""What evidence does to a page: numbers, claims and figures take the place of their names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import escape, unescape

from math_core import LatexError, LatexToMathML

from snippets.evidence.estimates import Estimate
from snippets.evidence.evidence import Evidence, Verdict
from tools import figures, numbers
from tools.prose import PLACEHOLDER, line_of, sections, without_code

LANGUAGES = ("zh", "en")

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
        "waiting": "这张图正在等测量结果。",
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
    },
}

_VERDICT = re.compile(r"\[\[verdict (?P<word>[^:\[\]\n]*):(?P<rests>[^\[\]\n]*)\]\]")
_ALL_CLAIMS = re.compile(r"^\[\[claims (?P<question>[\w-]+)\]\]$", re.M)
_IMAGE = re.compile(
    r"!\[(?P<alt>(?:[^\[\]]|\[\[[^\[\]]*\]\])*)\]\(figure:(?P<name>[^)\s]*)\)"
)
_CLAIM = re.compile(
    r'^!!! claim "(?P<id>[^"]*)"[ ]*\n(?P<body>(?:(?:[ ]{4}.*|[ ]*)\n)*)', re.M
)
_DRAWN = re.compile(
    r'(?:<p>\s*)?<img alt="(?P<alt>[^"]*)" src="figure:(?P<name>[^"]*)"\s*/?>(?:\s*</p>)?'
)
_MATH = re.compile(
    r'<(span|div) class="arithmatex">\\([(\[])(?P<tex>.*?)\\[)\]]</\1>', re.S
)
_TOGETHER = r'<span class="together">\1\2</span>'

Link = Callable[[str], str]


class PageError(Exception):
    """A page asks for something that is not there; the message says file, line, reason and mend."""


class Page:
    """One page of one language, with the evidence it may name.

    Args:
        source: Path below `docs`, as in "zh/symmetry.md".
        markdown: Its text.
        evidence: Slug of every question to what is known of it.
    """

    def __init__(
        self, source: str, markdown: str, evidence: dict[str, Evidence]
    ) -> None:
        self.source = source
        self.markdown = markdown
        self.evidence = evidence
        self.language = source.partition("/")[0]
        self.slug = source.rpartition("/")[2].removesuffix(".md")

    def error(self, offset: int, message: str) -> PageError:
        """An error at an offset of the page."""
        return PageError(
            f"docs/{self.source}:{line_of(self.markdown, offset)}: {message}"
        )

    # What a page names

    def placeholders(self) -> Iterator[re.Match[str]]:
        """All `[[...]]` outside code and mathematics that name an estimate."""
        for match in PLACEHOLDER.finditer(without_code(self.markdown)):
            if not match.group().startswith(("[[verdict ", "[[claims ")):
                yield match

    def verdicts(self) -> Iterator[re.Match[str]]:
        """All `[[verdict ...]]`: what was found of a common answer, and the claims it rests on."""
        return _VERDICT.finditer(without_code(self.markdown))

    def figures(self) -> Iterator[re.Match[str]]:
        """All images whose address is `figure:<question>.<name>`."""
        return _IMAGE.finditer(without_code(self.markdown))

    def claims(self) -> Iterator[re.Match[str]]:
        """All `!!! claim` blocks."""
        return _CLAIM.finditer(self.markdown)

    def estimate(
        self, match: re.Match[str]
    ) -> tuple[Evidence, str, str, Estimate | None]:
        """What a placeholder names: evidence, key, form, and the estimate unless it is not measured yet.

        Raises:
            PageError: If there is no such estimate, or no such form.
        """
        name, _, form = match.group()[2:-2].partition(":")
        question, _, key = name.strip().partition(".")
        found = self.evidence.get(question)
        if found is None:
            raise self.error(
                match.start(),
                f"{match.group()} names no question; there are {', '.join(self.evidence)}",
            )
        if form not in ("", "interval", "n"):
            raise self.error(
                match.start(),
                f"{match.group()}: after the colon write interval or n, not {form!r}",
            )
        estimate = found.estimates.get(key)
        if estimate is None and key.partition(".")[0] not in {
            m.name for m in found.missing
        }:
            near = ", ".join(
                sorted(
                    k
                    for k in found.estimates
                    if k.partition(".")[0] == key.partition(".")[0]
                )
            )
            known = (
                near
                or ", ".join(sorted({k.partition(".")[0] for k in found.estimates}))
                + ", each with a dot"
            )
            raise self.error(
                match.start(),
                f"{match.group()} is not measured by snippets/{question}/experiment.py; it has {known}",
            )
        return found, key, form, estimate

    def verdict(self, match: re.Match[str]) -> tuple[Evidence, Verdict]:
        """The judged claim that a claim block names.

        Raises:
            PageError: If there is no such claim.
        """
        return self._find_claim(self.full_id(match["id"]), match.start())

    def full_id(self, claim: str) -> str:
        """The id of a claim with its question; on a question's page it may be left out."""
        return claim if "." in claim else f"{self.slug}.{claim}"

    def _find_claim(self, full: str, offset: int) -> tuple[Evidence, Verdict]:
        question, _, claim = full.partition(".")
        found = self.evidence.get(question)
        for verdict in found.verdicts if found else ():
            if verdict.claim.id == claim:
                assert found
                return found, verdict
        known = (
            ", ".join(v.claim.id for v in found.verdicts)
            if found
            else ", ".join(self.evidence)
        )
        raise self.error(
            offset,
            f"there is no claim {full!r}; snippets/{question}/claims.py has {known or 'none'}",
        )

    def rests_on(self, match: re.Match[str]) -> list[str]:
        """What a verdict rests on: full ids of claims, and sections as "#id".

        Raises:
            PageError: If the verdict is none of ours, rests on nothing, or on what is not there.
        """
        if match["word"] not in ("supported", "refuted", "depends"):
            raise self.error(
                match.start(),
                f"{match.group()}: a verdict is supported, refuted or depends",
            )
        names = [name.strip() for name in match["rests"].split(",") if name.strip()]
        if not names:
            raise self.error(
                match.start(),
                f"{match.group()} rests on nothing; name claims or a #section",
            )
        known = {f"#{section.id}" for section in sections(self.markdown)}
        for name in names:
            if not name.startswith("#"):
                self._find_claim(self.full_id(name), match.start())
            elif name not in known:
                raise self.error(
                    match.start(), f"{match.group()}: this page has no section {name}"
                )
        return [name if name.startswith("#") else self.full_id(name) for name in names]

    def figure(self, match: re.Match[str]) -> tuple[Evidence, str]:
        """The evidence and name of a figure.

        Raises:
            PageError: If nothing draws it, or its text alternative is missing.
        """
        question, _, name = match["name"].partition(".")
        found = self.evidence.get(question)
        if found is None or name not in figures.names(question):
            known = figures.names(question) if found else []
            raise self.error(
                match.start(),
                f"nothing draws figure:{match['name']}; write figure:<question>.<function of its figures.py>"
                + (f", one of {', '.join(known)}" if known else ""),
            )
        if not match["alt"].strip():
            raise self.error(
                match.start(),
                "the figure has no text alternative; write its finding in the brackets",
            )
        return found, name

    # What becomes of them

    def substituted(self, link: Link) -> str:
        """The Markdown with numbers and claims in place of their names.

        Args:
            link: Makes a link from this page to another, given its path below `docs`.

        Raises:
            PageError: If the page names what is not there.
        """
        edits = self._edits(
            lambda m: self._number(m, plain=False),
            lambda m, alt: f"![{alt}](figure:{m['name']})",
        )
        edits += [(m.start(), m.end(), self._found(m, link)) for m in self.verdicts()]
        for m in self.claims():
            head, foot = self._claim(m, link)
            end = m.start() + len(m.group().rstrip())
            edits += [
                (m.start(), self.markdown.index("\n", m.start()), head),
                (end, end, foot),
            ]
        return self._edited(edits)

    def plain(self, figure: Callable[[re.Match[str], str], str]) -> str:
        """The Markdown with numbers as text, for notebooks.

        Args:
            figure: What takes a figure's place, given its image and its text alternative.

        Raises:
            PageError: If the page names what is not there.
        """
        return self._edited(self._edits(lambda m: self._number(m, plain=True), figure))

    def _edits(
        self,
        number: Callable[[re.Match[str]], str],
        figure: Callable[[re.Match[str], str], str],
    ) -> list[tuple[int, int, str]]:
        placeholders = list(self.placeholders())
        edits = []
        for image in self.figures():
            self.figure(image)
            inside = [
                m for m in placeholders if image.start() < m.start() < image.end()
            ]
            placeholders = [m for m in placeholders if m not in inside]
            alt, start = image["alt"], image.start("alt")
            for m in reversed(inside):
                text = self._number(m, plain=True)
                alt = alt[: m.start() - start] + text + alt[m.end() - start :]
            edits.append((image.start(), image.end(), figure(image, alt)))
        return edits + [(m.start(), m.end(), number(m)) for m in placeholders]

    def _edited(self, edits: list[tuple[int, int, str]]) -> str:
        text = self.markdown
        for start, end, new in sorted(edits, reverse=True):
            text = text[:start] + new + text[end:]
        return text

    def _number(self, match: re.Match[str], *, plain: bool) -> str:
        found, key, form, estimate = self.estimate(match)
        if estimate is None:
            return numbers.PENDING if plain else numbers.pending(self.language)
        if form == "n":
            text = str(estimate.n)
        else:
            text = (numbers.interval if form else numbers.value)(estimate)
        if plain:
            return text
        name = key.partition(".")[0]
        measurement = next(v for v in found.measured if v.name == name)
        return numbers.html(
            text,
            estimate,
            numbers.note(estimate, measurement, found.provenance[name], self.language),
        )

    def _found(self, match: re.Match[str], link: Link) -> str:
        words = WORDS[self.language]
        ledger = link(f"{self.language}/ledger.md")
        rests = []
        for name in self.rests_on(match):
            target = name if name.startswith("#") else f"{ledger}#{name}"
            text = words["proof"] if name.startswith("#") else name.partition(".")[2]
            rests.append(f'<a href="{target}">{text}</a>')
        badge = f'<span class="badge {match["word"]}">{words[match["word"]]}</span>'
        return f'{badge} <small class="rests">{words["join"].join(rests)}</small>'

    def _claim(self, match: re.Match[str], link: Link) -> tuple[str, str]:
        found, verdict = self.verdict(match)
        words = WORDS[self.language]
        state = {True: "holds", False: "fails", None: "pending"}[verdict.holds]
        name = f"{found.question}.{verdict.claim.id}"
        # Single quotes: the title of an admonition ends at the first double one.
        badge = f"<span class='badge {state}'>{words[state]}</span>"
        head = f"!!! claim \"<code id='{name}'>{name}</code> {badge}\""
        where = f"{verdict.measurement.file}:{verdict.measurement.line}"
        target = f"{link(f'{self.language}/code/{found.question}.md')}#line-0-{verdict.measurement.line}"
        anchor = f'<a href="{target}">{where}</a>'
        if verdict.estimate is None:
            line = f"{words['pending']} · {anchor}"
        else:
            e = verdict.estimate
            line = words["measured"].format(
                interval=numbers.spread(e, self.language),
                n=e.n,
                condition=escape(verdict.claim.condition),
                link=anchor,
            )
        return head, f'\n\n    <p class="provenance">{line}</p>'

    def drawn(self, html: str, link: Link) -> str:
        """The rendered page with its figures drawn and its mathematics as MathML.

        Raises:
            PageError: If a formula is not understood.
        """
        html = _DRAWN.sub(lambda m: self._svg(m, link), html)
        html = _MATH.sub(self._mathml, html)
        # A line may not start with the comma behind a formula.
        return re.sub(
            r"(<math(?:(?!</math>).)*</math>)([,.;:!?)，。；：、！？）]+)",
            _TOGETHER,
            html,
        )

    def _svg(self, match: re.Match[str], link: Link) -> str:
        question, _, name = match["name"].partition(".")
        found = self.evidence[question]
        words = WORDS[self.language]
        if found.missing:
            return f'<p class="waiting">{words["waiting"]}</p>'
        drawn = figures.draw(
            question, name, found, self.language, unescape(match["alt"])
        )
        data = f"{link('index.md')}evidence/{question}.json"
        code = link(f"{self.language}/code/{question}.md")
        links = f'<a href="{data}">{words["data"]}</a> · <a href="{code}">{words["code"]}</a>'
        return f'{drawn}<p class="origin">{links}</p>'

    def _mathml(self, match: re.Match[str]) -> str:
        tex = unescape(match["tex"])
        try:
            mathml = _CONVERTER.convert_with_local_state(
                tex, displaystyle=match.group(2) == "["
            )
        except LatexError as error:
            at = self.markdown.find(tex.strip().partition("\n")[0])
            raise self.error(
                max(at, 0), f"the formula {tex!r} is not understood: {error}"
            ) from error
        return re.sub(r' style="[^"]*"', "", mathml)


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
