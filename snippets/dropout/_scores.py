"""How good probabilities are: one number per run, float64."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

BINS = 10


def nll(p: Tensor, y: Tensor) -> Tensor:
    """Mean negative log-likelihood in nats; p has shape (..., examples, classes), y (..., examples)."""
    return -p.double().gather(-1, y[..., None]).log().mean((-2, -1))


def brier(p: Tensor, y: Tensor) -> Tensor:
    """Mean squared distance to the true answer, summed over classes, in [0, 2]."""
    truth = F.one_hot(y, p.shape[-1])
    return (p.double() - truth).square().sum(-1).mean(-1)


def accuracy(p: Tensor, y: Tensor) -> Tensor:
    """Share of examples whose likeliest class is the true one."""
    return (p.argmax(-1) == y).double().mean(-1)


def overconfidence(p: Tensor, y: Tensor) -> Tensor:
    """Mean confidence, the probability of the likeliest class, minus accuracy."""
    return p.amax(-1).double().mean(-1) - accuracy(p, y)


def calibration_error(p: Tensor, y: Tensor) -> Tensor:
    """Expected calibration error: confidence against accuracy in ten bins of equal width."""
    confidence, guess = p.max(-1)
    gap = (guess == y).double() - confidence.double()
    index = (confidence * BINS).long().clamp(max=BINS - 1)
    bins = torch.zeros(*y.shape[:-1], BINS, dtype=torch.float64)
    return bins.scatter_add_(-1, index, gap).abs().sum(-1) / y.shape[-1]


def auroc(inside: Tensor, outside: Tensor) -> Tensor:
    """Chance that an example from outside scores higher than one from inside, ties counting half.

    Args:
        inside: Shape (runs, examples).
        outside: Shape (runs, other examples).

    Returns:
        Shape (runs,).
    """
    inside, outside = inside.sort(-1).values.contiguous(), outside.contiguous()
    below = torch.searchsorted(inside, outside)
    upto = torch.searchsorted(inside, outside, right=True)
    return (below + upto).double().mean(-1) / (2 * inside.shape[-1])
