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
        smallest: Smallest eigenvalue of the Hessian, >= 1e-300.
        largest: Largest eigenvalue, >= smallest; their ratio, the condition number, at
            most 1e30.
        nesterov: As in `torch.optim.SGD`.

    Returns:
        lr (unit 1/curvature), momentum in [0, 1), and rate in [0, 1).

    Raises:
        ValueError: If an argument is out of range; beyond condition number 1e30 the
            best momentum is not always a float below 1.

    Examples:
        >>> best_momentum(1.0, 9.0)  # condition number 9: ((3 - 1) / (3 + 1))^2
        Choice(lr=0.25, momentum=0.25, rate=0.5)
        >>> best_momentum(1.0, 8.0, nesterov=True)  # sqrt(3 * 8 + 1) = 5
        Choice(lr=0.16, momentum=0.42857142857142855, rate=0.6)

    Source:
        Heavy ball: both roots of z^2 - T z + D meet at the two ends of the range (see
        `quadratic_momentum`). Nesterov: a double root at the smallest curvature, and
        at the largest one a negative root of the same size. Goh (2017), Why Momentum
        Really Works, doi:10.23915/distill.00006, for heavy ball. For both, Vu (2018),
        Convergence of Heavy-Ball Method and Nesterov's Accelerated Gradient on
        Quadratic Optimization, https://trungvietvu.github.io/notes/2018/Momentum, who
        derives what he attributes to Lessard, Recht and Packard (2016),
        arXiv:1408.3595.
    """
    if not 1e-300 <= smallest < math.inf:
        raise ValueError(f"smallest must be finite and >= 1e-300, got {smallest}")
    if not smallest <= largest < math.inf:
        raise ValueError(
            f"largest must be finite and >= smallest = {smallest}, got {largest}"
        )
    condition = largest / smallest
    if condition > 1e30:
        raise ValueError(f"largest / smallest must be at most 1e30, got {condition}")
    if nesterov:
        root = math.sqrt(3 * condition + 1)
        return Choice(
            4 / (3 * condition + 1) / smallest, (root - 2) / (root + 2), 1 - 2 / root
        )
    root = math.sqrt(condition)
    rate = (root - 1) / (root + 1)
    return Choice((2 / (root + 1)) ** 2 / smallest, rate**2, rate)
