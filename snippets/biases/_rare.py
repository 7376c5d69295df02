"""One label in a hundred: training on it, and the loss on test images weighted to the same prior."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from snippets.laboratory.digits import splits
from snippets.laboratory.ensembles import Ensemble
from snippets.laboratory.seeding import generators

RARE, PRIOR = 8, 0.01  # is it an eight?
BATCH = 64
LOOKS = (*range(60), *range(60, 201, 10))  # after how many steps to look at the loss


def draw(streams: list[torch.Generator], eights: Tensor) -> tuple[Tensor, Tensor]:
    """Draw a batch per run: the label with its prior, then an image of that label.

    Args:
        streams: One generator per run.
        eights: Which training images are eights, shape (runs, images).

    Returns:
        Indices of the images and labels, each of shape (runs, BATCH).
    """
    index, labels = [], []
    for g, is_eight in zip(streams, eights, strict=True):
        label = torch.rand(BATCH, generator=g) < PRIOR
        place = torch.rand(2, BATCH, generator=g)
        rare, others = is_eight.nonzero().flatten(), (~is_eight).nonzero().flatten()
        one_rare = rare[(place[0] * len(rare)).long()]  # (BATCH,)
        one_other = others[(place[1] * len(others)).long()]
        index.append(torch.where(label, one_rare, one_other))
        labels.append(label)
    return torch.stack(index), torch.stack(labels).float()


def losses(nets: Ensemble, x: Tensor, eights: Tensor) -> Tensor:
    """Cross-entropy at a prior of 0.01: means over eights and over others, weighted. Shape (runs,), nats."""
    each = F.binary_cross_entropy_with_logits(
        nets.logits(x).squeeze(-1), eights.to(x.dtype), reduction="none"
    )
    share = eights.double().mean(-1, keepdim=True)
    weights = torch.where(eights, PRIOR / share, (1 - PRIOR) / (1 - share))
    return (each.double() * weights).mean(-1)


def train(nets: Ensemble, optimizer: torch.optim.Optimizer, seeds: range) -> Tensor:
    """Train in place; the test loss after the numbers of steps in LOOKS, shape (runs, looks)."""
    data = splits(seeds)
    train_eights, test_eights = data.train_y == RARE, data.test_y == RARE
    streams = generators(seeds, "rare labels")
    rows = torch.arange(nets.runs)[:, None]
    test_losses = []
    for step in range(LOOKS[-1] + 1):
        if step in LOOKS:
            with torch.no_grad():
                test_losses.append(losses(nets, data.test_x, test_eights))
        if step == LOOKS[-1]:
            break
        index, labels = draw(streams, train_eights)
        logits = nets.logits(data.train_x[rows, index]).squeeze(-1)
        loss = F.binary_cross_entropy_with_logits(logits, labels, reduction="sum")
        optimizer.zero_grad()
        (loss / BATCH).backward()
        optimizer.step()
    return torch.stack(test_losses, 1)
