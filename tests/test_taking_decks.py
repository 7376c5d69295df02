"""The decks as Anki's own library takes them: once, without doubles, and edited cards in their place."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest
from anki.collection import (
    Collection,
    ImportAnkiPackageOptions,
    ImportAnkiPackageRequest,
)
from bs4 import BeautifulSoup
from playwright.sync_api import Browser

from snippets.evidence.questions import ROOT, questions
from tools.taking import decks

LANGUAGES = ("zh", "en")
NEW, UPDATED = "new", "updated"


@pytest.fixture(scope="module")
def made(
    site: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, tuple[Path, int]]:
    """The deck of each language and how many cards it says it has."""
    folder = tmp_path_factory.mktemp("decks")
    files = {language: folder / f"{language}.apkg" for language in LANGUAGES}
    return {lang: (file, decks.write(site, lang, file)) for lang, file in files.items()}


@pytest.fixture(scope="module")
def pages(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the pages that a deck is made of, to edit."""
    folder = tmp_path_factory.mktemp("site")
    for language in LANGUAGES:
        for name in ("", "questions", *questions()):
            (folder / language / name).mkdir(parents=True, exist_ok=True)
            page = f"{language}/{name}/index.html"
            shutil.copy(site / page, folder / page)
    return folder


@pytest.fixture
def collection(tmp_path):
    """An empty collection of a reader."""
    collection = Collection(str(tmp_path / "collection.anki2"))
    yield collection
    collection.close()


def taken(collection: Collection, file: Path) -> dict[str, int]:
    """How many notes an import adds, updates, and finds there already."""
    request = ImportAnkiPackageRequest(
        package_path=str(file), options=ImportAnkiPackageOptions()
    )
    log = collection.import_anki_package(request).log
    return {
        kind: len(getattr(log, kind))
        for kind in (NEW, UPDATED, "duplicate", "conflicting", "missing_notetype")
        if len(getattr(log, kind))
    }


def test_a_second_import_adds_nothing_and_no_file_is_missing(
    made: dict[str, tuple[Path, int]], collection: Collection
) -> None:
    for file, number in made.values():
        assert taken(collection, file) == {NEW: number}
    for file, number in made.values():
        assert taken(collection, file) == {"duplicate": number}
    for name, about in {"能跑的答案": "许可", "Answers That Run": "under"}.items():
        deck = collection.decks.by_name(name)
        assert deck and about in deck["desc"] and "https://" in deck["desc"]
    total = sum(number for _, number in made.values())
    assert collection.card_count() == collection.note_count() == total
    checked = collection.media.check()
    assert list(checked.missing) == list(checked.unused) == []


def test_an_edited_card_takes_the_place_of_the_old_one(
    made: dict[str, tuple[Path, int]],
    pages: Path,
    collection: Collection,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file, number = made["en"]
    taken(collection, file)
    page = pages / "en/momentum/index.html"
    text = page.read_text(encoding="utf-8")
    question = "Would a smaller learning rate help?"
    assert text.count(question) == 1
    page.write_text(text.replace(question, "Is slower better?"), encoding="utf-8")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(2**31))  # a later commit
    edited = tmp_path / "edited.apkg"
    assert decks.write(pages, "en", edited) == number
    assert NEW not in taken(collection, edited)
    assert collection.note_count() == number
    page.write_text(text, encoding="utf-8")
    (note,) = collection.find_notes('"Key:momentum.check.1"')
    assert "Is slower better?" in collection.get_note(note)["Question"]


def test_a_figure_is_drawn_in_its_card_by_day_and_by_night(
    pages: Path, collection: Collection, browser: Browser, tmp_path: Path
) -> None:
    page = pages / "en/momentum/index.html"
    text = page.read_text(encoding="utf-8")
    figure = BeautifulSoup(text, "html.parser").select_one("article figure")
    page.write_text(text.replace("<p>Hardly.", f"{figure}<p>Hardly."), encoding="utf-8")
    file = tmp_path / "drawn.apkg"
    decks.write(pages, "en", file)
    page.write_text(text, encoding="utf-8")
    taken(collection, file)
    assert list(collection.media.check().missing) == []
    (note,) = collection.find_notes('"Key:momentum.check.2"')
    card = collection.get_note(note).cards()[0]
    shown = browser.new_page(viewport={"width": 390, "height": 800})
    heard: list[str] = []
    shown.on("console", lambda said: heard.append(said.text))
    drawn = set()
    for night in ("", "nightMode"):
        shown.set_content(
            f'<style>{card.css()}</style><body class="card {night}">{card.answer()}'
        )
        box = shown.locator("figure svg").bounding_box()
        assert box and box["width"] > 300 and 200 < box["height"] < 700
        curve = shown.locator("svg .stroke-c0").first
        drawn.add(curve.evaluate("line => getComputedStyle(line).stroke"))
    assert len(drawn) == 2  # a colour each, and neither that of no rule
    assert shown.locator("form, .origin, .screen").count() == 0
    assert "Too little friction" in shown.locator("figcaption").inner_text()
    shown.close()
    assert heard == []


def test_every_question_has_a_card_and_both_languages_the_same_ones(
    site: Path, made: dict[str, tuple[Path, int]]
) -> None:
    zh, en = (list(decks.cards(site, language)) for language in LANGUAGES)
    assert [card.key for card in zh] == [card.key for card in en]
    keys = [card.key for card in en]
    assert len({*keys}) == len(keys) == made["en"][1] == made["zh"][1]
    for name in questions():
        page = BeautifulSoup(
            (site / f"en/{name}/index.html").read_text(), "html.parser"
        )
        checks = page.select("#check ~ details.question")
        wanted = [f"{name}.choice"]
        wanted += [f"{name}.check.{n}" for n, _ in enumerate(checks, 1)]
        assert [card.key for card in en if card.page == name] == wanted
    mixed = (ROOT / "docs/en/questions.md").read_text(encoding="utf-8")
    assert sum(card.page == "questions" for card in en) == mixed.count("??? question")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_card_is_whole_and_leads_back_to_its_section(
    site: Path, language: str
) -> None:
    for card in decks.cards(site, language):
        both = BeautifulSoup(
            f"{card.question}{card.answer}{card.source}", "html.parser"
        )
        text = both.get_text()
        assert both.select("math, svg, img, input, [style], [class=headerlink]") == []
        assert "[[" not in text and "¶" not in text, card.key
        assert text.count(r"\(") == text.count(r"\)"), card.key
        for link in both.select("a"):
            assert str(link["href"]).startswith("https://"), (card.key, link)
        back = BeautifulSoup(card.source, "html.parser").select_one("a")
        assert back
        path, _, section = str(back["href"]).partition("#")
        page = site / "/".join(path.split("/")[-3:]) / "index.html"
        assert f'id="{section}"' in page.read_text(encoding="utf-8"), card.key
        if card.key.endswith(".choice"):
            options = both.select(".options li")
            assert len(options) == len(both.select(".replies > li")) >= 3
            right = both.select_one(".replies .right p")
            assert right and re.match("对|Right", right.get_text()), card.key


def test_the_same_site_gives_the_same_bytes(
    site: Path, made: dict[str, tuple[Path, int]], tmp_path: Path
) -> None:
    file = tmp_path / "again.apkg"
    code = (
        "import sys; from pathlib import Path; from tools.taking import decks; "
        "decks.write(Path(sys.argv[1]), 'zh', Path(sys.argv[2]))"
    )
    other = {"PYTHONHASHSEED": "7", "TZ": "Asia/Shanghai"}
    command = [sys.executable, "-c", code, str(site), str(file)]
    subprocess.run(command, cwd=ROOT, env=os.environ | other, check=True)
    first = sha256(made["zh"][0].read_bytes()).hexdigest()
    assert sha256(file.read_bytes()).hexdigest() == first


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('<link rel="canonical"', '<link rel="other"', "site_url"),
        ("<p>Hardly.", '<p><img src="a.png">Hardly.', "<img>"),
        ('class="lead"', 'class="led"', ".lead"),
    ],
)
def test_what_cannot_become_a_card_is_told(
    pages: Path, tmp_path: Path, old: str, new: str, told: str
) -> None:
    page = pages / "en/momentum/index.html"
    text = page.read_text(encoding="utf-8")
    assert old in text
    page.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(decks.DeckError) as error:
        decks.write(pages, "en", tmp_path / "no.apkg")
    page.write_text(text, encoding="utf-8")
    assert told in str(error.value) and str(page) in str(error.value)
    assert "\n" not in str(error.value)


def test_a_site_that_asks_nothing_is_told(site: Path, tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    home = (
        '<link rel="canonical" href="https://a.example/en/"><article><h1>A guide</h1>'
        '<section class="card"><h3 id="momentum">Momentum</h3></section></article>'
    )
    (tmp_path / "en/index.html").write_text(home)
    with pytest.raises(decks.DeckError, match="no page asks anything"):
        decks.write(tmp_path, "en", tmp_path / "no.apkg")
