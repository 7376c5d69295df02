"""The random numbers of docs/explorables/random.js, for what PyTorch computes beside a page."""

from __future__ import annotations

import math

import torch
from torch import Tensor

_WORD = 2**32 - 1  # JavaScript's bitwise numbers have 32 bits


def uniform(seed: int, count: int) -> Tensor:
    """Numbers uniform in (0, 1), float64, shape (count,): mulberry32.

    Args:
        seed: A whole number from 0 to 2^32 - 1.
        count: How many; more of the same seed begin with fewer of it.

    Examples:
        >>> uniform(1, 2)
        tensor([0.6271, 0.0027], dtype=torch.float64)
    """
    state = (seed + torch.arange(1, count + 1) * 0x6D2B79F5) & _WORD
    mixed = ((state ^ (state >> 15)) * (state | 1)) & _WORD
    mixed ^= (mixed + (((mixed ^ (mixed >> 7)) * (mixed | 61)) & _WORD)) & _WORD
    return ((mixed ^ (mixed >> 14)).double() + 0.5) / 2**32


def normals(seed: int, count: int) -> Tensor:
    """Independent standard normal numbers, each from two uniform ones (Box and Muller), shape (count,)."""
    radii, angles = uniform(seed, 2 * count).view(count, 2).unbind(1)
    return (-2 * radii.log()).sqrt() * (2 * math.pi * angles).cos()
