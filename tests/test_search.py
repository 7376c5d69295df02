"""Readers find the page they want among the first three, by their own words in either language."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Browser, ConsoleMessage, Page

from tools.browsing import until, violations
from tools.search import readable, with_aliases

LANGUAGES = ("zh", "en")
# What is typed, and the page or pages that are wanted, in the order of the list: terms of the guide first,
# then what people ask in forums, issues and blogs, then forms and spellings of a word.
QUERIES = {
    language: [
        line.rpartition(" ")[::2]
        for line in Path(__file__)
        .with_name(f"queries.{language}.txt")
        .read_text(encoding="utf-8")
        .splitlines()
        if not line.startswith("#")
    ]
    for language in LANGUAGES
}
# The worker answers as it does when the search is open, without the page's delays.
ASK = """async queries => {
    const config = JSON.parse(document.getElementById("__config").textContent)
    const worker = new Worker(new URL(config.search, document.baseURI))
    const answer = message => new Promise(resolve => {
        worker.addEventListener("message", event => resolve(event.data.data), {once: true})
        worker.postMessage(message)
    })
    const index = await (await fetch("search/search_index.json")).json()
    await answer({type: 0, data: {...index, options: {suggest: false}}})
    const found = []
    for (const query of queries) found.push((await answer({type: 2, data: query})).items)
    return found
}"""


@pytest.fixture(params=LANGUAGES)
def home(request: pytest.FixtureRequest, address: str, browser: Browser) -> Any:
    """A home page, the language of which is its `lang`."""
    page = browser.new_page()
    page.goto(f"{address}{request.param}/")
    yield page
    page.close()


def language(page: Page) -> str:
    """The language of a page."""
    return urlsplit(page.url).path.split("/")[-2]


def ask(page: Page, *queries: str) -> list[list[list[dict[str, Any]]]]:
    """For each query the pages found, best first, each as its sections."""
    found: list[list[list[dict[str, Any]]]] = page.evaluate(ASK, queries)
    return found


def slugs(items: list[list[dict[str, Any]]]) -> list[str]:
    """The first three pages."""
    return [item[0]["location"].partition("/")[0] for item in items[:3]]


def best(items: list[list[dict[str, Any]]]) -> str:
    """Where the best result leads."""
    return max(items[0], key=lambda entry: entry["score"])["location"]


def test_the_wanted_page_is_among_the_first_three(home: Page) -> None:
    queries = QUERIES[language(home)]
    assert len(queries) > 200
    found = ask(home, *(query for query, _ in queries))
    missed = {
        query: (wanted, slugs(items))
        for (query, wanted), items in zip(queries, found, strict=True)
        if not set(slugs(items)) & set(wanted.split("|"))
    }
    assert missed == {}


def test_a_query_of_ten_thousand_characters_is_answered(home: Page) -> None:
    queries = (
        "a" * 10_000,
        "激活函数" * 2500,
        "momentum he " * 900,
        "+-*~^:()[]" * 1000,
    )
    nothing, *found = ask(home, *queries)
    assert nothing == []
    assert all(found[:2])


def test_a_word_of_the_pages_finds_one(home: Page, site: Path) -> None:
    index = site / language(home) / "search" / "search_index.json"
    docs = json.loads(index.read_text(encoding="utf-8"))["docs"]
    text = re.sub("<[^>]*>", " ", " ".join(doc["text"] for doc in docs)).lower()
    words = sorted(set(re.findall(r"(?<![^\s(])[a-z]{4,}(?![^\s),])", text)))
    assert len(words) > 500
    words = words[::4]  # they stand for the others
    found = ask(home, *words)
    assert [w for w, items in zip(words, found, strict=True) if not items] == []


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("oscillates oscillating oscillation oscillate", "momentum/"),
        ("vanish vanishing vanishes", "glossary/#vanishing-gradients"),
        ("regularisation regularization regularise", "glossary/#l1-regularization"),
        ("nesterov nestrov nesterow", "momentum/"),
    ],
)
def test_forms_of_a_word_find_the_same(
    address: str, browser: Browser, words: str, place: str
) -> None:
    page = browser.new_page()
    page.goto(f"{address}en/")
    for word, items in zip(words.split(), ask(page, *words.split()), strict=True):
        assert place in [entry["location"] for item in items[:3] for entry in item], (
            word
        )
    page.close()


@pytest.mark.parametrize(
    ("home", "bare", "question"),
    [
        ("en", "dead units", "What is a dead unit, and how do I get rid of it?"),
        ("en", "overshoot", "why does my optimizer overshoot"),
        ("zh", "死单元", "为什么会有死单元，怎么办"),
        ("zh", "剪枝", "剪枝是什么，怎么设"),
    ],
    indirect=["home"],
)
def test_a_question_finds_what_its_words_find(
    home: Page, bare: str, question: str
) -> None:
    short, long = ask(home, bare, question)
    assert slugs(short)[0] in slugs(long)


def test_what_nobody_wrote_about_finds_nothing_or_says_what_is_missing(
    home: Page,
) -> None:
    nothing, partly, filler = ask(
        home, "kubernetes", "kubernetes momentum", "why 为什么"
    )
    assert nothing == []
    assert partly[0][0]["terms"] == {"kubernetes": False, "momentum": True}
    assert filler, (
        "words that only hold a question together count if there are no others"
    )


def test_numbers_stay_whole(home: Page) -> None:
    whole, part, power, typed = ask(home, "0.99999", "0.9999", "10⁻³", "10^-3")
    assert slugs(whole)[0] == "momentum"
    assert part == [] or part != whole
    assert power and [i[0]["location"] for i in power] == [
        i[0]["location"] for i in typed
    ]


def test_every_result_leads_to_a_place_that_is_there(home: Page, site: Path) -> None:
    folder = site / language(home)
    entries = home.evaluate("fetch('search/search_index.json').then(r => r.json())")
    ids: dict[str, set[str]] = {}
    for entry in entries["docs"]:
        place, _, anchor = entry["location"].partition("#")
        if place not in ids:
            html = (folder / place / "index.html").read_text(encoding="utf-8")
            ids[place] = set(re.findall(r'\sid="([^"]+)"', html))
        assert not anchor or anchor in ids[place], entry["location"]
    rows = {a for a in ids["glossary/"] if f"glossary/#{a}" in str(entries)}
    assert len(rows) > 70, "each row of the glossary is a result of its own"


def test_results_read_well_and_lead_to_the_section(home: Page) -> None:
    said: list[ConsoleMessage] = []
    home.on("console", lambda message: said.append(message))
    trap, formula, anchor = {
        "zh": ("loss 一直是 100", "庞加莱不等式", "#vanishing-gradients"),
        "en": ("loss always 100", "poincaré inequality", "#vanishing-gradients"),
    }[language(home)]
    home.click(".md-search__input")
    for query, wanted, text in (
        (trap, "/traps/#blind", "100"),
        (formula, "/selu/#gradients", "ϕ"),
        ("vanishing gradients", f"/glossary/{anchor}", "vanishing gradients"),
    ):
        home.fill(".md-search__input", "")
        home.keyboard.press("Shift")  # the index is asked when a key comes up
        until(home, "!document.querySelector('.md-search-result__link')")
        home.fill(".md-search__input", query)
        home.keyboard.press("Shift")
        result = home.locator(f".md-search-result__link[href*='{wanted}']")
        result.first.wait_for(state="attached", timeout=5000)
        shown = result.first.evaluate("link => link.textContent")
        assert text in shown.replace("\u200b", "")
        assert "<" not in shown, "a mark inside of a mark"
    assert [m.text for m in said if m.type in ("error", "warning")] == []
    assert violations(home) == []


def test_terms_stay_whole(address: str, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(f"{address}zh/")
    index = page.evaluate("fetch('search/search_index.json').then(r => r.json())")
    page.close()
    text = " ".join(f"{entry['title']} {entry['text']}" for entry in index["docs"])
    for term in ("学习率", "过拟合", "正则化", "自归一化", "随机失活"):
        assert text.count(term) == text.replace("\u200b", "").count(term) > 0, term


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        ("<msup><mn>10</mn><mrow><mo>−</mo><mn>3</mn></mrow></msup>", "10⁻³"),
        ("<msup><mi>e</mi><mrow><mo>−</mo><mi>z</mi></mrow></msup>", "e<sup>−z</sup>"),
        ("<msub><mi>w</mi><mn>1</mn></msub><mo>=</mo><mn>0</mn>", "w₁ = 0"),
        ("<msubsup><mi>x</mi><mi>t</mi><mn>2</mn></msubsup>", "x<sub>t</sub>²"),
        (
            "<mfrac><mn>1</mn><mrow><mn>1</mn><mo>−</mo><mi>p</mi></mrow></mfrac>",
            "1/(1−p)",
        ),
        ("<msqrt><mi>β</mi></msqrt><mo>&lt;</mo><mi>a</mi>", "√β &lt; a"),
        (
            "<semantics><mi>x</mi><annotation>\\mathrm x</annotation></semantics>",
            "x",
        ),
    ],
)
def test_formulas_are_indexed_as_they_read(formula: str, text: str) -> None:
    assert readable(f"<p><math>{formula}</math></p>") == f"<p>{text}</p>"


def test_figures_guesses_and_repeated_listings_are_not_indexed() -> None:
    html = (
        "<p>Seen.</p><figure><svg><text>0.1</text><text>epoch</text></svg></figure>"
        "<fieldset>Guess: <label>all of them</label></fieldset>"
        '<div class="doc-object"></div>'
        '<div id="source-a-b"><details class="listing"><pre>def f</pre></details></div>'
    )
    assert BeautifulSoup(readable(html), "html.parser").get_text(strip=True) == "Seen."


def test_a_row_of_the_glossary_is_a_section() -> None:
    html = (
        '<div class="glossary"><table><thead><tr><th>Term</th></tr></thead>'
        '<tr id="logit"><td>logit</td><td>对数几率</td><td></td><td>What goes in.</td></tr>'
        '</table></div><table><tr id="other"><td>as it was</td></tr></table>'
    )
    text = readable(html)
    assert '<h2 id="logit">logit</h2><p>对数几率 · What goes in.</p>' in text
    assert "Term" not in text
    assert '<tr id="other">' in text


def test_search_knows_all_names_of_a_term_and_its_page() -> None:
    entries = [
        {"location": "momentum/", "title": "动\u200b量", "text": "<p>动量 学习率</p>"},
        {"location": "dropout/#masks", "title": "", "text": "动量 打破对称性"},
        {"location": "ledger/", "title": "", "text": "动量 动量 动量 死单元"},
        {"location": "activations/#units", "title": "", "text": ""},
        {"location": "glossary/#momentum", "title": "", "text": ""},
    ]
    page, section, ledger, led_to, row = with_aliases(
        entries, "zh", {"momentum", "dropout"}
    )
    assert "学习率 learning rate 步长" in page["named"]
    assert "动量 momentum 动量法" in page["named"]
    assert section["named"] == ledger["named"] == ""
    assert {"learning rate", "学习", "step size"} <= _phrases(page["alias"])
    assert {"symmetry breaking", "对称"} <= _phrases(section["alias"])
    assert "dying ReLU" in led_to["named"], "the row in the glossary leads there"
    assert row["named"].startswith("动量 momentum 动量法")
    (found,) = with_aliases(
        [{"location": "", "title": "Pruned", "text": "Momentums"}], "en", ()
    )
    assert found["named"] == ""
    assert {"动量", "动量法"} <= _phrases(found["alias"])


def _phrases(text: str) -> set[str]:
    """All words, and all pairs of neighbours."""
    words = text.split(" ")
    return {*words, *map(" ".join, pairwise(words))}
