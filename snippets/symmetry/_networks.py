"""The networks of the running example: ways to start their weights, one set for each run.

A matrix has shape (runs, fan_in, fan_out), as `snippets.laboratory.ensembles` wants it.
"""

from __future__ import annotations

import math
from itertools import pairwise

import torch
from torch import Tensor

from snippets.laboratory.seeding import generators

SIZES = (64, 100, 100, 100, 100, 100, 10)


def he_weights(seeds: range) -> list[Tensor]:
    """Draw every weight by itself, with He's variance 2/fan_in."""
    streams = generators(seeds, "weights")
    return [
        torch.stack([torch.randn(n, m, generator=g) for g in streams])
        * math.sqrt(2 / n)
        for n, m in pairwise(SIZES)
    ]


def constant_weights(
    seeds: range, sizes: tuple[int, ...] = SIZES, dtype: torch.dtype = torch.float32
) -> list[Tensor]:
    """Set every weight to 1/fan_in: positive and scaled, so that a layer passes on the mean of its inputs."""
    return [
        torch.full((len(seeds), n, m), 1 / n, dtype=dtype) for n, m in pairwise(sizes)
    ]


def constant_weights_but(seeds: range, *random: int) -> list[Tensor]:
    """Set every weight to 1/fan_in, but draw the matrices of these numbers, counted from 1, as He does."""
    both = zip(constant_weights(seeds), he_weights(seeds), strict=True)
    return [
        drawn if i in random else fixed
        for i, (fixed, drawn) in enumerate(both, start=1)
    ]


def identity_weights(seeds: range) -> list[Tensor]:
    """Set every matrix to the identity, the last one to 0; at first, 36 units of 100 get no input."""
    weights = [torch.eye(n, m).repeat(len(seeds), 1, 1) for n, m in pairwise(SIZES)]
    weights[-1].zero_()
    return weights


def rotation(seeds: range, units: int) -> Tensor:
    """Draw an orthogonal matrix that fixes the vector of ones, as its transpose then does too.

    In an orthonormal basis whose first vector points along the ones, it turns all the others at random.
    Shape (runs, units, units), float64.
    """
    turned = []
    for g in generators(seeds, "rotation"):
        basis = torch.randn(units, units, generator=g, dtype=torch.float64)
        basis[:, 0] = 1
        basis = torch.linalg.qr(basis).Q
        turn = torch.eye(units, dtype=torch.float64)
        turn[1:, 1:] = torch.linalg.qr(
            torch.randn(units - 1, units - 1, generator=g, dtype=torch.float64)
        ).Q
        turned.append(basis @ turn @ basis.T)
    return torch.stack(turned)
