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
        Generators on the CPU, in the order of `seeds`.
    """
    made = []
    for seed in seeds:
        digest = hashlib.sha256(f"{purpose}: {seed}".encode()).digest()
        made.append(torch.Generator().manual_seed(int.from_bytes(digest[:7], "big")))
    return made
