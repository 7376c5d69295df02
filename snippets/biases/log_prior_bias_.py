"""What should the biases of an output layer say before anything is learned?"""

import math
from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor


@torch.no_grad()
def log_prior_bias_(
    bias: Tensor,
    counts: Tensor | Sequence[float],
    *,
    output: Literal["sigmoid", "softmax"],
    total: Tensor | Sequence[float] | float | None = None,
    weight: Tensor | Sequence[float] | float | None = None,
) -> Tensor:
    """Start the biases of an output layer at the frequencies of its labels, in place.

    Of all constant predictions the frequencies have the least cross-entropy, so the
    network need not spend its first steps on learning which labels are rare. The
    smaller the weights of the layer, the nearer it starts to the frequencies; weights
    of 0 are exact, but slow down what comes after under plain SGD.

    Args:
        bias: Biases of a layer that returns logits, shape (labels,): `layer.bias`.
        counts: How many training examples have each label, shape (labels,), as a
            tensor, list or array; shares do as well. Where examples are resampled or
            have weights of their own, the sums of their weights, here and in `total`.
        output: What turns the logits into probabilities. "softmax": exactly one label
            holds (`cross_entropy`), and bias k becomes ln(count k / sum of counts).
            "sigmoid": each label holds or not, by itself
            (`binary_cross_entropy_with_logits`), and bias k becomes
            ln(count k / (total - count k)).
        total: Number of training examples, or 1 if `counts` are shares; shape (labels,)
            if some examples are not labeled for all labels. For "sigmoid" only: its
            counts do not tell how many examples there are.
        weight: Weights that the loss gives to labels, > 0, one or shape (labels,). With
            "sigmoid" its `pos_weight` (never its `weight`), which multiplies count k,
            not total - count k; with "softmax" its `weight`, which multiplies each
            count. A `pos_weight` of negatives over positives cancels the prior: all
            biases become 0.

    Returns:
        `bias`, changed.

    Raises:
        ValueError: If `bias` is no floating-point tensor of one dimension; `counts`,
            `weight` or a `total` of each label are no numbers in that shape; `output`
            is neither word; "softmax" has a `total` or fewer than two labels; "sigmoid"
            has no `total`; a weight or total is not finite and positive; or a count
            does not lie strictly between 0 and its total (infinity for "softmax"): its
            bias would be infinite.

    Examples:
        >>> rare, two = torch.zeros(1), torch.zeros(2)
        >>> log_prior_bias_(rare, torch.tensor([1]), output="sigmoid", total=100)
        tensor([-4.5951])
        >>> log_prior_bias_(two, torch.tensor([1, 3]), output="softmax").exp()
        tensor([0.2500, 0.7500])
        >>> log_prior_bias_(rare, [1], output="sigmoid", total=100, weight=[99])
        tensor([0.])

    Source:
        Lin, Goyal, Girshick, He and Dollár (2017), Focal Loss for Dense Object
        Detection, arXiv:1708.02002: one prior of 0.01 for all labels, sigmoid. Here
        each label has its own.
    """
    if not isinstance(bias, Tensor):
        raise ValueError(
            f"bias must be a tensor, got {type(bias).__name__}: pass layer.bias "
            "of a layer made with bias=True"
        )
    if bias.ndim != 1 or not bias.is_floating_point():
        raise ValueError(
            "bias must be a floating-point tensor of shape (labels,), "
            f"got {tuple(bias.shape)} and {bias.dtype}"
        )
    given = _per_label("counts", counts, bias)
    if output not in ("sigmoid", "softmax"):
        raise ValueError(f"output must be 'sigmoid' or 'softmax', got {output!r}")
    if output == "softmax" and (total is not None or len(bias) < 2):
        raise ValueError(
            "output='softmax' needs two labels or more and no total, "
            f"got {len(bias)} and total={total}; did you mean 'sigmoid'?"
        )
    if output == "sigmoid" and total is None:
        raise ValueError(
            "output='sigmoid' needs total, the number of examples; "
            "1 if counts are shares"
        )
    limits = torch.full_like(given, math.inf)
    if total is not None:
        limits = _positive("total", total, bias)
    _check_range(given, limits)
    seen = given if weight is None else given * _positive("weight", weight, bias)
    others = seen.sum() if total is None else limits - given
    return bias.copy_(seen.log() - others.log())


def _per_label(
    name: str, numbers: Tensor | Sequence[float] | float, bias: Tensor
) -> Tensor:
    try:
        found = torch.as_tensor(numbers).cpu().double()  # MPS has no float64
    except (RuntimeError, TypeError, ValueError):
        raise ValueError(
            f"{name} must be a tensor, list or array of numbers, in the order of the "
            f"labels, got {type(numbers).__name__}"
        ) from None
    if name != "counts" and found.numel() == 1:
        found = found.expand(bias.shape)
    if found.shape != bias.shape:
        raise ValueError(
            f"{name} must have one entry per bias, "
            f"got shapes {tuple(found.shape)} and {tuple(bias.shape)}"
        )
    return found


def _positive(
    name: str, numbers: Tensor | Sequence[float] | float, bias: Tensor
) -> Tensor:
    found = _per_label(name, numbers, bias)
    wrong = ~((found > 0) & found.isfinite())
    if wrong.any():
        raise ValueError(f"{name} must be finite and > 0, got {float(found[wrong][0])}")
    return found


def _check_range(counts: Tensor, totals: Tensor) -> None:
    wrong = ~((counts > 0) & (counts < totals))
    if not wrong.any():
        return
    k = int(wrong.nonzero()[0])
    total, mend = float(totals[k]), ""
    if counts[k] == 0 or counts[k] == total < math.inf:
        both = "counts + 1" if total == math.inf else "counts + 1 and total + 2"
        mend = (
            f"; if these are counts, add a pseudo-count: {both}; if shares, move "
            "this one away from the end, by 1/(2 * examples)"
        )
    elif counts[k] > total:
        mend = "; is total the number of examples?"
    end = "infinity" if total == math.inf else f"total = {total:g}"
    raise ValueError(
        f"counts must lie strictly between 0 and {end}, got {counts[k]:g} "
        f"for label {k}{mend}"
    )
