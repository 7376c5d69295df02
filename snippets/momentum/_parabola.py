"""A weight on a parabola of curvature 1, where each step is taken, with or without noise."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

WEIGHTS = 300  # of each run under noise
BLOCK = 100  # steps whose noise is drawn at once


def step(
    x: Tensor,
    v: Tensor,
    gradient: Tensor,
    lr: float | Tensor,
    momentum: float | Tensor,
    nesterov: bool = False,
) -> tuple[Tensor, Tensor]:
    """One step as `torch.optim.SGD` takes it: the weight and its momentum buffer after it."""
    v = momentum * v + gradient
    return x - lr * (gradient + momentum * v if nesterov else v), v


def long_run_variance(
    streams: list[torch.Generator],
    lr: float,
    momentum: float,
    steps: int,
    nesterov: bool = False,
) -> Tensor:
    """Mean square of the weight in the last quarter of the steps, unit noise in each gradient.

    Returns:
        Shape (runs,), float32; over 300 weights a run, looked at every 10 steps.
    """
    x, v = torch.zeros(2, len(streams), WEIGHTS)
    squares = []
    for i, noise in enumerate(_unit_noise(streams, steps)):
        x, v = step(x, v, x + noise, lr, momentum, nesterov)
        if i >= 0.75 * steps and i % 10 == 0:
            squares.append(x.square().mean(1))
    return sum(squares, torch.zeros(len(streams))) / len(squares)


def _unit_noise(streams: list[torch.Generator], steps: int) -> Iterator[Tensor]:
    """Standard normal numbers for each step, shape (runs, WEIGHTS)."""
    for _ in range(0, steps, BLOCK):
        block = [torch.randn(BLOCK, WEIGHTS, generator=g) for g in streams]
        yield from torch.stack(block, 1)  # (BLOCK, runs, WEIGHTS)
