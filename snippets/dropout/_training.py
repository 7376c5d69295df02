"""Trains the nets of MNIST-1D, and follows what they do to examples that they do not train on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from snippets.dropout import _scores as scores
from snippets.dropout._networks import adam, initial_networks
from snippets.dropout._outcomes import at_best_temperature
from snippets.laboratory import mnist1d
from snippets.laboratory.ensembles import Ensemble, train

STEPS, BATCH = 1200, 50
POLL = 20  # least number of steps between two looks at held-out losses


def train_networks(
    data: mnist1d.Split,
    seeds: range,
    train_examples: int,
    p: float = 0.3,
    steps: int = STEPS,
    after_epoch: Callable[[Ensemble, int], None] = lambda _nets, _epochs: None,
) -> Ensemble:
    """Nets trained on the first examples of the training set, by as many steps for any number of them."""
    nets = initial_networks(40, 64, p, seeds)
    train(
        nets,
        data.train_x[:, :train_examples],
        data.train_y[:, :train_examples],
        seeds=seeds,
        epochs=steps * BATCH // train_examples,
        batch_size=BATCH,
        optimizer=adam,
        after_epoch=lambda epochs: after_epoch(nets, epochs),
    )
    return nets


@dataclass(frozen=True)
class HeldOut:
    """What one training does to held-out examples.

    Args:
        steps: When the losses were looked at, shape (looks,).
        validation: Losses on the validation part, shape (looks, runs).
        test: Losses on the test part, shape (looks, runs).
        accuracy: On the test part after the last step, in points, shape (runs,).
        tempered: Loss on the test part after the last step, with a temperature, shape (runs,).
    """

    steps: Tensor
    validation: Tensor
    test: Tensor
    accuracy: Tensor
    tempered: Tensor

    def stopped(self) -> Tensor:
        """Loss on the test part at the look where that on the validation part is least, shape (runs,)."""
        return self.test.gather(0, self.validation.argmin(0)[None])[0]

    def steps_to(self, target: Tensor) -> Tensor:
        """Steps to a validation loss; those of all the training where it is not reached, shape (runs,)."""
        below = self.validation <= target
        first = self.steps[below.int().argmax(0)]
        return torch.where(below.any(0), first, self.steps[-1])


def follow(data: mnist1d.Split, seeds: range, train_examples: int, p: float) -> HeldOut:
    """Train nets, and look at them every 20 steps or, where epochs are longer, after every epoch."""
    parts = (data.validation_x, data.validation_y), (data.test_x, data.test_y)
    per_epoch = train_examples // BATCH
    steps: list[int] = []
    looks: list[Tensor] = []

    @torch.no_grad()
    def look(nets: Ensemble, epochs: int) -> None:
        if epochs % max(1, POLL // per_epoch) == 0:
            steps.append(epochs * per_epoch)
            losses = [scores.nll(nets.logits(x).softmax(-1), y) for x, y in parts]
            looks.append(torch.stack(losses))

    nets = train_networks(data, seeds, train_examples, p, after_epoch=look)
    validation, test = torch.stack(looks, 1)
    logits, of_validation = nets.logits(data.test_x), nets.logits(data.validation_x)
    tempered = at_best_temperature(logits, of_validation, data.validation_y)
    return HeldOut(
        steps=torch.tensor(steps).double(),
        validation=validation,
        test=test,
        accuracy=100 * nets.accuracy(data.test_x, data.test_y),
        tempered=scores.nll(tempered, data.test_y),
    )
