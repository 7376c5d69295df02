"""Figures that a reader can turn: every control, every address, with a script and without."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

import pytest
from explorables import EXPLORABLES, placeholders, words
from playwright.sync_api import Browser, Page

from tools.browsing import until

# One language each: what differs are words, which a test compares.
PAGES = [f"{('zh', 'en')[i % 2]}/{slug}/" for i, slug in enumerate(EXPLORABLES)]
SOME = PAGES[::3]  # where what is tested is the kit's, which all share
STATE = """() => Object.fromEntries([...document.querySelector(".explorable form").elements]
    .filter((e) => e.name && (e.type !== "radio" || e.checked))
    .map((e) => [e.name, e.type === "checkbox" ? e.checked : e.value]))"""
# What is drawn where a number is missing, and what is written where a sentence was not filled in; a finding
# may well say that a gradient is NaN.
BROKEN = re.compile(r"=.*(?:NaN|Infinity)|undefined|\bnull\b|\{\w+\}|\[object")
DRAWN = """() => { const all = [];
    for (const e of document.querySelectorAll(".explorable form *")) {
        for (const a of e.attributes) all.push(`${a.name}=${a.value}`);
        for (const n of e.childNodes) if (n.nodeType === 3) all.push(n.data.trim());
    }
    return all.join("\\n"); }"""
KEPT = """(link) => [location, link].map(({ search }) => {
    const asked = new URLSearchParams(search);
    asked.sort();
    return String(asked);
}).every((asked, _, all) => asked === all[0])"""
UNFOLD = """() => document.querySelectorAll(".explorable details").forEach((d) => d.open = true)"""
BAD = (
    "NaN",
    "Infinity",
    "-1e9",
    "1e999",
    "0x10",
    "1,5",
    "9" * 400,
    "",
    "%00",
    "１",
    "<b>",
    "true",
    "2e",
)


@pytest.fixture(params=PAGES)
def page(
    request: pytest.FixtureRequest, browser: Browser, address: str
) -> Iterator[Page]:
    """A page with an explorable; nothing may be said to the console."""
    page = browser.new_page(viewport={"width": 390, "height": 844})
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{address}{request.param}#figure")  # the script comes with the figure
    page.wait_for_selector(".explorable.alive")
    yield page
    page.close()
    assert said == []


def rest(page: Page) -> None:
    """Wait until what was asked for is drawn."""
    page.evaluate(
        "() => new Promise((f) => requestAnimationFrame(() => requestAnimationFrame(f)))"
    )


def finding(page: Page) -> str:
    """What the figure says, once it has nothing left to compute."""
    until(
        page,
        """() => { const said = document.querySelector("[data-part=finding]").textContent;
        return said && !said.endsWith("…"); }""",
    )
    return page.locator("[data-part=finding]").inner_text()


@pytest.mark.parametrize("slug", EXPLORABLES)
def test_both_languages_have_the_same_sentences_and_numbers(slug: str) -> None:
    zh, en = words(slug, "zh"), words(slug, "en")
    assert zh.keys() == en.keys()
    for name in zh:
        assert placeholders(zh[name]) == placeholders(en[name]), name


def test_links_of_the_text_set_the_figure_and_the_address(
    page: Page, browser: Browser
) -> None:
    links = page.locator("p.try a[href^='?']")
    assert links.count() >= 2
    before = page.evaluate(STATE)
    findings = {finding(page)}
    other = browser.new_page()
    for i in range(links.count()):
        links.nth(i).click()
        rest(page)
        assert page.evaluate(STATE) != before
        findings.add(finding(page))
        until(page, KEPT, links.nth(i).element_handle())
        shared = page.url
        state = page.evaluate(STATE)
    other.goto(shared)
    other.wait_for_selector(".explorable.alive")
    assert other.evaluate(STATE) == state, "what is shared is what is seen"
    other.close()
    assert len(findings) > 1, "a link that is tried changes what is said"


def test_the_language_switch_carries_the_state(page: Page) -> None:
    page.locator("p.try a[href^='?']").first.click()
    rest(page)
    until(page, "() => location.search")
    state = page.evaluate(STATE)
    page.click("a[hreflang]:visible")
    page.locator("#figure").scroll_into_view_if_needed()
    page.mouse.wheel(0, 400)
    page.wait_for_selector(".explorable.alive")
    assert page.evaluate(STATE) == state


@pytest.mark.parametrize("slug", EXPLORABLES)
def test_a_malformed_address_is_as_if_nothing_had_been_asked(
    browser: Browser, address: str, slug: str
) -> None:
    page = browser.new_page()
    page.goto(f"{address}en/{slug}/#figure")
    page.wait_for_selector(".explorable.alive")
    start, draw = page.evaluate(STATE), random.Random(slug)
    for _ in range(3):  # each control is asked for something else
        asked = "&".join(f"{name}={draw.choice(BAD)}" for name in (*start, "nothing"))
        page.goto(f"{address}en/{slug}/?{asked}#figure")
        page.wait_for_selector(".explorable.alive")
        assert page.evaluate(STATE) == start, asked
        assert not BROKEN.search(page.evaluate(DRAWN))
    page.close()


@pytest.mark.parametrize("slug", EXPLORABLES)
def test_random_hands_break_nothing(browser: Browser, address: str, slug: str) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{address}zh/{slug}/#figure")
    page.wait_for_selector(".explorable.alive")
    page.evaluate(UNFOLD)
    draw = random.Random(slug)
    controls = page.locator(".explorable :is(input, button)")
    drawing = page.locator(".explorable form svg").first
    keys = (
        "ArrowRight",
        "ArrowLeft",
        "Home",
        "End",
        "PageUp",
        "Space",
        "Digit7",
        "Delete",
    )
    for _ in range(12):
        control = controls.nth(draw.randrange(controls.count()))
        if not control.is_enabled():
            continue
        control.focus()
        for _ in range(draw.randint(1, 4)):
            page.keyboard.press(draw.choice(keys))
        if draw.random() < 0.3 and (box := drawing.bounding_box()):
            at = {"x": draw.random() * box["width"], "y": draw.random() * box["height"]}
            drawing.click(position=at)
        rest(page)
        broken = BROKEN.search(page.evaluate(DRAWN))
        assert not broken, (broken, page.evaluate(STATE))
    page.close()
    assert said == []


def test_every_control_has_a_name_and_says_what_it_stands_for(page: Page) -> None:
    page.evaluate(UNFOLD)
    rest(page)
    nodes = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")[
        "nodes"
    ]
    found = [
        n
        for n in nodes
        if n.get("role", {}).get("value")
        in ("slider", "checkbox", "spinbutton", "radio")
    ]
    assert len(found) >= page.locator(".explorable input").count()
    for node in found:
        assert node["name"]["value"], node
    for slider in page.locator(".explorable input[type=range]").all():
        assert slider.get_attribute("aria-valuetext"), slider.get_attribute("name")


def test_nothing_moves_when_the_script_comes_to_life(
    browser: Browser, address: str
) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    for name in SOME:
        page.goto(f"{address}{name}#figure")
        page.wait_for_selector(".explorable.alive")
        page.wait_for_timeout(300)
        moved = page.evaluate(
            """() => new Promise((tell) => { let sum = 0;
            new PerformanceObserver((list) => { for (const e of list.getEntries()) sum += e.value; })
                .observe({ type: "layout-shift", buffered: true });
            setTimeout(() => tell(sum), 100); })"""
        )
        assert moved < 0.01, name
    page.close()


@pytest.mark.parametrize("way", ["no script", "a script that fails", "paper"])
def test_the_static_figure_is_there_instead(
    browser: Browser, address: str, way: str
) -> None:
    context = browser.new_context(java_script_enabled=way != "no script")
    page = context.new_page()
    if way == "a script that fails":
        page.route("**/explorables/*.js", lambda route: route.abort())
    for name in SOME:
        page.goto(f"{address}{name}#figure")
        page.wait_for_timeout(300)
        if way == "paper":
            page.emulate_media(media="print")
        assert page.locator(".explorable > .static svg:visible").count() == 1, name
        assert page.locator(".explorable form").is_hidden(), name
        assert page.locator("p.try").is_hidden() or way == "a script that fails", name
    context.close()


def test_it_works_from_disk(browser: Browser, site: object) -> None:
    page = browser.new_page()
    for name in SOME:
        page.goto(f"file://{site}/{name}index.html?nothing=1#figure")
        page.wait_for_selector(".explorable.alive")
        assert finding(page)
    page.close()


def test_a_finger_that_drags_scrolls_nothing(browser: Browser, address: str) -> None:
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    for name in PAGES:
        page.goto(f"{address}{name}#figure")
        page.wait_for_selector(".explorable.alive")
        handle = page.locator(".explorable .handle").first
        if not handle.count():
            continue
        handle.scroll_into_view_if_needed()
        box, before = handle.bounding_box(), page.evaluate("() => [scrollX, scrollY]")
        state = page.evaluate(STATE)
        assert box
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        cdp = context.new_cdp_session(page)
        cdp.send(
            "Input.dispatchTouchEvent",
            {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]},
        )
        for k in range(1, 6):
            points = [{"x": x + 10 * k, "y": y + 12 * k}]
            cdp.send(
                "Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": points}
            )
        cdp.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        rest(page)
        assert page.evaluate("() => [scrollX, scrollY]") == before, name
        assert page.evaluate(STATE) != state, name
    context.close()
