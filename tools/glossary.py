"""The glossary at work: terms lead to it from the pages.

The tables of `docs/zh/glossary.md` and `docs/en/glossary.md` are the only place where terms are kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from html import escape

from snippets.evidence.questions import ROOT

_ROW = re.compile(
    r"^\| (?!English|中文|---)(?P<name>[^|]+) \| (?P<other>[^|]+) \|[^|]*"
    r"\| (?P<meaning>.+) \|$",
    re.M,
)
_PARAGRAPH = re.compile(r"<p>.*?</p>", re.S)
_PARTS = re.compile(r"(<[^>]+>)")
_CLOSED = (
    "a",
    "abbr",
    "code",
    "data",
    "math",
    "summary",
    "svg",
)  # nothing is linked in these


@dataclass(frozen=True)
class Term:
    """A row of the glossary.

    Args:
        name: The term in the language of the page.
        other: The term in the other language.
        id: Anchor of its row, the same in both languages.
        meaning: One sentence, without mark-up.
    """

    name: str
    other: str
    id: str
    meaning: str


def terms(language: str) -> list[Term]:
    """The rows of a language's glossary."""
    file = ROOT / "docs" / language / "glossary.md"
    return _terms(language, file.read_text(encoding="utf-8")) if file.exists() else []


@cache
def _terms(language: str, markdown: str) -> list[Term]:
    found = []
    for row in _ROW.finditer(markdown):
        english = row["name"] if language == "en" else row["other"]
        anchor = re.sub(r"\W+", "-", english.lower())
        meaning = re.sub(r"\\mathrm |[$`\\]", "", row["meaning"])
        found.append(Term(row["name"], row["other"], anchor, meaning))
    return found


def chinese_words() -> Iterator[str]:
    """The Chinese words of all terms, without the Latin beside them."""
    for term in terms("zh"):
        yield from re.findall("[一-鿿]+", term.name)


def anchored(html: str, language: str) -> str:
    """The glossary's page with an anchor for every row."""
    for term in terms(language):
        html = html.replace(
            f"<tr>\n<td>{term.name}</td>",
            f'<tr id="{term.id}">\n<td>{term.name}</td>',
            1,
        )
    return html


def linked(html: str, language: str, address: str) -> str:
    """A page whose paragraphs lead to the glossary where a term first occurs.

    Args:
        html: The page.
        language: Its language.
        address: Where the glossary is, from this page.
    """
    waiting = {
        pattern(t.name): t for t in sorted(terms(language), key=lambda t: -len(t.name))
    }

    def text(part: str) -> str:
        for words, term in list(waiting.items()):
            found = words.search(part)
            if found:
                del waiting[words]
                target, meaning = f"{address}#{term.id}", escape(term.meaning)
                link = f'<a class="term" href="{target}" title="{meaning}">{found.group()}</a>'
                return text(part[: found.start()]) + link + text(part[found.end() :])
        return part

    def paragraph(match: re.Match[str]) -> str:
        out, inside = [], 0
        for part in _PARTS.split(match.group()):
            if tag := re.match(r"<(/?)(\w+)", part):
                if tag.group(2) in _CLOSED and not part.endswith("/>"):
                    inside += -1 if tag.group(1) else 1
                out.append(part)
            else:
                out.append(part if inside else text(part))
        return "".join(out)

    return _PARAGRAPH.sub(paragraph, html)


@cache
def pattern(name: str) -> re.Pattern[str]:
    """What finds a term in a text: English by whole words, in singular and plural."""
    if name.isascii():
        words = re.escape(name).replace("\\ ", "(?:’s)?\\ ")  # LeCun’s initialization
        return re.compile(rf"\b{words}(?:e?s)?\b", re.I)
    return re.compile(re.escape(name))
