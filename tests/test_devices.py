"""What readers' devices do to the pages: fingers, forced colours, no storage, paper, a slow line."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Browser

from snippets.evidence.questions import questions, techniques
from tools.browsing import searched, until

KINDS = (
    "zh/",
    "en/momentum/",
    "zh/ledger/",
    "en/traps/",
    "zh/glossary/",
    "en/api/",
    "zh/code/dropout/",
    "en/notebooks/sparsity/",
)

# Every icon that is seen: its colour against what is behind it, as a contrast.
ICONS = """() => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const rgba = (css) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = css; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data]; };
  const over = (top, below) => [0, 1, 2].map((i) => (top[i] * top[3] + below[i] * (255 - top[3])) / 255);
  const ground = (element) => { const all = [];
    for (let e = element; e; e = e.parentElement) all.unshift(rgba(getComputedStyle(e).backgroundColor));
    return all.reduce((below, top) => over(top, below), [255, 255, 255]); };
  const light = (color) => color.map((v) => v / 255)
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const contrast = (color, element) => { const below = ground(element);
    const [a, b] = [light(over(rgba(color), below)), light(below)];
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05); };
  const found = [];
  for (const element of document.querySelectorAll("body :not(svg *, math, math *, code *)")) {
    if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    for (const part of ["::before", "::after"]) {
      const style = getComputedStyle(element, part);
      if (style.content !== "none" && style.maskImage !== "none" && style.display !== "none")
        found.push([element.outerHTML.slice(0, 60) + part, contrast(style.backgroundColor, element)]);
    }
    if (element.localName === "svg" && !element.closest("svg.fig"))
      found.push([element.outerHTML.slice(0, 60),
        contrast(getComputedStyle(element).fill, element.parentElement)]);
  }
  return found; }"""

FADED_IN = """async () => {
  await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  for (const moving of document.getAnimations())
    if (moving.effect.getComputedTiming().endTime < Infinity) moving.finish(); }"""


@pytest.mark.parametrize("scheme", ["light", "dark", "forced"])
def test_every_icon_is_seen(address: str, browser: Browser, scheme: str) -> None:
    colors = (
        {"forced_colors": "active"} if scheme == "forced" else {"color_scheme": scheme}
    )
    context = browser.new_context(**colors)
    page = context.new_page()
    seen = set()
    for name in KINDS:
        page.goto(address + name)
        page.evaluate(
            "document.querySelectorAll('details').forEach(d => d.open = true)"
        )
        for width in (1280, 390) if scheme == "light" else (390,):
            page.set_viewport_size({"width": width, "height": 900})
            page.evaluate(FADED_IN)
            icons = page.evaluate(ICONS)
            assert [icon for icon in icons if icon[1] < 3] == [], name
            seen |= {icon for icon, _ in icons}
    context.close()
    for kind in ("md-code__button", "<summary", "<svg"):
        assert any(kind in icon for icon in seen), kind


def test_every_colour_of_the_theme_is_ours(site: Path) -> None:
    """A colour that we leave to Material belongs to neither of our schemes."""
    ours = Path("docs/assets/style.css").read_text(encoding="utf-8")
    sheets = (s.read_text("utf-8") for s in (site / "assets").glob("site.*.css"))
    read = set(re.findall(r"var\(\s*(--md-[\w-]*color[\w-]*)", "".join(sheets)))
    drawn_by_script = {
        name for name in read if "mermaid" in name
    }  # diagrams, of which there are none
    assert read - drawn_by_script - set(re.findall(r"(--md-[\w-]+):", ours)) == set()


def test_ten_notes_in_a_row_stay_and_are_whole_on_a_phone(
    address: str, browser: Browser
) -> None:
    width, height = 360, 640
    page = browser.new_context(
        has_touch=True, is_mobile=True, viewport={"width": width, "height": height}
    ).new_page()
    page.goto(f"{address}zh/symmetry/")
    numbers, note = page.locator("data.measured:visible"), page.locator(".told")
    for number in range(10):
        wanted = numbers.nth(number)
        wanted.tap(timeout=5000)  # fails where the last note covers it
        note.wait_for(state="visible")
        page.wait_for_timeout(400)  # longer than it waits for a pointer that left
        assert note.is_visible(), number
        assert wanted.get_attribute("aria-describedby") == "origin"
        box, own = note.bounding_box(), wanted.bounding_box()
        assert box and own
        assert box["x"] >= 0 and box["x"] + box["width"] <= width
        assert box["y"] >= 0 and box["y"] + box["height"] <= height
        for seen in (own, numbers.nth(number + 1).bounding_box()):
            assert seen
            above = seen["y"] + seen["height"] <= box["y"]
            assert above or seen["y"] >= box["y"] + box["height"], number
    page.touchscreen.tap(4, 350)  # beside the text
    assert note.is_hidden()
    page.context.close()


def test_a_note_near_the_bottom_of_the_screen_opens_above(
    address: str, browser: Browser
) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 700})
    page.goto(f"{address}en/momentum/")
    number = page.locator("data.measured:visible").nth(3)
    number.evaluate(
        "e => scrollTo(0, e.getBoundingClientRect().bottom + scrollY - innerHeight + 4)"
    )
    number.hover()
    box = page.locator(".told").bounding_box()
    assert box and box["y"] >= 0 and box["y"] + box["height"] <= 700
    page.close()


def test_without_storage_search_copying_and_colours_work(
    address: str, browser: Browser
) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.add_init_script(
        """for (const name of ["localStorage", "sessionStorage"]) Object.defineProperty(window, name,
        { configurable: true, get() { throw new DOMException("denied", "SecurityError"); } });"""
    )
    page.goto(f"{address}en/momentum/")
    page.locator(".md-code__button").first.wait_for(state="attached")
    scheme = "document.body.dataset.mdColorScheme"
    before = page.evaluate(scheme)
    page.locator("label[for^=__palette]:visible").click()
    assert page.evaluate(scheme) != before
    assert searched(page, "momentum")
    assert errors == []
    page.close()


def test_code_of_88_columns_fits_a_wide_screen(address: str, browser: Browser) -> None:
    """In the font that this machine has: the widest of the usual ones."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    for name in (
        "en/api/",
        "en/traps/",
        *(f"en/{question}/" for question in questions()),
    ):
        page.goto(address + name)
        page.evaluate(
            "document.querySelectorAll('details').forEach(d => d.open = true)"
        )
        faults = page.evaluate(
            """() => [...document.querySelectorAll(".language-python:not(.doc-signature) pre > code")]
            .filter(code => code.scrollWidth > code.clientWidth)
            .map(code => [code.scrollWidth - code.clientWidth, code.textContent.slice(0, 60)])"""
        )
        assert faults == [], name
    page.close()


# Paper


def test_paper_is_light_to_its_edge_and_without_listings(
    address: str, browser: Browser
) -> None:
    page = browser.new_page(color_scheme="dark")
    page.goto(f"{address}en/dropout/")
    page.emulate_media(media="print", color_scheme="dark")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    root = "getComputedStyle(document.documentElement)"
    assert page.evaluate(f"{root}.colorScheme") == "light"
    assert page.evaluate(f"{root}.backgroundColor") == "rgb(255, 255, 255)"
    sources = page.locator("details.listing").all()
    assert len(sources) == 2
    for source in sources:
        assert source.locator("summary").is_visible()
        assert source.locator("pre").is_hidden()
    link = page.locator(".copying a").first
    shown = link.evaluate("a => getComputedStyle(a, '::after').content")
    assert shown.strip('"') == f" ({address}files/dropout/mc_dropout.py)"
    page.close()


# Copied code

RUN = """
import json, sys

for name, code in json.load(sys.stdin).items():
    try:
        exec(compile(code, name, "exec"), {"__name__": "__main__"})
    except Exception as error:
        sys.exit(f"{name}: {error!r} {code}")
"""


def test_what_is_copied_runs_as_pasted(
    address: str, browser: Browser, tmp_path: Path
) -> None:
    """By the button: the use of a technique, and the examples of the reference, bring their source along."""
    page = browser.new_page()
    copied = {}
    for name in ("en/api/", *(f"en/{question}/" for question in questions())):
        page.goto(address + name)
        page.evaluate(
            "document.querySelectorAll('details').forEach(d => d.open = true)"
        )
        page.locator(".md-code__button").first.wait_for(state="attached")
        until(
            page,
            """[...document.querySelectorAll(".highlight:not(.no-copy) > pre")]
            .every(pre => pre.querySelector(".md-code__button") || (pre.scrollIntoView(), false))""",
        )
        texts = page.evaluate(  # as Material's script takes it
            """() => [...document.querySelectorAll(".md-code__button")].map((button) => {
            const code = document.querySelector(button.dataset.clipboardTarget);
            const ready = code.closest("[data-copy]")?.dataset.copy;
            return [code.closest("[class*=language-]").className, ready ?? code.textContent]; })"""
        )
        for number, (kind, text) in enumerate(texts):
            if "python" in kind or "pycon" in kind:
                copied[f"{name}{number}"] = text
    page.close()
    assert len(copied) > 2 * len(techniques()) + 20
    script = tmp_path / "run.py"
    script.write_text(RUN)
    done = subprocess.run(
        [sys.executable, "-I", script.name],
        cwd=tmp_path,
        input=json.dumps(copied),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]


def test_a_signature_has_no_copy_button(address: str, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(f"{address}zh/api/")
    page.locator(".md-code__button").first.wait_for(state="attached")
    assert page.locator(".doc-signature").count() > 15
    assert page.locator(".doc-signature .md-code__button").count() == 0
    page.close()


# Reader mode


_DRAWING = re.compile(r"(<svg\b[^>]*>)(.*?)</svg>", re.S)


def test_a_figure_reads_without_our_stylesheet(site: Path) -> None:
    seen = 0
    for file in sorted(site.glob("*/*/index.html")):
        html = file.read_text(encoding="utf-8")
        for figure in re.findall(r"<figure\b.*?</figure>", html, re.S):
            if "<svg" in figure:
                outline = BeautifulSoup(
                    _DRAWING.sub(r"\1</svg>", figure), "html.parser"
                )
                shown = [
                    svg for svg in outline("svg") if not svg.find_parent(hidden=True)
                ]
                assert len(shown) == 1, (
                    f"{file}: a reader mode shows the figure {len(shown)} times"
                )
        for start, drawing in _DRAWING.findall(html):
            if 'class="fig' in start:
                seen += 1
                for shape in unpainted(ElementTree.fromstring(f"<g>{drawing}</g>")):
                    raise AssertionError(f"{file}: {shape}")
    assert seen > 4 * len(questions())


def unpainted(element: ElementTree.Element, painted: bool = False) -> Iterator[str]:
    """Shapes that neither have a colour of their own nor stand in a group that has one."""
    if element.tag in ("defs", "clipPath"):
        return
    if element.tag in ("path", "use", "rect", "circle", "g"):
        paints = (element.get(paint, "none") for paint in ("stroke", "fill"))
        painted = painted or any(paint != "none" for paint in paints)
    if element.tag in ("path", "use", "rect", "circle") and not painted:
        yield ElementTree.tostring(element, "unicode")
    for inner in element:
        yield from unpainted(inner, painted)


# A slow line


def test_nothing_moves_at_the_door_on_a_slow_line(
    address: str, browser: Browser
) -> None:
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    slow = {
        "offline": False,
        "latency": 400,
        "downloadThroughput": 20_000,
        "uploadThroughput": 20_000,
    }
    context.new_cdp_session(page).send("Network.emulateNetworkConditions", slow)
    page.add_init_script(
        """window.shift = 0; new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) window.shift += entry.value;
        }).observe({ type: "layout-shift", buffered: true });"""
    )
    page.goto(address, wait_until="networkidle")
    assert page.evaluate("document.documentElement.dataset.suggested") == "en"
    assert page.evaluate("shift") == 0
    context.close()
