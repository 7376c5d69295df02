"""TODO: what readers use this function for, and what PyTorch offers instead.

File and function have one name: rename them here, on the page, in the reference.
"""

from __future__ import annotations

import torch
from torch import Tensor


def standard_error(values: Tensor) -> Tensor:
    """TODO: what it returns. As an example, the standard error of a mean.

    Args:
        values: Independent observations, shape (n,), n >= 2, a floating-point type.

    Returns:
        Their standard deviation over the square root of n, shape (), in their unit.

    Raises:
        ValueError: If `values` is not 1-D, or has fewer than two entries.

    Examples:
        >>> standard_error(torch.tensor([1.0, 3.0]))
        tensor(1.)

    Source:
        TODO: author (year), title, section, DOI or arXiv id; how this differs.
    """
    if values.ndim != 1 or len(values) < 2:
        shape = tuple(values.shape)
        raise ValueError(f"values must have shape (n,) with n >= 2, got {shape}")
    return torch.div(values.std(), len(values) ** 0.5)
