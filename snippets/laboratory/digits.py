"""Handwritten digits: the 1,797 images of 8 x 8 pixels that scikit-learn ships."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from sklearn.datasets import load_digits
from torch import Tensor

from snippets.laboratory.seeding import generators

TEST_IMAGES = 360


@dataclass(frozen=True)
class Split:
    """One split of the digits per run, standardized: the training pixels have mean 0 and variance 1.

    One mean and one variance serve all pixels, so that a pixel that is always blank
    stays constant instead of becoming noise.

    Args:
        train_x: Shape (runs, 1437, 64), dtype float32.
        train_y: Shape (runs, 1437), classes 0 to 9, dtype int64.
        test_x: Shape (runs, 360, 64).
        test_y: Shape (runs, 360).
    """

    train_x: Tensor
    train_y: Tensor
    test_x: Tensor
    test_y: Tensor


def splits(seeds: range) -> Split:
    """Split the digits into training and test set, anew for each seed.

    Args:
        seeds: One seed per run.

    Returns:
        The stacked splits. An interval over them covers the choice of the split as
        well.
    """
    pixels, classes = load_digits(return_X_y=True)
    x, y = torch.tensor(pixels).float(), torch.tensor(classes).long()
    order = torch.stack(
        [torch.randperm(len(y), generator=g) for g in generators(seeds, "split")]
    )
    test, train = order[:, :TEST_IMAGES], order[:, TEST_IMAGES:]
    center = x[train].mean((1, 2), keepdim=True)
    scale = x[train].std((1, 2), keepdim=True)
    return Split(
        (x[train] - center) / scale, y[train], (x[test] - center) / scale, y[test]
    )
