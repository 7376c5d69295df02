"""Whether both languages of a page say the same things: in each section the same, block by block."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from difflib import SequenceMatcher

from tools.core.blocks import blocks, unlike
from tools.core.pages import Claim, Figure, Formula, Number, Page, Verdict
from tools.core.prose import FENCE, Section, line_of

_LINK = re.compile(r"\]\((?P<target>(?!figure:)[^()\s]*(?:\([^()]*\)[^()\s]*)*)\)")


def shared(page: Page) -> dict[str, tuple[int, dict[str, Counter[str]]]]:
    """What each section must share with the other language, by kind, and the line it starts at."""
    text = page.markdown
    by_section = {}
    for section in page.sections:
        start, end, last = section.start, section.end, line_of(text, section.end)
        parts = [part for part in page.parts if start <= part.start < end]
        kinds = {
            "numbers": [page.text(p) for p in parts if isinstance(p, Number)],
            "verdicts": [page.text(p) for p in parts if isinstance(p, Verdict)],
            "claims": [p.id for p in parts if isinstance(p, Claim)],
            "figures": [
                f"{p.question}.{p.name}" for p in parts if isinstance(p, Figure)
            ],
            "formulas": [_wordless(p.tex) for p in parts if isinstance(p, Formula)],
            "links": [m["target"] for m in _LINK.finditer(page.visible, start, end)],
            "code blocks": [
                body for line, body in page.code_blocks if section.line <= line < last
            ],
            "other blocks": [
                m.group()
                for m in FENCE.finditer(text, start, end)
                if "python" not in m.group()[:20]
            ],
        }
        by_section[section.id] = (
            section.line,
            {kind: Counter(items) for kind, items in kinds.items()},
        )
    return by_section


def unequal(zh: Page, en: Page) -> Iterator[str]:
    """Where the two languages do not say the same things, or not in the same order."""
    ours, theirs = shared(zh), shared(en)
    told = set()
    for page, mine, other, others in ((zh, ours, en, theirs), (en, theirs, zh, ours)):
        for name, (line, kinds) in mine.items():
            if name not in others:
                yield (
                    f"docs/{page.source}:{line}: section #{name} is missing in docs/{other.source}; "
                    "write it there, too"
                )
                continue
            there, twins = others[name]
            for kind, items in kinds.items():
                for item in items - twins[kind]:
                    told.add(name)
                    what = _differs(item, twins[kind] - items)
                    at = _line_of_item(page, line, item)
                    yield (
                        f"docs/{page.source}:{at}: {kind} of section #{name}: {what!r} "
                        f"does not stand in docs/{other.source}:{there}; write the same in both languages"
                    )
    twin = {section.id: section for section in en.sections}
    for section in zh.sections:
        if section.id in twin.keys() - told:
            yield from _misaligned(zh, section, en, twin[section.id])
    if ours.keys() == theirs.keys() and list(ours) != list(theirs):
        yield (
            f"docs/{zh.source}:1: its sections stand in another order than in docs/{en.source}; "
            "bring them into the same"
        )


def _misaligned(zh: Page, here: Section, en: Page, there: Section) -> Iterator[str]:
    """The first block of a section without one like it beside it, where both languages are side by side."""
    ours, theirs = blocks(zh, here), blocks(en, there)
    sides = list(zip((zh, en), (here, there), unlike(ours, theirs), strict=True))
    if sum(map(len, theirs)) > sum(map(len, ours)):
        sides.reverse()  # the one that has more has what the other lacks
    if sides[0][2] is None:
        sides.reverse()
    (page, _, block), (other, section, twin) = sides
    if block:
        last = line_of(other.markdown, section.end)
        place = f"docs/{other.source}:{twin.line if twin else last}"
        found = (
            f"{twin.told(block)} stands"
            if twin
            else "the section ends, or the part that holds it"
        )
        yield (
            f"docs/{page.source}:{block.line}: {block.told(twin)} of section #{section.id} has no twin at "
            f"{place}, where {found}; write the same blocks in the same order in both languages: the two are "
            "shown side by side"
        )


def _wordless(formula: str) -> str:
    """A formula without the words in it, which differ with the language."""
    return re.sub(r"\\text\{[^{}]*\}", r"\\text{}", formula.strip().rstrip(".,，。； "))


def _line_of_item(page: Page, section: int, item: str) -> int:
    """Where an item stands first in the section that begins with a line; that line where it is not found."""
    first = item.strip().partition("\n")[0]
    short = f'"{first.rpartition(".")[2]}"'  # of a claim on its question's page
    for number, line in enumerate(page.markdown.split("\n")[section - 1 :], section):
        if first and (first in line or short in line):
            return number
    return section


def _differs(item: str, twins: Counter[str]) -> str:
    """The first line of an item that its nearest twin does not have."""
    near = max(
        twins, key=lambda t: SequenceMatcher(None, item, t).quick_ratio(), default=""
    )
    lines = [
        line for line in item.strip().splitlines() if line not in near.splitlines()
    ]
    return lines[0].strip() if lines else item.strip()
