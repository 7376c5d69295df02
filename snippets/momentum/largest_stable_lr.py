"""How large may the learning rate be on a parabola?"""

import math


def largest_stable_lr(
    momentum: float, curvature: float, *, nesterov: bool = False
) -> float:
    """Where `torch.optim.SGD` stops converging on f(x) = curvature * x^2 / 2.

    Below this learning rate it converges from any start, at it or above it does not:

        2 (1 + momentum) / curvature                         without Nesterov,
        2 (1 + momentum) / (curvature (1 + 2 momentum))      with it.

    With several curvatures the largest one decides. A loss that is not quadratic can
    diverge far below: speed carries the weights to where the curvature is larger.

    Args:
        momentum: As in `torch.optim.SGD` without dampening, in [0, 1).
        curvature: The largest second derivative, > 0.
        nesterov: As in `torch.optim.SGD`.

    Returns:
        The learning rate, unit 1/curvature, not itself stable.

    Raises:
        ValueError: If an argument is out of range.

    Examples:
        >>> largest_stable_lr(0.0, 1.0)
        2.0
        >>> largest_stable_lr(0.5, 1.0), largest_stable_lr(0.5, 1.0, nesterov=True)
        (3.0, 1.5)

    Source:
        Goh (2017), Why Momentum Really Works, doi:10.23915/distill.00006, for heavy
        ball. Both follow from the roots of z^2 - T z + D in `quadratic_momentum`: they
        lie in the unit circle if and only if |D| < 1 and |T| < 1 + D (Jury), and it is
        T > -(1 + D) that fails first.
    """
    if not 0 <= momentum < 1:
        raise ValueError(f"momentum must be in [0, 1), got {momentum}")
    if not 0 < curvature < math.inf:
        raise ValueError(f"curvature must be finite and > 0, got {curvature}")
    slack = 1 + 2 * momentum if nesterov else 1
    return 2 * (1 + momentum) / (curvature * slack)
