"""The figures of a question, in the words of a language: drawn where something has changed, else as kept."""

from __future__ import annotations

import ast
import importlib
import sys
import time
from html import escape
from types import ModuleType

from snippets.evidence.fingerprint import source_hash
from snippets.evidence.judging import Evidence
from snippets.evidence.questions import ROOT, tree
from tools.core.kept import kept

POSTER = (1200, 630)  # pixels, as chats show a picture of a page

_loaded: dict[str, str] = {}  # questions to the source of what draws their figures


def names(question: str) -> list[str]:
    """The figures of a question: the public functions of its `figures.py`.

    Raises:
        SourceError: If it is not there, or not valid Python.
    """
    return [node.name for node in _public(question)]


def has_data(question: str, name: str) -> bool:
    """Whether a figure shows what was measured; one that draws a definition has a parameter `_evidence`."""
    node = next(node for node in _public(question) if node.name == name)
    return node.args.args[0].arg != "_evidence"


def _public(question: str) -> list[ast.FunctionDef]:
    return [
        node
        for node in tree(ROOT / _file(question)).body
        if isinstance(node, ast.FunctionDef) and node.name[0] != "_"
    ]


def draw(
    question: str,
    name: str,
    evidence: Evidence,
    language: str,
    alternative: str,
    small: bool = False,
) -> str:
    """Draw a figure twice, for wide and for narrow screens; the stylesheet shows the one that fits.

    Args:
        question: Its slug.
        name: Name of the figure.
        evidence: What is known of the question.
        language: "zh" or "en".
        alternative: Text for those who do not see it.
        small: Whether only its first panel is drawn, once, small enough for a card.

    Returns:
        Two `<svg>` elements; a reader mode, which has no stylesheet of ours, leaves out the hidden one. Of a
        small figure one element.
    """

    def svg(size: str) -> str:
        drawn = _drawn(question, name, evidence, language, size)
        label = f'aria-label="{escape(alternative)}"'
        return drawn.replace('aria-label=""', label, 1)

    if small:
        return svg("small")
    return f'<div class="wide">{svg("wide")}</div><div class="narrow" hidden>{svg("narrow")}</div>'


def poster(question: str, name: str, evidence: Evidence) -> bytes:
    """Draw the first panel of a figure as a PNG for links to the page, without a word."""
    return _drawn(question, name, evidence).encode("latin-1")


def emblem() -> bytes:
    """The picture of the pages that have no figure: the site's own mark."""

    def make() -> str:
        from tools.core import drawing  # matplotlib takes as long to load as many pages

        return drawing.emblem(POSTER).decode("latin-1")

    return kept("figures", lambda: "emblem", make).encode("latin-1")


def _drawn(question: str, name: str, evidence: Evidence, *how: str) -> str:
    """A figure in a language and a size, or without either its poster's bytes."""
    # All that it may depend on: its words and its numbers, and not how they were measured.
    values = Evidence(question, evidence.estimates, evidence.series)

    def make() -> str:
        from tools.core import drawing

        draw = getattr(_functions(question), name)
        if not how:
            return drawing.poster(draw, values, POSTER).decode("latin-1")
        return drawing.svg(draw, values, f"{question}.{name}", *how)

    return kept("figures", lambda: (_source(question), values, name, how), make)


def _module(question: str) -> str:
    return f"snippets.{question}.figures"


def _file(question: str) -> str:
    return f"snippets/{question}/figures.py"


def _source(question: str) -> str:
    """Hash of the code that draws: of what is loaded, as the server loads it once a build."""
    if _module(question) not in sys.modules or question not in _loaded:
        _loaded[question] = source_hash(_file(question))
    return _loaded[question]


def _functions(question: str) -> ModuleType:
    fresh = _module(question) not in sys.modules
    module = importlib.import_module(_module(question))
    if fresh and source_hash(_file(question)) != _loaded.get(question):
        # Saved at this very moment: nobody knows what was loaded, and no other build may take it for known.
        _loaded[question] = f"{time.time_ns()}"
    return module
