"""Everybody can use the pages: with a keyboard, a screen reader, a finger, a slow line."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from snippets.evidence.questions import questions
from tools.browsing import first_view, searched, violations

KINDS = {
    "door": "",
    "home": "zh/",
    "question": "en/momentum/",
    "ledger": "zh/ledger/",
    "traps": "en/traps/",
    "glossary": "zh/glossary/",
    "reference": "en/api/",
    "code": "zh/code/dropout/",
    "notebook": "en/notebooks/sparsity/",
}
LIMIT = 100_000  # bytes


@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_nothing(address: str, browser: Browser, kind: str) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(address + KINDS[kind], wait_until="networkidle")
    assert violations(page) == []
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
    number, note = page.locator("data.measured").first, page.locator(".note")
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
    term, note = page.locator("a.term").first, page.locator(".note")
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
    assert 0 < page.locator(shown).count() < everything
    page.close()


@pytest.mark.parametrize("question", questions())
def test_a_first_view_is_light(address: str, browser: Browser, question: str) -> None:
    for language in ("zh", "en"):
        weights = first_view(browser, f"{address}{language}/{question}/")
        assert len(weights) <= 15, weights
        assert sum(weights.values()) <= LIMIT, weights
