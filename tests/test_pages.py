"""The rules of the pages, each shown to fail on a planted fault, and what evidence does to a page."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from snippets.evidence.claims import Claim
from snippets.evidence.estimates import Estimate
from snippets.evidence.evidence import Evidence, Verdict, gather
from snippets.evidence.questions import Measurement, questions
from tools import notebooks, numbers, prose, rules
from tools.pages import Page, PageError

ROOT = Path(__file__).parents[1]
HE = Measurement("toy", "he", "snippets/toy/experiment.py", 7)
LATER = Measurement("toy", "later", "snippets/toy/experiment.py", 9)


@pytest.fixture
def evidence() -> dict[str, Evidence]:
    """A question with one measured and one missing measurement."""
    estimate = Estimate(0.9748, 0.9710, 0.9787, 20, "share")
    return {
        "toy": Evidence(
            "toy",
            estimates={"he.accuracy": estimate},
            provenance={"he": {"date": "2026-01-02", "torch": "2.13.0+cpu"}},
            missing=[LATER],
            measured=[HE],
            verdicts=[Verdict(Claim("learns", "he.accuracy", above=0.9), estimate, HE)],
        )
    }


def page(
    markdown: str, evidence: dict[str, Evidence], source: str = "en/toy.md"
) -> Page:
    return Page(source, markdown, evidence)


def link(source: str) -> str:
    return f"/{source}"


# The repository's own pages


def test_the_pages_keep_the_rules() -> None:
    evidence = {q: gather(q) for q in questions()}
    assert list(rules.check(ROOT / "docs", evidence)) == []


FAULTS = [
    (
        "a typed number",
        r"\Z",
        "\nIt reaches 97.5% here.\n",
        r"en/symmetry\.md:\d+: '97\.5%' is typed in",
    ),
    (
        "an unknown number",
        r"\Z",
        "\n[[symmetry.he.best]]\n",
        r"\[\[symmetry\.he\.best\]\] is not measured by",
    ),
    (
        "an unknown question",
        r"\Z",
        "\n[[nothing.he]]\n",
        r"\[\[nothing\.he\]\] names no question",
    ),
    (
        "an unknown form",
        r"\Z",
        "\n[[symmetry.he.test_accuracy:max]]\n",
        r"write interval or n, not 'max'",
    ),
    (
        "an unknown claim",
        r"\Z",
        '\n!!! claim "nope"\n\n    Text.\n',
        r"there is no claim 'symmetry\.nope'",
    ),
    (
        "an unknown figure",
        r"\Z",
        "\n![words](figure:symmetry.nope)\n",
        r"nothing draws figure:symmetry\.nope",
    ),
    (
        "a silent figure",
        r"!\[.*?\]\(figure:",
        "![](figure:",
        r"the figure has no text alternative",
    ),
    ("no id", r" \{: #why \}", "", r"heading 'Why' has no id"),
    (
        "a missing section",
        r"## Sources",
        "## Sources {: #other }\n\n## S",
        r"section #other is missing",
    ),
    (
        "another formula",
        r"\$10\^\{-3\}\$",
        "$10^{-2}$",
        r"formulas of section #measured: '\$10\^\{-2\}\$'",
    ),
    (
        "another source",
        r"arxiv\.org/abs/2007\.01038",
        "arxiv.org/abs/2007.01039",
        r"sources of section #sources",
    ),
    (
        "other code",
        r"torch\.manual_seed\(0\)",
        "torch.manual_seed(1)",
        r"code blocks of section #use",
    ),
    (
        "another number",
        r"\[\[symmetry\.he\.rank_layer5\]\]",
        "many",
        r"numbers of section #measured",
    ),
]


@pytest.mark.parametrize(
    ("pattern", "planted", "message"),
    [f[1:] for f in FAULTS],
    ids=[f[0] for f in FAULTS],
)
def test_a_planted_fault_is_found(
    tmp_path: Path, pattern: str, planted: str, message: str
) -> None:
    for language in ("zh", "en"):
        (tmp_path / language).mkdir()
        shutil.copy(ROOT / "docs" / language / "symmetry.md", tmp_path / language)
    file = tmp_path / "en" / "symmetry.md"
    text = file.read_text(encoding="utf-8")
    changed = re.sub(pattern, lambda _: planted, text, count=1, flags=re.S)
    assert changed != text
    file.write_text(changed, encoding="utf-8")
    found = list(rules.check(tmp_path, {q: gather(q) for q in questions()}))
    assert any(re.search(message, problem) for problem in found), found
    assert all(
        re.match(r"docs/(zh|en)/symmetry\.md:\d+: ", problem) for problem in found
    )


def test_a_page_without_its_translation_is_named(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "zh").mkdir()
    (tmp_path / "en" / "alone.md").write_text("# Alone\n")
    assert list(rules.check(tmp_path, {})) == [
        "docs/en/alone.md:1: there is no docs/zh/alone.md; write it too"
    ]


# Prose and everything else


@pytest.mark.parametrize(
    "markdown",
    [
        "`3 layers` and ``4 ` 5``",
        "```python\nx = 3\n```",
        "    ~~~\n    3\n    ~~~",
        "$3 + 4$ and $$\n5\n$$",
        "Roy and Vetterli (2007)",
        "[arXiv:2007.01038](https://arxiv.org/abs/2007.01038)",
        "[[a.b3]] and ![alt [[a.b3]]](figure:a.x3)",
        "## Title {: #h2 }",
        '<span class="x3">text</span>',
        "[text](page3.md#part-4)",
        '!!! claim "l2-norm"',
        "<!-- 3 -->",
        "---\ntitle: 3\n---\n",
    ],
)
def test_digits_outside_prose_are_allowed(markdown: str) -> None:
    assert not re.search(r"\d", prose.only_prose(markdown))
    assert len(prose.only_prose(markdown)) == len(markdown)


@pytest.mark.parametrize(
    "markdown",
    [
        "costs $3 and 4 more",
        "## 3 layers {: #layers }",
        "![reaches 97%](figure:a.b)",
        "- **3**",
        "[3 layers](page.md)",
        "！一共３层",
        '??? question "Why 3?"',
        "in (1997) and 12 (2007)",
    ],
)
def test_digits_in_prose_are_found(markdown: str) -> None:
    assert list(rules.typed_digits(Page("en/x.md", markdown, {})))


# Numbers


@pytest.mark.parametrize(
    ("estimate", "value", "interval"),
    [
        (Estimate(0.97486, 0.97101, 0.97871, 20, "share"), "97.5%", "97.1%–97.9%"),
        (Estimate(1.0, 1.0, 1.0, 20, "share"), "100%", "100%"),
        (Estimate(25.666, 25.112, 26.221, 20, "1"), "25.7", "25.1–26.2"),
        (Estimate(1.0, 0.9999999, 1.0000001, 20, "1"), "1.000", "1.000–1.000"),
        (
            Estimate(1381753.0, 1381753.0, 1381753.0, 1, "steps"),
            "1.4 × 10⁶",
            "1.4 × 10⁶",
        ),
        (
            Estimate(2.3e-12, 1e-12, 4e-12, 5, "1"),
            "2.3 × 10⁻¹²",
            "1.0 × 10⁻¹²–4.0 × 10⁻¹²",
        ),
        (Estimate(-0.0123, -0.02, -0.0046, 5, "share"), "−1.2%", "−2.0%–−0.5%"),
        (Estimate(0.0, 0.0, 0.0, 5, "1"), "0", "0"),
        (Estimate(12345.0, 12100.0, 12600.0, 5, "steps"), "12,345", "12,100–12,600"),
    ],
)
def test_a_number_shows_what_its_interval_justifies(
    estimate: Estimate, value: str, interval: str
) -> None:
    assert numbers.value(estimate) == value
    assert numbers.interval(estimate) == interval


def test_a_number_tells_its_origin(evidence: dict[str, Evidence]) -> None:
    english = page("It is [[toy.he.accuracy]].", evidence).substituted(link)
    assert english == (
        'It is <data class="measured" value="0.9748" title="95% interval 97.1% to 97.9%, n = 20, '
        'measured 2026-01-02 with torch 2.13.0, snippets/toy/experiment.py, line 7">97.5%</data>.'
    )
    chinese = page(
        "达到 [[toy.he.accuracy:interval]]，[[toy.he.accuracy:n]] 次。",
        evidence,
        "zh/toy.md",
    )
    assert (
        "95% 区间 97.1% 至 97.9%，n = 20，2026-01-02 用 torch 2.13.0 测得"
        in chinese.substituted(link)
    )


def test_what_is_not_measured_yet_reads_as_an_ellipsis(
    evidence: dict[str, Evidence],
) -> None:
    assert ">…</span>" in page("[[toy.later.accuracy]]", evidence).substituted(link)


def test_placeholders_in_code_are_left_alone(evidence: dict[str, Evidence]) -> None:
    text = (
        "`[[toy.he.accuracy]]`\n\n```python\nx = [[1]]\n```\n\n$[[toy.he.accuracy]]$\n"
    )
    assert page(text, evidence).substituted(link) == text


def test_an_error_names_file_and_line(evidence: dict[str, Evidence]) -> None:
    with pytest.raises(
        PageError, match=r"^docs/en/toy\.md:3: \[\[toy\.he\.loss\]\] is not measured by"
    ):
        page("# T\n\n[[toy.he.loss]]\n", evidence).substituted(link)


def test_a_claim_gets_badge_and_provenance(evidence: dict[str, Evidence]) -> None:
    text = '!!! claim "learns"\n\n    It learns.\n\nNext.\n'
    done = page(text, evidence).substituted(link)
    assert done.startswith(
        "!!! claim \"<code>toy.learns</code> <span class='badge holds'>holds</span>\"\n"
    )
    assert '<a href="/en/code/toy.md#line-0-7">snippets/toy/experiment.py:7</a>' in done
    assert done.endswith("</p>\n\nNext.\n")


def test_an_alternative_holds_plain_numbers(
    evidence: dict[str, Evidence], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tools.figures.names", lambda _: ["drawn"])
    text = "![It reaches [[toy.he.accuracy]].](figure:toy.drawn)"
    assert (
        page(text, evidence).substituted(link)
        == "![It reaches 97.5%.](figure:toy.drawn)"
    )


def test_a_broken_formula_is_named_with_its_line(evidence: dict[str, Evidence]) -> None:
    source = page("# T\n\nText $\\frob{x}$.\n", evidence)
    with pytest.raises(
        PageError, match=r"^docs/en/toy\.md:3: the formula .* is not understood"
    ):
        source.drawn(
            '<p>Text <span class="arithmatex">\\(\\frob{x}\\)</span>.</p>', link
        )


# Notebooks


def test_a_notebook_has_the_words_and_the_code(evidence: dict[str, Evidence]) -> None:
    text = (
        "---\ndescription: d\n---\n\n# T {: #t }\n\nIt is [[toy.he.accuracy]].\n{: .lead }\n\n"
        '!!! claim "learns"\n\n    It learns.\n\n```python\nx = 1\n```\n\nThen.\n\n```text\nnot code\n```\n'
    )
    book = notebooks._derive(page(text, evidence))
    assert [c.cell_type for c in book.cells] == ["markdown", "code", "markdown"]
    assert book.cells[0].source == "# T\n\nIt is 97.5%.\n\n**learns**\n\nIt learns."
    assert book.cells[1].source == "x = 1"
    assert book.cells[2].source.endswith("```text\nnot code\n```")


def test_a_failing_block_is_named_with_page_and_line(
    evidence: dict[str, Evidence], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(notebooks, "OUTPUTS", tmp_path)
    text = "# T\n\n```python\nx = 1\n```\n\n```python\nimport snippets\n```\n"
    with pytest.raises(
        notebooks.NotebookError, match=r"^docs/en/toy\.md:7: .* ModuleNotFoundError"
    ):
        notebooks.execute(page(text, evidence))
    assert not list(tmp_path.iterdir())
