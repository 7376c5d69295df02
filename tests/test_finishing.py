"""What is dropped from the built site is in nobody's use, and a changed theme is noticed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from tools import finishing

ROOT = Path(__file__).parents[1]
BUNDLE = '"use strict";$(location.protocol!=="file:");function a(e,t=new Worker(e)){"by-script"}'
WORKER = "".join(old for old, _ in finishing._WORKER)
CSS = """
@charset "utf-8";
:root { --icon: url('data:image/svg+xml;utf8,<svg a="b;c}"/>'); --read: 1px }
.here, .by-script > b, .nowhere { margin: var(--read) }
.nowhere { color: red }
@media print { .nowhere { color: red } .here:not(.nowhere) { color: blue } }
@media screen { .nowhere a { color: red } }
[data-md-color-primary=teal] { color: teal }
[data-md-color-primary=red] { color: red }
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A site of one page, with what finishing looks for."""
    for name, text in {
        "en/index.html": '<link rel="stylesheet" href="../assets/a.css">\n'
        '<link rel="stylesheet" href="../assets/b.css">'
        '<body data-md-color-primary="red"><p class="here"><math alttext="y">'
        "<mi>x</mi><mo>&lt;</mo><mi>h</mi><mi>max</mi></math></p>",
        "index.html": '<link rel="stylesheet" href="assets/door.css">',
        "assets/a.css": CSS,
        "assets/b.css": "@font-face { src: url(fonts/stix.woff2) }",
        "assets/door.css": "main { margin: 0 }",
        "assets/javascripts/bundle.1.min.js": BUNDLE,
        "assets/javascripts/bundle.1.min.js.map": "",
        "assets/javascripts/workers/search.1.min.js": WORKER,
        "assets/javascripts/lunr/min/lunr.zh.min.js": "",
    }.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    (tmp_path / "assets" / "fonts").mkdir()
    (font,) = (ROOT / "docs" / "assets" / "fonts").glob("*.woff2")
    (tmp_path / "assets" / "fonts" / "stix.woff2").write_bytes(font.read_bytes())
    return tmp_path


def test_pages_load_one_stylesheet_of_the_rules_in_use(folder: Path) -> None:
    finishing.site(folder)
    (sheet,) = (folder / "assets").glob("site.*.css")
    page = (folder / "en" / "index.html").read_text()
    assert page.startswith(
        f'<link rel="stylesheet" href="../assets/{sheet.name}">'
        '<link rel="preload" href="../assets/fonts/stix.woff2" as="font" type="font/woff2" crossorigin>'
        "\n<body"
    )
    assert sheet.read_text().replace(" ", "") == (
        ":root{--read:1px}.here,.by-script>b{margin:var(--read)}"
        "@mediaprint{.here:not(.nowhere){color:blue}}"
        "[data-md-color-primary=red]{color:red}"
        "@font-face{src:url(fonts/stix.woff2)}"
    )
    assert (folder / "assets" / "door.css").exists()
    assert not (folder / "assets" / "a.css").exists()


def test_the_font_has_the_signs_that_browsers_draw(folder: Path) -> None:
    finishing.site(folder)
    with TTFont(folder / "assets" / "fonts" / "stix.woff2") as font:
        # A letter alone in <mi> is drawn as one of mathematical italic.
        assert set(map(ord, "𝑥<ℎmax√")) <= font.getBestCmap().keys()
        assert not font.getBestCmap().keys() & set(map(ord, "hy𝑦𝑚"))
        assert "MATH" in font


@pytest.mark.parametrize(
    ("formula", "signs"),
    [
        ("<math><mi>β</mi><mn>1</mn></math>", "𝛽1√"),
        ("<math><mi>𝟏</mi><mo>&lt;</mo></math>", "𝟏<√"),
        ("<math><mi>ϵ</mi><mi>∂</mi><mi>Γ</mi></math>", "𝜖𝜕𝛤√"),
        ('<math><mi mathvariant="normal">x</mi></math>', "x√"),
    ],
)
def test_a_sign_is_what_is_drawn_not_what_is_typed(formula: str, signs: str) -> None:
    assert finishing.drawn_signs(formula) == set(signs)


def test_a_sign_that_the_font_lacks_stops_the_build(folder: Path) -> None:
    page = folder / "en" / "index.html"
    page.write_text(page.read_text().replace("<mi>x</mi>", "<mi>学</mi>"))
    with pytest.raises(finishing.FinishingError, match="lacks '学', which formulas"):
        finishing.site(folder)


def test_search_waits_until_it_is_opened(folder: Path) -> None:
    finishing.site(folder)
    bundle = (folder / "assets" / "javascripts" / "bundle.1.min.js").read_text()
    assert "location.protocol" not in bundle
    assert bundle.count("new Worker") == 1
    assert "postMessage(m){if(!this.w)" in bundle
    assert not list(folder.rglob("*.map"))


def test_search_asks_by_words_and_stems(folder: Path) -> None:
    (worker,) = folder.glob("assets/javascripts/workers/*")
    finishing.site(folder)
    text = worker.read_text()
    assert all(
        old not in text
        for old, _ in finishing._WORKER
        if old not in "".join(n for _, n in finishing._WORKER)
    )
    for name in ("withStem", "asked", "held", "inOrder"):
        assert text.count(f"{name}(") + text.count(f"{name})") > 0
        assert re.search(rf"(?:function|const) {name}\b", text), (
            "its helper comes along"
        )


def test_a_theme_that_has_changed_is_noticed(folder: Path) -> None:
    (folder / "assets" / "javascripts" / "bundle.1.min.js").write_text("another bundle")
    with pytest.raises(
        finishing.FinishingError,
        match=r"bundle\.1\.min\.js has .* 0 times instead of once",
    ):
        finishing.site(folder)
    with pytest.raises(finishing.FinishingError, match="a page has"):
        finishing.page("<html>", "en")


def test_a_page_has_no_indents_but_those_that_are_shown() -> None:
    page = "<p>a\n\n   b</p>\n  <pre>x:\n    y\n\n</pre>\n  <p>c</p>"
    light = finishing._without_indents(page)
    assert light == "<p>a\nb</p>\n<pre>x:\n    y\n\n</pre>\n<p>c</p>"
