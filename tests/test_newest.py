"""The report on the newest versions names what has changed, and leaves out what has not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tools import newest

BEFORE = {"value": 0.5, "low": 0.4, "high": 0.6, "n": 20, "unit": "share"}


def known(holds: bool = True, **estimate: float) -> dict[str, Any]:
    claim = {"id": "learns", "holds": holds, "estimate": "a.b", "condition": "low > 0"}
    return {"claims": [claim], "estimates": {"a.b": BEFORE | estimate}}


@pytest.mark.parametrize(
    ("after", "holds", "told"),
    [
        ({"value": 0.55, "low": 0.45, "high": 0.65}, True, []),
        (
            {"value": 0.7, "low": 0.6, "high": 0.8},
            True,
            ["0.7 (0.6 to 0.8) share", "yes"],
        ),
        ({"low": -0.1}, False, ["0.5 (-0.1 to 0.6) share", "**no**"]),
    ],
)
def test_a_claim_is_told_that_fails_or_has_left_its_interval(
    after: dict[str, float], holds: bool, told: list[str]
) -> None:
    rows = list(newest.moved(known(), known(holds, **after)))
    there = ["learns", "low > 0", "0.5 (0.4 to 0.6) share"]
    assert [list(row) for row in rows] == ([there + told] if told else [])


def test_a_claim_that_failed_and_one_that_is_new_are_told() -> None:
    assert [row[-1] for row in newest.moved(known(holds=False), known())] == ["yes"]
    before = {"claims": [], "estimates": {}}
    (row,) = newest.moved(before, known())
    assert row[2] == "not there"


def test_an_exact_number_may_be_rounded_otherwise() -> None:
    exact = {"value": 0.1 + 0.2, "low": 0.1 + 0.2, "high": 0.1 + 0.2}
    other = {"value": 0.3, "low": 0.3, "high": 0.3}
    assert list(newest.moved(known(**exact), known(**other))) == []
    wrong = {"value": 0.3001, "low": 0.3001, "high": 0.3001}
    assert len(list(newest.moved(known(**exact), known(**wrong)))) == 1


def test_pages_are_told_by_what_they_say_other_than_numbers(tmp_path: Path) -> None:
    for site, texts in {
        "before": {"same": "It is 1.5.", "words": "It is 2.", "old": ""},
        "after": {"same": "It is 1.75.", "words": "It was 2.", "new": ""},
    }.items():
        for name, text in texts.items():
            file = tmp_path / site / f"{name}.html"
            file.parent.mkdir(exist_ok=True)
            file.write_text(f"<body><h1>Title</h1><p>{text}</p></body>")
    said = "\n".join(newest.pages(tmp_path / "before", tmp_path / "after"))
    assert "`old.html` is only there with the locked versions" in said
    assert "`new.html` is only there with the newest versions" in said
    assert "- `words.html`, 2 lines\n\n      -It is 0\n      +It was 0\n" in said
    assert "2 pages compared; 1 differ in nothing but numbers." in said
    assert "same.html" not in said


def test_packages_of_another_version_are_told() -> None:
    assert newest.newer(
        {"torch": "2.13.0", "numpy": "2", "ours": "1"},
        {"torch": "2.14.1", "numpy": "2"},
    ) == [("torch", "2.13.0", "2.14.1")]


def test_what_does_not_measure_or_build_is_told_and_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With an interpreter whose libraries break at once."""
    python = tmp_path / "python"
    python.write_text(
        '#!/bin/sh\n[ "$1" = -c ] && echo \'{"torch": "9"}\' && exit\necho "boom: $2"; exit 1\n'
    )
    python.chmod(0o755)
    for name in ("docs", "site/evidence"):
        (tmp_path / "home" / name).mkdir(parents=True)
    (tmp_path / "home" / "site" / "evidence" / "toy.json").write_text("{}")
    monkeypatch.setattr(newest, "ROOT", tmp_path / "home")
    monkeypatch.setattr(newest, "FOLDER", tmp_path / "newest")
    monkeypatch.setattr(newest, "questions", lambda: ["toy"])
    assert newest.main([str(python)]) == 1
    said = capsys.readouterr().out
    assert "| torch | " in said and " | 9 |" in said
    assert "## toy\n\n**Not measured**: boom: snippets" in said
    assert "- boom: pytest" in said
    assert "**There is no site**:\n\n    boom: tools.site" in said
