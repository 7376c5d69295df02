"""The code of a question: techniques to copy, claims that can fail, figures, examples on pages."""

from __future__ import annotations

import ast
import importlib
import inspect
import math
import sys
from collections.abc import Iterator

from snippets.evidence.fingerprint import source_hash
from snippets.evidence.judging import Evidence, claim_place
from snippets.evidence.questions import ROOT, SourceError, raised, techniques, tree
from tools.core import figures as drawn
from tools.core.kept import kept
from tools.core.pages import Page
from tools.core.words import UNITS

SECTIONS = ("Args", "Returns", "Raises", "Examples")
# Where a value of a unit can lie: a bound outside of it excludes nothing.
_RANGES = {
    "share": (0.0, 1.0),
    "points": (-100.0, 100.0),
    **dict.fromkeys(("steps", "layers", "values"), (0.0, float("inf"))),
}


def examples(page: Page) -> Iterator[str]:
    """Python blocks of a page that are not Python."""
    for line, code in page.code_blocks:
        try:
            ast.parse(code)
        except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
            at = line + (getattr(error, "lineno", 1) or 1)
            reason = getattr(error, "msg", None) or str(error)
            yield f"docs/{page.source}:{at}: this is not Python, {reason}; mend it, or call the block ```text"


def copied(question: str) -> Iterator[str]:
    """Techniques that need more than torch, or do not say what one must know."""
    for slug, name in techniques():
        if slug != question:
            continue
        file = f"snippets/{question}/{name}.py"
        try:
            module = tree(ROOT / file)
        except SourceError as error:
            yield str(error)
            continue
        yield from _imports(file, module)
        defined = {
            node.name.lower()
            for node in module.body
            if isinstance(node, ast.FunctionDef | ast.ClassDef)
        }
        if not ast.get_docstring(module):
            yield f"{file}:1: the file has no docstring; begin it with one sentence of what it is for"
        if name not in defined:
            yield f"{file}:1: a technique is a function or a class of its file\u2019s name; define {name}"
            continue
        for node in (n for n in module.body if isinstance(n, ast.FunctionDef)):
            if node.name.startswith("_"):
                continue
            text = ast.get_docstring(node) or ""
            for section in SECTIONS:
                if f"{section}:" not in text:
                    yield (
                        f"{file}:{node.lineno}: the docstring of {node.name} has no {section}:; "
                        "write it, with shapes, units and ranges"
                    )


def _imports(file: str, module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        if isinstance(node, ast.Name) and node.id in ("__import__", "eval", "exec"):
            yield (
                f"{file}:{node.lineno}: a technique calls {node.id!r}, which may bring in anything; "
                "write plain imports and expressions"
            )
        if not isinstance(node, ast.Import | ast.ImportFrom):
            continue
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = ["." * node.level + (node.module or "")]
        for name in names:
            allowed = {"torch", *sys.stdlib_module_names} - {"importlib", "runpy"}
            if name.partition(".")[0] not in allowed:
                yield (
                    f"{file}:{node.lineno}: a technique imports {name!r}; readers copy it alone, "
                    "so take torch and the standard library only"
                )


def claims(evidence: Evidence) -> Iterator[str]:
    """Claims that no result could refute."""
    for judged in evidence.claims:
        claim, estimate = judged.claim, judged.estimate
        if estimate is None:
            continue
        # Of a unit without ends nothing is known but what was measured; so many times that is no bound.
        far = 1000 * max(1.0, abs(estimate.low), abs(estimate.high))
        low, high = _RANGES.get(estimate.unit, (-far, far))
        below = claim.below is None or claim.below > high or math.isinf(claim.below)
        above = claim.above is None or claim.above < low or math.isinf(claim.above)
        if below and above:
            lies = "always lies" if estimate.unit in _RANGES else "surely lies"
            yield (
                f"{claim_place(evidence.question, claim.id)}: claim {claim.id!r} cannot fail: "
                f"{claim.estimate} {lies} between {low:g} and {high:g}; set a bound inside"
            )


def units(evidence: Evidence) -> Iterator[str]:
    """Units that would stand on Chinese pages in English."""
    for key, estimate in evidence.estimates.items():
        if estimate.unit not in UNITS["zh"]:
            measuring = (
                m for m in evidence.measured if m.name == key.partition(".")[0]
            )
            place = next(
                (f"{m.file}:{m.line}" for m in measuring), "tools/core/words.py:1"
            )
            yield (
                f"{place}: {key} has the unit {estimate.unit!r}, which Chinese pages have no word for; "
                "write it in UNITS of tools/core/words.py, or one of "
                + ", ".join(map(repr, UNITS["zh"]))
            )


def figures(evidence: Evidence) -> Iterator[str]:
    """Figures that raise, where all that they draw is measured."""
    question = evidence.question
    if evidence.missing or evidence.fault:
        return
    file = f"snippets/{question}/figures.py"
    try:
        names = drawn.names(question)
    except SourceError as error:
        yield str(error)
        return
    values = Evidence(question, evidence.estimates, evidence.series)
    depends = (source_hash(file), values)
    yield from kept("drawn", lambda: depends, lambda: list(_draw(file, names, values)))


def _draw(file: str, names: list[str], values: Evidence) -> Iterator[str]:
    import matplotlib.pyplot as plt  # slow to load

    from tools.core.drawing import STYLE

    try:
        module = importlib.import_module(file.removesuffix(".py").replace("/", "."))
    except (Exception, SystemExit) as error:  # somebody is writing it
        yield f"{raised(error, file)}; so no figure of it can be drawn"
        return
    for name in names:
        draw = getattr(module, name)
        for say in (lambda zh, _: zh, lambda _, en: en):
            try:
                with plt.rc_context(STYLE):
                    draw(values, say, True)
            except (Exception, SystemExit) as error:
                yield f"{raised(error, file)}; so figure:{values.question}.{name} cannot be drawn"
                break
            finally:
                plt.close("all")
        if len(inspect.signature(draw).parameters) != 3:
            line = draw.__code__.co_firstlineno
            yield f"{file}:{line}: a figure takes evidence, say and wide; write them"
