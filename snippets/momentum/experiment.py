"""What does SGD with momentum 0.99999 do, on curves where it can be computed and on nets?

Momentum b and learning rate are PyTorch's: v = b v + g, w = w - lr v. "Settles" means: reaches the level
and stays; a first touch says nothing about a weight that swings. On a parabola no step is taken one by one:
`quadratic_momentum` counts them, in float64. Noise is simulated where 8,000 steps are enough.
The valley is Rosenbrock's function, float64, exact gradients; its starts are the usual (-1.2, 1) plus normal
noise of size 0.3, and for divergence uniform on [-2, 2] x [-1, 3]. Nets are float32.

On the digits, learning rates are compared by the steps that the training loss takes to settle, since that is
what is asked; test accuracy chooses nothing. The training loss is that of 256 images, every 10 steps.

Every public function is a measurement; the first word of a key is the function that measured it.
"""

from __future__ import annotations

import torch
from torch import Tensor

from snippets.evidence.estimates import Estimate, Results, Series
from snippets.laboratory.digits import Split, splits
from snippets.laboratory.intervals import curve, geometric_mean, largest, mean, share
from snippets.laboratory.seeding import generators
from snippets.momentum._descent import count_peaks, descend, steps_to_settle
from snippets.momentum._networks import (
    RunsOnDigits,
    initial_networks,
    norm,
    per_run_loss,
)
from snippets.momentum._valley import roll
from snippets.momentum.best_momentum import best_momentum
from snippets.momentum.largest_stable_lr import largest_stable_lr
from snippets.momentum.quadratic_momentum import quadratic_momentum

HUGE = 0.99999
NAMES = {0.0: "b0", 0.5: "b5", 0.9: "b9", 0.99: "b99", 0.999: "b999", HUGE: "huge"}
# On the digits, momentum and learning rate of the runs whose curves are shown.
SHOWN = {"same_b9": (0.9, 0.01), "same_huge": (HUGE, 0.01), "fast_huge": (HUGE, 0.1)}


def _exact(value: float, unit: str) -> Estimate:
    return Estimate(value, value, value, 1, unit)


# On a parabola


def parabola(_seeds: range) -> Results:
    """One weight, lr times curvature 0.01: path, overshoot, and steps until within a thousandth for good."""
    results: Results = {}
    x = torch.ones(len(NAMES), dtype=torch.float64)
    momentum = torch.tensor(list(NAMES), dtype=torch.float64)
    v, path = torch.zeros_like(x), [x]
    for _ in range(300):
        v = momentum * v + x
        path.append(path[-1] - 0.01 * v)
        x = path[-1]
    for i, (b, name) in enumerate(NAMES.items()):
        motion = quadratic_momentum(0.01, b, 1.0)
        results[f"{name}_steps"] = _exact(motion.settling_steps, "steps")
        results[f"{name}_crossings"] = _exact(motion.crossings, "1")
        results[f"{name}_overshoot"] = _exact(motion.overshoot, "share")
        points = tuple(_exact(float(p[i]), "1") for p in path)
        results[f"{name}_path"] = Series(tuple(map(float, range(301))), points, "steps")
    grid = [k / 100 for k in range(99)]
    steps = [quadratic_momentum(0.01, b, 1.0).settling_steps for b in grid]
    results["best_momentum"] = _exact(grid[steps.index(min(steps))], "1")
    results["best_steps"] = _exact(min(steps), "steps")
    friction = [10 ** (-k / 10) for k in range(51)]
    for name, nesterov in (("heavy_ball", False), ("nesterov", True)):
        points = tuple(
            _exact(
                quadratic_momentum(0.01, 1 - f, 1.0, nesterov=nesterov).settling_steps,
                "steps",
            )
            for f in friction
        )
        results[f"{name}_by_friction"] = Series(tuple(friction), points, "1")
    return results


def stability(_seeds: range) -> Results:
    """Largest learning rate at which 20,000 steps on a parabola of curvature 1 stay bounded, by trying."""
    results: Results = {}
    lr = torch.arange(0.5, 5, 0.002, dtype=torch.float64)
    for b, name in ((0.0, "b0"), (0.9, "b9"), (HUGE, "huge")):
        for nesterov in (False, True) if b else (False,):
            x, v = torch.ones_like(lr), torch.zeros_like(lr)
            for _ in range(20_000):
                v = b * v + x
                x = x - lr * (x + b * v if nesterov else v)
            bounded = x.abs() < 1e3
            key = f"{name}_nesterov" if nesterov else name
            theory = largest_stable_lr(b, 1.0, nesterov=nesterov)
            measured = float(lr[: int(bounded.int().cumprod(0).sum())][-1])
            results[key] = _exact(measured, "1")
            results[f"{key}_minus_theory"] = _exact(measured - theory, "1")
    return results


def conditioning(_seeds: range) -> Results:
    """Two weights, curvatures 1 and 1/100: steps until both are within a millionth of their start for good.

    For the best momentum also 1/10 and 1/1000. The best learning rate of each momentum is then
    2 (1 + b) over the sum of the curvatures: both weights get the same rate.
    """

    def steps(
        lr: float, b: float, nesterov: bool = False, smallest: float = 0.01
    ) -> float:
        return max(
            quadratic_momentum(
                lr, b, c, nesterov=nesterov, tolerance=1e-6
            ).settling_steps
            for c in (smallest, 1.0)
        )

    results: Results = {}
    grid = [k / 100 for k in range(99)]
    for c in (10, 100, 1_000):
        counts = [steps(2 * (1 + b) / (1 + 1 / c), b, smallest=1 / c) for b in grid]
        results[f"best_momentum_{c}"] = _exact(grid[counts.index(min(counts))], "1")
        results[f"best_steps_{c}"] = _exact(min(counts), "steps")
    best, plain = best_momentum(0.01, 1.0), steps(2 / 1.01, 0.0)
    tuned = steps(best.lr, best.momentum)
    huge = min(steps(4 * 10 ** (-k / 8), HUGE) for k in range(1, 33))
    nesterov = steps(1.0, HUGE, True)
    return results | {
        "plain": _exact(plain, "steps"),
        "tuned": _exact(tuned, "steps"),
        "plain_over_tuned": _exact(plain / tuned, "1"),
        "huge": _exact(huge, "steps"),
        "nesterov": _exact(nesterov, "steps"),
        "nesterov_b9": _exact(steps(1.0, 0.9, True), "steps"),
        "huge_over_nesterov": _exact(huge / nesterov, "1"),
        "nesterov_over_plain": _exact(nesterov / plain, "1"),
    }


def noise(seeds: range) -> Results:
    """Unit noise in each gradient, lr times curvature 0.01: variance in the long run, over its formula."""
    results: Results = {}
    cases = {"b9": (0.9, 400), "b99": (0.99, 1_000), "b999": (0.999, 8_000)}
    cases["nesterov"] = (HUGE, 1_500)
    for name, (b, steps) in cases.items():
        streams = generators(seeds, f"gradient noise {name}")
        x, v = torch.zeros(2, len(seeds), 300)
        squares, kept = torch.zeros(len(seeds)), 0
        for step in range(steps):
            if step % 100 == 0:
                drawn = torch.stack(
                    [torch.randn(100, 300, generator=g) for g in streams]
                )
            g = x + drawn[:, step % 100]
            v = b * v + g
            x = x - 0.01 * (g + b * v if name == "nesterov" else v)
            if step >= 0.75 * steps and step % 10 == 0:
                squares, kept = squares + x.square().mean(1), kept + 1
        theory = quadratic_momentum(0.01, b, 1.0, nesterov=name == "nesterov")
        results[f"{name}_over_theory"] = mean(squares / kept / theory.noise_gain, "1")
        results[name] = mean(squares / kept, "1")
    gain = {b: quadratic_momentum(0.01, b, 1.0).noise_gain for b in NAMES}
    results["huge"] = _exact(gain[HUGE], "1")
    results["huge_over_b9"] = _exact(gain[HUGE] / gain[0.9], "1")
    return results


# In a curved valley


def valley(seeds: range) -> Results:
    """Rosenbrock's function, each start with its best of 19 learning rates: steps until f <= 1e-6 for good.

    The best one is chosen by the same count, for every momentum alike.
    """
    noise = [torch.randn(2, generator=g) for g in generators(seeds, "starts")]
    start = torch.tensor([-1.2, 1.0]) + 0.3 * torch.stack(noise)
    lr = torch.logspace(-5, -2, 19, dtype=torch.float64)
    results: Results = {}
    steps, first_touch, edge = {}, {}, {}
    for b, limit in ((0.0, 20_000), (0.9, 5_000), (0.999, 40_000), (HUGE, 20_000)):
        run = roll(start[:, None], lr, torch.tensor(b), limit)
        name = NAMES[b]
        # Where no learning rate settles in time, the limit stands: a lower bound.
        steps[name] = run.settled.amin(1).clamp(max=limit)
        touched = run.touched.amin(1).clamp(max=limit)
        results[f"{name}_steps"] = mean(steps[name], "steps")
        results[f"{name}_first_touch"] = mean(touched, "steps")
        first = run.diverged.int().argmax(1)
        assert bool(run.diverged.any(1).all())
        results[f"{name}_diverges_at"] = geometric_mean(lr[first], "1")
        late = run.settled.amin(1) > limit
        results[f"{name}_unsettled"] = share(int(late.sum()), len(seeds))
        edge[name], first_touch[name] = lr[first], touched
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
    start = torch.stack([torch.rand(20, 2, generator=g) for g in streams])
    start = 4 * start + torch.tensor([-2.0, -1.0])
    momentum = torch.tensor(list(NAMES), dtype=torch.float64)
    run = roll(start[:, :, None], torch.tensor(5e-4), momentum, 10_000)
    shares = run.diverged.double().mean(1)
    return {name: mean(shares[:, i], "share") for i, name in enumerate(NAMES.values())}


# In nets


def regression(seeds: range) -> Results:
    """A tanh net of 20 units fits sin(4x), full batch, lr 0.05: steps until the MSE is <= 0.02 for good."""
    nets = initial_networks(seeds, (1, 20, 1), 2, gain=1.0)
    nets.activation = torch.tanh
    x = torch.linspace(-1, 1, 64)[None, :, None].expand(nets.runs, -1, -1)
    momentum = torch.tensor([0.9, HUGE]).repeat(len(seeds))

    def losses(_: int) -> Tensor:
        return (nets.logits(x) - torch.sin(4 * x)).square().mean((1, 2))

    curves, _ = descend(
        nets.parameters(), torch.full((nets.runs,), 0.05), momentum, losses, 1_500
    )
    results: Results = {}
    for i, name in enumerate(("b9", "huge")):
        steps = steps_to_settle(curves[i::2], 0.02)
        results[f"{name}_steps"] = mean(steps, "steps")
        results[f"{name}_peaks"] = mean(count_peaks(curves[i::2], 0.02), "1")
        results[f"{name}_unsettled"] = share(int((steps >= 1_500).sum()), len(seeds))
    return results


def coasting(seeds: range) -> Results:
    """200 digits that a net 64-32-10 can separate, full batch, cross-entropy: 600 steps at lr 0.01.

    And 150 steps at three learning rates each, to find the best for the loss to settle at 0.05.
    """
    data = splits(seeds)

    def run(settings: list[tuple[float, float]], steps: int) -> tuple[Tensor, ...]:
        copies = len(settings)
        x = data.train_x[:, :200].repeat_interleave(copies, 0)
        y = data.train_y[:, :200].repeat_interleave(copies, 0)
        nets = initial_networks(seeds, (64, 32, 10), copies)
        before = norm(nets.weights)
        momentum, lr = (
            torch.tensor(column).repeat(len(seeds))
            for column in zip(*settings, strict=True)
        )
        curves, buffers = descend(
            nets.parameters(), lr, momentum, lambda _: per_run_loss(nets, x, y), steps
        )
        return curves, lr * norm(buffers), norm(nets.weights) / before

    curves, speed, growth = run([(0.9, 0.01), (HUGE, 0.01)], 600)
    steps = steps_to_settle(curves, 0.05)
    results: Results = {
        "speed_ratio": mean(speed[1::2] / speed[::2], "1"),
        "b9_over_huge_steps": mean(steps[::2] / steps[1::2], "1"),
        # Most of these losses are exactly 0 in float32, so no mean would say much.
        "huge_largest_loss": largest(curves[1::2, -1], "nats"),
        "b9_loss": mean(curves[::2, -1], "nats"),
    }
    for i, name in enumerate(("b9", "huge")):
        results[f"{name}_speed"] = mean(speed[i::2], "1")
        results[f"{name}_norm"] = mean(growth[i::2], "1")
        results[f"{name}_peaks"] = mean(count_peaks(curves[i::2], 1e-3), "1")
        results[f"{name}_steps"] = mean(steps[i::2], "steps")
    settings = [(0.9, lr) for lr in (0.2, 0.5, 1.0)]
    settings += [(HUGE, lr) for lr in (0.03, 0.1, 0.3)]
    steps = steps_to_settle(run(settings, 150)[0], 0.05).view(len(seeds), -1)
    b9, huge = (i + int(steps[:, i : i + 3].mean(0).argmin()) for i in (0, 3))
    return results | {
        "b9_tuned_lr": _exact(settings[b9][1], "1"),
        "b9_tuned_steps": mean(steps[:, b9], "steps"),
        "huge_tuned_lr": _exact(settings[huge][1], "1"),
        "huge_tuned_steps": mean(steps[:, huge], "steps"),
        "tuned_huge_over_b9_steps": mean(steps[:, huge] / steps[:, b9], "1"),
    }


def digits(seeds: range) -> Results:
    """Nets 64-32-10 on the digits, batches of 64, 880 steps: at equal and at best learning rates.

    A loss that never settles at 0.05 counts as 890 steps, a lower bound.

    The pixels have one mean and one scale for all. Blank ones are then the same negative number in every
    image, a direction of large curvature along which a frictionless run throws units to where they are
    dead: what `centered` takes away.
    """
    rates = {
        0.9: (0.03, 0.1, 0.3),
        0.999: (0.001, 0.003, 0.01),
        HUGE: (0.001, 0.003, 0.01),
    }
    settings = [(b, lr) for b, rs in rates.items() for lr in rs]
    settings += [(0.9, 0.01), (HUGE, 0.1)]
    run = RunsOnDigits(seeds, splits(seeds), settings, 40)
    steps = steps_to_settle(run.loss.flatten(0, 1), 0.05, run.every).view(
        run.norm.shape
    )
    results: Results = {}
    tuned = {}
    for b, rs in rates.items():
        best = min(
            (settings.index((b, lr)) for lr in rs), key=lambda i: steps[:, i].mean()
        )
        name, tuned[b] = NAMES[b], best
        results[f"{name}_lr"] = _exact(settings[best][1], "1")
        results[f"{name}_steps"] = mean(steps[:, best], "steps")
        results[f"{name}_test_accuracy"] = mean(run.accuracy[:, best, -1], "share")
    late = steps[:, tuned[HUGE]] > run.steps
    results["huge_unsettled"] = share(int(late.sum()), len(seeds))
    slower = steps[:, tuned[HUGE]] / steps[:, tuned[0.9]]
    lost = run.accuracy[:, tuned[0.9], -1] - run.accuracy[:, tuned[HUGE], -1]
    results |= {
        "huge_over_b9_steps": mean(slower, "1"),
        "tuned_points_lost": mean(100 * lost, "points"),
    }
    times = range(0, run.steps + 1, run.every)
    at = {name: settings.index(s) for name, s in SHOWN.items()}
    for name, i in at.items():
        loss = run.loss[:, i]
        results[f"{name}_loss"] = mean(loss[:, -1], "nats")
        results[f"{name}_norm"] = mean(run.norm[:, i], "1")
        results[f"{name}_accuracy"] = mean(run.accuracy[:, i, -1], "share")
        results[f"{name}_dead"] = mean(run.dead[:, i], "share")
        results[f"{name}_loss_by_step"] = curve(loss, times, "nats", "steps")
        results[f"{name}_accuracy_by_step"] = curve(
            run.accuracy[:, i], times[::4], "share", "steps"
        )
    b9, huge = at["same_b9"], at["same_huge"]
    late_loss = run.loss[:, [b9, huge], -40:].mean(-1)
    results |= {
        "late_loss_ratio": geometric_mean(late_loss[:, 1] / late_loss[:, 0], "1"),
        "norm_ratio": mean(run.norm[:, huge] / run.norm[:, b9], "1"),
        "points_lost": mean(
            100 * (run.accuracy[:, b9, -1] - run.accuracy[:, huge, -1]),
            "points",
        ),
    }
    return results


def centered(seeds: range) -> Results:
    """As `digits` with momentum 0.99999 at lr 0.1, but each pixel's own mean is subtracted.

    A unit's input then averages to its bias, so the unit is on for some image unless its bias forbids it.
    Dividing each pixel by its own deviation as well leaves no unit dead either, at some 1e11 nats.
    """
    data = splits(seeds)
    center = data.train_x.mean(1, keepdim=True)
    data = Split(data.train_x - center, data.train_y, data.test_x - center, data.test_y)
    run = RunsOnDigits(seeds, data, [(HUGE, 0.1)], 40)
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
