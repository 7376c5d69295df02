"""The nets of this question: ReLU, hidden layers of 64 units, and what normalizes their pre-activations."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor

from snippets.laboratory.seeding import generators

WIDTH = 64
HE = 2.0  # fan-in times variance of a weight


class Nets:
    """Multilayer perceptrons for MNIST-1D, one per seed, stacked along a first dimension.

    Args:
        seeds: One seed per run; nets of equal seeds have equal weights.
        depth: Hidden layers.
        kind: "plain"; "batch" or "layer" normalize as `torch.nn.BatchNorm1d` and `torch.nn.LayerNorm` do,
            before the activation.
        tau: Fan-in times variance of a weight.
        momentum: Weight of the newest batch in running averages.
        dropout: Probability of zeroing a hidden unit in training.
        noise: In training, what becomes of the pre-activations after the normalization.
    """

    def __init__(
        self,
        seeds: range,
        depth: int,
        kind: str,
        *,
        tau: float = HE,
        momentum: float = 0.1,
        dropout: float = 0.0,
        noise: Callable[[Tensor], Tensor] | None = None,
    ) -> None:
        streams = generators(seeds, "weights")
        self.kind, self.momentum, self.noise = kind, momentum, noise
        self.dropout = dropout
        self.masks = generators(seeds, "dropout masks")[0]
        self.weights = [
            torch.stack([torch.randn(m, n, generator=g) for g in streams])
            * math.sqrt(tau / n)
            for n, m in pairwise((40, *[WIDTH] * depth, 10))
        ]  # (runs, outputs, inputs)
        self.biases = [torch.zeros(*w.shape[:2], 1) for w in self.weights]
        normalized = self.biases[:-1] if kind != "plain" else []
        self.scales = [torch.ones_like(b) for b in normalized]
        self.means = [torch.zeros(b.numel()) for b in normalized]
        self.variances = [torch.ones(b.numel()) for b in normalized]

    def parameters(self) -> list[Tensor]:
        """Weights, biases (after the normalization, where there is one) and scales."""
        return [*self.weights, *self.biases, *self.scales]

    def logits(self, x: Tensor, *, training: bool = False) -> Tensor:
        """Outputs, shape (runs, examples, classes), of inputs of shape (runs, examples, 40)."""
        # Examples last, so that PyTorch's own kernel takes all units of all runs as channels.
        x = x.transpose(1, 2)
        for layer in range(len(self.weights) - 1):
            x = F.relu(self.before_activation(layer, x, training=training))
            if training and self.dropout:
                kept = torch.rand(x.shape, generator=self.masks) >= self.dropout
                x = x * kept / (1 - self.dropout)
        return torch.baddbmm(self.biases[-1], self.weights[-1], x).transpose(1, 2)

    def before_activation(
        self, layer: int, x: Tensor, *, training: bool = False
    ) -> Tensor:
        """Pre-activations of a hidden layer, (runs, units, examples), from its inputs, (runs, inputs, …)."""
        z = self.weights[layer] @ x
        bias = self.biases[layer]
        if self.kind == "plain":
            z = z + bias
        elif self.kind == "layer":
            variance, mean = torch.var_mean(z, 1, correction=0, keepdim=True)
            z = (z - mean) * (variance + 1e-5).rsqrt() * self.scales[layer] + bias
        else:
            z = F.batch_norm(
                z.reshape(1, -1, z.shape[-1]),
                self.means[layer],
                self.variances[layer],
                weight=self.scales[layer].flatten(),
                bias=bias.flatten(),
                training=training,
                momentum=self.momentum,
            ).view_as(z)
        return self.noise(z) if training and self.noise else z

    @torch.no_grad()
    def accuracy(self, x: Tensor, y: Tensor, *, training: bool = False) -> Tensor:
        """Share of examples classified correctly, shape (runs,); running averages stay as they are."""
        kept = [s.clone() for s in (*self.means, *self.variances)]
        found = self.logits(x, training=training).argmax(-1) == y
        for now, before in zip((*self.means, *self.variances), kept, strict=True):
            now.copy_(before)
        return found.double().mean(-1)

    @torch.no_grad()
    def settle(self, x: Tensor) -> None:
        """Take the statistics anew from inputs, layer by layer, as in evaluation."""
        x = x.transpose(1, 2)
        for layer, (mean, variance) in enumerate(
            zip(self.means, self.variances, strict=True)
        ):
            found = torch.var_mean(self.weights[layer] @ x, 2)
            variance.copy_(found[0].flatten())
            mean.copy_(found[1].flatten())
            x = F.relu(self.before_activation(layer, x))
