"""What words, controls and script of an explorable do not have in common is told with its place."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from snippets.laboratory.controls import drawing, slider
from tools.rules import explorables

SCRIPT = """kit.start("toy", ({ part, tell, words }) => {
  kit.panel(part("valley"), { title: words.valley, label: words["lead in"] });
  tell("lr", words.settles);
});
"""
SOURCE = """def words(say):
    return {
        "valley": say("谷", "Valley"),
        "lead in": say("开头", "Lead"),
        "settles": say("{steps} 步", "{steps} steps"),
    }
"""


def toy(words: dict[str, tuple[str, str]], form: str) -> SimpleNamespace:
    def said(say):
        return {name: say(*sentence) for name, sentence in words.items()}

    return SimpleNamespace(words=said, form=lambda _: form)


@pytest.fixture
def faults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """What is told of the toy's script beside other words, or another form."""
    for name, text in {
        "docs/explorables/toy.js": SCRIPT,
        "snippets/toy/explorable.py": SOURCE,
    }.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True)
        file.write_text(text, encoding="utf-8")
    words = {
        "valley": ("谷", "Valley"),
        "lead in": ("开头", "Lead"),
        "settles": ("{steps} 步", "{steps} steps"),
    }
    form = drawing("valley", 300, 200, "a valley") + slider(
        "lr", "rate", -3, 0, 0.1, -2, "log"
    )
    monkeypatch.setattr(explorables, "ROOT", tmp_path)
    monkeypatch.setattr(explorables, "exists", lambda _: True)

    def told(more=None, without=None, form=form):
        own = {k: v for k, v in (words | (more or {})).items() if k != without}
        monkeypatch.setattr(explorables, "module", lambda _: toy(own, form))
        return list(explorables.faults("toy"))

    return told


def test_what_fits_is_not_told(faults) -> None:
    assert faults() == []


def test_a_number_of_one_language_is_told_where_it_is_said(faults) -> None:
    (told,) = faults({"settles": ("很快", "{steps} steps")})
    assert told.startswith("snippets/toy/explorable.py:5: {steps} of 'settles' is said")


def test_what_a_script_takes_must_be_there(faults) -> None:
    (told,) = faults({"valleys": ("谷", "Valleys")}, without="valley")
    place = "docs/explorables/toy.js:2: there is no words 'valley' in snippets/toy/"
    assert told == f"{place}explorable.py; is it 'valleys'?"
    (told,) = faults(without="lead in")
    assert "toy.js:2: there is no words 'lead in' in " in told
    part, control = faults(form="")
    assert "toy.js:2: there is no part 'valley' in " in part
    assert "toy.js:3: there is no control 'lr' in " in control
    assert control.endswith("; there are: none")


def test_words_that_raise_are_told(faults, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = SimpleNamespace(words=lambda _: 1 / 0)
    monkeypatch.setattr(explorables, "module", lambda _: broken)
    told = list(explorables.faults("toy"))
    assert told == ["snippets/toy/explorable.py:1: ZeroDivisionError: division by zero"]
