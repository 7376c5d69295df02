"""Does the page compute what PyTorch computes? docs/explorables/activations-math.js beside both losses."""

from __future__ import annotations

import math
import random

import torch
from torch import Tensor

from snippets.activations._losses import after_sigmoid, of_logits, value_and_gradient
from snippets.activations.experiment import DTYPES, binary
from snippets.evidence.estimates import Estimate, Results
from snippets.laboratory.intervals import largest
from snippets.laboratory.javascript import apart, loaded

FILES = ("docs/explorables/activations-math.js",)


def agreement(seeds: range) -> Results:
    """The largest difference between JavaScript and PyTorch, over logits and types.

    The logits are those of the slider, 0 to 40 in quarters, and forty more in each type, which the seeds
    draw; compared are the stored probability, losses and gradients, as shares of a number. `blind_apart` is
    in how many types `binary` finds another first logit without a gradient than the page.

    PyTorch's exponential and ours may round the last digit differently, so float32 has an error of its own.
    """
    draw = random.Random(seeds.start)
    blind = binary(range(1))
    errors: dict[str, list[float]] = {name: [] for name in DTYPES}
    blind_apart = 0
    with loaded(FILES) as call:
        for name, dtype in DTYPES.items():
            typed = str(dtype).removeprefix("torch.")
            blind_apart += call("activations.blind", typed) != _value(blind, name)
            drawn = [round(draw.uniform(0, 40), 2) for _ in range(40)]
            logits = [k / 4 for k in range(161)] + drawn
            theirs = _theirs(torch.tensor(logits, dtype=torch.float64).to(dtype))
            for i, logit in enumerate(logits):
                ours = call("activations.at", typed, logit)
                errors[name] += [_apart(ours[key], theirs[key][i]) for key in theirs]
    results: Results = {
        "settings": largest([201 * len(DTYPES)], "1"),
        "blind_apart": largest([blind_apart], "1"),
        "largest_error": largest([max(map(max, errors.values()))], "1"),
    }
    for name, found in errors.items():
        results[f"{name}_error"] = largest([max(found)], "1")
    return results


def _value(blind: Results, name: str) -> float:
    found = blind[f"blind_{name}"]
    assert isinstance(found, Estimate)
    return found.value


def _theirs(z: Tensor) -> dict[str, list[float]]:
    own = value_and_gradient(after_sigmoid, z, 0)
    other = value_and_gradient(of_logits, z, 0)
    found = {
        "p": z.detach().sigmoid(),
        "ownLoss": own.loss,
        "ownGradient": own.gradient,
        "loss": other.loss,
        "gradient": other.gradient,
    }
    return {key: values.tolist() for key, values in found.items()}


def _apart(ours: float, theirs: float) -> float:
    return 0.0 if math.isnan(ours) and math.isnan(theirs) else apart(ours, theirs)
