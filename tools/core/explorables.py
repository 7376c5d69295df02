"""Figures that a reader can turn: their HTML, and their scripts in one file.

`snippets/<slug>/explorable.py` has the words and the controls, in the page's language; `docs/explorables` the
scripts. Until a script runs, and where none does, the static figure is there.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator
from html import escape
from pathlib import Path
from types import ModuleType

import rjsmin

from snippets.evidence.fingerprint import other_files
from snippets.evidence.questions import ROOT, questions

FOLDER = "docs/explorables"


def takes_place(question: str, figure: str) -> bool:
    """Whether a question has an explorable in the place of a figure."""
    return _file(question).exists() and figure == _module(question).FIGURE


def html(question: str, language: str, static: str, script: str) -> str:
    """A figure with what brings it to life.

    Args:
        question: Its slug.
        language: "zh" or "en".
        static: The static figure.
        script: Address of its script.
    """
    made = _module(question)

    def say(zh: str, en: str) -> str:
        return zh if language == "zh" else en

    words = escape(json.dumps(made.words(say), ensure_ascii=False))
    return (
        f'<div class="explorable" data-explorable="{question}" data-script="{script}" data-words="{words}">'
        f'<div class="static">{static}</div><form autocomplete="off" hidden>{made.form(say)}'
        '<p class="spoken" aria-live="polite"></p></form></div>'
    )


def scripts() -> Iterator[tuple[str, str]]:
    """Of each explorable its script: the address below the site's root, and the text."""
    for question in questions():
        if _file(question).exists():
            yield address(question), _script(question)


def address(question: str) -> str:
    """Where the script of an explorable stands below the site's root."""
    return f"assets/explorables/{question}.js"


def _script(question: str) -> str:
    """What it shares, its mathematics, which is compared with PyTorch, and what it draws."""
    mathematics = other_files(_file(question).with_name("agreement.py"))
    files = (f"{FOLDER}/kit.js", *mathematics, f"{FOLDER}/{question}.js")
    whole = "\n".join((ROOT / file).read_text(encoding="utf-8") for file in files)
    return f"{rjsmin.jsmin(whole)}\n"


def _file(question: str) -> Path:
    return ROOT / "snippets" / question / "explorable.py"


def _module(question: str) -> ModuleType:
    return importlib.import_module(f"snippets.{question}.explorable")
