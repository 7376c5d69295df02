"""Which units of a ReLU layer does no example switch on?"""

from collections.abc import Iterable

import torch
from torch import Tensor


def dead_units(activations: Tensor | Iterable[Tensor], *, dim: int = -1) -> Tensor:
    """Mark the units of a ReLU layer that no example switches on.

    On these examples such a unit passes on nothing and gets a gradient of exactly 0. So
    its weights move by what is left of momentum and by weight decay only, until its
    inputs change.

    Take all training examples: a unit that a thousand of them leave at 0 may answer to
    the next. Other activations have no such exact test; see `saturated_units`.

    Args:
        activations: Outputs of the layer after ReLU, every entry >= 0: a tensor of two
            or more dimensions, or several, as of the batches of a loader. All
            dimensions but `dim` are examples: rows, tokens, positions.
        dim: Dimension of the units: -1 after `nn.Linear`, also of tokens; 1, the
            channels, after a convolution.

    Returns:
        True where a unit is 0 on all examples, shape (units,), dtype bool.

    Raises:
        ValueError: If there is no tensor, one has fewer than two dimensions, no such
            `dim`, no example, no unit or another number of units than the first, or an
            entry is negative, NaN or infinite.

    Examples:
        >>> dead_units(torch.tensor([[0.0, 1.0], [0.0, 0.0]]))
        tensor([ True, False])

        >>> h = torch.zeros(2, 3, 4, 4)  # images, channels, height, width
        >>> h[1, 2, 0, 0] = 1.0
        >>> dead_units(h, dim=1)
        tensor([ True,  True, False])
        >>> dead_units((images[None] for images in h), dim=1)
        tensor([ True,  True, False])

    Source:
        Lu, Shin, Su and Karniadakis (2019), Dying ReLU and Initialization,
        arXiv:1903.06733, abstract: a neuron that only outputs 0 for any input. Here,
        for any input of a given sample.
    """
    dead = None
    for h in [activations] if isinstance(activations, Tensor) else activations:
        found = _silent(h, dim)
        if dead is not None and found.shape != dead.shape:
            raise ValueError(
                "all activations must have the same number of units, "
                f"got {len(dead)} and {len(found)} in dimension {dim}"
            )
        dead = found if dead is None else dead & found
    if dead is None:
        raise ValueError("activations must be one tensor or more, got none")
    return dead


def _silent(h: Tensor, dim: int) -> Tensor:
    if not isinstance(h, Tensor):
        raise ValueError(f"activations must be tensors, got {type(h).__name__}")
    if h.ndim < 2 or not h.numel() or not -h.ndim <= dim < h.ndim:
        raise ValueError(
            "activations must have examples and units, in two or more dimensions, "
            f"got shape {tuple(h.shape)} and dim={dim}"
        )
    if not torch.isfinite(h).all():
        raise ValueError("activations must be finite, got NaN or infinity")
    if (h < 0).any():
        raise ValueError(
            f"activations must be >= 0, as ReLU leaves them, got {float(h.min())}"
        )
    return (h == 0).movedim(dim, -1).flatten(0, -2).all(0)
