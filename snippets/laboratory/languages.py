"""How figures and explorables say something in both languages."""

from __future__ import annotations

from collections.abc import Callable

Say = Callable[
    [str, str], str
]  # of the words in Chinese and in English, those of the page
