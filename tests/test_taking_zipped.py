"""The zip opens from disk, in a folder of any name, with search, figures and links, and asks no network."""

from __future__ import annotations

import json
import re
import stat
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit
from zipfile import ZipFile

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from snippets.evidence.questions import ROOT
from tools.browsing import served, until
from tools.finishing import FinishingError
from tools.taking import zipped

NAME = "我的 资料 (2)"
ADDRESSES = re.compile(r'\s(?:href|src|data-code|data-scripts)="([^"]*)"')


@pytest.fixture(scope="module")
def archive(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The zip of the site."""
    file = tmp_path_factory.mktemp("zipped") / "guide.zip"
    zipped.write(site, file)
    return file


@pytest.fixture(scope="module")
def folder(archive: Path) -> Path:
    """Its one folder, unpacked below a name with blanks and Chinese."""
    where = archive.with_name(NAME)
    with ZipFile(archive) as opened:
        opened.extractall(where)
    (inside,) = where.iterdir()
    return inside


@pytest.fixture
def reader(browser: Browser) -> Iterator[Page]:
    """A page that tells the test of every message, and of every request that leaves the disk."""
    context = browser.new_context()
    heard: list[str] = []
    context.on("console", lambda said: heard.append(said.text))
    context.on("weberror", lambda error: heard.append(str(error.error)))
    context.on("requestfailed", lambda asked: heard.append(asked.url))
    context.on(
        "request",
        lambda a: a.url.startswith(("file:", "data:")) or heard.append(a.url),
    )
    yield context.new_page()
    context.close()
    assert heard == []


def test_the_zip_is_one_folder_of_plain_files_with_fixed_times(archive: Path) -> None:
    with ZipFile(archive) as opened:
        entries = opened.infolist()
        names = [entry.filename for entry in entries]
        assert names == sorted(names)
        assert {name.partition("/")[0] for name in names} == {zipped.FOLDER}
        assert f"{zipped.FOLDER}/index.html" in names
        assert len({entry.date_time for entry in entries}) == 1
        modes = {entry.external_attr >> 16 for entry in entries}
        assert modes == {stat.S_IFREG | 0o644}
        for name in names:
            assert str(ROOT).encode() not in opened.read(name), name


def test_the_same_site_gives_the_same_bytes(
    site: Path, archive: Path, tmp_path: Path
) -> None:
    zipped.write(site, tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == archive.read_bytes()


def test_every_link_leads_to_a_file_of_the_zip(folder: Path) -> None:
    led = 0
    for file in folder.rglob("*.html"):
        addresses = set(ADDRESSES.findall(file.read_text(encoding="utf-8")))
        for address in {part for some in addresses for part in unescape(some).split()}:
            parts = urlsplit(address)
            if parts.path and not parts.scheme:
                led += 1
                target = file.parent / unquote(parts.path)
                assert target.is_file(), (file.relative_to(folder), address)
    assert led > 2000


def test_what_is_downloaded_and_what_was_measured_come_along(
    site: Path, folder: Path
) -> None:
    for where in ("evidence/*.json", "files/*/*.py", "*/notebooks/**/*.ipynb"):
        there = {file.relative_to(site): file.read_bytes() for file in site.glob(where)}
        assert there
        for name, whole in there.items():
            assert (folder / name).read_bytes() == whole


def test_a_link_to_what_is_left_out_leads_to_the_published_site() -> None:
    lead = zipped._leading(
        "zh/offline/index.html",
        frozenset({"zh/index.html"}),
        "https://there.example/guide/",
    )
    assert lead("../../files/book.pdf") == "https://there.example/guide/files/book.pdf"
    assert lead("../") == "../index.html"
    assert lead("../#answer") == "../index.html#answer"
    assert lead("?lr=1#figure") == "?lr=1#figure"
    assert lead("https://doi.org/1") == "https://doi.org/1"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_is_not_in_the_zip_is_offered_where_it_is_published(
    folder: Path, language: str
) -> None:
    page = folder / language / "offline" / "index.html"
    offers = re.findall('<p class="take">(.*?)</p>', page.read_text(encoding="utf-8"))
    assert len(offers) == 4
    address = re.compile(f'<a href="https://[^"]*/{language}/offline/">[^<]+</a>')
    assert all(address.fullmatch(offer) for offer in offers)


def asked(page: Page, query: str) -> Locator:
    """The results of a search, as soon as there are some."""
    page.click(".md-search__input")
    page.fill(".md-search__input", query)
    page.keyboard.press("Shift")  # the index is asked when a key comes up
    results = page.locator(".md-search-result__link")
    results.first.wait_for()
    return results


@pytest.mark.parametrize(
    ("language", "query", "wanted"),
    [("zh", "对称性", "symmetry"), ("en", "vanishing gradient", "activations")],
)
def test_search_finds_and_leads_there(
    folder: Path, reader: Page, language: str, query: str, wanted: str
) -> None:
    reader.goto((folder / language / "momentum" / "index.html").as_uri())
    results = asked(reader, query)
    found = results.evaluate_all("links => links.map(link => link.href)")
    assert all(link.startswith((folder / language).as_uri()) for link in found)
    result = reader.locator(f".md-search-result__link[href*='/{wanted}/']").first
    result.click()
    reader.wait_for_url(f"**/{language}/{wanted}/index.html*")
    assert reader.locator("article h1").is_visible()


def test_markup_and_endless_queries_break_nothing_and_run_nothing(
    folder: Path, reader: Page
) -> None:
    markup = '"><img src=x onerror="ran=1"><script>ran=1</script>'
    stored = f"'answers-that-run.momentum', {json.dumps(markup)}"
    reader.add_init_script(f"localStorage.setItem({stored})")
    place = (folder / "zh" / "momentum" / "index.html").as_uri()
    reader.goto(f"{place}?q={quote(markup)}&lr={quote(markup)}#{quote(markup)}")
    meta = reader.locator(".md-search-result__meta")
    for query, answer in (
        ("a" * 10_000, "没有找到"),
        ("激活函数" * 2500, "个符合"),
        ("b" * 10_000, "没有找到"),
        (markup * 200, "个符合"),
    ):
        reader.fill(".md-search__input", query)
        reader.keyboard.press("Shift")
        expect(meta).to_contain_text(answer)
    assert asked(reader, "动量").count()
    assert reader.evaluate("typeof ran") == "undefined"


def test_a_host_may_serve_the_folder(folder: Path, browser: Browser) -> None:
    page = browser.new_page()
    with served(folder) as address:
        page.goto(f"{address}en/momentum/index.html")
        assert asked(page, "effective rank").count()
        page.close()


def test_a_figure_is_turned_and_the_switch_keeps_what_it_shows(
    folder: Path, reader: Page
) -> None:
    reader.goto((folder / "zh" / "momentum" / "index.html").as_uri())
    reader.locator(".explorable").scroll_into_view_if_needed()
    form = reader.locator(".explorable form")
    form.wait_for()
    spoken = form.locator(".spoken").inner_text()
    slider = form.locator("input[type=range]").first
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    assert box
    middle = box["y"] + box["height"] / 2
    reader.mouse.move(box["x"] + box["width"] / 2, middle)
    reader.mouse.down()
    reader.mouse.move(box["x"] + 4, middle, steps=5)
    reader.mouse.up()
    until(reader, "location.search !== ''")
    expect(form.locator(".spoken")).not_to_have_text(spoken)
    state = urlsplit(reader.url).query
    reader.click("a[hreflang=en]")
    reader.wait_for_url(f"**/en/momentum/index.html?{state}*")
    assert reader.locator("html").get_attribute("lang") == "en"


def test_the_door_opens(folder: Path, reader: Page) -> None:
    reader.goto((folder / "index.html").as_uri())
    reader.click("section[lang=en] p a")
    reader.wait_for_url("**/en/index.html")
    reader.click(".card h3 a >> nth=0")
    reader.wait_for_url("**/en/symmetry/index.html")
    fonts = "document.fonts.ready.then(() => document.fonts.check('16px \"STIX Two Math\"'))"
    assert reader.evaluate(fonts)
    reader.locator("data.measured[data-code]:visible").first.focus()
    reader.click("#origin a")
    reader.wait_for_url("**/en/code/symmetry/index.html#line-*")


def test_a_site_that_has_changed_is_noticed(site: Path, tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    html = (site / "en" / "index.html").read_text(encoding="utf-8")
    (tmp_path / "en" / "index.html").write_text(html.replace("storage.js", "store.js"))
    with pytest.raises(
        FinishingError,
        match=r"en/index\.html loads storage\.js 0 times .* mend tools/taking/zipped\.py",
    ):
        zipped.write(tmp_path, tmp_path / "guide.zip")
