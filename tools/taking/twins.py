"""Two texts as one, paragraph against paragraph: the HTML of an article and of its twin.

What is equal in both, as code and formulas, stands once. So do folds, lists, tables and choices, with
both languages in each of their parts: they open together and keep their rows aligned.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from bs4 import Tag
from bs4.dammit import EntitySubstitution
from bs4.element import NavigableString, PageElement
from bs4.formatter import HTMLFormatter

_SECTIONS = ("h1", "h2", "h3")
_TITLES = (*_SECTIONS, "summary", "legend")
_HOLDERS = ("div", "section", "details", "fieldset", "ol", "ul", "li")
# A list item with one of them among its parts is a paragraph.
_PHRASES = ("", "a", "b", "code", "data", "em", "small", "span", "strong")

Parts = Sequence[PageElement]


class _AsWritten(HTMLFormatter):
    """Changes neither the order of attributes, by which others know a tag, nor how a tag ends."""

    def attributes(self, tag: Tag) -> Iterator[tuple[str, Any]]:
        yield from tag.attrs.items()


_AS_WRITTEN = _AsWritten(
    EntitySubstitution.substitute_xml, void_element_close_prefix=""
)


def article(zh: Tag, en: Tag) -> str:
    """All that two articles hold, section by section; takes them apart."""
    ours, theirs = _sections(zh), _sections(en)
    if len(ours) != len(theirs):
        return _apart(parts(zh), parts(en))
    return "\n".join(_all(a, b) for a, b in zip(ours, theirs, strict=True))


def html(*all_of: PageElement) -> str:
    """Parts as they were written."""
    written = []
    for part in all_of:
        if isinstance(part, Tag):
            written.append(part.decode(formatter=_AS_WRITTEN))
        elif isinstance(part, NavigableString):
            written.append(part.output_ready(_AS_WRITTEN))
    return "".join(written)


def parts(tag: Tag) -> list[PageElement]:
    """What stands in a tag, but for the blanks between."""
    return [p for p in tag.children if isinstance(p, Tag) or str(p).strip()]


def spans(a: Tag, b: Tag, between: str = "") -> str:
    """Both texts in a line."""
    zh, en = (html(*tag.children).strip() for tag in (a, b))
    return f'<span lang="zh-Hans">{zh}</span>{between}<span lang="en">{en}</span>'


def _sections(tag: Tag) -> list[list[PageElement]]:
    found: list[list[PageElement]] = [[]]
    for part in parts(tag):
        if isinstance(part, Tag) and part.name in _SECTIONS:
            found.append([])
        found[-1].append(part)
    return found


def _kinds(found: Parts) -> list[tuple[str, ...]]:
    """Name and classes of each; texts have none."""
    return [
        (p.name, *p.get_attribute_list("class")) if isinstance(p, Tag) else ("",)
        for p in found
    ]


def _all(ours: Parts, theirs: Parts) -> str:
    if _kinds(ours) != _kinds(theirs):
        return _apart(ours, theirs)
    return "\n".join(_together(a, b) for a, b in zip(ours, theirs, strict=True))


def _apart(ours: Parts, theirs: Parts) -> str:
    """Two texts as wholes: of one paragraph each, or of parts that `make check` says do not correspond."""
    zh, en = html(*ours).strip(), html(*theirs).strip()
    return f'<div class="pair"><div lang="zh-Hans">{zh}</div><div lang="en">{en}</div></div>'


def _together(a: PageElement, b: PageElement) -> str:
    if not (isinstance(a, Tag) and isinstance(b, Tag)) or html(a) == html(b):
        return html(a)
    opening, _, closing = html(_empty(a)).rpartition("</")
    inside = _inside(a, b)
    if inside is not None:
        return f"{opening}{inside}</{closing}"
    if "-" in a.name:  # a mark for something, and no element
        return _apart([a], [b])
    a["lang"], b["lang"] = "zh-Hans", "en"
    if "reply" not in a.get_attribute_list("class"):
        return f'<div class="pair">{html(a, b)}</div>'
    del a["class"], b["class"]  # the pair is what is shown with an option
    return f'<div class="pair reply">{html(a, b)}</div>'


def _inside(a: Tag, b: Tag) -> str | None:
    """What two parts hold, where it stands in one that both share; None where each stands by itself."""
    ours, theirs = parts(a), parts(b)
    if a.name in _TITLES:
        for link in b.select(".headerlink"):
            link.decompose()
        return f'<span class="pair">{spans(a, b)}</span>'
    if a.name == "label":
        button, twin = a.find("input"), b.find("input")
        assert button and twin
        twin.extract()
        return html(button.extract()) + f' <span class="pair">{spans(a, b)}</span>'
    if a.name == "table" and _shape(a) == _shape(b):
        return "\n".join(_table(a, b))
    if a.name in _HOLDERS and "claim" not in a.get_attribute_list("class"):
        if _kinds(ours) == _kinds(theirs) and not any(
            kind[0] in _PHRASES for kind in _kinds(ours)
        ):
            return _all(ours, theirs)
        if a.name == "li":  # a text, with its blanks
            return _apart([*a.children], [*b.children])
    return None


def _empty(tag: Tag) -> Tag:
    return Tag(name=tag.name, attrs=dict(tag.attrs), can_be_empty_element=False)


# Tables


def _shape(table: Tag) -> list[int]:
    return [len(row.select("th, td")) for row in table.select("tr")]


def _table(a: Tag, b: Tag) -> Iterator[str]:
    """Row below row; each pair is a body, which stays in one piece on paper."""
    for ours, theirs in zip(a.select("tr"), b.select("tr"), strict=True):
        name = "thead" if ours.find_parent("thead") else "tbody"
        yield f"<{name}>\n{_row(ours, theirs)}\n</{name}>"


def _row(a: Tag, b: Tag) -> str:
    """A row and its twin below it, which share the cells that are equal."""
    names = [html(cell) for cell in a.select("th, td")[:2]]
    theirs = b.select("th, td")[:2]
    if len(names) == 2 and names == [html(cell) for cell in reversed(theirs)]:
        theirs[-1].insert_after(
            theirs[0]
        )  # each language names a term in its own words first
    for cell, twin in zip(a.select("th, td"), b.select("th, td"), strict=True):
        if html(cell) == html(twin):
            cell["rowspan"] = "2"
            twin.decompose()
        else:
            cell["lang"], twin["lang"] = "zh-Hans", "en"
    if parts(b):
        b["class"] = "twin"
        return html(a, b)
    for cell in a.select("th, td"):
        del cell["rowspan"]
    return html(a)
