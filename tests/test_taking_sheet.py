"""The cheat sheets: one page of A4 for each language, to be read on a wall."""

from __future__ import annotations

import re
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from playwright.sync_api import Browser
from pypdfium2 import raw

from tools.browsing import served
from tools.taking import printing, sheet

LANGUAGES = ("zh", "en")
A4 = (595, 842)  # points
SMALLEST = 6.5


@pytest.fixture(scope="module", params=LANGUAGES)
def printed(
    site: Path, executable: str, request: pytest.FixtureRequest
) -> tuple[str, Path]:
    """The sheet of a language that the site offers."""
    return request.param, site / "take" / f"answers-that-run-sheet.{request.param}.pdf"


def test_the_sheet_is_one_page_that_is_all_vectors(printed: tuple[str, Path]) -> None:
    _, file = printed
    with pikepdf.open(file) as document:
        (page,) = document.pages
        width, height = (float(side) for side in page.mediabox[2:])
        assert (width, height) == pytest.approx(A4, abs=1)
        assert not page.get_images()
        fonts = page.resources.Font
        for font in fonts.values():
            inner = font.DescendantFonts[0] if "/DescendantFonts" in font else font
            if font.Subtype != "/Type3":  # which holds its signs itself
                assert any("FontFile" in key for key in inner.FontDescriptor), font


def test_nothing_is_too_small_or_cut_off(printed: tuple[str, Path]) -> None:
    _, file = printed
    page = pypdfium2.PdfDocument(file)[0]
    text = page.get_textpage()
    smallest = 100.0
    for index in range(text.count_chars()):
        if not chr(raw.FPDFText_GetUnicode(text, index)).strip():
            continue
        matrix = raw.FS_MATRIX()
        raw.FPDFText_GetMatrix(text, index, matrix)
        size = raw.FPDFText_GetFontSize(text, index) * abs(matrix.d)
        smallest = min(smallest, size)
        left, bottom, right, top = text.get_charbox(index)
        assert 14 < left <= right < A4[0] - 14 and 14 < bottom <= top < A4[1] - 14
    assert SMALLEST <= smallest < 8


def test_the_sheet_has_theses_tables_formulas_traps_and_measured_numbers(
    site: Path, printed: tuple[str, Path]
) -> None:
    language, file = printed
    text = pypdfium2.PdfDocument(file)[0].get_textpage().get_text_bounded()
    html = (site / language / "sheet" / "index.html").read_text(encoding="utf-8")
    assert len(re.findall("<table", html)) == 3
    assert len(re.findall(r"<li>\s*<p>|<li>", html.partition('id="theses"')[2])) >= 12
    for number in re.findall(r'<data [^>]*class="measured"[^>]*>([^<]*)<', html):
        assert number in text
    for words in ("BCEWithLogitsLoss", "CrossEntropyLoss", "GaussianNLLLoss", "FTRL"):
        assert words in text
    assert "[[" not in text and "¶" not in text


def test_links_lead_to_the_published_site(
    site: Path, printed: tuple[str, Path]
) -> None:
    language, file = printed
    with pikepdf.open(file) as document:
        links = [
            str(note.A.URI)
            for note in document.pages[0].Annots
            if "/A" in note and "/URI" in note.A
        ]
    assert len(links) > 30
    root = printing.root(site)
    for link in links:
        path = link.removeprefix(f"{root}{language}/").partition("#")[0]
        assert (site / language / path / "index.html").is_file(), link


def test_the_same_site_gives_the_same_bytes(
    site: Path, printed: tuple[str, Path], browser: Browser, tmp_path: Path
) -> None:
    language, file = printed
    sheet.write(site, language, tmp_path / "again.pdf", browser)
    assert (tmp_path / "again.pdf").read_bytes() == file.read_bytes()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_reader_who_prints_the_page_gets_one_sheet(
    site: Path, browser: Browser, language: str, tmp_path: Path
) -> None:
    context = browser.new_context(color_scheme="dark")
    page = context.new_page()
    with served(site) as address:
        page.goto(f"{address}{language}/sheet/")
        page.pdf(path=tmp_path / "own.pdf", prefer_css_page_size=True)
        context.close()
    assert len(pypdfium2.PdfDocument(tmp_path / "own.pdf")) == 1


def test_a_sheet_that_is_too_long_is_told(
    site: Path, browser: Browser, tmp_path: Path
) -> None:
    (tmp_path / "assets").symlink_to(site / "assets")
    for name in ("en/index.html", "en/sheet/index.html"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        html = (site / name).read_text(encoding="utf-8")
        end = html.rindex("</li>")
        long = html[:end] + "long " * 3000 + html[end:]
        (tmp_path / name).write_text(long, encoding="utf-8")
    with pytest.raises(
        printing.PrintingError, match=r"docs/en/sheet\.md: it fills \d pages of A4"
    ):
        sheet.write(tmp_path, "en", tmp_path / "sheet.pdf", browser)
