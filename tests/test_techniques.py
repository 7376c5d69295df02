"""What makes a technique easy to copy."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from snippets.evidence.questions import techniques

ROOT = Path(__file__).parents[1]
FILES = [ROOT / "snippets" / question / f"{name}.py" for question, name in techniques()]

# Modules that compute; io has files in memory, sys the smallest number, zlib and time what is compared.
COMPUTING = {
    *("__future__", "cmath", "collections", "contextlib", "copy", "dataclasses"),
    *("enum", "fractions", "functools", "heapq", "io", "itertools", "math"),
    *("operator", "random", "statistics", "sys", "time", "torch", "typing"),
    *("warnings", "zlib"),
}
# What leads out of them: functions that are always there, and parts of torch, io and sys.
REACHING = {
    *("__builtins__", "__import__", "breakpoint", "compile", "eval", "exec"),
    *("globals", "input", "open", ".classes", ".FileIO", ".from_file", ".hub"),
    *(".load", ".open", ".open_code", ".ops", ".serialization"),
}


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_it_imports_torch_and_what_computes_and_reaches_nothing_else(
    file: Path,
) -> None:
    """As SECURITY.md promises."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}:{node.lineno} imports a sibling"
            names = [node.module or ""]
        for name in names:
            top = name.partition(".")[0]
            assert top in COMPUTING, f"{file}:{node.lineno}: {name}"
        if isinstance(node, ast.Name | ast.Attribute):
            name = node.id if isinstance(node, ast.Name) else f".{node.attr}"
            assert name not in REACHING, f"{file}:{node.lineno}: {name}"


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_it_is_short_and_fits_the_page(file: Path) -> None:
    lines = file.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 200
    assert [n for n, line in enumerate(lines, 1) if len(line) > 88] == []
