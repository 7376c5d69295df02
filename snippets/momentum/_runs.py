"""Runs on the digits: nets 64-32-10 that differ, for each seed, in momentum and learning rate alone.

What is seen of them has the seeds in its first dimension, the settings in its second.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from snippets.activations.dead_units import dead_units
from snippets.laboratory.digits import Split
from snippets.laboratory.ensembles import batches
from snippets.laboratory.seeding import generators
from snippets.momentum._descent import descend
from snippets.momentum._networks import initial_networks, norm, per_run_loss

Setting = tuple[float, float]  # momentum, learning rate

SIZES = (64, 32, 10)
BATCH, EPOCHS = 64, 40
EVERY = 10  # steps between two looks at the loss
EVERY_ACCURACY = 40  # steps between two looks at the accuracy


class FullBatchRuns(NamedTuple):
    """What is seen of runs that use all their images in every step.

    Args:
        loss: Before each step, in nats, shape (seeds, settings, steps).
        speed: Learning rate times norm of the momentum buffers at the end, shape (seeds, settings).
        growth: Norm of the weights at the end over that at the start, shape (seeds, settings).
    """

    loss: Tensor
    speed: Tensor
    growth: Tensor


def run_full_batch(
    seeds: range, data: Split, settings: list[Setting], steps: int
) -> FullBatchRuns:
    """Train on the first 200 training images."""
    x, y = (_repeat(t[:, :200], settings) for t in (data.train_x, data.train_y))
    nets = initial_networks(seeds, SIZES, len(settings))
    norm_at_start = norm(nets.weights)
    momentum, lr = _by_net(settings, seeds)
    loss, buffers = descend(
        nets.parameters(), lr, momentum, lambda _: per_run_loss(nets, x, y), steps
    )
    shape = (len(seeds), len(settings))
    return FullBatchRuns(
        loss=loss.view(*shape, steps),
        speed=(lr * norm(buffers)).view(shape),
        growth=(norm(nets.weights) / norm_at_start).view(shape),
    )


class BatchRuns(NamedTuple):
    """What is seen of runs in batches.

    Args:
        times: After how many steps the loss is looked at.
        loss: On 256 training images, in nats, shape (seeds, settings, times).
        accuracy: On the test images, every 40 steps, shape (seeds, settings, looks).
        norm: Of the weights at the end, shape (seeds, settings).
        dead: Share of hidden units that are 0 on all training images at the end, shape (seeds, settings).
    """

    times: range
    loss: Tensor
    accuracy: Tensor
    norm: Tensor
    dead: Tensor


def run_in_batches(seeds: range, data: Split, settings: list[Setting]) -> BatchRuns:
    """Train on all training images, for 40 epochs of 22 batches; the runs of a seed share their order."""
    nets = initial_networks(seeds, SIZES, len(settings))
    momentum, lr = _by_net(settings, seeds)
    orders, images = generators(seeds, "order of the data"), data.train_x.shape[1]
    indices = [i for _ in range(EPOCHS) for i in batches(images, BATCH, orders)]
    # With the indices of a step, (seeds, BATCH), each row picks from its own seed.
    rows = torch.arange(len(seeds))[:, None]

    def batch_loss(step: int) -> Tensor:
        x, y = (t[rows, indices[step]] for t in (data.train_x, data.train_y))
        return per_run_loss(nets, _repeat(x, settings), _repeat(y, settings))

    probe_x, probe_y = (
        _repeat(t[:, :256], settings) for t in (data.train_x, data.train_y)
    )
    test_x, test_y = (_repeat(t, settings) for t in (data.test_x, data.test_y))
    losses, accuracies = [], []

    def look(step: int) -> None:
        if step % EVERY == 0:
            losses.append(per_run_loss(nets, probe_x, probe_y))
        if step % EVERY_ACCURACY == 0:
            accuracies.append(nets.accuracy(test_x, test_y))

    descend(nets.parameters(), lr, momentum, batch_loss, len(indices), look)
    hidden = nets.hidden(_repeat(data.train_x, settings))[0]  # (nets, images, units)
    dead = torch.stack([dead_units(net) for net in hidden])  # (nets, units)
    shape = (len(seeds), len(settings))
    return BatchRuns(
        times=range(0, len(indices) + 1, EVERY),
        loss=torch.stack(losses, 1).view(*shape, -1),
        accuracy=torch.stack(accuracies, 1).view(*shape, -1),
        norm=norm(nets.weights).view(shape),
        dead=dead.double().mean(1).view(shape),
    )


def fastest(steps: Tensor, settings: list[Setting]) -> dict[float, int]:
    """By momentum, which of these settings takes the fewest steps on average.

    Args:
        steps: Shape (seeds, settings); further settings are left aside.
        settings: Those to choose from.
    """
    average = steps.mean(0).tolist()
    best: dict[float, int] = {}
    for i, (momentum, _) in enumerate(settings):
        if momentum not in best or average[i] < average[best[momentum]]:
            best[momentum] = i
    return best


def _repeat(values: Tensor, settings: list[Setting]) -> Tensor:
    """What each seed has, for all its settings: (seeds, ...) -> (seeds * settings, ...)."""
    return values.repeat_interleave(len(settings), 0)


def _by_net(settings: list[Setting], seeds: range) -> tuple[Tensor, Tensor]:
    """Momentum and learning rate of each net, shape (seeds * settings,) both."""
    momentum, lr = torch.tensor(settings).repeat(len(seeds), 1).T
    return momentum, lr
