"""The running example: MNIST-1D, three hidden layers of 64 units, and what is asked of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor

from snippets.laboratory.ensembles import Activation, Ensemble, train
from snippets.laboratory.mnist1d import Split, splits
from snippets.laboratory.seeding import generators

SIZES = (40, 64, 64, 64, 10)
EPOCHS = 15


@dataclass(frozen=True)
class Hidden:
    """An activation of hidden layers, and the initialization that goes with it.

    Args:
        function: The activation.
        weight_variance: Variance of a weight times fan-in: 2 for He's, 1 for LeCun's.
    """

    function: Activation
    weight_variance: float


HIDDEN = {
    "relu": Hidden(F.relu, 2),
    "leaky": Hidden(F.leaky_relu, 2),
    "elu": Hidden(F.elu, 2),
    "gelu": Hidden(F.gelu, 2),
    "silu": Hidden(F.silu, 2),
    "selu": Hidden(F.selu, 1),
    "tanh": Hidden(torch.tanh, 1),
    "sigmoid": Hidden(torch.sigmoid, 1),
}


def initial_networks(
    name: str,
    seeds: range,
    sizes: Sequence[int] = SIZES,
    kind: type[Ensemble] = Ensemble,
) -> Ensemble:
    """Networks before training: normal weights of the activation's own variance, zero biases."""
    hidden, streams = HIDDEN[name], generators(seeds, "weights")
    weights = [
        torch.stack([torch.randn(n, m, generator=g) for g in streams])
        * math.sqrt(hidden.weight_variance / n)
        for n, m in pairwise(sizes)
    ]
    return kind(weights, activation=hidden.function)


def train_networks(
    name: str, lr: float, seeds: range, kind: type[Ensemble] = Ensemble
) -> tuple[Ensemble, Split]:
    """Networks after 15 epochs on MNIST-1D with Adam, and the data they learned."""
    nets, data = initial_networks(name, seeds, kind=kind), splits(seeds)
    train(
        nets,
        data.train_x,
        data.train_y,
        seeds=seeds,
        epochs=EPOCHS,
        optimizer=lambda parameters: torch.optim.Adam(parameters, lr=lr, fused=True),
    )
    return nets, data


def zeros(nets: Ensemble, x: Tensor) -> Tensor:
    """Share of hidden outputs that are exactly 0, shape (runs,)."""
    shares = [(h == 0).double().mean((1, 2)) for h in nets.hidden(x)]
    return torch.stack(shares).mean(0)


def preactivations(nets: Ensemble, x: Tensor) -> list[Tensor]:
    """What the activation of each hidden layer gets, shape (runs, examples, units) each."""
    inputs = [x, *nets.hidden(x)[:-1]]
    layers = zip(nets.biases[:-1], inputs, nets.weights[:-1], strict=True)
    return [torch.baddbmm(b, h, w) for b, h, w in layers]
