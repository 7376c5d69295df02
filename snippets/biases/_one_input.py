"""One input: hidden layers of 100 ReLU units learn a sine, for which they have to bend in many places."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from snippets.biases._networks import he_weights, initial_biases
from snippets.laboratory.ensembles import Ensemble

UNITS = 100
STEPS = 2000
POINTS = 64
STANDARDIZED = math.sqrt(3)  # inputs spread evenly up to here have variance 1


def unexplained(
    name: str, seeds: range, farthest: float = STANDARDIZED, layers: int = 1
) -> Tensor:
    """Train on sin(4x), full batches, Adam with lr 1e-3; what share of its variance is left, shape (runs,).

    Inputs are spaced evenly between -farthest and farthest, and the share is taken halfway between them.

    Args:
        name: How the hidden biases start, as in `initial_biases`.
        seeds: One seed per run.
        farthest: The largest input, > 0.
        layers: Number of hidden layers.
    """
    sizes = (1, *[UNITS] * layers)
    nets = Ensemble(he_weights(seeds, 1, sizes), initial_biases(name, seeds, 1, sizes))
    biases = nets.biases[-1:] if name == "frozen" else nets.biases
    learned = [p.requires_grad_() for p in (*nets.weights, *biases)]
    adam = torch.optim.Adam(learned, lr=1e-3, fused=True)
    grid = torch.linspace(-farthest, farthest, 2 * POINTS + 1)
    x, between = (
        part.view(1, -1, 1).expand(len(seeds), -1, -1)
        for part in (grid[::2], grid[1::2])
    )
    for _ in range(STEPS):
        adam.zero_grad()
        # Summed over runs, which share no parameter: each gets the gradient of its own mean.
        loss = (nets.logits(x) - torch.sin(4 * x)).square().mean((1, 2)).sum()
        loss.backward()
        adam.step()
    target = torch.sin(4 * between)
    with torch.no_grad():
        errors = (nets.logits(between) - target).square().mean((1, 2)).double()
    return errors / target[0].var(correction=0)
