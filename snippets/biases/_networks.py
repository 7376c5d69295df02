"""The networks of the running example: ways to start their weights and biases.

One set for each run, shaped as `snippets.laboratory.ensembles` wants it.
"""

from __future__ import annotations

import math
from itertools import pairwise

import torch
from torch import Tensor

from snippets.laboratory.seeding import generators

SIZES = (64, 100, 100, 100, 100, 100)  # inputs and hidden layers


def he_weights(
    seeds: range, outputs: int, sizes: tuple[int, ...] = SIZES
) -> list[Tensor]:
    """Draw every weight with He's variance 2/fan_in, matrices of shape (runs, fan_in, fan_out)."""
    streams = generators(seeds, "weights")
    return [
        torch.stack([torch.randn(n, m, generator=g) for g in streams])
        * math.sqrt(2 / n)
        for n, m in pairwise((*sizes, outputs))
    ]


def initial_biases(
    name: str, seeds: range, outputs: int = 10, sizes: tuple[int, ...] = SIZES
) -> list[Tensor]:
    """Start the hidden biases as `name` says, shape (runs, 1, fan_out); the output biases are 0.

    "default" is nn.Linear's, uniform in +-1/sqrt(fan_in); "he" draws biases as He draws weights; "zero"
    and "frozen" are 0; the others are constants.
    """
    constants = {
        "zero": 0.0,
        "frozen": 0.0,
        "tenth": 0.1,
        "one": 1.0,
        "minus_one": -1.0,
    }
    streams = generators(seeds, "biases")
    layers = []
    for n, m in pairwise(sizes):
        if name == "default":
            drawn = [2 * torch.rand(1, m, generator=g) - 1 for g in streams]
            layers.append(torch.stack(drawn) / math.sqrt(n))
        elif name == "he":
            drawn = [torch.randn(1, m, generator=g) for g in streams]
            layers.append(torch.stack(drawn) * math.sqrt(2 / n))
        else:
            layers.append(torch.full((len(seeds), 1, m), constants[name]))
    return [*layers, torch.zeros(len(seeds), 1, outputs)]
