"""The networks of this question, and their runs on the digits."""

from __future__ import annotations

from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor

from snippets.activations.dead_units import dead_units
from snippets.laboratory.digits import Split
from snippets.laboratory.ensembles import Ensemble, batches
from snippets.laboratory.seeding import generators
from snippets.momentum._descent import descend


def initial_networks(
    seeds: range, sizes: tuple[int, ...], copies: int, gain: float = 2.0
) -> Ensemble:
    """Nets with He's initialization (or another gain); a seed's `copies` are equal and stand together."""
    streams = generators(seeds, "weights")
    weights = []
    for n, m in pairwise(sizes):
        drawn = torch.stack([torch.randn(n, m, generator=g) for g in streams])
        weights.append((drawn * (gain / n) ** 0.5).repeat_interleave(copies, 0))
    return Ensemble(weights)


def per_run_loss(nets: Ensemble, x: Tensor, y: Tensor) -> Tensor:
    """Cross-entropy of each run, shape (runs,)."""
    logits = nets.logits(x)
    each = F.cross_entropy(logits.flatten(0, 1), y.flatten(), reduction="none")
    return each.view(y.shape).mean(1)


def norm(tensors: list[Tensor]) -> Tensor:
    """Euclidean norm of all entries of each run, shape (runs,)."""
    return torch.cat([t.flatten(1) for t in tensors], 1).square().sum(1).sqrt()


class RunsOnDigits:
    """Nets 64-32-10 on the digits in batches of 64, watched on 256 training images.

    Args:
        seeds: One initialization and order of the data per seed.
        data: One split per seed.
        settings: Momentum and learning rate of each of a seed's runs.
        epochs: Of 22 steps.
    """

    every = 10

    def __init__(
        self,
        seeds: range,
        data: Split,
        settings: list[tuple[float, float]],
        epochs: int,
    ) -> None:
        copies, orders = len(settings), generators(seeds, "order of the data")
        nets = initial_networks(seeds, (64, 32, 10), copies)
        momentum, lr = (
            torch.tensor(column).repeat(len(seeds))
            for column in zip(*settings, strict=True)
        )
        examples = data.train_x.shape[1]
        order = [i for _ in range(epochs) for i in batches(examples, 64, orders)]
        rows = torch.arange(len(seeds))[:, None]
        losses, accuracies = [], []

        def spread(values: Tensor) -> Tensor:
            return values.repeat_interleave(copies, 0)

        def batch_loss(step: int) -> Tensor:
            index = order[step]
            x, y = data.train_x[rows, index], data.train_y[rows, index]
            return per_run_loss(nets, spread(x), spread(y))

        probe = spread(data.train_x[:, :256]), spread(data.train_y[:, :256])
        test = spread(data.test_x), spread(data.test_y)

        def watch(step: int) -> None:
            if step % self.every == 0:
                losses.append(per_run_loss(nets, *probe))
                if step % (4 * self.every) == 0 or step == len(order):
                    accuracies.append(nets.accuracy(*test))

        descend(nets.parameters(), lr, momentum, batch_loss, len(order), watch)
        hidden = nets.hidden(spread(data.train_x))[0]
        shape = (len(seeds), copies)
        dead = torch.stack([dead_units(run) for run in hidden])  # (runs, units)
        self.dead = dead.double().mean(1).view(shape)
        self.loss = torch.stack(losses, 1).view(*shape, -1)
        self.accuracy = torch.stack(accuracies, 1).view(*shape, -1)
        self.norm = norm(nets.weights).view(shape)
        self.steps = len(order)
