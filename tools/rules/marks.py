"""What is still to be written: marks that `make question` leaves, and nothing may keep."""

from __future__ import annotations

import re
from collections.abc import Iterator

from snippets.evidence.questions import ROOT, questions, relative

_PLACES = ("docs/**/*", "snippets/**/*.py")
_SUFFIXES = (".css", ".html", ".js", ".md", ".py", ".ts")
# What is to be written stands behind the mark, up to where the text around it goes on.
_MARK = re.compile(
    r"\b(?:TODO|FIXME|TBD)\b[:：]? *(?P<what>(?:(?!TODO)[^\n|\"\[\]<>{}])*)"
)


def faults() -> Iterator[str]:
    """Each mark with its place, and what is to be written there."""
    files = {path for place in _PLACES for path in ROOT.glob(place)}
    files |= {ROOT / "tests" / f"test_{question}.py" for question in questions()}
    for file in sorted(files):
        if file.suffix not in _SUFFIXES or not file.is_file():
            continue
        # What is not UTF-8 is told elsewhere.
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
        for number, line in enumerate(lines, 1):
            for mark in _MARK.finditer(line):
                what = (
                    mark["what"].strip(" ,.:;，。：；?") or "what the mark stands for"
                )
                yield (
                    f"{relative(file)}:{number}: this is still to be written: {what}; "
                    "write it in the place of the mark"
                )
