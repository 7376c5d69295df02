"""A hash of everything that a measurement depends on.

The code of its experiment and of all that it imports from this repository (comments and
docstrings aside), what its `FILES` name, the seeds, the versions of Python and of the numerical
libraries.
Read from the source: neither torch nor an experiment is imported to find out whether a
measurement is up to date.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import json
import platform
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from snippets.evidence.questions import (
    ROOT,
    Measurement,
    SourceError,
    relative,
    text,
    tree,
)

LIBRARIES = ("torch", "numpy", "scipy", "scikit-learn", "mnist1d", "mini-racer")
IMPORTERS = ("import_module", "__import__")


def key(measurement: Measurement, seeds: range) -> str:
    """The fingerprint of a measurement: 20 hexadecimal digits."""
    ends = [seeds.start, seeds.stop]
    return hashed(str(measurement), ends, source_hash(measurement.file))


def hashed(*parts: object) -> str:
    """20 hexadecimal digits for what JSON can hold, and for Python and the numerical libraries."""
    content = [*parts, platform.python_version(), versions()]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:20]


@cache
def versions() -> dict[str, str]:
    """Installed versions of the numerical libraries, without importing them."""
    installed = dict.fromkeys(LIBRARIES, "not installed")
    for name in LIBRARIES:
        with suppress(PackageNotFoundError):
            installed[name] = version(name)
    return installed


def source_hash(file: str) -> str:
    """Hash of the code of a file, given relative to the repository, and of all that it needs from there."""
    files = sorted(_closure(ROOT / file))
    digest = hashlib.sha256()
    for path in files:
        code = _code(path, path.stat().st_mtime_ns)
        digest.update(f"{relative(path)}\n{code}\n".encode())
    return digest.hexdigest()[:20]


def _closure(start: Path) -> set[Path]:
    """The file and all files of the repository that it imports or names in `FILES`, directly or not."""
    seen: set[Path] = set()
    todo = [start]
    while todo:
        path = todo.pop()
        if path not in seen:
            seen.add(path)
            todo += _imports(path, path.stat().st_mtime_ns)
    return seen


@cache
def _imports(path: Path, _changed: int) -> list[Path]:
    return list(_imported(path)) if path.suffix == ".py" else []


def other_files(path: Path) -> tuple[str, ...]:
    """The other files that a Python file reads, relative to the repository: its `FILES`, a literal."""
    for node in tree(path).body:
        if isinstance(node, ast.Assign) and _name(node.targets[0]) == "FILES":
            place = f"{relative(path)}:{node.lineno}"
            try:
                files = map(ROOT.joinpath, ast.literal_eval(node.value))
                named = tuple(map(relative, files))
            except (ValueError, TypeError) as error:
                raise SourceError(
                    f'{place}: FILES holds no names; write FILES = ("docs/\u2026",)'
                ) from error
            for name in named:
                if not (ROOT / name).is_file():
                    raise SourceError(f"{place}: there is no file {name!r}; write it")
            return named
    return ()


def _imported(path: Path) -> Iterator[Path]:
    yield from (ROOT / name for name in other_files(path))
    package = ".".join(path.relative_to(ROOT).parent.parts)
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from _files(alias.name)
        elif isinstance(node, ast.ImportFrom):
            name = "." * node.level + (node.module or "")
            base = importlib.util.resolve_name(name, package) if node.level else name
            yield from _files(base)
            for alias in node.names:
                yield from _files(f"{base}.{alias.name}")
        # What this package imports by a computed name are claims, on which no measurement depends.
        elif (
            isinstance(node, ast.Call)
            and package != __package__
            and _name(node.func) in IMPORTERS
        ):
            module = getattr(node.args[0], "value", None) if node.args else None
            if not isinstance(module, str):
                raise SourceError(
                    f"{relative(path)}:{node.lineno}: this import's name is computed, so nobody can tell "
                    "what the measurement depends on; write the name as a literal"
                )
            if module.startswith("."):
                raise SourceError(
                    f"{relative(path)}:{node.lineno}: write the full name {package + module!r} "
                    "in this import, or use an import statement"
                )
            yield from _files(module)


def _name(function: ast.expr) -> str | None:
    """A name, or the last part of a dotted one."""
    return getattr(function, "attr", getattr(function, "id", None))


def _files(name: str) -> Iterator[Path]:
    """Files of the repository that importing the module `name` executes; none for other libraries."""
    parts = name.split(".")
    if parts[0] != "snippets":
        return
    for end in range(1, len(parts) + 1):
        folder = ROOT.joinpath(*parts[:end])
        for candidate in (folder / "__init__.py", folder.with_suffix(".py")):
            if candidate.is_file():
                yield candidate


@cache
def _code(path: Path, _changed: int) -> str:
    """The code of a file, of Python without comments, docstrings and layout."""
    if path.suffix != ".py":
        return text(path)
    # A fresh tree: the shared one must not change.
    module = ast.parse(text(path))
    for node in ast.walk(module):
        if isinstance(
            node, ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
        ) and (ast.get_docstring(node, clean=False) is not None):
            node.body = node.body[1:]
    return ast.dump(module)
