"""What makes a technique easy to copy."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

from snippets.evidence.questions import techniques

ROOT = Path(__file__).parents[1]
FILES = [ROOT / "snippets" / question / f"{name}.py" for question, name in techniques()]


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_it_imports_torch_and_the_standard_library_only(file: Path) -> None:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}:{node.lineno} imports a sibling"
            names = [node.module or ""]
        for name in names:
            top = name.partition(".")[0]
            assert top == "torch" or top in sys.stdlib_module_names, (
                f"{file}:{node.lineno}: {name}"
            )


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_it_is_short_and_fits_the_page(file: Path) -> None:
    lines = file.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 200
    assert [n for n, line in enumerate(lines, 1) if len(line) > 88] == []


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_its_docstring_says_what_one_must_know(file: Path) -> None:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            text = ast.get_docstring(node) or ""
            for part in ("Args:", "Returns:", "Raises:", "Examples:"):
                assert part in text, f"{file}:{node.lineno}: {node.name} has no {part}"
