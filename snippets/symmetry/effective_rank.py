"""How many different features does a layer compute?"""

import torch
from torch import Tensor


def effective_rank(activations: Tensor) -> Tensor:
    """Count the directions that a layer's outputs use, each weighted by its share.

    It is the exponential of the entropy of the singular values, normalized to sum 1: 1
    when all units say the same up to a factor, k when k directions are used equally, 0
    when every entry is 0.

    Args:
        activations: Outputs of a layer, shape (..., examples, units), any floating
            dtype; computed in float64, because small singular values drown in float32.

    Returns:
        The effective rank, shape (...), dtype float64, 0 or between 1 and min(examples,
        units).

    Raises:
        ValueError: If `activations` has fewer than two dimensions, no example or no
            unit, or an entry that is NaN or infinite.

    Examples:
        >>> effective_rank(torch.eye(3)).round(decimals=6)
        tensor(3., dtype=torch.float64)
        >>> effective_rank(torch.ones(5, 4)).round(decimals=6)
        tensor(1., dtype=torch.float64)
        >>> effective_rank(torch.zeros(5, 4))
        tensor(0., dtype=torch.float64)

    Source:
        Roy and Vetterli (2007), The effective rank: a measure of effective
        dimensionality, EUSIPCO. There the zero matrix has none; here it has 0.
    """
    if activations.ndim < 2 or 0 in activations.shape[-2:]:
        raise ValueError(
            "activations must have shape (..., examples, units), "
            f"got {tuple(activations.shape)}"
        )
    if not activations.isfinite().all():
        raise ValueError("activations must be finite, got NaN or infinity")
    values = torch.linalg.svdvals(activations.double())  # (..., min(examples, units))
    total = values.sum(-1, keepdim=True)
    shares = values / total.where(total > 0, 1)
    rank: Tensor = torch.special.entr(shares).sum(-1).exp() * (total.squeeze(-1) > 0)
    return rank
