"""The networks of the running example before training, their data, and what is read off them."""

from __future__ import annotations

import math
from itertools import pairwise

import torch
from torch import Tensor

from snippets.laboratory import digits, mnist1d
from snippets.laboratory.ensembles import Ensemble
from snippets.laboratory.seeding import generators

SIZES = {"digits": (64, 64, 64, 10), "mnist1d": (40, 100, 100, 10)}

Data = digits.Split | mnist1d.Split


def load_splits(name: str, seeds: range) -> Data:
    """The splits of a data set by its name."""
    return digits.splits(seeds) if name == "digits" else mnist1d.splits(seeds)


def he_networks(name: str, seeds: range, purpose: str = "weights") -> Ensemble:
    """Networks with He's weights and zero biases."""
    streams = generators(seeds, purpose)
    return Ensemble(
        [
            math.sqrt(2 / n)
            * torch.stack([torch.randn(n, m, generator=g) for g in streams])
            for n, m in pairwise(SIZES[name])
        ]
    )


def zero_regressions(name: str, seeds: range) -> Ensemble:
    """Softmax regressions whose weights and biases are 0."""
    features, *_, classes = SIZES[name]
    return Ensemble([torch.zeros(len(seeds), features, classes)])


def copy_networks(nets: Ensemble) -> Ensemble:
    """The same networks once more."""
    return Ensemble([w.clone() for w in nets.weights], [b.clone() for b in nets.biases])


def test_accuracy(nets: Ensemble, data: Data) -> Tensor:
    """Share of test examples classified correctly, shape (runs,)."""
    return nets.accuracy(data.test_x, data.test_y)


def test_points(nets: Ensemble, data: Data) -> Tensor:
    """Test accuracy of each run, in percentage points, so that differences are in points."""
    return 100 * test_accuracy(nets, data)


def absolute_weights(nets: Ensemble) -> Tensor:
    """Absolute weights of each run, biases aside, shape (runs, weights)."""
    return torch.cat([w.flatten(1) for w in nets.weights], 1).abs()


def zero_shares(nets: Ensemble) -> Tensor:
    """Share of exact zeros among the weights of each run, biases aside, shape (runs,)."""
    return (absolute_weights(nets) == 0).double().mean(1)
