"""The page that offers what readers take along names what is there, or says that it is not."""

from __future__ import annotations

import sqlite3
from hashlib import sha256
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Error as BrowserError

from tools import offline
from tools.core.pages import LANGUAGES
from tools.core.words import WORDS

PAGE = '<h2 id="zip">Zip</h2><p>Text.</p>{}<h2 id="cards">Cards</h2><p class="take">No.</p>'


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_file_is_there_as_the_page_says(
    site: Path, executable: str, language: str
) -> None:
    page = site / language / "offline" / "index.html"
    html = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    offers = html.select("p.take")
    assert len(offers) == 4
    for offer in offers:
        file = page.parent / offer.a["href"]
        content = file.read_bytes()
        assert offer.code.text == sha256(content).hexdigest()
        assert f"{len(content) / 1e6:.1f} MB" in offer.text
        assert "download" in offer.a.attrs


def test_a_file_takes_the_place_of_the_note_of_its_section(tmp_path: Path) -> None:
    file = tmp_path / "all.zip"
    file.write_bytes(b"1")
    note = '<p class="take">Not here.</p>'
    html = offline.offered(PAGE.format(note), "zip", file, "2 pages", WORDS["en"])
    assert "Not here" not in html and "No." in html
    assert '<a href="../../take/all.zip" download>all.zip</a>, 0.0 MB, 2 pages' in html


def test_a_page_without_the_note_is_told(tmp_path: Path) -> None:
    file = tmp_path / "all.zip"
    file.write_bytes(b"1")
    with pytest.raises(offline.OfflineError, match="has 0 notes of class take in its"):
        offline.offered(PAGE.format(""), "zip", file, "", WORDS["en"])


def test_without_a_browser_the_rest_is_made_and_ci_says_no(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(offline, "find_browser", lambda: None)
    monkeypatch.setattr(offline.zipped, "write", lambda _, file: file.write_text("zip"))
    monkeypatch.setattr(
        offline.decks, "write", lambda _site, _lang, file: file.write_text("12")
    )
    for language in LANGUAGES:
        page = tmp_path / language / "offline" / "index.html"
        page.parent.mkdir(parents=True)
        page.write_text(PAGE.format('<p class="take">Not here.</p>'))
    monkeypatch.delenv("CI", raising=False)
    offline.add(tmp_path)
    assert "they are left out" in capsys.readouterr().err
    assert "2 cards" in (tmp_path / "en" / "offline" / "index.html").read_text()
    monkeypatch.setenv("CI", "true")
    (tmp_path / "again").mkdir()
    with pytest.raises(offline.OfflineError, match="printed by Chromium: install it"):
        offline.add(tmp_path / "again")


def test_what_a_browser_or_a_deck_reports_is_told_in_a_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for error in (
        BrowserError("crashed\nits log"),
        sqlite3.OperationalError("crashed"),
    ):

        def refuse(*_: object, error: Exception = error, **__: object) -> None:
            raise error

        monkeypatch.setattr(offline, "build", refuse)
        with pytest.raises(SystemExit, match=r"^make offline: crashed; site is as it"):
            offline.main()
