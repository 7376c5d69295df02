"""`python -m tools.rules`, a part of `make check`."""

from __future__ import annotations

import sys

from snippets.evidence.judging import Evidence, known
from snippets.evidence.questions import ROOT, questions
from tools.core.guide import Guide
from tools.core.pages import PageError
from tools.rules.rules import check


def _known(question: str) -> Evidence:
    """What is known of a question, or why nothing is."""
    try:
        return known(question)
    except Exception as error:  # nobody has broken a file in this way yet
        reason = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        fault = f"snippets/{question}/__init__.py:1: this cannot be read, {reason}; take back its last change"
        return Evidence(question, fault=fault)


def main() -> int:
    """Check everything; print what is wrong.

    Returns:
        0 if nothing is, else 1.
    """
    found = 0
    try:
        for message in check(Guide(ROOT / "docs", {q: _known(q) for q in questions()})):
            print(message, file=sys.stderr)
            found += 1
    except PageError as error:
        print(error, file=sys.stderr)
        found += 1
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
