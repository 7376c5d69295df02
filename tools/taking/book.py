"""The guide of a language as a book: cover, contents with page numbers and chapters, made of its pages."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from html import escape
from io import BytesIO
from pathlib import Path

import pikepdf
from playwright.sync_api import Browser

from snippets.evidence.questions import questions
from tools.core.words import WORDS
from tools.site import environment
from tools.taking import printing
from tools.taking.chapters import Chapter, chapters, dangling
from tools.taking.printing import PrintingError

_STYLE = Path(__file__).with_name("book.css")
_MOST_PASSES = 4
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
    for _ in range(_MOST_PASSES):
        html = _document(made, pages, language, root)
        if lost := dangling(html):
            raise PrintingError(
                f"the book in {language} has links to {sorted(lost)[0]}, which is not in it; "
                "mend the page that links there"
            )
        path = f"{language}/book/"
        with printing.opened(browser, html, site=site, path=path) as page:
            raw = printing.printed(page)
        found = destinations(raw)
        if found == pages:
            return printing.finish(raw, file)
        pages = found
    raise PrintingError(
        f"the page numbers of the book in {language} are others after each of {_MOST_PASSES} prints; "
        "give the contents more room in tools/taking/book.css"
    )


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
            f"@page {chapter.slug} {{ @top-right {{ content: {_quoted(chapter.title)} }} }}\n"
            f"#{chapter.slug}--all {{ page: {chapter.slug} }}\n"
        )
        parts.append(f'<section id="{chapter.slug}--all">{chapter.html}</section>\n')
    heads.append(f"@page {{ @top-left {{ content: {_quoted(words['site'])} }} }}\n")
    style = printing.typeface(language) + _STYLE.read_text(encoding="utf-8")
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
    asked = "".join(
        f"<li>{escape(c.title)}</li>" for c in made if c.slug in set(questions())
    )
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
            lines.append(f'<li class="part">{words["appendices"]}</li>')
        for heading in chapter.headings:
            page = pages.get(heading.id, 0)
            lines.append(
                f'<li class="level-{heading.level}"><a href="#{heading.id}"><span>{heading.title}</span>'
                f'<span class="dots"></span><span class="page">{page or "000"}</span></a></li>'
            )
    return (
        f'<section class="contents"><h1 id="contents">{words["contents"]}</h1>'
        f"<ol>{''.join(lines)}</ol></section>\n"
    )
