"""The nets of this question: two hidden layers of ReLU units, each followed by dropout, float32."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

import torch
from torch import Tensor, nn

from snippets.laboratory.ensembles import Ensemble
from snippets.laboratory.seeding import generators


def initial_networks(
    features: int, width: int, p: float, seeds: range, kind: str = "he"
) -> Ensemble:
    """Nets before training; those of equal seeds are paired.

    Weights have the variance of He's initialization, or with kind="default" that of `nn.Linear`'s,
    which is a sixth of it, and `nn.Linear`'s biases.
    """
    streams = generators(seeds, "weights")
    weights, biases = [], []
    for n, m in pairwise((features, width, width, 10)):
        bound = math.sqrt((6 if kind == "he" else 1) / n)
        # (runs, n + 1, m): the last row is for biases.
        uniform = torch.stack([torch.rand(n + 1, m, generator=g) for g in streams])
        layer = bound * (2 * uniform - 1)
        weights.append(layer[:, :-1].contiguous())
        biases.append(layer[:, -1:] * (kind == "default"))
    return Ensemble(weights, biases, dropout=p)


def adam(parameters: list[Tensor]) -> torch.optim.Optimizer:
    """Adam with a learning rate that makes the most of few steps."""
    return torch.optim.Adam(parameters, lr=5e-3, fused=True)


@torch.no_grad()
def sample_probabilities(
    nets: Ensemble, x: Tensor, samples: int, masks: torch.Generator
) -> Iterator[Tensor]:
    """Probabilities with dropout on, one pass after the other, shape (runs, examples, classes)."""
    for _ in range(samples):
        yield nets.logits(x, masks).softmax(-1)


class AsModule(nn.Module):
    """Nets of all runs as one module, for functions that take a module.

    Inputs have shape (examples, runs, features), outputs (examples, classes, runs).
    """

    def __init__(self, nets: Ensemble) -> None:
        super().__init__()
        self.nets = nets
        self.dropout = nn.Dropout(nets.dropout)

    def forward(self, x: Tensor) -> Tensor:
        """Logits of all runs."""
        h = x.transpose(0, 1)
        layers = list(zip(self.nets.weights, self.nets.biases, strict=True))
        for weight, bias in layers[:-1]:
            h = self.dropout(self.nets.activation(torch.baddbmm(bias, h, weight)))
        weight, bias = layers[-1]
        return torch.baddbmm(bias, h, weight).permute(1, 2, 0)
