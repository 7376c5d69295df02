"""Which weights to prune by magnitude, how many by when, and two of every four."""

from collections.abc import Iterable
from itertools import accumulate

import torch
from torch import Tensor


def magnitude_masks(
    weights: Iterable[Tensor], sparsity: float, *, per: str = "layer"
) -> list[Tensor]:
    """Mask the smallest weights, by absolute value.

    Multiply the weights by the masks after every later step, or they grow back. Weights
    that are 0 already are the smallest, so the masks of a pruned network at a higher
    sparsity lie within its old ones; among equals the first are pruned.

    Args:
        weights: The tensors to prune, of any shapes, on one device. Leave out biases
            and normalization layers. A weight that a parametrization computes anew each
            time, as `weight_norm` does, keeps no mask: remove the parametrization, or
            mask its originals.
        sparsity: Share of weights to prune, in [0, 1), rounded to a whole number of
            weights.
        per: "layer" prunes that share of each tensor, "model" of all of them together,
            which may leave layers with very different shares, or one with none.

    Returns:
        One mask per tensor, of its shape, dtype bool, False where a weight goes.

    Raises:
        ValueError: If `weights` is a tensor instead of several, if there is none or one
            is no tensor, is computed from others, is empty or has NaN, or if an option
            is out of range.

    Examples:
        >>> magnitude_masks([torch.tensor([0.3, -2.0, 0.1, 1.0])], 0.5)
        [tensor([False,  True, False,  True])]

    Source:
        `torch.nn.utils.prune.l1_unstructured` and `global_unstructured` choose the same
        weights where no two are equal; these masks need no re-parametrization of the
        module.
    """
    if not 0 <= sparsity < 1:
        raise ValueError(f"sparsity must be in [0, 1), got {sparsity}")
    if per not in ("layer", "model"):
        raise ValueError(f'per must be "layer" or "model", got {per!r}')
    if isinstance(weights, Tensor):
        raise ValueError(
            "weights must be several tensors, got one of shape "
            f"{tuple(weights.shape)}: put it in a list"
        )
    weights = list(weights)
    for weight in weights:
        if not isinstance(weight, Tensor):
            raise ValueError(
                f"weights must be tensors, got {type(weight).__name__}: pass "
                "[layer.weight for layer in ...], or the values of a dict"
            )
        whole = (
            weight if weight._base is None else weight._base
        )  # of which it is a view
        if whole.grad_fn is not None:
            raise ValueError(
                f"a weight of shape {tuple(weight.shape)} is computed from others "
                f"({whole.grad_fn.name()}), so a mask multiplied into it is lost: "
                "remove its parametrization first, or pass weight.detach()"
            )
    if not weights or any(not w.numel() or bool(w.isnan().any()) for w in weights):
        raise ValueError("weights must be one or more tensors, not empty, without NaN")
    sizes = [w.detach().abs().flatten() for w in weights]
    if per == "layer":
        flat = [_mask(size, sparsity) for size in sizes]
    else:
        flat = list(_mask(torch.cat(sizes), sparsity).tensor_split(_ends(sizes)))
    return [mask.view(w.shape) for mask, w in zip(flat, weights, strict=True)]


def gradual_sparsity(step: int, *, first: int, last: int, final: float) -> float:
    """Share of weights to have pruned after a step: fast at first, then ever slower.

    It rises as final * (1 - (1 - t)^3), where t goes from 0 to 1 between two steps.

    Args:
        step: The step that was just taken.
        first: Step up to which nothing is pruned.
        last: Step from which on it is `final`, > first. Leave some steps after it.
        final: Share of weights to prune in the end, in [0, 1).

    Returns:
        A share in [0, final].

    Raises:
        ValueError: If `last` is not after `first` or `final` is out of range.

    Examples:
        >>> [gradual_sparsity(s, first=0, last=100, final=0.8) for s in (0, 50, 100)]
        [0.0, 0.7..., 0.8...]

    Source:
        Zhu and Gupta (2017), To prune, or not to prune, arXiv:1710.01878, as the
        `PolynomialDecay` of tensorflow/model-optimization with power 3 has it, from an
        initial sparsity of 0.
    """
    if not first < last:
        raise ValueError(f"last must be > first, got first={first}, last={last}")
    if not 0 <= final < 1:
        raise ValueError(f"final must be in [0, 1), got {final}")
    t = min(max((step - first) / (last - first), 0.0), 1.0)
    return final * (1 - (1 - t) ** 3)


def two_of_four_mask(weight: Tensor, *, dim: int = -1) -> Tensor:
    """Keep the two largest of every four neighboring inputs: the 2:4 pattern of GPUs.

    The mask by itself saves nothing: `torch.sparse.to_sparse_semi_structured` stores
    the pattern of a matrix and multiplies with it, on CUDA only.

    Args:
        weight: A weight whose number of inputs is a multiple of 4.
        dim: Dimension of the inputs, the one that is summed over: -1 for `nn.Linear`,
            1 for a convolution, 0 for the `Conv1D` of Hugging Face's GPT-2, which
            stores (inputs, outputs).

    Returns:
        Mask of that shape, dtype bool, True for exactly two of each four.

    Raises:
        ValueError: If there is no such `dim`, its size is not a multiple of 4, or if
            there is NaN.

    Examples:
        >>> two_of_four_mask(torch.tensor([0.1, 3.0, -2.0, 0.5]))
        tensor([False,  True,  True, False])
    """
    known = -weight.ndim <= dim < weight.ndim
    if not known or not weight.shape[dim] or weight.shape[dim] % 4:
        raise ValueError(
            "the number of inputs must be a multiple of 4, got a weight of shape "
            f"{tuple(weight.shape)} and dim={dim}"
        )
    if weight.isnan().any():
        raise ValueError("weight must not have NaN")
    rows = weight.detach().abs().movedim(dim, -1)
    fours = rows.reshape(*rows.shape[:-1], rows.shape[-1] // 4, 4)
    order = fours.argsort(dim=-1, stable=True)
    mask = torch.ones_like(fours, dtype=torch.bool)
    return mask.scatter_(-1, order[..., :2], False).flatten(-2).movedim(-1, dim)


def _ends(sizes: list[Tensor]) -> list[int]:
    return list(accumulate(len(s) for s in sizes[:-1]))


def _mask(sizes: Tensor, sparsity: float) -> Tensor:
    pruned = round(sparsity * len(sizes))
    mask = torch.ones_like(sizes, dtype=torch.bool)
    mask[sizes.argsort(stable=True)[:pruned]] = False
    return mask
