"""Whether both languages of a page say the same things: section by section, the same in each."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from difflib import SequenceMatcher

from tools.core.pages import Claim, Figure, Formula, Number, Page, Verdict
from tools.core.prose import FENCE, line_of

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
    """Where the two languages do not say the same things."""
    ours, theirs = shared(zh), shared(en)
    for page, mine, other, others in ((zh, ours, en, theirs), (en, theirs, zh, ours)):
        for name, (line, kinds) in mine.items():
            if name not in others:
                yield f"docs/{page.source}:{line}: section #{name} is missing in docs/{other.source}"
                continue
            there, twins = others[name]
            for kind, items in kinds.items():
                for item in items - twins[kind]:
                    what = _differs(item, twins[kind] - items)
                    yield (
                        f"docs/{page.source}:{line}: {kind} of section #{name}: {what!r} "
                        f"does not stand in docs/{other.source}:{there}"
                    )
    if ours.keys() == theirs.keys() and list(ours) != list(theirs):
        yield f"docs/{zh.source}:1: its sections stand in another order than in docs/{en.source}"


def _wordless(formula: str) -> str:
    """A formula without the words in it, which differ with the language."""
    return re.sub(r"\\text\{[^{}]*\}", r"\\text{}", formula.strip().rstrip(".,，。； "))


def _differs(item: str, twins: Counter[str]) -> str:
    """The first line of an item that its nearest twin does not have."""
    near = max(
        twins, key=lambda t: SequenceMatcher(None, item, t).quick_ratio(), default=""
    )
    lines = [
        line for line in item.strip().splitlines() if line not in near.splitlines()
    ]
    return lines[0].strip() if lines else item.strip()
