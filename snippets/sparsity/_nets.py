"""Networks of the running example, and ways to train them toward zeros."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor

from snippets.laboratory import digits, mnist1d
from snippets.laboratory.ensembles import Ensemble, train
from snippets.laboratory.seeding import generators
from snippets.sparsity.magnitude_masks import gradual_sparsity, magnitude_masks
from snippets.sparsity.proximal_step import proximal_step

SIZES = {"digits": (64, 64, 64, 10), "mnist1d": (40, 100, 100, 10)}
EPOCHS = {"digits": (14, 27), "mnist1d": (7, 13)}  # to train, and again once pruned
PRUNE_EVERY, LAST = 20, 400  # steps of the gradual schedule
LR = 3e-3

Data = digits.Split | mnist1d.Split
Maker = Callable[[list[Tensor]], torch.optim.Optimizer]


def load(name: str, seeds: range) -> Data:
    """The splits of a data set by its name."""
    return digits.splits(seeds) if name == "digits" else mnist1d.splits(seeds)


def he(name: str, seeds: range, purpose: str = "weights") -> Ensemble:
    """Networks with He's weights and zero biases."""
    streams = generators(seeds, purpose)
    return Ensemble(
        [
            math.sqrt(2 / n)
            * torch.stack([torch.randn(n, m, generator=g) for g in streams])
            for n, m in pairwise(SIZES[name])
        ]
    )


def linear(name: str, seeds: range) -> Ensemble:
    """Softmax regressions whose weights and biases are 0."""
    features, *_, classes = SIZES[name]
    return Ensemble([torch.zeros(len(seeds), features, classes)])


def copy(nets: Ensemble) -> Ensemble:
    """The same networks once more."""
    return Ensemble([w.clone() for w in nets.weights], [b.clone() for b in nets.biases])


def fit(
    nets: Ensemble, data: Data, seeds: range, epochs: int, maker: Maker | None = None
) -> Ensemble:
    """Train in place on batches of 64, with Adam at lr 3e-3 if no optimizer is made."""
    x, y = data.train_x, data.train_y
    train(nets, x, y, seeds=seeds, epochs=epochs, optimizer=maker or adam)
    return nets


def adam(parameters: list[Tensor]) -> torch.optim.Optimizer:
    """The optimizer of all that is not about optimizers."""
    return torch.optim.Adam(parameters, lr=LR, fused=True)


def test_points(nets: Ensemble, data: Data) -> Tensor:
    """Test accuracy of each run, in percentage points, so that differences are in points."""
    return 100 * nets.accuracy(data.test_x, data.test_y)


def zeros(nets: Ensemble) -> Tensor:
    """Share of exact zeros among the weights of each run, biases aside."""
    return (sizes_of(nets) == 0).double().mean(1)


def sizes_of(nets: Ensemble) -> Tensor:
    """Absolute weights of each run, biases aside, shape (runs, weights)."""
    return torch.cat([w.flatten(1) for w in nets.weights], 1).abs()


# Penalties


def penalized(
    optimizer: Callable[..., torch.optim.Optimizer], l1: float, **options: float
) -> Maker:
    """An optimizer whose gradients contain that of l1 * sum |w|, computed by autograd."""

    def make(parameters: list[Tensor]) -> torch.optim.Optimizer:
        made = optimizer(parameters, **options)
        weights = parameters[: len(parameters) // 2]

        @torch.enable_grad()
        def add(*_: object) -> None:
            penalty = l1 * torch.stack([w.abs().sum() for w in weights]).sum()
            penalty.backward()  # type: ignore[no-untyped-call]

        made.register_step_pre_hook(add)
        return made

    return make


def proximal(l1: float, lr: float, momentum: float = 0.0) -> Maker:
    """SGD with a proximal step on the weights after each of its steps."""

    def make(parameters: list[Tensor]) -> torch.optim.Optimizer:
        half = len(parameters) // 2
        groups: list[dict[str, Any]] = [
            {"params": parameters[:half], "l1": l1},
            {"params": parameters[half:]},
        ]
        made = torch.optim.SGD(groups, lr=lr, momentum=momentum)
        made.register_step_post_hook(lambda *_: proximal_step(made))
        return made

    return make


def watched(make: Maker, seen: list[Tensor]) -> Maker:
    """An optimizer that notes which weights are 0 after its first step, shape (runs, weights)."""

    def watch(parameters: list[Tensor]) -> torch.optim.Optimizer:
        made = make(parameters)

        def note(*_: object) -> None:
            if not seen:
                weights = parameters[: len(parameters) // 2]
                seen.append(torch.cat([w.flatten(1) for w in weights], 1) == 0)

        made.register_step_post_hook(note)
        return made

    return watch


# Masks


def masks_of(nets: Ensemble, sparsity: float) -> list[Tensor]:
    """Masks of the smallest weights, for each run and layer on its own."""
    by_run = [
        magnitude_masks([w[run] for w in nets.weights], sparsity)
        for run in range(nets.runs)
    ]
    return [torch.stack(layer) for layer in zip(*by_run, strict=True)]


def random_masks(nets: Ensemble, sparsity: float, seeds: range) -> list[Tensor]:
    """Masks of as many weights, chosen at random."""
    streams = generators(seeds, "random masks")
    sizes = [
        torch.stack([torch.rand(w.shape[1:], generator=g) for g in streams])
        for w in nets.weights
    ]
    return masks_of(Ensemble(sizes), sparsity)


@torch.no_grad()
def apply(nets: Ensemble, masks: list[Tensor]) -> None:
    """Set the masked weights to 0, in place."""
    for w, mask in zip(nets.weights, masks, strict=True):
        w.mul_(mask)


def pruned(nets: Ensemble, masks: list[Tensor]) -> Ensemble:
    """A pruned copy of the networks."""
    made = copy(nets)
    apply(made, masks)
    return made


def masked(nets: Ensemble, masks: list[Tensor]) -> Maker:
    """Adam that keeps the masked weights at 0."""

    def make(parameters: list[Tensor]) -> torch.optim.Optimizer:
        made = adam(parameters)
        made.register_step_post_hook(lambda *_: apply(nets, masks))
        return made

    return make


def gradually(nets: Ensemble, final: float, last: int) -> Maker:
    """Adam that prunes more and more, until the given step, and keeps what is pruned at 0."""
    state: dict[str, Any] = {"step": 0, "masks": masks_of(nets, 0.0)}

    def prune(*_: object) -> None:
        state["step"] += 1
        if state["step"] % PRUNE_EVERY == 0 and state["step"] <= last:
            share = gradual_sparsity(state["step"], first=0, last=last, final=final)
            state["masks"] = masks_of(nets, share)
        apply(nets, state["masks"])

    def make(parameters: list[Tensor]) -> torch.optim.Optimizer:
        made = adam(parameters)
        made.register_step_post_hook(prune)
        return made

    return make
