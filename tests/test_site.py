"""The built site, as readers meet it."""

from __future__ import annotations

import functools
import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup
from PIL import Image
from playwright.sync_api import Browser
from projects import whole

from snippets.evidence.questions import questions, techniques
from tools import offline
from tools.browsing import until
from tools.core.pages import Page
from tools.site import environment

ROOT = Path(__file__).parents[1]
LANGUAGES = ("zh", "en")


@functools.cache
def soup(file: Path) -> BeautifulSoup:
    return BeautifulSoup(file.read_text(encoding="utf-8"), "html.parser")


def html_files(site: Path) -> list[Path]:
    return sorted(site.rglob("*.html"))


def test_a_number_on_a_page_is_the_evidence(site: Path) -> None:
    published = json.loads((site / "evidence" / "symmetry.json").read_text())
    expected = published["estimates"]["constant.test_accuracy"]["value"]
    for language in LANGUAGES:
        shown = soup(site / language / "symmetry" / "index.html").select(
            "#measured ~ .claim data.measured"
        )[0]
        assert float(shown["value"]) == pytest.approx(expected, rel=1e-5)
        assert shown.text == f"{100 * expected:.1f}%"


def test_no_number_is_missing(site: Path) -> None:
    for file in html_files(site):
        assert not soup(file).select(".pending, .waiting"), file


def test_both_languages_show_the_same(site: Path) -> None:
    for file in sorted((site / "zh").rglob("index.html")):
        twin = site / "en" / file.relative_to(site / "zh")
        assert twin.exists(), twin
        shown = []
        for page in (file, twin):
            article = soup(page).article
            assert article
            shown.append(
                {
                    "numbers": sorted(
                        (d["value"], d.text.replace(" 至 ", " to "))
                        for d in article.select("data.measured")
                    ),
                    "ids": [h.get("id") for h in article.select("h2, h3")],
                    "code": [
                        c.get_text() for c in article.select("div.language-python code")
                    ],
                    "formulas": sorted(str(m) for m in article.select("math")),
                    "figures": len(article.select("svg.fig")),
                }
            )
        assert shown[0] == shown[1], file


def test_each_page_speaks_its_language(site: Path) -> None:
    for language, tag, name in (
        ("zh", "zh", "能跑的答案"),
        ("en", "en", "Answers That Run"),
    ):
        for file in sorted((site / language).rglob("index.html")):
            page = soup(file)
            assert page.html and page.html["lang"] == tag
            assert name in page.title.text
            assert len(page.select("h1")) == 1, file
        figure = soup(site / language / "symmetry" / "index.html").select_one("svg.fig")
        has_chinese = bool(
            re.search(r"[\u4e00-\u9fff]", figure.text + figure["aria-label"])
        )
        assert has_chinese == (language == "zh")


def test_every_link_leads_somewhere(site: Path) -> None:
    ids = {
        f: {e["id"] for e in soup(f).select("[id]")}
        | {e["name"] for e in soup(f).select("a[name]")}
        for f in html_files(site)
    }
    for file in html_files(site):
        if file.name == "404.html":
            continue  # its links start at the root of the site's address
        base = f"http://site/{file.relative_to(site).as_posix()}"
        for element in soup(file).select("[href], [src]"):
            reference = element.get("href") or element.get("src")
            address, fragment = urldefrag(urljoin(base, reference))
            if element.name == "img" and "notebooks" in file.parts:
                assert reference.startswith("data:image/png;base64,")
                assert element["alt"], "a plot that a cell has drawn"
                continue
            if not address.startswith("http://site/"):
                assert element.name == "a" or element.get("rel") == ["canonical"], (
                    file,
                    reference,
                )
                continue
            path, _, _ = address.removeprefix("http://site/").partition("?")
            target = site / unquote(path)
            target = target / "index.html" if target.is_dir() else target
            assert target.is_file(), f"{file.relative_to(site)} links to {reference}"
            if fragment and target in ids:
                assert unquote(fragment) in ids[target] | {""}, (
                    f"{file.relative_to(site)}: {reference}"
                )


def test_ids_stand_once_and_lines_are_linked_on_code_pages_only(site: Path) -> None:
    for file in html_files(site):
        ids = [element["id"] for element in soup(file).select("[id]")]
        assert len(ids) == len(set(ids)), file
        lines = [i for i in ids if re.search(r"line-\d+-\d+$", i)]
        assert bool(lines) == (file.parts[-3] == "code"), file


def test_nothing_of_ours_is_inline(site: Path) -> None:
    for file in html_files(site):
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=\"", text), file
        scripts = soup(file).select("script:not([src], [type='application/json'])")
        assert scripts == [], file


def test_the_tally_of_the_home_page_is_that_of_the_ledger(site: Path) -> None:
    for language in LANGUAGES:
        home = soup(site / language / "index.html")
        ledger = soup(site / language / "ledger" / "index.html")
        for line in home.select(".tally:has(.badge)"):
            kind = line.select_one(".badge")["class"][1]
            rows = ledger.select(f"td:last-child > .badge.{kind}")
            assert int(line.text.split()[-1]) == len(rows) > 0, (language, kind)


def test_mathematics_needs_no_script(site: Path) -> None:
    for language in LANGUAGES:
        article = soup(site / language / "symmetry" / "index.html").article
        assert article.select("math")
        visible = " ".join(
            e.get_text()
            for e in article.find_all(["p", "li"])
            if not e.find_parent("pre")
        )
        assert "\\(" not in visible and "$" not in visible


def lines(blocks: Iterable[str]) -> Counter[str]:
    """All lines but empty ones, of which an include brings another."""
    return Counter(filter(str.strip, "\n".join(blocks).splitlines()))


def test_code_on_a_page_is_that_of_its_source(site: Path) -> None:
    """What runs as pasted in the source, says `test_blocks`, is what the page shows."""
    for source in sorted((ROOT / "docs").glob("*/*.md")):
        language, slug = source.parent.name, source.stem
        text = source.read_text(encoding="utf-8")
        blocks = [code for _, code in Page(f"{language}/{slug}", text).code_blocks]
        page = soup(site / language / ("" if slug == "index" else slug) / "index.html")
        shown = page.select("article div.language-python pre code")
        if blocks:
            assert lines(block.get_text() for block in shown) == lines(blocks)


def test_notebooks_are_executed_and_downloadable(site: Path) -> None:
    for language in LANGUAGES:
        for question in questions():
            folder = site / language / "notebooks" / question
            book = json.loads((folder / f"{question}.ipynb").read_text())
            code = [c for c in book["cells"] if c["cell_type"] == "code"]
            assert code and any(c["outputs"] for c in code)
            page = soup(folder / "index.html")
            assert page.select_one(f'a[download][href="{question}.ipynb"]')
            assert page.select(".output")
            # Jupyter's own styles alone would be half a megabyte.
            assert (folder / "index.html").stat().st_size < 300_000


def test_the_reference_documents_every_technique(site: Path) -> None:
    for language in LANGUAGES:
        page = soup(site / language / "api" / "index.html")
        for question, name in techniques():
            wanted = f"snippets.{question}.{name}.{name}".lower()  # FTRL is a class
            assert page.find(id=lambda i, w=wanted: bool(i) and i.lower() == w), name
    assert "参数" in soup(site / "zh" / "api" / "index.html").article.text
    assert "Parameters" in soup(site / "en" / "api" / "index.html").article.text


def test_every_technique_can_be_downloaded(site: Path) -> None:
    for language in LANGUAGES:
        offered = {
            (file.parent / a["href"]).resolve()
            for file in (site / language).rglob("index.html")
            for a in soup(file).select("p.copying a[download]")
        }
        for question, name in techniques():
            file = site / "files" / question / f"{name}.py"
            assert file in offered, (
                f"{question}.{name} is offered on no {language} page"
            )
            assert (
                file.read_bytes()
                == (ROOT / "snippets" / question / file.name).read_bytes()
            )


def test_the_sitemap_names_each_page_in_both_languages(site: Path) -> None:
    schema = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    entries = {
        entry.findtext(f"{schema}loc"): {
            link.get("href")
            for link in entry
            if link.tag == "{http://www.w3.org/1999/xhtml}link"
        }
        for entry in ElementTree.parse(site / "sitemap.xml").getroot()
    }
    for name, others in entries.items():
        assert others <= entries.keys(), name
        if re.search("/(zh|en)/", name):
            assert len(others) == 2 and name in others, name
    base = soup(site / "zh" / "index.html").select_one("link[rel=canonical]")["href"]
    # Those side by side are made of two that stand there already.
    pages = [
        f
        for f in html_files(site)
        if f.name != "404.html" and f.relative_to(site).parts[0] != "both"
    ]
    assert all(name.startswith(base.removesuffix("zh/")) for name in entries)
    assert len(entries) == len(pages)


def test_every_page_has_a_title_and_a_description(site: Path) -> None:
    for file in html_files(site):
        page = soup(file)
        assert page.title.text.strip(), file
        if page.select_one("meta[name=robots][content=noindex]"):
            continue  # nobody is led to it by a search engine
        described = page.select_one("meta[name=description]")
        assert described and len(described["content"]) > 20, file


def test_a_link_that_is_shared_shows_title_thesis_and_picture(site: Path) -> None:
    for file in html_files(site):
        page = soup(file)
        if page.select_one("meta[name=robots][content=noindex]"):
            continue
        said = {m["property"]: m["content"] for m in page.select("meta[property]")}
        canonical = page.select_one("link[rel=canonical]")
        path = file.relative_to(site).as_posix().removesuffix("index.html")
        root = said["og:url"].removesuffix(path)
        assert re.fullmatch("https?://[^/]+/(.+/)?", root), file
        assert canonical is None or said["og:url"] == canonical["href"], file
        assert said["og:title"] and said["og:title"] in page.title.text, file
        described = page.select_one("meta[name=description]")
        assert said["og:description"] == described["content"], file
        assert said["og:site_name"] in page.title.text, file
        assert said["og:type"] in ("article", "website"), file
        language = file.relative_to(site).parts[0]
        locales = [said["og:locale"], said["og:locale:alternate"]]
        assert locales == (
            ["en_GB", "zh_CN"] if language == "en" else ["zh_CN", "en_GB"]
        )
        assert page.select_one("meta[name='twitter:card']"), file
        picture = site / said["og:image"].removeprefix(root)
        asked_of = {q for q in questions() if q in file.relative_to(site).parts}
        assert picture.stem == (asked_of.pop() if asked_of else "site"), file
        assert picture.name not in str(page.body), file


def test_pictures_of_links_are_small_and_as_large_as_chats_show_them(
    site: Path,
) -> None:
    pictures = sorted((site / "assets" / "shared").iterdir())
    assert {p.stem for p in pictures} == {*questions(), "site"}
    for file in pictures:
        assert file.stat().st_size <= 60_000, file
        with Image.open(file) as picture:
            assert (picture.format, picture.size) == ("PNG", (1200, 630))
            colors = {
                color for _, color in picture.convert("RGB").getcolors(1 << 20) or ()
            }
        assert {(0xFA, 0xF8, 0xF3), (0xA6, 0x3D, 0x2B)} <= colors, file


def test_the_description_of_a_question_is_a_thesis_of_one_or_two_sentences(
    site: Path,
) -> None:
    for language in LANGUAGES:
        for question in questions():
            page = soup(site / language / question / "index.html")
            said = page.select_one("meta[name=description]")["content"]
            assert 1 <= len(re.findall(r"[.。](?:\s|$|(?<=。))", said)) <= 2, said
            assert not re.search("[Mm]easured|[Ss]eeds|测量|种子|证明", said), said


def test_a_verdict_says_why_before_what_it_rests_on_in_words(site: Path) -> None:
    for language in LANGUAGES:
        for question in questions():
            page = soup(site / language / question / "index.html")
            headings = {h["id"]: h.text for h in page.select("h2[id], h3[id]")}
            cells = page.select("td:last-child:has(> .badge)")
            assert cells
            for cell in cells:
                assert cell.contents[0].get("class", [""])[0] == "badge"
                assert cell.contents[-1].get("class") == ["rests"], "the reason first"
                links = cell.select(".rests a")
                names = [a.text for a in links]
                assert len(names) == len(set(names)) > 0, names
                for a in links:
                    inside = headings.get(a["href"][1:]) if a["href"][0] == "#" else ""
                    assert bool(inside) == (a["href"][0] == "#")
                    if inside:
                        assert inside.removesuffix("¶") == a.text
                    else:
                        assert re.fullmatch(r"(measured|测得) .*\d.*", a.text)
                        assert len(a["title"]) > 10 and "[[" not in a["title"]


def test_a_claim_begins_with_its_sentence_and_ends_with_its_name(site: Path) -> None:
    for language in LANGUAGES:
        ledger = soup(site / language / "ledger" / "index.html")
        claims = ledger.select(".claim")
        known = sum(
            len(json.loads((site / "evidence" / f"{q}.json").read_text())["claims"])
            for q in questions()
        )
        assert len(claims) == known
        for claim in claims:
            name = claim.select_one(".badge")["id"]
            assert claim.find("p").contents[0]["id"] == name, "badge and sentence first"
            assert name not in claim.find("p").text
            told = claim.select_one(".provenance")
            assert told.text.endswith(name)
            assert not re.search(r"\b(?:low|high) [<>]|condition|条件", told.text)
            fold = claim.find_parent("details")
            assert fold and not fold.has_attr("open")
            assert fold.find_previous("h2")["id"] == name.partition(".")[0]


def test_the_search_index_leads_to_places_that_exist(site: Path) -> None:
    for language in LANGUAGES:
        index = json.loads(
            (site / language / "search" / "search_index.json").read_text()
        )
        for entry in index["docs"]:
            path, _, place = entry["location"].partition("#")
            page = soup(site / language / path / "index.html")
            assert not place or page.find(id=unquote(place)), entry["location"]


# In a browser


def test_the_door_suggests_the_language_of_the_browser(
    address: str, browser: Browser
) -> None:
    for locale, first in (("zh-CN", "zh-Hans"), ("en-GB", "en"), ("fr-FR", None)):
        context = browser.new_context(locale=locale)
        page = context.new_page()
        for name in ("", "404.html"):
            page.goto(address + name)
            doors = page.locator("section p a")
            assert doors.count() == 2 and doors.nth(0).is_visible()
            if name == "" and first:
                places = page.locator("section").evaluate_all(
                    "all => all.map(e => [e.offsetLeft, e.lang]).sort((a, b) => a[0] - b[0])"
                )
                assert places[0][1] == first
        context.close()


def test_paper_has_light_pages_with_answers_open(
    site: Path, address: str, browser: Browser
) -> None:
    context = browser.new_context(color_scheme="dark")
    page = context.new_page()
    page.goto(f"{address}en/momentum/")
    page.emulate_media(media="print", color_scheme="dark")
    paper = "getComputedStyle(document.body).getPropertyValue('--paper')"
    assert page.evaluate(paper).strip() == "#fff"
    assert page.locator("svg.fig.wide").first.is_visible()
    assert page.locator(".md-header").is_hidden()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details:not([open])").count() == 0
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("details[open]").count() == 0
    context.close()


def test_the_ledger_is_whole_on_paper_without_javascript(
    address: str, browser: Browser
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}zh/ledger/")
    claims = page.locator(".claim")
    assert claims.first.is_hidden()
    page.emulate_media(media="print")
    assert claims.first.is_visible() and claims.last.is_visible()
    context.close()


@pytest.mark.parametrize(
    ("language", "query", "wanted"),
    [
        ("zh", "对称性", "symmetry/"),
        ("zh", "有效秩", "ledger/"),
        ("en", "effective rank", "symmetry/"),
    ],
)
def test_search_finds_in_its_language(
    address: str, browser: Browser, language: str, query: str, wanted: str
) -> None:
    page = browser.new_page()
    page.goto(f"{address}{language}/")
    page.click(".md-search__input")
    page.fill(".md-search__input", query)
    page.keyboard.press("Shift")  # the index is asked when a key comes up
    results = page.locator(".md-search-result__link")
    results.first.wait_for()
    found = results.evaluate_all("links => links.map(link => link.href)")
    page.close()
    assert all(f"/{language}/" in link for link in found)
    assert any(link.startswith(f"{address}{language}/{wanted}") for link in found)


def test_a_line_of_code_is_one_line_and_can_be_linked(
    address: str, browser: Browser
) -> None:
    page = browser.new_page()
    page.goto(f"{address}en/code/symmetry/#line-0-40")
    heights = page.evaluate(
        """() => { const code = document.querySelector("td.code code");
        return [code.getBoundingClientRect().height, code.textContent.split("\\n").length,
                document.getElementById("line-0-40").getBoundingClientRect().top]; }"""
    )
    page.close()
    assert 10 < heights[0] / heights[1] < 25, heights
    assert 0 < heights[2] < 800, heights


def test_the_language_switch_keeps_page_and_section(
    address: str, browser: Browser
) -> None:
    page = browser.new_page()
    page.goto(f"{address}zh/symmetry/#measured")
    until(page, "window.scrollY > 0")
    page.click("a[hreflang=en]")
    page.wait_for_url(f"{address}en/symmetry/#measured")
    page.close()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_link_to_a_claim_opens_its_fold(
    address: str, browser: Browser, scripts: bool
) -> None:
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, java_script_enabled=scripts
    )
    page = context.new_page()
    page.goto(f"{address}zh/ledger/#selu.he-breaks-it")
    place = page.locator("[id='selu.he-breaks-it']")
    place.wait_for(state="visible")
    assert 48 <= place.bounding_box()["y"] < 120, "below the header"
    assert page.locator("details.claims[open]").count() == 1
    page.click("a[hreflang=en]")
    if scripts:  # without one the link leads to the page
        page.wait_for_url(f"{address}en/ledger/#selu.he-breaks-it")
        place.wait_for(state="visible")
        assert 48 <= place.bounding_box()["y"] < 120
        page.goto(f"{address}en/ledger/#momentum")
        page.locator("[id='momentum.coasts']").wait_for(state="visible")
    context.close()


def test_a_page_reads_without_javascript(address: str, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}en/symmetry/")
    assert page.locator("math").first.is_visible()
    assert page.locator("svg.fig.wide").first.is_visible()
    assert page.locator("data.measured").first.is_visible()
    context.close()


# The builder


def test_two_builds_are_the_same_files_wherever_and_by_whomever(
    site: Path, tmp_path: Path
) -> None:
    # Of what can be taken along, each part's own test compares the bytes.
    taken = {f"{language}/offline/index.html" for language in LANGUAGES}
    elsewhere = whole(tmp_path / "学 习")  # without git
    surroundings = {
        "PYTHONHASHSEED": "5",
        "TZ": "Asia/Shanghai",
        "LC_ALL": "C",
        "SOURCE_DATE_EPOCH": environment()["SOURCE_DATE_EPOCH"],
    }
    done = subprocess.run(
        [sys.executable, "-m", "tools.site"],
        cwd=elsewhere,
        env=os.environ | surroundings,
        umask=0o077,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    closed = [p for p in (elsewhere / "site").rglob("*") if not p.stat().st_mode & 0o4]
    assert closed == [], "no host could read them"
    builds = [
        {
            p.relative_to(folder): p.read_bytes()
            for p in folder.rglob("*")
            if p.is_file()
            and p.relative_to(folder).parts[0] != offline.FOLDER
            and p.relative_to(folder).as_posix() not in taken
        }
        for folder in (site, elsewhere / "site")
    ]
    assert builds[0].keys() == builds[1].keys()
    assert [k for k in builds[0] if builds[0][k] != builds[1][k]] == []


def test_stock_mkdocs_works_without_evidence(repository: Path) -> None:
    shutil.rmtree(repository / ".cache", ignore_errors=True)
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", "bare"],
        cwd=repository,
        env=os.environ | environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    page = repository / "bare" / "en" / "symmetry" / "index.html"
    assert "…</span>" in page.read_text(encoding="utf-8")
