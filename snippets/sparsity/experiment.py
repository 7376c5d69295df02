"""Which ways to a sparse model make zeros, what do these cost, and what do they save?

The running example: the digits, a multilayer perceptron 64-64-64-10 with ReLU, He's weights, zero biases,
batches of 64, float32. All three weight matrices are penalized or pruned, biases only by FTRL, whose l1 is
for all parameters. MNIST-1D, with 40-100-100-10, stands by for what depends on the data. Every public
function is a measurement; the first word of a key is the function that measured it.

Learning rates were fixed beforehand and not tuned per method, so penalties are compared with each other
only where they share the optimizer. Pruned networks are trained for 14 epochs, pruned layer by layer, and
trained for 27 more, all with Adam at lr 3e-3; the gradual schedule prunes every 20 steps until step 400 of
these 27 epochs. On MNIST-1D it is 7 and 13 epochs. `dense` is the network before pruning, against which the
loss of pruning without training is taken; `dense_longer` has been trained on, unpruned, for as long as those
that are retrained. Differences of accuracies are in percentage points. Rewinding takes the first half of the
seeds.

Tried and not measured here: on MNIST-1D at a sparsity of 0.8 gradual pruning was ahead of fine-tuning also
from scratch (by 3.3 points) and after 20 epochs of dense training (by 2.5).
"""

from __future__ import annotations

from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils import prune

from snippets.evidence.estimates import Results
from snippets.laboratory.ensembles import train
from snippets.laboratory.intervals import curve, largest, mean
from snippets.laboratory.seeding import generators
from snippets.sparsity import _nets as nets
from snippets.sparsity._outcomes import (
    SPARSITIES,
    first_step,
    one_shot,
    retrained,
    trained,
    trained_on,
    weights,
    zero_share,
)
from snippets.sparsity.ftrl import FTRL
from snippets.sparsity.magnitude_masks import magnitude_masks
from snippets.sparsity.sparse_report import sparse_report

L1 = 3e-3
EPOCHS = 25
ENTRIES = 512


# Penalties


def l1(seeds: range) -> Results:
    """The penalty 0.003 * sum |w|: by autograd in three optimizers, and by proximal steps in two."""
    data = nets.load("digits", seeds)
    plain = {"lr": 0.1}
    momentum = {"lr": 0.01, "momentum": 0.9}  # the same step size, in the end
    makers = {
        "sgd": nets.penalized(torch.optim.SGD, L1, **plain),
        "momentum": nets.penalized(torch.optim.SGD, L1, **momentum),
        "adam": nets.penalized(torch.optim.Adam, L1, lr=3e-3),
        "proximal": nets.proximal(L1, **plain),
        "proximal_momentum": nets.proximal(L1, **momentum),
    }
    found: Results = {}
    points: dict[str, Tensor] = {}
    zeros: dict[str, Tensor] = {}
    for name, make in makers.items():
        made = trained(data, seeds, make, EPOCHS)
        found |= weights(made, data, name)
        points[name], zeros[name] = nets.test_points(made, data), nets.zeros(made)
    autograd = torch.stack([zeros[n] for n in ("sgd", "momentum", "adam")])
    return found | {
        "autograd_most_zeros": largest(autograd.amax(0), "share"),
        "proximal_minus_sgd": mean(points["proximal"] - points["sgd"], "points"),
        "momentum_minus_plain_zeros": mean(
            100 * (zeros["proximal_momentum"] - zeros["proximal"]), "points"
        ),
    }


def ftrl(seeds: range) -> Results:
    """FTRL at lr 0.05 from the initialization, 25 epochs; and as Keras starts it, from z = 0, 10 epochs."""
    data = nets.load("digits", seeds)
    found: Results = {}
    for name, strength in {"mild": 0.5, "strong": 1.0}.items():
        seen: list[Tensor] = []
        make = nets.watched(partial(FTRL, lr=0.05, l1=strength), seen)
        made = trained(data, seeds, make, EPOCHS)
        found |= weights(made, data, name)
        now, at_once = nets.sizes_of(made) == 0, seen[0]
        both = (now & at_once).double().sum(1) / now.sum(1)
        found[f"{name}_zeros_after_one_step"] = mean(at_once.double().mean(1), "share")
        found[f"{name}_zeros_from_the_first_step"] = mean(both, "share")
    starts: dict[str, dict[str, Any]] = {
        "default": {"lr": 1e-3, "keep_init": False},
        "kept_default": {"lr": 1e-3},
        "erased": {"lr": 0.1, "keep_init": False},
        "erased_l1": {"lr": 0.1, "l1": 0.3, "keep_init": False},
        "kept_l1": {"lr": 0.1, "l1": 0.3},
    }
    for name, options in starts.items():
        made = trained(data, seeds, partial(FTRL, **options), 10)
        right = made.accuracy(data.test_x, data.test_y)
        found[f"{name}_test_accuracy"] = mean(right, "share")
        found[f"{name}_zeros"] = mean(nets.zeros(made), "share")
    return found | {"first_step": mean(first_step(seeds, data), "share")}


def linear(seeds: range) -> Results:
    """FTRL at lr 0.1 with l1 = 3 on a softmax regression that starts at 0, by epochs."""
    data = nets.load("digits", seeds)
    made = nets.linear("digits", seeds)
    found: Results = {}
    zeros: dict[int, Tensor] = {}

    def note(epoch: int) -> None:
        if epoch in (5, EPOCHS, 100):
            zeros[epoch] = nets.zeros(made)
            right = made.accuracy(data.test_x, data.test_y)
            found[f"zeros_{epoch}"] = mean(zeros[epoch], "share")
            found[f"test_accuracy_{epoch}"] = mean(right, "share")

    make = partial(FTRL, lr=0.1, l1=3.0)
    x, y = data.train_x, data.train_y
    train(made, x, y, seeds=seeds, epochs=100, optimizer=make, after_epoch=note)
    fewer = 100 * (zeros[5] - zeros[100])
    return found | {"zeros_5_minus_100": mean(fewer, "points")}


def adagrad(seeds: range) -> Results:
    """FTRL without penalties against Adagrad, 200 steps on random gradients, float64, by start."""
    gaps: dict[str, list[float]] = {"zero": [], "kept": []}
    for g in generators(seeds, "gradients"):
        start = torch.randn(50, generator=g, dtype=torch.float64)
        grads = torch.randn(200, 50, generator=g, dtype=torch.float64)
        for name, w in (("zero", torch.zeros_like(start)), ("kept", start)):
            ours, theirs = nn.Parameter(w.clone()), nn.Parameter(w.clone())
            steps = (
                FTRL([ours], lr=0.1, beta=1.0),
                torch.optim.Adagrad(
                    [theirs], lr=0.1, initial_accumulator_value=0.1, eps=1.0
                ),
            )
            for grad in grads:
                ours.grad, theirs.grad = grad, grad.clone()
                for step in steps:
                    step.step()
            gaps[name].append(float((ours - theirs).detach().abs().max()))
    return {name: largest(found, "1") for name, found in gaps.items()}


# Pruning


def digits(seeds: range) -> Results:
    """Ways to prune the running example, by sparsity."""
    data = nets.load("digits", seeds)
    dense = nets.fit(nets.he("digits", seeds), data, seeds, nets.EPOCHS["digits"][0])
    found = one_shot(dense, data, seeds)
    longer, of_longer = trained_on("digits", dense, data, seeds)
    for sparsity in SPARSITIES[1:]:
        found |= retrained("digits", dense, data, seeds, sparsity, longer)
    return found | of_longer


def mnist1d(seeds: range) -> Results:
    """The same on MNIST-1D, where a network of this size has less to spare."""
    data = nets.load("mnist1d", seeds)
    dense = nets.fit(nets.he("mnist1d", seeds), data, seeds, nets.EPOCHS["mnist1d"][0])
    found = one_shot(dense, data, seeds)
    longer, of_longer = trained_on("mnist1d", dense, data, seeds)
    return found | of_longer | retrained("mnist1d", dense, data, seeds, 0.8, longer)


def rewound(seeds: range) -> Results:
    """At a sparsity of 0.8: the mask of trained weights, on the initial ones and on new ones, by data.

    The first half of the seeds.
    """
    seeds = seeds[: len(seeds) // 2]
    found: Results = {}
    for data_set in nets.SIZES:
        data = nets.load(data_set, seeds)
        first, second = nets.EPOCHS[data_set]
        dense = nets.fit(nets.he(data_set, seeds), data, seeds, first)
        masks = nets.masks_of(dense, 0.8)
        points = {}
        for name, purpose in {"initial": "weights", "anew": "other weights"}.items():
            made = nets.pruned(nets.he(data_set, seeds, purpose), masks)
            nets.fit(made, data, seeds, first + second, nets.masked(made, masks))
            points[name] = nets.test_points(made, data)
            found[f"{data_set}_{name}"] = mean(points[name] / 100, "share")
        gap = points["initial"] - points["anew"]
        found[f"{data_set}_initial_minus_anew"] = mean(gap, "points")
    return found


# What zeros buy


def storage(seeds: range) -> Results:
    """Bytes of a 512 x 512 float32 matrix by its share of zeros, over those of the dense file.

    The first three seeds: the numbers hardly depend on the draw.
    """
    grid = [0.0, 0.25, 0.45, 0.5, 0.55, 0.75, 0.85, 0.9, 0.95, 0.99]
    kinds = ("dense", "zipped", "csr", "csr64")
    ratios: dict[str, list[list[float]]] = {kind: [] for kind in kinds}
    for g in generators(seeds[:3], "matrix"):
        weight = torch.randn(ENTRIES, ENTRIES, generator=g)
        for kind in kinds:
            ratios[kind].append([])
        full = None
        for sparsity in grid:
            layer = nn.Linear(ENTRIES, ENTRIES, bias=False)
            (mask,) = magnitude_masks([weight], sparsity)
            layer.weight.data = weight * mask
            report = sparse_report(layer)
            full = full or report.dense_bytes
            for kind in kinds:
                ratios[kind][-1].append(getattr(report, f"{kind}_bytes") / full)
    found: Results = {}
    for kind, rows in ratios.items():
        values = torch.tensor(rows, dtype=torch.float64)
        found[kind] = curve(values, grid, "1", "share")
        for i, sparsity in enumerate(grid):
            found[f"{kind}_{100 * sparsity:.0f}"] = mean(values[:, i], "1")
    return found


def torch_prune(seeds: range) -> Results:
    """What `torch.nn.utils.prune` leaves: zeros, entries of the state dict, shares per layer."""
    names = ("twice_half", "state_dict", "after_steps", "global_spread", "same_object")
    found: dict[str, list[float]] = {n: [] for n in names}
    for g in generators(seeds, "layers"):
        layers = [nn.Linear(64, 256), nn.Linear(256, 10)]
        model = nn.Sequential(layers[0], nn.ReLU(), layers[1])
        for layer in layers:
            nn.init.kaiming_normal_(layer.weight, generator=g)
            nn.init.zeros_(layer.bias)
        entries = sum(t.numel() for t in model.state_dict().values())
        parameters = [(layer, "weight") for layer in layers]
        before = torch.optim.SGD(model.parameters(), lr=0.1).param_groups[0]["params"]
        prune.global_unstructured(parameters, prune.L1Unstructured, amount=0.5)
        same = [any(layer.weight_orig is p for p in before) for layer in layers]
        found["same_object"].append(sum(same) / len(same))
        shares = [zero_share(layer.weight) for layer in layers]
        found["global_spread"].append(100 * abs(shares[0] - shares[1]))
        pruned = sum(t.numel() for t in model.state_dict().values())
        found["state_dict"].append(pruned / entries)
        for layer in layers:
            prune.remove(layer, "weight")  # type: ignore[no-untyped-call]
        twice = nn.Linear(64, 64)
        for _ in range(2):
            prune.l1_unstructured(twice, "weight", amount=0.5)  # type: ignore[no-untyped-call]
        found["twice_half"].append(zero_share(twice.weight))
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        for _ in range(20):
            x = torch.randn(64, 64, generator=g)
            y = torch.randint(10, (64,), generator=g)
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(x), y).backward()  # type: ignore[no-untyped-call]
            optimizer.step()
        found["after_steps"].append(zero_share(layers[0].weight))
    units = {"global_spread": "points", "state_dict": "1"}
    return {
        name: mean(values, units.get(name, "share")) for name, values in found.items()
    }
