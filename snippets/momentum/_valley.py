"""Rosenbrock's curved valley, f(x, y) = (1 - x)^2 + 100 (y - x^2)^2, with its minimum 0 at (1, 1)."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor


class Descent(NamedTuple):
    """Of each run: when f was first below the level, when it stayed there, and whether it ended high."""

    touched: Tensor
    settled: Tensor
    diverged: Tensor


def roll(
    start: Tensor, lr: Tensor, momentum: Tensor, steps: int, level: float = 1e-6
) -> Descent:
    """SGD with momentum, PyTorch's formula, exact gradients, float64.

    Args:
        start: Shape (..., 2).
        lr: Broadcasts with the starts.
        momentum: Broadcasts with the starts.
        steps: How many.
        level: What counts as arrived.

    Returns:
        Steps of first touch and of settling, float64, inf where there is none within `steps`, and
        whether f ends at 1e12 or above, overflow included.
    """
    spread = torch.broadcast_tensors(start[..., 0], start[..., 1], lr, momentum)
    x, y, lr, momentum = (t.double().clone() for t in spread)
    v, w = torch.zeros_like(x), torch.zeros_like(x)
    last = torch.zeros_like(x)
    touched = torch.full_like(x, torch.inf)
    for step in range(steps + 1):
        off = y - x * x
        toward = 1 - x
        f = toward * toward + 100 * (off * off)
        arrived = f <= level
        last.masked_fill_(~arrived, step + 1)  # it may settle from the next step on
        touched = torch.where(arrived, touched.clamp(max=step), touched)
        v.mul_(momentum).add_(-2 * toward - 400 * (x * off))
        w.mul_(momentum).add_(200 * off)
        x.addcmul_(lr, v, value=-1)
        y.addcmul_(lr, w, value=-1)
    return Descent(touched, last.masked_fill(last > steps, torch.inf), ~(f < 1e12))
