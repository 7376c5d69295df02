"""The index of the site's search: one for each language, in the words of its readers.

Material makes the entries, one for each page and section; here it is told what to read. How a query finds
them is in `search.js`.
"""

from __future__ import annotations

import json
import logging
import re
from collections import Counter
from collections.abc import Collection, Iterable
from functools import cache, lru_cache
from html import escape, unescape
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jieba
from material.plugins.search.plugin import SearchIndex
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.pages import Page

from snippets.evidence import store
from tools.core.glossary import Term, chinese_words, pattern, terms
from tools.core.kept import kept
from tools.core.pages import LANGUAGES

# What Unicode can raise and lower as a whole; other indices stay `<sup>` and `<sub>`.
_RAISED = str.maketrans("0123456789+−-=()in′", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁱⁿ′")
_LOWERED = str.maketrans("0123456789+−-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")
_RELATIONS = ("=", "≤", "≥", "≈", "≠", "→", "←", "∈", "∼", "&lt;", "&gt;")

# None of these holds another of its kind.
_LEFT_OUT = re.compile(
    r'<(svg|form|fieldset)\b.*?</\1>|<p class="origin">.*?</p>', re.S
)
_FORMULA = re.compile(r"<math\b.*?</math>", re.S)
_LISTING = re.compile(r'<details class="listing">.*?</details>', re.S)
_GLOSSARY = re.compile(r'<div class="glossary">.*?</table>', re.S)
_HEAD = re.compile(r"<thead>.*?</thead>", re.S)
_ROW = re.compile(r'<tr id="(?P<id>[^"]*)">(?P<cells>.*?)</tr>', re.S)
_CELL = re.compile(r"<td[^>]*>(.*?)</td>", re.S)


def fill_ours(config: MkDocsConfig) -> None:
    """Let Material's search fill our index."""
    finder: Any = config.plugins["material/search"]
    finder.search_index = Index(**finder.config)


class Index(SearchIndex):  # type: ignore[misc]  # Material has no types
    """Material's index, of pages as they read."""

    entries: list[dict[str, Any]]

    def add_entry_from_context(self, page: Page) -> None:
        """Read a page, unless it says again what another one says."""
        if "/notebooks/" in page.url:  # who searches wants the page itself
            return
        shown, before, words = page.content or "", self.entries, (*chinese_words(),)

        def make() -> list[dict[str, Any]]:
            _teach(words)
            self.entries, page.content = [], readable(shown)
            super(Index, self).add_entry_from_context(page)
            return self.entries

        given = (shown, page.url, page.title, page.meta, str(page.toc), words)
        found = kept("search", lambda: given, make)
        self.entries, page.content = before + found, shown


@lru_cache(maxsize=1)
def _teach(words: tuple[str, ...]) -> None:
    """Let jieba keep these words whole, and no others of ours."""
    jieba.setLogLevel(logging.WARNING)
    jieba.dt.initialized = False  # the server may have taught it others
    for word in words:
        jieba.add_word(word)


def readable(html: str) -> str:
    """A page's text for the index.

    Without drawings, whose labels are no sentences, without answers to choose from, most of them wrong, and
    without the listings of the reference, which stand on the pages of the questions; formulas in a line;
    each row of the glossary under its own heading.
    """
    html = _FORMULA.sub(lambda m: _read(m.group()), _LEFT_OUT.sub("", html))
    before, there, reference = html.partition("doc-object")
    html = before + there + _LISTING.sub("", reference)
    return _GLOSSARY.sub(lambda m: _ROW.sub(_section, _HEAD.sub("", m.group())), html)


def _section(row: re.Match[str]) -> str:
    name, *cells = _CELL.findall(row["cells"])
    text = " · ".join(filter(None, cells))  # one paragraph: it is shown as a whole
    return f'<h2 id="{row["id"]}">{name}</h2><p>{text}</p>'


@cache
def _read(formula: str) -> str:
    # XML has five names for signs, HTML thousands.
    formula = re.sub(r"&(?!lt;|gt;|amp;|quot;)\w+;", lambda m: unescape(m[0]), formula)
    return _in_a_line(ET.fromstring(formula))


def _in_a_line(formula: ET.Element) -> str:
    """MathML as text: 10⁻³, (1 − β)/2, √β."""
    parts = [_in_a_line(child) for child in formula]
    text = escape(formula.text or "", quote=False).strip()
    match formula.tag, parts:
        case "annotation" | "annotation-xml", _:
            return ""
        case "mfrac", [above, below]:
            return f"{_together(above)}/{_together(below)}"
        case "msqrt", _:
            return "√" + _together("".join(parts))
        case "msup" | "mover", [base, index]:
            return base + _index(index, _RAISED, "sup")
        case "msub" | "munder", [base, index]:
            return base + _index(index, _LOWERED, "sub")
        case "msubsup" | "munderover", [base, below, above]:
            return base + _index(below, _LOWERED, "sub") + _index(above, _RAISED, "sup")
        case "mspace", _:
            return " "
        case "mo", _:
            sign = text.replace("\u2061", " ")
            return f" {sign} " if sign in _RELATIONS else sign
    return "".join(parts) or text


def _together(text: str) -> str:
    """A part of a fraction or under a root, in brackets if it has parts of its own."""
    return text if re.fullmatch(r"[^\s+−·/]*", text) else f"({text})"


def _index(text: str, signs: dict[int, int], tag: str) -> str:
    moved = text.translate(signs)
    whole = all(ord(sign) in signs or sign == "′" for sign in text)
    return moved if whole else f"<{tag}>{text}</{tag}>"


def divide(site: Path, questions: Collection[str]) -> None:
    """Put an index into the folder of each language, in place of Material's one for the whole site."""
    whole = site / "search" / "search_index.json"
    index = json.loads(whole.read_text(encoding="utf-8"))
    for language in LANGUAGES:
        start = f"{language}/"
        mine = (
            entry | {"location": entry["location"].removeprefix(start)}
            for entry in index["docs"]
            if entry["location"].startswith(start)
        )
        ours = index | {"docs": with_aliases(mine, language, questions)}
        text = json.dumps(ours, ensure_ascii=False, separators=(",", ":"))
        store.write_atomically(site / language / "search" / "search_index.json", text)
    whole.unlink()
    whole.parent.rmdir()


def with_aliases(
    entries: Iterable[dict[str, Any]], language: str, questions: Collection[str]
) -> list[dict[str, Any]]:
    """Entries of a search index with the words that readers may type instead.

    Args:
        entries: One per page and one per section, as Material makes them.
        language: Their language.
        questions: Slugs of the pages that answer; of these, the one that uses a term most is its page.

    Returns:
        The entries with two more fields. `alias`: what else the terms in the entry are called, in either
        language. `named`: all names of the terms that an entry is about: for which it is the page, the
        section to which the glossary leads, or the glossary's row.
    """
    found = [dict(entry) for entry in entries]
    used: dict[Term, Counter[str]] = {term: Counter() for term in terms(language)}
    alias: dict[str, dict[Term, None]] = {entry["location"]: {} for entry in found}
    for entry in found:
        page = entry["location"].partition("/")[0]
        plain = re.sub("\u200b|<[^>]*>", "", f"{entry['title']} {entry['text']}")
        lower = plain.lower()
        for term, pages in used.items():
            # Most terms are not there, and that is soon seen.
            if term.name.split()[0].lower() in lower and (
                count := len(pattern(term.name).findall(plain))
            ):
                pages[page] += count
                alias[entry["location"]][term] = None
    about: dict[str, list[Term]] = {}
    for term, pages in used.items():
        places = {f"glossary/#{term.id}"}
        if term.see:
            places |= {term.see, f"{term.see.partition('/')[0]}/"}
        elif answering := {page: n for page, n in pages.items() if page in questions}:
            places.add(f"{max(answering, key=lambda p: answering[p])}/")
        for place in places & alias.keys():
            about.setdefault(place, []).append(term)
            alias[place][term] = None
    names = _names(language)
    inner = _inner_words([name for called in names.values() for name in called])
    for entry in found:
        entry["named"] = " ".join(
            name for term in about.get(entry["location"], ()) for name in names[term]
        )
        entry["alias"] = " ".join(
            dict.fromkeys(
                word
                for term in alias[entry["location"]]
                for name in names[term]
                for word in (name, *inner[name])
                if word != term.name
            )
        )
    return found


def _names(language: str) -> dict[Term, list[str]]:
    """What each term is called, in either language and in code."""
    others = {t.id: t for t in terms("en" if language == "zh" else "zh")}
    names = {}
    for term in terms(language):
        # A row that one language lacks is told by a test, and no reason to build nothing.
        other = others.get(term.id, term)
        every = (term.name, term.other, *term.also, *other.also, *term.code)
        names[term] = list(dict.fromkeys(every))
    return names


def _inner_words(names: list[str]) -> dict[str, list[str]]:
    """The words within each name."""
    words = (*chinese_words(),)

    def make() -> dict[str, list[str]]:
        _teach(words)
        return {
            name: [
                word
                for chinese in re.findall("[一-鿿]+", name)
                for word in jieba.cut_for_search(chinese)
                if word != name and len(word) > 1
            ]
            for name in names
        }

    return kept("search", lambda: (names, words), make)
