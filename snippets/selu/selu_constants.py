"""Which SELU holds a given mean and variance?"""

import math
from typing import NamedTuple

import torch

LEAST, MOST = 1e-4, 1e4  # second moments for which the closed forms keep ten digits


class Constants(NamedTuple):
    """Of SELU(z) = scale * (z if z > 0 else alpha * (exp(z) - 1))."""

    alpha: float
    scale: float


def selu_constants(
    mean: float = 0.0, variance: float = 1.0, *, weight_variance: float = 1.0
) -> Constants:
    """Solve SELU's two constants for a mean and variance that it shall hold.

    A wide layer with independent weights of mean 0 turns outputs with this mean and
    variance into normal pre-activations with mean 0 and variance
    s^2 = weight_variance * (variance + mean^2). The constants make SELU turn those
    into outputs with this mean and variance again: a fixed point. With

        A = E max(z, 0) = s / sqrt(2 pi),    B = E min(exp(z) - 1, 0),
        C = E max(z, 0)^2 = s^2 / 2,         D = E min(exp(z) - 1, 0)^2

    the conditions are scale (A + alpha B) = mean and
    scale^2 (C + alpha^2 D) = variance + mean^2. The ratio
    r(alpha) = (A + alpha B) / sqrt(C + alpha^2 D) falls from 1/sqrt(pi) at alpha = 0,
    which is ReLU, to B / sqrt(D). So there is one solution with alpha > 0 if
    mean / sqrt(variance + mean^2) lies strictly between these, and none otherwise.

    That the point is fixed does not say that it attracts; ask `mean_field`.

    Args:
        mean: Mean of a layer's outputs to be held, unitless.
        variance: Their variance, unitless, > 0.
        weight_variance: Number of inputs of a layer times the variance of a weight,
            unitless, > 0: 1 for LeCun's initialization, 2 for He's.

    Returns:
        alpha > 0 and scale > 0. For mean 0, variance 1 they are the constants of
        `torch.nn.SELU`.

    Raises:
        ValueError: If an argument is out of range, variance + mean^2 or s^2 is outside
            [1e-4, 1e4], or no SELU holds the point.

    Examples:
        >>> alpha, scale = selu_constants()
        >>> round(alpha, 9), round(scale, 9)  # as in torch.nn.SELU
        (1.673263242, 1.050700987)
        >>> alpha, scale = selu_constants(weight_variance=2)  # for He's initialization
        >>> round(alpha, 6), round(scale, 6)
        (1.971256, 0.750035)

    Source:
        Klambauer, Unterthiner, Mayr and Hochreiter (2017), Self-Normalizing Neural
        Networks, arXiv:1706.02515, for mean 0 and variance 1. They follow one unit with
        weights that sum to 0; for a mean other than 0 the conditions here, with random
        weights, are others than theirs.
    """
    if not math.isfinite(mean):
        raise ValueError(f"mean must be finite, got {mean}")
    if not 0 < variance < math.inf:
        raise ValueError(f"variance must be finite and > 0, got {variance}")
    if not 0 < weight_variance < math.inf:
        raise ValueError(
            f"weight_variance must be finite and > 0, got {weight_variance}"
        )
    second = variance + mean * mean
    for name, moment in (
        ("variance + mean^2", second),
        ("weight_variance * (variance + mean^2)", weight_variance * second),
    ):
        if not LEAST <= moment <= MOST:
            raise ValueError(f"{name} must be in [{LEAST:g}, {MOST:g}], got {moment:g}")

    s = math.sqrt(weight_variance * second)
    # E exp(kz) for z < 0 is erfcx(ks / sqrt 2) / 2, where erfcx(x) = exp(x^2) erfc(x).
    once, twice = (
        torch.special.erfcx(torch.tensor([1.0, 2.0], dtype=torch.float64) * s / 2**0.5)
        / 2
    ).tolist()
    a, c = s / math.sqrt(2 * math.pi), s * s / 2
    b, d = once - 0.5, twice - 2 * once + 0.5
    target, low, high = (
        mean / math.sqrt(second),
        b / math.sqrt(d),
        1 / math.sqrt(math.pi),
    )
    if not low < target < high:
        raise ValueError(
            "no SELU holds this point: mean / sqrt(variance + mean^2) must be in "
            f"({low:.4g}, {high:.4g}), got {target:.4g}"
        )
    # (a + alpha b)^2 = target^2 (c + alpha^2 d), and a + alpha b has the mean's sign.
    square = target * target
    root = target * math.sqrt(b * b * c + a * a * d - square * c * d)
    alpha = (-a * b - root) / (b * b - square * d)
    return Constants(alpha, math.sqrt(second / (c + alpha * alpha * d)))
