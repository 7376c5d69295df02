"""What may have been meant by a name that is not there."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

MANY = 20


def nearest(name: str, there: Iterable[str]) -> str:
    """The nearest of the names that there are, as a question, or all of them; of many, the nearest five."""
    names = sorted(there)
    close = get_close_matches(name, names, 1, cutoff=0.7)
    if close:
        return f"is it {close[0]!r}?"
    if len(names) > MANY:
        near = get_close_matches(name, names, 5, cutoff=0)
        return f"there are {len(names)} others, such as {', '.join(near)}"
    return f"there are: {', '.join(names) or 'none'}"
