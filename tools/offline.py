"""`make offline`: the site with what readers take along: a book, cards, a sheet of paper, a zip of it all."""

from __future__ import annotations

import os
import re
import sqlite3
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from hashlib import sha256
from pathlib import Path

from playwright.sync_api import Error as BrowserError

from snippets.evidence.questions import ROOT
from tools.browsing import browsing, find_browser
from tools.core.pages import LANGUAGES
from tools.core.words import WORDS
from tools.site import UNKNOWN, build, environment
from tools.taking import book, decks, sheet, zipped
from tools.taking.decks import DeckError
from tools.taking.printing import PrintingError

FOLDER = "take"
PAGE = "offline"


class OfflineError(Exception):
    """Something that is needed to make it is not there; the message says what and how to get it."""


# The last two are what a full disk makes of a deck and of a browser.
FAULTS = (OfflineError, DeckError, PrintingError, sqlite3.Error, BrowserError)


def add(site: Path) -> None:
    """Write the files into a finished site, and name them on the page that offers them.

    Without a browser, what is printed is left out, loudly, and the page goes on saying that it is not there.

    Raises:
        OfflineError: If there is no browser in CI, or the page has no place for a file.
    """
    executable = find_browser()
    if executable is None:
        message = "the book and the sheet are printed by Chromium: install it, or set CHROME_PATH"
        if os.environ.get("CI"):
            raise OfflineError(message)
        print(f"make offline: {message}; they are left out", file=sys.stderr)
    if environment()["SOURCE_DATE_EPOCH"] == UNKNOWN:
        print(
            "make offline: no commit is known here, so all is dated 1970; "
            "give the seconds since then as SOURCE_DATE_EPOCH",
            file=sys.stderr,
        )
    (site / FOLDER).mkdir()
    whole = _file(site, "", "zip")
    zipped.write(site, whole)
    # At once: most of the time Chromium prints, in processes of its own.
    with ThreadPoolExecutor(len(LANGUAGES)) as pool:
        made = list(pool.map(partial(_made, site, executable), LANGUAGES))
    for language, files in zip(LANGUAGES, made, strict=True):
        page = site / language / PAGE / "index.html"
        html = page.read_text(encoding="utf-8")
        for section, (file, size) in {"zip": (whole, ""), **files}.items():
            html = offered(html, section, file, size, WORDS[language])
        page.write_text(html, encoding="utf-8")


def _made(
    site: Path, executable: str | None, language: str
) -> dict[str, tuple[Path, str]]:
    """The files of a language, by the section that offers them, each with its size in words."""
    words = WORDS[language]
    cards = _file(site, f"-cards.{language}", "apkg")
    count = decks.write(site, language, cards)
    made = {"cards": (cards, words["cards"].format(n=count))}
    if executable:
        with browsing(executable) as browser:
            pdf = _file(site, f".{language}", "pdf")
            pages = book.write(site, language, pdf, browser)
            made["book"] = pdf, words["book pages"].format(n=pages)
            pdf = _file(site, f"-sheet.{language}", "pdf")
            sheet.write(site, language, pdf, browser)
            made["sheet"] = pdf, words["one page"]
    return made


def _file(site: Path, kind: str, suffix: str) -> Path:
    return site / FOLDER / f"answers-that-run{kind}.{suffix}"


def offered(
    html: str, section: str, file: Path, size: str, words: dict[str, str]
) -> str:
    """The page with a file in the place of the note that it is not there."""
    note = re.compile(
        rf'(<h2 id="{section}">(?:(?!<h2 ).)*?<p class="take">).*?(</p>)', re.S
    )
    content = file.read_bytes()
    facts = [f"{len(content) / 1e6:.1f} MB", *filter(None, [size])]
    link = f'<a href="../../{FOLDER}/{file.name}" download>{file.name}</a>'
    offer = (
        f"{link}{words['comma']}{words['comma'].join(facts)}"
        f"<br><small>SHA-256 <code>{sha256(content).hexdigest()}</code></small>"
    )
    html, found = note.subn(lambda m: f"{m[1]}{offer}{m[2]}", html)
    if found != 1:
        raise OfflineError(
            f"docs/*/{PAGE}.md has {found} notes of class take in its section #{section}, not one; "
            "write one there, as in the other sections"
        )
    return html


def main() -> None:
    """Build the site and all of this; nothing takes the old one's place unless all is made."""
    try:
        build(ROOT / "site", also=add)
    except FAULTS as error:
        told = str(error).strip().partition("\n")[0]  # Playwright goes on with its log
        raise SystemExit(f"make offline: {told}; site is as it was") from error


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        raise SystemExit("make offline: interrupted; site is as it was") from None
