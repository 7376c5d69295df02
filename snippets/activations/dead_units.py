"""Which units of a ReLU layer does no example switch on?"""

import torch
from torch import Tensor


def dead_units(activations: Tensor) -> Tensor:
    """Mark the units of a ReLU layer that no example switches on.

    On these examples such a unit passes on nothing and gets a gradient of exactly 0,
    so no first-order optimizer moves its weights unless its inputs change.

    Take all training examples: a unit that a thousand of them leave at 0 may answer to
    the next. Other activations have no such exact test; see `saturated_units`.

    Args:
        activations: Outputs of the layer after ReLU, every entry >= 0, shape
            (..., examples, units). The channels of a convolution are units, its
            positions are examples: pass `h.movedim(1, -1).flatten(0, -2)`.

    Returns:
        True where a unit is 0 on all examples, shape (..., units), dtype bool.

    Raises:
        ValueError: If `activations` is no tensor, has fewer than two dimensions, no
            example or no unit, or an entry that is negative, NaN or infinite.

    Examples:
        >>> dead_units(torch.tensor([[0.0, 1.0], [0.0, 0.0]]))
        tensor([ True, False])

        >>> h = torch.zeros(2, 3, 4, 4)  # images, channels, height, width
        >>> h[1, 2, 0, 0] = 1.0
        >>> dead_units(h.movedim(1, -1).flatten(0, -2))
        tensor([ True,  True, False])

    Source:
        Lu, Shin, Su and Karniadakis (2019), Dying ReLU and Initialization,
        arXiv:1903.06733, abstract: a neuron that only outputs 0 for any input. Here,
        for any input of a given sample.
    """
    if not isinstance(activations, Tensor):
        raise ValueError(
            f"activations must be a tensor, got {type(activations).__name__}"
        )
    if activations.ndim < 2 or 0 in activations.shape[-2:]:
        raise ValueError(
            "activations must have shape (..., examples, units), "
            f"got {tuple(activations.shape)}"
        )
    if not torch.isfinite(activations).all():
        raise ValueError("activations must be finite, got NaN or infinity")
    if (activations < 0).any():
        raise ValueError(
            "activations must be >= 0, as ReLU leaves them, "
            f"got {float(activations.min())}"
        )
    return (activations == 0).all(-2)
