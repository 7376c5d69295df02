"""How many steps training takes until a loss is reached."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from snippets.laboratory.digits import Split
from snippets.laboratory.ensembles import Ensemble, batches
from snippets.laboratory.seeding import generators

BATCH = 64
POLL = 20  # steps between two looks at the loss
PATIENCE = 6000  # steps


def steps_to(
    target: float,
    nets: Ensemble,
    data: Split,
    seeds: range,
    make_optimizer: Callable[[list[Tensor]], torch.optim.Optimizer],
    losses: tuple[str, ...] = ("eval", "logged"),
) -> dict[str, Tensor]:
    """Train until the losses of every run have been at or below the target.

    "eval" is the loss on the training set with dropout off. "logged" is what a progress bar shows: the mean
    over the last epoch of the batches' losses as training sees them, dropout on. Between two looks the loss
    is taken to fall exponentially.

    Returns:
        Steps to the first time at or below the target, by loss, shape (runs,).

    Raises:
        ValueError: If a run does not get there within 6,000 steps.
    """
    x, y = data.train_x, data.train_y
    optimizer = make_optimizer([p.requires_grad_() for p in nets.parameters()])
    masks = generators(seeds, "dropout masks")[0]
    orders, rows = generators(seeds, "order"), torch.arange(nets.runs)[:, None]
    epoch: deque[Tensor] = deque(maxlen=x.shape[1] // BATCH)  # losses of its batches
    curves: dict[str, list[Tensor]] = {name: [] for name in losses}
    steps = 0
    while steps < PATIENCE:
        for index in batches(x.shape[1], BATCH, orders):
            batch_loss = _loss(nets.logits(x[rows, index], masks), y[rows, index])
            optimizer.zero_grad()
            batch_loss.sum().backward()
            optimizer.step()
            steps += 1
            epoch.append(batch_loss.detach())
            if steps % POLL:
                continue
            if "eval" in curves:
                with torch.no_grad():
                    curves["eval"].append(_loss(nets.logits(x), y))
            if "logged" in curves:
                curves["logged"].append(torch.stack(tuple(epoch)).mean(0))
            seen = {name: torch.stack(looks) for name, looks in curves.items()}
            if all((curve.amin(0) <= target).all() for curve in seen.values()):
                return {name: first_below(target, c) for name, c in seen.items()}
    raise ValueError(f"a run did not reach loss {target} within {PATIENCE} steps")


def first_below(target: float, curve: Tensor) -> Tensor:
    """Steps at which losses first reach a target, log-linear between looks; curve: (looks, runs)."""
    look = (curve <= target).int().argmax(0)
    after = curve.gather(0, look[None])[0].double().log()
    before = curve.gather(0, (look - 1).clamp_min(0)[None])[0].double().log()
    part = (before - math.log(target)) / (before - after).clamp_min(1e-12)
    return POLL * (look + torch.where(look > 0, part, 1.0))


def _loss(logits: Tensor, y: Tensor) -> Tensor:
    """Cross-entropy of each run, shape (runs,)."""
    each = F.cross_entropy(logits.flatten(0, 1), y.flatten(), reduction="none")
    return each.view(y.shape).mean(-1)
