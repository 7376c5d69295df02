"""The guide of a language as a book: cover, contents with page numbers and chapters, made of its pages."""

from __future__ import annotations

import json
import re
from contextlib import closing
from datetime import UTC, datetime
from html import escape
from io import BytesIO
from pathlib import Path

import pikepdf
import pypdfium2 as pdfium
from playwright.sync_api import Browser

from snippets.evidence.questions import ROOT, questions
from tools.core.words import WORDS
from tools.site import environment
from tools.taking import printing
from tools.taking.chapters import Chapter, Heading, chapters, dangling
from tools.taking.printing import PrintingError

_STYLES = (ROOT / "docs/assets/drawn.css", Path(__file__).with_name("book.css"))
APPENDICES = ("ledger", "glossary")


def write(site: Path, language: str, file: Path, browser: Browser) -> int:
    """Make the book.

    Args:
        site: The finished site.
        language: "zh" or "en".
        file: Where to write.
        browser: What prints.

    Returns:
        The number of pages.

    Raises:
        PrintingError: If a link leads nowhere, the site lacks what a page asks for, or no font of this
            machine has the signs.
    """
    root = printing.root(site)
    made = chapters(site, language, numbers(site, language), root)
    pages: dict[str, int] = {}
    for draft in (True, False):
        html = _document(made, pages, language, root)
        if lost := dangling(html):
            raise PrintingError(
                f"the book in {language} has links to {min(lost)}, which is not in it; "
                "mend the page that links there"
            )
        path = f"{language}/book/"
        with printing.opened(browser, html, site=site, path=path) as page:
            raw = printing.printed(page, draft)
        before, pages = pages, destinations(raw)
    if pages != before:
        raise PrintingError(
            f"the page numbers of the book in {language} move what they count; "
            "make all as wide as the longest in tools/taking/book.css"
        )
    if WORDS[language]["site"] not in _text(raw, 1):
        raise PrintingError(
            f"no font here has the signs of the book in {language}; install Noto CJK (fonts-noto-cjk)"
        )
    return printing.finish(raw, html, file)


def _text(raw: bytes, page: int) -> str:
    with closing(pdfium.PdfDocument(raw)) as document:
        return str(document[page - 1].get_textpage().get_text_range())


def numbers(site: Path, language: str) -> dict[str, str]:
    """The pages of the book in their order, each with its number; the questions in the order of the site."""
    html = (site / language / "index.html").read_text(encoding="utf-8")
    links = re.findall(r'<a href="(?:\./)?(\w+)/" class="md-nav__link"', html)
    known = set(questions())
    asked = [slug for slug in dict.fromkeys(links) if slug in known]
    chapters = [*asked, "questions", "traps"]
    return (
        {"start": ""}
        | {slug: str(number) for number, slug in enumerate(chapters, 1)}
        | dict(zip(APPENDICES, "AB", strict=True))
    )


def destinations(raw: bytes) -> dict[str, int]:
    """The page, counted from one, of each place in a PDF that a link leads to."""
    with pikepdf.open(BytesIO(raw)) as document:
        pages: dict[object, int] = {
            page.objgen: n for n, page in enumerate(document.pages, 1)
        }
        found = document.Root.get("/Dests", pikepdf.Dictionary())
        return {name[1:]: pages[place[0].objgen] for name, place in found.items()}


def _document(
    made: list[Chapter], pages: dict[str, int], language: str, root: str
) -> str:
    words = WORDS[language]
    parts = []
    heads = []
    for chapter in made:
        heads.append(
            f"@page {chapter.slug} {{ @top-right {{ content: {_quoted(chapter.text)} }} }}\n"
            f"#{chapter.slug}--all {{ page: {chapter.slug} }}\n"
        )
        parts.append(f'<section id="{chapter.slug}--all">{chapter.html}</section>\n')
    heads.append(f"@page {{ @top-left {{ content: {_quoted(words['site'])} }} }}\n")
    style = printing.typeface(language)
    style += "".join(file.read_text(encoding="utf-8") for file in _STYLES)
    return (
        f'<!doctype html>\n<html lang="{words["tag"]}">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{words['site']}</title>\n"
        f"<style>\n{style}{''.join(heads)}</style>\n</head>\n<body>\n"
        f"{_cover(made, language, root)}{_contents(made, pages, language)}{''.join(parts)}</body>\n</html>\n"
    )


def _quoted(text: str) -> str:
    """A string of CSS."""
    return json.dumps(text, ensure_ascii=False)


def _cover(made: list[Chapter], language: str, root: str) -> str:
    words = WORDS[language]
    asked = "".join(f"<li>{escape(c.text)}</li>" for c in made if c.slug in questions())
    seconds = int(environment()["SOURCE_DATE_EPOCH"])
    date = datetime.fromtimestamp(seconds, UTC).date().isoformat()
    address = f'<a href="{root}{language}/">{root}{language}/</a>'
    return (
        f'<section class="cover"><p class="title">{words["site"]}</p>'
        f'<p class="about">{words["book about"]}</p><ol>{asked}</ol>'
        f'<p class="date">{date}</p></section>\n'
        f'<section class="imprint"><p>'
        f"{words['imprint'].format(address=address, date=date)}</p></section>\n"
    )


def _contents(made: list[Chapter], pages: dict[str, int], language: str) -> str:
    words = WORDS[language]
    lines = []
    for chapter in made:
        if chapter.slug == APPENDICES[0]:
            lines.append(f'<li class="part">{words["appendices"]}</li>\n')
        sections = "".join(
            f"<li>{_line(heading, '', pages)}</li>\n" for heading in chapter.headings
        )
        lines.append(
            f"<li>{_line(chapter.heading, chapter.number, pages)}<ol>{sections}</ol></li>\n"
        )
    return (
        f'<section class="contents"><h1>{words["contents"]}</h1>'
        f"<ol>{''.join(lines)}</ol></section>\n"
    )


def _line(heading: Heading, number: str, pages: dict[str, int]) -> str:
    page = pages.get(heading.id) or "000"  # as wide as most
    return (
        f'<a href="#{heading.id}"><span class="number">{number}</span>'
        f'<span class="title">{heading.title}</span><span class="dots"></span><span>{page}</span></a>'
    )
