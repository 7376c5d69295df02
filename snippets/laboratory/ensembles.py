"""Many small multilayer perceptrons trained together, one per seed.

On two cores, one batched matrix product for all runs is about twice as fast as a loop
over runs. Runs share nothing: each has its own weights, its own order of the data and
its own gradients, because the loss is the *sum* over runs of each run's mean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import torch
import torch.nn.functional as F
from torch import Tensor

from snippets.laboratory.seeding import generators

Activation = Callable[[Tensor], Tensor]


@dataclass
class Ensemble:
    """Multilayer perceptrons with the same shape, stacked along a first dimension.

    Args:
        weights: One tensor per layer, shape (runs, fan_in, fan_out): the transpose of
            `nn.Linear`'s.
        biases: One tensor per layer, shape (runs, 1, fan_out).
        activation: Applied after every layer but the last.
        dropout: Probability of zeroing a hidden unit while training, in [0, 1).
    """

    weights: list[Tensor]
    biases: list[Tensor] = field(default_factory=list)
    activation: Activation = F.relu
    dropout: float = 0.0

    def __post_init__(self) -> None:
        if not self.biases:
            self.biases = [torch.zeros_like(w[:, :1, :]) for w in self.weights]

    @property
    def runs(self) -> int:
        """How many networks there are."""
        return len(self.weights[0])

    def parameters(self) -> list[Tensor]:
        """All weights and biases."""
        return [*self.weights, *self.biases]

    def hidden(self, x: Tensor, masks: torch.Generator | None = None) -> list[Tensor]:
        """Outputs of every hidden layer after the activation.

        Args:
            x: Shape (runs, examples, features).
            masks: Where given, dropout masks are drawn from it; else dropout is off.

        Returns:
            One tensor per hidden layer, shape (runs, examples, units).
        """
        outputs = []
        for w, b in zip(self.weights[:-1], self.biases[:-1], strict=True):
            x = self.activation(torch.baddbmm(b, x, w))
            if masks is not None and self.dropout:
                # A third of the time of bernoulli_, which draws doubles.
                kept = torch.rand(x.shape, generator=masks) >= self.dropout
                x = x * kept / (1 - self.dropout)
            outputs.append(x)
        return outputs

    def logits(self, x: Tensor, masks: torch.Generator | None = None) -> Tensor:
        """Outputs of the last layer, shape (runs, examples, classes); arguments as in `hidden`."""
        x = [x, *self.hidden(x, masks)][-1]  # one layer alone has nothing hidden
        return torch.baddbmm(self.biases[-1], x, self.weights[-1])

    @torch.no_grad()
    def accuracy(self, x: Tensor, y: Tensor) -> Tensor:
        """Share of examples classified correctly, dropout off.

        Args:
            x: Shape (runs, examples, features).
            y: Shape (runs, examples), classes.

        Returns:
            Shape (runs,), float64, in [0, 1].
        """
        return (self.logits(x).argmax(-1) == y).double().mean(-1)


def batches(
    examples: int, size: int, orders: list[torch.Generator]
) -> Iterator[Tensor]:
    """Go once through the data, in an order of its own for each run.

    Args:
        examples: Number of examples.
        size: Batch size; a smaller rest is dropped, so that every batch has the same
            shape.
        orders: One generator per run.

    Yields:
        Indices, shape (runs, size).
    """
    order = torch.stack([torch.randperm(examples, generator=g) for g in orders])
    for start in range(0, examples - size + 1, size):
        yield order[:, start : start + size]


def train(
    nets: Ensemble,
    x: Tensor,
    y: Tensor,
    *,
    seeds: range,
    epochs: int,
    batch_size: int = 64,
    optimizer: Callable[[list[Tensor]], torch.optim.Optimizer] | None = None,
    after_epoch: Callable[[int], None] | None = None,
) -> None:
    """Train all runs at once on cross-entropy, in place.

    Args:
        nets: The networks.
        x: Shape (runs, examples, features).
        y: Shape (runs, examples), classes.
        seeds: One seed per run, for the order of the data and the dropout masks.
        epochs: How often to go through the data.
        batch_size: Examples per step and run.
        optimizer: Makes the optimizer from the parameters; Adam with lr 1e-3 if not
            given. It must treat every entry on its own: clipping a global norm would
            couple the runs.
        after_epoch: Called with the number of epochs done, 1 to `epochs`.
    """
    parameters = [p.requires_grad_() for p in nets.parameters()]
    step = (
        optimizer(parameters)
        if optimizer
        else torch.optim.Adam(parameters, lr=1e-3, fused=True)
    )
    orders = generators(seeds, "order of the data")
    masks = generators(seeds, "dropout masks")[
        0
    ]  # one stream for all runs: drawn as one tensor
    rows = torch.arange(nets.runs)[:, None]
    for epoch in range(epochs):
        for index in batches(x.shape[1], batch_size, orders):
            logits = nets.logits(x[rows, index], masks)
            loss = (
                F.cross_entropy(
                    logits.flatten(0, 1), y[rows, index].flatten(), reduction="sum"
                )
                / batch_size
            )
            step.zero_grad()
            loss.backward()
            step.step()
        if after_epoch:
            after_epoch(epoch + 1)
    for p in parameters:
        p.requires_grad_(False)
