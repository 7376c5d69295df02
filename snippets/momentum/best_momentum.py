"""Which momentum and learning rate are best for a range of curvatures?"""

import math
from typing import NamedTuple


class Choice(NamedTuple):
    """Arguments for `torch.optim.SGD`, and their factor per step on errors."""

    lr: float
    momentum: float
    rate: float


def best_momentum(smallest: float, largest: float, *, nesterov: bool = False) -> Choice:
    """Choose learning rate and momentum for a quadratic with these curvatures.

    No other pair has a smaller spectral radius in the worst direction. It is an
    asymptotic promise for exact gradients: a noisy one asks for a smaller lr.

    Args:
        smallest: Smallest eigenvalue of the Hessian, > 0.
        largest: Largest eigenvalue, >= smallest; their ratio is the condition number.
        nesterov: As in `torch.optim.SGD`.

    Returns:
        lr (unit 1/curvature), momentum in [0, 1), and rate in [0, 1).

    Raises:
        ValueError: If an argument is out of range.

    Examples:
        >>> best_momentum(1.0, 9.0)  # condition number 9: ((3 - 1) / (3 + 1))^2
        Choice(lr=0.25, momentum=0.25, rate=0.5)
        >>> best_momentum(1.0, 8.0, nesterov=True)  # sqrt(3 * 8 + 1) = 5
        Choice(lr=0.16, momentum=0.42857142857142855, rate=0.6)

    Source:
        Heavy ball: both roots of z^2 - T z + D meet at the two ends of the range (see
        `quadratic_momentum`). Nesterov: a double root at the smallest curvature, and
        at the largest one a negative root of the same size. Goh (2017), Why Momentum
        Really Works, doi:10.23915/distill.00006, and Vu (2018), Convergence of
        Heavy-Ball Method and Nesterov's Accelerated Gradient on Quadratic
        Optimization, https://trungvietvu.github.io/notes/2018/Momentum.
    """
    if not 0 < smallest < math.inf:
        raise ValueError(f"smallest must be finite and > 0, got {smallest}")
    if not smallest <= largest < math.inf:
        raise ValueError(
            f"largest must be finite and >= smallest = {smallest}, got {largest}"
        )
    if nesterov:
        root = math.sqrt(3 * largest / smallest + 1)
        return Choice(
            4 / (3 * largest + smallest), (root - 2) / (root + 2), 1 - 2 / root
        )
    low, high = math.sqrt(smallest), math.sqrt(largest)
    rate = (high - low) / (high + low)
    return Choice((2 / (high + low)) ** 2, rate**2, rate)
