"""States of an explorable as a reader can set them, read from its controls."""

from __future__ import annotations

import importlib
import math
import random
import re
from collections.abc import Iterator
from typing import Any

from bs4 import BeautifulSoup, Tag

from snippets.evidence.questions import ROOT, questions
from tools.core.explorables import takes_place

EXPLORABLES = [
    question
    for question in questions()
    if (ROOT / "snippets" / question / "explorable.py").exists()
]
State = dict[str, Any]


def words(question: str, language: str) -> dict[str, str]:
    """What an explorable says, by the names in its script."""
    module = importlib.import_module(f"snippets.{question}.explorable")
    assert takes_place(question, module.FIGURE)
    found: dict[str, str] = module.words(lambda zh, en: zh if language == "zh" else en)
    return found


def placeholders(sentence: str) -> set[str]:
    """The names in braces."""
    return set(re.findall(r"\{(\w+)\}", sentence))


def states(question: str, count: int) -> Iterator[State]:
    """Random states: every slider at its ends in a fifth of them, every box ticked in half."""
    module = importlib.import_module(f"snippets.{question}.explorable")
    form = BeautifulSoup(module.form(lambda _, en: en), "html.parser")
    inputs: dict[str, list[Tag]] = {}
    for tag in form.select("[name]"):
        inputs.setdefault(str(tag["name"]), []).append(tag)
    draw = random.Random(question)
    for _ in range(count):
        yield {name: _drawn(tags, draw) for name, tags in inputs.items()}


def _drawn(tags: list[Tag], draw: random.Random) -> object:
    tag = tags[0]
    if tag["type"] == "radio":
        return draw.choice([str(one["value"]) for one in tags])
    if tag["type"] == "checkbox":
        return draw.random() < 0.5
    low, high, step = (float(str(tag[end])) for end in ("min", "max", "step"))
    if tag["type"] == "number":
        return draw.randint(int(low), int(high))
    if draw.random() < 0.2:
        at = draw.choice([low, high])
    else:
        at = round(low + step * draw.randint(0, round((high - low) / step)), 9)
    return _value(str(tag["data-scale"]), at, low)


def _value(scale: str, at: float, low: float) -> float:
    """What a position stands for, as in docs/explorables/kit.js."""
    if scale == "linear":
        return at
    if scale == "friction":
        return round(1 - _tidy(10**-at), 9)
    if scale == "logit":
        return _tidy(1 / (1 + math.exp(-at)))
    if scale == "count":
        return round(10**at)
    return 0.0 if scale == "log0" and at <= low else _tidy(10**at)


def _tidy(value: float) -> float:
    return float(f"{value:.2g}")
