"""Closed forms are compared with `torch.optim.SGD` itself, stepping on a parabola."""

import math
from itertools import pairwise

import pytest
import torch
from explorables import placeholders, states, words

from snippets.activations.dead_units import dead_units
from snippets.laboratory.digits import splits
from snippets.laboratory.ensembles import Ensemble
from snippets.laboratory.javascript import loaded
from snippets.momentum import _descent as descent
from snippets.momentum import _networks as networks
from snippets.momentum._valley import roll
from snippets.momentum.agreement import FILES
from snippets.momentum.best_momentum import best_momentum
from snippets.momentum.largest_stable_lr import largest_stable_lr
from snippets.momentum.quadratic_momentum import quadratic_momentum

SETTINGS = [
    (0.01, 0.0, False),
    (0.01, 0.5, False),
    (0.01, 0.81, False),  # a double root
    (0.01, 0.9, False),
    (0.01, 0.99, False),
    (1.9, 0.0, False),  # jumps from side to side
    (3.7, 0.9, False),
    (0.01, 0.9, True),
    (0.01, 0.999, True),
    (1.2, 0.9, True),  # one root on each side of 0
    (1.0, 0.5, False),  # lands exactly on the minimum
    (1.0, 0.9, False),
]


def sgd(lr, momentum, nesterov, steps, curvature=1.0):
    """Positions of torch's own optimizer, from 1."""
    x = torch.ones((), dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([x], lr=lr, momentum=momentum, nesterov=nesterov)
    path = [1.0]
    for _ in range(steps):
        x.grad = curvature * x.detach()
        optimizer.step()
        path.append(float(x.detach()))
    return torch.tensor(path, dtype=torch.float64)


# quadratic_momentum


@pytest.mark.parametrize(("lr", "momentum", "nesterov"), SETTINGS)
def test_counts_are_those_of_torchs_sgd(lr, momentum, nesterov):
    motion = quadratic_momentum(lr, momentum, 1.0, nesterov=nesterov)
    path = sgd(lr, momentum, nesterov, 2_000)
    outside = (path.abs() > 1e-3).nonzero().flatten()
    assert motion.settling_steps == int(outside[-1]) + 1
    assert motion.overshoot == pytest.approx(max(0.0, -float(path.min())), abs=1e-9)
    signs = path[: int(outside[-1]) + 1].sign()
    signs = signs[signs != 0]  # exactly at the minimum it has not changed sides
    assert motion.crossings == int((signs[1:] * signs[:-1] < 0).sum())


@pytest.mark.parametrize("nesterov", [False, True])
@pytest.mark.parametrize("momentum", [0.3, 0.9, 0.99])
@pytest.mark.parametrize("a", [0.004, 0.3, 1.1])
def test_rate_and_period_are_the_eigenvalues_of_a_step(a, momentum, nesterov):
    # The state is (x, buffer); SGD's two lines as a matrix.
    b = momentum
    step = torch.tensor(
        [[1 - a * (1 + b if nesterov else 1), -a * (b * b if nesterov else b)], [1, b]],
        dtype=torch.float64,
    )
    values = torch.linalg.eigvals(step)
    top = values[values.abs().argmax()]
    motion = quadratic_momentum(a, b, 1.0, nesterov=nesterov)
    assert motion.rate == pytest.approx(float(top.abs()), rel=1e-12)
    angle = abs(math.atan2(float(top.imag), float(top.real)))
    assert angle * motion.period == pytest.approx(2 * math.pi) or (
        angle < 1e-7 and motion.period == math.inf
    )


def test_only_the_product_of_lr_and_curvature_counts():
    one = quadratic_momentum(0.1, 0.9, 0.2)
    two = quadratic_momentum(0.02, 0.9, 1.0)
    assert one[:5] == pytest.approx(two[:5])
    assert one.noise_gain == pytest.approx(25 * two.noise_gain)


@pytest.mark.parametrize("friction", [1e-4, 1e-5, 1e-6])
def test_long_runs_follow_the_envelope(friction):
    b = 1 - friction
    motion = quadratic_momentum(0.01, b, 1.0)
    # Amplitude of x[k] = A b^(k/2) cos(...), from rest: A = 1 / cos(half the angle).
    amplitude = 1 / math.cos(math.pi / motion.period)
    steps = math.log(1000 * amplitude) / (-math.log(b) / 2)
    # A sampled wave may miss its crests by up to 1/50 of a step's phase for long.
    slack = motion.period + 3e-4 / friction
    assert motion.settling_steps == pytest.approx(steps, abs=slack)
    assert motion.crossings == pytest.approx(
        2 * steps / motion.period, abs=3 + 2 * slack / motion.period
    )


def test_a_landing_on_the_minimum_counts_once():
    # The path is 1, 0, -0.3: it changes sides once, over an exact 0.
    assert quadratic_momentum(1.0, 0.3, 1.0, tolerance=0.1).crossings == 1


def test_the_first_swing_counts_where_the_product_of_the_roots_is_negative():
    # The first step goes to 1 - 1.25 * 1.1; D is -0.025.
    motion = quadratic_momentum(1.25, 0.1, 1.0, nesterov=True, tolerance=0.99)
    assert motion.overshoot == pytest.approx(0.375)
    assert (motion.settling_steps, motion.crossings) == (1, 0)


@pytest.mark.parametrize(("lr", "momentum"), [(0.25, 0.25), (0.01, 0.81)])
def test_underflow_at_a_double_root_is_no_overshoot(lr, momentum):
    assert quadratic_momentum(lr, momentum, 1.0).overshoot == 0


def test_one_step_suffices_without_momentum():
    motion = quadratic_momentum(1.0, 0.0, 1.0)
    assert (motion.rate, motion.settling_steps, motion.crossings) == (0, 1, 0)


@pytest.mark.parametrize("nesterov", [False, True])
@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9])
@pytest.mark.parametrize("a", [0.05, 0.5])
def test_noise_gain_is_what_the_noise_of_every_step_adds_up_to(a, momentum, nesterov):
    """The variance is the sum of squares of the answer to one unit of noise in one gradient."""
    b = momentum
    x, v = 0.0, 1.0  # just after a gradient that is noise only
    x -= a * (1 + b if nesterov else 1)
    total = x * x
    for _ in range(5_000):
        v = b * v + x
        x -= a * (x + b * v if nesterov else v)
        total += x * x
    motion = quadratic_momentum(a, b, 1.0, nesterov=nesterov)
    assert motion.noise_gain == pytest.approx(total, rel=1e-9)


def test_beyond_the_stable_range_nothing_settles():
    motion = quadratic_momentum(3.9, 0.9, 1.0)
    assert motion.rate > 1
    assert motion[2:] == (math.inf,) * 4


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0.0, 0.9, 1.0), r"lr must be in \(0, 1e\+75\], got 0.0"),
        ((math.nan, 0.9, 1.0), r"lr must be in \(0, 1e\+75\], got nan"),
        ((1e200, 0.9, 1e200), r"lr must be in \(0, 1e\+75\], got 1e\+200"),
        ((0.1, 0.9, -1.0), r"curvature must be in \(0, 1e\+75\], got -1.0"),
        ((1.0, 0.9, 1e76), r"curvature must be in \(0, 1e\+75\], got 1e\+76"),
        ((0.1, 1.0, 1.0), r"momentum must be in \[0, 1\), got 1.0"),
        ((0.1, -0.1, 1.0), r"momentum must be in \[0, 1\), got -0.1"),
        ((1e-12, 0.0, 1.0), "settling would take more than 1e\\+09 steps"),
    ],
)
def test_motion_names_the_bad_argument(arguments, message):
    with pytest.raises(ValueError, match=message):
        quadratic_momentum(*arguments)


@pytest.mark.parametrize("nesterov", [False, True])
def test_the_largest_arguments_still_count(nesterov):
    motion = quadratic_momentum(1e75, 0.9, 1e75, nesterov=nesterov)
    assert 1e149 < motion.rate < 1e151
    assert motion.period == 2


def test_motion_names_a_bad_tolerance():
    with pytest.raises(ValueError, match=r"tolerance must be in \(0, 1\), got 1"):
        quadratic_momentum(0.1, 0.9, 1.0, tolerance=1)


# largest_stable_lr


@pytest.mark.parametrize("nesterov", [False, True])
@pytest.mark.parametrize("momentum", [0.0, 0.4, 0.9, 0.99999])
@pytest.mark.parametrize("curvature", [0.5, 3.0])
def test_the_edge_parts_convergence_from_divergence(momentum, curvature, nesterov):
    if nesterov and not momentum:
        pytest.skip("torch refuses Nesterov without momentum")
    edge = largest_stable_lr(momentum, curvature, nesterov=nesterov)
    inside = quadratic_momentum(0.999 * edge, momentum, curvature, nesterov=nesterov)
    assert inside.rate < 1
    path = sgd(1.01 * edge, momentum, nesterov, 400, curvature)
    assert path[-1].abs() > 10
    path = sgd(0.99 * edge, momentum, nesterov, 400, curvature)
    assert path[-1].abs() < 10


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((1.0, 1.0), r"momentum must be in \[0, 1\), got 1.0"),
        ((0.9, 0.0), "curvature must be finite and > 0, got 0.0"),
        ((0.9, math.inf), "curvature must be finite and > 0, got inf"),
    ],
)
def test_the_edge_names_the_bad_argument(arguments, message):
    with pytest.raises(ValueError, match=message):
        largest_stable_lr(*arguments)


# best_momentum


@pytest.mark.parametrize("nesterov", [False, True])
@pytest.mark.parametrize("condition", [1.5, 10.0, 300.0])
def test_no_pair_on_a_fine_grid_has_a_better_rate(condition, nesterov):
    best = best_momentum(1.0, condition, nesterov=nesterov)

    def rate(lr, momentum):
        worst = 0.0
        for a in (lr, lr * condition):
            t = (1 + momentum) * (1 - a) if nesterov else 1 + momentum - a
            d = momentum * (1 - a) if nesterov else momentum
            step = torch.tensor([[t, -d], [1.0, 0.0]], dtype=torch.float64)
            worst = max(worst, float(torch.linalg.eigvals(step).abs().max()))
        return worst

    # At a double root a rounding error of 1e-16 moves the eigenvalues by 1e-8.
    assert rate(best.lr, best.momentum) == pytest.approx(best.rate, abs=1e-6)
    grid = [k / 12 for k in range(-12, 13)]
    for u in grid:
        for w in grid:
            momentum = best.momentum + 0.5 * w * (1 - best.momentum) * best.momentum
            assert rate(best.lr * (1 + 0.3 * u), momentum) > best.rate - 1e-6


def test_equal_curvatures_need_no_momentum_and_one_step():
    assert best_momentum(4.0, 4.0) == (0.25, 0.0, 0.0)
    assert best_momentum(4.0, 4.0, nesterov=True) == (0.25, 0.0, 0.0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0.0, 1.0), "smallest must be finite and >= 1e-300, got 0.0"),
        ((5e-324, 5e-324), "smallest must be finite and >= 1e-300, got 5e-324"),
        ((1.0, 1e34), r"largest / smallest must be at most 1e30, got 1e\+34"),
        ((1e-300, 1e300), "largest / smallest must be at most 1e30, got inf"),
        ((2.0, 1.0), "largest must be finite and >= smallest = 2.0, got 1.0"),
        ((1.0, math.inf), "largest must be finite and >= smallest = 1.0, got inf"),
    ],
)
@pytest.mark.parametrize("nesterov", [False, True])
def test_best_names_the_bad_argument(arguments, message, nesterov):
    with pytest.raises(ValueError, match=message):
        best_momentum(*arguments, nesterov=nesterov)


@pytest.mark.parametrize("nesterov", [False, True])
@pytest.mark.parametrize(
    ("smallest", "largest"), [(1.0, 1e30), (1e-300, 1e-270), (1e300, 1.7e308)]
)
def test_best_stays_in_its_range_up_to_the_ends(smallest, largest, nesterov):
    best = best_momentum(smallest, largest, nesterov=nesterov)
    assert 0 <= best.momentum < 1
    assert 0 <= best.rate < 1
    assert 0 < best.lr < math.inf


# the experiment's own parts


def test_descend_is_torchs_sgd_with_a_momentum_for_each_run():
    x = torch.randn(3, 20, 4, generator=torch.Generator().manual_seed(1))
    y = torch.randint(5, (3, 20), generator=torch.Generator().manual_seed(2))
    lr, momentum = torch.tensor([0.1, 0.2, 0.05]), torch.tensor([0.0, 0.9, 0.99999])
    nets = networks.initial_networks(range(3), (4, 6, 5), 1)
    start = [w.clone() for w in nets.weights]
    curves, _ = descent.descend(
        nets.parameters(), lr, momentum, lambda _: networks.per_run_loss(nets, x, y), 30
    )
    assert curves.shape == (3, 30)
    for i in range(3):
        alone = Ensemble([w[i : i + 1].clone() for w in start])
        parameters = [p.requires_grad_() for p in alone.parameters()]
        optimizer = torch.optim.SGD(
            parameters, lr=float(lr[i]), momentum=float(momentum[i])
        )
        for step in range(30):
            optimizer.zero_grad()
            loss = networks.per_run_loss(alone, x[i : i + 1], y[i : i + 1]).sum()
            assert float(loss.detach()) == pytest.approx(
                float(curves[i, step]), rel=1e-4
            )
            loss.backward()
            optimizer.step()
        for p, q in zip(nets.parameters(), parameters, strict=True):
            torch.testing.assert_close(p[i : i + 1], q.detach(), rtol=1e-3, atol=1e-4)


def test_copies_of_a_seed_start_equal_and_seeds_differ():
    first = networks.initial_networks(range(2), (4, 6, 5), 3).weights[0]
    assert torch.equal(first[0], first[2])
    assert not torch.equal(first[0], first[3])


def test_a_unit_without_bias_is_on_for_some_image_once_each_pixel_is_centered():
    # Why `centered` has no dead units: the inputs of a unit average to 0.
    x = splits(range(2)).train_x[:, :200]
    w = -torch.rand(2, 64, 32, generator=torch.Generator().manual_seed(3))
    shifted = torch.relu((x - x.min() + 1).bmm(w))
    assert dead_units(shifted[0]).all()
    centered = torch.relu((x - x.mean(1, keepdim=True)).bmm(w))
    assert not dead_units(centered[0]).any()


def test_settled_asks_for_good():
    nan = math.nan
    curve = torch.tensor(
        [
            [3.0, 0.0, 3.0, 0.5, 0.1],
            [0.0, 0.0, 0.0, 0.0, 0.0],
            [0.0, 0.0, 0.0, 0.0, 2.0],
            [0.0, nan, 0.0, 0.0, 0.0],
        ]
    )
    assert descent.steps_to_settle(curve, 1.0).tolist() == [3, 0, 5, 2]
    assert descent.steps_to_settle(curve, 1.0, every=10).tolist() == [30, 0, 50, 20]


def test_peaks_are_turns_above_the_level():
    curve = torch.tensor([[0.0, 2.0, 1.0, 3.0, 0.0, 0.5, 0.0], [4, 3, 2, 1, 0, 0, 0]])
    assert descent.count_peaks(curve, 1.0).tolist() == [2, 0]


def test_the_valley_is_rosenbrocks_function_under_torchs_sgd():
    start = torch.tensor([-1.2, 1.0])
    point = start.double().requires_grad_()
    optimizer = torch.optim.SGD([point], lr=1e-3, momentum=0.9)
    values = []
    for _ in range(3_001):
        optimizer.zero_grad()
        loss = (1 - point[0]) ** 2 + 100 * (point[1] - point[0] ** 2) ** 2
        values.append(float(loss.detach()))
        loss.backward()
        optimizer.step()
    below = [v <= 1e-6 for v in values]
    run = roll(start, torch.tensor(1e-3), torch.tensor(0.9), 3_000)
    assert float(run.touched) == below.index(True)
    assert float(run.settled) == len(below) - below[::-1].index(False)
    assert not run.diverged


def test_the_valley_tells_divergence_and_what_never_arrives():
    lr = torch.tensor([1e-6, 1e-1])
    run = roll(torch.tensor([-1.2, 1.0]), lr, torch.tensor(0.0), 100)
    assert run.diverged.tolist() == [False, True]
    assert run.settled.tolist() == [math.inf, math.inf]
    assert run.touched.tolist() == [math.inf, math.inf]


# The explorable


def is_so(name, state, numbers):
    """Whether what the explorable says of a state is so, by taking the steps."""
    lr, momentum, condition = (state[k] for k in ("lr", "momentum", "condition"))
    nesterov = state["nesterov"] and momentum > 0
    flat, steep = (walk(lr * c, momentum, nesterov) for c in (1.0, condition))
    match name:
        case "diverges":
            limit = largest_stable_lr(momentum, condition, nesterov=nesterov)
            told = {"product": lr * condition, "limit": limit * condition}
            return lr >= limit * (1 - 1e-9) and numbers == pytest.approx(told)
        case "limit" | "driven":
            stays = max(map(abs, steep)) < 3 and max(map(abs, steep[-3:])) > 1e-3
            return stays and (state["noise"] > 0) == (name == "driven")
        case "noisy":
            motions = (
                quadratic_momentum(lr, momentum, c, nesterov=nesterov)
                for c in (1.0, condition)
            )
            gain = max(motion.noise_gain for motion in motions)
            return numbers["floor"] == pytest.approx(state["noise"] * math.sqrt(gain))
        case "flips":
            jumps = all(x * y <= 0 for x, y in pairwise(steep[:4]))
            return jumps and settle(steep, numbers["steep"])
        case "lands":
            at = numbers["steep"]
            return at > 0 and max(map(abs, steep[at:])) < 1e-9 < abs(steep[at - 1])
    counted = settle(flat, numbers["flat"]) and settle(steep, numbers["steep"])
    return counted and moves_so(name, (lr, momentum, nesterov), condition, numbers)


def moves_so(name, setting, condition, numbers):
    """The same where both weights settle, and neither lands or jumps from side to side."""
    lr, momentum, nesterov = setting
    flat, steep = (walk(lr * c, momentum, nesterov) for c in (1.0, condition))
    match name:
        case "creep":
            slower = numbers["flat"] > numbers["steep"]
            return not passed(flat) and not passed(steep) and slower
        case "creeps":
            return min(flat) > 0 and passed(steep)
        case "fits":  # no position of the slider is a fifth faster
            enough = 2 * numbers["flat"]
            best = min(
                last_far(
                    walk(lr, 1 - float(f"{10 ** (-i / 20):.2g}"), nesterov, enough)
                )
                for i in range(61)
            )
            return not passed(flat) and best + 1 > 0.8 * numbers["flat"]
    assert momentum > 0.9 or (passed(flat) and passed(steep))
    flat_rate, steep_rate = (rate(lr * c, momentum, nesterov) for c in (1.0, condition))
    if name == "nesterov":
        plain = quadratic_momentum(lr, momentum, 1.0).settling_steps
        return numbers["plain"] == plain and steep_rate < flat_rate < momentum**0.5
    left = 100 * flat_rate**300
    assert numbers["left"] == pytest.approx(left, rel=1e-6)
    alike = flat_rate == pytest.approx(steep_rate, rel=1e-7)
    return alike and name == ("endless" if left > 90 else "swings")


def settle(path, steps):
    """Whether a path of 400 steps settles where it is said to, if it takes no more than these."""
    settled = last_far(path) + 1
    return settled == steps if steps < len(path) else settled <= steps


def walk(a, momentum, nesterov, count=400):
    """Places by the two lines of SGD; `sgd` takes them by torch, a hundred times as slowly."""
    x, v, places = 1.0, 0.0, [1.0]
    for _ in range(count):
        gradient = a * x
        v = momentum * v + gradient
        x -= gradient + momentum * v if nesterov else v
        places.append(x)
    return places


def last_far(path):
    """The last place that is more than a thousandth away."""
    return max(k for k, x in enumerate(path) if abs(x) > 1e-3)


def passed(path):
    """Whether the minimum is passed while that is still to come."""
    return any(x < -1e-12 for x in path[: last_far(path) + 1])


def rate(a, momentum, nesterov):
    """How fast errors shrink: the spectral radius of a step, as a matrix on two places in a row."""
    t = (1 + momentum) * (1 - a) if nesterov else 1 + momentum - a
    d = momentum * (1 - a) if nesterov else momentum
    step = torch.tensor([[t, -d], [1.0, 0.0]], dtype=torch.float64)
    return float(torch.linalg.eigvals(step).abs().max())


# What chance does not find: the limit, with noise and without; friction that fits
RARE = [
    {"momentum": b, "lr": lr, "condition": 10.0, "nesterov": False, "noise": noise}
    for b, lr, noise in ((0.0, 0.2, 0.0), (0.0, 0.2, 0.1), (0.82, 0.01, 0.0))
]


def test_what_the_explorable_says_is_so():
    said = [words("momentum", language) for language in ("zh", "en")]
    seen = set()
    with loaded(FILES) as call:
        drawn = [*states("momentum", 250)]
        still = [{**state, "noise": 0.0} for state in drawn]  # it has more to be said
        for state in (*RARE, *drawn[:50], *still):
            name, numbers = call("momentum.finding", state).values()
            seen.add(name)
            assert all(placeholders(w[name]) <= numbers.keys() for w in said)
            assert is_so(name, state, numbers), (name, state, numbers)
    assert seen == {
        "limit",
        "driven",
        "diverges",
        "noisy",
        "creep",
        "creeps",
        "fits",
        "flips",
        "swings",
        "lands",
        "endless",
        "nesterov",
    }


def test_a_swing_stays_within_what_is_drawn_around_it():
    with loaded(FILES) as call:
        for lr, momentum, nesterov in ((0.01, 0.83, False), (0.3, 0.9, True)):
            swing = call("momentum.swing", lr, momentum, nesterov)
            shrink = rate(lr, momentum, nesterov)
            shares = [
                abs(x) / shrink**k
                for k, x in enumerate(walk(lr, momentum, nesterov)[:100])
            ]
            assert 0.9 * swing < max(shares) < swing * (1 + 1e-9)
