"""From the observations of many runs to an estimate."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from scipy import stats

from snippets.evidence.estimates import Estimate, Series

if TYPE_CHECKING:  # what counts and averages numbers needs no torch
    from torch import Tensor

CONFIDENCE = 0.95


def mean(observations: Tensor | Sequence[float], unit: str) -> Estimate:
    """Mean over independent runs, with Student's t interval.

    Args:
        observations: One number per run, shape (runs,), at least two.
        unit: Unit of the numbers.

    Returns:
        The mean, its 95% t-interval and the number of runs.

    Raises:
        ValueError: If there are fewer than two runs or a number is not finite.

    Examples:
        >>> mean([1.0, 2.0, 3.0], unit="steps")
        Estimate(value=2.0, low=-0.484..., high=4.484..., n=3, unit='steps')
    """
    values = [float(x) for x in observations]
    n = len(values)
    if n < 2:
        raise ValueError(f"an interval needs at least two runs, got {n}")
    center = math.fsum(values) / n
    variance = math.fsum((x - center) ** 2 for x in values) / (n - 1)
    half = float(stats.t.ppf((1 + CONFIDENCE) / 2, n - 1)) * math.sqrt(variance / n)
    return Estimate(center, center - half, center + half, n, unit)


def geometric_mean(observations: Tensor | Sequence[float], unit: str) -> Estimate:
    """Geometric mean over independent runs, for ratios and sizes that span powers of ten.

    Args:
        observations: One positive number per run, shape (runs,), at least two.
        unit: Unit of the numbers.

    Returns:
        The geometric mean, with Student's t interval of the logarithms, and the number of runs.

    Raises:
        ValueError: If there are fewer than two runs or a number is not finite and > 0.

    Examples:
        >>> round(geometric_mean([1.0, 10.0, 100.0], unit="1").value, 9)
        10.0
    """
    values = [float(x) for x in observations]
    if min(values, default=1) <= 0:
        raise ValueError(f"a geometric mean needs numbers > 0, got {min(values)}")
    e = mean([math.log(x) for x in values], unit)
    return Estimate(math.exp(e.value), math.exp(e.low), math.exp(e.high), e.n, unit)


def share(successes: int, trials: int) -> Estimate:
    """Share of independent trials that succeeded, with Wilson's interval.

    Args:
        successes: How many succeeded, 0 <= successes <= trials.
        trials: How many there were, >= 1.

    Returns:
        The observed share, its 95% Wilson interval and the number of trials.

    Raises:
        ValueError: If the counts are out of range.

    Examples:
        >>> share(8, 10)
        Estimate(value=0.8, low=0.490..., high=0.943..., n=10, unit='share')
    """
    if not 0 <= successes <= trials or trials < 1:
        raise ValueError(
            f"need 0 <= successes <= trials and trials >= 1, got {successes} of {trials}"
        )
    interval = stats.binomtest(successes, trials).proportion_ci(
        CONFIDENCE, method="wilson"
    )
    value = successes / trials
    # Rounding can push an end past the share itself when all or none succeed.
    return Estimate(
        value,
        min(float(interval.low), value),
        max(float(interval.high), value),
        trials,
        "share",
    )


def largest(observations: Tensor | Sequence[float], unit: str) -> Estimate:
    """The largest of all runs, as an exact statement about these runs.

    Args:
        observations: One number per run, shape (runs,).
        unit: Unit of the numbers.

    Returns:
        The maximum, with an interval of width 0: it says what these runs did, not what
        others would do.

    Raises:
        ValueError: If there is no run or a number is not finite.

    Examples:
        >>> largest([1.0, 3.0, 2.0], unit="1").value
        3.0
    """
    values = [float(x) for x in observations]
    if not values:
        raise ValueError("the largest of no runs is undefined")
    top = max(values)
    return Estimate(top, top, top, len(values), unit)


def curve(observations: Tensor, x: Sequence[float], unit: str, x_unit: str) -> Series:
    """Mean over runs at each x.

    Args:
        observations: Shape (runs, points), at least two runs.
        x: Where the points were measured, one number per point.
        unit: Unit of the observations.
        x_unit: Unit of `x`.

    Returns:
        A series of means with 95% t-intervals.

    Raises:
        ValueError: If the shapes disagree.
    """
    points = tuple(mean(column, unit) for column in observations.T)
    return Series(tuple(float(v) for v in x), points, x_unit)
