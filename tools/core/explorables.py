"""Figures that a reader can turn: their HTML, their scripts, and the script that all share.

`snippets/<slug>/explorable.py` has the words and the controls, in the page's language; `docs/explorables` the
scripts. Until a script runs, and where none does, the static figure is there.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterable, Iterator
from html import escape
from pathlib import Path
from types import ModuleType

import rjsmin

from snippets.evidence.fingerprint import other_files
from snippets.evidence.questions import ROOT, questions

FOLDER = "docs/explorables"
KIT = "assets/explorables/kit.js"
SAY = {"zh": lambda zh, _: zh, "en": lambda _, en: en}


def exists(question: str) -> bool:
    """Whether a question has an explorable."""
    return _file(question).exists()


def takes_place(question: str, figure: str) -> bool:
    """Whether a question has an explorable in the place of a figure."""
    return exists(question) and figure == module(question).FIGURE


def html(question: str, language: str, static: str, scripts: Iterable[str]) -> str:
    """A figure with what brings it to life.

    Args:
        question: Its slug.
        language: "zh" or "en".
        static: The static figure.
        scripts: Addresses of its scripts, in their order.
    """
    made, say = module(question), SAY[language]
    words = escape(json.dumps(made.words(say), ensure_ascii=False))
    own = f'data-explorable="{question}" data-scripts="{" ".join(scripts)}" data-words="{words}"'
    return (
        f'<div class="explorable" {own}>'
        f'<div class="static">{static}</div><form autocomplete="off" hidden>{made.form(say)}'
        '<p class="spoken" aria-live="polite"></p></form></div>'
    )


def scripts() -> Iterator[tuple[str, str]]:
    """The scripts of all explorables: the address below the site's root, and the text."""
    turned = list(filter(exists, questions()))
    if turned:
        yield KIT, _joined([f"{FOLDER}/kit.js"])
    for question in turned:
        # its mathematics, which is compared with PyTorch, and what it draws
        mathematics = other_files(_file(question).with_name("agreement.py"))
        yield _address(question), _joined([*mathematics, f"{FOLDER}/{question}.js"])


def addresses(question: str) -> tuple[str, str]:
    """Where the scripts of an explorable stand below the site's root, in their order."""
    return KIT, _address(question)


def _address(question: str) -> str:
    return f"assets/explorables/{question}.js"


def _joined(files: list[str]) -> str:
    whole = "\n".join((ROOT / file).read_text(encoding="utf-8") for file in files)
    return f"{rjsmin.jsmin(whole)}\n"


def _file(question: str) -> Path:
    return ROOT / "snippets" / question / "explorable.py"


def module(question: str) -> ModuleType:
    """Its words and controls: `FIGURE`, `words(say)`, `form(say)`."""
    return importlib.import_module(f"snippets.{question}.explorable")
