"""What activation functions cost on the machine that builds the site, against ReLU."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor

from snippets.evidence.estimates import Results
from snippets.laboratory.intervals import mean
from snippets.laboratory.seeding import generators
from snippets.laboratory.timing import seconds_per_call

EXAMPLES, UNITS = 256, 1024
TIMED: dict[str, Callable[[Tensor], Tensor]] = {
    "relu": F.relu,
    "leaky": F.leaky_relu,
    "elu": F.elu,
    "selu": F.selu,
    "gelu": F.gelu,
    "gelu_tanh": partial(F.gelu, approximate="tanh"),
    "silu": F.silu,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
}


def cost(seeds: range) -> Results:
    """Time of an activation, forward and backward, over ReLU's; 256 x 1024 standard normal inputs, float32.

    `layer` is the same for the linear layer with as many outputs as inputs that stands before it.
    """
    ratios: dict[str, list[float]] = {name: [] for name in (*TIMED, "layer")}
    for stream in generators(seeds, "inputs"):
        x = torch.randn(EXAMPLES, UNITS, generator=stream, requires_grad=True)
        weight = torch.randn(UNITS, UNITS, generator=stream, requires_grad=True)
        cotangent = torch.randn(EXAMPLES, UNITS, generator=stream)
        calls = {
            name: partial(_there_and_back, function, x, (x,), cotangent)
            for name, function in TIMED.items()
        }
        calls["layer"] = partial(
            _there_and_back, partial(F.linear, weight=weight), x, (x, weight), cotangent
        )
        times = seconds_per_call(calls, rounds=3)
        for name, found in ratios.items():
            found.append(times[name] / times["relu"])
    return {name: mean(found, "1") for name, found in ratios.items()}


def _there_and_back(
    function: Callable[[Tensor], Tensor],
    x: Tensor,
    leaves: tuple[Tensor, ...],
    cotangent: Tensor,
) -> None:
    torch.autograd.grad(function(x), leaves, cotangent)
