"""A page of one language, read once: the parts of it that are our own markup, and where they stand."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TypeVar

from snippets.evidence.questions import ROOT
from tools.core import prose
from tools.core.prose import line_of

LANGUAGES = ("zh", "en")
VERDICTS = ("supported", "refuted", "depends")

_OURS = re.compile(r"\[\[(?P<what>[^\[\]\n]+)\]\]")
_FIGURE = re.compile(
    r"!\[(?P<alt>(?:[^\[\]]|\[\[[^\[\]]*\]\])*)\]\(figure:(?P<name>[^)\s]*)\)"
)
_CLAIM = re.compile(
    r'^!!! claim "(?P<id>[^"]*)"[ ]*\n(?P<body>(?:[ ]{4}.*(?:\n|\Z)|[ ]*\n)*)', re.M
)
_SAID = re.compile(r"\| (?P<said>.*?) \| \Z")

Span = tuple[int, int]


class PageError(Exception):
    """A page asks for something that is not there; the message says file, line, reason and mend."""


@dataclass(frozen=True)
class Part:
    """Something in a page that stands for something else, from one offset to another."""

    start: int
    end: int


@dataclass(frozen=True)
class Number(Part):
    """`[[question.key]]`, or with `:size`, `:interval`, `:n` or `:machine` behind the key."""

    question: str
    key: str
    form: str

    @property
    def measurement(self) -> str:
        """Name of what measures it."""
        return self.key.partition(".")[0]


@dataclass(frozen=True)
class Verdict(Part):
    """`[[verdict word: claim, #section]]`: what was found of a common answer, and what that rests on.

    Where it stands in a table, `said` is the cell before it: the answer.
    """

    word: str
    rests: tuple[str, ...]
    said: Span | None


@dataclass(frozen=True)
class Claim(Part):
    """`!!! claim "id"` and its body; `id` is whole, `sentence` without the blanks around it."""

    id: str
    sentence: Span


@dataclass(frozen=True)
class Figure(Part):
    """`![alternative](figure:question.name)`."""

    question: str
    name: str
    alternative: Span


@dataclass(frozen=True)
class Claims(Part):
    """`[[claims question]]`: all claims that the page of a question states."""

    question: str


@dataclass(frozen=True)
class Answers(Part):
    """`[[answers]]`, a table of all common answers; `[[answers refuted]]` or `all`, how many there are."""

    which: str


@dataclass(frozen=True)
class Formula(Part):
    """Mathematics in TeX, in a line or displayed by itself."""

    tex: str
    display: bool


@dataclass(frozen=True)
class Include(Part):
    """`--8<-- "file"`: a file of the repository, shown as it is."""

    file: str
    indent: str


@dataclass(frozen=True)
class Unknown(Part):
    """What begins like one of the others and is none."""


P = TypeVar("P", bound=Part)


@dataclass(frozen=True)
class Page:
    """One page of one language.

    Args:
        source: Path below `docs`, as in "zh/symmetry.md".
        markdown: Its text, as it stands in the file: offsets and lines are counted in it.
    """

    source: str
    markdown: str

    @property
    def language(self) -> str:
        """The folder it stands in."""
        return self.source.partition("/")[0]

    @property
    def slug(self) -> str:
        """Name of the file."""
        return self.source.rpartition("/")[2].removesuffix(".md")

    def place(self, offset: int) -> str:
        """File and line of an offset."""
        return f"docs/{self.source}:{line_of(self.markdown, offset)}"

    def error(self, offset: int, message: str) -> PageError:
        """An error at an offset of the page."""
        return PageError(f"{self.place(offset)}: {message}")

    def text(self, part: Part) -> str:
        """A part as it is written."""
        return self.markdown[part.start : part.end]

    def all(self, kind: type[P]) -> list[P]:
        """All parts of a kind, in the order of the page."""
        return [part for part in self.parts if isinstance(part, kind)]

    @cached_property
    def visible(self) -> str:
        """The text with code, mathematics, comments and front matter blanked: where our markup counts."""
        return prose.without_code(self.markdown)

    @cached_property
    def parts(self) -> list[Part]:
        """Everything on the page that stands for something else."""
        return sorted(self._parts(), key=lambda part: (part.start, -part.end))

    @cached_property
    def sections(self) -> list[prose.Section]:
        """The page, split at its headings."""
        return prose.sections(self.markdown)

    @cached_property
    def headings(self) -> list[re.Match[str]]:
        """All headings, as `level`, `text` and `id`; the text is at its span, for its code is blanked."""
        return list(prose.headings(self.markdown))

    @property
    def body(self) -> int:
        """Where the page begins, behind its front matter."""
        match = prose.FRONT_MATTER.match(self.markdown)
        return match.end() if match else 0

    @cached_property
    def code_blocks(self) -> list[tuple[int, str]]:
        """The Python blocks with their lines: what a reader can paste."""
        blocks = []
        for match in prose.FENCE.finditer(self.markdown):
            opening, _, rest = match.group().partition("\n")
            if re.match(r" *[`~]+ *python\b", opening):
                code = textwrap.dedent(rest.rpartition("\n")[0])
                line = line_of(self.markdown, match.start())
                blocks.append((line, prose.INCLUDE.sub(self._shown, code)))
        return blocks

    def included(self, file: str, offset: int) -> Path:
        """The file of the repository that is included at an offset.

        Raises:
            PageError: If there is none.
        """
        path, shown = (ROOT / file).resolve(), (ROOT / "snippets").resolve()
        if len(file) > 200 or not path.is_relative_to(shown) or not path.is_file():
            raise self.error(
                offset,
                f"snippets has no file {file[:200]!r} to include; write its path from the root",
            )
        return path

    def _shown(self, include: re.Match[str]) -> str:
        try:
            text = self.included(include["file"], 0).read_text(encoding="utf-8")
        except PageError:
            return include.group()  # told where the page is rendered or executed
        return textwrap.indent(text.rstrip("\n"), include["indent"])

    def full_id(self, claim: str) -> str:
        """The id of a claim with its question; on a question's page it may be left out."""
        return claim if "." in claim else f"{self.slug}.{claim}"

    def _parts(self) -> Iterator[Part]:
        for m in _OURS.finditer(self.visible):
            yield self._named(m)
        for m in _FIGURE.finditer(self.visible):
            question, _, name = m["name"].partition(".")
            yield Figure(*m.span(), question, name, m.span("alt"))
        for m in _CLAIM.finditer(self.markdown):
            start = m.start("body") + len(m["body"]) - len(m["body"].lstrip())
            end = m.start() + len(m.group().rstrip())
            yield Claim(m.start(), end, self.full_id(m["id"]), (start, end))
        for m in prose.formulas(self.markdown):
            display = m.group().startswith("$$")
            yield Formula(*m.span(), m.group().strip("$"), display)
        for m in prose.INCLUDE.finditer(self.markdown):
            yield Include(*m.span(), m["file"], m["indent"])

    def _named(self, m: re.Match[str]) -> Part:
        """What stands in double brackets; whatever begins with none of our words names a number."""
        word, _, rest = m["what"].partition(" ")
        name, colon, rests = rest.partition(":")
        if word == "claims" and rest:
            return Claims(*m.span(), rest)
        if word == "answers" and rest.strip() in ("", "all", *VERDICTS):
            return Answers(*m.span(), rest.strip())
        if word == "verdict" and colon:
            names = tuple(filter(None, (n.strip() for n in rests.split(","))))
            row = self.markdown.rfind("\n", 0, m.start()) + 1
            said = _SAID.match(self.markdown, row, m.start())
            return Verdict(*m.span(), name, names, said.span("said") if said else None)
        if word.startswith(("claims", "answers", "verdict")):
            return Unknown(*m.span())
        name, _, form = m["what"].partition(":")
        question, _, key = name.strip().partition(".")
        return Number(*m.span(), question, key, form)


@lru_cache(maxsize=256)
def parse(source: str, markdown: str) -> Page:
    """A page, the same one for the same text, so that it is read once."""
    return Page(source, markdown)


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
