"""The guide: all its pages and all its evidence, and what each part of a page stands for."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from snippets.evidence.estimates import Estimate
from snippets.evidence.judging import Evidence, JudgedClaim, claim_place
from snippets.evidence.questions import Measurement, SourceError
from tools.core import figures, formulas
from tools.core.nearest import nearest
from tools.core.pages import (
    VERDICTS,
    Answers,
    Claim,
    Claims,
    Figure,
    Formula,
    Include,
    Number,
    Page,
    PageError,
    Part,
    Verdict,
    parse,
    read,
)

FORMS = ("", "size", "interval", "n", "machine")


@dataclass(frozen=True)
class Problem:
    """Why a part of a page stands for nothing.

    Args:
        message: File, line, reason and mend.
    """

    message: str


@dataclass(frozen=True)
class Measured:
    """What a number names: the estimate, unless it is not measured yet, and how it was measured."""

    estimate: Estimate | None
    measurement: Measurement
    provenance: dict[str, str]


@dataclass(frozen=True)
class Grounds:
    """What a verdict rests on: full ids of claims, and sections as "#id"."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class Listed:
    """The pages whose claims or answers a list shows."""

    pages: tuple[Page, ...]


# Of a figure the evidence that it draws, of an include its file, of a formula its MathML.
Value = Problem | Measured | JudgedClaim | Grounds | Evidence | Listed | Path | str


class Guide:
    """All pages and all evidence.

    Args:
        docs: Folder of the pages.
        evidence: Slug of every question to what is known of it.
    """

    def __init__(self, docs: Path, evidence: dict[str, Evidence]) -> None:
        self.docs = docs
        self.evidence = evidence
        self._values: dict[Page, dict[Part, Value]] = {}

    def page(self, source: str) -> Page:
        """A page, given its path below `docs`.

        Raises:
            PageError: If it is not there or not UTF-8.
        """
        return parse(source, read(self.docs, source))

    def link(self, at: str, to: str) -> str:
        """The address of a page or a file as a page links to it; both are paths below `docs`.

        Raises:
            PageError: If there is no such page.
        """
        made = re.fullmatch(r"\w+/code/(\w+)\.md", to)
        known = made and made[1] in self.evidence
        if to.endswith(".md") and not known and not (self.docs / to).exists():
            raise PageError(f"docs/{to}:1: there is no such page; write it")
        target = address(to)
        way = posixpath.relpath(f"/{target}", f"/{address(at)}")
        return f"{way}/" if target.endswith("/") or not target else way

    def resolve(self, page: Page) -> dict[Part, Value]:
        """What each part of a page stands for, or the problem why it stands for nothing."""
        if page not in self._values:
            values = {part: self._resolved(page, part) for part in page.parts}
            self._values[page] = values
        return self._values[page]

    def problems(self, page: Page) -> Iterator[str]:
        """Messages of all problems of a page, in its order."""
        for value in self.resolve(page).values():
            if isinstance(value, Problem):
                yield value.message

    def _resolved(self, page: Page, part: Part) -> Value:
        try:
            match part:
                case Number():
                    return self._measured(page, part)
                case Claim():
                    return self._stated(page, part)
                case Verdict():
                    return self._grounds(page, part)
                case Figure():
                    return self._drawable(page, part)
                case Claims() | Answers():
                    return self._listed(page, part)
                case Include():
                    return page.included(part.file, part.start + len(part.indent))
                case Formula():
                    return formulas.mathml(part.tex, part.display)
            raise _misunderstood(page, part)
        except formulas.FormulaError as error:
            return Problem(f"{page.place(part.start)}: {error}")
        except PageError as error:
            return Problem(str(error))

    def _known(self, question: str) -> Evidence | None:
        """The evidence of a question, if there is one of that name; its fault is told."""
        evidence = self.evidence.get(question)
        if evidence and evidence.fault:
            raise PageError(evidence.fault)
        return evidence

    def _measured(self, page: Page, number: Number) -> Measured:
        written = page.text(number)
        evidence = self._known(number.question)
        if evidence is None:
            raise page.error(
                number.start,
                f"{written} names no question; {nearest(number.question, self.evidence)}",
            )
        if number.form not in FORMS:
            raise page.error(
                number.start,
                f"{written}: after the colon write size, interval, n or machine, not {number.form!r}",
            )
        name = number.measurement
        estimate = evidence.estimates.get(number.key)
        if estimate is None and name not in {m.name for m in evidence.missing}:
            every = {f"[[{number.question}.{key}]]" for key in evidence.estimates}
            raise page.error(
                number.start,
                f"{written} is measured by no file of snippets/{number.question}; "
                + nearest(f"[[{number.question}.{number.key}]]", every),
            )
        measurements = (*evidence.measured, *evidence.missing)
        return Measured(
            estimate,
            next(m for m in measurements if m.name == name),
            evidence.provenance.get(name, {}),
        )

    def _stated(self, page: Page, claim: Claim) -> JudgedClaim:
        if claim.sentence[0] >= claim.sentence[1]:
            reason = "a claim without a sentence; write it below, four spaces in"
            raise page.error(claim.start, reason)
        return self._judged(page, claim.id, claim.start)

    def _judged(self, page: Page, name: str, offset: int) -> JudgedClaim:
        question, _, claim = name.partition(".")
        evidence = self._known(question)
        judged = {j.claim.id: j for j in evidence.claims} if evidence else {}
        if claim not in judged:
            every = [f"{question}.{name}" for name in judged] or self.evidence
            raise page.error(
                offset, f"there is no claim {name!r}; {nearest(name, every)}"
            )
        return judged[claim]

    def _grounds(self, page: Page, verdict: Verdict) -> Grounds:
        written = page.text(verdict)
        if verdict.word not in VERDICTS:
            raise page.error(
                verdict.start,
                f"{written}: a verdict is supported, refuted or depends; write one of them",
            )
        if not verdict.rests:
            raise page.error(
                verdict.start,
                f"{written} rests on nothing; name claims or a #section",
            )
        sections = {f"#{section.id}" for section in page.sections}
        names = [
            name if name.startswith("#") else page.full_id(name)
            for name in verdict.rests
        ]
        for name in names:
            if not name.startswith("#"):
                self._judged(page, name, verdict.start)
            elif name not in sections:
                raise page.error(
                    verdict.start,
                    f"{written}: this page has no section {name}; {nearest(name, sections)}",
                )
        return Grounds(tuple(names))

    def _drawable(self, page: Page, figure: Figure) -> Evidence:
        evidence = self._known(figure.question)
        try:
            known = figures.names(figure.question) if evidence else []
        except SourceError as error:
            raise PageError(str(error)) from error
        name = f"{figure.question}.{figure.name}"
        if evidence is None or figure.name not in known:
            raise page.error(
                figure.start,
                f"nothing draws figure:{name}; "
                + nearest(name, [f"{figure.question}.{one}" for one in known]),
            )
        if not page.markdown[slice(*figure.alternative)].strip():
            raise page.error(
                figure.start,
                "the figure has no text alternative; write its finding in the brackets",
            )
        for number in page.all(Number):
            if figure.start < number.start < figure.end:
                self._measured(page, number)
        return evidence

    def _listed(self, page: Page, part: Claims | Answers) -> Listed:
        if isinstance(part, Claims):
            if part.question not in self.evidence:
                raise _misunderstood(page, part)
            wanted = [part.question]
        elif part.which:
            wanted = list(self.evidence)
        else:  # the table has the order of the lists on its page
            listed = (claims.question for claims in page.all(Claims))
            wanted = [question for question in listed if question in self.evidence]
        try:
            sources = (f"{page.language}/{name}.md" for name in wanted)
            return Listed(tuple(self.page(source) for source in sources))
        except PageError as error:
            reason = f"{page.text(part)} cannot be made: {error}"
            raise page.error(part.start, reason) from error


def _misunderstood(page: Page, part: Part) -> PageError:
    return page.error(
        part.start,
        f"{page.text(part)} is not understood; "
        "write [[verdict refuted: claim-id, #section]], [[claims question]] or [[answers refuted]]",
    )


def refuted(evidence: Evidence) -> Iterator[str]:
    """Messages of the claims of a question that do not hold."""
    for judged in evidence.claims:
        claim, estimate = judged.claim, judged.estimate
        if estimate and not judged.holds:
            place = f"{judged.measurement.file}:{judged.measurement.line}"
            yield (
                f"{place}: claim {evidence.question}.{claim.id} does not hold, "
                f"it is false if {claim.false_if}: "
                f"{claim.estimate} is {estimate.value:.4g} ({estimate.low:.4g} "
                f"to {estimate.high:.4g}), the condition is {claim.condition}; "
                "mend the experiment, or the condition and its sentence: "
                f"{claim_place(evidence.question, claim.id)}"
            )


@cache
def address(source: str) -> str:
    """Where a page or a file stands below the site's root: "zh/symmetry/", "" for the root itself."""
    if not source.endswith(".md"):
        return source
    return re.sub(r"(^|/)index/$", r"\1", f"{source.removesuffix('.md')}/")
