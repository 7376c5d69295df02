"""The book of each language, and how documents are printed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import pikepdf
import pypdfium2 as pdfium
import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Browser

from snippets.evidence.questions import questions
from tools.core.words import WORDS
from tools.taking import book, printing
from tools.taking.chapters import chapters, dangling
from tools.taking.printing import PrintingError

SENTENCES = {"zh": "这个水平就是噪声底", "en": "This level is the noise floor."}
SMALL = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>Small</title>'
    '<style>@page { size: A4; margin: 20mm }</style><h1 id="top">Small</h1>'
    '<p><a href="#next">within</a>, <a href="../momentum/#noise">away</a>'
    "<math><mfrac><mi>x</mi><mn>2</mn></mfrac></math>"
    "<table><thead><tr><th>a</th></tr></thead><tbody><tr><td>b</td></tr></tbody></table>"
    '<h2 id="next" style="break-before: page">Next</h2>'
)


@dataclass
class Book:
    language: str
    file: Path
    pdf: pikepdf.Pdf
    texts: list[str]

    def place(self, name: str) -> int:
        """The page, from one, of a name that links lead to."""
        page = self.pdf.Root.Dests[f"/{name}"][0]
        return next(n for n, p in enumerate(self.pdf.pages, 1) if p.obj == page)


@pytest.fixture(scope="module", params=["zh", "en"])
def printed(
    request: pytest.FixtureRequest, site: Path, executable: str
) -> Iterator[Book]:
    """The book that the site offers."""
    language = request.param
    file = site / "take" / f"answers-that-run.{language}.pdf"
    shown = pdfium.PdfDocument(file)
    texts = [page.get_textpage().get_text_range() for page in shown]
    shown.close()
    with pikepdf.open(file) as pdf:
        yield Book(language, file, pdf, texts)


def test_book_is_a_tagged_file_of_a_few_megabytes_with_its_name(printed: Book) -> None:
    root = printed.pdf.Root
    assert len(printed.pdf.pages) > 100
    assert printed.file.stat().st_size < 5_000_000
    assert root.MarkInfo.Marked and root.StructTreeRoot
    assert str(root.Lang) == WORDS[printed.language]["tag"]
    assert str(printed.pdf.docinfo["/Title"]) == WORDS[printed.language]["site"]


def test_book_has_all_chapters_in_order_in_its_bookmarks(
    printed: Book, site: Path
) -> None:
    with printed.pdf.open_outline() as outline:
        found = [item.title.strip() for item in outline.root]
        sections = [len(item.children) for item in outline.root]
    numbers = book.numbers(site, printed.language)
    assert set(questions()) < set(numbers)
    titles = [WORDS[printed.language]["contents"]]
    for slug, number in numbers.items():
        html = (site / printed.language / slug / "index.html").read_text("utf-8")
        top = BeautifulSoup(html, "html.parser").select_one("article h1")
        assert top
        titles.append(f"{number} {top.get_text().removesuffix('¶')}".strip())
    assert [t.replace("\xa0", " ") for t in found] == titles
    assert sum(sections) > 100


def test_contents_name_the_pages_where_chapters_and_sections_stand(
    printed: Book, site: Path
) -> None:
    root = printing.root(site)
    numbers = book.numbers(site, printed.language)
    first = printed.place("start")
    contents = "".join(printed.texts[: first - 1])
    for chapter in chapters(site, printed.language, numbers, root):
        for heading in (chapter.heading, *chapter.headings):
            title = BeautifulSoup(heading.title, "html.parser").get_text()
            page = printed.place(heading.id)
            words = squeezed(title)
            assert words in squeezed(printed.texts[page - 1]), heading
            assert f"{words}{page}" in squeezed(contents), heading
        # what is printed below is what the reader of the file counts
        below = printed.texts[printed.place(chapter.slug) - 1].split()
        assert str(printed.place(chapter.slug)) in below


def squeezed(text: str) -> str:
    return re.sub(r"[\s\x00-\x1f\ufffe]+", "", text)


def test_links_lead_to_pages_of_the_book_or_out_of_it(
    printed: Book, site: Path
) -> None:
    root = printing.root(site)
    pages = {page.objgen for page in printed.pdf.pages}
    places = printed.pdf.Root.Dests
    within = 0
    for page in printed.pdf.pages:
        for link in page.obj.get("/Annots", ()):
            if "/Dest" in link:
                assert places[str(link.Dest)][0].objgen in pages
                within += 1
            else:
                address = str(link.A.URI)
                assert re.match("https?://", address)
                mine = address.removeprefix(root).split("/")
                inside = {*book.numbers(site, printed.language)} - {"momentum"}
                assert (
                    mine[0] != printed.language
                    or mine[1] not in inside
                    or (address.endswith("#figure"))
                )
    assert within > 500


@pytest.fixture(scope="module")
def poppler() -> Callable[..., str]:
    """Another reader than Chromium's; without it its test is skipped, in CI it fails."""
    if not shutil.which("pdftohtml"):
        message = "poppler has not opened the books: install poppler-utils"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)

    def run(*command: object) -> str:
        done = subprocess.run([*map(str, command)], capture_output=True, check=True)
        assert not done.stderr, done.stderr
        return done.stdout.decode()

    return run


def test_poppler_finds_text_bookmarks_and_fonts(
    printed: Book, poppler: Callable[..., str]
) -> None:
    chapter = printed.place("momentum"), printed.place("sparsity")
    pages = ("-f", chapter[0], "-l", chapter[1])
    text = squeezed(poppler("pdftotext", *pages, printed.file, "-"))
    assert squeezed(SENTENCES[printed.language]) in text
    with printed.pdf.open_outline() as outline:
        names = [name for item in outline.root for name in below(item)]
    first = ("-xml", "-i", "-stdout", "-l", 1)
    found = re.findall(
        '<item page="[0-9]+">(.*?)</item>', poppler("pdftohtml", *first, printed.file)
    )
    assert [unescape(name) for name in found] == names
    fonts = poppler("pdffonts", printed.file).splitlines()[2:]
    embedded = [re.search(r"(yes|no) +\S+ +\S+ +\d+ +\d+$", font) for font in fonts]
    assert len(fonts) > 5
    assert {font and font[1] for font in embedded} == {"yes"}


def below(item: pikepdf.OutlineItem) -> list[str]:
    """The names of a bookmark and of those below it."""
    return [item.title, *(name for inner in item.children for name in below(inner))]


def test_no_sign_is_named_as_the_radical_that_looks_like_it(printed: Book) -> None:
    for font in printed.pdf.objects:
        if isinstance(font, pikepdf.Dictionary) and "/ToUnicode" in font:
            names = font.ToUnicode.read_bytes().decode()
            radical = re.search("^<[0-9A-F]+> <(2E[89A-F].|2F[0-9A-D].)>$", names, re.M)
            assert not radical, (
                f"U+{radical[1]}: say in tools/taking/printing.py which sign that is"
            )


def test_text_is_found_and_formulas_and_figures_are_no_pictures(printed: Book) -> None:
    text = "".join(map(squeezed, printed.texts))
    assert squeezed(SENTENCES[printed.language]) in text
    assert "2(1+𝛽)" in text  # of a formula
    pictures = [
        thing
        for thing in printed.pdf.objects
        if isinstance(thing, pikepdf.Stream) and thing.get("/Subtype") == "/Image"
    ]
    assert not pictures


def test_same_document_gives_the_same_bytes(
    site: Path, browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    files = tmp_path / "first.pdf", tmp_path / "second.pdf"
    for file in files:
        assert printing.pdf(browser, SMALL, file, site=site, path="en/small/") == 2
        with printing.opened(
            browser, "<html><p>Other<p>words", site=site, path="en/x/"
        ):
            pass
        time.sleep(1.1)  # or both would be of the same second
    assert files[0].read_bytes() == files[1].read_bytes()
    with pikepdf.open(files[0]) as document:
        assert str(document.docinfo["/CreationDate"]) == "D:19700102000000Z"
        within, away = document.pages[0].obj.Annots
        assert within.Dest == "/next"
        assert str(away.A.URI) == f"{printing.root(site)}en/momentum/#noise"


def test_document_that_asks_for_what_the_site_lacks_is_not_printed(
    site: Path, browser: Browser, tmp_path: Path
) -> None:
    html = SMALL + '<img src="../../assets/lost.png" alt="">'
    with pytest.raises(PrintingError, match=r"assets/lost\.png, which is not in"):
        printing.pdf(browser, html, tmp_path / "x.pdf", site=site, path="en/small/")
    assert not (tmp_path / "x.pdf").exists()


def test_site_without_an_address_is_not_printed(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "index.html").write_text("<html>")
    with pytest.raises(PrintingError, match="does not say where it will stand"):
        printing.root(tmp_path)


def test_link_to_what_a_document_lacks_is_noticed() -> None:
    assert dangling('<a href="#a">a</a><b id="b"></b><a href="#b">b</a>') == {"a"}
