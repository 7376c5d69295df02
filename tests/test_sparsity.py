"""FTRL is compared with Keras, with Adagrad and with the paper; thresholds with closed forms."""

import copy
import functools
import io
import math

import pytest
import torch
from explorables import placeholders, states, words
from torch import nn
from torch.nn.utils import prune

from snippets.laboratory.ensembles import Ensemble
from snippets.laboratory.few_digits import few_digits
from snippets.laboratory.javascript import loaded
from snippets.laboratory.random_numbers import uniform
from snippets.sparsity import _networks as networks
from snippets.sparsity import _training as training
from snippets.sparsity.agreement import FILES
from snippets.sparsity.csr_speed import _with_csr, csr_speed
from snippets.sparsity.ftrl import FTRL
from snippets.sparsity.magnitude_masks import (
    gradual_sparsity,
    magnitude_masks,
    two_of_four_mask,
)
from snippets.sparsity.proximal_step import proximal_step
from snippets.sparsity.sparse_report import sparse_report, to_csr

OPTIONS = (
    {},
    {"lr": 0.5, "l1": 0.7},
    {"lr": 0.2, "l1": 0.1, "l2": 0.4},
    {"lr": 0.05, "l2_shrinkage": 0.3, "beta": 1.0, "l1": 0.05},
    {"lr": 0.3, "lr_power": -0.7, "initial_accumulator_value": 0.5, "l2": 0.1},
    {"lr": 0.1, "lr_power": 0.0, "l1": 0.2},
)


def gradients(steps, dtype=torch.float64, size=7):
    g = torch.Generator().manual_seed(3)
    return torch.randn(steps, size, generator=g, dtype=dtype)


def start(dtype=torch.float64, size=7):
    return torch.randn(
        size, generator=torch.Generator().manual_seed(4), dtype=torch.float64
    ).to(dtype)


def run(optimizer, parameter, grads):
    path = []
    for grad in grads:
        parameter.grad = grad.clone()
        optimizer.step()
        path.append(parameter.detach().clone())
    return torch.stack(path)


# FTRL


# What keras.optimizers.Ftrl 3.15.1 on torch 2.13 computed with the options above, in float64: the last of
# 30 steps. Each step starts from what the one before left, so a difference in any would be seen here.
KERAS = (
    (
        -0.1479507857,
        0.1297584766,
        1.414598974,
        0.06988619846,
        1.258783526,
        -0.1788689515,
        -0.7450799894,
    ),
    (
        0.3212183315,
        0.8013150756,
        1.469026432,
        -1.461301022,
        2.214019075,
        0.005392806833,
        -0.03376391488,
    ),
    (
        0.05973807372,
        0.2933025017,
        1.295069771,
        -0.3455294281,
        1.416220641,
        -0.07172773851,
        -0.4936095685,
    ),
    (
        0.003905337983,
        0.05606341837,
        0.4560866029,
        -0.006804941637,
        0.582682422,
        -0.06834282424,
        -0.2141468747,
    ),
    (
        0.1326791442,
        0.2766852814,
        0.9848199667,
        -0.4419679738,
        1.404746118,
        -0.02554477934,
        -0.4094755112,
    ),
    (
        0.3375919517,
        0.4262540232,
        0.6025468142,
        -0.9978398736,
        0.7733012187,
        0.1172086492,
        0.4748470598,
    ),
)


@pytest.mark.parametrize(("options", "last"), list(zip(OPTIONS, KERAS, strict=True)))
def test_ftrl_ends_where_keras_did(options, last):
    ours = nn.Parameter(start())
    optimizer = FTRL([ours], keep_init=False, **{"lr": 0.1, **options})
    path = run(optimizer, ours, gradients(30))
    assert path[-1].tolist() == pytest.approx(last, abs=1e-7)


def paper(grads, alpha, beta, l1, l2):
    """Algorithm 1 of McMahan and others (2013), one coordinate at a time, from w = 0."""
    z, n = [0.0] * grads.shape[1], [0.0] * grads.shape[1]
    path = []
    for grad in grads.tolist():
        w = []
        for i in range(len(z)):
            sign = -1.0 if z[i] < 0 else 1.0
            rate = (beta + n[i] ** 0.5) / alpha + l2
            w.append(0.0 if abs(z[i]) <= l1 else -(z[i] - sign * l1) / rate)
        path.append(w)
        for i, g in enumerate(grad):
            sigma = ((n[i] + g * g) ** 0.5 - n[i] ** 0.5) / alpha
            z[i] += g - sigma * w[i]
            n[i] += g * g
    return torch.tensor(path, dtype=torch.float64)


def test_ftrl_is_the_papers_algorithm_once_l2_is_halved():
    grads = gradients(40)
    ours = nn.Parameter(torch.zeros(7, dtype=torch.float64))
    optimizer = FTRL(
        [ours], lr=0.3, beta=1, l1=0.6, l2=0.2, initial_accumulator_value=0
    )
    found = run(optimizer, ours, grads)
    expected = paper(grads, alpha=0.3, beta=1, l1=0.6, l2=0.4)
    assert (expected == 0).any()
    # The paper's weights of round t are ours after t - 1 steps.
    assert torch.allclose(found[:-1], expected[1:], rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("first", "keep_init"), [(torch.zeros(7), False), (start(), True)]
)
@pytest.mark.parametrize("beta", [1e-10, 1.0])
def test_ftrl_without_penalties_is_adagrad(first, keep_init, beta):
    pairs = [nn.Parameter(first.double().clone()) for _ in range(2)]
    ours = FTRL(pairs[:1], lr=0.2, beta=beta, keep_init=keep_init)
    theirs = torch.optim.Adagrad(
        pairs[1:], lr=0.2, eps=beta, initial_accumulator_value=0.1
    )
    paths = [
        run(o, p, gradients(200)) for o, p in zip((ours, theirs), pairs, strict=True)
    ]
    assert torch.allclose(*paths, rtol=0, atol=1e-12)


def test_constant_rate_from_zero_is_dual_averaging():
    ours = nn.Parameter(torch.zeros(7, dtype=torch.float64))
    found = run(FTRL([ours], lr=0.2, lr_power=0, l1=0.5), ours, gradients(20))
    sums = gradients(20).cumsum(0)
    expected = -0.2 * torch.nn.functional.softshrink(sums, 0.5)
    assert torch.allclose(found, expected, rtol=0, atol=1e-12)


def test_ftrl_has_groups_of_their_own():
    both = [nn.Parameter(start()) for _ in range(2)]
    optimizer = FTRL([{"params": both[:1], "l1": 1e6}, {"params": both[1:], "lr": 1.0}])
    for p in both:
        p.grad = gradients(1)[0]
    optimizer.step()
    assert (both[0] == 0).all()
    alone = nn.Parameter(start())
    alone.grad = gradients(1)[0]
    FTRL([alone], lr=1.0).step()
    assert torch.allclose(both[1], alone, rtol=0, atol=1e-12)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_ftrl_goes_on_from_its_state_dict(dtype):
    whole, halves = nn.Parameter(start(dtype)), nn.Parameter(start(dtype))
    options = {"lr": 0.1, "l1": 0.05}
    expected = run(FTRL([whole], **options), whole, gradients(20, dtype))[-1]
    first = FTRL([halves], **options)
    run(first, halves, gradients(20, dtype)[:9])
    with io.BytesIO() as file:
        torch.save(first.state_dict(), file)
        file.seek(0)
        state = torch.load(file)
    second = FTRL([halves], lr=9.0)
    second.load_state_dict(state)
    found = run(second, halves, gradients(20, dtype)[9:])[-1]
    assert found.dtype == dtype
    assert torch.equal(found, expected)  # the same steps from the same bits


def test_ftrl_takes_a_closure_and_leaves_others_alone():
    used, unused = nn.Parameter(torch.ones(2)), nn.Parameter(torch.ones(2))
    optimizer = FTRL([used, unused], lr=0.1)

    def closure():
        optimizer.zero_grad()
        loss = used.square().sum()
        loss.backward()
        return loss

    assert optimizer.step(closure) == 2
    assert (used < 1).all()
    assert (unused == 1).all()


def test_ftrl_maximizes():
    ends = []
    for sign, maximize in ((1, False), (-1, True)):
        p = nn.Parameter(start())
        ends.append(
            run(FTRL([p], l1=0.1, maximize=maximize), p, sign * gradients(5))[-1]
        )
    assert torch.equal(*ends)  # a change of sign is exact


def test_ftrl_keeps_weights_without_gradient():
    p = nn.Parameter(start())
    run(FTRL([p], lr=0.1), p, torch.zeros(3, 7, dtype=torch.float64))
    assert torch.allclose(p, start())
    run(FTRL([p], lr=0.1, keep_init=False), p, torch.zeros(1, 7, dtype=torch.float64))
    assert (p == 0).all()  # as Keras does it


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"lr": -0.1}, "lr must be >= 0 and finite, got -0.1"),
        ({"lr_power": 0.5}, "lr_power must be <= 0 and finite, got 0.5"),
        ({"l1": -1.0}, "l1 must be >= 0 and finite, got -1.0"),
        ({"beta": float("nan")}, "beta must be >= 0 and finite, got nan"),
        ({"initial_accumulator_value": 0}, "must be > 0 where beta and l2 are 0"),
        (
            {"initial_accumulator_value": 0, "l2": 0.1},
            "must be > 0 where beta is 0 and keep_init is True",
        ),
    ],
)
def test_ftrl_refuses_options(options, message):
    p = nn.Parameter(torch.ones(2))
    with pytest.raises(ValueError, match=message):
        FTRL([p], **options)
    with pytest.raises(ValueError, match=message):
        FTRL([{"params": [p], **options}])


@pytest.mark.parametrize("l1", [0.0, 0.3])
def test_ftrl_goes_on_from_weights_that_others_changed(l1):
    p = nn.Parameter(start())
    optimizer = FTRL([p], lr=0.1, l1=l1)
    run(optimizer, p, gradients(10))
    mask = torch.arange(7) % 2 == 0
    with torch.no_grad():
        p.mul_(mask)
    before = p.detach().clone()
    (after,) = run(optimizer, p, torch.zeros(1, 7, dtype=torch.float64))
    assert (after[~mask] == 0).all()
    assert torch.allclose(after, before, rtol=0, atol=1e-12)


@pytest.mark.parametrize("l1", [0.0, 0.3])
@pytest.mark.parametrize("factor", [0.5, 3.0])
def test_another_lr_leaves_weights_without_gradient_alone(l1, factor):
    p = nn.Parameter(start())
    optimizer = FTRL([p], lr=0.1, l1=l1, beta=0.2, l2=0.1)
    before = run(optimizer, p, gradients(10))[-1]
    optimizer.param_groups[0]["lr"] *= factor
    after = run(optimizer, p, torch.zeros(50, 7, dtype=torch.float64))[-1]
    assert torch.allclose(after, before, rtol=0, atol=1e-12)


def test_with_a_falling_lr_the_stabilizers_sum_to_its_inverse():
    # Each step minimizes g . w, summed, plus sum sigma / 2 (w - w_s)^2 plus l1 |w|; from 0 and without l1.
    rates = [0.5 / (1 + t) for t in range(20)]
    p = nn.Parameter(torch.zeros(7, dtype=torch.float64))
    optimizer = FTRL([p], lr=rates[0], lr_power=0, l1=0.4)
    centers, sigmas, sums = [p.detach().clone()], [1 / rates[0]], torch.zeros(7)
    for t, (rate, grad) in enumerate(zip(rates, gradients(20), strict=True)):
        if t:
            centers.append(p.detach().clone())
            sigmas.append(1 / rate - 1 / rates[t - 1])
        optimizer.param_groups[0]["lr"] = rate
        run(optimizer, p, grad[None])
        sums = sums + grad
        pull = sum(s * w for s, w in zip(sigmas, centers, strict=True)) - sums
        expected = rate * torch.nn.functional.softshrink(pull, 0.4)
        assert torch.allclose(p, expected, rtol=0, atol=1e-12)


def test_ftrl_does_not_drift_in_float32():
    p = nn.Parameter(start(torch.float32, 1000))
    optimizer = FTRL([p], lr=0.007)
    before = run(optimizer, p, gradients(1, torch.float32, 1000))[-1]
    after = run(optimizer, p, torch.zeros(1000, 1000))[-1]
    assert torch.allclose(after, before, rtol=2e-7, atol=0)


@pytest.mark.parametrize("accumulator", [0.1, 1e-5])
def test_of_the_start_the_first_step_leaves_what_the_page_says(accumulator):
    pair = nn.Parameter(torch.tensor([0.2, -0.3], dtype=torch.float64))
    optimizer = FTRL(
        [pair], lr=0.3, initial_accumulator_value=accumulator, keep_init=False
    )
    after = run(optimizer, pair, torch.full((1, 2), 0.1, dtype=torch.float64))[-1]
    left = float(after[0] - after[1]) / 0.5  # both have the same step against g
    assert left == pytest.approx(1 - math.sqrt(accumulator / (accumulator + 0.01)))
    assert (left < 0.06) == (accumulator == 0.1)


def test_the_first_step_subtracts_l1_from_the_initialization():
    p = nn.Parameter(start())
    run(FTRL([p], lr=0.2, l1=0.5), p, torch.zeros(1, 7, dtype=torch.float64))
    expected = torch.nn.functional.softshrink(start(), 0.5 * 0.2 / 0.1**0.5)
    assert 0 < (expected == 0).sum() < 7
    assert torch.allclose(p, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("keep_init", [True, False])
def test_a_sparse_step_of_ftrl_is_the_dense_one_row_for_row(keep_init):
    options = {"lr": 0.1, "l1": 0.3, "l2": 0.05, "beta": 0.5, "keep_init": keep_init}
    table = gradients(8, size=3)
    target = table.flip(0)

    def ends(sparse, batches):
        layer = nn.Embedding(8, 3, sparse=sparse, _weight=table.clone())
        optimizer = FTRL(layer.parameters(), **options)
        for batch in batches:
            optimizer.zero_grad()
            (layer(batch) - target[batch]).square().sum().backward()
            optimizer.step()
        return layer.weight.detach()

    often, seldom = torch.tensor([0, 3, 0]), torch.tensor([0, 5])  # 0 twice in one
    sparse, dense = (ends(s, [often, seldom] * 5) for s in (True, False))
    assert torch.allclose(sparse[0], dense[0], rtol=0, atol=1e-12)
    untouched = [1, 2, 4, 6, 7]
    assert torch.equal(sparse[untouched], table[untouched])
    # A row's first step is the dense one's first, whenever it comes.
    late, first = ends(True, [often, seldom]), ends(False, [seldom])
    assert torch.allclose(late[5], first[5], rtol=0, atol=1e-12)


def test_at_a_rate_of_zero_nothing_happens():
    # A warm-up from 0, as many schedulers begin: the first step that counts is the second.
    warm, cold = (nn.Parameter(start()) for _ in range(2))
    optimizer = FTRL([warm], lr=0.1, l1=0.3)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: min(1, step))
    path = gradients(6)
    run(optimizer, warm, path[:1])
    assert torch.equal(warm, start())
    assert not optimizer.state
    scheduler.step()
    after = run(optimizer, warm, path[1:])[-1]
    assert torch.equal(after, run(FTRL([cold], lr=0.1, l1=0.3), cold, path[1:])[-1])


def test_a_rate_that_fades_out_leaves_the_weights():
    p = nn.Parameter(torch.ones(2))
    optimizer = FTRL([p], lr=0.1)
    schedule = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.5)
    for _ in range(1100):
        p.grad = torch.ones(2)
        optimizer.step()
        schedule.step()
    assert p.isfinite().all()


def test_ftrl_refuses_gradients_before_it_moves_any_weight():
    moving, wide = nn.Parameter(torch.ones(2)), nn.Parameter(torch.ones(2).bfloat16())
    moving.grad, wide.grad = torch.ones(2), torch.ones(2).bfloat16()
    optimizer = FTRL([{"params": [moving]}, {"params": [wide]}])
    with pytest.raises(ValueError, match=r"float32 or float64"):
        optimizer.step()
    assert (moving == 1).all()
    assert not optimizer.state


@pytest.mark.filterwarnings("ignore:Sparse CSR tensor support")
def test_ftrl_refuses_other_layouts():
    p = nn.Parameter(torch.eye(2).to_sparse_csr())
    p.grad = torch.eye(2).to_sparse_csr()
    with pytest.raises(ValueError, match=r"dense or sparse_coo, got torch\.sparse_csr"):
        FTRL([p]).step()


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.complex64])
def test_ftrl_refuses_other_types(dtype):
    p = nn.Parameter(torch.ones(2, dtype=dtype))
    p.grad = torch.ones_like(p)
    with pytest.raises(ValueError, match=f"float32 or float64, .* got {dtype} for"):
        FTRL([p]).step()
    assert (p == 1).all()


def test_ftrl_refuses_a_negative_rate_before_the_closure():
    p = nn.Parameter(torch.ones(2))
    optimizer = FTRL([p], lr=0.1)
    torch.optim.lr_scheduler.LambdaLR(optimizer, lambda _: -1.0)
    with pytest.raises(ValueError, match=r"lr must be >= 0 and finite, got -0\.1"):
        optimizer.step(lambda: pytest.fail("the closure was called"))


# Proximal steps


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"momentum": 0.9},
        {"momentum": 0.9, "nesterov": True},
        {"momentum": 0.8, "dampening": 0.5},
        {"momentum": 0.9, "weight_decay": 0.2},
    ],
)
def test_proximal_steps_find_the_lasso(options):
    # The loss (w - a)^2 / 2 plus 0.5 |w| has its minimum at the soft threshold of a, divided by 1 + decay.
    # None at the threshold itself, where rounding would decide.
    a = torch.tensor([2.0, 0.3, -1.0, -0.45, 0.0], dtype=torch.float64)
    w = nn.Parameter(torch.ones_like(a))
    optimizer = torch.optim.SGD([w], lr=0.01, **options)
    for _ in range(6000):
        w.grad = (w - a).detach()
        optimizer.step()
        proximal_step(optimizer, l1=0.5)
    expected = torch.nn.functional.softshrink(a, 0.5)
    expected /= 1 + options.get("weight_decay", 0)
    assert torch.allclose(w, expected, rtol=0, atol=1e-9)
    assert torch.equal(w == 0, expected == 0)


def test_proximal_steps_find_the_group_lasso():
    a = torch.tensor([[3.0, 4.0], [0.3, 0.4]], dtype=torch.float64)
    w = nn.Parameter(torch.ones_like(a))
    optimizer = torch.optim.SGD([w], lr=0.1, momentum=0.5)
    for _ in range(3000):
        w.grad = (w - a).detach()
        optimizer.step()
        proximal_step(optimizer, rows=1.0)
    # A row of norm 5 is shortened by 1, one of norm 1/2 is gone.
    expected = torch.tensor([[2.4, 3.2], [0.0, 0.0]], dtype=torch.float64)
    assert torch.allclose(w, expected, rtol=0, atol=1e-9)
    assert (w[1] == 0).all()


def test_both_penalties_minimize_their_sum():
    u = torch.tensor([[1.0, -0.7, 0.1]], dtype=torch.float64)
    w = nn.Parameter(u.clone())
    optimizer = torch.optim.SGD([w], lr=1.0)
    w.grad = torch.zeros_like(w)
    proximal_step(optimizer, l1=0.2, rows=0.4)

    def objective(v):
        return (v - u).square().sum() / 2 + 0.2 * v.abs().sum() + 0.4 * v.norm()

    g = torch.Generator().manual_seed(0)
    found = objective(w.detach())
    for scale in (1e-3, 1e-1):
        for _ in range(500):
            step = scale * torch.randn(1, 3, generator=g, dtype=torch.float64)
            assert objective(w.detach() + step) > found


def test_proximal_step_follows_groups_and_gradients():
    weight, bias, idle = (nn.Parameter(torch.ones(1, 2)) for _ in range(3))
    groups = [
        {"params": [weight, idle], "l1": 3.0, "lr": 0.2},
        {"params": [bias], "l1": 0.0, "rows": 0.0},
    ]
    optimizer = torch.optim.SGD(groups, lr=0.1)
    weight.grad, bias.grad = torch.zeros(1, 2), torch.zeros(1, 2)
    proximal_step(optimizer, l1=9.0)
    assert torch.allclose(weight, torch.full((1, 2), 0.4))
    assert (bias == 1).all()
    assert (idle == 1).all()


def test_proximal_step_refuses():
    p = nn.Parameter(torch.ones(2))
    p.grad = torch.ones(2)
    adam = torch.optim.Adam([p])
    with pytest.raises(ValueError, match=r"must be torch.optim.SGD, .* got Adam"):
        proximal_step(adam, l1=1.0)
    sgd = torch.optim.SGD([p], lr=0.1)
    with pytest.raises(ValueError, match="l1 must be >= 0 and finite, got -1"):
        proximal_step(sgd, l1=-1.0)
    with pytest.raises(ValueError, match=r"rows needs .* got shape \(2,\)"):
        proximal_step(sgd, rows=1.0)
    with pytest.raises(ValueError, match=r"momentum must be in \[0, 1\), got 1.0"):
        proximal_step(torch.optim.SGD([p], lr=0.1, momentum=1.0), l1=1.0)
    with pytest.raises(ValueError, match="maximize must be False"):
        proximal_step(torch.optim.SGD([p], lr=0.1, maximize=True), l1=1.0)
    assert (p == 1).all()


def test_proximal_step_refuses_to_do_nothing():
    p = nn.Parameter(torch.ones(2))
    p.grad = torch.ones(2)
    sgd = torch.optim.SGD([p], lr=0.1)
    sgd.zero_grad()
    with pytest.raises(ValueError, match=r"no parameter has a gradient: .* zero_grad"):
        proximal_step(sgd, l1=1.0)
    assert (p == 1).all()


def test_the_penalty_of_the_experiment_is_autograds():
    g = torch.Generator().manual_seed(6)
    x, y = torch.randn(3, 64, 8, generator=g), torch.randint(4, (3, 64), generator=g)

    class Data:
        train_x, train_y = x, y

    sgd = functools.partial(torch.optim.SGD, lr=1.0)
    plain = training.fit(small(), Data, range(3), 1, sgd)
    penalized = training.fit_penalized(small(), Data, range(3), 1, sgd, 0.3)
    for w, other, before in zip(
        penalized.weights, plain.weights, small().weights, strict=True
    ):
        torch.testing.assert_close(w, other - 0.3 * before.sign())
    torch.testing.assert_close(penalized.biases, plain.biases)
    assert not any(p.requires_grad for p in penalized.parameters())


def test_a_threshold_that_rounding_would_swallow_is_refused():
    w = nn.Parameter(torch.ones(2, dtype=torch.bfloat16))
    w.grad = torch.zeros_like(w)
    with pytest.raises(ValueError, match=r"float32 or float64, .* got torch\.bfloat16"):
        proximal_step(torch.optim.SGD([w], lr=0.1), l1=0.01)


@pytest.mark.parametrize("fused", [False, True])
def test_a_hook_leaves_out_the_steps_that_a_scaler_skips(fused):
    w = nn.Parameter(torch.tensor([1.0, -2.0]))
    optimizer = torch.optim.SGD([w], lr=0.1, fused=fused)
    optimizer.register_step_post_hook(lambda o, *_: proximal_step(o, l1=1.0))
    scaler = torch.amp.GradScaler("cpu", init_scale=1.0)
    for size, expected in ((math.inf, [1.0, -2.0]), (0.0, [0.9, -1.9])):
        scaler.scale((w * torch.tensor([size, 0.0])).sum()).backward()
        if size:
            w.grad.fill_(math.inf)
        scaler.step(optimizer)
        scaler.update()
        optimizer.zero_grad()
        torch.testing.assert_close(w.detach(), torch.tensor(expected))


# Masks


@pytest.mark.parametrize("sparsity", [0.0, 0.3, 0.5, 0.93])
def test_masks_are_those_of_torch(sparsity):
    g = torch.Generator().manual_seed(0)
    weights = [torch.randn(13, 11, generator=g), 3 * torch.randn(5, 13, generator=g)]
    for w, mask in zip(weights, magnitude_masks(weights, sparsity), strict=True):
        layer = nn.Linear(w.shape[1], w.shape[0])
        layer.weight.data = w.clone()
        prune.l1_unstructured(layer, "weight", amount=round(sparsity * w.numel()))
        assert torch.equal(mask, layer.weight_mask.bool())
    layers = [nn.Linear(w.shape[1], w.shape[0]) for w in weights]
    for w, layer in zip(weights, layers, strict=True):
        layer.weight.data = w.clone()
    prune.global_unstructured(
        [(layer, "weight") for layer in layers],
        prune.L1Unstructured,
        amount=round(sparsity * sum(w.numel() for w in weights)),
    )
    found = magnitude_masks(weights, sparsity, per="model")
    for mask, layer in zip(found, layers, strict=True):
        assert torch.equal(mask, layer.weight_mask.bool())


def test_masks_are_nested_once_applied():
    w = torch.randn(40, 5, generator=torch.Generator().manual_seed(1))
    (first,) = magnitude_masks([w], 0.5)
    w = torch.where(first, w + 0.01, 0.0)
    (second,) = magnitude_masks([w], 0.7)
    assert not (second & ~first).any()
    assert (~second).sum() == 140


def test_equal_weights_are_pruned_to_the_share():
    (mask,) = magnitude_masks([torch.ones(10)], 0.3)
    assert mask.tolist() == [False] * 3 + [True] * 7


def test_masks_refuse():
    w = torch.ones(4)
    for sparsity in (-0.1, 1.0, float("nan")):
        with pytest.raises(ValueError, match=r"sparsity must be in \[0, 1\)"):
            magnitude_masks([w], sparsity)
    with pytest.raises(ValueError, match=r'"layer" or "model", got \'row\''):
        magnitude_masks([w], 0.5, per="row")
    for bad in ([], iter([]), [torch.ones(0)], [torch.tensor([float("nan")])]):
        with pytest.raises(ValueError, match="one or more tensors"):
            magnitude_masks(bad, 0.5)
    with pytest.raises(ValueError, match=r"several tensors, got one of shape \(4,\)"):
        magnitude_masks(w, 0.5)


@pytest.mark.parametrize("per", ["layer", "model"])
def test_masks_take_a_generator(per):
    layer = nn.Linear(4, 8)
    found = magnitude_masks(layer.parameters(), 0.5, per=per)
    expected = magnitude_masks(list(layer.parameters()), 0.5, per=per)
    assert len(found) == 2
    assert all(torch.equal(f, e) for f, e in zip(found, expected, strict=True))
    assert sum(int((~mask).sum()) for mask in found) == 20


def test_the_schedule_is_cubic():
    at = [
        gradual_sparsity(s, first=100, last=500, final=0.8) for s in range(0, 700, 100)
    ]
    expected = [0, 0, *(0.8 * (1 - (1 - t / 4) ** 3) for t in (1, 2, 3)), 0.8, 0.8]
    assert at == pytest.approx(expected)
    with pytest.raises(ValueError, match="last must be > first, got first=3, last=3"):
        gradual_sparsity(1, first=3, last=3, final=0.5)
    with pytest.raises(ValueError, match=r"final must be in \[0, 1\), got 1.0"):
        gradual_sparsity(1, first=0, last=3, final=1.0)


def test_what_is_no_weight_is_named_with_the_mend():
    layer = nn.Linear(3, 3)
    for weights, name in (
        (layer.named_parameters(), "tuple"),
        (layer.state_dict(), "str"),
    ):
        with pytest.raises(ValueError, match=f"must be tensors, got {name}: pass"):
            magnitude_masks(weights, 0.5)


@pytest.mark.parametrize(
    "computed",
    [nn.utils.parametrizations.weight_norm, nn.utils.parametrizations.spectral_norm],
)
def test_a_weight_that_keeps_no_mask_is_refused(computed):
    layer = computed(nn.Linear(8, 4))
    with pytest.raises(ValueError, match=r"shape \(4, 8\) is computed from others"):
        magnitude_masks([layer.weight], 0.5)
    magnitude_masks([layer.weight.detach()], 0.5)
    nn.utils.parametrize.remove_parametrizations(layer, "weight")
    magnitude_masks([layer.weight], 0.5)


def test_a_pruned_weight_of_torch_keeps_no_other_mask():
    layer = nn.utils.prune.l1_unstructured(nn.Linear(8, 4), "weight", 0.5)
    with pytest.raises(ValueError, match="is computed from others"):
        magnitude_masks([layer.weight], 0.5)
    nn.utils.prune.remove(layer, "weight")
    magnitude_masks([layer.weight], 0.5)


@pytest.mark.parametrize(("shape", "dim"), [((8, 6), 0), ((3, 8, 2, 2), 1)])
def test_two_of_four_goes_along_the_inputs(shape, dim):
    w = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    mask = two_of_four_mask(w, dim=dim)
    assert mask.shape == shape
    assert torch.equal(mask.movedim(dim, -1), two_of_four_mask(w.movedim(dim, -1)))
    with pytest.raises(ValueError, match=r"multiple of 4, .* and dim=3"):
        two_of_four_mask(w[..., :2, :2], dim=3)


def test_two_of_four_keeps_the_largest_pair():
    w = torch.randn(6, 4, 8, generator=torch.Generator().manual_seed(2))
    mask = two_of_four_mask(w)
    for four, kept in zip(w.reshape(-1, 4), mask.reshape(-1, 4), strict=True):
        assert kept.sum() == 2
        assert four[kept].abs().min() > four[~kept].abs().max()
    assert two_of_four_mask(torch.zeros(2, 4)).sum() == 4
    assert two_of_four_mask(torch.zeros(0, 4)).shape == (0, 4)
    with pytest.raises(
        ValueError, match=r"multiple of 4, got a weight of shape \(3, 6\)"
    ):
        two_of_four_mask(torch.ones(3, 6))
    with pytest.raises(ValueError, match="NaN"):
        two_of_four_mask(torch.full((4,), float("nan")))


# The report


def model():
    torch.manual_seed(0)
    made = nn.Sequential(nn.Linear(96, 64), nn.ReLU(), nn.Linear(64, 32, bias=False))
    for layer in (made[0], made[2]):
        (mask,) = magnitude_masks([layer.weight], 0.75)
        layer.weight.data *= mask
    return made


def test_the_report_counts_bytes_and_leaves_the_model_alone():
    made = model()
    before = copy.deepcopy(made.state_dict())
    report = sparse_report(made)
    assert report.zeros == 0.75
    assert report.zeros_by_kind == {"Linear": 0.75}
    nonzero, rows, bias = (96 * 64 + 64 * 32) // 4, 65 + 33, 4 * 64
    # The rest is names, shapes and alignment of the file.
    assert 0 < report.dense_bytes - 4 * nonzero * 4 - bias < 4000
    assert 0 < report.csr_bytes - 8 * nonzero - 4 * rows - bias < 4000
    assert 0 < report.csr64_bytes - 20 * nonzero - 8 * rows - bias < 4000
    assert report.zipped_bytes < report.dense_bytes
    assert all(torch.equal(made.state_dict()[k], v) for k, v in before.items())


class Conv1D(nn.Module):
    """As Hugging Face's GPT-2 has it: (inputs, outputs), and no layer of torch."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(inputs, outputs))
        self.bias = nn.Parameter(torch.zeros(outputs))


def test_the_report_counts_the_weights_of_every_kind_of_layer():
    made = nn.ModuleList(
        [
            nn.Conv2d(3, 8, 3),
            nn.BatchNorm2d(8),
            nn.Embedding(10, 4),
            Conv1D(4, 6),
            nn.MultiheadAttention(4, 2),
        ]
    )
    made[0].weight.data *= magnitude_masks([made[0].weight], 0.75)[0]
    made[3].weight.data[:3] = 0
    report = sparse_report(made)
    assert report.zeros_by_kind == {
        "Conv2d": 0.75,
        "Embedding": 0.0,
        "Conv1D": 0.75,
        "MultiheadAttention": 0.0,
        "NonDynamicallyQuantizableLinear": 0.0,
    }
    entries = 3 * 8 * 9, 10 * 4, 4 * 6, 12 * 4, 4 * 4
    assert report.zeros == 0.75 * (entries[0] + entries[2]) / sum(entries)


def test_the_report_counts_shared_weights_once():
    layer, other = model()[0], nn.Linear(96, 64)
    other.weight = layer.weight
    alone = sparse_report(nn.Sequential(layer))
    again = nn.Sequential(layer, nn.Linear(64, 96), layer)
    tied = nn.Sequential(nn.Sequential(layer), other)
    assert sparse_report(nn.Sequential(nn.ReLU(), layer, layer)).zeros == alone.zeros
    assert sparse_report(tied).zeros == alone.zeros
    names = 1500  # bytes that one more layer may take without a matrix of its own
    for kind in ("dense_bytes", "csr_bytes", "csr64_bytes"):
        middle = getattr(sparse_report(nn.Sequential(again[1])), kind)
        sizes = [getattr(sparse_report(m), kind) for m in (again, tied)]
        assert sizes[0] < getattr(alone, kind) + middle + names
        assert sizes[1] < getattr(alone, kind) + names


def test_to_csr_is_the_same_matrix():
    w = model()[0].weight.detach()
    for indices in (torch.int32, torch.int64):
        found = to_csr(w, indices)
        assert found.col_indices().dtype == indices
        assert torch.equal(found.to_dense(), w)


def test_the_report_refuses():
    with pytest.raises(ValueError, match="two or more dimensions, got none"):
        sparse_report(nn.BatchNorm1d(4))
    with pytest.raises(ValueError, match=r"'0' is not initialized: pass a batch"):
        sparse_report(nn.Sequential(nn.LazyLinear(4)))
    half = nn.Sequential(nn.Linear(96, 64)).half()
    assert sparse_report(half).dense_bytes > 2 * 96 * 64
    with pytest.raises(ValueError, match="dense matrix"):
        to_csr(torch.ones(3))
    with pytest.raises(ValueError, match=r"got torch.int16"):
        to_csr(torch.eye(2), torch.int16)


@pytest.mark.parametrize("report", [sparse_report, csr_speed])
@pytest.mark.parametrize(
    ("change", "mend"),
    [
        (lambda x: prune.l1_unstructured(x, "weight", 0.5), r"prune\.remove"),
        (nn.utils.parametrizations.weight_norm, "remove_parametrizations"),
    ],
)
def test_weights_that_are_made_of_others_are_refused(report, change, mend):
    made = nn.Sequential(change(nn.Linear(4, 4)))
    given = (made,) if report is sparse_report else (made, torch.ones(1, 4))
    with pytest.raises(ValueError, match=f"'0' is re-parametrized: .*{mend}"):
        report(*given)


def test_a_pruned_weight_of_another_name_is_refused():
    lstm = prune.l1_unstructured(nn.LSTM(4, 4), "weight_hh_l0", 0.5)
    with pytest.raises(ValueError, match="re-parametrized"):
        sparse_report(lstm)
    prune.remove(lstm, "weight_hh_l0")
    assert sparse_report(lstm).zeros_by_kind == {"LSTM": 0.25}


# Speed


@pytest.mark.parametrize("shape", [(3, 2), (1,), ()])
def test_csr_twins_compute_the_same(shape):
    made, x = model(), torch.randn(*shape, 96)
    twin, layers = _with_csr(made)
    assert list(layers) == ["0", "2"]
    assert twin(x).shape == made(x).shape
    assert torch.allclose(twin(x), made(x), atol=1e-6)
    layer = nn.Linear(4, 3)
    twin, layers = _with_csr(layer)
    assert list(layers) == [""]
    assert torch.allclose(twin(x[..., :4]), layer(x[..., :4]), atol=1e-6)


class Named(nn.Module):
    """Takes its batch by name, as models of Hugging Face do, and has a layer to spare."""

    def __init__(self):
        super().__init__()
        self.encode, self.spare = nn.Linear(6, 4), nn.Linear(4, 4)

    def forward(self, x, scale=1.0):
        return scale * self.encode(x)


def test_whatever_a_model_takes_can_be_timed():
    x = torch.randn(3, 6)
    for batch in ({"x": x}, {"x": x, "scale": 2.0}, (x,), [x, 2.0], x):
        assert csr_speed(Named(), batch, rounds=1).layers == ["encode"]


@pytest.mark.parametrize("norm_first", [True, False])
def test_an_encoder_is_timed_with_its_feed_forward_layers_in_csr(norm_first):
    layer = nn.TransformerEncoderLayer(
        16, 2, 32, batch_first=True, norm_first=norm_first
    )
    made = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False).eval()
    x = torch.randn(2, 5, 16)
    found = csr_speed(made, x, rounds=1)
    assert found.dense_seconds > 0 < found.csr_seconds
    assert found.layers == [f"layers.{i}.linear{k}" for i in (0, 1) for k in (1, 2)]
    twin, _ = _with_csr(made)
    with torch.no_grad():
        assert torch.allclose(twin(x), made(x), atol=1e-5)


class Scaled(nn.Linear):
    """Does more than its parent."""

    def forward(self, x):
        return 2 * super().forward(x)


def test_layers_that_do_more_than_a_linear_stay_as_they_are():
    made = nn.Sequential(Scaled(8, 8), nn.Linear(8, 8), nn.Linear(8, 8))
    made[1].register_forward_hook(lambda *given: given[2] + 1)
    twin, layers = _with_csr(made)
    assert list(layers) == ["2"]
    x = torch.randn(3, 8)
    assert torch.allclose(twin(x), made(x), atol=1e-6)


class Reaches(nn.Module):
    """Uses the weight of a layer that it does not call."""

    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(4, 4)

    def forward(self, x):
        return nn.functional.conv1d(x[..., None], self.inner.weight[..., None])


def test_what_cannot_be_timed_is_said():
    x = torch.ones(3, 96)
    with pytest.raises(ValueError, match="rounds must be >= 1, got 0"):
        csr_speed(model(), x, rounds=0)
    with pytest.raises(ValueError, match=r"must be on the CPU, got \{'meta'\}"):
        csr_speed(model(), x.to("meta"))
    with pytest.raises(ValueError, match=r"float32 or float64, got torch\.float16"):
        csr_speed(nn.Sequential(nn.Linear(96, 64)).half(), x.half())
    with pytest.raises(ValueError, match=r"uses the weight of an nn\.Linear without"):
        csr_speed(Reaches(), torch.ones(3, 4))
    for none in (nn.ReLU(), nn.MultiheadAttention(4, 2)):
        given = (torch.ones(3, 4),) * (3 if none._modules else 1)
        with pytest.raises(ValueError, match=r"must call an nn\.Linear outside"):
            csr_speed(none, given)


# The experiment's helpers


def test_break_even_lies_between_the_shares_beside_it():
    from snippets.sparsity.observations import PERCENT, _break_even

    assert PERCENT[1:3] == (50, 80)
    assert _break_even([0.1, 0.5, 2.0, 3.0, 4.0, 5.0]) == pytest.approx(0.65)
    assert _break_even([2.0] * 6) == PERCENT[0] / 100
    assert _break_even([0.5] * 6) == PERCENT[-1] / 100


def test_the_regression_from_zero_is_watched():
    made = networks.zero_regressions("digits", range(2))
    x = torch.randn(2, 5, 64, generator=torch.Generator().manual_seed(0))
    assert torch.equal(made.logits(x), torch.zeros(2, 5, 10))
    seen = []
    parameters = [torch.ones(2, 3, 4, requires_grad=True), torch.zeros(2, 1, 4)]
    optimizer = training.note_first_zeros(lambda p: FTRL(p, l1=100.0), seen)(parameters)
    for l1 in (100.0, 0.0):
        optimizer.param_groups[0]["l1"] = l1
        parameters[0].grad = torch.ones(2, 3, 4)
        optimizer.step()
    assert len(seen) == 1
    assert seen[0].shape == (2, 12)
    assert seen[0].all()


def small():
    g = torch.Generator().manual_seed(5)
    return Ensemble(
        [torch.randn(3, 8, 6, generator=g), torch.randn(3, 6, 4, generator=g)]
    )


def test_masks_are_made_for_each_run_and_layer():
    made = small()
    masks = training.magnitude_masks_by_run(made, 0.5)
    for w, mask in zip(made.weights, masks, strict=True):
        for run in range(3):
            assert torch.equal(mask[run], magnitude_masks([w[run]], 0.5)[0])
    assert networks.zero_shares(training.prune_copy(made, masks)).tolist() == [0.5] * 3
    assert networks.zero_shares(made).tolist() == [0.0] * 3
    jointly = training.magnitude_masks_by_run(made, 0.5, "model")
    for run in range(3):
        own = magnitude_masks([w[run] for w in made.weights], 0.5, per="model")
        assert all(torch.equal(m[run], o) for m, o in zip(jointly, own, strict=True))
    random = training.random_masks(made, 0.5, range(3))
    assert [float(m.double().mean()) for m in random] == [0.5, 0.5]


def test_masked_training_keeps_zeros_and_gradual_training_reaches_its_share():
    g = torch.Generator().manual_seed(6)
    x, y = torch.randn(3, 640, 8, generator=g), torch.randint(4, (3, 640), generator=g)

    class Data:
        train_x, train_y = x, y

    masks = training.magnitude_masks_by_run(small(), 0.5)
    made = training.prune_copy(small(), masks)
    training.fit(made, Data, range(3), 2, training.masked_adam(made, masks))
    assert all((w[~m] == 0).all() for w, m in zip(made.weights, masks, strict=True))
    assert not any(
        torch.equal(w, v * m)
        for w, v, m in zip(made.weights, small().weights, masks, strict=True)
    )
    gradual = small()
    training.fit(
        gradual, Data, range(3), 10, training.gradually_pruning_adam(gradual, 0.75, 80)
    )
    assert networks.zero_shares(gradual).tolist() == pytest.approx([0.75] * 3, abs=0.02)


# The explorable: what it says of a state is true. Here all steps are taken anew, by the page's formulas.

DIGITS = functools.cache(few_digits)
HANDS = {"autograd": "penalty", "proximal": "penalty", "ftrl": "l1", "prune": "cut"}
LR = 0.1


def explorable_models(way, values):
    """Softmax regressions after 300 steps, one for each value: weights, biases, sums; percent before."""
    data, runs = DIGITS(), len(values)
    w = (2 * uniform(1, 640) - 1).view(1, 64, 10).repeat(runs, 1, 1) / 8
    b = torch.zeros(runs, 1, 10, dtype=torch.float64)
    limit = torch.tensor(values, dtype=torch.float64).view(runs, 1, 1)
    n, m = torch.full_like(w, 0.1), torch.full_like(b, 0.1)
    z = -n.sqrt() / LR * w
    one_hot = torch.nn.functional.one_hot(data.train_y, 10)
    for k in range(300):
        if k == 299:
            before = [percent(*model) for model in zip(w, b, strict=True)]
        at = 60 * k % 300
        x, y = data.train_x[at : at + 60], one_hot[at : at + 60]
        error = ((x @ w + b).softmax(2) - y) / 60
        gw, gb = x.T @ error, error.sum(1, keepdim=True)
        if way == "ftrl":
            q, n, m = n.sqrt() / LR, n + gw**2, m + gb**2
            z = z + gw - (n.sqrt() / LR - q) * w
            w = -z.sign() * (z.abs() - limit).clamp(min=0) / (n.sqrt() / LR)
            b = b - LR * gb / m.sqrt()
            continue
        b = b - LR * gb
        u = w - LR * gw
        if way == "autograd":
            w = u - LR * limit * w.sign()
        else:
            w = u.sign() * (u.abs() - LR * limit).clamp(min=0)
    return dict(zip(values, zip(w, b, z, before, strict=True), strict=True))


def percent(w, b):
    data = DIGITS()
    return 100 * float(((data.test_x @ w + b).argmax(1) == data.test_y).double().mean())


def test_what_the_explorable_says_is_so():
    drawn = [*states("sparsity", 500)]
    trained = {
        way: explorable_models(way, sorted({0.0, *(state[hand] for state in drawn)}))
        for way, hand in HANDS.items()
        if way != "prune"
    }
    accuracies = {
        (way, value): percent(w, b)
        for way, models in trained.items()
        for value, (w, b, *_) in models.items()
    }
    said = [words("sparsity", language) for language in ("zh", "en")]
    seen = set()
    with loaded(FILES) as call:
        for state in drawn:
            way, value = state["way"], state[HANDS[state["way"]]]
            name, numbers = call("sparsity.finding", state).values()
            seen.add(name)
            assert all(placeholders(w[name]) <= numbers.keys() for w in said)

            own = ("autograd", 0.0) if way == "prune" else (way, value)
            w, b, z, before = trained[own[0]][own[1]]
            other = ("autograd", value if way == "proximal" else 0.0)
            if way == "ftrl":
                other = ("ftrl", 0.0)
            accuracy = accuracies[own]
            if way == "prune":
                w = w * (w.abs() >= value)
                accuracy = percent(w, b)
            reach = value if way == "prune" else LR * value
            zero, near = w == 0, w.abs() < reach
            assert numbers["zeros"] == int(zero.sum())
            assert numbers["accuracy"] == pytest.approx(accuracy)
            assert numbers["accuracyOther"] == pytest.approx(accuracies[other])
            assert numbers["zerosOther"] == int(
                (trained[other[0]][other[1]][0] == 0).sum()
            )
            after = w - LR * value * w.sign()  # what the penalty alone does by autograd
            true = {
                "plain": value == 0 and not zero.any(),
                "jumps": way == "autograd"
                and numbers["tiny"] == int(near.sum())
                and bool((after * w)[near & ~zero].lt(0).all()),
                "shakes": way == "autograd"
                and accuracy < accuracies[other] - 10
                and numbers["before"] == pytest.approx(before)
                and abs(before - accuracy) > 1
                and not zero.any(),
                "lands": way == "proximal",
                "sums": way == "ftrl"
                and numbers["l1"] == value
                and torch.equal(zero, z.abs() <= value),
                "spared": way == "prune" and accuracy >= accuracies[other],
                "costs": way == "prune" and accuracy < accuracies[other],
                "empty": bool(zero.all()),
            }
            assert true[name], (name, state)
            if name in ("jumps", "shakes", "lands", "spared", "costs"):
                assert numbers["step"] == pytest.approx(reach)
    assert seen == set(true)


def test_explorable_repeats_what_the_page_says_of_zeros_and_of_bytes():
    with loaded(FILES) as call:
        made = {
            way: call("sparsity.model", {"way": way, "penalty": 0.01})
            for way in ("autograd", "proximal")
        }
        dense = call("sparsity.model", {"way": "prune", "cut": 0.0})
        empty = call("sparsity.model", {"way": "prune", "cut": 1e9})
    assert made["autograd"]["zeros"] == 0 < made["proximal"]["zeros"]
    # CSR pays off above half of zeros; ten rows have eleven pointers.
    assert dense["bytes"] == pytest.approx(2 + 11 / 640)
    assert empty["bytes"] == pytest.approx(11 / 640)
    assert made["proximal"]["bytes"] > 1 > 2 * (1 - 326 / 640) + 11 / 640
    # The weight that is drawn: autograd's path crosses zero again and again, the other lands and stays.
    path = torch.tensor(made["autograd"]["path"][-61:])
    assert (path[1:] * path[:-1] < 0).sum() > 20
    assert set(made["proximal"]["path"][-20:]) == {0}
