"""What does SGD with momentum do on a parabola?"""

import cmath
import math
import sys
from typing import NamedTuple

import torch
from torch import Tensor

BLOCK = 2**15  # steps looked at together
MOST_STEPS = 1e9
LARGEST = 1e75  # squares of products of two are still floats


class Motion(NamedTuple):
    """How a weight moves that starts at rest, at distance 1 from the minimum."""

    rate: float
    period: float
    overshoot: float
    crossings: float
    settling_steps: float
    noise_gain: float


def quadratic_momentum(
    lr: float,
    momentum: float,
    curvature: float,
    *,
    nesterov: bool = False,
    tolerance: float = 1e-3,
) -> Motion:
    """Follow `torch.optim.SGD` on f(x) = curvature * x^2 / 2, however long it takes.

    With a = lr * curvature and b = momentum, its two lines are one recurrence,
    x[k+1] = T x[k] - D x[k-1], where

        T = 1 + b - a,              D = b              without Nesterov,
        T = (1 + b) (1 - a),        D = b (1 - a)      with it.

    The roots of z^2 - T z + D say everything. Steps are not taken one by one but in
    blocks of 2^15, as powers of a 2 x 2 matrix, in float64. Millions of steps take a
    fraction of a second, 1e9 up to half a minute.

    Args:
        lr: Learning rate, in (0, 1e75].
        momentum: As in `torch.optim.SGD` without dampening, in [0, 1).
        curvature: Second derivative, unit 1/lr, in (0, 1e75].
        nesterov: As in `torch.optim.SGD`.
        tolerance: Distance from the minimum, as a share of the start, in (0, 1).

    Returns:
        rate: Factor per step on errors in the long run, the spectral radius.
        period: Steps per oscillation; inf without one (real positive roots), 2 where
            each step changes sides.
        overshoot: Deepest point beyond the minimum, as a share of the start; below
            `tolerance` a lower bound.
        crossings: How often the weight changes sides until it has settled.
        settling_steps: Steps until the weight is within `tolerance` *for good*.
        noise_gain: Variance of x in the long run if each gradient carries independent
            noise of variance 1; unit lr^2.
        Where rate >= 1 the last four are inf.

    Raises:
        ValueError: If an argument is out of range, or settling takes more than about
            1e9 steps.

    Examples:
        >>> quadratic_momentum(0.5, 0.0, 1.0, tolerance=0.1).settling_steps  # 1/2, 1/4
        4
        >>> motion = quadratic_momentum(0.01, 0.99999, 1.0)
        >>> motion.settling_steps, round(motion.period), round(motion.overshoot, 2)
        (1381753, 63, 1.0)

    Source:
        The roots: Goh (2017), Why Momentum Really Works, doi:10.23915/distill.00006,
        for heavy ball; there, too, the learning rate stands outside the velocity, and
        noise is a sum over all past errors. The counts, the closed form of the noise
        gain, and all of it for Nesterov are derived here.
    """
    for name, value in (("lr", lr), ("curvature", curvature)):
        if not 0 < value <= LARGEST:
            raise ValueError(f"{name} must be in (0, {LARGEST:g}], got {value}")
    if not 0 <= momentum < 1:
        raise ValueError(f"momentum must be in [0, 1), got {momentum}")
    if not 0 < tolerance < 1:
        raise ValueError(f"tolerance must be in (0, 1), got {tolerance}")

    a, b = lr * curvature, momentum
    t, d = (1 + b) * (1 - a) if nesterov else 1 + b - a, b * (1 - a) if nesterov else b
    root = cmath.sqrt(t * t - 4 * d)
    roots = (t + root) / 2, (t - root) / 2
    rate = max(abs(z) for z in roots)
    angle = abs(cmath.phase(max(roots, key=abs)))
    period = 2 * math.pi / angle if angle else math.inf
    if rate >= 1:
        return Motion(rate, period, math.inf, math.inf, math.inf, math.inf)
    if rate and math.log(tolerance) / math.log(rate) > MOST_STEPS:
        raise ValueError(
            f"settling would take more than {MOST_STEPS:g} steps: rate is {rate}"
        )
    # Noise enters as u[k] = -lr (now * noise[k] - before * noise[k-1]).
    now, before = (1 + b, b) if nesterov else (1.0, 0.0)
    gain = (1 + d) * (now**2 + before**2) - 2 * now * before * t
    gain *= lr**2 / ((1 - d) * ((1 + d) ** 2 - t**2))

    # No error ever grows by more than this: |U_k| <= (k + 1) rate^k and 2 / |z1 - z2|.
    growth = 1 / (math.e * rate * -math.log(rate)) if rate > 0 else 1.0
    worst = (1 + abs(d)) * max(1.0, min(growth, 2 / abs(root) if root else math.inf))
    first = 1 - a * (1 + b if nesterov else 1)
    rows, jump = _powers(t, d)
    state = torch.tensor([first, 1.0], dtype=torch.float64, device="cpu")  # x[1], x[0]
    step, last, sign = 1, 0, 1.0
    overshoot, crossings, changes = 0.0, 0, 0
    while worst * float(state.abs().max()) > tolerance:
        x = rows @ state  # x[step], x[step + 1], ...
        overshoot = max(overshoot, -float(x.min()))
        outside = (x.abs() > tolerance).nonzero().flatten()
        signs = torch.cat([x.new_tensor([sign]), x.sign()])
        # Exactly at the minimum is not yet on the other side.
        place = torch.arange(len(signs), device=signs.device)
        sided = torch.where(signs != 0, place, 0).cummax(0).values
        signs = signs[sided]
        changed = (signs[1:] * signs[:-1] < 0).cumsum(0)
        if len(outside):
            last = step + int(outside[-1])
            crossings = changes + int(changed[outside[-1]])
        changes, sign = changes + int(changed[-1]), float(signs[-1])
        step, state = step + BLOCK, jump @ state
    if overshoot < sys.float_info.min:
        overshoot = 0.0  # what underflows may round to the wrong side
    return Motion(rate, period, overshoot, crossings, last + 1, gain)


def _powers(t: float, d: float) -> tuple[Tensor, Tensor]:
    """First rows of the matrix to the powers 0 to BLOCK - 1, and its power BLOCK."""
    power = torch.tensor([[t, -d], [1.0, 0.0]], dtype=torch.float64, device="cpu")
    rows = torch.tensor([[1.0, 0.0]], dtype=torch.float64, device="cpu")
    while len(rows) < BLOCK:
        rows, power = torch.cat([rows, rows @ power]), power @ power
    return rows, power
