"""What do several predictions say together, and how far do they disagree?"""

from typing import NamedTuple

import torch
from torch import Tensor

OUTPUTS = ("logits", "probabilities", "values")


class Prediction(NamedTuple):
    """What several predictions say together, per example.

    Attributes:
        mean: Mean over the samples; of probabilities, unless they are values.
        variance: Unbiased variance over the samples.
        entropy: Predictive, of `mean`, in nats, without the classes; None for values.
        mutual_information: The part of it that is disagreement, in nats, >= 0. Too low,
            for entropy is concave: by about 1/samples of itself where samples differ
            little, by more where they differ much. None for values.
    """

    mean: Tensor
    variance: Tensor
    entropy: Tensor | None
    mutual_information: Tensor | None


def predictive_uncertainty(
    samples: Tensor, *, outputs: str = "logits", dim: int = 2
) -> Prediction:
    """Join the predictions of several passes with dropout, or of several networks.

    Args:
        samples: One prediction after the other, shape (samples >= 2, batch, classes,
            ...), as `mc_dropout` returns them; of an ensemble, `torch.stack([net(x) for
            net in nets])`.
        outputs: "logits" get a softmax over the classes, "probabilities" must sum to 1
            over them, "values", of any shape (samples, batch, ...), are taken as they
            are.
        dim: Dimension of the classes in `samples`: 2, also for maps of classes; -1 for
            logits of tokens, shape (samples, batch, tokens, classes).

    Returns:
        What the samples say, shape (batch, classes, ...), in their dtype, at least
        float32; entropy and mutual information without the classes.

    Raises:
        ValueError: If an argument is not as described, or logits are probabilities:
            none negative, all sums 1.

    Examples:
        Two networks that are sure of different classes: all of their entropy is
        disagreement. Two that are unsure alike have the same entropy, and agree.

        >>> sure = torch.tensor([[[1.0, 0.0]], [[0.0, 1.0]]])
        >>> found = predictive_uncertainty(sure, outputs="probabilities")
        >>> found.entropy, found.mutual_information  # ln 2
        (tensor([0.6931]), tensor([0.6931]))
        >>> found = predictive_uncertainty(torch.zeros(2, 1, 2))
        >>> found.entropy, found.mutual_information
        (tensor([0.6931]), tensor([0.]))

    Source:
        Houlsby, Huszár, Ghahramani and Lengyel (2011), Bayesian Active Learning for
        Classification and Preference Learning, arXiv:1112.5745.
    """
    if outputs not in OUTPUTS:
        raise ValueError(f"outputs must be one of {OUTPUTS}, got {outputs!r}")
    if not isinstance(samples, Tensor) or not samples.is_floating_point():
        got = samples.dtype if isinstance(samples, Tensor) else type(samples).__name__
        raise ValueError(f"samples must be a floating-point tensor, got {got}")
    if samples.ndim < 2 or len(samples) < 2:
        raise ValueError(
            "samples must have shape (samples >= 2, batch, ...), "
            f"got {tuple(samples.shape)}"
        )
    y = samples if samples.dtype == torch.float64 else samples.float()
    if outputs == "values":
        return Prediction(y.mean(0), y.var(0), None, None)
    at = dim + y.ndim if dim < 0 else dim
    if not 2 <= at < y.ndim or y.shape[at] < 2:
        raise ValueError(
            f"logits and probabilities need at least two classes in dimension {dim}, "
            f"behind samples and batch, got shape {tuple(y.shape)}; for one logit "
            'apply sigmoid and ask for "values"'
        )
    normalized = bool((y >= 0).all() and ((y.sum(at) - 1).abs() <= 0.01).all())
    if normalized != (outputs == "probabilities"):
        are = "probabilities" if normalized else "no probabilities"
        other = "probabilities" if normalized else "logits"
        raise ValueError(f'samples are {are}; pass outputs="{other}"')
    p = y if normalized else y.softmax(at)
    mean = p.mean(0)
    entropy = torch.special.entr(mean).sum(at - 1)
    of_each = torch.special.entr(p).sum(at).mean(0)
    return Prediction(mean, p.var(0), entropy, (entropy - of_each).clamp_min(0))
