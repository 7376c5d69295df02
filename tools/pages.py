"""A page of one language, and what it names: numbers, claims, verdicts and figures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

from snippets.evidence.estimates import Estimate
from snippets.evidence.judging import Evidence, JudgedClaim
from snippets.evidence.questions import ROOT, SourceError
from tools import figures
from tools.prose import INCLUDE, PLACEHOLDER, line_of, sections, without_code

LANGUAGES = ("zh", "en")
VERDICTS = ("supported", "refuted", "depends")

_VERDICT = re.compile(r"\[\[verdict (?P<word>[^:\[\]\n]*):(?P<rests>[^\[\]\n]*)\]\]")
_IMAGE = re.compile(
    r"!\[(?P<alt>(?:[^\[\]]|\[\[[^\[\]]*\]\])*)\]\(figure:(?P<name>[^)\s]*)\)"
)
_CLAIM = re.compile(
    r'^!!! claim "(?P<id>[^"]*)"[ ]*\n(?P<body>(?:[ ]{4}.*(?:\n|\Z)|[ ]*\n)*)', re.M
)


class PageError(Exception):
    """A page asks for something that is not there; the message says file, line, reason and mend."""


def read(docs: Path, source: str) -> str:
    """The text of a page, or of another file below `docs`.

    Raises:
        PageError: If it is not there or not UTF-8.
    """
    try:
        content = (docs / source).read_bytes()
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise PageError(
            f"docs/{source}:{line}: this is not UTF-8; save the file as UTF-8"
        ) from error
    except OSError as error:
        raise PageError(
            f"docs/{source}:1: it cannot be read: {error.strerror}; write it"
        ) from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


class Page:
    """One page of one language, with the evidence it may name.

    Args:
        source: Path below `docs`, as in "zh/symmetry.md".
        markdown: Its text, as it stands in the file: lines are counted in it.
        evidence: Slug of every question to what is known of it.

    Attributes:
        faults: Messages of what was shown as a fault on it.
    """

    def __init__(
        self, source: str, markdown: str, evidence: dict[str, Evidence]
    ) -> None:
        self.source = source
        self.markdown = markdown
        self.evidence = evidence
        self.language = source.partition("/")[0]
        self.slug = source.rpartition("/")[2].removesuffix(".md")
        self.faults: list[str] = []

    def error(self, offset: int, message: str) -> PageError:
        """An error at an offset of the page."""
        return PageError(
            f"docs/{self.source}:{line_of(self.markdown, offset)}: {message}"
        )

    def placeholders(self) -> Iterator[re.Match[str]]:
        """All `[[...]]` outside code and mathematics that name an estimate."""
        for match in PLACEHOLDER.finditer(without_code(self.markdown)):
            if not match.group().startswith(("[[verdict", "[[claims", "[[answers")):
                yield match

    def lists(self) -> Iterator[re.Match[str]]:
        """All `[[claims ...]]` and `[[answers ...]]`, which stand for parts of other pages."""
        for match in PLACEHOLDER.finditer(without_code(self.markdown)):
            if match.group().startswith(("[[claims", "[[answers")):
                yield match

    def includes(self) -> Iterator[re.Match[str]]:
        """All files of the repository that the page shows."""
        return INCLUDE.finditer(self.markdown)

    def include(self, match: re.Match[str]) -> Path:
        """The file that an include names.

        Raises:
            PageError: If there is none in the repository.
        """
        path = (ROOT / match["file"]).resolve()
        if not path.is_relative_to(ROOT) or not path.is_file():
            raise self.error(
                match.start("file"),
                f"the repository has no file {match['file']!r} to include; write its path from the root",
            )
        return path

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
        if found.fault:
            raise PageError(found.fault)
        if form not in ("", "interval", "n", "machine"):
            raise self.error(
                match.start(),
                f"{match.group()}: after the colon write interval, n or machine, not {form!r}",
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
                f"{match.group()} is measured by no file of snippets/{question}; they have {known}",
            )
        return found, key, form, estimate

    def verdict(self, match: re.Match[str]) -> tuple[Evidence, JudgedClaim]:
        """The judged claim that a claim block names.

        Raises:
            PageError: If there is no such claim.
        """
        return self._find_claim(self.full_id(match["id"]), match.start())

    def full_id(self, claim: str) -> str:
        """The id of a claim with its question; on a question's page it may be left out."""
        return claim if "." in claim else f"{self.slug}.{claim}"

    def _find_claim(self, full: str, offset: int) -> tuple[Evidence, JudgedClaim]:
        question, _, claim = full.partition(".")
        found = self.evidence.get(question)
        if found and found.fault:
            raise PageError(found.fault)
        for verdict in found.claims if found else ():
            if verdict.claim.id == claim:
                assert found
                return found, verdict
        known = (
            ", ".join(v.claim.id for v in found.claims)
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
        if match["word"] not in VERDICTS:
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

    def alternative(self, match: re.Match[str]) -> str:
        """The text alternative of a figure, with the code and mathematics that searching blanks."""
        return self.markdown[match.start("alt") : match.end("alt")]

    def malformed(self) -> Iterator[re.Match[str]]:
        """What begins like a verdict or a list of claims and is none."""
        for match in PLACEHOLDER.finditer(without_code(self.markdown)):
            text = match.group()
            if text.startswith("[[verdict") and not _VERDICT.fullmatch(text):
                yield match
            if text.startswith("[[claims") and text[9:-2] not in self.evidence:
                yield match
            if text.startswith("[[answers") and text[9:-2].strip() not in (
                "",
                "all",
                *VERDICTS,
            ):
                yield match

    def misunderstood(self, match: re.Match[str]) -> NoReturn:
        """Refuse what `malformed` found.

        Raises:
            PageError: Always.
        """
        raise self.error(
            match.start(),
            f"{match.group()} is not understood; "
            "write [[verdict refuted: claim-id, #section]], [[claims question]] or [[answers refuted]]",
        )

    def figure(self, match: re.Match[str]) -> tuple[Evidence, str]:
        """The evidence and name of a figure.

        Raises:
            PageError: If nothing draws it, or its text alternative is missing.
        """
        question, _, name = match["name"].partition(".")
        found = self.evidence.get(question)
        if found and found.fault:
            raise PageError(found.fault)
        try:
            known = figures.names(question) if found else []
        except SourceError as error:
            raise PageError(str(error)) from error
        if found is None or name not in known:
            raise self.error(
                match.start(),
                f"nothing draws figure:{match['name']}; write figure:<question>.<function of its figures.py>"
                + (f", one of {', '.join(known)}" if known else ""),
            )
        if not self.alternative(match).strip():
            raise self.error(
                match.start(),
                "the figure has no text alternative; write its finding in the brackets",
            )
        return found, name
