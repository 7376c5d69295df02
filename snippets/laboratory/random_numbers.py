"""The random numbers of docs/explorables/random.js, for what PyTorch computes beside a page."""

from __future__ import annotations

import math
from collections.abc import Iterator

_WORD = 2**32 - 1


def uniform(seed: int) -> Iterator[float]:
    """Numbers uniform in (0, 1), without end: mulberry32.

    Args:
        seed: A whole number from 0 to 2^32 - 1.

    Examples:
        >>> draw = uniform(1)
        >>> round(next(draw), 6), round(next(draw), 6)
        (0.627074, 0.002736)
    """
    state = seed
    while True:
        state = (state + 0x6D2B79F5) & _WORD
        mixed = ((state ^ (state >> 15)) * (state | 1)) & _WORD
        mixed ^= (mixed + ((mixed ^ (mixed >> 7)) * (mixed | 61))) & _WORD
        yield ((mixed ^ (mixed >> 14)) + 0.5) / 2**32


def normals(seed: int, count: int) -> list[float]:
    """Independent standard normal numbers, each from two uniform ones (Box and Muller)."""
    draw = uniform(seed)
    return [
        math.sqrt(-2 * math.log(next(draw))) * math.cos(2 * math.pi * next(draw))
        for _ in range(count)
    ]
