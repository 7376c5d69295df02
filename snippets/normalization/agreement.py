"""Does the page compute what PyTorch computes? normalization-math.js beside `torch.nn.BatchNorm1d`."""

from __future__ import annotations

import math
import random
from functools import cache
from typing import NamedTuple

import torch
from torch import Tensor

from snippets.evidence.estimates import Results
from snippets.laboratory.intervals import largest
from snippets.laboratory.javascript import apart, loaded
from snippets.laboratory.random_numbers import normals

FILES = ("docs/explorables/random.js", "docs/explorables/normalization-math.js")
STEPS, CHANGE, LARGEST = 60, 30, 256


class Setting(NamedTuple):
    """What the reader can set."""

    n: int  # examples of a batch
    momentum: float  # weight of the newest batch in running averages
    shift: float  # by how much pre-activations move before batch 30
    sorted: bool  # whether a batch has one class only


def agreement(seeds: range) -> Results:
    """The largest difference between JavaScript and PyTorch over settings that include the edges.

    60 batches go through `torch.nn.BatchNorm1d` in float64. Compared are, after each, its running statistics
    and the followed example in training and in evaluation, as shares of the largest of a setting. The seeds
    draw the settings that are not edges.
    """
    draw = random.Random(seeds.start)
    settings = [*_edges(), *(_drawn(draw) for _ in range(12))]
    errors = []
    with loaded(FILES) as call:
        for setting in settings:
            ours, theirs = call("normalization.run", setting._asdict()), _run(setting)
            for name, values in theirs.items():
                pairs = zip(ours[name], values, strict=True)
                there = [pair for pair in pairs if not all(map(math.isnan, pair))]
                errors.append(apart(*map(list, zip(*there, strict=True))))
    return {
        "settings": largest([len(settings)], "1"),
        "largest_error": largest(errors, "1"),
    }


def _edges() -> list[Setting]:
    """The page's own settings, and the ends of all controls."""
    own = [Setting(n, 0.1, 0.0, mixed) for n in (2, 8, 256) for mixed in (False, True)]
    ends = [Setting(n, m, 4.0, False) for n in (2, 8, 256) for m in (0.01, 1.0)]
    return own + ends


def _drawn(draw: random.Random) -> Setting:
    n, momentum = round(2 ** draw.uniform(1, 8)), 10 ** draw.uniform(-2, 0)
    shift = draw.randint(0, 16) / 4
    return Setting(n, float(f"{momentum:.2g}"), shift, draw.random() < 0.5)


@cache
def _drawn_numbers() -> tuple[Tensor, Tensor]:
    return normals(1, STEPS * LARGEST), normals(2, STEPS * LARGEST)


def _batch(setting: Setting, step: int) -> Tensor:
    """Pre-activations of a batch, shape (n,), the followed example first where it is there."""
    rows = slice(step * LARGEST, step * LARGEST + setting.n)
    deviations, sides = (numbers[rows] for numbers in _drawn_numbers())
    there = not setting.sorted or step % 2 == 0
    up = torch.full_like(sides, there) if setting.sorted else (sides > 0).double()
    z = 2 * up - 1 + 0.5 * deviations
    if there:
        z[0] = 1.0
    return z + (setting.shift if step >= CHANGE else 0.0)


def _run(setting: Setting) -> dict[str, list[float]]:
    """Running statistics after each batch, and the followed example in training and in evaluation."""
    norm = torch.nn.BatchNorm1d(
        1, momentum=setting.momentum, affine=False, dtype=torch.float64
    )
    seen: dict[str, list[float]] = {
        name: [] for name in ("means", "variances", "training", "evaluation")
    }
    for step in range(STEPS):
        z = _batch(setting, step)[:, None]
        there = not setting.sorted or step % 2 == 0
        first = norm.train()(z)[0].item()
        trained = first if there else math.nan
        moved = setting.shift if step >= CHANGE else 0.0
        marked = torch.tensor([[1.0 + moved]], dtype=torch.float64)
        evaluated = norm.eval()(marked).item()
        statistics = norm.get_buffer("running_mean"), norm.get_buffer("running_var")
        found = (*(s.item() for s in statistics), trained, evaluated)
        for name, value in zip(seen, found, strict=True):
            seen[name].append(value)
    return seen
