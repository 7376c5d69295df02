"""Least squares that can be fitted: the noise of minibatches vanishes at the solution, with the distance."""

from __future__ import annotations

import torch
from torch import Tensor

from snippets.laboratory.seeding import generators
from snippets.momentum._parabola import step

FEATURES, EXAMPLES, BATCH = 20, 512, 32
STEPS = 5_000
BLOCK = 100  # steps whose examples are drawn at once


def distance_left(
    seeds: range,
    lr: float,
    momentum: float,
    *,
    nesterov: bool = False,
    full: bool = False,
) -> Tensor:
    """Distance from the solution after all steps, over that at the start, shape (runs,).

    Inputs and what is looked for are standard normal, and the targets have no noise. So the weights can be
    told as what is still missing in them, and the loss of an example is (x . missing)^2 / 2.

    Args:
        seeds: One set of examples and one order of them for each, the same for all settings.
        lr: Learning rate.
        momentum: As PyTorch's.
        nesterov: Whether the momentum is Nesterov's.
        full: Whether each step uses all examples, not 32 drawn anew.
    """
    examples, order = generators(seeds, "examples"), generators(seeds, "order")
    x = torch.stack(
        [
            torch.randn(EXAMPLES, FEATURES, generator=g, dtype=torch.float64)
            for g in examples
        ]
    )  # (runs, examples, features)
    start = torch.ones(len(seeds), FEATURES, dtype=torch.float64)
    missing, v = start, torch.zeros_like(start)
    rows = torch.arange(len(seeds))[:, None]
    part = x
    for i in range(STEPS):
        if not full:
            if i % BLOCK == 0:
                drawn = [
                    torch.randint(EXAMPLES, (BLOCK, BATCH), generator=g) for g in order
                ]
                block = torch.stack(drawn, 1)  # (BLOCK, runs, BATCH)
            part = x[rows, block[i % BLOCK]]
        errors = (part @ missing[:, :, None]).squeeze(2)  # (runs, examples)
        gradient = (errors[:, None] @ part).squeeze(1) / part.shape[1]
        missing, v = step(missing, v, gradient, lr, momentum, nesterov)
    left: Tensor = missing.norm(dim=1) / start.norm(dim=1)
    return left
