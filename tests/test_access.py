"""Everybody can use the pages: with a keyboard, a screen reader, a finger, a slow line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from snippets.evidence.questions import questions
from tools.browsing import first_view, searched, until, violations

KINDS = {
    "door": "",
    "home": "zh/",
    "question": "en/momentum/",
    "ledger": "zh/ledger/",
    "traps": "en/traps/",
    "glossary": "zh/glossary/",
    "reference": "en/api/",
    "code": "zh/code/activations/",
    "notebook": "en/notebooks/symmetry/",
}
# Blocks of code are alike, and slow to look at; make audit looks at all.
FEW_BLOCKS = (
    "[...document.querySelectorAll('pre')].slice(5).forEach((block) => block.remove())"
)
# The theme lets keys reach what scrolls once it has seen how wide that is, which takes its time.
REACHED = """() => [...document.querySelectorAll("pre > code")].slice(0, 5)
    .every((code) => code.scrollWidth <= code.clientWidth || code.tabIndex >= 0)"""
LIMIT = 120_000  # bytes of a first view, compressed


@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_nothing(address: str, browser: Browser, kind: str) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address + KINDS[kind], wait_until="networkidle")
    until(page, REACHED)
    page.evaluate(FEW_BLOCKS)
    assert violations(page) == []
    assert [url for url in asked if not url.startswith(address)] == []
    page.close()


def test_axe_finds_nothing_in_the_results_of_a_search(
    address: str, browser: Browser
) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(f"{address}en/")
    assert searched(page, "momentum")
    assert violations(page) == []
    page.close()


def test_a_number_tells_its_origin_by_keyboard_and_finger(
    address: str, browser: Browser
) -> None:
    page = browser.new_context(has_touch=True).new_page()
    page.goto(f"{address}en/momentum/")
    number, note = page.locator("figcaption data.measured").first, page.locator(".told")
    assert number.get_attribute("title") is None, "or the browser would say it twice"
    number.focus()
    note.wait_for(state="visible")
    assert "snippets/momentum/experiment.py, line" in note.inner_text()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "See the code"
    page.wait_for_timeout(400)
    assert note.is_visible(), "it stays while it is used"
    page.keyboard.press("Escape")
    assert note.is_hidden()
    number.tap()
    note.wait_for(state="visible")
    note.locator("a").click()
    page.wait_for_url("**/en/code/momentum/#line-0-*")
    assert page.evaluate("document.getElementById(location.hash.slice(1)) !== null")
    page.context.close()


def test_a_term_tells_its_meaning_and_leads_to_the_glossary(
    address: str, browser: Browser
) -> None:
    page = browser.new_page()
    page.goto(f"{address}zh/momentum/")
    term, note = page.locator("a.term:visible").first, page.locator(".told")
    term.hover()
    note.wait_for(state="visible")
    assert len(note.inner_text()) > 5 and note.locator("a").is_hidden()
    term.click()
    page.wait_for_url("**/zh/glossary/#*")
    assert page.evaluate("document.getElementById(location.hash.slice(1)) !== null")
    page.close()


def test_the_answers_can_be_filtered(address: str, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(f"{address}en/ledger/")
    shown = "#answers ~ * tbody tr:not([hidden]) td:last-child .badge"
    everything = page.locator(shown).count()
    assert everything > 25
    page.select_option("select[name=verdict]", "refuted")
    assert set(page.locator(shown).all_inner_texts()) == {"refuted"}
    page.select_option("select[name=question]", "selu")
    page.select_option("select[name=verdict]", "")
    links = page.locator("#answers ~ * tbody tr:not([hidden]) td:first-child small a")
    assert {a.get_attribute("href") for a in links.all()} == {"../selu/#checked"}
    few = page.locator(shown).count()
    assert 0 < few < everything
    said = page.get_by_role("status")
    assert said.inner_text() == f"{few} of {everything} answers."
    page.goto(f"{address}en/selu/")
    page.go_back()
    kept = page.input_value("select[name=question]")  # browsers differ
    assert page.locator(shown).count() == (few if kept else everything)
    page.close()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_filter_without_a_row_says_so(
    address: str, browser: Browser, language: str
) -> None:
    page = browser.new_page()
    page.goto(f"{address}{language}/ledger/")
    said, table = page.get_by_role("status"), page.locator("#answers ~ * table")
    empty = 0
    for question in questions():
        page.select_option("select[name=question]", question)
        for verdict in ("supported", "refuted", "depends"):
            page.select_option("select[name=verdict]", verdict)
            none = not page.locator("#answers ~ * tbody tr:not([hidden])").count()
            assert table.is_hidden() == none
            assert (not re.search(r"\d", said.inner_text())) == none
            assert said.is_visible() and said.inner_text()
            empty += none
    assert empty > 0
    page.close()


STOPS = """() => [...document.querySelectorAll("article *")].filter(
    e => e.tabIndex >= 0 && e.checkVisibility({visibilityProperty: true})).length"""


def test_the_keyboard_passes_the_folded_claims(address: str, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(f"{address}zh/ledger/")
    folded = page.evaluate(STOPS)
    rows = page.locator("#answers ~ * tbody tr").count()
    assert folded <= rows + 30  # a link a row, and the folds
    fold = page.locator("details.claims").first
    fold.locator("summary").focus()
    page.keyboard.press("Enter")
    assert violations(page) == []
    claims, numbers = fold.locator(".claim"), fold.locator(".claim data.measured")
    links = fold.locator(".claim p:not(.provenance) a")
    opened = page.evaluate(STOPS) - folded
    assert opened == claims.count() + numbers.count() + links.count()
    page.close()


SMALL = """() => [...document.querySelectorAll("article a[href]")]
    .filter(a => parseFloat(getComputedStyle(a.parentElement).fontSize) < 14 && !a.closest("code"))
    .map(a => [a.textContent, a.getBoundingClientRect().width, a.getBoundingClientRect().height])
    .filter(([, width, height]) => width && (width < 24 || height < 24))"""


def test_links_in_small_type_are_large_enough_for_a_finger(
    address: str, browser: Browser
) -> None:
    page = browser.new_page()
    names = ("", "ledger/", "traps/", "api/", *(f"{q}/" for q in questions()))
    for i, name in enumerate(names):  # of either language every other
        page.goto(f"{address}{('zh', 'en')[i % 2]}/{name}")
        page.evaluate(
            "document.querySelectorAll('details').forEach(d => d.open = true)"
        )
        for width in (360, 1280):
            page.set_viewport_size({"width": width, "height": 844})
            assert page.evaluate(SMALL) == [], (name, width)
    page.close()


def test_a_first_view_is_light(address: str, browser: Browser, site: Path) -> None:
    """Of the question whose page is longest; make audit weighs all."""
    for language in ("zh", "en"):
        files = {q: site / language / q / "index.html" for q in questions()}
        question = max(questions(), key=lambda q: files[q].stat().st_size)
        weights = first_view(browser, f"{address}{language}/{question}/")
        assert len(weights) <= 15, weights
        assert sum(weights.values()) <= LIMIT, weights
