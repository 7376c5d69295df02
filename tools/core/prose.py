"""Tell prose from everything else in a Markdown page, without moving a character.

Every function returns text of the same length with the same line breaks, so that an
offset or a line number found in it is one of the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_FRONT_MATTER = r"\A---\n.*?\n---\n"
_FENCE = r"^(?P<indent>[ >]*)(?P<fence>`{3,}(?!`)|~{3,}(?!~))[^\n]*\n(?:.*?\n)??(?P=indent)(?P=fence)[ ]*$"
_COMMENT = r"<!--.*?-->"
_CODE = r"(?<!`)(?P<ticks>`+)(?!`)(?:(?!\n\n).)+?(?<!`)(?P=ticks)(?!`)"
_DISPLAY = r"\$\$.+?\$\$"
_INLINE = r"(?<![\\$\w])\$(?![\s$])(?:(?!\n\n)[^$])+?(?<![\s\\])\$(?![\d$])"
_TAG = r"</?[a-zA-Z][^<>]*>"
_CITATION = r"\[[^\[\]]*\]\(https?://[^()\s]*\)|(?<=[ （(，；])(?:19|20)\d\d[a-z]?(?=[)）；]|; )"
_YEAR = (
    r"\b(?:(?<=[Ii]n |[Oo]f |[Bb]y )|(?<=[Ss]ince )|(?<=[A-Z]{3} )|(?<=IPS ))(?:19|20)[0-9]{2}\b"
    r"(?![.,]?[0-9]|%| (?:percent|points|steps|epochs|examples|runs|seeds|samples|times|units|layers)\b)"
    r"|(?:19|20)[0-9]{2} ?年(?: ?1?[0-9] ?月)?|\b(?:19|20)[0-9]0s\b|\b20[0-9]{2}-[01][0-9]-[0-3][0-9]\b"
    r"|\barXiv:[0-9]{4}\.[0-9]{5}"
)
_PLACE = (
    r"\b(?:[Ss]ections?|[Cc]hapters?|[Vv]ersions?|[Tt]heorems?|[Ff]igures?|[Ee]quations?"
    r"|[Pp]ages?|Eqs?\.|Figs?\.|PyTorch|torch|Python|NumPy|CUDA|Ubuntu|macOS|RTX)"
    r" [0-9]+(?:\.[0-9]+)*[a-z]?(?:[–-][0-9]+)?\b|(?:定理|引理|图|表|式) ?[0-9]+(?:\.[0-9]+)*[a-z]?"
    r"|(?<=第 )[0-9]+(?:\.[0-9]+)*(?:[–-][0-9]+)?(?= ?[章节页版])"
)
_TARGET = r"(?<=\])\([^()\s]*(?:\([^()]*\)[^()\s]*)*\)|^\[[^\]]+\]:.*$|<https?://[^>]*>"
_ATTRIBUTES = r"\{:?[ ]*[#.][^{}\n]*\}|\{:[^{}\n]*\}"
_BLOCK = r'^ *!!! claim "[^"]*"'
# ResNet-50, W8A8, Llama-3.1-8B, 2D; footnotes
_NAME = (
    r"\b(?:[A-Z][a-z]+-[0-9]\.[0-9]-[0-9]+[BM]|(?:[A-Z][0-9]+){2,}|[A-Za-z]+-?[0-9]+[A-Za-z]*|[1-4]D)\b"
    r"|\[\^[\w-]+\]"
)
_NUMBERING = r'^(?: *|\| |\?{3}\+? \w+ ")[0-9]+\.(?= )'  # of lists, rows and folds
_PLACEHOLDER = r"\[\[[^\[\]\n]+\]\]"

INCLUDE = re.compile(r'^(?P<indent> *)--8<-- "(?P<file>[^"]+)"$', re.M)
FENCE = re.compile(_FENCE, re.M | re.S)
FRONT_MATTER = re.compile(_FRONT_MATTER, re.S)


def _pattern(*parts: str) -> re.Pattern[str]:
    return re.compile("|".join(parts), re.M | re.S)


_HEADING = _pattern(
    r"^(?P<level>#{1,6}) (?P<text>[^\n]*?)(?: *\{:? *#(?P<id>[\w.-]+)[^}\n]*\})? *$"
)
_UNDERLINED = _pattern(r"^(?! *[|>])[^\s][^\n]*\n(?:=+|-{2,}) *$")
_FORMULA = _pattern(_DISPLAY, _INLINE)
_CODE_ONLY = _pattern(_FRONT_MATTER, _FENCE, _COMMENT, _CODE)
_NOT_SUBSTITUTED = _pattern(_FRONT_MATTER, _FENCE, _COMMENT, _CODE, _DISPLAY, _INLINE)
_NOT_PROSE = _pattern(
    _FRONT_MATTER,
    _FENCE,
    _COMMENT,
    _CODE,
    _DISPLAY,
    _INLINE,
    _TAG,
    _CITATION,
    _YEAR,
    _PLACE,
    _TARGET,
    _ATTRIBUTES,
    _BLOCK,
    _NAME,
    _NUMBERING,
    _PLACEHOLDER,
)


def without_code(markdown: str) -> str:
    """The page with code, mathematics, comments and front matter blanked: where placeholders count."""
    return _NOT_SUBSTITUTED.sub(_blank, markdown)


def spans(markdown: str) -> Iterator[tuple[int, int]]:
    """Where code, mathematics, comments and front matter begin and end."""
    return (match.span() for match in _NOT_SUBSTITUTED.finditer(markdown))


def formulas(markdown: str) -> Iterator[re.Match[str]]:
    """All formulas outside code."""
    return _FORMULA.finditer(_CODE_ONLY.sub(_blank, markdown))


def headings(markdown: str) -> Iterator[re.Match[str]]:
    """All headings outside code, as `level`, `text` and `id`."""
    return _HEADING.finditer(_CODE_ONLY.sub(_blank, markdown))


def underlined(markdown: str) -> Iterator[re.Match[str]]:
    """Lines that a line of = or - under them turns into headings."""
    return _UNDERLINED.finditer(_CODE_ONLY.sub(_blank, markdown))


@dataclass(frozen=True)
class Section:
    """A heading and what follows it, up to the next one.

    Args:
        id: Id of the heading, the same in both languages; "top" before the first heading.
        line: Where it starts, from 1.
        start: Offset of its first character.
        end: Offset behind its last one.
    """

    id: str
    line: int
    start: int
    end: int


def sections(markdown: str) -> list[Section]:
    """Split a page at its headings."""
    found = [("top", 0)]
    for heading in headings(markdown):
        # Every page has one title, whose words differ with the language.
        name = "title" if heading["level"] == "#" else heading["id"] or heading["text"]
        found.append((name, heading.start()))
    ends = [start for _, start in found[1:]] + [len(markdown)]
    return [
        Section(name, line_of(markdown, start), start, end)
        for (name, start), end in zip(found, ends, strict=True)
    ]


def only_prose(markdown: str) -> str:
    """The page with all that a reader does not read as a sentence blanked: where digits count."""
    return _NOT_PROSE.sub(_blank, markdown)


def line_of(markdown: str, offset: int) -> int:
    """The line number, from 1, of an offset."""
    return markdown.count("\n", 0, offset) + 1


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match.group())
