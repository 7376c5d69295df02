"""Ties are planted, or proved by training: the technique must find exactly those."""

import copy
import math
from itertools import pairwise

import pytest
import torch
from explorables import placeholders, states, words
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode

from snippets.laboratory.few_digits import few_digits
from snippets.laboratory.javascript import loaded
from snippets.symmetry import _networks as networks
from snippets.symmetry import _transformers as transformers
from snippets.symmetry._outcomes import measure_freedom
from snippets.symmetry._outcomes import spread as spreads
from snippets.symmetry.agreement import FILES, Setting, _trained
from snippets.symmetry.effective_rank import effective_rank
from snippets.symmetry.tied_units import Units, _groups, tied_units

WIDTH = 12


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def batch(*shape, seed=0, dtype=torch.float32):
    return torch.randn(*shape, generator=generator(seed)).to(dtype)


def constant_net(middle=None, activation=nn.ReLU, dtype=torch.float64):
    """5-12-12-12-12-3, every weight 1/fan_in but the third layer's, if given; biases keep ReLU awake."""
    sizes, layers = (5, WIDTH, WIDTH, WIDTH, WIDTH, 3), []
    for n, m in pairwise(sizes):
        linear = nn.Linear(n, m, dtype=dtype)
        nn.init.constant_(linear.weight, 1 / n)
        nn.init.constant_(linear.bias, 0.5)
        layers += [linear, activation()]
    if middle is not None:
        layers[4].weight.data = middle.to(dtype)
    return nn.Sequential(*layers[:-1])


def random_net(*sizes, seed=0, dtype=torch.float32):
    layers = []
    for n, m in pairwise(sizes):
        linear = nn.Linear(n, m, dtype=dtype)
        linear.weight.data = (
            torch.randn(m, n, generator=generator(seed + len(layers))) / math.sqrt(n)
        ).to(dtype)
        nn.init.zeros_(linear.bias)
        layers += [linear, nn.Tanh()]
    return nn.Sequential(*layers[:-1])


def train(model, steps=40, optimizer=torch.optim.Adam, weight_decay=0.0):
    """On a random regression task, in float64: generic labels, so that nothing cancels."""
    x, y = batch(64, 5, seed=1).double(), batch(64, 3, seed=2).double()
    step = optimizer(model.parameters(), lr=1e-3, weight_decay=weight_decay)
    for _ in range(steps):
        step.zero_grad()
        (model(x) - y).square().mean().backward()
        step.step()


def spread(model, depth):
    """Largest difference between two units of a hidden layer on some example, as a share of its scale."""
    outputs = model[: 2 * depth](batch(64, 5, seed=3).double()).detach()
    return float((outputs.amax(-1) - outputs.amin(-1)).max() / outputs.abs().max())


def fixes_ones(n, seed=0):
    """A random orthogonal matrix Q with Q 1 = 1, and so Q^T 1 = 1."""
    basis = torch.randn(n, n, generator=generator(seed), dtype=torch.float64)
    basis[:, 0] = 1
    u, _ = torch.linalg.qr(basis)
    turn, _ = torch.linalg.qr(
        torch.randn(n - 1, n - 1, generator=generator(seed + 1), dtype=torch.float64)
    )
    return u @ torch.block_diag(torch.ones(1, 1, dtype=torch.float64), turn) @ u.T


ALL_TIED = Units([list(range(WIDTH))], [])
FREE = Units([], [])
ALL_DEAD = Units([], list(range(WIDTH)))


# tied_units: plain multilayer perceptrons, checked against what training does


@pytest.mark.parametrize("activation", [nn.ReLU, nn.Tanh, nn.SELU])
@pytest.mark.parametrize(
    "middle",
    [
        None,
        torch.eye(WIDTH),
        torch.eye(WIDTH)[torch.randperm(WIDTH, generator=generator())],
        fixes_ones(WIDTH),
    ],
    ids=["constant", "identity", "permutation", "orthogonal"],
)
def test_units_are_tied_though_weight_rows_differ(middle, activation):
    model = constant_net(middle, activation)
    found = tied_units(model, batch(32, 5))
    assert found == {
        "0": ALL_TIED,
        "2": ALL_TIED,
        "4": ALL_TIED,
        "6": ALL_TIED,
        "8": FREE,
    }
    train(model)
    assert max(spread(model, depth) for depth in (1, 2, 3, 4)) < 1e-9
    assert tied_units(model, batch(32, 5)) == found


@pytest.mark.parametrize(
    ("optimizer", "unties"),
    [(torch.optim.Adam, True), (torch.optim.AdamW, False), (torch.optim.SGD, False)],
)
def test_only_adams_own_weight_decay_unties_units_of_different_weights(
    optimizer, unties
):
    model = constant_net(fixes_ones(WIDTH))
    train(model, 60, optimizer, weight_decay=0.1)
    assert (max(spread(model, depth) for depth in (1, 2, 3, 4)) > 1e-6) == unties
    equal = constant_net()
    train(equal, 60, optimizer, weight_decay=0.1)
    assert spread(equal, 4) < 1e-9


def test_a_generic_matrix_frees_the_layers_on_both_its_sides_and_no_others():
    model = constant_net(batch(WIDTH, WIDTH).abs() / WIDTH)
    found = tied_units(model, batch(32, 5))
    # Equal weight rows below the random matrix do not make units equal: their gradients differ.
    assert found == {"0": ALL_TIED, "2": FREE, "4": FREE, "6": ALL_TIED, "8": FREE}
    train(model)
    assert spread(model, 1) < 1e-9
    assert spread(model, 2) > 1e-3
    assert spread(model, 3) > 1e-3
    assert spread(model, 4) < 1e-9


def test_fixing_the_ones_forward_is_not_enough():
    rows_sum_to_one = batch(WIDTH, WIDTH, dtype=torch.float64).abs()
    model = constant_net(rows_sum_to_one / rows_sum_to_one.sum(1, keepdim=True))
    found = tied_units(model, batch(32, 5))
    assert found == {"0": ALL_TIED, "2": FREE, "4": ALL_TIED, "6": ALL_TIED, "8": FREE}
    train(
        model
    )  # layer 3 loses its tie, because layer 2 made up for its differing rows
    assert spread(model, 1) < 1e-9
    assert spread(model, 2) > 1e-3
    assert spread(model, 3) > 1e-3
    assert tied_units(model, batch(32, 5)) == {
        "0": ALL_TIED,
        "2": FREE,
        "4": FREE,
        "6": ALL_TIED,
        "8": FREE,
    }


@pytest.mark.parametrize("seed", range(5))
def test_planted_equitable_partitions_are_found_exactly_and_survive_training(seed):
    """Random weights whose sums over the blocks of a partition agree, forward and backward."""
    stream = generator(seed)
    blocks = [
        [[i] for i in range(5)],
        [[0, 3], [1, 4, 2], [5]],
        [[0], [1, 2, 3], [4, 5]],
        [[0], [1], [2]],
    ]
    model = nn.Sequential(
        nn.Linear(5, 6), nn.Tanh(), nn.Linear(6, 6), nn.Tanh(), nn.Linear(6, 3)
    ).double()
    for linear, (below, above) in zip(
        (model[0], model[2], model[4]), pairwise(blocks), strict=True
    ):
        for rows in above:
            linear.bias.data[rows] = torch.randn(
                1, generator=stream, dtype=torch.float64
            )
            for columns in below:
                noise = torch.randn(
                    len(rows), len(columns), generator=stream, dtype=torch.float64
                )
                noise -= noise.mean(0, keepdim=True)
                noise -= noise.mean(1, keepdim=True)
                block = noise + torch.randn(1, generator=stream, dtype=torch.float64)
                linear.weight.data[
                    torch.tensor(rows)[:, None], torch.tensor(columns)
                ] = block
    planted = {
        "0": Units([[0, 3], [1, 2, 4]], []),
        "2": Units([[1, 2, 3], [4, 5]], []),
        "4": FREE,
    }
    assert tied_units(model, batch(32, 5), seed=seed) == planted
    train(model)
    assert tied_units(model, batch(32, 5), seed=seed) == planted


def test_random_nets_have_no_ties_whatever_the_seed():
    model = random_net(5, 30, 30, 3)
    for seed in range(20):
        assert tied_units(model, batch(8, 5), seed=seed) == {
            "0": FREE,
            "2": FREE,
            "4": FREE,
        }


def test_ties_are_found_where_the_gradient_is_zero_but_for_rounding():
    model = nn.Sequential(
        *constant_net(), nn.LogSoftmax(-1)
    )  # equal logits: softmax ignores what they share
    found = tied_units(model, batch(32, 5))
    assert {name: found[name] for name in "0246"} == dict.fromkeys("0246", ALL_TIED)


def test_rounding_in_training_needs_a_tolerance():
    model = constant_net(dtype=torch.float32)
    model[2].weight.data += 1e-6 * batch(WIDTH, WIDTH)
    assert tied_units(model, batch(32, 5))["2"] == FREE
    assert tied_units(model, batch(32, 5), tolerance=1e-3)["2"] == ALL_TIED


def groups_by_definition(outputs, vjps, slack):
    """Each unit with each: the first that is left, and all that agree with it."""
    left, groups = list(range(outputs.shape[1])), []
    while left:
        first = left[0]
        equal = [
            unit
            for unit in left
            if all(
                (v[:, unit] - v[:, first]).abs().max() <= s
                for v, s in zip((outputs, vjps), slack, strict=True)
            )
        ]
        left = [unit for unit in left if unit not in equal]
        groups += [equal] if len(equal) > 1 else []
    return groups


@pytest.mark.parametrize("alike", [(0, 1), (0,), (1,)])  # which of the two tell apart
@pytest.mark.parametrize("seed", range(4))
def test_groups_are_those_of_comparing_each_with_each(alike, seed):
    stream = generator(seed)
    kind = torch.randint(12, (60,), generator=stream)
    pair = []
    for which in range(2):
        value = torch.randn(9, 12, dtype=torch.float64, generator=stream)
        if which not in alike:
            value[:] = 1.0  # all agree in this one
        noise = torch.rand(9, 60, dtype=torch.float64, generator=stream)
        pair.append(value[:, kind] + 1.2e-3 * noise)  # at the border of what counts
    slack = [1e-3, 1e-3]
    found = _groups(tuple(pair), slack, torch.arange(60))
    expected = groups_by_definition(*pair, slack)
    assert len(expected) > 3 and found == expected


class Work(TorchDispatchMode):
    """Counts the entries that all operations of PyTorch read."""

    def __init__(self):
        super().__init__()
        self.entries = 0

    def __torch_dispatch__(self, function, _types, args=(), kwargs=None):
        flat = [a for a in args if isinstance(a, torch.Tensor)]
        self.entries += sum(a.numel() for a in flat)
        return function(*args, **(kwargs or {}))


def test_comparing_units_takes_work_in_proportion_to_them():
    counts = []
    for units in (400, 1600):
        pair = tuple(batch(64, units, seed=s).double() for s in (1, 2))
        with Work() as work:
            assert _groups(pair, [1e-9, 1e-9], torch.arange(units)) == []
        counts.append(work.entries)
    assert counts[1] < 4.5 * counts[0]


# tied_units: dead units


def test_a_layer_that_relu_blocks_is_dead_and_kills_the_rest():
    model = constant_net()
    model[4].weight.data.fill_(-1)
    nn.init.zeros_(model[6].bias)
    found = tied_units(model, batch(32, 5))
    assert found == {
        "0": ALL_DEAD,
        "2": ALL_DEAD,
        "4": ALL_DEAD,
        "6": ALL_DEAD,
        "8": FREE,
    }


def test_all_zero_weights_are_dead_not_tied():
    model = constant_net(activation=nn.Tanh)
    for parameter in model.parameters():
        nn.init.zeros_(parameter)
    found = tied_units(model, batch(32, 5))
    assert found == {
        "0": ALL_DEAD,
        "2": ALL_DEAD,
        "4": ALL_DEAD,
        "6": ALL_DEAD,
        "8": FREE,
    }


def test_dead_units_live_beside_others_and_match_their_definition():
    model = nn.Sequential(nn.Linear(5, 40), nn.ReLU(), nn.Linear(40, 3))
    model[0].weight.data = batch(40, 5, seed=7)
    model[0].bias.data = torch.linspace(-6, 0, 40)
    x = batch(16, 5)
    silent = (model[1](model[0](x)) == 0).all(0).nonzero().flatten().tolist()
    assert 0 < len(silent) < 40
    assert tied_units(model, x) == {"0": Units([], silent), "2": FREE}


def test_a_unit_without_outgoing_weights_is_dead():
    model = random_net(5, 4, 3)
    model[2].weight.data[:, 1] = 0
    assert tied_units(model, batch(8, 5))["0"] == Units([], [1])


# tied_units: other layers


def planted_convolutions(conv, norm=None):
    """Channels 1 and 3 of the first layer are equal in all they take and give."""
    first, last = conv(2, 5, 3), conv(5, 4, 3)
    for seed, layer in enumerate((first, last)):
        layer.weight.data = torch.randn(layer.weight.shape, generator=generator(seed))
        nn.init.zeros_(layer.bias)
    transposed = isinstance(
        first, nn.ConvTranspose1d | nn.ConvTranspose2d | nn.ConvTranspose3d
    )
    for layer, dim in ((first, int(transposed)), (last, 1 - int(transposed))):
        layer.weight.data.select(dim, 3).copy_(layer.weight.data.select(dim, 1))
    return nn.Sequential(
        first, *([norm(5)] if norm else []), nn.ReLU(inplace=True), last
    )


@pytest.mark.parametrize(
    ("conv", "size"),
    [
        (nn.Conv1d, (9,)),
        (nn.Conv2d, (7, 8)),
        (nn.Conv3d, (6, 5, 7)),
        (nn.ConvTranspose1d, (9,)),
        (nn.ConvTranspose2d, (4, 5)),
        (nn.ConvTranspose3d, (3, 4, 3)),
    ],
)
def test_channels_of_convolutions_are_units(conv, size):
    model = planted_convolutions(conv)
    expected = {"0": Units([[1, 3]], []), "2": FREE}
    assert tied_units(model, batch(4, 2, *size)) == expected
    assert tied_units(model, batch(2, *size)) == expected  # without a batch dimension


def test_batch_norm_keeps_a_tie_unless_its_own_parameters_differ():
    model = planted_convolutions(nn.Conv2d, nn.BatchNorm2d)
    model[1].running_mean.copy_(torch.tensor([0.1, 0.2, 0.3, 0.2, 0.5]))
    assert tied_units(model, batch(4, 2, 7, 8))["0"].tied == [[1, 3]]
    model[1].weight.data[3] = 2
    assert tied_units(model, batch(4, 2, 7, 8))["0"].tied == []


def test_a_constant_net_with_layer_norm_has_no_free_unit_because_nothing_is_left():
    layers = [
        layer
        for linear in constant_net()[:8:2]
        for layer in (linear, nn.LayerNorm(WIDTH), nn.ReLU())
    ]
    found = tied_units(nn.Sequential(*layers, nn.Linear(WIDTH, 3)), batch(32, 5))
    assert found["0"] in (ALL_DEAD, ALL_TIED)  # what is left is 0, or rounding


def test_the_last_dimension_of_a_linear_layer_is_its_units():
    model = random_net(5, 4, 3)
    model[0].weight.data[2] = model[0].weight.data[0]
    model[2].weight.data[:, 2] = model[2].weight.data[:, 0]
    for shape in ((5,), (8, 5), (8, 6, 5), (2, 3, 4, 5)):
        assert tied_units(model, batch(*shape))["0"] == Units([[0, 2]], [])


def test_a_single_layer_is_named_as_the_model_is():
    assert tied_units(nn.Linear(5, 3), batch(8, 5)) == {"": FREE}


class Twice(nn.Module):
    """One layer sees two inputs."""

    def __init__(self):
        super().__init__()
        self.shared, self.alias, self.unused = nn.Linear(3, 4), None, nn.Linear(3, 4)
        self.shared.weight.data = batch(4, 3)
        self.shared.weight.data[1, :2] = self.shared.weight.data[0, :2]
        nn.init.zeros_(self.shared.bias)
        self.alias = self.shared
        self.head = nn.Linear(4, 2)
        self.head.weight.data = batch(2, 4)
        self.head.weight.data[:, 1] = self.head.weight.data[:, 0]

    def forward(self, x):
        return self.head(self.shared(x[:, 0]).tanh() + self.alias(x[:, 1]).tanh())


def test_a_shared_module_is_tied_only_if_all_its_calls_agree():
    model, x = Twice(), batch(8, 2, 3)
    x[:, 0, 2] = 0  # units 0 and 1 differ in the third input only
    assert tied_units(model, x) == {"shared": FREE, "head": FREE}
    x[:, 1, 2] = 0
    assert tied_units(model, x) == {"shared": Units([[0, 1]], []), "head": FREE}


def test_integer_inputs_are_left_integers():
    model = nn.Sequential(nn.Embedding(10, 5), *random_net(5, 4, 3))
    assert set(tied_units(model, torch.arange(10))) == {"1", "3"}


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_is_exact(dtype):
    model = constant_net(fixes_ones(WIDTH), dtype=dtype)
    assert tied_units(model, batch(32, 5, dtype=dtype))["0"] == ALL_TIED
    # Rounded to half precision the matrix fixes the ones no more: these units really differ.
    assert tied_units(model, batch(32, 5, dtype=dtype))["2"] != ALL_TIED
    exact = constant_net(torch.eye(WIDTH), dtype=dtype)
    assert tied_units(exact, batch(32, 5, dtype=dtype))["4"] == ALL_TIED
    exact[2].weight.data[7, 3] = torch.nextafter(
        exact[2].weight.data[7, 3], torch.ones((), dtype=dtype)
    )
    assert 7 not in tied_units(exact, batch(32, 5, dtype=dtype))["2"].tied[0]
    assert {parameter.dtype for parameter in exact.parameters()} == {dtype}


# tied_units: the model, and all else, stays as it was


class Restless(nn.Module):
    """Draws random numbers, counts its calls, writes into its input; raises when told so."""

    def __init__(self, fails=False):
        super().__init__()
        self.calls, self.fails = 0, fails
        self.body = nn.Sequential(
            nn.Linear(5, 6),
            nn.BatchNorm1d(6),
            nn.ReLU(inplace=True),
            nn.Dropout(),
            nn.Linear(6, 3),
        )

    def forward(self, x):
        self.calls += 1
        x += torch.rand(()) + torch.rand(())
        if self.fails:
            raise RuntimeError("told so")
        return self.body(x)


def snapshot(model, x):
    return (
        {
            name: (value, value.clone(), value.dtype)
            for name, value in model.state_dict(keep_vars=True).items()
        },
        [
            (p.grad, None if p.grad is None else p.grad.clone(), p.requires_grad)
            for p in model.parameters()
        ],
        [
            (m.training, len(m._forward_hooks), len(m._backward_hooks))
            for m in model.modules()
        ],
        (torch.get_rng_state(), x.clone(), torch.is_grad_enabled()),
    )


def assert_untouched(before, after):
    for (was, copied, dtype), (now, _, _) in zip(
        before[0].values(), after[0].values(), strict=True
    ):
        assert was is now or was.data_ptr() == now.data_ptr()
        assert torch.equal(copied, now)
        assert now.dtype == dtype
    for (was, copied, required), (now, _, requires) in zip(
        before[1], after[1], strict=True
    ):
        assert was is now
        assert required == requires
        assert now is None or torch.equal(copied, now)
    assert before[2] == after[2]
    assert torch.equal(before[3][0], after[3][0])
    assert torch.equal(before[3][1], after[3][1])
    assert before[3][2] == after[3][2]


@pytest.mark.parametrize("fault", [None, "raises", "infinite", "tolerance"])
def test_everything_stays_as_it_was(fault):
    model = Restless(fails=fault == "raises").double()
    model.body[1].eval()  # modes are mixed
    model.body[0].bias.requires_grad_(False)
    model.body[0].weight.grad = torch.ones_like(model.body[0].weight)
    if fault == "infinite":
        model.body[4].weight.data[0, 0] = (
            math.inf
        )  # as good as NaN, and equal to itself
    x = batch(8, 5).double()
    before = snapshot(model, x)
    if fault:
        with pytest.raises((ValueError, RuntimeError)):
            tied_units(model, x, tolerance=2 if fault == "tolerance" else 0)
    else:
        tied_units(model, x)
    assert_untouched(before, snapshot(model, x))
    assert model.calls == 0


def test_dropout_is_off_although_the_model_trains():
    model = constant_net()
    model[3] = nn.Sequential(nn.ReLU(), nn.Dropout(0.5))
    model.train()
    assert tied_units(model, batch(32, 5))["2"] == ALL_TIED
    assert model[3][1].training


def test_the_mode_of_the_caller_does_not_matter():
    model = constant_net(dtype=torch.float32)
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    expected = tied_units(model, batch(32, 5))
    for mode in (
        torch.no_grad(),
        torch.inference_mode(),
        torch.autocast("cpu", dtype=torch.bfloat16),
    ):
        with mode:
            assert (
                tied_units(constant_net(dtype=torch.float32), batch(32, 5)) == expected
            )


# tied_units: errors


class Returns(nn.Module):
    def __init__(self, result):
        super().__init__()
        self.linear, self.result = nn.Linear(5, 3), result

    def forward(self, x):
        return self.result(self.linear(x))


@pytest.mark.parametrize(
    ("result", "message"),
    [
        (lambda y: (y, y), "one floating-point tensor, got tuple"),
        (lambda y: {"logits": y}, "one floating-point tensor, got dict"),
        (lambda y: y.argmax(-1), r"one floating-point tensor, got torch\.int64"),
        (lambda y: y.detach(), "depends on a Linear layer or a convolution"),
        (lambda y: y / 0, "outputs and VJPs of layer 'linear' must be finite"),
    ],
)
def test_a_model_that_cannot_be_judged_is_refused(result, message):
    with pytest.raises(ValueError, match=message):
        tied_units(Returns(result), batch(8, 5))


def test_a_model_without_layers_is_refused():
    with pytest.raises(ValueError, match="depends on a Linear layer or a convolution"):
        tied_units(nn.Sequential(nn.LayerNorm(5), nn.ReLU()), batch(8, 5))


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_parameter_that_is_not_finite_is_named(value):
    model = random_net(5, 4, 3)
    model[2].weight.data[1, 2] = value
    with pytest.raises(ValueError, match=r"parameter '2\.weight' must be finite"):
        tied_units(model, batch(8, 5))


@pytest.mark.parametrize("tolerance", [-1e-9, 1, math.nan, math.inf])
def test_a_tolerance_out_of_range_is_refused(tolerance):
    with pytest.raises(ValueError, match=r"tolerance must be in \[0, 1\), got"):
        tied_units(random_net(5, 4, 3), batch(8, 5), tolerance=tolerance)


@pytest.mark.parametrize(
    "wrong",
    [torch.empty(0, 5), torch.full((2, 5), math.nan), torch.full((2, 5), math.inf)],
)
def test_a_batch_that_is_empty_or_not_finite_is_refused(wrong):
    with pytest.raises(
        ValueError, match="batch must be finite and not empty, got shape"
    ):
        tied_units(random_net(5, 4, 3), wrong)


# effective_rank


def rank(values):
    return float(effective_rank(torch.as_tensor(values)))


def test_effective_rank_counts_equally_used_directions():
    q, _ = torch.linalg.qr(batch(20, 7).double())
    for k in range(1, 8):
        assert rank(q[:, :k]) == pytest.approx(k)
        assert rank(3e-9 * q[:, :k] @ fixes_ones(k)) == pytest.approx(
            k
        )  # neither scale nor basis matters


def test_effective_rank_is_the_exponential_of_the_entropy():
    expected = math.exp(-0.75 * math.log(0.75) - 0.25 * math.log(0.25))
    assert rank([[3.0, 0.0], [0.0, 1.0], [0.0, 0.0]]) == pytest.approx(expected)


def test_effective_rank_of_equal_units_is_one_and_of_nothing_zero():
    assert rank(batch(50, 1).expand(50, 30)) == pytest.approx(1)
    assert rank(torch.zeros(50, 30)) == 0
    assert rank([[5.0]]) == pytest.approx(1)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32])
def test_effective_rank_takes_any_floating_dtype(dtype):
    values = torch.eye(4, dtype=dtype) * 3
    result = effective_rank(values)
    assert result.dtype == torch.float64
    assert result.item() == pytest.approx(4)


def test_effective_rank_of_a_batch_is_that_of_each():
    stack = torch.stack(
        [torch.eye(6, 4), torch.ones(6, 4), torch.zeros(6, 4), batch(6, 4)]
    )
    expected = torch.tensor([rank(each) for each in stack], dtype=torch.float64)
    assert torch.allclose(effective_rank(stack), expected)
    assert torch.allclose(effective_rank(stack.view(2, 2, 6, 4)), expected.view(2, 2))


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_effective_rank_refuses_what_is_not_finite(value):
    with pytest.raises(ValueError, match="activations must be finite"):
        effective_rank(torch.tensor([[1.0, value]]))


@pytest.mark.parametrize("shape", [(), (3,), (0, 3), (3, 0), (2, 0, 3)])
def test_effective_rank_refuses_other_shapes(shape):
    with pytest.raises(
        ValueError,
        match=r"activations must have shape \(\.\.\., examples, units\), got",
    ):
        effective_rank(torch.zeros(shape))


def test_effective_rank_leaves_its_input():
    values = batch(6, 4)
    kept = copy.deepcopy(values)
    effective_rank(values)
    assert torch.equal(values, kept)


# what the experiment is made of


def test_rotations_are_orthogonal_and_fix_the_ones_both_ways():
    turns = networks.rotation(range(3), 20)
    ones = torch.ones(3, 20, 1, dtype=torch.float64)
    torch.testing.assert_close(
        turns @ turns.mT, torch.eye(20).double().expand(3, -1, -1)
    )
    torch.testing.assert_close(turns @ ones, ones)
    torch.testing.assert_close(turns.mT @ ones, ones)
    assert not torch.allclose(turns[0], turns[1])


def test_only_the_named_matrices_are_random():
    seeds = range(5, 8)
    for i, (w, drawn) in enumerate(
        zip(
            networks.constant_weights_but(seeds, 2, 6),
            networks.he_weights(seeds),
            strict=True,
        ),
        1,
    ):
        assert torch.equal(w, drawn) if i in (2, 6) else len(w.unique()) == 1
    assert networks.he_weights(seeds)[3].std().item() == pytest.approx(
        math.sqrt(2 / 100), rel=0.05
    )


def test_constant_layers_pass_on_the_mean_of_their_inputs():
    x = batch(2, 7, 64, dtype=torch.float64)
    weights = networks.constant_weights(range(2), dtype=torch.float64)
    torch.testing.assert_close(
        x @ weights[0], x.mean(-1, keepdim=True).expand(-1, -1, 100)
    )


def test_spread_is_the_share_of_the_root_mean_square_that_units_do_not_share():
    equal, opposite = torch.ones(4, 2), torch.tensor([[1.0, -1.0]]).expand(4, 2)
    outputs = torch.stack([equal, opposite, 0 * equal, 3 * equal + 4 * opposite])
    assert spreads(outputs).tolist() == pytest.approx([0, 1, 0, 4 / 5])


def test_looking_which_layers_are_free_leaves_the_start_as_it_was() -> None:
    turn = networks.rotation(range(2), 100)
    # Rows of an orthogonal matrix with row sums 1: mean square 1/n, of which (1/n)^2 is their mean.
    torch.testing.assert_close(
        spreads(turn), torch.full((2,), (1 - 1 / 100) ** 0.5, dtype=torch.float64)
    )
    before = networks.constant_weights(range(2), dtype=torch.float64)
    before[2] = turn.clone()
    kept = [w.clone() for w in before]
    measure_freedom({"rotation": (set(), before)}, range(2))
    for weights, copy_of_them in zip(before, kept, strict=True):
        assert torch.equal(weights, copy_of_them)


def test_transformers_differ_in_the_later_layers_only():
    made = []
    for copied in (True, False):
        torch.manual_seed(0)
        made.append(transformers.Sorter(copied).state_dict())
    copies, own = made
    first, *later = (f"encoder.layers.{i}." for i in range(transformers.LAYERS))
    for name, value in copies.items():
        if name.startswith(tuple(later)) and value.ndim > 1:
            part = name.removeprefix("encoder.layers.")[2:]
            assert torch.equal(value, copies[first + part])
            assert not torch.equal(own[name], own[first + part])
        elif not name.startswith(tuple(later)):
            assert torch.equal(value, own[name])


# the explorable


def settings(count):
    """Random states of the page; four in five without noise, half of those without dropout, too."""
    for i, state in enumerate(states("symmetry", count)):
        ticked = tuple(k for k in range(1, 7) if state[f"w{k}"])
        noise = 0.0 if i % 5 else state["noise"]
        dropout = 0.0 if i % 5 and i % 2 else state["dropout"]
        # Half of all boxes ticked would leave few layers tied.
        some = ticked[:1] if i % 3 == 0 else () if i % 12 == 1 else ticked
        yield Setting(some, noise, dropout, state["seed"])


def is_true(name, numbers, setting, run, steps, classes):
    """Whether a sentence of the explorable is true of a network that PyTorch trained."""
    spread_of = dict(enumerate(run.spreads, start=1))
    tied = [layer for layer, v in spread_of.items() if v < 1e-6]
    dead = [layer for layer, silent in enumerate(run.silent, start=1) if silent]
    beside = {i + side for i in setting.random for side in (-1, 0)}  # its two layers
    right = run.logits.argmax(-1) == classes
    assert numbers["steps"] == steps
    assert abs(numbers["accuracy"] - 100 * float(right.double().mean())) < 0.51
    if name == "untrained":
        return steps == 0
    if name == "dead":
        return numbers["dead"] == dead and bool((run.logits == run.logits[0]).all())
    if dead:
        return False
    alone = [layer for layer in spread_of if layer not in beside]
    if name in ("noisy", "noisy some"):
        smallest = min(spread_of[layer] for layer in alone)
        told = numbers["least"] == pytest.approx(smallest, rel=1e-3, abs=1e-12)
        told = told and numbers["noise"] == setting.noise > 0
        if name == "noisy":
            return told and not setting.random
        free = sorted({*spread_of} & beside)
        return (
            told
            and setting.random
            and (numbers["free"], numbers["alone"]) == (free, alone)
        )
    if name == "tied":
        return len(tied) == 5
    if name == "some":
        of_two_kinds = numbers["tied"] == tied and sorted(
            tied + numbers["free"]
        ) == list(spread_of)
        return of_two_kinds and not beside & set(tied)
    fewest = numbers["fewest"] == pytest.approx(min(run.ranks), rel=1e-3)
    if name == "masks":
        return fewest and setting.dropout and numbers["alone"] == alone and not tied
    return name == "free" and fewest and {*range(1, 6)} <= beside and not tied


def test_each_sentence_of_the_explorable_is_true_where_it_is_chosen():
    said = [words("symmetry", language) for language in ("zh", "en")]
    names, y = set(), few_digits().test_y
    drawn = [*settings(150)]
    parts = {0: drawn[:5], 4: drawn[5:115], 12: drawn[115:], 60: [Setting((6,))]}
    with loaded(FILES) as call:
        for steps, part in parts.items():
            runs = _trained(part, steps)
            for setting, run in zip(part, runs, strict=True):
                name, numbers = call("symmetry.found", setting.state(), steps).values()
                assert all(placeholders(w[name]) <= numbers.keys() for w in said)
                assert is_true(name, numbers, setting, run, steps, y), (name, setting)
                names.add(name)
    assert names == said[0].keys() - {"accuracy", "none", "all", "but", "training"}


@pytest.mark.parametrize("ticked", [(), (3,), (2, 4), (2, 4, 6)])
def test_the_explorable_frees_the_layers_beside_a_random_matrix_for_good(ticked):
    with loaded(FILES) as call:
        found = call("symmetry.run", Setting(ticked).state(), 400)
    expected = {i + side for i in ticked for side in (-1, 0)}
    for layer, v in enumerate(found["spreads"], start=1):
        assert v > 0.1 if layer in expected else v < 1e-12
    layers = [
        v for v, r in zip(found["spreads"], found["ranks"], strict=True) if r < 1.01
    ]
    assert all(v < 1e-12 for v in layers)  # one feature where, and only where, tied
