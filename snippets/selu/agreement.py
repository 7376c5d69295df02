"""Does the page compute what PyTorch computes? docs/explorables/selu-math.js beside `mean_field`."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import product
from typing import NamedTuple

import torch
from torch import Tensor

from snippets.evidence.estimates import Results
from snippets.laboratory.intervals import largest
from snippets.laboratory.javascript import apart, loaded
from snippets.selu.mean_field import mean_field

FILES = ("docs/explorables/selu-math.js",)
DEPTH = 50
ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "selu": torch.selu,
    "relu": torch.relu,
}


class Setting(NamedTuple):
    """What the reader can set, for one of the two."""

    activation: str
    tau: float  # number of inputs times variance of a weight
    start: float  # second moment of the inputs


def agreement(seeds: range) -> Results:
    """The largest difference between JavaScript and PyTorch over settings that include the edges.

    `through` compares second moments of a signal and of gradients over 50 layers with `mean_field`, which
    integrates over `torch.selu` and `torch.relu`; `layer` does so for one layer, in more settings; `fixed`
    compares fixed points with what a layer makes of them. Differences are shares of the number that stands in
    the same layer. `counts_apart` is in how many settings of `through` the page counts other layers to the
    fixed point. The seeds draw the settings that are not edges.
    """
    draw = random.Random(seeds.start)
    orbits = [*_edges(), *(_drawn(draw, "selu") for _ in range(7))]
    singles = [_drawn(draw, name) for name in ACTIVATIONS for _ in range(25)]
    errors, counts_apart = {"through": 0.0, "layer": 0.0, "fixed": 0.0}, 0
    with loaded(FILES) as call:

        def meet(kind: str, ours: float, theirs: float) -> None:
            errors[kind] = max(errors[kind], apart(ours, theirs))

        for setting in orbits:
            ours, theirs = call("selu.through", *setting), _through(setting)
            for name in theirs:
                for pair in zip(ours[name], theirs[name], strict=True):
                    meet("through", *pair)
            _, tau, start = setting
            if setting.activation == "selu" and 0.477 < tau < 1.811:
                goal = call("selu.fixed", tau)
                meet("fixed", goal, goal * _layer("selu", tau, goal)[0])
                near = [abs(q / goal - 1) <= 0.1 for q in theirs["signal"]]
                counted = call("selu.layersTo", tau, start)
                counts_apart += min(counted, DEPTH + 1) != [*near, True].index(True)
        for setting in singles:
            found = call("selu.layer", *setting)
            for name, value in zip(
                ("signal", "gradient"), _layer(*setting), strict=True
            ):
                meet("layer", found[name], value)
    results: Results = {
        "settings": largest([len(orbits) + len(singles)], "1"),
        "counts_apart": largest([counts_apart], "1"),
        "largest_error": largest(list(errors.values()), "1"),
    }
    for kind, error in errors.items():
        results[f"{kind}_error"] = largest([error], "1")
    return results


def _edges() -> list[Setting]:
    """The page's own settings, and both ends of both sliders."""
    own = [
        Setting("selu", tau, start) for tau in (9 / 16, 1.0) for start in (0.01, 100.0)
    ]
    corners = [Setting("selu", *s) for s in product((0.24, 4.2), (0.01, 100.0))]
    limits = [Setting("selu", tau, 1.0) for tau in (0.33, 0.48, 1.0, 1.8, 2.0, 8.4)]
    return own + corners + limits + [Setting("relu", tau, 1.0) for tau in (0.24, 2.0)]


def _drawn(draw: random.Random, activation: str) -> Setting:
    tau, start = 10 ** draw.uniform(-0.625, 0.625), 10 ** draw.uniform(-2, 2)
    return Setting(activation, float(f"{tau:.2g}"), float(f"{start:.2g}"))


def _layer(activation: str, tau: float, start: float) -> tuple[float, float]:
    """By what a layer multiplies the second moment of a signal, and of gradients."""
    found = mean_field(ACTIVATIONS[activation], 0.0, start, weight_variance=tau)
    return (found.variance + found.mean**2) / start, found.gradient_factor


def _through(setting: Setting) -> dict[str, list[float]]:
    """Second moments at the inputs and after each layer; gradients start with 1 at the last."""
    activation, tau, start = setting
    signal, growth = [start], []
    for _ in range(DEPTH):
        factor, chi = _layer(activation, tau, signal[-1])
        signal.append(signal[-1] * factor)
        growth.append(chi)
    gradient = [1.0]
    for chi in reversed(growth):
        gradient.append(gradient[-1] * chi)
    return {"signal": signal, "gradient": gradient[::-1]}
