"""Ways to train toward zeros: by a penalty, by proximal steps, by masks.

Where a method is a matter of the steps alone, it is an optimizer, made from the parameters: an Ensemble's
weights, then as many biases.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from snippets.laboratory.ensembles import Ensemble, batches, train
from snippets.laboratory.seeding import generators
from snippets.sparsity._networks import Data, copy_networks
from snippets.sparsity.magnitude_masks import gradual_sparsity, magnitude_masks
from snippets.sparsity.proximal_step import proximal_step

BATCH = 64
PRUNE_EVERY = 20  # steps of the gradual schedule
LR = 3e-3

MakeOptimizer = Callable[[list[Tensor]], torch.optim.Optimizer]


def adam(parameters: list[Tensor]) -> torch.optim.Optimizer:
    """The optimizer of all that is not about optimizers."""
    return torch.optim.Adam(parameters, lr=LR, fused=True)


def fit(
    nets: Ensemble,
    data: Data,
    seeds: range,
    epochs: int,
    make_optimizer: MakeOptimizer = adam,
) -> Ensemble:
    """Train in place on the cross-entropy, in batches of 64."""
    x, y = data.train_x, data.train_y
    train(nets, x, y, seeds=seeds, epochs=epochs, optimizer=make_optimizer)
    return nets


# Penalties


def fit_penalized(
    nets: Ensemble,
    data: Data,
    seeds: range,
    epochs: int,
    make_optimizer: MakeOptimizer,
    l1: float,
) -> Ensemble:
    """Train in place, on the batches of `fit`, on the cross-entropy + l1 * sum |w|, by autograd."""
    optimizer = make_optimizer([p.requires_grad_() for p in nets.parameters()])
    orders = generators(seeds, "order of the data")
    rows = torch.arange(nets.runs)[:, None]
    for _ in range(epochs):
        for index in batches(data.train_x.shape[1], BATCH, orders):
            logits = nets.logits(data.train_x[rows, index])  # (runs, BATCH, classes)
            y = data.train_y[rows, index]  # (runs, BATCH)
            # Summed over runs, which share no parameter: each gets the gradient of its own loss.
            losses = F.cross_entropy(logits.flatten(0, 1), y.flatten(), reduction="sum")
            norm = torch.stack([w.abs().sum() for w in nets.weights]).sum()
            loss = losses / BATCH + l1 * norm
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    for p in nets.parameters():
        p.requires_grad_(False)
    return nets


def proximal_sgd(l1: float, lr: float, momentum: float = 0.0) -> MakeOptimizer:
    """SGD with a proximal step on the weights after each of its steps."""

    def make(parameters: list[Tensor]) -> torch.optim.Optimizer:
        half = len(parameters) // 2
        groups: list[dict[str, Any]] = [
            {"params": parameters[:half], "l1": l1},
            {"params": parameters[half:]},
        ]
        sgd = torch.optim.SGD(groups, lr=lr, momentum=momentum)
        sgd.register_step_post_hook(lambda *_: proximal_step(sgd))
        return sgd

    return make


def note_first_zeros(
    make_optimizer: MakeOptimizer, zeros: list[Tensor]
) -> MakeOptimizer:
    """An optimizer that appends which weights are 0 after its first step, shape (runs, weights)."""

    def make(parameters: list[Tensor]) -> torch.optim.Optimizer:
        optimizer = make_optimizer(parameters)
        weights = parameters[: len(parameters) // 2]

        def note(*_: object) -> None:
            if not zeros:
                zeros.append(torch.cat([w.flatten(1) for w in weights], 1) == 0)

        optimizer.register_step_post_hook(note)
        return optimizer

    return make


# Masks


def magnitude_masks_by_run(
    nets: Ensemble, sparsity: float, per: str = "layer"
) -> list[Tensor]:
    """Masks of the smallest weights of each run, in each layer or in the whole model."""
    by_run = [
        magnitude_masks([w[run] for w in nets.weights], sparsity, per=per)
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
    return magnitude_masks_by_run(Ensemble(sizes), sparsity)


@torch.no_grad()
def apply_masks(nets: Ensemble, masks: list[Tensor]) -> None:
    """Set the masked weights to 0, in place."""
    for w, mask in zip(nets.weights, masks, strict=True):
        w.mul_(mask)


def prune_copy(nets: Ensemble, masks: list[Tensor]) -> Ensemble:
    """A pruned copy of the networks."""
    copy = copy_networks(nets)
    apply_masks(copy, masks)
    return copy


def masked_adam(nets: Ensemble, masks: list[Tensor]) -> MakeOptimizer:
    """Adam that keeps the masked weights at 0."""

    def make(parameters: list[Tensor]) -> torch.optim.Optimizer:
        optimizer = adam(parameters)
        optimizer.register_step_post_hook(lambda *_: apply_masks(nets, masks))
        return optimizer

    return make


def gradually_pruning_adam(
    nets: Ensemble, final: float, last: int, per: str = "layer"
) -> MakeOptimizer:
    """Adam that prunes more and more, until the given step, and keeps what is pruned at 0."""
    step, masks = 0, magnitude_masks_by_run(nets, 0.0)

    def prune(*_: object) -> None:
        nonlocal step, masks
        step += 1
        if step % PRUNE_EVERY == 0 and step <= last:
            sparsity = gradual_sparsity(step, first=0, last=last, final=final)
            masks = magnitude_masks_by_run(nets, sparsity, per)
        apply_masks(nets, masks)

    def make(parameters: list[Tensor]) -> torch.optim.Optimizer:
        optimizer = adam(parameters)
        optimizer.register_step_post_hook(prune)
        return optimizer

    return make
