"""Tell prose from everything else in a Markdown page, without moving a character.

Every function returns text of the same length with the same line breaks, so that an
offset or a line number found in it is one of the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_FRONT_MATTER = r"\A---\n.*?\n---\n"
_FENCE = r"^(?P<indent>[ >]*)(?P<fence>`{3,}|~{3,})[^\n]*\n(?:.*?\n)??(?P=indent)(?P=fence)[ ]*$"
_COMMENT = r"<!--.*?-->"
_CODE = r"(?<!`)(?P<ticks>`+)(?!`)(?:(?!\n\n).)+?(?<!`)(?P=ticks)(?!`)"
_DISPLAY = r"\$\$.+?\$\$"
_INLINE = r"(?<![\\$\w])\$(?![\s$])(?:(?!\n\n)[^$])+?(?<![\s\\])\$(?![\d$])"
_TAG = r"</?[a-zA-Z][^<>]*>"
_CITATION = r"\[[^\[\]]*\]\(https?://[^()\s]*\)|(?<=[ （(])(?:19|20)\d\d[a-z]?(?=[)）])"
_TARGET = r"(?<=\])\([^()\s]*(?:\([^()]*\)[^()\s]*)*\)|^\[[^\]]+\]:.*$|<https?://[^>]*>"
_ATTRIBUTES = r"\{:?[ ]*[#.][^{}\n]*\}|\{:[^{}\n]*\}"
_BLOCK = r'^ *!!! claim "[^"]*"'
_PLACEHOLDER = r"\[\[[^\[\]\n]+\]\]"

PLACEHOLDER = re.compile(_PLACEHOLDER)
FENCE = re.compile(_FENCE, re.M | re.S)


def _pattern(*parts: str) -> re.Pattern[str]:
    return re.compile("|".join(parts), re.M | re.S)


_HEADING = _pattern(
    r"^(?P<level>#{1,4}) +(?P<text>[^\n]*?)(?: *\{:? *#(?P<id>[\w.-]+)[^}\n]*\})? *$"
)
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
    _TARGET,
    _ATTRIBUTES,
    _BLOCK,
    _PLACEHOLDER,
)


def without_code(markdown: str) -> str:
    """The page with code, mathematics, comments and front matter blanked: where placeholders count."""
    return _NOT_SUBSTITUTED.sub(_blank, markdown)


def formulas(markdown: str) -> Iterator[re.Match[str]]:
    """All formulas outside code."""
    return _FORMULA.finditer(_CODE_ONLY.sub(_blank, markdown))


def headings(markdown: str) -> Iterator[re.Match[str]]:
    """All headings outside code, as `level`, `text` and `id`."""
    return _HEADING.finditer(_CODE_ONLY.sub(_blank, markdown))


def only_prose(markdown: str) -> str:
    """The page with all that a reader does not read as a sentence blanked: where digits count."""
    return _NOT_PROSE.sub(_blank, markdown)


def line_of(markdown: str, offset: int) -> int:
    """The line number, from 1, of an offset."""
    return markdown.count("\n", 0, offset) + 1


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match.group())
