"""The rules of the pages, each shown to fail on a planted fault, and what evidence does to a page."""

from __future__ import annotations

import re
import shutil
import subprocess
from html import unescape
from pathlib import Path

import matplotlib.pyplot as plt
import pytest
from matplotlib.figure import Figure

from snippets.evidence.claims import Claim
from snippets.evidence.estimates import Estimate
from snippets.evidence.judging import Evidence, JudgedClaim, gather
from snippets.evidence.questions import Measurement, questions
from tools import notebooks, reviews
from tools.core import drawing, figures, formulas, ledger, numbers, prose, rendering
from tools.core.guide import Guide
from tools.core.pages import Page, PageError, parse
from tools.rules.numbers import typed
from tools.rules.rules import check
from tools.rules.source import front_matter

ROOT = Path(__file__).parents[1]
HE = Measurement("toy", "he", "snippets/toy/experiment.py", 7)
LATER = Measurement("toy", "later", "snippets/toy/experiment.py", 9)


@pytest.fixture
def evidence() -> dict[str, Evidence]:
    """A question with one measured and one missing measurement."""
    estimate = Estimate(0.9748, 0.9710, 0.9787, 20, "share")
    claim = Claim("learns", "he.accuracy", above=0.9, false_if="it does not")
    return {
        "toy": Evidence(
            "toy",
            estimates={"he.accuracy": estimate},
            provenance={
                "he": {"date": "2026-01-02", "torch": "2.13.0+cpu", "python": "3.11.7"}
            },
            missing=[LATER],
            measured=[HE],
            claims=[JudgedClaim(claim, estimate, HE)],
        )
    }


class Toy(Guide):
    """A guide of one page, whose links show what they lead to."""

    def link(self, _at: str, to: str) -> str:
        return f"/{to}"


def marked_up(
    markdown: str,
    evidence: dict[str, Evidence],
    source: str = "en/toy.md",
    told: list[str] | None = None,
) -> str:
    """A page for the site; what Markdown must leave alone stands in it as it is."""
    guide = Toy(ROOT / "docs", evidence)
    report = (told if told is not None else []).append
    return ledger.Lists(guide, source, report).page(parse(source, markdown))


def as_text(
    markdown: str, evidence: dict[str, Evidence], source: str = "en/toy.md"
) -> str:
    guide = Toy(ROOT / "docs", evidence)
    return rendering.Text(guide, source).page(parse(source, markdown))


# The repository's own pages


def test_the_pages_keep_the_rules() -> None:
    evidence = {q: gather(q) for q in questions()}
    assert list(check(Guide(ROOT / "docs", evidence))) == []


FAULTS = {
    "a time without its machine": (
        r"\Z",
        "\n[[activations.cost.tanh]]\n",
        r"machine: a time without its machine; write \[\[activations\.…:machine\]\] once",
    ),
    "an unstated claim": (
        r'!!! claim "constant-fails"',
        "!!! note",
        r"stated: claim 'constant-fails' is stated 0 times in en",
    ),
    "a claim stated twice": (
        r"\Z",
        '\n!!! claim "he-learns"\n\n    T.\n',
        r"stated: claim 'he-learns' is stated 2 times in en",
    ),
    "a setting of no control": (
        r"\?w3=1#figure",
        "?w33=1#figure",
        r"setting: no control of this page\u2019s figure is named 'w33'; is it 'w3'\?",
    ),
    "a setting that leads elsewhere": (
        r"\?w2=1&w4=1#figure",
        "?w2=1&w4=1#why",
        r"setting: a link that sets the figure leads to it; end it in #figure",
    ),
}
STALE = {
    "a stale twin": (
        "The variance of He initialization has no part",
        "That plays no part",
        r"zh/symmetry\.md:\d+: stale: section #answer is stale",
    ),
}


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    """A copy of the pages to plant faults in."""
    return Path(shutil.copytree(ROOT / "docs", tmp_path / "docs"))


@pytest.mark.parametrize("faults", [FAULTS, STALE])
def test_planted_faults_are_found(
    docs: Path, faults: dict[str, tuple[str, str, str]]
) -> None:
    file = docs / "en" / "symmetry.md"
    text = file.read_text(encoding="utf-8")
    for fault, (pattern, planted, _) in faults.items():
        changed = re.sub(pattern, planted, text, count=1, flags=re.S)
        assert changed != text, fault
        text = changed
    file.write_text(text, encoding="utf-8")
    found = list(check(Guide(docs, {q: gather(q) for q in questions()})))
    for fault, (*_, message) in faults.items():
        assert any(re.search(message, problem) for problem in found), (fault, found)


def test_a_stale_section_shows_what_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, evidence: dict[str, Evidence]
) -> None:
    def git(*arguments: str) -> None:
        who = ["-c", "user.name=T", "-c", "user.email=t@example.org"]
        subprocess.run(
            ["git", *who, *arguments], cwd=tmp_path, check=True, capture_output=True
        )

    for name in ("ROOT", "FILE"):
        monkeypatch.setattr(
            reviews, name, tmp_path / ("reviewed.json" if name == "FILE" else "")
        )
    for language, text in (("zh", "# 题\n\n旧的。\n"), ("en", "# T\n\nOld.\n")):
        (tmp_path / "docs" / language).mkdir(parents=True)
        (tmp_path / "docs" / language / "toy.md").write_text(text, encoding="utf-8")
    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "before")
    assert reviews.mark([]) == ["toy.md#top", "toy.md#title"]
    assert reviews.mark([]) == []

    def found() -> list[str]:
        texts = [
            (tmp_path / "docs" / x / "toy.md").read_text(encoding="utf-8")
            for x in ("zh", "en")
        ]
        return list(
            reviews.stale(
                parse("zh/toy.md", texts[0]),
                parse("en/toy.md", texts[1]),
            )
        )

    assert found() == []
    (tmp_path / "docs" / "zh" / "toy.md").write_text(
        "# 题\n\n新的。\n", encoding="utf-8"
    )
    assert found() == [
        "docs/en/toy.md:1: section #title is stale: docs/zh/toy.md:1 changed since the two were compared:\n"
        "    -旧的。\n    +新的。\n"
        "  bring this one up to date; when both say the same, run: make reviewed"
    ]
    (tmp_path / "docs" / "en" / "toy.md").write_text("# T\n\nNew.\n", encoding="utf-8")
    assert "changed here and in docs/en/toy.md:1" in found()[0]
    reviews.mark([])
    assert found() == []


def test_of_a_long_paragraph_only_the_change_is_shown() -> None:
    long = "word " * 40
    old, new = (f"# T\n\n{long}{x} here. {long}\n" for x in ("was", "is"))
    around = (30 // 5 * "word ")[-30:]
    assert list(reviews._changes(old, new)) == [
        f"-…{around}was here. {long}"[: 1 + 1 + 30 + 2 + 30] + "…",
        f"+…{around}is here. {long}"[: 1 + 1 + 30 + 1 + 30] + "…",
    ]
    (gone,) = reviews._changes(f"# T\n\n{'x' * 900}\n", "# T\n\n")
    assert gone == "-" + "x" * 300 + "…"


def test_a_bound_that_was_loosened_is_compared_with_its_sentence_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bounds = {"he-learns": "low > 0.9"}
    monkeypatch.setattr(reviews, "ROOT", tmp_path)
    monkeypatch.setattr(reviews, "FILE", tmp_path / "reviewed.json")
    monkeypatch.setattr(reviews, "_conditions", lambda _: bounds)
    pages = []
    for language in ("zh", "en"):
        text = '# T\n\n!!! claim "symmetry.he-learns"\n\n    T.\n'
        (tmp_path / "docs" / language).mkdir(parents=True)
        (tmp_path / "docs" / language / "toy.md").write_text(text)
        pages.append(parse(f"{language}/toy.md", text))
    reviews.mark([])
    assert list(reviews.stale(*pages)) == []
    bounds["he-learns"] = "low > 0.1"
    (found,) = reviews.stale(*pages)
    assert re.match(r"snippets/symmetry/claims\.py:\d+: a claim was compared ", found)
    assert "docs/zh/toy.md:1 and docs/en/toy.md:1" in found
    assert "'symmetry.he-learns: low > 0.9', and is" in found
    reviews.mark([])
    assert list(reviews.stale(*pages)) == []


def test_a_page_without_its_translation_is_named(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "zh").mkdir()
    text = "---\ndescription: Alone.\n---\n\n# Alone\n"
    (tmp_path / "en" / "alone.md").write_text(text)
    (tmp_path / "index.md").write_text(text)
    found = [m for m in check(Guide(tmp_path, {})) if m.startswith("docs/")]
    assert found == [
        "docs/en/alone.md:1: parity: there is no docs/zh/alone.md; write it too"
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
        "It was named in 2012, in section 3.2; with PyTorch 2.13 it is gone",
        "[arXiv:2007.01038](https://arxiv.org/abs/2007.01038)",
        "[[a.b3]] and ![alt [[a.b3]]](figure:a.x3)",
        "## Title {: #h2 }",
        '<span class="x3">text</span>',
        "[text](page3.md#part-4)",
        '!!! claim "l2-norm"',
        "<!-- 3 -->",
        "ResNet-50, L1 and text[^1]",
        "1. first",
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
    assert list(typed(Page("en/x.md", markdown)))


# Numbers


@pytest.mark.parametrize(
    ("estimate", "value", "interval"),
    [
        (Estimate(0.97486, 0.97101, 0.97871, 20, "share"), "97.5%", "97.1% to 97.9%"),
        (Estimate(1.0, 1.0, 1.0, 20, "share"), "100%", "100%"),
        (Estimate(25.666, 25.112, 26.221, 20, "1"), "25.7", "25.1 to 26.2"),
        (Estimate(1.0, 0.9999999, 1.0000001, 20, "1"), "1.000", "1.000 to 1.000"),
        (
            Estimate(2.3e-12, 1e-12, 4e-12, 5, "1"),
            "2.3 × 10⁻¹²",
            "1.0 × 10⁻¹² to 4.0 × 10⁻¹²",
        ),
        (Estimate(-0.0123, -0.02, -0.0046, 5, "share"), "−1.2%", "−2.0% to −0.5%"),
        (Estimate(0.0, 0.0, 0.0, 5, "1"), "0", "0"),
        (Estimate(-0.0004, -0.003, 0.002, 20, "share"), "0.0%", "−0.3% to 0.2%"),
        (Estimate(9.97e-4, 9.97e-4, 9.97e-4, 1, "1"), "1.0 × 10⁻³", "1.0 × 10⁻³"),
        (Estimate(12345.0, 12100.0, 12600.0, 5, "steps"), "12,345", "12,100 to 12,600"),
        (
            Estimate(1381753.0, 1381753.0, 1381753.0, 1, "steps"),
            "1,381,753",
            "1,381,753",
        ),
        (
            Estimate(1381753.0, 1300000.0, 1400000.0, 9, "steps"),
            "1.4 × 10⁶",
            "1.3 × 10⁶ to 1.4 × 10⁶",
        ),
    ],
)
def test_a_number_shows_what_its_interval_justifies(
    estimate: Estimate, value: str, interval: str
) -> None:
    assert numbers.value(estimate) == value
    assert numbers.interval(estimate, "en") == interval
    assert numbers.size(estimate) == value.removeprefix("−")


def test_points_are_called_points() -> None:
    gap = Estimate(1.5, 0.5, 2.5, 20, "points")
    assert numbers.spread(gap, "en") == "95% interval 0 to 2 points"
    assert numbers.spread(gap, "zh") == "95% 区间 0 至 2 个百分点"


def test_a_number_tells_its_origin(evidence: dict[str, Evidence]) -> None:
    english = marked_up("It is [[toy.he.accuracy]].", evidence)
    assert english == (
        'It is <data class="measured" value="0.9748" title="95% interval 97.1% to 97.9%, n = 20, '
        'measured 2026-01-02 with torch 2.13.0, Python 3.11.7, snippets/toy/experiment.py, line 7" '
        'data-code="/en/code/toy.md#line-0-7">97.5%</data>.'
    )
    chinese = marked_up(
        "达到 [[toy.he.accuracy:interval]]，[[toy.he.accuracy:n]] 次。",
        evidence,
        "zh/toy.md",
    )
    assert (
        "95% 区间 97.1% 至 97.9%，n = 20，2026-01-02 用 torch 2.13.0、Python 3.11.7 测得"
        in chinese
    )


def test_an_observation_names_its_machine() -> None:
    watched = Measurement("toy", "speed", "snippets/toy/observations.py", 3)
    provenance = {
        "date": "2026-01-02",
        "torch": "2.13.0+cpu",
        "python": "3.11.7",
        "cpu": "A CPU",
    }
    evidence = {
        "toy": Evidence(
            "toy",
            estimates={"speed.ratio": Estimate(2.0, 1.5, 2.5, 20, "1")},
            provenance={"speed": provenance},
            measured=[watched],
        )
    }
    english = marked_up("[[toy.speed.ratio]]", evidence)
    assert (
        "with torch 2.13.0, Python 3.11.7, an observation on A CPU, not a claim, snippets"
        in english
    )
    named = "[[toy.speed.ratio:machine]]"
    assert as_text(named, evidence) == "A CPU (torch 2.13.0, one thread, 2026-01-02)"
    assert marked_up(named, evidence) == as_text(named, evidence)


def test_what_is_not_measured_yet_reads_as_an_ellipsis(
    evidence: dict[str, Evidence],
) -> None:
    assert ">…</span>" in marked_up("[[toy.later.accuracy]]", evidence)


def test_placeholders_in_code_are_left_alone(evidence: dict[str, Evidence]) -> None:
    text = (
        "`[[toy.he.accuracy]]`\n\n```python\nx = [[1]]\n```\n\n$[[toy.he.accuracy]]$\n"
    )
    done = marked_up(text, evidence)
    assert done.startswith(text.partition("$")[0]) and 'class="measured"' not in done


def test_an_error_names_file_and_line(evidence: dict[str, Evidence]) -> None:
    faults: list[str] = []
    text = "# T\n\n[[toy.he.loss]] and [[toy.he.loss]]\n"
    done = marked_up(text, evidence, told=faults)
    (told,) = faults
    assert told.startswith(
        "docs/en/toy.md:3: [[toy.he.loss]] is measured by no file of snippets/toy"
    )
    # Shown whole, once, in a way that Markdown leaves alone.
    assert done.count("<span class='fault'>") == 1 and "[[" not in done
    assert f">{told}</span> and …" in unescape(done)


def test_a_claim_gets_badge_and_provenance(evidence: dict[str, Evidence]) -> None:
    text = '!!! claim "learns"\n\n    It learns.\n\nNext.\n'
    done = marked_up(text, evidence)
    assert done == (
        '!!! claim ""\n\n    <span class="badge holds" id="toy.learns">holds</span> It learns.\n\n'
        "    95% interval 97.1% to 97.9%, n = 20, must lie above 90% · "
        '<a href="/en/code/toy.md#line-0-7">code, line 7</a> · <code>toy.learns</code>\n'
        "    {: .provenance }\n\nNext.\n"
    )


def bounded(above: float | None = None, below: float | None = None) -> Claim:
    return Claim("c", "k", above=above, below=below, false_if="it is out of bounds")


CONDITIONS = [
    (bounded(above=0.15, below=0.45), "share", "must lie between 15% and 45%"),
    (bounded(above=0.07), "share", "must lie above 7%"),
    (bounded(below=1e-9), "share", "must lie below 10⁻⁷%"),
    (bounded(below=1.000001), "1", "must lie below 1.000001"),
    (bounded(above=1 / 3), "1", "must lie above 0.3333333333333333"),
    (bounded(below=2.5e-12), "1", "must lie below 2.5 × 10⁻¹²"),
    (bounded(above=0), "1", "must lie above 0"),
    (bounded(below=-1.0), "points", "must lie below −1 point"),
    (
        bounded(above=-2.5, below=2.5),
        "points",
        "must lie between −2.5 and 2.5 points",
    ),
    (
        bounded(above=1_380_000.0, below=1_384_000.0),
        "steps",
        "must lie between 1,380,000 and 1,384,000 steps",
    ),
]


@pytest.mark.parametrize(("claim", "unit", "words"), CONDITIONS)
def test_a_condition_is_said_in_the_unit_shown_and_never_rounded(
    claim: Claim, unit: str, words: str
) -> None:
    assert numbers.condition(claim, unit, "en") == words


def test_a_condition_is_said_in_chinese() -> None:
    both = bounded(above=0.15, below=0.45)
    assert numbers.condition(both, "share", "zh") == "应在 15% 与 45% 之间"
    assert numbers.condition(both, "nats", "zh") == "应在 0.15 与 0.45 nat 之间"
    assert numbers.condition(both, "points", "zh") == "应在 0.15 与 0.45 个百分点之间"
    assert numbers.condition(bounded(above=3), "steps", "zh") == "应大于 3 步"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_words_of_each_condition_read_back_as_its_bounds(language: str) -> None:
    plain = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻−", "0123456789--", ",")
    for verdict in (v for q in questions() for v in gather(q).claims):
        if verdict.estimate is None:
            continue
        share, claim = verdict.estimate.unit == "share", verdict.claim
        words = numbers.condition(claim, verdict.estimate.unit, language)
        said = re.findall(r"(?:(−?[\d.]+) × )?\b10([⁰-⁹⁻¹²³]+)|(−?\d[\d.,]*)", words)
        read = [
            float((number or f"{factor or 1}e{power}").translate(plain))
            for factor, power, number in said
        ]
        bounds = [b for b in (claim.above, claim.below) if b is not None]
        assert read == pytest.approx([100 * b if share else b for b in bounds], 1e-12)


def test_programs_read_a_condition_that_is_not_rounded() -> None:
    assert bounded(below=1.000001).condition == "high < 1.000001"
    assert bounded(above=0.15, below=9).condition == "low > 0.15 and high < 9"


def test_a_verdict_gives_its_reason_first_and_then_names_what_it_rests_on(
    evidence: dict[str, Evidence], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (
        "## Times of `f` {: #times }\n\n| a | [[verdict refuted: learns, #times]]<br>Since `1 | 2`. |\n"
        "| b | [[verdict supported: learns, learns]] |\n"
    )
    monkeypatch.setattr(
        rendering, "sentences", lambda *_: {"toy.learns": 'It "learns".'}
    )
    done = marked_up(text, evidence)
    first, second = done.splitlines()[2:]
    assert first == (
        '| a | <span class="badge refuted">refuted</span><br>Since `1 | 2`.'
        '<br><small class="rests">rests on '
        '<a href="/en/ledger.md#toy.learns" title="It &quot;learns&quot;.">measured 97.5%</a>\u00a0· '
        '<a href="#times">Times of `f`</a></small> |'
    )
    assert ">measured 97.5%</a>\u00a0· " in second
    assert ">measured 97.5% (2)</a>" in second


def test_the_sentence_of_a_claim_is_told_without_markup(
    evidence: dict[str, Evidence], tmp_path: Path
) -> None:
    text = '!!! claim "learns"\n\n    It *has* [[toy.he.accuracy]] at $80\\%$ in [`x`](a.md#b).\n'
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "toy.md").write_text(text)
    said = rendering.sentences(Guide(tmp_path, evidence), "en")
    assert said == {"toy.learns": "It has 97.5% at 80% in x."}


def test_the_claims_of_a_question_are_folded_and_counted() -> None:
    claim = '<div class="admonition claim">\n<p>It learns.</p>\n</div>\n'
    answers, asked = '<h2 id="answers">A</h2>\n<p>Text.</p>\n', '<h2 id="selu">S</h2>'
    assert ledger.folded(f"{answers}{asked}\n<p>Two:</p>\n{claim}{claim}", "en") == (
        f'{answers}{asked}\n<details class="claims">\n<summary>2 claims</summary>\n'
        f"<p>Two:</p>\n{claim}{claim}</details>\n"
    )


def test_an_alternative_holds_plain_numbers(
    evidence: dict[str, Evidence], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figures, "names", lambda _: ["drawn"])
    monkeypatch.setattr(figures, "draw", lambda *given: f"<svg>{given[4]}</svg>")
    monkeypatch.setattr(figures, "has_data", lambda *_: True)
    evidence["toy"].missing.clear()
    text = "![It *reaches* [[toy.he.accuracy]] at $\\eta$.](figure:toy.drawn)"
    assert "<svg>It reaches 97.5% at \\eta.</svg>" in marked_up(text, evidence)


def test_a_display_formula_can_be_reached_by_keyboard() -> None:
    done = formulas.mathml(r"\tfrac12 x < 1", display=True)
    assert done.startswith(
        r'<div class="formula" tabindex="0" translate="no">'
        r'<math alttext="\tfrac12 x &lt; 1" display="block">'
    )
    # An attribute that HTML checkers know nowhere but on <math>: the stylesheet does it.
    assert '<mfrac class="compact">' in done and "displaystyle" not in done


def test_aligned_equations_keep_their_sides() -> None:
    done = formulas.mathml(r"\begin{aligned} a &= b \end{aligned}", display=True)
    assert '<mtd class="right"><mi>a</mi></mtd><mtd class="left"><mo>=' in done
    assert " style=" not in done and "scriptlevel" not in done


def test_punctuation_stays_with_its_formula(evidence: dict[str, Evidence]) -> None:
    done = marked_up("Of $x$, or $y$)。 Not $z$ .", evidence)
    assert re.findall(r"</math></span>(.*?)</span>", done) == [",", ")。"]


def test_a_broken_formula_is_named_with_its_line(evidence: dict[str, Evidence]) -> None:
    faults: list[str] = []
    text = "# T\n\nText $\\frob{x}$.\n"
    assert "<span class='fault'>" in marked_up(text, evidence, told=faults)
    (told,) = faults
    assert re.match(r"docs/en/toy\.md:3: the formula .* is not understood", told)


# Notebooks


def test_a_notebook_has_the_words_and_the_code(evidence: dict[str, Evidence]) -> None:
    text = (
        "---\ndescription: d\n---\n\n# T {: #t }\n\nIt is [[toy.he.accuracy]].\n{: .lead }\n\n"
        '!!! claim "learns"\n\n    It learns.\n\n[[verdict refuted: learns]]<br>No.\n\n'
        "```python\nx = 1\n```\n\nThen.\n\n```text\nnot code\n```\n"
    )
    book = notebooks._derive(parse("en/toy.md", text), Guide(ROOT / "docs", evidence))
    assert [c.cell_type for c in book.cells] == ["markdown", "code", "markdown"]
    assert book.cells[0].source == (
        "# T\n\nIt is 97.5%.\n\n**learns**\n\nIt learns.\n\n**refuted**<br>No.<br>"
        "rests on [measured 97.5%](en/ledger/#toy.learns)"
    )
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
        notebooks.execute(parse("en/toy.md", text))
    assert not list(tmp_path.iterdir())


def test_damaged_outputs_are_made_again_with_a_note(
    evidence: dict[str, Evidence],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(notebooks, "OUTPUTS", tmp_path / "outputs")
    monkeypatch.setattr(notebooks, "FOLDER", tmp_path)
    code = 'import os\n\nprint(os.environ["OMP_NUM_THREADS"])\nprint(7)'
    source = parse("en/toy.md", f"# T\n\n```python\n{code}\n```\n")
    guide = Guide(ROOT / "docs", evidence)

    shown = tmp_path / "en" / "notebooks" / "toy.ipynb"

    def executed() -> bool:
        notebooks.write(source, guide, "https://example.org/")  # fails on no damage
        done = notebooks.execute(source)
        notebooks.write(source, guide, "https://example.org/")
        text = shown.read_text()
        assert '"1\\n",' in text and '"7\\n"' in text
        return done

    assert executed() and not executed()
    (kept,) = (tmp_path / "outputs").iterdir()
    good = kept.read_bytes()
    for damaged in (
        b"",
        good[: len(good) // 2],
        good.replace(b"7", b"8", 1),
        b"[]",
        b"\xff",
    ):
        kept.write_bytes(damaged)
        shown.write_bytes(damaged)
        assert executed(), damaged
        assert f"note: {kept} is damaged; executing again" in capsys.readouterr().err
        assert kept.read_bytes() == good


# Reviews


def test_noting_what_is_not_there_names_what_is(
    docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reviews, "ROOT", docs.parent)
    monkeypatch.setattr(reviews, "FILE", docs.parent / "reviewed.json")
    with pytest.raises(
        PageError, match=r"no 'typo\.md' .* there are .*selu\.md, .*symmetry\.md"
    ):
        reviews.mark(["typo.md"])
    with pytest.raises(PageError, match=r"no 'symmetry\.md#no' .* symmetry\.md#why"):
        reviews.mark(["symmetry.md#no"])
    assert not reviews.FILE.exists()
    assert reviews.mark(["symmetry.md#why"]) == ["symmetry.md#why"]


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b'{\n "a.md": {\n<<<<<<< HEAD\n  "top": ["1", "2"]\n=======\n', 3),
        (b"", 1),
        (b"\xff", 1),
        (b"[]", 1),
        (b'{"a.md": {"top": ["1"]}}', 1),
    ],
)
def test_notes_with_marks_of_a_merge_are_told_in_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, line: int
) -> None:
    monkeypatch.setattr(reviews, "FILE", tmp_path / "reviewed.json")
    reviews.FILE.write_bytes(content)
    told = rf"^tools/reviewed\.json:{line}: it is damaged, .*compare the sections"
    with pytest.raises(PageError, match=told):
        reviews.mark([])
    with pytest.raises(PageError, match=told):
        list(reviews.stale(Page("zh/a.md", "# A"), Page("en/a.md", "# A")))


def test_a_light_figure_keeps_its_words_and_moves_nothing_by_a_pixel() -> None:
    svg = (
        '<svg aria-label="β = 0.99999"><defs></defs><g id="axes_1"><path d="M 0 0 L 9 9" fill="none"/>'
        '<path id="tick" d="M 1.23456 -7.98765\nL 2 3\nL 2 3.04\nz"/><use href="#tick" x="10.04999"/>'
        '<text x="5.5555" transform="rotate(-0 5.5 6.6)">0.05</text></g></svg>'
    )
    assert drawing.light(svg) == (
        '<svg aria-label="β = 0.99999"><g><path id="tick" d="M1.2 -8l0.8 11l0 0z"/><use href="#tick" x="10"/>'
        '<text x="5.6">0.05</text></g></svg>'
    )


def test_a_formula_on_a_line_of_chinese_is_refused() -> None:
    """Matplotlib would draw a dummy for each of its signs."""

    def figure(_evidence: Evidence, say: drawing.Say, _wide: bool) -> Figure:
        drawn = plt.figure()
        drawn.text(0, 0, say("第 $l$ 层", "layer $l$"))
        return drawn

    none = Evidence("selu", {}, {})
    assert ">l<" in drawing.svg(figure, none, "selu.odd", "en", "wide")
    with pytest.raises(ValueError, match="shares its line with Chinese: break"):
        drawing.svg(figure, none, "selu.odd", "zh", "wide")


def test_a_front_matter_that_is_not_yaml_is_told_with_its_line() -> None:
    page = parse(
        "en/a.md", "---\ndescription: few have to: a random one frees\n---\n\n# A\n"
    )
    (told,) = front_matter(page)
    assert told.startswith(
        "docs/en/a.md:2: the front matter is not YAML, mapping values"
    )
    assert not list(front_matter(parse("en/a.md", "---\ndescription: fine\n---\n")))
