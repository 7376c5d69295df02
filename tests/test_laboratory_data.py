"""The data sets of the experiments."""

from __future__ import annotations

import random

import numpy as np
import torch
from sklearn.datasets import load_digits

from snippets.evidence.questions import ROOT
from snippets.laboratory import digits, few_digits, mnist1d
from snippets.laboratory.javascript import loaded


def test_digits_are_split_by_seed_and_standardized_by_their_training_part() -> None:
    both, one = digits.splits(range(3, 5)), digits.splits(range(4, 5))
    # A run does not depend on its neighbors, but for the order in which means are added up.
    assert torch.equal(both.train_y[1:], one.train_y)
    torch.testing.assert_close(both.train_x[1:], one.train_x, atol=1e-5, rtol=0)
    assert not torch.equal(both.train_y[0], both.train_y[1])
    assert both.train_x.shape == (2, 1437, 64) and both.test_y.shape == (2, 360)
    torch.testing.assert_close(
        both.train_x.mean((1, 2)), torch.zeros(2), atol=1e-5, rtol=0
    )
    torch.testing.assert_close(
        both.train_x.std((1, 2)), torch.ones(2), atol=1e-5, rtol=0
    )


def test_mnist1d_is_split_by_seed_and_leaves_the_global_generators_alone() -> None:
    mnist1d._examples.cache_clear()
    random.seed(1)
    np.random.seed(1)
    torch.manual_seed(1)
    expected = random.random(), np.random.rand(), torch.rand(())
    random.seed(1)
    np.random.seed(1)
    torch.manual_seed(1)
    both = mnist1d.splits(range(3, 5))
    assert (random.random(), np.random.rand(), torch.rand(())) == expected
    assert torch.equal(both.train_x[1:], mnist1d.splits(range(4, 5)).train_x)
    sizes = [t.shape[1] for t in (both.train_y, both.validation_y, both.test_y)]
    assert sizes == [3000, 1000, 1000]
    whole = torch.cat([both.train_x, both.validation_x, both.test_x], 1)[0]
    assert abs(whole.mean()) < 1e-5 and abs(whole.std() - 1) < 1e-3
    assert len(whole.unique(dim=0)) == 5000, "no example is in two parts"


def test_the_digits_of_the_pages_are_scikit_learns_rounded() -> None:
    kept = (ROOT / few_digits.FILE).read_text(encoding="utf-8")
    assert kept == few_digits.script(), "run: python -m snippets.laboratory.few_digits"
    ours = few_digits.few_digits()
    with loaded([few_digits.FILE]) as call:
        told = call("digits.valueOf")
    for name, tensor in zip(("trainX", "trainY", "testX", "testY"), ours, strict=True):
        assert told[name] == tensor.flatten().tolist()
    x = np.concatenate([ours.train_x, ours.test_x])
    y = np.concatenate([ours.train_y, ours.test_y])
    images, classes = load_digits(return_X_y=True)
    rounded = np.round(images / 4) / 2
    seen = [*map(bytes, np.column_stack([x, y]))]
    all_there = [*map(bytes, np.column_stack([rounded, classes]))]
    assert set(seen) <= set(all_there) and len(set(seen)) == len(seen) == 400
