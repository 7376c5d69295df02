"""The blocks of a page in their order: what stands against what where both languages are side by side."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tools.core import prose
from tools.core.pages import Page

_CUT = re.compile(rf"{prose.FRONT_MATTER.pattern}|<!--.*?-->", re.S)
_FENCE = re.compile(r"(`{3,}|~{3,}) *(\w*)")
_BOX = re.compile(r'(!!!|\?\?\?\+?) (\w+)(?: "(.*)")?')
_ITEM = re.compile(r"([-*+]|\d+\.) +")
_TAG = re.compile(r'<(/?\w+)(?: class="([\w -]+)")?')
_FIGURE = re.compile(r"!\[.*\]\(figure:(.*)\)$")
_ATTRIBUTES = re.compile(r"\{:.*\}$")
_CELL = re.compile(r"-{3,}")
_NAMES = re.compile(r"\[\[[^\[\]]+\]\]")
_APART = ("<", "$$", "```", "~~~", "{:")  # what ends a paragraph without a blank line


@dataclass(frozen=True)
class Block:
    """A part of a page that stands by itself.

    Args:
        line: Where it begins, from 1.
        what: What it is, as "a table of 3 rows and 2 columns".
        names: What stands in double brackets in it, whose order is that of the language.
        holds: What a fold holds, a list or a table.
    """

    line: int
    what: str
    names: tuple[str, ...] = ()
    holds: tuple[Block, ...] = ()

    def __len__(self) -> int:
        return 1 + sum(map(len, self.holds))

    def told(self, beside: Block | None) -> str:
        """What it is, and what it names where that alone tells it from the one beside it."""
        if beside is None or beside.what != self.what:
            return self.what
        return f"{self.what} with {', '.join(self.names) or 'no number'}"


def blocks(page: Page, section: prose.Section) -> tuple[Block, ...]:
    """The blocks of a section, without its heading."""
    text = page.markdown[section.start : section.end]
    text = _CUT.sub(lambda m: "\n" * m[0].count("\n"), text)
    lines = text.split("\n")
    if section.id != "top":
        lines[0] = ""
    return tuple(_read(lines, section.line))


def unlike(
    ours: Sequence[Block], theirs: Sequence[Block]
) -> tuple[Block | None, Block | None]:
    """The first block that has no twin, and what stands there in the other language: None at its end.

    Returns:
        One of each language; twice None where every block has a twin.
    """
    for a, b in zip(ours, theirs, strict=False):
        if a.what != b.what:
            return a, b
        if any(inside := unlike(a.holds, b.holds)):
            return inside
        if a.names != b.names:
            return a, b
    n = min(len(ours), len(theirs))
    return next(iter(ours[n:]), None), next(iter(theirs[n:]), None)


def _read(lines: Sequence[str], first: int) -> Iterator[Block]:
    """The blocks of some lines, the first of which has this number."""
    at = 0
    while at < len(lines):
        text = lines[at].strip()
        if not text or _ATTRIBUTES.match(text):
            at += 1
            continue
        rest = lines[at + 1 :]
        line = first + at
        if fence := _FENCE.match(text):
            length = _until([t.strip() for t in rest], fence[1].__eq__) + 1
            yield Block(line, f"a block of {fence[2] or 'code'}")
        elif text.startswith("$$"):
            whole = len(text) > 2 and text.endswith("$$")
            length = (
                0 if whole else _until(rest, lambda t: t.rstrip().endswith("$$")) + 1
            )
            yield Block(line, "a formula")
        elif box := _BOX.match(text):
            length = _until(rest, lambda t: t.strip() and not t.startswith("    "))
            inner = tuple(_read([t[4:] for t in rest[:length]], line + 1))
            claim = f"the claim {box[3]!r}"
            fold = f"a fold ({box[2]})" if box[1] != "!!!" else f"a box ({box[2]})"
            yield Block(line, claim if box[2] == "claim" else fold, holds=inner)
        elif item := _ITEM.match(text):
            length = _until_end_of_list(rest)
            items = tuple(_items(lines[at : at + 1 + length], line))
            kind = "numbered list" if item[1][0].isdigit() else "list"
            yield Block(
                line, f"a {kind} of {_counted(len(items), 'item')}", holds=items
            )
        elif text.startswith("|"):
            length = _until(rest, lambda t: not t.startswith("|"))
            rows = [lines[at], *rest[1:length]]
            columns = len(_CELL.findall(rest[0])) if rest else 1
            what = f"a table of {_counted(len(rows), 'row')} and {_counted(columns, 'column')}"
            numbered = (
                Block(line + i + (i > 0), "a row", _named(r))
                for i, r in enumerate(rows)
            )
            yield Block(line, what, holds=tuple(numbered))
        elif tag := _TAG.match(text):
            length = 0
            yield Block(
                line, f"<{tag[1]}{f' {tag[2]}' if tag[2] else ''}>", _named(text)
            )
        elif figure := _FIGURE.match(text):
            length = 0
            yield Block(line, f"the figure {figure[1]}")
        else:
            length = _until(
                rest, lambda t: not t.strip() or t.strip().startswith(_APART)
            )
            yield Block(line, "a paragraph", _named("\n".join([text, *rest[:length]])))
        at += 1 + length


def _until(lines: Sequence[str], ends: Callable[[str], object]) -> int:
    return next((i for i, text in enumerate(lines) if ends(text)), len(lines))


def _until_end_of_list(lines: Sequence[str]) -> int:
    """How many lines belong to a list: up to a text behind a blank line, neither item nor indented."""
    blank = False
    for i, text in enumerate(lines):
        if blank and text.strip() and not (text.startswith("  ") or _ITEM.match(text)):
            return i
        blank = not text.strip()
    return len(lines)


def _items(lines: Sequence[str], first: int) -> Iterator[Block]:
    starts = [i for i, text in enumerate(lines) if _ITEM.match(text)]
    for start, end in pairwise([*starts, len(lines)]):
        text = [_ITEM.sub("", lines[start], count=1)]
        text += [re.sub("^ {1,4}", "", t) for t in lines[start + 1 : end]]
        yield Block(first + start, "an item", holds=tuple(_read(text, first + start)))


def _named(text: str) -> tuple[str, ...]:
    return tuple(sorted(_NAMES.findall(text)))


def _counted(n: int, name: str) -> str:
    return f"{n} {name}" if n == 1 else f"{n} {name}s"
