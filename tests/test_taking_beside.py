"""Both languages side by side: nothing is lost, nothing stands twice, and each block has its twin."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag
from playwright.sync_api import Browser

from tools.browsing import violations
from tools.core.pages import parse
from tools.rules.parity import unequal
from tools.taking import beside, twins

LANGUAGES = ("zh", "en")
HEAD = '<head><title>T</title><link rel="stylesheet" href="../assets/style.css"></head>'


def read(file: Path) -> BeautifulSoup:
    return BeautifulSoup(file.read_text(encoding="utf-8"), "html.parser")


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[str, list[Tag]]:
    """Articles of some pages: Chinese, English and both."""
    names = ("start", "symmetry", "questions")
    found = {}
    for name in names:
        soups = [read(site / x / name / "index.html") for x in (*LANGUAGES, "both")]
        found[name] = [s.article for s in soups if s.article]
    return found


def together(zh: str, en: str) -> str:
    """What two articles become."""
    articles = [
        BeautifulSoup(f"<article>{x}</article>", "html.parser") for x in (zh, en)
    ]
    ours, theirs = (soup.article for soup in articles)
    assert ours and theirs
    return re.sub(r"\s*\n\s*", "", twins.article(ours, theirs))


# Putting together


@pytest.mark.parametrize(
    ("zh", "en", "both"),
    [
        (
            "<p>一</p>",
            "<p>one</p>",
            '<div class="pair"><p lang="zh-Hans">一</p><p lang="en">one</p></div>',
        ),
        ("<pre>1 &lt; 2</pre>", "<pre>1 &lt; 2</pre>", "<pre>1 &lt; 2</pre>"),
        (
            '<h2 id="a">一<a class="headerlink" href="#a">¶</a></h2>',
            '<h2 id="a">one<a class="headerlink" href="#a">¶</a></h2>',
            '<h2 id="a"><span class="pair"><span lang="zh-Hans">一<a class="headerlink" href="#a">¶</a>'
            '</span><span lang="en">one</span></span></h2>',
        ),
        (
            "<ol><li>一</li><li>2</li></ol>",
            "<ol><li>one</li><li>2</li></ol>",
            '<ol><li><div class="pair"><div lang="zh-Hans">一</div><div lang="en">one</div></div></li>'
            "<li>2</li></ol>",
        ),
        (
            "<ul><li>一</li></ul>",
            "<ul><li>one</li><li>two</li></ul>",
            '<div class="pair"><ul lang="zh-Hans"><li>一</li></ul>'
            '<ul lang="en"><li>one</li><li>two</li></ul></div>',
        ),
        (
            "<details><summary>一</summary><p>二</p></details>",
            "<details><summary>one</summary><p>two</p></details>",
            '<details><summary><span class="pair"><span lang="zh-Hans">一</span><span lang="en">one</span>'
            '</span></summary><div class="pair"><p lang="zh-Hans">二</p><p lang="en">two</p></div></details>',
        ),
        (
            "<table><tr><td>一</td><td>1</td></tr><tr><td>2</td><td>3</td></tr></table>",
            "<table><tr><td>one</td><td>1</td></tr><tr><td>2</td><td>3</td></tr></table>",
            '<table><tbody><tr><td lang="zh-Hans">一</td><td rowspan="2">1</td></tr>'
            '<tr class="twin"><td lang="en">one</td></tr></tbody>'
            "<tbody><tr><td>2</td><td>3</td></tr></tbody></table>",
        ),
        (
            "<table><tr><td>一</td><td>one</td><td>数</td></tr></table>",
            "<table><tr><td>one</td><td>一</td><td>number</td></tr></table>",
            '<table><tbody><tr><td rowspan="2">一</td><td rowspan="2">one</td><td lang="zh-Hans">数</td></tr>'
            '<tr class="twin"><td lang="en">number</td></tr></tbody></table>',
        ),
        (
            '<fieldset><label><input type="radio" name="c"> 一</label><p class="reply">二</p></fieldset>',
            '<fieldset><label><input type="radio" name="c"> one</label><p class="reply">two</p></fieldset>',
            '<fieldset><label><input type="radio" name="c"> <span class="pair"><span lang="zh-Hans">一</span>'
            '<span lang="en">one</span></span></label><div class="pair reply"><p lang="zh-Hans">二</p>'
            '<p lang="en">two</p></div></fieldset>',
        ),
        (
            "<h2>一</h2><p>二</p><h2>三</h2><p>四</p>",
            "<h2>one</h2><ul><li>two</li></ul><h2>three</h2><p>four</p>",
            '<div class="pair"><div lang="zh-Hans"><h2>一</h2><p>二</p></div><div lang="en"><h2>one</h2>'
            '<ul><li>two</li></ul></div></div><h2><span class="pair"><span lang="zh-Hans">三</span>'
            '<span lang="en">three</span></span></h2><div class="pair"><p lang="zh-Hans">四</p>'
            '<p lang="en">four</p></div>',
        ),
    ],
)
def test_two_texts_become_one(zh: str, en: str, both: str) -> None:
    assert together(zh, en) == both


def test_a_page_without_an_article_is_named(tmp_path: Path) -> None:
    for language in LANGUAGES:
        file = tmp_path / language / "toy" / "index.html"
        file.parent.mkdir(parents=True)
        file.write_text(f"<html>{HEAD}<p>Text.</p></html>")
    with pytest.raises(beside.BesideError, match=r"toy/index\.html has no <article>"):
        beside.add(tmp_path)


def test_navigation_that_differs_is_named(tmp_path: Path) -> None:
    for language, more in (("zh", ""), ("en", '<p class="md-ellipsis">A</p>')):
        (tmp_path / language).mkdir()
        (tmp_path / language / "toy.html").write_text(
            f"<html>{HEAD}{more}<article></article></html>"
        )
    message = r"zh/toy\.html has \.md-ellipsis 0 times, en/toy\.html 1 times; give both the same"
    with pytest.raises(beside.BesideError, match=message):
        beside.add(tmp_path)


def test_drawings_keep_ids_of_their_own_and_links_their_view(tmp_path: Path) -> None:
    for language, word in (("zh", "一"), ("en", "one")):
        (tmp_path / language).mkdir()
        for name in ("toy", "api"):
            (tmp_path / language / f"{name}.html").write_text(
                f'<html lang="x">{HEAD}<article><p><a href="toy.html#a">'
                f'{word}</a> <a href="api.html">{word}</a> <a href="?w=1#a">{word}</a>'
                f'<a href="https://e.org/{language}/a">1</a></p><figure>'
                f'<svg viewBox="0 0 1 1" class="fig"><path id="p"/><use href="#p" clip-path="url(#p)"/>'
                f"<text>{word}</text></svg></figure></article></html>"
            )
    beside.add(tmp_path)
    text = (tmp_path / "both" / "toy.html").read_text()
    assert not (tmp_path / "both" / "api.html").exists()
    assert re.findall(r'href="([^#"][^"]*)"', text) == [
        *("../assets/style.css", "../assets/beside.css"),
        *("toy.html#a", "../zh/api.html", "../zh/toy.html?w=1#a", "https://e.org/zh/a"),
        *("toy.html#a", "../en/api.html", "../en/toy.html?w=1#a", "https://e.org/en/a"),
    ]
    assert text.count('<path id="p"/><use href="#p" clip-path="url(#p)"/>') == 1
    assert (
        text.count('<path id="p-en"/><use href="#p-en" clip-path="url(#p-en)"/>') == 1
    )
    assert text.count("viewBox") == 2


# The site's pages


def test_every_page_of_both_languages_is_side_by_side(site: Path) -> None:
    found = {f.relative_to(site / "both") for f in (site / "both").rglob("*.html")}
    wanted = {f.relative_to(site / "zh") for f in (site / "zh").rglob("*.html")}
    assert found == {f for f in wanted if f.parts[0] not in beside.LEFT_OUT}
    for file in found:
        for language in LANGUAGES:
            page = read(site / language / file)
            (link,) = page.select("nav.languages a[hreflang=mul]")
            target = (site / language / file).parent / str(link["href"])
            assert target.resolve() == (site / "both" / file).parent.resolve()
            assert str(link["aria-label"]).startswith(link.text)


def test_nothing_is_lost_and_what_is_equal_stands_once(
    pages: dict[str, list[Tag]],
) -> None:
    for name, (zh, en, both) in pages.items():
        said = " ".join(both.get_text().split())
        for article in (zh, en):
            for text in article.select("p, li, td, summary, label, figcaption"):
                if text.find_parent(class_="explorable") or text.find(
                    ["p", "ol", "ul"]
                ):
                    continue
                words = " ".join(text.get_text().split())
                assert words.replace("¶", "") in said, (name, words)
        for same in ("pre", ".formula", "details", "fieldset", "table", "h1, h2, h3"):
            count = len(
                [t for t in zh.select(same) if not t.find_parent(class_="explorable")]
            )
            assert len(both.select(same)) == count, (name, same)
        numbers = [d["title"] for a in (zh, en) for d in a.select("data.measured")]
        shown = [d["title"] for d in both.select("data.measured")]
        assert sorted(shown) == sorted(numbers), name
        ids = [[t["id"] for t in a.select("h2, h3, .badge[id]")] for a in (zh, both)]
        assert ids[0] == ids[1], name


def test_blocks_stand_against_each_other(pages: dict[str, list[Tag]]) -> None:
    for name, (*_, both) in pages.items():
        for pair in both.select("div.pair"):
            ours, theirs = pair.find_all(True, recursive=False)
            assert (ours["lang"], theirs["lang"]) == ("zh-Hans", "en"), name
            assert ours.name == theirs.name
            for many in ("p", "li", ".claim", "tr", "svg"):
                assert len(ours.select(many)) == len(theirs.select(many)), (name, pair)


def test_search_engines_and_the_search_leave_it_out(site: Path) -> None:
    page = read(site / "both" / "symmetry" / "index.html")
    assert page.select("meta[name=robots][content=noindex]")
    (canonical,) = page.select("link[rel=canonical]")
    assert str(canonical["href"]).endswith("/both/symmetry/")
    (address,) = page.select("meta[property='og:url']")
    assert address["content"] == canonical["href"]
    assert "/both/" not in (site / "sitemap.xml").read_text(encoding="utf-8")
    for language in LANGUAGES:
        index = (site / language / "search" / "search_index.json").read_text()
        assert not [
            e for e in json.loads(index)["docs"] if "both" in e["location"].split("/")
        ]


# In a browser

COLUMNS = """() => [...document.querySelectorAll("article > div.pair:not(:has(.screen))")].map(pair => {
    const [a, b] = [...pair.children].map(half => half.getBoundingClientRect());
    return a.top === b.top && a.right <= b.left ? "beside" : a.bottom <= b.top ? "below" : "over"; })"""


@pytest.mark.parametrize("scripts", [True, False])
def test_it_is_two_columns_on_a_screen_and_on_paper_and_one_on_a_phone(
    address: str, browser: Browser, scripts: bool
) -> None:
    context = browser.new_context(java_script_enabled=scripts)
    page = context.new_page()
    for width, medium, found in (
        (1280, "screen", "beside"),
        (390, "screen", "below"),
        (718, "print", "beside"),  # A4 between margins
    ):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(media=medium)  # type: ignore[arg-type]
        page.goto(f"{address}both/start/")
        assert set(page.evaluate(COLUMNS)) == {found}, (width, medium)
    context.close()


def test_the_switch_leads_to_the_same_section_there_and_back(
    address: str, browser: Browser
) -> None:
    page = browser.new_page()
    page.goto(f"{address}zh/start/#numbers")
    page.click("a[hreflang=mul]")
    page.wait_for_url(f"{address}both/start/#numbers")
    assert page.locator("a[hreflang=mul]").get_attribute("aria-current") == "true"
    page.click("a[hreflang=en]")
    page.wait_for_url(f"{address}en/start/#numbers")
    page.close()


def test_a_number_tells_its_origin_in_the_language_beside_it(
    address: str, browser: Browser
) -> None:
    page = browser.new_page()
    page.goto(f"{address}both/start/")
    note = page.locator(".told")
    for language, word in (("zh-Hans", "看代码"), ("en", "See the code")):
        page.locator(f"[lang={language}] data.measured").first.focus()
        note.wait_for(state="visible")
        assert note.locator("a").inner_text() == word
        assert f"/{language[:2]}/code/" in str(note.locator("a").get_attribute("href"))
    page.close()


def test_the_answer_waits_and_folds_open_in_both_languages(
    address: str, browser: Browser
) -> None:
    page = browser.new_page()
    page.goto(f"{address}both/symmetry/")
    assert page.locator("#answer").is_hidden()
    reply = page.locator(".reply").first
    page.locator(".choice input").first.check()
    assert page.locator("#answer").is_visible()
    fold = page.locator("details.question").first
    fold.locator("summary").click()
    for language in ("zh-Hans", "en"):
        assert reply.locator(f"[lang={language}]").is_visible()
        assert fold.locator(f"div [lang={language}]").first.is_visible()
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_side_by_side(
    address: str, browser: Browser, scheme: str
) -> None:
    context = browser.new_context(color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 844})
        page.goto(f"{address}both/questions/", wait_until="networkidle")
        assert violations(page) == []
    context.close()


# The rule of the pages

ZH = """# 题

开头。

## 节 {: #part }

第一段，[[toy.a]]。

- 一
- 二

| 甲 | 乙 |
| --- | --- |
| 一 | [[verdict refuted: a]] |
| 二 | [[verdict depends: b]] |

??? note "折"

    里面。

    1. 一
    2. 二

最后一段，[[toy.b]]。
"""
EN = """# T

Beginning.

## Part {: #part }

First, [[toy.a]].

- one
- two

| A | B |
| --- | --- |
| one | [[verdict refuted: a]] |
| two | [[verdict depends: b]] |

??? note "Fold"

    Inside.

    1. one
    2. two

Last, [[toy.b]].
"""


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "First, [[toy.a]].\n",
            "First, [[toy.a]].\n\nMore.\n",
            r"en/toy\.md:9: a paragraph of section #part has no twin at docs/zh/toy\.md:9, where a list of 2",
        ),
        (
            "Beginning.\n",
            "- Beginning.\n",
            r"en/toy\.md:3: a list of 1 item of section #title has no twin at docs/zh/toy\.md:3, where",
        ),
        (
            "- two\n",
            "- two\n- three\n",
            r"en/toy\.md:9: a list of 3 items of section #part",
        ),
        ("| two |", "| more | 1 |\n| two |", r"a table of 3 rows and 2 columns"),
        (
            "| --- | --- |",
            "| --- | --- | --- |",
            r"where a table of 3 rows and 3 columns",
        ),
        (
            "| one | [[verdict refuted: a]] |\n| two | [[verdict depends: b]] |",
            "| two | [[verdict depends: b]] |\n| one | [[verdict refuted: a]] |",
            r"zh/toy\.md:14: a row with \[\[verdict refuted: a\]\] of section #part has no twin at "
            r"docs/en/toy\.md:14, where a row with \[\[verdict depends: b\]\] stands",
        ),
        ("??? note", "!!! note", r"a fold \(note\) .* where a box \(note\) stands"),
        (
            "    Inside.\n\n",
            "",
            r"zh/toy\.md:19: a paragraph .*, where a numbered list of 2 items stands",
        ),
        (
            "    2. two\n",
            "    2. two\n\n    More.\n",
            r"en/toy\.md:24: a paragraph .*where the section ends",
        ),
        (
            "    Inside.\n\n    1. one\n    2. two\n\nLast, [[toy.b]].",
            "    Inside, [[toy.b]].\n\n    1. one\n    2. two\n\nLast.",
            r"zh/toy\.md:19: a paragraph with no number .* where a paragraph with \[\[toy\.b\]\] stands",
        ),
    ],
)
def test_a_block_without_a_twin_is_found(old: str, new: str, told: str) -> None:
    zh = parse("zh/toy.md", ZH)
    assert list(unequal(zh, parse("en/toy.md", EN))) == []
    assert old in EN
    (found,) = unequal(zh, parse("en/toy.md", EN.replace(old, new, 1)))
    assert re.match(r"docs/(zh|en)/toy\.md:\d+: ", found)
    assert re.search(told, found), found
    assert "write the same blocks in the same order in both languages" in found
