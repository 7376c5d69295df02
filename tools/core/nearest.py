"""What may have been meant by a name that is not there."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(name: str, there: Iterable[str]) -> str:
    """The nearest of the names that there are, as a question, or all of them."""
    names = sorted(there)
    close = get_close_matches(name, names, 1, cutoff=0.7)
    if close:
        return f"is it {close[0]!r}?"
    return f"there are: {', '.join(names) or 'none'}"
