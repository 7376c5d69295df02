"""Formulas are seen whole on any device, and copied as they are written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import matplotlib as mpl
import pytest
from fontTools.ttLib import TTFont
from PIL import Image, ImageChops, ImageFilter
from playwright.sync_api import Browser

from tools.browsing import FLAGS

FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{folder}</dir><cachedir>{folder}/cache</cachedir></fontconfig>"""
WIDTHS = (1280, 390, 360)
LEAVES = "math :is(mi, mn, mo, mtext)"


def pages_with(site: Path, markup: str) -> list[str]:
    """Addresses of the pages that have some markup."""
    return [
        file.relative_to(site).as_posix()
        for file in sorted(site.rglob("*.html"))
        if markup in file.read_text(encoding="utf-8")
        # Notebooks, and pages of both languages, have the formulas of other pages.
        and not {"both", "notebooks"} & {*file.relative_to(site).parts}
    ]


def in_either(names: list[str]) -> list[str]:
    """Every other page in Chinese, and the rest in English: both have the same formulas."""
    pages = sorted({name.partition("/")[2] for name in names})
    languages = {page: ("en/", "zh/")[i % 2] for i, page in enumerate(pages)}
    return [n for n in names if n.startswith(languages[n.partition("/")[2]])]


@pytest.fixture(scope="module")
def poor(
    executable: str, browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Browser]:
    """A browser that has one text font without mathematical letters, and shows scrollbars."""
    folder = tmp_path_factory.mktemp("fonts")
    source = Path(mpl.get_data_path()) / "fonts" / "ttf" / "cmr10.ttf"
    with TTFont(source) as font:
        assert ord("𝑥") not in font.getBestCmap(), "or it would help out unnoticed"
    (folder / source.name).write_bytes(source.read_bytes())
    config = folder / "fonts.conf"
    config.write_text(FONTS.format(folder=folder))
    # Playwright runs once in a thread: the session's own starts this browser, too.
    started = browser.browser_type.launch(
        executable_path=executable,
        args=FLAGS,
        env={"FONTCONFIG_FILE": str(config)},
        ignore_default_args=["--hide-scrollbars"],
    )
    yield started
    started.close()


WIDE = """() => {
    document.querySelectorAll("details").forEach(details => details.open = true);
    const faults = [];
    for (const box of document.querySelectorAll(".formula"))
      if (box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight)
        faults.push(box.querySelector("math").getAttribute("alttext"));
    const right = document.documentElement.clientWidth;
    const scrolls = ".md-typeset__scrollwrap, .output";
    for (const math of document.querySelectorAll("article math:not([display])"))
      if (!math.closest(scrolls) && math.getBoundingClientRect().right > right)
        faults.push(math.getAttribute("alttext"));
    return faults; }"""


@dataclass
class Seen:
    """What was seen of all pages with formulas."""

    signs: int = 0
    foreign: set[tuple[str, str, str]] = field(default_factory=set)  # in other fonts
    wide: list[tuple[str, int, str]] = field(default_factory=list)


@pytest.fixture(scope="module")
def seen(site: Path, address: str, poor: Browser) -> Seen:
    """Every page with formulas, once, in one language."""
    found = Seen()
    page = poor.new_page()
    tools = page.context.new_cdp_session(page)
    for domain in ("DOM", "CSS"):
        tools.send(f"{domain}.enable")
    for name in in_either(pages_with(site, "<math")):
        page.goto(address + name)
        page.evaluate("document.fonts.ready")
        page.evaluate(  # each sign once a page
            """leaves => { const seen = new Set();
            for (const leaf of document.querySelectorAll(leaves))
              if (!seen.has(leaf.outerHTML)) leaf.dataset.first = seen.add(leaf.outerHTML).size; }""",
            LEAVES,
        )
        root = tools.send("DOM.getDocument", {"depth": 0})["root"]["nodeId"]
        query = {"nodeId": root, "selector": "math [data-first]"}
        for node in tools.send("DOM.querySelectorAll", query)["nodeIds"]:
            found.signs += 1
            for font in tools.send("CSS.getPlatformFontsForNode", {"nodeId": node})[
                "fonts"
            ]:
                if not font["isCustomFont"]:
                    leaf = tools.send("DOM.getOuterHTML", {"nodeId": node})["outerHTML"]
                    leaf = re.sub(" data-first.*?>", ">", leaf)
                    found.foreign.add((name, leaf, font["familyName"]))
        for width in sorted(WIDTHS):  # the next page comes at the widest
            page.set_viewport_size({"width": width, "height": 900})
            found.wide += [(name, width, tex) for tex in page.evaluate(WIDE)]
    page.close()
    return found


def test_every_sign_comes_from_our_font(seen: Seen) -> None:
    assert seen.signs > 500
    assert seen.foreign == set()


def test_no_formula_is_wider_than_the_screen_or_scrolls_down(seen: Seen) -> None:
    assert seen.wide == [], "break them in two lines, with aligned"


def test_no_ink_of_a_formula_is_cut(site: Path, address: str, poor: Browser) -> None:
    # Alone on the page, which is then low enough to be looked at whole; what does not cut must not move it.
    alone = """* { background: none !important }
        article :not(:has(.formula), .formula, .formula *) { display: none !important }
        article :has(.formula) { display: flow-root !important }"""
    whole = "article, article * { overflow: visible !important }"
    looked_at = 0
    page = poor.new_page(bypass_csp=True)  # which would refuse these styles
    for name in pages_with(site, 'class="formula"'):
        if not name.startswith("en/"):
            continue  # the other language has the same formulas
        page.goto(address + name)
        page.evaluate(
            "document.querySelectorAll('details').forEach(d => d.open = true)"
        )
        page.add_style_tag(content=alone)
        cut = page.add_style_tag(content=whole)
        page.locator(
            "article"
        ).screenshot()  # only now are the fonts of what was folded asked for
        page.evaluate("document.fonts.ready")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            # As tall as the page: in a picture of more than is seen, scrollbars come and go.
            tall = page.evaluate("document.documentElement.scrollHeight") + 900
            page.set_viewport_size({"width": width, "height": tall})
            pictures = []
            page.locator(
                "article"
            ).screenshot()  # the first one of a size may be coarse
            for off in (True, False):
                cut.evaluate("(style, off) => style.disabled = off", off)
                seen = page.locator("article").screenshot()
                pictures.append(Image.open(BytesIO(seen)).convert("L"))
            as_is, uncut = pictures
            # Without scrolling, ink may move by a part of a pixel: what has none beside it either is lost.
            lost = ImageChops.subtract(as_is.filter(ImageFilter.MinFilter(3)), uncut)
            cut_off = lost.point(lambda light: 255 * (light > 64)).getbbox()
            assert not cut_off, (name, width, cut_off)
            looked_at += page.locator(".formula").count()
    page.close()
    assert looked_at > 30


def test_a_root_is_as_wide_and_as_low_as_what_is_under_it(
    site: Path, address: str, browser: Browser
) -> None:
    page = browser.new_page()
    seen = 0
    for name in in_either(pages_with(site, "<msqrt")):
        page.goto(address + name)
        page.evaluate("document.fonts.ready")
        roots = page.evaluate(
            """() => [...document.querySelectorAll("msqrt")].filter(e => e.checkVisibility()).map(root => {
            const own = root.getBoundingClientRect(), under = root.lastElementChild.getBoundingClientRect();
            return [own.right - under.right, own.height / parseFloat(getComputedStyle(root).fontSize),
                    root.childElementCount === 1 && root.firstElementChild.localName === "mi"]; })"""
        )
        for gap, height, letter in roots:
            assert gap < 1, f"{name}: {gap} px behind a root"
            assert height < 1.5 or not letter, (
                f"{name}: a root of {height} em over a letter"
            )
            seen += 1
    page.close()
    assert seen > 10


def test_formulas_are_copied_as_they_are_written(
    address: str, browser: Browser
) -> None:
    page = browser.new_page()
    page.goto(f"{address}en/momentum/")
    copied = page.evaluate(
        """() => {
        const math = document.querySelector("article p math"), text = math.closest("p");
        const event = new ClipboardEvent("copy", { clipboardData: new DataTransfer(), bubbles: true });
        getSelection().selectAllChildren(text);
        document.body.dispatchEvent(event);
        return [text.querySelectorAll("math").length, math.getAttribute("alttext"),
                event.clipboardData.getData("text/plain")]; }"""
    )
    page.close()
    count, tex, text = copied
    assert f"${tex}$" in text
    assert text.count("$") == 2 * count
    assert "\n" not in text.strip()


@pytest.mark.parametrize("where", ["article p math", ".formula math"])
def test_a_part_of_a_formula_stands_for_the_whole(
    address: str, browser: Browser, where: str
) -> None:
    page = browser.new_page()
    page.goto(f"{address}en/momentum/")
    tex, display, text = page.evaluate(
        """(where) => {
        const math = document.querySelector(where), leaves = math.querySelectorAll("mi, mn, mo");
        const event = new ClipboardEvent("copy", { clipboardData: new DataTransfer(), bubbles: true });
        getSelection().setBaseAndExtent(leaves[0].firstChild, 0, [...leaves].at(-1).firstChild, 1);
        document.body.dispatchEvent(event);
        return [math.getAttribute("alttext"), math.getAttribute("display"),
                event.clipboardData.getData("text/plain")]; }""",
        where,
    )
    page.close()
    dollars = "$$" if display == "block" else "$"
    assert text.strip() == f"{dollars}{tex}{dollars}"


def test_formulas_and_code_are_not_translated(site: Path) -> None:
    for name in sorted(site.rglob("*.html")):
        text = name.read_text(encoding="utf-8")
        if "<math" not in text:
            continue
        assert len(re.findall(r'translate="no"><math', text)) == text.count("<math"), (
            name
        )
        assert re.findall(r"<code(?! translate)[ >]", text) == [], name


def test_a_browser_without_mathml_shows_formulas_as_written(
    address: str, browser: Browser
) -> None:
    page = browser.new_page()
    page.add_init_script(
        """const whole = Element.prototype.getBoundingClientRect;
        Element.prototype.getBoundingClientRect = function () {
          return this.localName === "mspace" ? new DOMRect() : whole.call(this); };"""
    )
    page.goto(f"{address}en/momentum/")
    assert page.locator("article math").count() == 0
    assert "x_{k+1}" in page.locator("article").inner_text()
    assert "too old" in page.locator("article p").first.inner_text()
    page.close()
