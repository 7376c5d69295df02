"""The nets of the contest: MNIST-1D, hidden layers of 64 units, with and without batch normalization."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor

from snippets.laboratory.ensembles import Ensemble, train
from snippets.laboratory.mnist1d import Split
from snippets.laboratory.seeding import generators
from snippets.selu._signals import linear_default

WIDTH = 64
BATCH = 100


def _sizes(depth: int) -> tuple[int, ...]:
    return (40, *[WIDTH] * depth, 10)


def normal_weights(seeds: range, depth: int, tau: float) -> list[Tensor]:
    """Draw weights of variance tau/fan_in for `depth` hidden layers; those of equal seeds are paired."""
    streams = generators(seeds, "weights")
    return [
        torch.stack([torch.randn(n, m, generator=g) for g in streams])
        * math.sqrt(tau / n)
        for n, m in pairwise(_sizes(depth))
    ]


@dataclass
class BatchNormalized(Ensemble):
    """Hidden pre-activations are normalized, scaled and shifted before the activation.

    In training over the batch, each run by itself; else with the means and variances that `settle`
    took from the whole training set, which the usual running averages only approximate.
    """

    scales: list[Tensor] = field(default_factory=list)
    settled: list[tuple[Tensor, Tensor]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.scales = [torch.ones_like(b) for b in self.biases[:-1]]

    def parameters(self) -> list[Tensor]:
        """All weights, biases (after the normalization, in hidden layers) and scales."""
        return [*super().parameters(), *self.scales]

    def hidden(self, x: Tensor, masks: torch.Generator | None = None) -> list[Tensor]:
        """Outputs of every hidden layer; batch statistics where `masks` are given, that is in training."""
        return self._hidden(x, None if masks else self.settled)

    @torch.no_grad()
    def settle(self, x: Tensor) -> None:
        """Take means and variances from the training set, layer by layer."""
        self.settled = []
        inputs = [x, *self._hidden(x, None)]
        for h, w in zip(inputs, self.weights[:-1], strict=False):
            variance, mean = torch.var_mean(h @ w, 1)
            self.settled.append((mean.flatten(), variance.flatten()))

    def _hidden(
        self, x: Tensor, settled: list[tuple[Tensor, Tensor]] | None
    ) -> list[Tensor]:
        # Examples last, so that PyTorch's own kernel takes all units of all runs as channels.
        x, outputs = x.transpose(1, 2), []
        for i, scale in enumerate(self.scales):
            z = self.weights[i].transpose(1, 2) @ x  # (runs, units, examples)
            mean, variance = settled[i] if settled else (None, None)
            z = F.batch_norm(
                z.reshape(1, -1, z.shape[-1]),
                mean,
                variance,
                weight=scale.flatten(),
                bias=self.biases[i].flatten(),
                training=not settled,
            ).view_as(z)
            x = self.activation(z)
            outputs.append(x.transpose(1, 2))
        return outputs


def initial_networks(kind: str, seeds: range, depth: int) -> Ensemble:
    """An untrained net: "selu" with LeCun's, "relu" or "batch_norm" with He's initialization.

    "default" is ReLU with the weights and biases that `nn.Linear` draws.
    """
    if kind == "default":
        streams = generators(seeds, "default weights and biases")
        drawn = [
            [linear_default(n, g, outputs=m) for g in streams]
            for n, m in pairwise(_sizes(depth))
        ]
        return Ensemble(
            [torch.stack([w for w, _ in layer]) for layer in drawn],
            [torch.stack([b[None] for _, b in layer]) for layer in drawn],
        )
    if kind == "selu":
        return Ensemble(normal_weights(seeds, depth, 1.0), activation=F.selu)
    if kind == "relu":
        return Ensemble(normal_weights(seeds, depth, 2.0))
    return BatchNormalized(normal_weights(seeds, depth, 2.0))


def fit(
    nets: Ensemble,
    data: Split,
    seeds: range,
    lr: float,
    epochs: int,
    after_epoch: Callable[[int], None] | None = None,
) -> None:
    """Train with Adam and, where there is batch normalization, settle its statistics."""
    train(
        nets,
        data.train_x,
        data.train_y,
        seeds=seeds,
        epochs=epochs,
        batch_size=BATCH,
        optimizer=lambda parameters: torch.optim.Adam(parameters, lr=lr, fused=True),
        after_epoch=after_epoch,
    )
    if isinstance(nets, BatchNormalized):
        nets.settle(data.train_x)


def dead_share(nets: Ensemble, x: Tensor) -> Tensor:
    """Share of hidden units whose activation has slope exactly 0 on every example, shape (runs,)."""
    dead = []
    for w, b in zip(nets.weights[:-1], nets.biases[:-1], strict=True):
        z = torch.baddbmm(b, x, w).requires_grad_()
        x = nets.activation(z)
        (slope,) = torch.autograd.grad(x.sum(), z)
        x = x.detach()
        dead.append((slope == 0).all(1).double().mean(-1))
    return torch.stack(dead).mean(0)


def largest_variance(nets: Ensemble, x: Tensor) -> Tensor:
    """Variance of the outputs of the hidden layer where it is largest, shape (runs,)."""
    return torch.stack([h.var((1, 2)) for h in nets.hidden(x)]).amax(0)
