"""Which momentum and learning rate are best for a range of curvatures?"""

import math
from typing import NamedTuple


class Choice(NamedTuple):
    """Arguments for `torch.optim.SGD`, and the factor per step on errors they achieve."""

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
        Lessard, Recht and Packard (2016), Analysis and Design of Optimization Algorithms
        via Integral Quadratic Constraints, arXiv:1408.3595, who compare tuned gradient
        descent, heavy ball and Nesterov on quadratics. Their iteration is PyTorch's as
        long as lr is constant.
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
