"""What pages ask their readers, marked for the memory and the decks: the choice, and "check yourself".

Each has a name that both languages share and that no edit of its words changes: the page and, of several,
the number.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator

from tools.core.pages import Page
from tools.core.prose import line_of
from tools.core.words import WORDS

_CHOICE = re.compile(r'<fieldset class="choice".*?</fieldset>', re.S)
_REPLY = re.compile(r'(?<=<p class="reply">)[^<]*')
_HEADING = re.compile(r"(?=<h2\b)")
_CHECK = re.compile(r'<details class="question"')
_MARKED = re.compile(
    r'data-question="(?P<question>\w+)" data-options="(?P<options>[0-9]+)" data-right="(?P<right>[0-9]+)"'
    r'|data-check="(?P<page>\w+)\.(?P<number>[0-9]+)"'
)


def marked(html: str, name: str, language: str) -> str:
    """A page with marks at what it asks.

    Its choice gets the page's name, its number of options and which of them is right, counted from 0; each
    question with an answer to open gets the page's name and its own number, counted from 1. Such questions
    are those under "check yourself", and all of a page without a choice.

    Args:
        html: The page, or a part of it.
        name: The page's, as `momentum`.
        language: Its language.
    """
    choice = _CHOICE.search(html)
    if choice and len(right := _right(choice.group(), language)) == 1:
        options = choice.group().count("<input")
        mark = (
            f' data-question="{name}" data-options="{options}" data-right="{right[0]}"'
        )
        at = choice.start() + len("<fieldset")
        html = html[:at] + mark + html[at:]
    numbers = itertools.count(1)
    sections = _HEADING.split(html)
    for i, section in enumerate(sections):
        if not choice or section.startswith('<h2 id="check"'):
            sections[i] = _CHECK.sub(
                lambda m: f'{m.group()} data-check="{name}.{next(numbers)}"', section
            )
    return "".join(sections)


def counted(pages: Iterable[str]) -> str:
    """What all pages of a language ask, as the script reads it.

    Args:
        pages: Their HTML, in any order.

    Returns:
        For each page that asks, in the order of names, `name:options:right:checks`, with spaces between.
    """
    found: dict[str, list[int]] = {}
    for mark in (m for html in pages for m in _MARKED.finditer(html)):
        known = found.setdefault(mark["question"] or mark["page"], [0, -1, 0])
        if mark["question"]:
            known[:2] = int(mark["options"]), int(mark["right"])
        else:
            known[2] = max(known[2], int(mark["number"]))
    return " ".join(":".join(map(str, (name, *found[name]))) for name in sorted(found))


def faults(zh: Page, en: Page) -> Iterator[str]:
    """Choices whose right option is not to be known, or is not the same in both languages."""
    rights = {}
    for page in (zh, en):
        choice = _CHOICE.search(page.markdown)
        if not choice:
            continue
        word = WORDS[page.language]["right"]
        right = rights[page.language] = _right(choice.group(), page.language)
        if len(right) != 1:
            line = line_of(page.markdown, choice.start())
            yield (
                f"docs/{page.source}:{line}: {len(right)} replies of the choice begin with {word!r}, and the "
                "decks have to know which option is right; begin one reply with it"
            )
    if len({tuple(right) for right in rights.values() if len(right) == 1}) > 1:
        yield (
            f"docs/{zh.source}:1: another option is right than in docs/{en.source}, and what a reader has "
            "chosen is kept for both; bring the options into the same order"
        )


def _right(choice: str, language: str) -> list[int]:
    """The options whose replies begin with the word for it, counted from 0."""
    word = re.compile(rf"{WORDS[language]['right']}\b")
    replies = _REPLY.findall(choice)
    return [i for i, reply in enumerate(replies) if word.match(reply)]
