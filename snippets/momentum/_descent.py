"""Many runs of SGD with momentum side by side, each with its own momentum and learning rate."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

Losses = Callable[[int], Tensor]
Watch = Callable[[int], None]


def descend(
    parameters: list[Tensor],
    lr: Tensor,
    momentum: Tensor,
    losses: Losses,
    steps: int,
    watch: Watch = lambda _: None,
) -> tuple[Tensor, list[Tensor]]:
    """Train in place as `torch.optim.SGD` does, which has one momentum for all.

    Args:
        parameters: Shape (runs, ...) each.
        lr: One per run, shape (runs,).
        momentum: One per run, shape (runs,).
        losses: Loss of each run at a step, shape (runs,).
        steps: How many.
        watch: Called before every step, and with `steps` after the last.

    Returns:
        The losses before each step, shape (runs, steps), and the momentum buffers.
    """
    buffers = [torch.zeros_like(p) for p in parameters]
    curve = []
    for step in range(steps):
        watch(step)
        for p in parameters:
            p.requires_grad_()
        now = losses(step)
        gradients = torch.autograd.grad(now.sum(), parameters)
        curve.append(now.detach())
        for p, v, g in zip(parameters, buffers, gradients, strict=True):
            p.requires_grad_(False)
            shape = (-1, *[1] * (p.ndim - 1))
            v.mul_(momentum.view(shape)).add_(g)
            p.sub_(lr.view(shape) * v)
    watch(steps)
    return torch.stack(curve, 1), buffers


def steps_to_settle(curve: Tensor, level: float, every: int = 1) -> Tensor:
    """When each curve is at or below the level for good; where it never is, its whole length.

    Args:
        curve: Values, shape (..., times); NaN counts as above.
        level: To be reached and kept.
        every: Steps between two times.

    Returns:
        Steps, shape (...), float64.
    """
    above = ~(curve <= level)
    # How many times there are up to the last one above: those after it are looked at from the end.
    last = above.shape[-1] - above.flip(-1).int().argmax(-1)
    return torch.where(above.any(-1), last, 0).double() * every


def count_peaks(curve: Tensor, least: float) -> Tensor:
    """How many times each curve turns down from a value above `least`: (..., times) -> (...)."""
    before, at, after = curve[..., :-2], curve[..., 1:-1], curve[..., 2:]
    return ((at > before) & (at > after) & (at > least)).sum(-1).double()
