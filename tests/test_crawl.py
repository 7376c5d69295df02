"""Every page but what Python makes of each question alike, and those of one language in the dark, too.

What it asks for, what it says to the console, how wide it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser

WIDTHS = (1280, 390, 320)  # the last is 1280 at fourfold size
# Colours know no language.
IN_DARK = re.compile(
    r"(?:[\w.]+|zh/(?:index|(?:momentum|ledger|traps|glossary|api)/index)|zh/\w+/momentum/index)\.html"
)
MADE = re.compile(r"both/|\w+/(?:code|notebooks)/")
OF_TWO = re.compile(r"/(?:momentum|sparsity)/")  # questions that stand for all
FIGURE_TEXT = """() => [...document.querySelectorAll("svg.fig text, .explorable svg text")]
    .filter(t => t.getClientRects().length && t.textContent.trim())
    .map(t => parseFloat(getComputedStyle(t).fontSize) * t.ownerSVGElement.getScreenCTM().a)"""


# How wide a page is with all folds open, once it has come to rest: what slides away at another width is wide
# on its way.
WIDE = """async () => {
    for (const fold of document.querySelectorAll("details")) fold.open = true;
    await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
    for (const moving of document.getAnimations())
        if (moving.effect.getComputedTiming().endTime < Infinity) moving.finish();
    return document.documentElement.scrollWidth;
}"""


@dataclass
class Crawl:
    """What was seen of all pages, light or dark, by page."""

    asked: list[tuple[str, str]] = field(default_factory=list)  # addresses
    said: list[tuple[str, str]] = field(default_factory=list)  # to the console
    # Of each page at each width: how wide it is, and how large the words of its figures are.
    wide: dict[tuple[str, int], int] = field(default_factory=dict)
    words: dict[tuple[str, int], list[float]] = field(default_factory=dict)


@pytest.fixture(scope="module", params=["light", "dark"])
def crawl(
    site: Path, address: str, browser: Browser, request: pytest.FixtureRequest
) -> Crawl:
    """Every page, once; in the dark those of one language."""
    seen, name = Crawl(), ""
    context = browser.new_context(color_scheme=request.param)
    context.on("request", lambda request: seen.asked.append((name, request.url)))
    context.on("console", lambda message: seen.said.append((name, message.text)))
    page = context.new_page()
    for name in sorted(p.relative_to(site).as_posix() for p in site.rglob("*.html")):
        if request.param == "dark" and not IN_DARK.fullmatch(name):
            continue
        if MADE.match(name) and not OF_TWO.search(name):
            continue
        widths = WIDTHS if request.param == "light" else WIDTHS[1:2]
        if MADE.match(name):  # of pages and files that are looked at by themselves
            widths = widths[:2]
        page.goto(address + name)
        for width in widths:
            page.set_viewport_size({"width": width, "height": 900})
            seen.wide[name, width] = page.evaluate(WIDE)
            if width > 320:  # where words may be as small as the reader has made them
                seen.words[name, width] = page.evaluate(FIGURE_TEXT)
    context.close()
    return seen


def test_no_request_leaves_the_origin(crawl: Crawl, address: str) -> None:
    ours = (address, "data:", "blob:")
    door = "404.html"  # it asks at the root of the site's address, which is not here
    assert [a for a in crawl.asked if a[0] != door and not a[1].startswith(ours)] == []
    assert [said for said in crawl.said if said[0] != door] == []


def test_no_page_scrolls_sideways_and_figures_stay_legible(crawl: Crawl) -> None:
    for place, wide in crawl.wide.items():
        assert wide <= place[1], place
    assert sum(map(len, crawl.words.values())) > 10 * len(crawl.words)
    for place, sizes in crawl.words.items():
        assert all(size >= 11 for size in sizes), (place, min(sizes))
