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
    total: float | None = None,
) -> Tensor:
    """Start the biases of an output layer at the frequencies of its labels, in place.

    Of all constant predictions the frequencies have the least cross-entropy, so the
    network need not spend its first steps on learning which labels are rare. The
    smaller the weights of the layer, the nearer it starts to the frequencies; weights
    of 0 are exact, but slow down what comes after under plain SGD.

    Args:
        bias: Biases of a layer that returns logits, shape (labels,): `layer.bias`.
        counts: How many training examples have each label, shape (labels,), as a
            tensor, list or array; shares do as well. Count them as the loss sees them:
            after resampling, and times their weights.
        output: What turns the logits into probabilities. "softmax": exactly one label
            holds (`cross_entropy`), and bias k becomes ln(count k / sum of counts).
            "sigmoid": each label holds or not, by itself
            (`binary_cross_entropy_with_logits`), and bias k becomes
            ln(count k / (total - count k)).
        total: Number of training examples, or 1 if `counts` are shares. For "sigmoid"
            only, which cannot tell it from the counts.

    Returns:
        `bias`, changed.

    Raises:
        ValueError: If `bias` is no floating-point tensor of one dimension, `counts` are
            no numbers in that shape, `output` is neither word, "softmax" has a `total`
            or fewer than two labels, "sigmoid" has no `total` or one that is not finite
            and positive, or a count does not lie strictly between 0 and `total`
            (infinity for "softmax"): its bias would be infinite.

    Examples:
        >>> rare, two = torch.zeros(1), torch.zeros(2)
        >>> log_prior_bias_(rare, torch.tensor([1]), output="sigmoid", total=100)
        tensor([-4.5951])
        >>> log_prior_bias_(two, torch.tensor([1, 3]), output="softmax").exp()
        tensor([0.2500, 0.7500])

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
    try:
        counts = torch.as_tensor(counts).cpu().double()  # MPS has no float64
    except (RuntimeError, TypeError, ValueError):
        raise ValueError(
            "counts must be a tensor, list or array of numbers, in the order of the "
            f"labels, got {type(counts).__name__}"
        ) from None
    if counts.shape != bias.shape:
        raise ValueError(
            "counts must have one entry per bias, "
            f"got shapes {tuple(counts.shape)} and {tuple(bias.shape)}"
        )
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
    if total is not None and not 0 < total < math.inf:
        raise ValueError(f"total must be finite and > 0, got {total}")
    _check_range(counts, total)
    others = counts.sum() if total is None else total - counts
    return bias.copy_(counts.log() - others.log())


def _check_range(counts: Tensor, total: float | None) -> None:
    limit = math.inf if total is None else total
    wrong = ~((counts > 0) & (counts < limit))
    if not wrong.any():
        return
    k, mend = int(wrong.nonzero()[0]), ""
    if counts[k] == 0 or counts[k] == total:
        both = "counts + 1" if total is None else "counts + 1 and total + 2"
        mend = (
            f"; if these are counts, add a pseudo-count: {both}; if shares, move "
            "this one away from the end, by 1/(2 * examples)"
        )
    elif counts[k] > limit:
        mend = "; is total the number of examples?"
    end = "infinity" if total is None else f"total = {total}"
    raise ValueError(
        f"counts must lie strictly between 0 and {end}, got {counts[k]:g} "
        f"for label {k}{mend}"
    )
