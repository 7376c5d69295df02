"""What does SGD with momentum 0.99999 do, on curves where it can be computed and on nets?

Momentum b and learning rate are PyTorch's: v = b v + g, w = w - lr v. "Settles" means: reaches the level
and stays; a first touch says nothing about a weight that swings. On a parabola `quadratic_momentum` counts
the steps without taking them, in float64. They are taken for the paths, to find what stays bounded, and
under noise, where 8,000 are enough.
The valley is Rosenbrock's function, float64, exact gradients; its starts are the usual (-1.2, 1) plus normal
noise of size 0.3, and for divergence uniform on [-2, 2] x [-1, 3]. Nets are float32.

On the digits, learning rates are compared by the steps that the training loss takes to settle, since that is
what is asked; test accuracy chooses nothing. The training loss is that of 256 images, every 10 steps.

Every public function is a measurement; the first word of a key is the function that measured it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor

from snippets.evidence.estimates import Estimate, Results, Series
from snippets.laboratory.digits import Split, splits
from snippets.laboratory.intervals import geometric_mean, largest, mean, share
from snippets.laboratory.seeding import generators
from snippets.momentum._descent import count_peaks, descend, steps_to_settle
from snippets.momentum._least_squares import distance_left
from snippets.momentum._networks import initial_networks
from snippets.momentum._outcomes import (
    HUGE,
    NAMES,
    SHOWN,
    TRIED,
    at_best_rates,
    at_equal_rates,
    by_step,
)
from snippets.momentum._parabola import long_run_variance, step
from snippets.momentum._runs import Setting, fastest, run_full_batch, run_in_batches
from snippets.momentum._valley import roll
from snippets.momentum.best_momentum import best_momentum
from snippets.momentum.largest_stable_lr import largest_stable_lr
from snippets.momentum.quadratic_momentum import quadratic_momentum

HUNDREDTHS = [k / 100 for k in range(99)]  # where the best momentum is looked for


def _exact(value: float, unit: str) -> Estimate:
    return Estimate(value, value, value, 1, unit)


def _exact_curve(
    values: Sequence[float], x: Sequence[float], unit: str, x_unit: str
) -> Series:
    points = tuple(_exact(value, unit) for value in values)
    return Series(tuple(map(float, x)), points, x_unit)


# On a parabola


def parabola(_seeds: range) -> Results:
    """One weight, lr times curvature 0.01: path, overshoot, and steps until within a thousandth for good."""
    momentum = torch.tensor(list(NAMES), dtype=torch.float64)
    x, v = torch.ones_like(momentum), torch.zeros_like(momentum)
    path = [x]
    for _ in range(300):
        x, v = step(x, v, x, 0.01, momentum)  # the gradient at x is x
        path.append(x)
    paths = torch.stack(path, 1).tolist()  # (momenta, steps + 1)
    results: Results = {}
    for (b, name), positions in zip(NAMES.items(), paths, strict=True):
        motion = quadratic_momentum(0.01, b, 1.0)
        results |= {
            f"{name}_steps": _exact(motion.settling_steps, "steps"),
            f"{name}_crossings": _exact(motion.crossings, "1"),
            f"{name}_overshoot": _exact(motion.overshoot, "share"),
            f"{name}_path": _exact_curve(positions, range(301), "1", "steps"),
        }

    def steps(b: float, nesterov: bool = False) -> float:
        return quadratic_momentum(0.01, b, 1.0, nesterov=nesterov).settling_steps

    best = min(HUNDREDTHS, key=steps)
    results["best_momentum"] = _exact(best, "1")
    results["best_steps"] = _exact(steps(best), "steps")
    friction = [10 ** (-k / 10) for k in range(51)]  # 1 - momentum
    for name, nesterov in (("heavy_ball", False), ("nesterov", True)):
        counts = [steps(1 - f, nesterov) for f in friction]
        results[f"{name}_by_friction"] = _exact_curve(counts, friction, "steps", "1")
    return results


def stability(_seeds: range) -> Results:
    """Largest learning rate at which 20,000 steps on a parabola of curvature 1 stay bounded, by trying."""
    cases = {
        "b0": (0.0, False),
        "b9": (0.9, False),
        "b9_nesterov": (0.9, True),
        "huge": (HUGE, False),
        "huge_nesterov": (HUGE, True),
    }
    lr = torch.arange(0.5, 5, 0.002, dtype=torch.float64)
    results: Results = {}
    for name, (b, nesterov) in cases.items():
        x, v = torch.ones_like(lr), torch.zeros_like(lr)
        for _ in range(20_000):
            x, v = step(x, v, x, lr, b, nesterov)
        unbounded = ~(x.abs() < 1e3)  # NaN is unbounded, too
        measured = float(lr[int(unbounded.int().argmax()) - 1])  # before the first
        theory = largest_stable_lr(b, 1.0, nesterov=nesterov)
        results[name] = _exact(measured, "1")
        results[f"{name}_minus_theory"] = _exact(measured - theory, "1")
    return results


def conditioning(_seeds: range) -> Results:
    """Two weights, curvatures 1 and 1/100: steps until both are within a millionth of their start for good.

    For the best momentum also 1/10 and 1/1000. The best learning rate of each momentum is then
    2 (1 + b) over the sum of the curvatures: both weights get the same rate.
    """

    def steps(
        lr: float, b: float, *, nesterov: bool = False, smallest: float = 0.01
    ) -> float:
        by_weight = (
            quadratic_momentum(lr, b, curvature, nesterov=nesterov, tolerance=1e-6)
            for curvature in (smallest, 1.0)
        )
        return max(motion.settling_steps for motion in by_weight)

    results: Results = {}
    by_condition: list[float] = []
    for condition in (10, 100, 1_000):
        smallest = 1 / condition
        counts = {
            b: steps(2 * (1 + b) / (1 + smallest), b, smallest=smallest)
            for b in HUNDREDTHS
        }
        b = min(HUNDREDTHS, key=counts.__getitem__)
        by_condition.append(b)
        results[f"best_momentum_{condition}"] = _exact(b, "1")
        results[f"best_steps_{condition}"] = _exact(counts[b], "steps")
    best = best_momentum(0.01, 1.0)
    tuned, plain = steps(best.lr, best.momentum), steps(2 / 1.01, 0.0)
    # The best of 32 learning rates below 4, from where on nothing is stable.
    huge = min(steps(4 * 10 ** (-k / 8), HUGE) for k in range(1, 33))
    nesterov = steps(1.0, HUGE, nesterov=True)
    growth = min(larger - smaller for smaller, larger in pairwise(by_condition))
    return results | {
        "least_growth": _exact(growth, "1"),
        "plain": _exact(plain, "steps"),
        "tuned": _exact(tuned, "steps"),
        "plain_over_tuned": _exact(plain / tuned, "1"),
        "huge": _exact(huge, "steps"),
        "nesterov": _exact(nesterov, "steps"),
        "nesterov_b9": _exact(steps(1.0, 0.9, nesterov=True), "steps"),
        "huge_over_nesterov": _exact(huge / nesterov, "1"),
        "nesterov_over_plain": _exact(nesterov / plain, "1"),
    }


def noise(seeds: range) -> Results:
    """Unit noise in each gradient, lr times curvature 0.01: variance in the long run, over its formula."""
    cases = {  # momentum, whether Nesterov's, and how many steps are long
        "b9": (0.9, False, 400),
        "b99": (0.99, False, 1_000),
        "b999": (0.999, False, 8_000),
        "nesterov": (HUGE, True, 1_500),
    }
    results: Results = {}
    for name, (b, nesterov, steps) in cases.items():
        streams = generators(seeds, f"gradient noise {name}")
        variance = long_run_variance(streams, 0.01, b, steps, nesterov)  # (runs,)
        theory = quadratic_momentum(0.01, b, 1.0, nesterov=nesterov).noise_gain
        results[f"{name}_over_theory"] = mean(variance / theory, "1")
        results[name] = mean(variance, "1")
    huge, b9 = (quadratic_momentum(0.01, b, 1.0).noise_gain for b in (HUGE, 0.9))
    results["huge"] = _exact(huge, "1")
    results["huge_over_b9"] = _exact(huge / b9, "1")
    return results


def fitted(seeds: range) -> Results:
    """Least squares without noise in the targets, batches of 32, lr 0.01: distance left after 5,000 steps.

    Where nothing else is said, of heavy ball on minibatches; `full` uses all examples in every step, `slow`
    has a learning rate of 0.0001.
    """
    results: Results = {}
    for b in (0.9, 0.99, 0.999, HUGE):
        for kind, full in (("", False), ("_full", True)):
            left = distance_left(seeds, 0.01, b, full=full)
            results[f"{NAMES[b]}{kind}"] = geometric_mean(left, "1")
    nesterov = distance_left(seeds, 0.01, HUGE, nesterov=True)
    slow = distance_left(seeds, 0.0001, 0.999)
    return results | {
        "huge_nesterov": geometric_mean(nesterov, "1"),
        "b999_slow": geometric_mean(slow, "1"),
    }


# In a curved valley


def valley(seeds: range) -> Results:
    """Rosenbrock's function, each start with its best of 19 learning rates: steps until f <= 1e-6 for good.

    The best one is chosen by the same count, for every momentum alike.
    """
    noise = [torch.randn(2, generator=g) for g in generators(seeds, "starts")]
    start = torch.tensor([-1.2, 1.0]) + 0.3 * torch.stack(noise)  # (runs, 2)
    lr = torch.logspace(-5, -2, 19, dtype=torch.float64)
    results: Results = {}
    steps, first_touch, edge = {}, {}, {}
    for b, limit in ((0.0, 20_000), (0.9, 5_000), (0.999, 40_000), (HUGE, 20_000)):
        name = NAMES[b]
        run = roll(start[:, None], lr, torch.tensor(b), limit)  # (runs, rates) each
        settled = run.settled.amin(1)  # at the best rate; inf where none settles
        # Where no learning rate settles in time, the limit stands: a lower bound.
        steps[name] = settled.clamp(max=limit)
        first_touch[name] = run.touched.amin(1).clamp(max=limit)
        assert bool(run.diverged.any(1).all())
        edge[name] = lr[run.diverged.int().argmax(1)]  # the first that diverges
        unsettled = int((settled > limit).sum())
        results |= {
            f"{name}_steps": mean(steps[name], "steps"),
            f"{name}_first_touch": mean(first_touch[name], "steps"),
            f"{name}_diverges_at": geometric_mean(edge[name], "1"),
            f"{name}_unsettled": share(unsettled, len(seeds)),
        }
    return results | {
        "b9_over_b0": geometric_mean(steps["b9"] / steps["b0"], "1"),
        "b999_over_b9": geometric_mean(steps["b999"] / steps["b9"], "1"),
        "b999_over_first_touch": geometric_mean(
            steps["b999"] / first_touch["b999"], "1"
        ),
        "huge_over_b9_diverges_at": geometric_mean(edge["huge"] / edge["b9"], "1"),
    }


def divergence(seeds: range) -> Results:
    """Rosenbrock's function, learning rate 5e-4, 20 starts per seed: share that blows up in 10,000 steps."""
    streams = generators(seeds, "wide starts")
    unit = torch.stack([torch.rand(20, 2, generator=g) for g in streams])
    start = 4 * unit + torch.tensor([-2.0, -1.0])  # (runs, starts, 2)
    momentum = torch.tensor(list(NAMES), dtype=torch.float64)
    run = roll(start[:, :, None], torch.tensor(5e-4), momentum, 10_000)
    shares = run.diverged.double().mean(1)  # (runs, starts, momenta) -> (runs, momenta)
    return {name: mean(shares[:, i], "share") for i, name in enumerate(NAMES.values())}


# In nets


def regression(seeds: range) -> Results:
    """A tanh net of 20 units fits sin(4x), full batch, lr 0.05: steps until the MSE is <= 0.02 for good."""
    nets = initial_networks(seeds, (1, 20, 1), 2, gain=1.0)
    nets.activation = torch.tanh
    x = torch.linspace(-1, 1, 64)[None, :, None].expand(nets.runs, -1, -1)
    lr = torch.full((nets.runs,), 0.05)
    momentum = torch.tensor([0.9, HUGE]).repeat(len(seeds))

    def losses(_: int) -> Tensor:
        return (nets.logits(x) - torch.sin(4 * x)).square().mean((1, 2))

    by_net, _ = descend(nets.parameters(), lr, momentum, losses, 1_500)
    loss = by_net.view(len(seeds), 2, 1_500)
    results: Results = {}
    for i, name in enumerate(("b9", "huge")):
        steps = steps_to_settle(loss[:, i], 0.02)
        results[f"{name}_steps"] = mean(steps, "steps")
        results[f"{name}_peaks"] = mean(count_peaks(loss[:, i], 0.02), "1")
        results[f"{name}_unsettled"] = share(int((steps >= 1_500).sum()), len(seeds))
    return results


def coasting(seeds: range) -> Results:
    """200 digits that a net 64-32-10 can separate, full batch, cross-entropy: 600 steps at lr 0.01.

    And 150 steps at three learning rates each, to find the best for the loss to settle at 0.05.
    """
    data = splits(seeds)
    run = run_full_batch(seeds, data, [(0.9, 0.01), (HUGE, 0.01)], 600)
    b9, huge = 0, 1
    steps = steps_to_settle(run.loss, 0.05)  # (seeds, settings)
    peaks = count_peaks(run.loss, 1e-3)
    results: Results = {
        "speed_ratio": mean(run.speed[:, huge] / run.speed[:, b9], "1"),
        "b9_over_huge_steps": mean(steps[:, b9] / steps[:, huge], "1"),
        # Most of these losses are exactly 0 in float32, so no mean would say much.
        "huge_largest_loss": largest(run.loss[:, huge, -1], "nats"),
        "b9_loss": mean(run.loss[:, b9, -1], "nats"),
    }
    for name, i in (("b9", b9), ("huge", huge)):
        results[f"{name}_speed"] = mean(run.speed[:, i], "1")
        results[f"{name}_norm"] = mean(run.growth[:, i], "1")
        results[f"{name}_peaks"] = mean(peaks[:, i], "1")
        results[f"{name}_steps"] = mean(steps[:, i], "steps")
    return results | _coasting_tuned(seeds, data)


def _coasting_tuned(seeds: range, data: Split) -> Results:
    """Steps to a loss of 0.05 at the best of three learning rates for each momentum."""
    settings: list[Setting] = [
        *((0.9, lr) for lr in (0.2, 0.5, 1.0)),
        *((HUGE, lr) for lr in (0.03, 0.1, 0.3)),
    ]
    loss = run_full_batch(seeds, data, settings, 150).loss
    steps = steps_to_settle(loss, 0.05)  # (seeds, settings)
    best = fastest(steps, settings)
    results: Results = {}
    for name, i in (("b9", best[0.9]), ("huge", best[HUGE])):
        _, lr = settings[i]
        results[f"{name}_tuned_lr"] = _exact(lr, "1")
        results[f"{name}_tuned_steps"] = mean(steps[:, i], "steps")
    huge_over_b9 = steps[:, best[HUGE]] / steps[:, best[0.9]]
    return results | {"tuned_huge_over_b9_steps": mean(huge_over_b9, "1")}


def digits(seeds: range) -> Results:
    """Nets 64-32-10 on the digits, batches of 64, 880 steps: at equal and at best learning rates.

    A loss that never settles at 0.05 counts as 890 steps, a lower bound.

    The pixels have one mean and one scale for all. Blank ones are then the same negative number in every
    image, a direction of large curvature along which a frictionless run throws units to where they are
    dead: what `centered` takes away.
    """
    settings = [*TRIED, *(shown for shown in SHOWN.values() if shown not in TRIED)]
    run = run_in_batches(seeds, splits(seeds), settings)
    shown = {name: settings.index(setting) for name, setting in SHOWN.items()}
    return at_best_rates(run) | by_step(run, shown) | at_equal_rates(run, shown)


def same_floor(seeds: range) -> Results:
    """As `digits`, with learning rate 1 - momentum: what keeping lr / (1 - momentum) costs in 880 steps."""
    settings: list[Setting] = [(b, 1 - b) for b in (0.9, 0.99, 0.999, HUGE)]
    accuracy = run_in_batches(seeds, splits(seeds), settings).accuracy[:, :, -1]
    results: Results = {}
    for i, (b, _) in enumerate(settings):
        results[f"{NAMES[b]}_accuracy"] = mean(accuracy[:, i], "share")
        if b != 0.9:
            lost = 100 * (accuracy[:, 0] - accuracy[:, i])
            results[f"{NAMES[b]}_points_lost"] = mean(lost, "points")
    return results


def centered(seeds: range) -> Results:
    """As `digits` with momentum 0.99999 at lr 0.1, but each pixel's own mean is subtracted.

    A unit's input then averages to its bias, so the unit is on for some image unless its bias forbids it.
    Dividing each pixel by its own deviation as well leaves no unit dead either, at some 1e11 nats.
    """
    data = splits(seeds)
    center = data.train_x.mean(1, keepdim=True)
    data = Split(data.train_x - center, data.train_y, data.test_x - center, data.test_y)
    run = run_in_batches(seeds, data, [(HUGE, 0.1)])
    # Between its peaks the loss may be exactly 0, so one moment says little: the last 400 steps.
    late_loss = run.loss[:, 0, -40:].mean(-1)
    return {
        "huge_loss": geometric_mean(late_loss, "nats"),
        "huge_accuracy": mean(run.accuracy[:, 0, -1], "share"),
        "huge_dead": mean(run.dead[:, 0], "share"),
    }


# In few bits


def buffers(_seeds: range) -> Results:
    """What is left of a momentum buffer of 1 after 2,000 steps without gradient, by type and momentum."""
    results: Results = {}
    for dtype in (torch.float32, torch.bfloat16, torch.float16):
        for b, name in ((HUGE, "huge"), (0.999, "b999"), (0.99, "b99")):
            weight = torch.zeros(1, dtype=dtype, requires_grad=True)
            sgd = torch.optim.SGD([weight], lr=1e-3, momentum=b)
            weight.grad = torch.ones_like(weight)
            sgd.step()
            weight.grad = torch.zeros_like(weight)
            for _ in range(2_000):
                sgd.step()
            left = float(sgd.state[weight]["momentum_buffer"])
            kind = str(dtype).removeprefix("torch.")
            results[f"{kind}_{name}"] = _exact(left, "1")
    results["exact_huge"] = _exact(HUGE**2_000, "1")
    results["exact_b999"] = _exact(0.999**2_000, "1")
    return results
