"""MNIST-1D: ten hand-drawn shapes as noisy sequences of 40 numbers, made anew by the `mnist1d` package.

Harder than the digits, so that methods differ, and small enough for many runs. 5,000 examples, always the
same ones; each run splits them anew.

Source:
    Greydanus (2020), Scaling down deep learning, arXiv:2011.14439; package `mnist1d`, default settings.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from mnist1d.data import get_dataset_args, make_dataset
from torch import Tensor

from snippets.laboratory.seeding import generators

TRAIN_EXAMPLES = 3000
VALIDATION_EXAMPLES = 1000


@dataclass(frozen=True)
class Split:
    """One split of MNIST-1D per run; over all examples the inputs have mean 0 and variance 1.

    Args:
        train_x: Shape (runs, 3000, 40), dtype float32.
        train_y: Shape (runs, 3000), classes 0 to 9, dtype int64.
        validation_x: Shape (runs, 1000, 40), to choose hyperparameters with.
        validation_y: Shape (runs, 1000).
        test_x: Shape (runs, 1000, 40), to report on.
        test_y: Shape (runs, 1000).
    """

    train_x: Tensor
    train_y: Tensor
    validation_x: Tensor
    validation_y: Tensor
    test_x: Tensor
    test_y: Tensor


def splits(seeds: range) -> Split:
    """Split MNIST-1D into training, validation and test set, anew for each seed.

    Args:
        seeds: One seed per run.

    Returns:
        The stacked splits. An interval over them covers the choice of the split as well.
    """
    x, y = _examples()
    order = torch.stack(
        [torch.randperm(len(y), generator=g) for g in generators(seeds, "split")]
    )
    train, validation, test = order.tensor_split(
        (TRAIN_EXAMPLES, TRAIN_EXAMPLES + VALIDATION_EXAMPLES), dim=1
    )
    return Split(x[train], y[train], x[validation], y[validation], x[test], y[test])


@cache
def _examples() -> tuple[Tensor, Tensor]:
    # The package seeds the global generators of Python, NumPy and PyTorch; others may count on theirs.
    states = random.getstate(), np.random.get_state(), torch.get_rng_state()
    try:
        made = make_dataset(get_dataset_args())
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])
        torch.set_rng_state(states[2])
    x = np.concatenate([made["x"], made["x_test"]])
    y = np.concatenate([made["y"], made["y_test"]])
    return torch.tensor(x).float(), torch.tensor(y).long()
