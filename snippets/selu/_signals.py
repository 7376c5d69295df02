"""Signals on their way forward through deep random nets, and gradients on their way back."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from snippets.laboratory.seeding import generators

WIDTH = 256

Draw = Callable[[int, torch.Generator], tuple[Tensor, Tensor]]


class Signal(NamedTuple):
    """What is seen of each run.

    Args:
        mean: Mean of the outputs of each layer, the net's input first, shape (runs, layers + 1).
        second_moment: Their mean square, shape (runs, layers + 1).
        cosine: Between the outputs of two examples, averaged over pairs, shape (runs, layers + 1).
        gradient: Mean square of the gradient at the pre-activations of each layer, for a standard
            normal gradient at the last output, shape (runs, layers).
    """

    mean: Tensor
    second_moment: Tensor
    cosine: Tensor
    gradient: Tensor

    @property
    def variance(self) -> Tensor:
        """Variance of the outputs of each layer, shape (runs, layers + 1)."""
        return self.second_moment - self.mean.square()

    def growth(self, first: int = 1) -> Tensor:
        """Factor per layer by which gradients grow from the last layer back to layer `first`, (runs,)."""
        back = self.gradient[:, first - 1 :]
        ratio: Tensor = (back[:, 0] / back[:, -1]) ** (1 / (back.shape[1] - 1))
        return ratio


def normal(tau: float) -> Draw:
    """Independent normal weights of variance tau/n, no biases."""

    def draw(n: int, g: torch.Generator) -> tuple[Tensor, Tensor]:
        return torch.randn(n, n, generator=g) * math.sqrt(tau / n), torch.zeros(n)

    return draw


def linear_default(
    n: int, g: torch.Generator, outputs: int | None = None
) -> tuple[Tensor, Tensor]:
    """What `nn.Linear` draws: weights and biases uniform in +-1/sqrt(n); n outputs if not told otherwise."""
    drawn = (2 * torch.rand(n + 1, outputs or n, generator=g) - 1) / math.sqrt(n)
    return drawn[:n], drawn[n]


def send(
    seeds: range,
    layer: Callable[[Tensor], Tensor],
    draw: Draw,
    *,
    depth: int = 50,
    width: int = WIDTH,
    examples: int = 128,
    inputs: Callable[[Tensor], Tensor] = lambda x: x,
    residual: float = 0,
) -> Signal:
    """Send standard normal inputs through one random net a seed, and a gradient back.

    Args:
        seeds: One seed per run.
        layer: From pre-activations to outputs, both of shape (examples, units).
        draw: Weights and biases of a layer.
        depth: Number of layers.
        width: Units of each layer and of the input.
        examples: Number of inputs, even.
        inputs: What becomes of the standard normal inputs before the first layer.
        residual: A layer's inputs are added to its outputs and the sum is multiplied by this; 0 for no sum.

    Returns:
        The signals, float64.
    """
    runs: list[list[Tensor]] = []
    # The nets of equal seeds share their draws, so that what is compared is paired.
    streams = zip(generators(seeds, "net"), generators(seeds, "masks"), strict=True)
    for net, masks in streams:
        x = inputs(torch.randn(examples, width, generator=net))
        outputs, before = [x], []
        with torch.random.fork_rng(devices=[]):  # torch's dropout takes no generator
            torch.manual_seed(masks.initial_seed())
            for _ in range(depth):
                weights, bias = draw(width, net)
                before.append((x @ weights + bias).requires_grad_())
                y = layer(before[-1])
                x = residual * (y + x) if residual else y
                outputs.append(x)
        cotangent = torch.randn(x.shape, generator=net)
        gradients = torch.autograd.grad(x, before, cotangent)
        values = [o.detach().double() for o in outputs]
        runs.append(
            [
                torch.stack([v.mean() for v in values]),
                torch.stack([v.square().mean() for v in values]),
                torch.stack([_cosine(v) for v in values]),
                torch.stack([g.double().square().mean() for g in gradients]),
            ]
        )
    # Of the four things seen, each from all runs.
    return Signal(*(torch.stack(seen) for seen in zip(*runs, strict=True)))


def second_moments(
    seeds: range,
    activation: Callable[[Tensor], Tensor],
    tau: float,
    *,
    nets: int = 50,
    width: int = 50,
    depth: int = 20,
) -> Tensor:
    """Mean square of the last layer's outputs, over that of the input, for many narrow nets a seed.

    Returns:
        Shape (runs, nets), float64. Each net sees one standard normal input, scaled to mean square 1.
    """
    squares = []
    for g in generators(seeds, "narrow nets"):
        x = torch.randn(nets, 1, width, generator=g, dtype=torch.float64)
        x = x / x.square().mean(-1, keepdim=True).sqrt()
        for _ in range(depth):
            w = torch.randn(nets, width, width, generator=g, dtype=x.dtype)
            x = activation(x @ w * math.sqrt(tau / width))
        squares.append(x.square().mean((1, 2)))
    return torch.stack(squares)


def _cosine(x: Tensor) -> Tensor:
    """Mean cosine between neighboring examples; 1 - cosine keeps its digits near 1."""
    a, b = (v / v.norm(dim=-1, keepdim=True) for v in (x[0::2], x[1::2]))
    cosine: Tensor = 1 - (a - b).square().sum(-1).mean() / 2
    return cosine
