"""What becomes of a network whose layers each start at one value?

The running example: the digits, a multilayer perceptron 64-100-100-100-100-100-10 with
ReLU, zero biases, Adam with lr 1e-3, batches of 64, 15 epochs. W1 to W6 are its weight
matrices, layers 1 to 5 its hidden layers. Every public function is a measurement; the
first word of a key is the function that measured it.
"""

from __future__ import annotations

import math
from itertools import pairwise

import torch
from torch import Tensor

from snippets.evidence.digits import splits
from snippets.evidence.ensembles import Ensemble, train
from snippets.evidence.estimates import Results
from snippets.evidence.seeding import generators
from snippets.evidence.statistics import curve, mean
from snippets.symmetry.effective_rank import effective_rank

SIZES = (64, 100, 100, 100, 100, 100, 10)
EPOCHS = 15
BATCH = 64


def he(seeds: range) -> Results:
    """He initialization: every weight is drawn by itself."""
    return _trained(_he(seeds), seeds)


def one_draw(seeds: range) -> Results:
    """The question taken literally: one draw from He's distribution serves a whole matrix."""
    return _trained([w[:, :1, :1].expand_as(w).clone() for w in _he(seeds)], seeds)


def constant(seeds: range) -> Results:
    """Every weight is 1/fan_in: positive and scaled, so that a layer passes on the mean of its inputs."""
    return _trained(_constant(seeds), seeds)


def random_third(seeds: range) -> Results:
    """Constant everywhere, but W3 is random."""
    weights = _constant(seeds)
    weights[2] = _he(seeds)[2]
    return _trained(weights, seeds)


def _he(seeds: range) -> list[Tensor]:
    streams = generators(seeds, "weights")
    return [
        torch.stack([torch.randn(n, m, generator=g) for g in streams])
        * math.sqrt(2 / n)
        for n, m in pairwise(SIZES)
    ]


def _constant(seeds: range) -> list[Tensor]:
    return [torch.full((len(seeds), n, m), 1 / n) for n, m in pairwise(SIZES)]


def _trained(weights: list[Tensor], seeds: range) -> Results:
    """Train from these weights: accuracies, and how many features each hidden layer ends with."""
    data = splits(seeds)
    nets = Ensemble(weights)
    test_accuracy = [nets.accuracy(data.test_x, data.test_y)]
    train(
        nets,
        data.train_x,
        data.train_y,
        seeds=seeds,
        epochs=EPOCHS,
        batch_size=BATCH,
        after_epoch=lambda _: test_accuracy.append(
            nets.accuracy(data.test_x, data.test_y)
        ),
    )
    found: Results = {
        "train_accuracy": mean(nets.accuracy(data.train_x, data.train_y), "share"),
        "test_accuracy": mean(test_accuracy[-1], "share"),
        "test_accuracy_by_epoch": curve(
            torch.stack(test_accuracy, 1), range(EPOCHS + 1), "share", "epochs"
        ),
    }
    for layer, outputs in enumerate(nets.hidden(data.test_x), start=1):
        found[f"rank_layer{layer}"] = mean(effective_rank(outputs), "1")
    return found
