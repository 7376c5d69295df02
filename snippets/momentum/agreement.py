"""Does the page compute what PyTorch computes? docs/explorables/momentum-math.js beside `torch.optim.SGD`."""

from __future__ import annotations

import math
import random
from itertools import product
from typing import NamedTuple

import torch

from snippets.evidence.estimates import Results
from snippets.laboratory.intervals import largest
from snippets.laboratory.javascript import apart, loaded
from snippets.laboratory.random_numbers import normals
from snippets.momentum.quadratic_momentum import quadratic_momentum

FILES = ("docs/explorables/random.js", "docs/explorables/momentum-math.js")
MOST_STEPS = 3e6  # more would take longer than all other settings together


class Setting(NamedTuple):
    """What the reader can set."""

    lr: float
    momentum: float
    curvature: float
    nesterov: bool


def agreement(seeds: range) -> Results:
    """The largest difference between JavaScript and PyTorch over settings that include the edges.

    `motion` compares five fields of what `quadratic_momentum` returns; `path` compares the places over
    300 steps, half of them with noise, with `torch.optim.SGD` in float64. Differences are shares of a number,
    or of the largest place of the path. `counts_apart` is in how many settings steps or crossings are not
    equal. The seeds draw the settings that are not edges.
    """
    draw = random.Random(seeds.start)
    settings = [*_edges(), *(_drawn(draw) for _ in range(60))]
    motions, paths, apart_counts = [], [], 0
    with loaded(FILES) as call:
        for number, setting in enumerate(settings):
            if _settles_in_reach(setting):
                ours, theirs = call("momentum.motion", *setting), _motion(setting)
                motions.append(max(apart(ours[name], theirs[name]) for name in theirs))
                apart_counts += any(
                    ours[name] != theirs[name] for name in ("steps", "crossings")
                )
            noise = normals(number, 300).tolist() if number % 2 else None
            theirs_path = _path(setting, noise)
            if all(map(math.isfinite, theirs_path)):
                ours_path = call("momentum.path", *setting, 0.7, noise)
                paths.append(apart(ours_path, theirs_path))
    errors = {"motion": max(motions), "path": max(paths)}
    results: Results = {
        "settings": largest([len(motions)], "1"),
        "paths": largest([len(paths)], "1"),
        "counts_apart": largest([apart_counts], "1"),
        "largest_error": largest(list(errors.values()), "1"),
    }
    for name, error in errors.items():
        results[f"{name}_error"] = largest([error], "1")
    return results


def _edges() -> list[Setting]:
    """The page's own settings, double roots, one step to the minimum, and learning rates near the limit."""
    momenta = (0.0, 0.5, 0.81, 0.9, 0.99, 0.999, 0.99999)
    own = [Setting(0.01, *s) for s in product(momenta, (1.0, 10.0), (False, True))]
    rates = ((0.25, 0.25), (1.0, 0.0), (1.0, 0.5), (2.5, 0.9), (3.7, 0.9), (1.3, 0.9))
    return own + [
        Setting(lr, b, 1.0, nesterov)
        for lr, b in (*rates, (1e-4, 0.98))
        for nesterov in (False, True)
    ]


def _drawn(draw: random.Random) -> Setting:
    lr = float(f"{10 ** draw.uniform(-4, 0):.2g}")
    friction = float(f"{10 ** draw.uniform(-5, 0):.2g}")
    condition = float(f"{10 ** draw.uniform(0, 2):.2g}")
    return Setting(lr, 1 - friction, condition, draw.random() < 0.5)


def _settles_in_reach(setting: Setting) -> bool:
    """Whether PyTorch's side can count the steps in a moment; where it diverges, there are none to count."""
    a, b = setting.lr * setting.curvature, setting.momentum
    t, d = ((1 + b) * (1 - a), b * (1 - a)) if setting.nesterov else (1 + b - a, b)
    rate = max(abs(z) for z in torch.linalg.eigvals(torch.tensor([[t, -d], [1, 0]])))
    return not 0 < rate < 1 or math.log(1e-3) / math.log(rate) < MOST_STEPS


def _motion(setting: Setting) -> dict[str, float]:
    lr, b, curvature, nesterov = setting
    found = quadratic_momentum(lr, b, curvature, nesterov=nesterov)
    return {
        "rate": found.rate,
        "period": found.period,
        "steps": found.settling_steps,
        "crossings": found.crossings,
        "gain": found.noise_gain,
    }


def _path(setting: Setting, noise: list[float] | None) -> list[float]:
    """The places of a weight under torch.optim.SGD, from 0.7 on."""
    w = torch.tensor([0.7], dtype=torch.float64, requires_grad=True)
    nesterov = setting.nesterov and setting.momentum > 0  # without momentum the same
    sgd = torch.optim.SGD(
        [w], lr=setting.lr, momentum=setting.momentum, nesterov=nesterov
    )
    places = [0.7]
    for k in range(300):
        gradient = setting.curvature * w.detach() + (noise[k] if noise else 0.0)
        w.grad = gradient.clone()
        sgd.step()
        places.append(w.item())
    return places
