"""What a reader chose and opened is there again, over the guide, too; what is stored is never trusted."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import BrowserContext, Page

from snippets.evidence.questions import questions
from tools.browsing import violations
from tools.core import asked
from tools.core.pages import parse

QUESTION = "momentum"
KEY = f"answers-that-run.{QUESTION}"
CHOSEN = "[...document.querySelectorAll('.choice input')].findIndex(e => e.checked)"
SHIFTED = """() => new Promise(done => {
    let sum = 0;
    new PerformanceObserver(list => list.getEntries().forEach(e => sum += e.value))
        .observe({type: "layout-shift", buffered: true});
    setTimeout(() => done(sum), 300);
})"""


@pytest.fixture
def context(browser):
    context = browser.new_context(viewport={"width": 390, "height": 844})
    yield context
    context.close()


def opened(context: BrowserContext, url: str, stored: object = None) -> Page:
    page = context.new_page()
    page.errors = []  # type: ignore[attr-defined]
    page.on("pageerror", lambda error: page.errors.append(str(error)))  # type: ignore[attr-defined]
    if stored is not None:
        page.add_init_script(f"localStorage.setItem({KEY!r}, {json.dumps(stored)})")
    page.goto(url)
    return page


def test_what_was_chosen_and_opened_is_there_in_both_languages_and_can_be_cleared(
    context: BrowserContext, address: str
) -> None:
    page = opened(context, f"{address}en/{QUESTION}/")
    assert page.evaluate(CHOSEN) == -1
    assert page.locator("summary .opened").count() == 0
    page.locator(".choice input").nth(1).check()
    page.locator(".choice input").nth(3).check()
    summary = page.locator("details[data-check] > summary").nth(1)
    summary.focus()
    page.keyboard.press("Enter")
    assert summary.inner_text().endswith("opened")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")  # opens all
    page.evaluate("dispatchEvent(new Event('afterprint'))")

    page.goto(f"{address}zh/{QUESTION}/")
    assert page.evaluate(CHOSEN) == 3
    assert page.locator(".choice label:has(:checked) + .reply").is_visible()
    assert page.locator("#answer + p").is_visible()
    assert page.locator("details[data-check] .opened").all_inner_texts() == ["看过"]
    assert page.evaluate(SHIFTED) < 0.01
    assert violations(page) == []

    page.goto(f"{address}zh/")
    told = page.locator(".card .progress:visible")
    assert told.all_inner_texts() == ["选过 · 自测看过 1/3"]
    assert page.evaluate(SHIFTED) < 0.01

    assert violations(page) == []
    page.goto(f"{address}en/start/")
    assert violations(page) == []
    said = page.locator("p.progress").get_by_role("status")
    assert (
        f"Answered: 1 of {len(questions())}, right at first try: 0" in said.inner_text()
    )
    page.get_by_role("button", name="Clear chosen and opened answers").press("Enter")
    assert said.inner_text() == "Nothing is kept on this device yet."
    assert page.locator("p.progress button").count() == 0
    assert page.evaluate("document.activeElement.matches('p.progress')")
    # What Material keeps, the choice of colours, is not ours.
    ours = "Object.keys(localStorage).filter(key => key.startsWith('answers-that-run'))"
    assert page.evaluate(ours) == []
    page.goto(f"{address}zh/{QUESTION}/")
    assert page.evaluate(CHOSEN) == -1
    assert page.errors == []  # type: ignore[attr-defined]


def test_the_first_try_counts(context: BrowserContext, address: str) -> None:
    page = opened(context, f"{address}en/{QUESTION}/")
    right = page.locator(".choice").get_attribute("data-right")
    page.locator(".choice input").nth(int(right or "")).check()
    page.locator(".choice input").nth(0).check()
    page.goto(f"{address}en/selu/")
    page.locator(".choice input").last.check()  # asks to see the answer
    page.goto(f"{address}en/questions/")
    page.locator("details[data-check] > summary").last.click()
    mixed = page.locator("details[data-check]").count()
    home = opened(context, f"{address}en/")
    assert home.locator(".card .progress:visible").all_inner_texts() == [
        "Answer seen · checks opened: 0 of 3",
        "Right at first try · checks opened: 0 of 3",
    ]
    start = opened(context, f"{address}zh/start/")
    said = start.locator("p.progress").get_by_role("status")
    of = len(questions())
    assert f"选过 1/{of} 题，其中第一次就选对 1 题" in said.inner_text()
    assert f"综合题看过 1/{mixed}" in said.inner_text()
    # Another page that is open, and clears.
    start.get_by_role("button", name="清除选过和看过的记录").click()
    home.locator(".card .progress:visible").first.wait_for(state="detached")
    assert home.locator(".card .progress:visible").count() == 0


@pytest.mark.parametrize(
    "stored",
    [
        "x" * 10_000,
        "0,0," + "1." * 10_000,
        "<img src=x onerror=alert(1)>",
        '0,0,"><script>alert(1)</script>',
        "constructor",
        "__proto__,__proto__,",
        "9,9,99.0.77.",
        "-1,1,",
        "1,,",
        "null",
        '{"first":1}',
        "1e0,1,",
        "",
    ],
)
def test_what_is_stored_is_not_trusted(
    context: BrowserContext, address: str, stored: str
) -> None:
    names = (f"en/{QUESTION}/", "en/", "en/start/")
    # The first two on all pages; every other one, on the page that reads most of it.
    for name in names if len(stored) > 100 else names[:1]:
        page = opened(context, address + name, stored)
        assert page.evaluate(f"localStorage.getItem({KEY!r})") == stored
        assert page.evaluate(CHOSEN) == -1
        assert page.locator("summary .opened").count() == 0
        assert page.locator(".card .progress:visible").count() == 0
        if name == "en/start/":
            said = page.locator("p.progress").inner_text()
            assert said == "Nothing is kept on this device yet."
        if name == f"en/{QUESTION}/":
            page.locator(".choice input").nth(2).check()
            assert page.evaluate(f"localStorage.getItem({KEY!r})") == "2,2,"
        assert page.errors == []  # type: ignore[attr-defined]
        page.close()


def test_without_storage_all_works_but_the_memory(
    context: BrowserContext, address: str
) -> None:
    context.add_init_script(
        """for (const name of ["localStorage", "sessionStorage"]) Object.defineProperty(window, name,
        { configurable: true, get() { throw new DOMException("denied", "SecurityError"); } });"""
    )
    page = opened(context, f"{address}zh/{QUESTION}/")
    page.locator(".choice input").nth(0).check()
    assert page.locator(".choice label + .reply:visible").count() == 1
    page.locator("details[data-check] > summary").first.click()
    assert page.locator("details[data-check]").first.get_attribute("open") is not None
    page.goto(f"{address}zh/start/")
    assert "什么也没记下" in page.locator("p.progress").inner_text()
    assert page.locator("p.progress button").count() == 0
    assert page.errors == []  # type: ignore[attr-defined]


def test_a_full_store_does_not_stop_a_page(
    context: BrowserContext, address: str
) -> None:
    page = opened(context, f"{address}en/{QUESTION}/")
    page.evaluate("() => { Storage.prototype.setItem = () => { throw new Error(); }; }")
    page.locator(".choice input").nth(0).check()
    page.locator("details[data-check] > summary").first.click()
    assert page.locator("details[data-check] .opened").count() == 1
    assert page.errors == []  # type: ignore[attr-defined]


def test_all_pages_that_ask_are_known_and_alike_in_both_languages(
    context: BrowserContext, address: str
) -> None:
    known = {}
    for language in ("zh", "en"):
        page = opened(context, f"{address}{language}/")
        script = page.locator("script[data-asked]")
        known[language] = script.get_attribute("data-asked") or ""
    assert known["zh"] == known["en"]
    names = [part.split(":")[0] for part in known["zh"].split()]
    assert names == sorted([*questions(), "questions"])


CHOICE = """<fieldset class="choice" aria-live="polite">
<label><input type="radio" name="choice"> A</label>
<p class="reply">{}</p>
<label><input type="radio" name="choice"> B</label>
<p class="reply">{}</p>
<label><input type="radio" name="choice"> C</label>
</fieldset>
"""
DETAILS = '<details class="question"><summary>a</summary></details>'


def test_what_a_page_asks_is_marked_and_counted() -> None:
    html = CHOICE.format("No.", "Right, so it is.") + (
        f'<h2 id="try">T</h2>{DETAILS}<h2 id="check">C</h2>{DETAILS}{DETAILS}<h2>N</h2>{DETAILS}'
    )
    done = asked.marked(html, "toy", "en")
    assert 'data-question="toy" data-options="3" data-right="1"' in done
    assert done.count("data-check") == 2
    assert done.index('id="check"') < done.index('data-check="toy.1"')
    assert 'data-check="toy.2"' in done
    others = asked.marked(DETAILS * 2, "questions", "en")
    assert asked.counted([others, "nothing", done]) == "questions:0:-1:2 toy:3:1:2"
    assert asked.counted(["nothing"]) == ""


@pytest.mark.parametrize(
    ("zh", "en", "told"),
    [
        (("错。", "对，是的。"), ("No.", "Right."), None),
        (("对称的。", "对。"), ("Rightly not.", "Right"), None),
        (("错。", "也错。"), ("No.", "Right."), "docs/zh/toy.md:3: 0 replies"),
        (("对。", "对。"), ("No.", "Right."), "docs/zh/toy.md:3: 2 replies"),
        (("错。", "对。"), ("No.", "No."), "docs/en/toy.md:3: 0 replies"),
        (("对。", "错。"), ("No.", "Right."), "docs/zh/toy.md:1: another option"),
    ],
)
def test_make_check_knows_which_option_is_right(
    zh: tuple[str, str], en: tuple[str, str], told: str | None
) -> None:
    pages = [
        parse(f"{language}/toy.md", f"# Toy\n\n{CHOICE.format(*replies)}")
        for language, replies in (("zh", zh), ("en", en))
    ]
    found = list(asked.faults(*pages))
    assert len(found) == (told is not None)
    assert all(fault.startswith(told or "") for fault in found)
