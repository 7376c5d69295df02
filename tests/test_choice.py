"""The choice on a question's page: the short answer waits for it, and each option answers back."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from snippets.evidence.questions import questions

PAGES = [f"{lang}/{slug}/" for lang in ("zh", "en") for slug in questions()]


@pytest.fixture(params=PAGES)
def page(request: pytest.FixtureRequest, browser: Browser, address: str) -> Page:
    page = browser.new_page()
    page.goto(f"{address}{request.param}")
    request.addfinalizer(page.close)
    return page


def short_answer(page: Page) -> list[bool]:
    """Whether the heading of the short answer and what follows it, up to the figure, is to be seen."""
    found: list[bool] = page.evaluate(
        """() => {
            const seen = [];
            for (let e = document.getElementById("answer"); e.id !== "figure"; e = e.nextElementSibling)
                seen.push(e.checkVisibility());
            return seen;
        }"""
    )
    assert len(found) >= 2
    return found


def test_the_answer_waits_and_each_option_answers_back(page: Page) -> None:
    options = page.locator(".choice label")
    count = options.count()
    assert count >= 4
    assert not any(short_answer(page))
    assert page.locator("#figure").is_visible(), "only the short answer waits"
    for i in range(count):
        options.nth(i).locator("input").check()
        assert all(short_answer(page))
        replies = page.locator(".choice .reply:visible")
        # All but the last: it asks for the answer.
        assert replies.count() == (1 if i < count - 1 else 0)
        if i < count - 1:
            reply = page.locator(".choice label + .reply").nth(i)
            assert reply.is_visible()
            assert len(reply.inner_text()) > 20
    text = page.locator(".choice").inner_html()
    assert "measured" in text, "a measured number settles it"


@pytest.mark.parametrize("way", ["link", "print"])
def test_the_answer_is_there_for_a_link_and_on_paper(
    browser: Browser, address: str, way: str
) -> None:
    page = browser.new_page()
    page.goto(f"{address}en/momentum/" + ("#answer" if way == "link" else ""))
    if way == "print":
        page.emulate_media(media="print")
        assert page.locator(".choice .reply:visible").count() >= 4
    assert all(short_answer(page))
    if way == "link":
        page.goto(f"{address}en/momentum/#trap")
        assert all(short_answer(page)), "it stays when the reader goes on"
    page.close()


def test_another_language_does_not_tell_the_answer(
    browser: Browser, address: str
) -> None:
    page = browser.new_page()
    page.goto(f"{address}en/momentum/")
    page.click("a[hreflang^=zh]:visible")
    page.wait_for_url("**/zh/momentum/*")
    assert not any(short_answer(page))
    page.close()


def test_the_answer_is_there_without_a_script(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}zh/momentum/")
    assert page.locator("#answer").is_visible()
    assert page.locator("#answer + p").is_visible()
    assert page.locator(".choice .reply:visible").count() >= 4
    context.close()
