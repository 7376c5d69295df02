"""The glossary at work: terms lead to it from the pages.

The tables of `docs/zh/glossary.md` and `docs/en/glossary.md` are the only place where terms are kept. A
meaning may name a section that tells more, and ends with what else the term is called: "Also called X, Y." or
"也叫 X、Y。".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from html import escape

from snippets.evidence.questions import ROOT
from tools.core.pages import PageError, read

ROW = re.compile(
    r"^\| (?!English|中文|---)(?P<name>[^|]+) \| (?P<other>[^|]+) \|(?P<code>[^|]*)"
    r"\| (?P<meaning>.+) \|$",
    re.M,
)
_ALSO = re.compile(r"(?:也叫 ?|Also called )(?P<names>.+?)[.。]$")
_SEE = re.compile(r"\]\((?P<page>\w+)\.md(?P<section>[^)]*)\)")
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
        meaning: What it means, without mark-up.
        also: What else it is called in the language of the page.
        code: Its names in code, without their modules.
        see: The section that the row leads to, as `page/#section`, if it leads to one.
    """

    name: str
    other: str
    id: str
    meaning: str
    also: tuple[str, ...] = ()
    code: tuple[str, ...] = ()
    see: str = ""


def terms(language: str) -> list[Term]:
    """The rows of a language's glossary."""
    try:
        return parsed(language, read(ROOT / "docs", f"{language}/glossary.md"))
    except PageError:
        return []  # whoever checks or builds the page tells it


@cache
def parsed(language: str, markdown: str) -> list[Term]:
    """The rows of a glossary, as the text of its page has them."""
    found = []
    for row in ROW.finditer(markdown):
        english = row["name"] if language == "en" else row["other"]
        anchor = re.sub(r"\W+", "-", english.lower())
        also = _ALSO.search(row["meaning"])
        see = _SEE.search(row["meaning"])
        meaning = re.sub(r"\[(.*?)\]\(.*?\)", r"\1", row["meaning"])
        meaning = re.sub(r"\\mathrm |[$`\\]", "", meaning)
        found.append(
            Term(
                row["name"],
                row["other"],
                anchor,
                meaning,
                tuple(re.split("、|, ", also["names"])) if also else (),
                tuple(re.findall(r"`(?:\w+\.)*(\w{2,})[^`]*`", row["code"])),
                f"{see['page']}/{see['section']}" if see else "",
            )
        )
    return found


def chinese_words() -> Iterator[str]:
    """The Chinese words of all terms, without the Latin beside them."""
    for term in terms("zh"):
        for name in (term.name, *term.also):
            yield from re.findall("[一-鿿]+", name)


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
    # The longest first: a dead unit is not a place for the link of a unit.
    rows = sorted(terms(language), key=lambda term: -len(term.name))
    if not rows:
        return html
    names = re.compile("|".join(f"({pattern(t.name).pattern})" for t in rows), re.I)
    linked = set()

    def once(match: re.Match[str]) -> str:
        term = rows[(match.lastindex or 0) - 1]
        if term in linked:
            return match.group()
        linked.add(term)
        target, meaning = f"{address}#{term.id}", escape(term.meaning)
        return f'<a class="term" href="{target}" title="{meaning}">{match.group()}</a>'

    def paragraph(match: re.Match[str]) -> str:
        out, inside = [], 0
        for part in _PARTS.split(match.group()):
            if tag := re.match(r"<(/?)(\w+)", part):
                if tag.group(2) in _CLOSED and not part.endswith("/>"):
                    inside += -1 if tag.group(1) else 1
                out.append(part)
            else:
                out.append(part if inside else names.sub(once, part))
        return "".join(out)

    return _PARAGRAPH.sub(paragraph, html)


@cache
def pattern(name: str) -> re.Pattern[str]:
    """What finds a term in a text: English by whole words, in singular and plural."""
    if name.isascii():
        words = re.escape(name).replace("\\ ", "(?:’s)?\\ ")  # LeCun’s initialization
        return re.compile(rf"\b{words}(?:e?s)?\b", re.I)
    return re.compile(re.escape(name))
