"""Our own markup in what readers get stops a build, wherever it would be seen, and code is left alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tools.leaks import leaks

VERDICT = "[[verdict refuted: he-learns]]"
CODE = "<pre><code>x = [[1]]</code></pre><p>and <code translate='no'>[[a]]</code></p>"
NOTEBOOK = {
    "cells": [
        {"cell_type": "code", "source": ["x = [[1]]"], "outputs": [{"text": ["[[1]]"]}]}
    ]
}


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """What may stand in a site."""
    for name, text in {
        "zh/symmetry/index.html": CODE,
        "en/notebooks/symmetry/symmetry.ipynb": json.dumps(NOTEBOOK),
        "en/search/search_index.json": json.dumps({"docs": [{"text": CODE}]}),
        "evidence/symmetry.json": json.dumps({"series": [[1, 2], [3, 4]]}),
        "files/a.py": "x = [[1]]",
    }.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True)
        file.write_text(text)
    return tmp_path


def test_code_and_data_are_no_leaks(made: Path) -> None:
    assert list(leaks(made)) == []


@pytest.mark.parametrize(
    ("name", "text", "source"),
    [
        ("zh/symmetry/index.html", f"<p>{VERDICT}</p>", "docs/zh/symmetry.md"),
        ("en/index.html", f'<img alt="{VERDICT}">', "docs/en/index.md"),
        ("index.html", "<p>a [[symmetry.he</p>", "docs/index.md"),
        ("en/symmetry/index.html", "<p>&#91;[symmetry.he]]</p>", "docs/en/symmetry.md"),
        (
            "en/notebooks/symmetry/symmetry.ipynb",
            json.dumps(
                {"cells": [{"cell_type": "markdown", "source": ["a\n", VERDICT]}]}
            ),
            "docs/en/symmetry.md",
        ),
        (
            "en/search/search_index.json",
            json.dumps({"docs": [{"text": VERDICT}]}),
            "en/search/search_index.json",
        ),
        ("sitemap.xml", f"<loc>{VERDICT}</loc>", "docs/index.md"),
    ],
)
def test_a_leak_is_named_with_its_page(
    made: Path, name: str, text: str, source: str
) -> None:
    file = made / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    (fault,) = leaks(made)
    assert fault.startswith(source), fault
    assert "'[[" in fault and f"reaches the readers of {name}" in fault
