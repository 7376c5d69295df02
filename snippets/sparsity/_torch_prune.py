"""What `torch.nn.utils.prune` makes of a small model."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.utils import prune


class Pruned(NamedTuple):
    """What is seen of two layers of which half of all weights are pruned, the smallest of both together.

    Args:
        same_object: Share of layers whose weights an optimizer that was made before still has.
        spread: Difference of the layers' shares of zeros, in percentage points.
        entries: Entries of the state dict, over those before pruning.
        zeros_after_steps: Share of zeros in the first layer, 20 steps after the pruning is made permanent.
    """

    same_object: float
    spread: float
    entries: float
    zeros_after_steps: float


def prune_globally(g: torch.Generator) -> Pruned:
    """Prune, make it permanent, and train on."""
    first, last = nn.Linear(64, 256), nn.Linear(256, 10)
    for layer in (first, last):
        nn.init.kaiming_normal_(layer.weight, generator=g)
        nn.init.zeros_(layer.bias)
    model = nn.Sequential(first, nn.ReLU(), last)
    entries_before = _state_entries(model)
    optimized = torch.optim.SGD(model.parameters(), lr=0.1).param_groups[0]["params"]

    weights = [(first, "weight"), (last, "weight")]
    prune.global_unstructured(weights, prune.L1Unstructured, amount=0.5)
    same = [any(layer.weight_orig is p for p in optimized) for layer in (first, last)]
    spread = 100 * abs(_zero_share(first.weight) - _zero_share(last.weight))
    entries = _state_entries(model) / entries_before

    for layer in (first, last):
        prune.remove(layer, "weight")
    _take_steps(model, g)
    return Pruned(sum(same) / len(same), spread, entries, _zero_share(first.weight))


def zeros_of_twice_half() -> float:
    """Share of zeros when half of the weights are pruned, and then half of them once more."""
    layer = nn.Linear(64, 64)
    for _ in range(2):
        prune.l1_unstructured(layer, "weight", amount=0.5)
    return _zero_share(layer.weight)


def _state_entries(model: nn.Module) -> int:
    return sum(tensor.numel() for tensor in model.state_dict().values())


def _zero_share(weight: Tensor) -> float:
    return float((weight == 0).double().mean())


def _take_steps(model: nn.Module, g: torch.Generator) -> None:
    """Take 20 steps of SGD on random images and labels."""
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(20):
        x = torch.randn(64, 64, generator=g)
        y = torch.randint(10, (64,), generator=g)
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(x), y).backward()
        optimizer.step()
