"""Terms lead to the glossary once a page, outside of code and links."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tools.core import glossary

DOCS = Path(__file__).parents[1] / "docs"


def test_no_term_stands_twice() -> None:
    names = [term.id for term in glossary.terms("en")]
    assert len(names) == len(set(names)) > 50


@pytest.mark.parametrize(("language", "words"), [("zh", "也叫"), ("en", "Also called")])
def test_other_names_end_the_meaning(language: str, words: str) -> None:
    text = (DOCS / language / "glossary.md").read_text(encoding="utf-8")
    rows = glossary.terms(language)
    assert text.count(words) == sum(bool(term.also) for term in rows) > 40
    for name in (name for term in rows for name in term.also):
        assert 0 < len(name) < 40, name
        assert not re.search("[。，；`$]", name), name


def test_both_languages_lead_to_the_same_sections() -> None:
    for language in ("zh", "en"):
        led = {term.id: term.see for term in glossary.terms(language)}
        assert led["dead-unit"] == "activations/#units"


def test_a_short_term_is_not_linked_inside_of_a_long_one() -> None:
    linked = glossary.linked("<p>死单元，死单元。</p><p>单元</p>", "zh", "")
    assert linked.startswith('<p><a class="term" href="#dead-unit"')
    assert re.search(r"</a>，死单元。</p><p><a [^>]*#unit", linked)


def test_only_the_first_use_in_prose_leads_to_the_glossary() -> None:
    html = (
        "<h2>Dead units</h2><p><code>dead unit</code> <a href='x'>dead unit</a> "
        "Two dead units, a dead unit.</p><p>A dead unit.</p>"
    )
    linked = glossary.linked(html, "en", "../glossary/")
    assert linked.count('class="term"') == 1
    link = r'Two <a class="term" href="../glossary/#dead-unit" title="[^"]+">dead units</a>'
    assert re.search(link, linked)
    assert re.sub(r'<a class="term"[^>]*>(.*?)</a>', r"\1", linked) == html


def test_a_longer_term_comes_before_the_shorter_one_in_it() -> None:
    linked = glossary.linked("<p>随机失活和学习率</p><p>动量</p>", "zh", "")
    assert re.findall(r"#([\w-]+)", linked) == ["dropout", "learning-rate", "momentum"]


def test_rows_can_be_linked() -> None:
    row = "<tr>\n<td>动量</td>\n<td>momentum</td></tr>"
    assert glossary.anchored(row, "zh").startswith('<tr id="momentum">')
