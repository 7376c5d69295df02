"""Random streams: one per run and purpose, so that nothing depends on what else is drawn."""

from __future__ import annotations

import hashlib

import torch


def generators(seeds: range, purpose: str) -> list[torch.Generator]:
    """One generator per seed, independent of those for any other purpose.

    Seeding every stream of a run with the run's own number would make, say, its weights
    and the order of its data functions of the same draws.

    Args:
        seeds: One seed per run.
        purpose: What the numbers are for, in words.

    Returns:
        Generators on PyTorch's default device, in the order of `seeds`.
    """
    made, device = [], torch.get_default_device()
    for seed in seeds:
        digest = hashlib.sha256(f"{purpose}: {seed}".encode()).digest()
        drawn = torch.Generator(device).manual_seed(int.from_bytes(digest[:7], "big"))
        made.append(drawn)
    return made
