"""The networks of this question."""

from __future__ import annotations

from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor

from snippets.laboratory.ensembles import Ensemble
from snippets.laboratory.seeding import generators


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
