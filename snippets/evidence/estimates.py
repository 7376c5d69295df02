"""A measured quantity: value, interval, number of observations, unit."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Estimate:
    """A measured quantity.

    Args:
        value: The best single number.
        low: Lower end of the 95% interval; equal to `value` where the quantity is
            exact.
        high: Upper end of the 95% interval; equal to `value` where the quantity is
            exact.
        n: Number of independent observations, >= 1.
        unit: "share" for a fraction shown in percent, else the unit's name ("nats",
            "steps", ...), or "1" for a pure number.

    Raises:
        ValueError: If a number is not finite, the order low <= value <= high is broken,
            or n < 1.
    """

    value: float
    low: float
    high: float
    n: int
    unit: str

    def __post_init__(self) -> None:
        if not all(math.isfinite(x) for x in (self.value, self.low, self.high)):
            raise ValueError(f"an estimate must be finite, got {self}")
        if not self.low <= self.value <= self.high:
            raise ValueError(f"an estimate needs low <= value <= high, got {self}")
        if self.n < 1:
            raise ValueError(f"an estimate needs n >= 1, got {self}")


@dataclass(frozen=True)
class Series:
    """A curve: one estimate for each x.

    Args:
        x: Where it was measured.
        points: The estimates, one per entry of `x`.
        x_unit: Unit of `x`.

    Raises:
        ValueError: If `x` and `points` differ in length or are empty.
    """

    x: tuple[float, ...]
    points: tuple[Estimate, ...]
    x_unit: str

    def __post_init__(self) -> None:
        if not self.x or len(self.x) != len(self.points):
            raise ValueError(
                f"a series needs one point per x, got {len(self.x)} and {len(self.points)}"
            )


Results = dict[str, Estimate | Series]
"""What a measurement returns: the rest of the key, after the measurement's name, to what was measured."""
