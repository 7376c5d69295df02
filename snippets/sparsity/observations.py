"""What sparse products and FTRL cost on the machine that builds the site."""

from __future__ import annotations

import math
from functools import partial
from itertools import pairwise

import torch
import torch.nn.functional as F

from snippets.evidence.estimates import Results
from snippets.laboratory.intervals import mean
from snippets.laboratory.seeding import generators
from snippets.laboratory.timing import seconds_per_call
from snippets.sparsity.ftrl import FTRL
from snippets.sparsity.magnitude_masks import magnitude_masks
from snippets.sparsity.sparse_report import to_csr

ENTRIES = 1024
PERCENT = (25, 50, 80, 90, 95, 99)
MODELS = {
    "small": (64, 64, 64, 10),
    "middle": (784, 256, 256, 10),
    "large": (784, 2048, 2048, 10),
}


def product(seeds: range) -> Results:
    """Time of a dense product over that in CSR, indices of 32 bits; 1024 x 1024 float32, by batch.

    Above 1 the zeros pay; `break_even` is the share of zeros where it is 1, by interpolation between the
    shares beside it, on a scale of logarithms. Named by share, it is `csr @ x[0]`, which has a kernel of its
    own, at batch 1 and `csr @ x.T` at batch 256; `linear` is what `nn.Linear` does with the same weight. The
    first four seeds.
    """
    ratios: dict[str, list[float]] = {}
    shares: dict[str, list[float]] = {}
    for g in generators(seeds[:4], "product"):
        weight = torch.randn(ENTRIES, ENTRIES, generator=g)
        sparse = {}
        for percent in PERCENT:
            (mask,) = magnitude_masks([weight], percent / 100)
            sparse[percent] = to_csr(weight * mask)
        for batch in (1, 256):
            x = torch.randn(batch, ENTRIES, generator=g)
            calls = {"dense": partial(F.linear, x, weight)}
            for percent, csr in sparse.items():
                calls[str(percent)] = partial(_product, csr, x)
            calls["linear_90"] = partial(F.linear, x, sparse[90])
            times = seconds_per_call(calls, rounds=3)
            dense = times.pop("dense")
            for name, seconds in times.items():
                ratios.setdefault(f"batch{batch}_{name}", []).append(dense / seconds)
            found = [dense / times[str(percent)] for percent in PERCENT]
            shares.setdefault(f"batch{batch}_break_even", []).append(_break_even(found))
    means: Results = {name: mean(values, "1") for name, values in ratios.items()}
    return means | {name: mean(values, "share") for name, values in shares.items()}


def _product(weight: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    return weight @ x[0] if len(x) == 1 else weight @ x.T


def _break_even(ratios: list[float]) -> float:
    """Share of zeros at which the ratio passes 1; the nearest one measured if it does not."""
    points = list(zip(PERCENT, map(math.log, ratios), strict=True))
    for (low, below), (high, above) in pairwise(points):
        if below < 0 <= above:
            return (low + (high - low) * below / (below - above)) / 100
    return (PERCENT[0] if ratios[0] >= 1 else PERCENT[-1]) / 100


def step(seeds: range) -> Results:
    """Time of a step of FTRL, with l1, over one of Adagrad's with `foreach`, by size of the network.

    The first four seeds.
    """
    ratios: dict[str, list[float]] = {name: [] for name in MODELS}
    for g in generators(seeds[:4], "step"):
        for name, sizes in MODELS.items():
            calls = {
                "ftrl": FTRL(_parameters(sizes, g), l1=0.1).step,
                "adagrad": torch.optim.Adagrad(
                    _parameters(sizes, g), foreach=True
                ).step,
            }
            times = seconds_per_call(calls)
            ratios[name].append(times["ftrl"] / times["adagrad"])
    return {name: mean(values, "1") for name, values in ratios.items()}


def _parameters(sizes: tuple[int, ...], g: torch.Generator) -> list[torch.nn.Parameter]:
    made = []
    for n, m in pairwise(sizes):
        shapes: tuple[tuple[int, ...], ...] = ((m, n), (m,))
        for shape in shapes:
            values, grads = (
                torch.randn(shape, generator=g),
                torch.randn(shape, generator=g),
            )
            parameter = torch.nn.Parameter(values)
            parameter.grad = grads
            made.append(parameter)
    return made
