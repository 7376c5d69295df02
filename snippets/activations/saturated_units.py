"""Which units of a layer pass next to no gradient, whatever its activation is?"""

from collections.abc import Callable, Iterable

import torch
from torch import Tensor


def saturated_units(
    activation: Callable[[Tensor], Tensor],
    preactivations: Tensor | Iterable[Tensor],
    *,
    slope: float = 0.01,
    dim: int = -1,
) -> Tensor:
    """Mark the units on whose flat part every example lies.

    Backpropagation multiplies a unit's gradient by the slope of the activation at the
    unit's input. Where that slope is tiny on all examples, the unit hardly learns.
    With `slope=0` it gets no gradient at all: a dead ReLU unit, or a sigmoid unit
    whose slope has been rounded to 0.

    The slope is taken from autograd in the dtype of `preactivations`, so it is the one
    that training sees, rounding and all.

    Args:
        activation: An elementwise, deterministic function, such as `torch.sigmoid` or
            `nn.GELU()`; not softmax, whose outputs depend on each other.
        preactivations: Inputs of the activation, floating: a tensor of two or more
            dimensions, or several, as of the batches of a loader. All dimensions but
            `dim` are examples: rows, tokens, positions.
        slope: Largest absolute slope that still counts as flat, >= 0, unitless. The
            sigmoid reaches 0.25 at most, tanh and ReLU 1.
        dim: Dimension of the units: -1 after `nn.Linear`, also of tokens; 1, the
            channels, after a convolution.

    Returns:
        True where the absolute slope is at most `slope` on all examples, shape
        (units,), dtype bool.

    Raises:
        ValueError: If there is no tensor of preactivations, one has fewer than two
            dimensions, no such `dim`, no entry, one that is NaN or infinite, no
            floating dtype or another number of units than the first; if `slope` is
            negative, NaN or infinite; or if `activation` returns no tensor or another
            shape, mixes entries, draws at random, depends on nothing, or has a slope
            that is NaN or infinite.

    Examples:
        The slope of tanh is 1 - tanh(z)^2: 1 at 0, below 0.0002 at 5 and at -6.

        >>> saturated_units(torch.tanh, torch.tensor([[5.0, 5.0], [-6.0, 0.0]]))
        tensor([ True, False])
        >>> saturated_units(torch.relu, torch.tensor([[-1.0, 2.0]]), slope=0)
        tensor([ True, False])

    Source:
        Glorot and Bengio (2010), Understanding the difficulty of training deep
        feedforward neural networks, PMLR 9:249-256, abstract: sigmoid layers driven
        into saturation. That a slope says when a unit counts is ours.
    """
    if not 0 <= slope < float("inf"):
        raise ValueError(f"slope must be in [0, inf), got {slope}")
    flat = None
    batches = [preactivations] if isinstance(preactivations, Tensor) else preactivations
    for z in batches:
        _check(z, dim)
        found = _slopes(activation, z).abs() <= slope
        found = found.movedim(dim, -1).flatten(0, -2).all(0)
        if flat is not None and found.shape != flat.shape:
            raise ValueError(
                "all preactivations must have the same number of units, "
                f"got {len(flat)} and {len(found)} in dimension {dim}"
            )
        flat = found if flat is None else flat & found
    if flat is None:
        raise ValueError("preactivations must be one tensor or more, got none")
    return flat


def _check(z: Tensor, dim: int) -> None:
    if not isinstance(z, Tensor):
        raise ValueError(f"preactivations must be tensors, got {type(z).__name__}")
    if z.ndim < 2 or not z.numel() or not -z.ndim <= dim < z.ndim:
        raise ValueError(
            "preactivations must have examples and units, in two or more dimensions, "
            f"got shape {tuple(z.shape)} and dim={dim}"
        )
    if not z.is_floating_point():
        raise ValueError(f"preactivations must be floating-point, got {z.dtype}")
    if not z.isfinite().all():
        raise ValueError("preactivations must be finite, got NaN or infinity")


def _slopes(activation: Callable[[Tensor], Tensor], z: Tensor) -> Tensor:
    """The slope of an elementwise function at each entry."""
    # Whatever mode the caller is in; the activation gets a copy that it may overwrite.
    with torch.inference_mode(False), torch.enable_grad():
        inputs = z.detach().clone().requires_grad_()
        outputs = activation(inputs.clone())
        if not isinstance(outputs, Tensor) or outputs.shape != inputs.shape:
            shape = getattr(outputs, "shape", None)
            raise ValueError(
                "activation must be elementwise, but turns shape "
                f"{tuple(inputs.shape)} into "
                f"{type(outputs).__name__ if shape is None else tuple(shape)}"
            )
        if not outputs.requires_grad:
            raise ValueError("activation must be differentiable, got a constant")
        (slopes,) = torch.autograd.grad(outputs.sum(), inputs)
    if not slopes.isfinite().all():
        raise ValueError("activation must have finite slopes, got NaN or infinity")
    # Once more, and whatever stands elsewhere, the output at this entry must stay.
    kept = torch.zeros_like(inputs, dtype=torch.bool)
    kept[tuple(n // 2 for n in kept.shape)] = True
    with torch.no_grad():
        again = activation(inputs.clone())
        alone = activation(torch.where(kept, inputs, inputs[kept] - 0.7))
    repeats = torch.allclose(again, outputs, equal_nan=True)
    if not repeats or not torch.allclose(alone[kept], outputs[kept], equal_nan=True):
        raise ValueError(
            "activation must be elementwise and deterministic, but an output changed "
            "while its input did not"
        )
    return slopes
