"""Pages of the finished site as chapters of a printed document: still, open, with links that stay inside."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urldefrag, urljoin

from bs4 import BeautifulSoup, Tag

from tools.core.words import WORDS

# What only a screen has: forms, figures for phones, links that set what can be turned.
_SCREEN = (
    ".headerlink, .narrow, .explorable form, p.try, .screen, form.filter, .choice input"
)
_FOR_SCRIPTS = {"aria-live", "tabindex", "title", "translate", "hidden", "name"}
_LONG = 25  # lines of code
_HAN = re.compile("[\u4e00-\u9fff]")


@dataclass(frozen=True)
class Heading:
    """A line of the contents."""

    id: str
    title: str  # as HTML


@dataclass(frozen=True)
class Chapter:
    """A page of the site, made ready for paper."""

    slug: str
    number: str  # "" where it has none
    text: str  # the title alone, without markup
    heading: Heading
    headings: tuple[Heading, ...]  # of its sections
    html: str


def chapters(
    site: Path, language: str, numbers: dict[str, str], root: str
) -> list[Chapter]:
    """Read the pages of a language.

    Args:
        site: The finished site.
        language: "zh" or "en".
        numbers: What stands before the title of each page, by the name of the page, in the order of the book.
        root: Where the site will stand.
    """
    starts = {f"{root}{language}/{slug}/": slug for slug in numbers}
    return [
        _chapter(site, language, slug, number, starts)
        for slug, number in numbers.items()
    ]


def _chapter(
    site: Path, language: str, slug: str, number: str, starts: dict[str, str]
) -> Chapter:
    html = (site / language / slug / "index.html").read_text(encoding="utf-8")
    article = BeautifulSoup(html, "html.parser").select_one("article")
    assert article
    address = next(start for start, name in starts.items() if name == slug)
    for tag in article.select(_SCREEN):
        tag.decompose()
    for box in article.select("fieldset.choice"):
        _listed(box)
    for figure in article.select("figure:has(.explorable)"):
        _still(figure, f"{address}#figure", language)
    for box in article.select("details.listing"):
        _called(box, address, language)
    for code in article.select("pre > code"):
        _in_pieces(code)
    _named(article)
    for tag in article.find_all(True):
        for name in [n for n in tag.attrs if n in _FOR_SCRIPTS or n[:5] == "data-"]:
            del tag[name]
        _readdress(tag, slug, address, starts)
    top = article.h1
    assert top
    text, heading = top.get_text(), Heading(slug, top.decode_contents())
    top["id"] = slug
    if number:
        mark = f'<span class="number">{number}</span> '
        top.insert(0, BeautifulSoup(mark, "html.parser"))
    headings = tuple(
        Heading(str(tag["id"]), tag.decode_contents()) for tag in article.select("h2")
    )
    return Chapter(slug, number, text, heading, headings, article.decode_contents())


def _in_pieces(code: Tag) -> None:
    """A long program may go on overleaf between its functions, where it has two empty lines."""
    pieces = code.decode_contents().split("\n\n\n")
    if code.get_text().count("\n") >= _LONG and len(pieces) > 1:
        html = "\n\n\n</span>".join(f'<span class="piece">{piece}' for piece in pieces)
        # Elsewhere than in <pre>, Beautiful Soup makes one blank of several.
        made = BeautifulSoup(f"<pre><code>{html}</span></code></pre>", "html.parser")
        code.replace_with(made.select_one("code") or made)


def _named(article: Tag) -> None:
    """Folds as boxes that cannot be closed, and what is stressed in Chinese, which has no italics."""
    for tag in article.select("details, summary"):
        kind = "fold" if tag.name == "details" else "summary"
        _name(tag, kind)
        tag.name = "div" if kind == "fold" else "p"
    for tag in article.select("em"):
        if _HAN.search(tag.get_text()):
            _name(tag, "han")


def _listed(box: Tag) -> None:
    """A choice as a list of answers, and below it what is said to each."""
    answers = box.select("label")[:-1]  # the last one is for who does not choose
    replies = box.select(".reply")
    assert len(answers) == len(replies)
    legend = box.legend
    assert legend
    lists = [f'<p class="legend">{legend.decode_contents()}</p>']
    for kind, tags in (("answers", answers), ("replies", replies)):
        items = "".join(f"<li>{tag.decode_contents()}</li>" for tag in tags)
        lists.append(f'<ol class="{kind}">{items}</ol>')
    box.clear()
    box.append(BeautifulSoup("".join(lists), "html.parser"))
    box.name = "div"


def _still(figure: Tag, address: str, language: str) -> None:
    """The figure as it stands, with the address of the one that can be turned."""
    origin = figure.select_one(".origin")
    assert origin
    link = f'<a href="{address}">{WORDS[language]["turn"]}</a> · '
    origin.insert(0, BeautifulSoup(link, "html.parser"))


def _called(box: Tag, address: str, language: str) -> None:
    """A technique as it is called, and where its file is."""
    copying = box.find_previous("p", class_="copying")
    assert copying and box.summary and box.summary.code
    link, (_, torch, *_rest) = copying.a, copying.select("code")
    assert link
    text = WORDS[language]["paper source"].format(
        call=box.summary.code.decode_contents(),
        address=urljoin(address, str(link["href"])),
        torch=torch.get_text(),
    )
    copying.clear()
    copying.append(BeautifulSoup(text, "html.parser"))
    box.decompose()


def _readdress(tag: Tag, slug: str, address: str, starts: dict[str, str]) -> None:
    """Names of the page become names of the book, and so do links to them; others become absolute."""
    if "id" in tag.attrs:
        tag["id"] = f"{slug}--{tag['id']}"
    for name, value in tag.attrs.items():
        if isinstance(value, str) and "url(#" in value:
            tag[name] = value.replace("url(#", f"url(#{slug}--")
    if "href" not in tag.attrs:
        return
    page, fragment = urldefrag(urljoin(address, str(tag["href"])))
    if page in starts:
        found = starts[page]
        tag["href"] = f"#{found}--{fragment}" if fragment else f"#{found}"
    else:
        tag["href"] = urljoin(page, f"#{fragment}") if fragment else page
        if tag.name == "a":
            _name(tag, "away")


def _name(tag: Tag, name: str) -> None:
    """Add a class."""
    tag["class"] = (
        " ".join([*tag.get_attribute_list("class"), name]).strip()
        if tag.get("class")
        else name
    )


def dangling(html: str) -> set[str]:
    """Names that links of a document lead to and nothing in it has."""
    names = set(re.findall(r' id="([^"]+)"', html))
    return set(re.findall(r' (?:xlink:)?href="#([^"]+)"', html)) - names
