"""Which ways to a sparse model make zeros, what do these cost, and what do they save?

The running example: the digits, a multilayer perceptron 64-64-64-10 with ReLU, He's weights, zero biases,
batches of 64, float32. All three weight matrices are penalized or pruned, biases only by FTRL, whose l1 is
for all parameters. MNIST-1D, with 40-100-100-10, stands by for what depends on the data. Every public
function is a measurement; the first word of a key is the function that measured it.

Learning rates were fixed beforehand and not tuned per method, so penalties are compared with each other
only where they share the optimizer. Pruned networks are trained for 14 epochs, pruned, and trained for 27
more, all with Adam at lr 3e-3; the gradual schedule prunes every 20 steps until step 400 of these 27 epochs.
On MNIST-1D it is 7 and 13 epochs. Each layer is pruned to the same share; where a key says "jointly", one
threshold for all weights decides. `dense` is the network before pruning, against which the loss of pruning
without training is taken; `dense_longer` has been trained on, unpruned, for as long as those that are
retrained. Differences of accuracies are in percentage points. Rewinding takes the first half of the seeds.

Tried and not measured here: on MNIST-1D at a sparsity of 0.8 gradual pruning was ahead of fine-tuning also
from scratch (by 3.3 points) and after 20 epochs of dense training (by 2.5).
"""

from __future__ import annotations

from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from snippets.evidence.estimates import Results
from snippets.laboratory.ensembles import train
from snippets.laboratory.intervals import curve, largest, mean
from snippets.laboratory.seeding import generators
from snippets.sparsity._networks import (
    SIZES,
    Data,
    absolute_weights,
    copy_networks,
    he_networks,
    load_splits,
    test_accuracy,
    test_points,
    zero_regressions,
    zero_shares,
)
from snippets.sparsity._outcomes import (
    SPARSITIES,
    describe_weights,
    left_after_first_step,
    prune_and_retrain,
    prune_without_training,
)
from snippets.sparsity._torch_prune import prune_globally, zeros_of_twice_half
from snippets.sparsity._training import (
    MakeOptimizer,
    fit,
    fit_penalized,
    magnitude_masks_by_run,
    masked_adam,
    note_first_zeros,
    proximal_sgd,
    prune_copy,
)
from snippets.sparsity.ftrl import FTRL
from snippets.sparsity.magnitude_masks import magnitude_masks
from snippets.sparsity.sparse_report import sparse_report

L1 = 3e-3
EPOCHS = 25
DENSE_EPOCHS = {"digits": 14, "mnist1d": 7}
RETRAINING_EPOCHS = {"digits": 27, "mnist1d": 13}  # once pruned
SMALL = 1e-5  # start of FTRL's accumulator where Keras has 0.1
ENTRIES = 512


# Penalties


def l1(seeds: range) -> Results:
    """The penalty 0.003 * sum |w|: by autograd in three optimizers, and by proximal steps in two."""
    data = load_splits("digits", seeds)
    by_autograd: dict[str, MakeOptimizer] = {
        "sgd": partial(torch.optim.SGD, lr=0.1),
        # The same step size, in the end.
        "momentum": partial(torch.optim.SGD, lr=0.01, momentum=0.9),
        "adam": partial(torch.optim.Adam, lr=3e-3),
    }
    by_proximal_steps = {
        "proximal": proximal_sgd(L1, lr=0.1),
        "proximal_momentum": proximal_sgd(L1, lr=0.01, momentum=0.9),
    }
    trained = {}
    for name, make in by_autograd.items():
        nets = he_networks("digits", seeds)
        trained[name] = fit_penalized(nets, data, seeds, EPOCHS, make, L1)
    for name, make in by_proximal_steps.items():
        nets = he_networks("digits", seeds)
        trained[name] = fit(nets, data, seeds, EPOCHS, make)
    results: Results = {}
    for name, nets in trained.items():
        results |= describe_weights(nets, data, name)
    points = {name: test_points(nets, data) for name, nets in trained.items()}
    zeros = {name: zero_shares(nets) for name, nets in trained.items()}
    autograd_zeros = torch.stack([zeros[name] for name in by_autograd])
    return results | {
        "autograd_most_zeros": largest(autograd_zeros.amax(0), "share"),
        "proximal_minus_sgd": mean(points["proximal"] - points["sgd"], "points"),
        "momentum_minus_plain_zeros": mean(
            100 * (zeros["proximal_momentum"] - zeros["proximal"]), "points"
        ),
    }


def ftrl(seeds: range) -> Results:
    """FTRL at lr 0.05 from the initialization, 25 epochs; and as Keras starts it, from z = 0, 10 epochs."""
    data = load_splits("digits", seeds)
    results = _ftrl_zeros(data, seeds)
    starts: dict[str, dict[str, Any]] = {
        "default": {"lr": 1e-3, "keep_init": False},
        "kept_default": {"lr": 1e-3},
        "erased": {"lr": 0.1, "keep_init": False},
        "erased_l1": {"lr": 0.1, "l1": 0.3, "keep_init": False},
        "kept_l1": {"lr": 0.1, "l1": 0.3},
        "small_l1": {
            "lr": 0.1,
            "l1": 0.01,
            "initial_accumulator_value": SMALL,
            "keep_init": False,
        },
    }
    for name, options in starts.items():
        make = partial(FTRL, **options)
        nets = fit(he_networks("digits", seeds), data, seeds, 10, make)
        results[f"{name}_test_accuracy"] = mean(test_accuracy(nets, data), "share")
        results[f"{name}_zeros"] = mean(zero_shares(nets), "share")
    for name, accumulator in {"first_step": 0.1, "small_first_step": SMALL}.items():
        left = left_after_first_step(seeds, data, accumulator)
        results[name] = mean(left, "share")
    return results


def _ftrl_zeros(data: Data, seeds: range) -> Results:
    """FTRL from the initialization: its weights, and which of the zeros its first step makes."""
    results: Results = {}
    for name, strength in {"mild": 0.5, "strong": 1.0}.items():
        first_zeros: list[Tensor] = []
        make = note_first_zeros(partial(FTRL, lr=0.05, l1=strength), first_zeros)
        nets = fit(he_networks("digits", seeds), data, seeds, EPOCHS, make)
        (at_once,) = first_zeros  # (runs, weights)
        zeros = absolute_weights(nets) == 0
        share_at_once = (zeros & at_once).double().sum(1) / zeros.sum(1)
        results |= {
            **describe_weights(nets, data, name),
            f"{name}_zeros_after_one_step": mean(at_once.double().mean(1), "share"),
            f"{name}_zeros_from_the_first_step": mean(share_at_once, "share"),
        }
    return results


def linear(seeds: range) -> Results:
    """FTRL at lr 0.1 with l1 = 3 on a softmax regression that starts at 0, by epochs."""
    data, nets = load_splits("digits", seeds), zero_regressions("digits", seeds)
    results: Results = {}
    zeros: dict[int, Tensor] = {}

    def note(epoch: int) -> None:
        if epoch in (5, EPOCHS, 100):
            zeros[epoch] = zero_shares(nets)
            results[f"zeros_{epoch}"] = mean(zeros[epoch], "share")
            accuracy = test_accuracy(nets, data)
            results[f"test_accuracy_{epoch}"] = mean(accuracy, "share")

    train(
        nets,
        data.train_x,
        data.train_y,
        seeds=seeds,
        epochs=100,
        optimizer=partial(FTRL, lr=0.1, l1=3.0),
        after_epoch=note,
    )
    fewer = 100 * (zeros[5] - zeros[100])
    return results | {"zeros_5_minus_100": mean(fewer, "points")}


def adagrad(seeds: range) -> Results:
    """FTRL without penalties against Adagrad, 200 steps on random gradients, float64, by start."""
    gaps: dict[str, list[float]] = {"zero": [], "kept": []}
    for g in generators(seeds, "gradients"):
        start = torch.randn(50, generator=g, dtype=torch.float64)
        grads = torch.randn(200, 50, generator=g, dtype=torch.float64)
        gaps["zero"].append(_gap_to_adagrad(torch.zeros_like(start), grads))
        gaps["kept"].append(_gap_to_adagrad(start, grads))
    return {name: largest(gap, "1") for name, gap in gaps.items()}


def _gap_to_adagrad(start: Tensor, grads: Tensor) -> float:
    """Largest difference of a weight, after a step on each of the gradients."""
    ours, theirs = nn.Parameter(start.clone()), nn.Parameter(start.clone())
    our_ftrl = FTRL([ours], lr=0.1, beta=1.0)
    their_adagrad = torch.optim.Adagrad(
        [theirs], lr=0.1, initial_accumulator_value=0.1, eps=1.0
    )
    for grad in grads:
        ours.grad, theirs.grad = grad, grad.clone()
        our_ftrl.step()
        their_adagrad.step()
    return float((ours - theirs).detach().abs().max())


# Pruning


def digits(seeds: range) -> Results:
    """Ways to prune the running example, by sparsity."""
    return _prune("digits", seeds, SPARSITIES[1:])


def mnist1d(seeds: range) -> Results:
    """The same on MNIST-1D, where a network of this size has less to spare."""
    return _prune("mnist1d", seeds, (0.8,))


def _prune(name: str, seeds: range, sparsities: tuple[float, ...]) -> Results:
    """Train dense networks, prune them without training, and prune and retrain them at these sparsities."""
    data, epochs = load_splits(name, seeds), RETRAINING_EPOCHS[name]
    dense = fit(he_networks(name, seeds), data, seeds, DENSE_EPOCHS[name])
    results = prune_without_training(dense, data, seeds)
    longer = fit(copy_networks(dense), data, seeds, epochs)
    longer_points = test_points(longer, data)
    results["dense_longer"] = mean(longer_points / 100, "share")
    for sparsity in sparsities:
        results |= prune_and_retrain(
            dense, data, seeds, epochs, sparsity, longer_points
        )
    return results


def rewound(seeds: range) -> Results:
    """At a sparsity of 0.8: the mask of trained weights, on the initial ones and on new ones, by data.

    The first half of the seeds.
    """
    seeds = seeds[: len(seeds) // 2]
    results: Results = {}
    for data_set in SIZES:
        data = load_splits(data_set, seeds)
        dense_epochs = DENSE_EPOCHS[data_set]
        dense = fit(he_networks(data_set, seeds), data, seeds, dense_epochs)
        masks = magnitude_masks_by_run(dense, 0.8)
        epochs = dense_epochs + RETRAINING_EPOCHS[data_set]
        points = {}
        for name, purpose in {"initial": "weights", "anew": "other weights"}.items():
            nets = prune_copy(he_networks(data_set, seeds, purpose), masks)
            fit(nets, data, seeds, epochs, masked_adam(nets, masks))
            points[name] = test_points(nets, data)
            results[f"{data_set}_{name}"] = mean(points[name] / 100, "share")
        gap = points["initial"] - points["anew"]
        results[f"{data_set}_initial_minus_anew"] = mean(gap, "points")
    return results


# What zeros buy


def storage(seeds: range) -> Results:
    """Bytes of a 512 x 512 float32 matrix by its share of zeros, over those of the dense file.

    The first three seeds: the numbers hardly depend on the draw.
    """
    grid = [0.0, 0.25, 0.45, 0.5, 0.55, 0.75, 0.85, 0.9, 0.95, 0.99]
    ratios: dict[str, list[list[float]]] = {
        kind: [] for kind in ("dense", "zipped", "csr", "csr64")
    }
    for g in generators(seeds[:3], "matrix"):
        weight = torch.randn(ENTRIES, ENTRIES, generator=g)
        sizes = [_sizes(weight, sparsity) for sparsity in grid]
        for kind, rows in ratios.items():
            rows.append([size[kind] / sizes[0]["dense"] for size in sizes])
    results: Results = {}
    for kind, rows in ratios.items():
        values = torch.tensor(rows, dtype=torch.float64)  # (runs, grid)
        results[kind] = curve(values, grid, "1", "share")
        for i, sparsity in enumerate(grid):
            results[f"{kind}_{100 * sparsity:.0f}"] = mean(values[:, i], "1")
    return results


def _sizes(weight: Tensor, sparsity: float) -> dict[str, int]:
    """Bytes of a layer with this weight, pruned by magnitude, by how it is kept."""
    layer = nn.Linear(ENTRIES, ENTRIES, bias=False)
    (mask,) = magnitude_masks([weight], sparsity)
    layer.weight.data = weight * mask
    report = sparse_report(layer)
    return {
        "dense": report.dense_bytes,
        "zipped": report.zipped_bytes,
        "csr": report.csr_bytes,
        "csr64": report.csr64_bytes,
    }


def torch_prune(seeds: range) -> Results:
    """What `torch.nn.utils.prune` leaves: zeros, entries of the state dict, shares per layer."""
    runs = [prune_globally(g) for g in generators(seeds, "layers")]
    return {
        "twice_half": mean([zeros_of_twice_half() for _ in seeds], "share"),
        "state_dict": mean([run.entries for run in runs], "1"),
        "after_steps": mean([run.zeros_after_steps for run in runs], "share"),
        "global_spread": mean([run.spread for run in runs], "points"),
        "same_object": mean([run.same_object for run in runs], "share"),
    }
