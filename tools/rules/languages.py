"""What each language asks for: Chinese typography, text alternatives and terms in the page's own words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import permutations

import autocorrect_py as autocorrect
from selectolax.lexbor import LexborNode

from tools.core import glossary
from tools.core.pages import Figure, Formula, Number, Page
from tools.core.prose import line_of, only_prose
from tools.rules.rendering import BLOCKS, MARK, Rendered, above

_HAN = re.compile("[一-鿿]")
# What the typographer lets through, and what takes its place.
_MORE = (
    (re.compile(r"(?<!\])\(((?=[^()\n]*[一-鿿])[^()\n]*)\)"), r"（\1）"),
    (re.compile(r"(?<=[一-鿿])\(([^()\n]*)\)"), r"（\1）"),
    (re.compile(r"(?<=[一-鿿])\.{3,}|(?<=[一-鿿])…(?!…)"), "……"),
    (re.compile(r"(?<=[一-鿿])--+(?=[一-鿿])"), "——"),
)
_SOME = "\ue002"
_LATIN = f"[A-Za-z0-9{_SOME}]"
_FULL = dict(zip(",;:!?", "，；：！？", strict=True))
_ACROSS = (
    (
        re.compile(f"[一-鿿]{_LATIN}|{_LATIN}[一-鿿]"),
        "leave a blank between Chinese and the rest",
    ),
    (re.compile('[一-鿿]"|"[一-鿿]'), "write “ and ”"),
    (
        re.compile(
            rf"(?<=[一-鿿] )(?!(?:No|Fig|Eq|al|etc|vs)\.){_LATIN}+\.(?= ?[一-鿿]|\n|\Z)"
        ),
        "end the sentence with 。",
    ),
    *(
        (
            re.compile(rf"(?:{_LATIN}|[一-鿿”》）]){re.escape(h)} ?(?=[一-鿿])"),
            f"write {f}",
        )
        for h, f in _FULL.items()
    ),
    (re.compile("[，。；：、]{2,}"), "write one of them"),
    (re.compile(r"（[^（）()\n]*\)|\([^（）()\n]*）"), "write （ and ）"),
    (re.compile("[．｡]"), "write 。"),
    (re.compile(r"(?<=[一-鿿] )\([^()\n]*\)(?= ?[一-鿿，。；])"), "write （ and ）"),
    (
        re.compile("\u3000|\u00a0(?!\u21a9)"),
        "write no wide blank: paragraphs stand apart",
    ),
)
# A link in a sentence of Chinese is its text: no blank beside it.
_SETTINGS = {"rules": {"space-bracket": 0, "spellcheck": 0}}
autocorrect.load_config(json.dumps(_SETTINGS))  # type: ignore[attr-defined]


def typography(page: Page) -> Iterator[str]:
    """Half-width punctuation in Chinese, and Latin words and digits without a blank beside them."""
    if page.language != "zh":
        return
    for found in autocorrect.lint_for(page.markdown, "markdown").lines:
        # Both are whole sentences; where they part is what matters.
        signs = zip(f"{found.old}\n", f"{found.new}\n", strict=False)
        at = next((i for i, (old, new) in enumerate(signs) if old != new), 0)
        old, new = (t[max(0, at - 6) : at + 6] for t in (found.old, found.new))
        if old == new:
            yield f"docs/{page.source}:{found.line}: a wide blank (U+3000) begins or ends it; take it out"
            continue
        yield f"docs/{page.source}:{found.line}: {old!r} is not how Chinese is set; write {new!r}"
    prose = only_prose(page.markdown)
    for pattern, new in _MORE:
        for match in pattern.finditer(prose):
            place, old, now = (
                page.place(match.start()),
                match.group(),
                match.expand(new),
            )
            yield f"{place}: {old!r} is not how Chinese is set; write {now!r}"


def across(page: Rendered) -> Iterator[str]:
    """The same where it shows only in what Markdown makes: beside code, numbers, formulas and bold words."""
    if page.page.language != "zh":
        return
    for node in page.elements:
        if node.tag not in BLOCKS:
            continue
        text = _line(page, node)
        for pattern, mend in _ACROSS:
            for match in pattern.finditer(text):
                near = (
                    text[max(0, match.start() - 5) : match.end() + 5]
                    .replace(_SOME, "…")
                    .strip()
                )
                yield f"{near!r} is not how Chinese is set; {mend}"


def _line(page: Rendered, block: LexborNode) -> str:
    """The text of a block as one line, a number or a formula in it as the sign that stands for both."""
    text = ""
    for child in block.traverse(include_text=True):
        holder = next((a for a in above(child) if a.tag in (*BLOCKS, "pre")), None)
        if child.tag == "br" or holder != block:
            text += "\n"
        elif child.tag == "-text" and all(a.tag != "sup" for a in above(child)):
            text += child.text_content or ""
    return MARK.sub(
        lambda m: (
            _SOME if isinstance(page.part(m["number"]), Number | Formula) else "\n"
        ),
        text,
    )


def alternatives(page: Page) -> Iterator[str]:
    """Text alternatives of figures in the other language."""
    for figure in page.all(Figure):
        text = page.markdown[slice(*figure.alternative)]
        if reason := _foreign(text, page.language):
            yield f"{page.place(figure.start)}: {reason}"


def untranslated(page: Rendered) -> Iterator[str]:
    """Paragraphs of a page in the other language."""
    zh = page.page.language == "zh"
    for node in page.elements:
        text = node.text(deep=True) or ""
        titled = (
            node.tag == "summary" or node.attributes.get("class") == "admonition-title"
        )
        if zh and titled and text.strip() in ("Example", "Listing", "Note", "Question"):
            yield f"the title {text.strip()!r} is Markdown\u2019s own; write one behind the box\u2019s kind"
        if node.tag not in ("p", "li", "dd"):
            continue
        if any("lang" in n.attributes for n in (node, *node.css("[lang]"))):
            continue  # a quotation, marked as such
        prose = " ".join(_prose(node))
        words, signs = re.findall(r"\b[A-Za-z]{2,}\b", prose), _HAN.findall(prose)
        if zh and len(words) > 5 and not _HAN.search(text):
            yield f"{text.strip()[:40]!r} is not Chinese; write it in the language of the page"
        if not zh and len(signs) > max(5, len(words)):
            yield f"{text.strip()[:40]!r} is not English; write it in the language of the page"


def _prose(node: LexborNode) -> Iterator[str]:
    """The texts of a node that are neither code nor a link."""
    for child in node.traverse(include_text=True):
        if child.tag == "-text" and not {a.tag for a in above(child)} & {
            "code",
            "a",
            "pre",
        }:
            yield child.text_content or ""


def pictures(page: Rendered) -> Iterator[str]:
    """The same of pictures."""
    for node in page.elements:
        text = node.attributes.get("alt") or ""
        if node.tag == "img" and (reason := _foreign(text, page.page.language)):
            yield reason


def _foreign(text: str, language: str) -> str:
    """Why a description is not in the language of its page; empty where it is."""
    words = only_prose(text).strip()
    if not words or (_HAN.search(words) is not None) == (language == "zh"):
        return ""
    name = {"zh": "Chinese", "en": "English"}[language]
    return f"{text[:40]!r} is not {name}; describe what it shows in the page\u2019s language"


def rows(page: Page) -> Iterator[str]:
    """Rows of the glossary that are not read as one."""
    if page.slug != "glossary":
        return
    read = {match.start() for match in glossary.ROW.finditer(page.markdown)}
    for match in re.finditer(r"^\|(?! (?:English|中文|---) ).*", page.markdown, re.M):
        if match.start() not in read:
            yield (
                f"{page.place(match.start())}: {match.group()[:40]!r} is not read as a term; "
                "write | name | name in the other language | `code` | meaning |"
            )


def twins(zh: Page, en: Page) -> Iterator[str]:
    """Rows of the glossary that one language lacks, or that name a term otherwise."""
    if zh.slug != "glossary":
        return
    both = [
        {t.id: t for t in glossary.parsed(p.language, p.markdown)} for p in (zh, en)
    ]
    for (page, mine), (other, others) in permutations(zip((zh, en), both, strict=True)):
        for name, term in mine.items():
            row = page.markdown.index(f"| {term.name} | {term.other} |")
            twin = others.get(name)
            if twin is None:
                yield (
                    f"{page.place(row)}: the row of {term.name!r} has no twin in docs/{other.source}; "
                    f"write | {term.other} | {term.name} | there, too"
                )
            elif twin.other != term.name:
                yield (
                    f"{page.place(row)}: {term.name!r} is called {twin.other!r} in docs/{other.source}; "
                    "make both the same"
                )


def terms(zh: Page, en: Page) -> Iterator[str]:
    """Terms that an English section uses, and the Chinese one calls otherwise than the glossary does."""
    if zh.slug == "glossary":
        return
    english = {term.name: term for term in glossary.terms("en")}
    said = en.markdown.lower()
    for term in glossary.terms("zh"):
        twin = english.get(term.other)
        if twin and twin.name.lower().partition(" ")[0] in said:
            yield from _otherwise(zh, en, term, twin)


def _otherwise(
    zh: Page, en: Page, term: glossary.Term, twin: glossary.Term
) -> Iterator[str]:
    said = glossary.pattern(twin.name)
    named = (term.name, *term.code, twin.name, *twin.also)
    mend = f"write {term.name!r}, as docs/zh/glossary.md calls it"
    there = said.search(en.markdown)
    if there and " " in twin.name and not _has(zh.markdown, *named, *term.also):
        line = line_of(en.markdown, there.start())
        yield (
            f"docs/{zh.source}:1: docs/{en.source}:{line} says {twin.name!r}, and this page calls it by none "
            f"of its names; {mend}"
        )
    theirs = {s.id: en.markdown[s.start : s.end] for s in en.sections}
    # A short name is a part of other words.
    for name in (n for n in term.also if len(_HAN.findall(n)) > 3):
        for section in zh.sections:
            ours = zh.markdown[section.start : section.end]
            other = theirs.get(section.id, "")
            # Where English has two names, Chinese may have two.
            two = _has(other, *twin.also)
            if (
                name in ours
                and said.search(other)
                and not two
                and not _has(ours, *named)
            ):
                line = line_of(zh.markdown, section.start + ours.index(name))
                yield f"docs/{zh.source}:{line}: {name!r} is {twin.name!r} in docs/{en.source}; {mend}"


def _has(text: str, *names: str) -> bool:
    return any(name.lower() in text.lower() for name in names)
