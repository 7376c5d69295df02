"""The index of the site's search: one for each language, and either language's words find the page.

Material makes the entries, one for each page and section.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Iterable
from functools import cache
from pathlib import Path
from typing import Any

import jieba

from snippets.evidence import store
from tools.glossary import Term, pattern, terms
from tools.pages import LANGUAGES


def divide(site: Path, questions: Collection[str]) -> None:
    """Put an index into the folder of each language, in place of Material's one for the whole site."""
    whole = site / "search" / "search_index.json"
    index = json.loads(whole.read_text(encoding="utf-8"))
    index["config"]["fields"] |= {"named": {"boost": 500.0}, "alias": {"boost": 1.0}}
    for language in LANGUAGES:
        mine = with_aliases(
            (
                entry | {"location": entry["location"].removeprefix(f"{language}/")}
                for entry in index["docs"]
                if entry["location"].startswith(f"{language}/")
                # A notebook has its page's words: who searches wants the page.
                and not entry["location"].startswith(f"{language}/notebooks/")
            ),
            language,
            questions,
        )
        text = json.dumps(
            index | {"docs": mine}, ensure_ascii=False, separators=(",", ":")
        )
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
        The entries with two more fields. `alias`: the other language's names of the terms in the entry, and
        the words inside of its Chinese terms. `named`: both names of the terms that an entry is about.
    """
    found = [dict(entry) for entry in entries]
    used: dict[Term, Counter[str]] = {term: Counter() for term in terms(language)}
    for entry in found:
        page = entry["location"].partition("/")[0]
        plain = re.sub("\u200b|<[^>]*>", "", f"{entry['title']} {entry['text']}")
        alias = []
        for term, pages in used.items():
            if count := len(pattern(term.name).findall(plain)):
                pages[page] += count
                alias += [term.other, *_inner_words(term.name)]
        entry["alias"] = " ".join(alias)
    about: dict[str, list[str]] = {}
    for term, pages in used.items():
        if answering := {page: n for page, n in pages.items() if page in questions}:
            about.setdefault(max(answering, key=lambda p: answering[p]), []).append(
                f"{term.name} {term.other}"
            )
    for entry in found:
        entry["named"] = " ".join(about.get(entry["location"].removesuffix("/"), ()))
    return found


@cache
def _inner_words(name: str) -> list[str]:
    return (
        []
        if name.isascii()
        else [w for w in jieba.cut_for_search(name) if w != name and len(w) > 1]
    )
