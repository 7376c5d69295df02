"""Training of the nets: SGD on MNIST-1D, batches of any size, mixed or of one class each."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
import torch.nn.functional as F
from torch import Tensor

from snippets.laboratory.ensembles import batches
from snippets.laboratory.mnist1d import Split
from snippets.laboratory.seeding import generators
from snippets.normalization._networks import Nets

BATCH = 100
EPOCHS = 6

Optimizer = Callable[[list[Tensor]], torch.optim.Optimizer]


def sgd(lr: float, momentum: float = 0.0) -> Optimizer:
    """Make SGD of a learning rate."""
    return lambda parameters: torch.optim.SGD(parameters, lr=lr, momentum=momentum)


def adam(lr: float) -> Optimizer:
    """Make Adam of a learning rate."""
    return lambda parameters: torch.optim.Adam(parameters, lr=lr, fused=True)


def fit(
    nets: Nets,
    data: Split,
    seeds: range,
    optimizer: Optimizer,
    *,
    epochs: int = EPOCHS,
    batch: int = BATCH,
    accumulate: int = 1,
    one_class: bool = False,
    after_step: Callable[[], None] | None = None,
) -> Nets:
    """Train all nets at once on cross-entropy, in place, each in its own order of the data.

    Args:
        nets: The networks.
        data: Their data.
        seeds: One seed per run.
        optimizer: Makes the optimizer.
        epochs: How often to go through the data.
        batch: Examples that are normalized together.
        accumulate: Batches of a step, whose gradients are averaged.
        one_class: Whether all examples of a batch have one class.
        after_step: Called after each step.

    Returns:
        The nets.
    """
    x, y = data.train_x, data.train_y
    parameters = [p.requires_grad_() for p in nets.parameters()]
    step = optimizer(parameters)
    orders = generators(seeds, "order of the data")
    rows = torch.arange(len(x))[:, None]
    for _ in range(epochs):
        for whole in (
            _of_one_class(y, batch, orders)
            if one_class
            else batches(x.shape[1], batch * accumulate, orders)
        ):
            step.zero_grad()
            for index in torch.split(whole, batch, 1):
                logits = nets.logits(x[rows, index], training=True)
                answers = y[rows, index].flatten()
                loss = F.cross_entropy(logits.flatten(0, 1), answers, reduction="sum")
                (loss / whole.shape[1]).backward()
            step.step()
            if after_step:
                after_step()
    for p in parameters:
        p.requires_grad_(False)
    return nets


def hold_norms(nets: Nets) -> Callable[[], None]:
    """What, called after each step, gives hidden units' weights the norms back that they have now."""
    norms = [w.norm(dim=2, keepdim=True) for w in nets.weights[:-1]]

    @torch.no_grad()
    def hold() -> None:
        for w, norm in zip(nets.weights, norms, strict=False):
            w.mul_(norm / w.norm(dim=2, keepdim=True))

    return hold


def _of_one_class(
    y: Tensor, size: int, orders: list[torch.Generator]
) -> Iterator[Tensor]:
    """Indices of batches that have one class each, shape (runs, size); as many batches for every run."""
    runs = []
    for classes, g in zip(y, orders, strict=True):
        order = torch.randperm(len(classes), generator=g)
        found = [
            part
            for c in range(10)
            for part in torch.split(order[classes[order] == c], size)
            if len(part) == size
        ]
        mixed = torch.randperm(len(found), generator=g)
        runs.append(torch.stack([found[i] for i in mixed]))
    fewest = min(map(len, runs))
    yield from torch.stack([run[:fewest] for run in runs]).unbind(1)
