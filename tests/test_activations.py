"""Dead and saturated units are planted or known in closed form; losses are checked against arithmetic."""

import math
import random
import re
from functools import partial

import pytest
import torch
from explorables import placeholders, states, words
from torch import nn

from snippets.activations import _losses as losses
from snippets.activations import _networks as networks
from snippets.activations import explorable
from snippets.activations.agreement import FILES
from snippets.activations.dead_units import dead_units
from snippets.activations.saturated_units import saturated_units
from snippets.laboratory.ensembles import Ensemble
from snippets.laboratory.javascript import loaded

F = nn.functional
SEEDS = range(3)


def batch(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


SATURATED = partial(saturated_units, torch.relu, slope=0)
CHECKS = [dead_units, SATURATED]


# dead_units


def test_units_that_never_fire_are_dead_and_get_no_gradient():
    layer = nn.Linear(5, 40)
    layer.weight.data, layer.bias.data = batch(40, 5), torch.linspace(-9, 1, 40)
    h = layer(batch(64, 5, seed=1)).relu()
    dead = dead_units(h.detach())
    assert 0 < dead.sum() < 40
    (h * batch(64, 40, seed=2)).sum().backward()
    assert torch.equal(dead, (layer.weight.grad == 0).all(1))


def test_one_example_revives_a_unit():
    h = torch.zeros(1000, 3)
    h[777, 1] = 1e-40  # subnormal, but not 0
    assert dead_units(h).tolist() == [True, False, True]


@pytest.mark.parametrize("check", CHECKS)
def test_all_dimensions_but_that_of_the_units_are_examples(check):
    # Tokens, as they leave the feed-forward layer of a Transformer: each unit is on, in one sequence.
    h = torch.zeros(8, 12, 32)
    h[0, 0] = 1.0
    assert not check(h).any()
    # The channels of a convolution.
    images = batch(2, 3, 4, 4).relu() + 0.1
    images[:, 1] = 0
    images[1, 2] = 0  # dead on one image only
    assert check(images, dim=1).tolist() == [False, True, False]
    assert torch.equal(check(images, dim=-3), check(images.movedim(1, -1)))


@pytest.mark.parametrize("check", CHECKS)
def test_batches_are_joined(check):
    h = batch(60, 40).relu() * (torch.arange(40) % 3 != 0)
    h[:, 1::2] *= torch.arange(60)[:, None] >= 58  # on in the last two examples
    for sizes in ([60], [20, 40], [1] * 60):
        assert torch.equal(check(iter(h.split(sizes))), check(h))
    assert check(h).any() and not check(h)[1]
    with pytest.raises(ValueError, match="one tensor or more, got none"):
        check([])
    with pytest.raises(ValueError, match=r"same number of units, got 40 and 39 in"):
        check([h, h[:, 1:]])


def test_negative_zero_is_zero():
    assert dead_units(torch.tensor([[-0.0]])).tolist() == [True]


@pytest.mark.parametrize("dtype", [torch.float64, torch.float16, torch.bfloat16])
def test_any_dtype_is_taken(dtype):
    assert dead_units(torch.eye(3, 2, dtype=dtype)[:1]).tolist() == [False, True]


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize(
    ("shape", "dim"),
    [((), -1), ((3,), -1), ((0, 3), -1), ((3, 0), -1), ((2, 3), 2), ((2, 3), -3)],
)
def test_both_checks_refuse_other_shapes(check, shape, dim):
    said = re.escape(f"two or more dimensions, got shape {shape} and dim={dim}")
    with pytest.raises(ValueError, match=said):
        check(torch.zeros(shape), dim=dim)


@pytest.mark.parametrize("check", CHECKS)
def test_both_checks_refuse_what_is_no_tensor(check):
    with pytest.raises(ValueError, match="activations must be tensors, got list"):
        check([[0.0, 1.0]])


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_dead_units_refuses_what_is_not_finite(value):
    with pytest.raises(ValueError, match="activations must be finite"):
        dead_units(torch.tensor([[1.0, value]]))


def test_dead_units_refuses_what_relu_cannot_give():
    with pytest.raises(ValueError, match=r"activations must be >= 0, .*, got -0\.5"):
        dead_units(torch.tensor([[1.0, -0.5]]))


# saturated_units

SLOPES = {
    torch.sigmoid: lambda z: torch.sigmoid(z) * torch.sigmoid(-z),
    torch.tanh: lambda z: 1 / z.cosh() ** 2,
    F.relu: lambda z: (z > 0).double(),
    F.elu: lambda z: z.clamp(max=0).exp(),
    F.softplus: torch.sigmoid,
    F.gelu: lambda z: (
        (1 + torch.erf(z / math.sqrt(2))) / 2
        + z * torch.exp(-z * z / 2) / math.sqrt(2 * math.pi)
    ),
    F.silu: lambda z: torch.sigmoid(z) * (1 + z * torch.sigmoid(-z)),
}


@pytest.mark.parametrize("activation", SLOPES, ids=lambda f: f.__name__)
@pytest.mark.parametrize("slope", [0.003, 0.05, 0.2])
def test_units_are_judged_by_the_slope_in_closed_form(activation, slope):
    z = 12 * batch(4, 600).double()
    slopes = SLOPES[activation](z).abs()
    assert ((slopes - slope).abs() > 1e-9).all()  # rounding decides for none of them
    expected = (slopes <= slope).all(0)
    assert 0 < expected.sum() < expected.numel()
    assert torch.equal(saturated_units(activation, z, slope=slope), expected)


def test_at_slope_zero_a_saturated_relu_unit_is_a_dead_one():
    z = batch(6, 50) - 1
    found = saturated_units(torch.relu, z, slope=0)
    assert 0 < found.sum() < 50
    assert torch.equal(found, dead_units(z.relu()))


def test_the_slope_is_that_of_the_dtype():
    z = torch.tensor([[20.0]])  # 1 - sigmoid is 2e-9, which float32 rounds away
    assert saturated_units(torch.sigmoid, z, slope=0).item()
    assert not saturated_units(torch.sigmoid, z.double(), slope=0).item()


def test_the_bound_itself_counts_as_flat():
    assert saturated_units(lambda z: 0.01 * z, torch.ones(1, 1).double()).item()
    z = torch.tensor([[-1.0]])
    assert saturated_units(F.leaky_relu, z.double(), slope=0.01).item()
    assert not saturated_units(F.leaky_relu, z.double(), slope=0.0099).item()


def test_modules_may_work_in_place_and_nothing_is_touched():
    z, module = batch(8, 5), nn.PReLU()
    kept = z.clone()
    assert saturated_units(nn.ReLU(inplace=True), z).shape == (5,)
    assert torch.equal(z, kept)
    saturated_units(module, z)
    assert module.weight.grad is None
    assert not z.requires_grad


def test_saturation_of_a_graph_leaves_it_usable():
    z = batch(8, 5).requires_grad_()
    saturated_units(torch.tanh, z)
    z.sum().backward()
    assert torch.equal(z.grad, torch.ones(8, 5))


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
def test_the_mode_of_the_caller_does_not_matter(mode):
    z = 5 * batch(8, 5)
    expected = saturated_units(torch.tanh, z, slope=0.9)
    with mode():
        assert torch.equal(saturated_units(torch.tanh, 1 * z, slope=0.9), expected)


@pytest.mark.parametrize(
    ("z", "message"),
    [
        (torch.ones(2, 2, dtype=torch.long), r"floating-point, got torch\.int64"),
        (torch.tensor([[math.nan]]), "preactivations must be finite"),
        (torch.tensor([[-math.inf]]), "preactivations must be finite"),
    ],
)
def test_saturated_units_refuses_wrong_inputs(z, message):
    with pytest.raises(ValueError, match=message):
        saturated_units(torch.tanh, z)


@pytest.mark.parametrize("slope", [-0.1, math.nan, math.inf])
def test_a_slope_out_of_range_is_refused(slope):
    with pytest.raises(ValueError, match=r"slope must be in \[0, inf\), got"):
        saturated_units(torch.tanh, torch.ones(1, 1), slope=slope)


@pytest.mark.parametrize(
    ("activation", "message"),
    [
        (F.glu, r"elementwise, but turns shape \(3, 4\) into \(3, 2\)"),
        (torch.sum, r"elementwise, but turns shape \(3, 4\) into \(\)"),
        (lambda z: (z, z), r"elementwise, but turns shape \(3, 4\) into tuple"),
        (lambda _: 1.0, r"elementwise, but turns shape \(3, 4\) into float"),
        (torch.zeros_like, "differentiable, got a constant"),
        (nn.Dropout(0.5), "elementwise and deterministic, but an output changed"),
        (lambda z: z + torch.randn_like(z), "elementwise and deterministic"),
        (lambda z: nn.RReLU()(-z), "elementwise and deterministic"),
        (lambda z: (z - 1).sqrt(), "finite slopes, got NaN or infinity"),
    ],
)
def test_what_is_no_activation_is_refused(activation, message):
    with pytest.raises(ValueError, match=message):
        saturated_units(activation, torch.ones(3, 4))


@pytest.mark.parametrize("scale", [1e-3, 1.0, 100.0])
@pytest.mark.parametrize(
    "activation",
    [
        nn.Softmax(-1),
        nn.Softmax(-2),
        nn.Softmax(0),
        nn.LogSoftmax(-1),
        nn.LayerNorm(4),
        nn.BatchNorm1d(3),
        lambda z: z.cumsum(-1),
        lambda z: z.flip(-2).cumsum(-2).flip(-2),
    ],
)
def test_functions_that_mix_entries_are_refused(activation, scale):
    for z in (scale * batch(2, 3, 4), scale * torch.ones(2, 3, 4)):
        with pytest.raises(ValueError, match="an output changed while its input did"):
            saturated_units(activation, z)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
@pytest.mark.parametrize("activation", [*SLOPES, nn.Tanh()])
def test_elementwise_functions_pass_at_any_size(activation, dtype):
    for scale in (1e-3, 1.0, 1e3):
        z = (scale * batch(33, 7)).to(dtype)
        assert saturated_units(activation, z).shape == (7,)


def test_a_parameter_for_each_unit_is_elementwise():
    module = nn.PReLU(3)
    module.weight.data = torch.tensor([0.5, 0.001, 0.5])
    found = saturated_units(module, -batch(8, 3).abs())
    assert found.tolist() == [False, True, False]


# What the experiment is made of


def test_both_paths_agree_with_arithmetic_where_nothing_is_rounded():
    z = torch.linspace(-5, 5, 21).double()
    for target in (0, 1):
        for loss in (losses.after_sigmoid, losses.of_logits):
            value, gradient = losses.value_and_gradient(loss, z, target)
            expected = (1 + torch.exp((1 - 2 * target) * z)).log()
            torch.testing.assert_close(value, expected)
            torch.testing.assert_close(gradient, 1 / (1 + (-z).exp()) - target)


def test_the_threshold_is_where_one_plus_exp_is_rounded_to_one():
    """In float32 the spacing above 1 is 2^-23, so 1 + exp(-z) is 1 from z = 24 ln 2 on."""
    edge = 24 * math.log(2)
    z = torch.tensor([edge - 0.7, edge + 0.7])  # a correctly rounded sigmoid: 25 ln 2
    gradient = losses.value_and_gradient(losses.after_sigmoid, z, 0)[1]
    assert gradient[0].item() == pytest.approx(1, abs=0.01)
    assert gradient[1].item() == 0


def test_softmax_twice_gives_the_loss_probabilities_and_keeps_the_choice():
    once = networks.initial_networks("relu", SEEDS)
    twice = networks.initial_networks("relu", SEEDS, kind=losses.SoftmaxTwice)
    x = batch(3, 7, 40)
    torch.testing.assert_close(twice.logits(x).sum(-1), torch.ones(3, 7))
    assert torch.equal(twice.logits(x).argmax(-1), once.logits(x).argmax(-1))


def test_the_gradient_norm_is_that_of_each_run_alone():
    y = torch.arange(7).expand(3, 7) % 10
    nets, x = networks.initial_networks("gelu", SEEDS), batch(3, 7, 40)
    found = losses.gradient_norm(nets, x, y)
    for run in range(3):
        parameters = [p[run].clone().requires_grad_() for p in nets.parameters()]
        weights, biases = parameters[:4], parameters[4:]
        h = x[run]
        for w, b in zip(weights[:-1], biases[:-1], strict=True):
            h = F.gelu(h @ w + b)
        F.cross_entropy(h @ weights[-1] + biases[-1], y[run]).backward()
        norm = torch.cat([p.grad.flatten() for p in parameters]).norm()
        torch.testing.assert_close(found[run], norm)
    assert not any(p.requires_grad for p in nets.parameters())


def test_uniform_logits_lose_a_factor_of_the_classes():
    """At equal probabilities softmax has the Jacobian (I - 11'/K)/K: a factor 1/K."""
    z = torch.zeros(1, 10).double().requires_grad_()
    target = torch.tensor([3])
    (once,) = torch.autograd.grad(F.cross_entropy(z, target), z)
    (twice,) = torch.autograd.grad(F.cross_entropy(z.softmax(-1), target), z)
    torch.testing.assert_close(twice, once / 10)


@pytest.mark.parametrize("name", networks.HIDDEN)
def test_networks_start_at_the_variance_that_is_said(name):
    weights = networks.initial_networks(name, range(200), (100, 50, 10)).weights
    variance = networks.HIDDEN[name].weight_variance
    for w in weights:
        assert w.var().item() * w.shape[1] == pytest.approx(variance, rel=0.02)


def test_preactivations_lead_to_the_hidden_outputs():
    nets, x = networks.initial_networks("tanh", SEEDS), batch(3, 7, 40)
    nets.biases = [batch(*b.shape, seed=9) for b in nets.biases]
    for z, h in zip(networks.preactivations(nets, x), nets.hidden(x), strict=True):
        torch.testing.assert_close(z.tanh(), h)


def test_zeros_counts_each_run_by_itself():
    nets = Ensemble([torch.eye(4).repeat(2, 1, 1) for _ in range(3)])
    x = torch.tensor([[[1.0, 1, 1, -1]], [[-1.0, -1, 0, 1]]])
    assert networks.zeros(nets, x).tolist() == [0.25, 0.75]


def test_softmax_before_cross_entropy_leaves_a_floor():
    perfect = 1000 * torch.eye(10, dtype=torch.float64)
    loss = F.cross_entropy(perfect.softmax(-1), torch.arange(10))
    assert float(loss) == pytest.approx(math.log(math.e + 9) - 1)


# The explorable


@pytest.fixture(scope="module")
def page():
    with loaded(FILES) as call:
        yield call


def torch_finds(dtype, logit):
    """Probability, losses and gradients as PyTorch has them, of one logit."""
    z = torch.tensor([logit], dtype=torch.float64).to(getattr(torch, dtype))
    own = losses.value_and_gradient(losses.after_sigmoid, z, 0)
    other = losses.value_and_gradient(losses.of_logits, z, 0)
    found = (z.detach().sigmoid(), own.loss, own.gradient, other.loss, other.gradient)
    return [x.item() for x in found]


def holds(name, numbers, dtype, logit):
    """Whether what the sentence says is so, give or take a rounding at its limits."""
    p, own_loss, own_gradient, loss, gradient = torch_finds(dtype, logit)
    loss_apart, gradient_apart = (
        abs(own_loss / loss - 1),
        abs(own_gradient / gradient - 1),
    )
    equal = partial(pytest.approx, rel=1e-6)
    if name == "agree":
        shown = numbers["loss"] == equal(loss), numbers["gradient"] == equal(gradient)
        return all(shown) and max(loss_apart, gradient_apart) < 0.0101
    if name == "rough":
        memory = torch.tensor(p, dtype=torch.float64).logit().item()
        shown = numbers["memory"] == equal(memory), numbers["loss"] == equal(loss)
        return (
            all(shown) and numbers["ownLoss"] == equal(own_loss) and loss_apart > 0.0099
        )
    if name == "guard":
        left = p * p * (1 - p) / 1e-12  # of (p - 0) / guard * p * (1 - p)
        shown = numbers["ownGradient"] == equal(own_gradient) == equal(left)
        return shown and numbers["distance"] == 1 - p > 0 and p * (1 - p) < 1e-12
    assert p == 1 and own_loss == 100 and logit > numbers["from"] - 0.2
    first = getattr(torch, dtype)
    step = torch.tensor(numbers["from"], dtype=first)
    before = torch_finds(dtype, numbers["from"] - 1 / 16)
    at, far = torch_finds(dtype, step.item()), torch_finds(dtype, 1e3)
    lost = {"blind": lambda g: g == 0, "spoilt": math.isnan}[name]
    return before[2] > 0 and lost(at[2]) and lost(far[2]) and at[1] == far[1] == 100


def test_what_the_explorable_says_is_so(page):
    said = [words("activations", language) for language in ("zh", "en")]
    draw, seen = random.Random(0), set()
    for i, state in enumerate(states("activations", 500)):
        dtype, logit = state["dtype"], state["logit"]
        if i % 3 == 0:  # as an address may ask, most where few bits are left
            logit = round(draw.uniform(0, draw.choice((10, 40))), 2)
        found = page("activations.finding", {"dtype": dtype, "logit": logit})
        name, numbers = found.values()
        assert all(placeholders(w[name]) <= numbers.keys() for w in said)
        assert all(map(math.isfinite, numbers.values()))
        assert holds(name, numbers, dtype, logit), (name, numbers, dtype, logit)
        seen.add(name)
    assert seen == {"agree", "rough", "guard", "blind", "spoilt"}


def test_a_separate_sigmoid_goes_blind_where_theory_says(page):
    """Where 1 + exp(-z) rounds to 1; in few bits PyTorch rounds once, so where p itself does."""
    for dtype, digits in (("float32", 24), ("float64", 53)):
        z = math.ceil(64 * digits * math.log(2)) / 64
        assert page("activations.blind", dtype) == z
    for dtype, digits in (("float16", 11), ("bfloat16", 8)):
        z = page("activations.blind", dtype)
        assert 0 <= z - math.log(2 ** (digits + 1) - 1) < 1 / 32


@pytest.mark.parametrize("dtype", explorable.DTYPES)
def test_the_marks_below_one_are_numbers_of_the_type(page, dtype):
    marks = torch.tensor(page("activations.stored", dtype), dtype=torch.float64)
    gap = torch.finfo(getattr(torch, dtype)).eps / 2  # of the numbers from 1/2 to 1
    steps = (-marks).sigmoid() / gap  # from 1 down
    torch.testing.assert_close(steps, steps.round(), rtol=1e-12, atol=0)
    assert steps[0].round() == 1
    assert (steps[1:] > steps[:-1]).all()
    assert steps[-1] <= 0.5 / gap
