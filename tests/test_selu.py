"""Integrals are compared with closed forms, diagnoses with faults that were planted."""

import copy
import math
import re
from itertools import pairwise

import pytest
import torch
from explorables import placeholders, states, words
from scipy import integrate
from sklearn import datasets
from torch import nn
from torch.nn.utils.parametrizations import spectral_norm, weight_norm
from torch.nn.utils.parametrize import register_parametrization

from snippets.laboratory.ensembles import Ensemble
from snippets.laboratory.javascript import loaded
from snippets.selu._networks import (
    BatchNormalized,
    dead_share,
    fit,
    initial_networks,
    normal_weights,
)
from snippets.selu._signals import (
    Signal,
    linear_default,
    normal,
    second_moments,
    send,
)
from snippets.selu.agreement import FILES
from snippets.selu.mean_field import gaussian_moments, mean_field
from snippets.selu.self_normalization import self_normalization
from snippets.selu.selu_constants import selu_constants

ALPHA, SCALE = 1.6732632423543772848170429916717, 1.0507009873554804934193349852946


def density(z):
    return math.exp(-z * z / 2) / math.sqrt(2 * math.pi)


def below(z):
    return math.erfc(-z / math.sqrt(2)) / 2


def solved(alpha, scale):
    return lambda z: scale * nn.functional.elu(z, alpha)


# gaussian_moments


@pytest.mark.parametrize("mean", [0.0, 0.7, -2.5])
@pytest.mark.parametrize("variance", [1e-12, 1e-3, 1.0, 9.0, 1e6, 1e14])
def test_moments_of_relu_are_the_closed_form(mean, variance):
    mean, s = mean * math.sqrt(variance), math.sqrt(variance)
    u = mean / s
    first = mean * below(u) + s * density(u)
    second = (mean * mean + variance) * below(u) + mean * s * density(u)
    found = gaussian_moments(torch.relu, mean, variance)
    assert found.mean == pytest.approx(first, rel=1e-12)
    assert found.second_moment == pytest.approx(second, rel=1e-12)
    assert found.variance == pytest.approx(second - first**2, rel=1e-10)
    assert found.derivative_second_moment == pytest.approx(below(u), rel=1e-12)


@pytest.mark.parametrize("slope", [0.01, 0.2])
def test_moments_of_leaky_relu_are_the_closed_form(slope):
    found = gaussian_moments(lambda z: nn.functional.leaky_relu(z, slope), 0.0, 4.0)
    assert found.mean == pytest.approx((1 - slope) * 2 / math.sqrt(2 * math.pi))
    assert found.second_moment == pytest.approx(2 * (1 + slope**2), rel=1e-12)
    assert found.derivative_second_moment == pytest.approx((1 + slope**2) / 2)


def test_moments_of_smooth_functions_are_the_closed_forms():
    sine = gaussian_moments(torch.sin, 0.3, 2.0)
    assert sine.mean == pytest.approx(math.exp(-1) * math.sin(0.3), rel=1e-12)
    assert sine.second_moment == pytest.approx(
        (1 - math.exp(-4) * math.cos(0.6)) / 2, rel=1e-12
    )
    cube = gaussian_moments(lambda z: z**3, 0.0, 2.0)
    assert cube.second_moment == pytest.approx(15 * 2**3, rel=1e-12)
    assert cube.derivative_second_moment == pytest.approx(9 * 3 * 2**2, rel=1e-12)


@pytest.mark.parametrize(
    "activation",
    [
        nn.functional.gelu,
        nn.functional.silu,
        torch.tanh,
        nn.functional.elu,
        nn.functional.selu,
        nn.functional.hardswish,
        nn.functional.mish,
    ],
)
def test_moments_agree_with_scipy(activation):
    def integral(f):
        pieces = [-12, -3, 0, 3, 12]
        return sum(
            integrate.quad(lambda t: f(2 * t) * density(t), *ends, epsabs=1e-13)[0]
            for ends in pairwise(pieces)
        )

    def value(z):
        return float(activation(torch.tensor(z, dtype=torch.float64)))

    found = gaussian_moments(activation, 0.0, 4.0)
    assert found.mean == pytest.approx(integral(value), abs=1e-10)
    assert found.second_moment == pytest.approx(integral(lambda z: value(z) ** 2))


@pytest.mark.parametrize("kink", [-1.3, 0.0, 0.4, 2.0])
def test_kinks_and_jumps_need_not_be_named(kink):
    bent = gaussian_moments(lambda z: (z - kink).abs(), 0.0, 1.0)
    assert bent.second_moment == pytest.approx(1 + kink**2, rel=1e-12)
    assert bent.derivative_second_moment == pytest.approx(1, rel=1e-12)
    step = gaussian_moments(lambda z: torch.where(z > kink, 3 + 0 * z, 0 * z))
    assert step.mean == pytest.approx(3 * below(-kink), rel=1e-12)
    assert step.derivative_second_moment == 0


def test_a_small_variance_is_not_lost_beside_a_large_mean():
    found = gaussian_moments(lambda z: 1e6 + z, 0.0, 1e-6)
    assert found.variance == pytest.approx(1e-6, rel=1e-3)


def test_a_given_derivative_takes_the_place_of_autograd():
    found = gaussian_moments(lambda z: z.detach() ** 2, derivative=lambda z: 2 * z)
    assert found.derivative_second_moment == pytest.approx(4, rel=1e-12)


def test_moments_work_in_any_grad_mode_and_leave_no_gradient():
    factor = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
    with torch.inference_mode():
        inside = gaussian_moments(lambda z: factor * nn.functional.silu(z))
    with torch.no_grad():
        without = gaussian_moments(lambda z: factor * nn.functional.silu(z))
    plain = gaussian_moments(lambda z: factor * nn.functional.silu(z))
    assert inside == pytest.approx(plain, rel=1e-12)
    assert without == pytest.approx(plain, rel=1e-12)
    assert factor.grad is None


@pytest.mark.parametrize(
    ("activation", "message"),
    [
        (lambda z: torch.softmax(z, -1), "activation must be elementwise"),
        (lambda z: z.cumsum(0), "activation must be elementwise"),
        (lambda z: z.sum(), "activation must be elementwise, a tensor for a tensor"),
        (lambda _: 1.0, "activation must be elementwise, a tensor for a tensor"),
        (lambda z: (z, z), "activation must be elementwise, a tensor for a tensor"),
        (lambda z: nn.functional.dropout(z, 0.5), "elementwise and deterministic"),
        (torch.log, "activation must be finite, got nan at input -16"),
        (lambda z: z / 0.0, "activation must be finite, got -inf at input"),
        (lambda z: torch.exp(z * z / 4), "grows too fast: what lies far out counts"),
        (lambda z: torch.sin(1e6 * z), "too rough for quadrature"),
        (lambda z: z.detach() ** 2, "autograd cannot see activation: pass derivative"),
    ],
)
def test_what_cannot_be_integrated_is_refused(activation, message):
    with pytest.raises(ValueError, match=message):
        gaussian_moments(activation)


def test_a_derivative_that_cannot_be_integrated_is_refused():
    with pytest.raises(ValueError, match="derivative must be finite"):
        gaussian_moments(lambda z: z, derivative=lambda z: z / 0.0)
    with pytest.raises(ValueError, match="derivative must be elementwise"):
        gaussian_moments(lambda z: z, derivative=lambda _: 1.0)


@pytest.mark.parametrize("mean", [-16.5, -20.0, -37.0])
def test_what_is_zero_for_16_standard_deviations_and_not_beyond_is_refused(mean):
    with pytest.raises(
        ValueError, match="activation is 0 near the mean: what lies far"
    ):
        gaussian_moments(torch.relu, mean)
    with pytest.raises(ValueError, match="derivative is 0 near the mean"):
        gaussian_moments(lambda z: 1 + torch.relu(z), mean)


def test_what_float64_cannot_tell_from_zero_is_zero():
    assert gaussian_moments(torch.relu, -40.0) == (0, 0, 0, 0)
    assert gaussian_moments(lambda z: 0 * z) == (0, 0, 0, 0)


@pytest.mark.parametrize("name", ["ReLU", "SELU", "ELU", "SiLU"])
def test_activations_may_work_in_place(name):
    # Kernels in place and out of place may round differently; SELU's mean is 0.
    kind = getattr(nn, name)
    assert gaussian_moments(kind(inplace=True)) == pytest.approx(
        gaussian_moments(kind()), rel=1e-12, abs=1e-12
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"mean": math.inf}, "mean must be finite, and its square, got inf"),
        ({"mean": math.nan}, "mean must be finite, and its square, got nan"),
        ({"mean": 1e308}, r"mean must be finite, and its square, got 1e\+308"),
        ({"variance": 1e307}, "activation must be finite, got inf at input"),
        ({"variance": 0.0}, "variance must be finite and > 0, got 0.0"),
        ({"variance": math.nan}, "variance must be finite and > 0, got nan"),
    ],
)
def test_moments_name_the_bad_argument(arguments, message):
    with pytest.raises(ValueError, match=message):
        gaussian_moments(torch.relu, **arguments)


# mean_field


def test_relu_with_he_keeps_the_second_moment_and_gradients_exactly():
    mean, variance = 0.0, 1.0
    for _ in range(30):
        layer = mean_field(torch.relu, mean, variance, weight_variance=2)
        mean, variance = layer.mean, layer.variance
        assert mean**2 + variance == pytest.approx(1, rel=1e-10)
        assert layer.gradient_factor == pytest.approx(1, rel=1e-12)


def test_selu_has_its_fixed_point_and_gradients_grow():
    layer = mean_field(nn.functional.selu, weight_variance=1)
    assert layer.mean == pytest.approx(0, abs=1e-12)
    assert layer.variance == pytest.approx(1, rel=1e-12)
    assert layer.gradient_factor == pytest.approx(1.071575, abs=1e-6)


def test_biases_and_means_enter_the_variance_before_the_activation():
    layer = mean_field(torch.relu, 2.0, 3.0, weight_variance=0.5, bias_variance=0.25)
    assert layer.preactivation_variance == 0.5 * (3 + 4) + 0.25


def test_dropout_is_bounded_up_to_its_critical_rate():
    critical = 1 - SCALE**2 / 2
    ends = {}
    for p in (critical - 0.05, critical + 0.05):
        mean, variance = 0.0, 1.0
        for _ in range(400):
            layer = mean_field(
                nn.functional.selu, mean, variance, weight_variance=1 / (1 - p)
            )
            mean, variance = layer.mean, layer.variance
        ends[p > critical] = variance
    assert ends[False] < 1e3
    assert ends[True] > 1e6


@pytest.mark.parametrize(
    "activation", [nn.functional.selu, torch.relu, torch.tanh, nn.functional.gelu]
)
def test_the_map_is_what_a_wide_random_layer_does(activation):
    g = torch.Generator().manual_seed(0)
    x = 0.5 + 1.2 * torch.randn(64, 2000, generator=g, dtype=torch.float64)
    w = torch.randn(2000, 2000, generator=g, dtype=torch.float64) * math.sqrt(
        1.5 / 2000
    )
    z = (x @ w).requires_grad_()
    y = activation(z)
    back = torch.randn(2000, 2000, generator=g, dtype=torch.float64)
    cotangent = torch.randn(64, 2000, generator=g, dtype=torch.float64)
    (gradient,) = torch.autograd.grad(y, z, cotangent @ (back * math.sqrt(1.5 / 2000)))
    layer, y = mean_field(activation, 0.5, 1.2**2, weight_variance=1.5), y.detach()
    assert float(y.mean()) == pytest.approx(layer.mean, abs=0.02)
    assert float(y.var()) == pytest.approx(layer.variance, rel=0.05)
    assert float(gradient.square().mean()) == pytest.approx(
        layer.gradient_factor, rel=0.05
    )


@pytest.mark.parametrize(
    "activation", [nn.functional.selu, torch.tanh, torch.sin, nn.functional.softsign]
)
def test_what_holds_mean_0_and_a_variance_grows_gradients(activation):
    """Poincare's inequality: Var phi <= s^2 E phi'^2, so at such a point the factor is at least 1."""
    tau = 1 / gaussian_moments(activation).variance
    odd = activation is not nn.functional.selu
    phi = activation if not odd else (lambda z: activation(z) * math.sqrt(tau))
    layer = mean_field(phi, weight_variance=1)
    assert layer.mean == pytest.approx(0, abs=1e-12)
    assert layer.variance == pytest.approx(1, rel=1e-9)
    assert layer.gradient_factor > 1


def test_with_random_biases_a_bent_activation_holds_mean_variance_and_gradients():
    """What the inequality forbids without biases: they add variance that carries no gradient."""
    start = (0.3, 1.4)
    tau = 0.8490

    def layer(mean, variance, scale=1.5925):
        return mean_field(
            lambda z: scale * torch.tanh(z),
            mean,
            variance,
            weight_variance=tau,
            bias_variance=1 - tau,
        )

    at = layer(0.0, 1.0)
    assert at.mean == pytest.approx(0, abs=1e-12)
    assert at.variance == pytest.approx(1, abs=1e-4)
    assert at.gradient_factor == pytest.approx(1, abs=1e-4)
    mean, variance = start
    for _ in range(60):  # and it attracts
        mean, variance, _ = layer(mean, variance)[1:]
    assert mean == pytest.approx(0, abs=1e-9)
    assert variance == pytest.approx(1, abs=1e-3)
    # Without biases the same function at the same variance grows gradients.
    assert layer(0.0, 1.0).gradient_factor / tau > 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"mean": math.nan, "weight_variance": 1}, "mean must be finite, got nan"),
        (
            {"variance": -1.0, "weight_variance": 1},
            "^variance must be finite and >= 0, got -1.0",
        ),
        ({"weight_variance": -2}, "weight_variance must be finite and >= 0, got -2"),
        (
            {"weight_variance": 1, "bias_variance": math.inf},
            "bias_variance must be finite and >= 0, got inf",
        ),
        ({"weight_variance": 0}, "pre-activations need variance in .0, inf., got 0"),
    ],
)
def test_the_map_names_the_bad_argument(arguments, message):
    with pytest.raises(ValueError, match=message):
        mean_field(torch.relu, **arguments)


# selu_constants


def test_the_constants_for_0_and_1_are_torchs():
    # A dozen roundings of 1e-16, some of them made four times larger by differences.
    alpha, scale = selu_constants()
    assert alpha == pytest.approx(ALPHA, rel=1e-14)
    assert scale == pytest.approx(SCALE, rel=1e-14)
    z = torch.linspace(-5, 5, 101, dtype=torch.float64)
    torch.testing.assert_close(
        nn.functional.selu(z), solved(alpha, scale)(z), rtol=3e-14, atol=1e-15
    )


@pytest.mark.parametrize("weight_variance", [1 / 3, 1.0, 2.0])
@pytest.mark.parametrize("variance", [0.01, 1.0, 30.0])
@pytest.mark.parametrize("share", [-0.5, -0.1, 0.0, 0.2, 0.5])
def test_the_point_is_fixed(weight_variance, variance, share):
    second = variance / (1 - share**2)
    mean = share * math.sqrt(second)
    alpha, scale = selu_constants(mean, variance, weight_variance=weight_variance)
    assert alpha > 0
    layer = mean_field(
        solved(alpha, scale), mean, variance, weight_variance=weight_variance
    )
    assert layer.mean == pytest.approx(mean, rel=1e-9, abs=1e-9 * math.sqrt(second))
    assert layer.variance == pytest.approx(variance, rel=1e-9)


@pytest.mark.parametrize("weight_variance", [0.25, 1.0, 4.0])
def test_solutions_exist_exactly_between_the_two_bounds(weight_variance):
    top = 1 / math.sqrt(math.pi)

    def point(ratio):  # of second moment 1
        return selu_constants(ratio, 1 - ratio**2, weight_variance=weight_variance)

    alphas = [point(k / 100).alpha for k in range(-56, 57, 4)]
    assert alphas == sorted(alphas, reverse=True)  # the ratio falls with alpha
    assert point(top - 1e-9).alpha < 1e-6  # towards ReLU
    with pytest.raises(ValueError, match=r"no SELU holds this point: .*, 0.5642"):
        point(top + 1e-9)
    with pytest.raises(ValueError, match="no SELU holds this point"):
        point(-0.8)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"mean": math.inf}, "mean must be finite, got inf"),
        ({"variance": 0.0}, "variance must be finite and > 0, got 0.0"),
        ({"weight_variance": -1.0}, "weight_variance must be finite and > 0, got -1"),
        ({"variance": 1e5}, r"variance \+ mean\^2 must be in \[0.0001, 10000\], got"),
        ({"weight_variance": 1e-5}, r"weight_variance \* \(variance \+ mean\^2\) must"),
    ],
)
def test_constants_name_the_bad_argument(arguments, message):
    with pytest.raises(ValueError, match=message):
        selu_constants(**arguments)


# self_normalization


def healthy(depth=6, width=200, between=()):
    torch.manual_seed(0)
    layers = []
    for _ in range(depth):
        linear = nn.Linear(width, width)
        nn.init.kaiming_normal_(linear.weight, nonlinearity="linear")
        nn.init.zeros_(linear.bias)
        layers += [linear, nn.SELU(), *(copy.deepcopy(m) for m in between)]
    return nn.Sequential(*layers, nn.Linear(width, 10))


def inputs(examples=500, width=200):
    return torch.randn(examples, width, generator=torch.Generator().manual_seed(1))


def assert_alike(one, other):
    """Two reports that say the same, though float32 was rounded in another order."""
    for a, b in zip(one.signals, other.signals, strict=True):
        assert a.layer == b.layer
        assert a[1:] == pytest.approx(b[1:], rel=1e-4, abs=1e-6)
    number = r"-?\d+(?:\.\d+)?(?:e[-+]\d+)?"
    for a, b in zip(one.faults, other.faults, strict=True):
        assert re.sub(number, "…", a) == re.sub(number, "…", b)
        found, wanted = ([float(n) for n in re.findall(number, f)] for f in (a, b))
        assert found == pytest.approx(wanted, rel=0.02)


@pytest.mark.parametrize(
    "between", [(), (nn.AlphaDropout(0.1),), (nn.Identity(), nn.Flatten())]
)
def test_a_healthy_network_has_no_faults(between):
    report = self_normalization(healthy(between=between), inputs())
    assert report.faults == []
    assert len(report.signals) == 7
    for signal in report.signals[:-1]:
        assert abs(signal.mean) < 0.1
        assert 0.8 < signal.variance < 1.25
        assert 0.9 < signal.weight_variance < 1.1


def test_signals_are_what_autograd_and_the_layers_say():
    model, batch = healthy(depth=2).double(), inputs().double()
    report = self_normalization(model, batch)
    twin = copy.deepcopy(model)
    x, before = batch, []
    for module in twin:
        if isinstance(module, nn.Linear):
            signal = report.signals[len(before)]
            assert signal.mean == pytest.approx(float(x.mean().detach()), abs=1e-12)
            assert signal.variance == pytest.approx(float(x.detach().var(correction=0)))
            x = module(x)
            before.append(x)
        else:
            x = module(x)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        cotangent = torch.randn(x.shape, dtype=torch.float64)
    gradients = torch.autograd.grad(x, before, cotangent)
    for signal, gradient in zip(report.signals, gradients, strict=True):
        assert signal.gradient == pytest.approx(float(gradient.square().mean()))


@pytest.mark.parametrize(
    ("between", "message"),
    [
        ((nn.Dropout(0.3),), "'2': Dropout adds variance"),
        ((nn.BatchNorm1d(200),), "'2': BatchNorm1d changes the variance by itself"),
        ((nn.LayerNorm(200),), "'2': LayerNorm changes the variance by itself"),
        ((nn.ReLU(),), "'2': ReLU is not SELU"),
    ],
)
def test_modules_that_break_it_are_named(between, message):
    report = self_normalization(healthy(between=between), inputs())
    assert any(fault.startswith(message) for fault in report.faults)


def test_dropout_of_rate_0_breaks_nothing():
    assert not self_normalization(healthy(between=(nn.Dropout(0.0),)), inputs()).faults


@pytest.mark.parametrize(("gain", "shown"), [("relu", "1.9"), ("selu", "0.5")])
def test_other_initializations_are_named_layer_by_layer(gain, shown):
    model = healthy(depth=3)
    nn.init.kaiming_normal_(model[2].weight, nonlinearity=gain)
    faults = self_normalization(model, inputs()).faults
    assert len(faults) == 1
    assert f"layer '2': fan-in times mean square weight is {shown}" in faults[0]


def test_the_output_layer_is_free():
    model = healthy()
    nn.init.zeros_(model[-1].weight)
    assert self_normalization(model, inputs()).faults == []


def test_large_biases_and_crooked_inputs_are_named():
    model = healthy()
    nn.init.constant_(model[0].bias, 1.0)
    faults = self_normalization(model, 5 + inputs()).faults
    assert faults[0].startswith("inputs of '0': mean 5, variance 1")
    assert "layer '0': mean square of the biases is 1, not near 0" in faults


class Block(nn.Module):
    def __init__(self, between):
        super().__init__()
        self.net, self.between = healthy(depth=2), between

    def forward(self, x):
        first, _, second, _, last = self.net
        h = nn.functional.selu(first(x))
        return last(self.between(x, nn.functional.selu(second(h))))


@pytest.mark.parametrize(
    "between",
    [
        lambda x, y: x + y,
        lambda _, y: nn.functional.dropout(y, 0.5),
        lambda _, y: nn.functional.relu(y),
        lambda _, y: y + 1,
    ],
)
def test_what_is_no_module_is_found_by_its_moments(between):
    faults = self_normalization(Block(between), inputs()).faults
    assert len(faults) == 1
    assert faults[0].startswith("between 'net.2' and 'net.4': something besides SELU")


class Without(nn.Module):
    """Weighted layers with a function of one's own after each."""

    def __init__(self, *functions):
        super().__init__()
        self.layers = nn.ModuleList(healthy(depth=len(functions))[::2])
        self.functions = functions

    def forward(self, x):
        for layer, function in zip(self.layers[:-1], self.functions, strict=True):
            x = function(layer(x))
        return self.layers[-1](x)


@pytest.mark.parametrize("forgotten", [(0,), (1,), (2,), (0, 1, 2)])
def test_a_forgotten_selu_is_found_though_the_moments_are_right(forgotten):
    functions = [
        nn.Identity() if i in forgotten else nn.functional.selu for i in range(3)
    ]
    faults = self_normalization(Without(*functions), inputs()).faults
    missing = [f for f in faults if "SELU is missing or not the last" in f]
    assert [f.split("'")[1] for f in missing] == [f"layers.{i}" for i in forgotten]
    assert faults == missing


def test_what_follows_selu_and_keeps_the_moments_is_found_by_its_values():
    def turned(z):
        return -nn.functional.selu(z)

    (fault,) = self_normalization(Without(turned), inputs()).faults
    assert "SELU is missing or not the last: it returns nothing like -" in fault


@pytest.mark.parametrize("p", [0.05, 0.5])
@pytest.mark.parametrize("kind", [nn.AlphaDropout, nn.FeatureAlphaDropout])
def test_alpha_dropout_returns_nothing_below_selu(kind, p):
    torch.manual_seed(0)
    x = nn.functional.selu(10 * torch.randn(100, 1000))
    assert kind(p)(x).min() > -1.76


@pytest.mark.parametrize(
    "first", [nn.BatchNorm1d(200), nn.LayerNorm(200), nn.Dropout(0.05), nn.Tanh()]
)
def test_a_model_may_make_its_own_inputs(first):
    x = (
        3 + 5 * inputs()
        if isinstance(first, nn.BatchNorm1d | nn.LayerNorm)
        else inputs()
    )
    faults = self_normalization(nn.Sequential(first, *healthy()), x).faults
    if isinstance(first, nn.Tanh):  # judged as inputs, by what they are
        assert len(faults) == 1
        assert faults[0].startswith("inputs of '1': mean")
    else:
        assert faults == []


@pytest.mark.parametrize("sign", [-1, 1])
def test_weights_with_a_mean_are_named(sign):
    model = healthy(depth=3, width=200)
    weight = model[2].weight.data
    weight += sign * 0.7 / 200**0.5
    weight /= (weight.square().mean() * 200).sqrt()
    (fault,) = self_normalization(model, inputs()).faults
    assert fault.startswith("layer '2': fan-in times mean weight is ")
    shown = float(fault.split(" is ")[1].split(",")[0])
    assert shown == pytest.approx(200 * float(weight.mean()), rel=0.01)


@pytest.mark.parametrize("width", [48, 100])
def test_healthy_networks_of_many_seeds_have_no_faults(width):
    for seed in range(25):
        torch.manual_seed(seed)
        layers = []
        for i in range(4):
            layer = nn.Linear(width, width)
            (nn.init.orthogonal_ if i % 2 else nn.init.kaiming_normal_)(
                layer.weight, **({} if i % 2 else {"nonlinearity": "linear"})
            )
            nn.init.zeros_(layer.bias)
            layers += [layer, nn.SELU()]
        model = nn.Sequential(*layers, nn.Linear(width, 10))
        assert self_normalization(model, torch.randn(300, width)).faults == []


@pytest.mark.parametrize("examples", range(2, 11))
def test_few_examples_pass_and_one_alone_does_not(examples):
    assert self_normalization(healthy(depth=3), inputs(examples)).faults == []
    (fault, *_) = self_normalization(healthy(depth=3), inputs(1)).faults
    assert fault == "inputs of '0': examples have 100% of their second moment in common"


def test_functional_selu_is_as_good_as_the_module():
    assert self_normalization(Block(lambda _, y: y), inputs()).faults == []


@pytest.mark.parametrize("which", [(0,), (2,), (0, 2, 4, 6)])
def test_parametrized_layers_are_watched(which):
    model = healthy(depth=3)
    nn.init.kaiming_normal_(model[2].weight, nonlinearity="relu")
    plain = self_normalization(model, inputs())
    for index in which:
        weight_norm(model[index])
    found = self_normalization(model, inputs())
    assert_alike(found, plain)
    assert len(found.faults) == 1


def test_what_makes_the_weights_is_not_between_the_layers():
    model = healthy(depth=2)
    register_parametrization(model[0], "weight", nn.Tanh())
    assert self_normalization(model, inputs()).faults == []


def test_parametrizations_with_a_state_work_in_inference_mode():
    model = healthy(depth=2)
    spectral_norm(model[0])
    with torch.inference_mode():
        inside = self_normalization(model, inputs())
    assert_alike(inside, self_normalization(model, inputs()))
    assert inside.faults[0].startswith("layer '0': fan-in times mean square weight")


class Wired(nn.Module):
    """What a function makes of three layers and an input."""

    def __init__(self, forward):
        super().__init__()
        self.function = forward
        self.first, _, self.second, _, self.third = healthy(depth=2)

    def forward(self, x):
        return self.function(self, x)


selu, without = nn.functional.selu, torch.no_grad()


@pytest.mark.parametrize(
    ("forward", "message"),
    [
        (  # two heads on a trunk
            lambda m, x: torch.cat([m.second(h := selu(m.first(x))), m.third(h)], 1),
            "'third' does not depend on 'second'",
        ),
        (  # query and key
            lambda m, x: m.third(m.first(x) * m.second(x)),
            "'second' does not depend on 'first'",
        ),
        (  # a head for another loss
            lambda m, x: (h := selu(m.first(x)), m.third(h))[0],
            "'the output' does not depend on 'third'",
        ),
        (
            lambda m, x: m.third(selu(without(m.first)(x))),
            "'third' does not depend on 'first'",
        ),
    ],
)
def test_branches_are_refused_and_not_judged(forward, message):
    with pytest.raises(ValueError, match=f"a chain of weighted layers, but {message}"):
        self_normalization(Wired(forward), inputs())


def drifting(factor, depth=20):
    model = healthy(depth)
    for layer in model[:-1:2]:
        layer.weight.data *= math.sqrt(factor)
    return model


@pytest.mark.parametrize("factor", [1.2, 1 / 1.2])
def test_small_deviations_that_add_up_are_a_fault(factor):
    layer, moment = None, 1.0  # what mean field says
    for _ in range(20):
        layer = mean_field(nn.functional.selu, 0.0, moment, weight_variance=factor)
        moment = layer.mean**2 + layer.variance
    (fault,) = self_normalization(drifting(factor), inputs()).faults
    text, _, _ = fault.partition(", not 1")
    assert text.startswith("small deviations add up to a second moment of ")
    assert float(text.rpartition(" ")[2]) == pytest.approx(moment, rel=0.15)


def test_functional_dropout_at_a_low_rate_is_found_by_its_values():
    class Dropping(nn.Sequential):
        def forward(self, x):
            for layer in self:
                x = layer(x)
                if isinstance(layer, nn.SELU):
                    x = nn.functional.dropout(x, 0.15)
            return x

    faults = self_normalization(Dropping(*healthy(depth=20)), inputs()).faults
    assert len(faults) == 20
    for fault in faults:  # what is kept is scaled, and SELU ends at -1.7581
        assert "SELU is missing or not the last: it returns nothing like -2.0" in fault


@pytest.mark.parametrize("seed", range(5))
def test_narrow_networks_do_not_drift_by_chance(seed):
    model = healthy(depth=20, width=50)
    torch.manual_seed(seed)
    for layer in model[:-1:2]:
        nn.init.normal_(layer.weight, std=50**-0.5)
    batch = torch.randn(500, 50)
    assert self_normalization(model, batch).faults == []


def test_examples_that_are_alike_are_a_fault():
    for batch in (
        inputs()[:1].expand(500, -1),  # one example, many times
        math.sqrt(0.95) * inputs()[:1] + math.sqrt(0.05) * inputs().flip(0),
    ):
        assert abs(batch.mean()) < 0.2
        assert batch.var() == pytest.approx(1, abs=0.2)
        (fault,) = self_normalization(healthy(), batch).faults
        assert fault.startswith("inputs of '0': examples have ")
        assert fault.endswith("% of their second moment in common")


def test_images_that_are_standardized_as_a_whole_are_not_alike():
    digits = torch.tensor(datasets.load_digits().data, dtype=torch.float32)
    batch = (digits - digits.mean()) / digits.std()
    assert self_normalization(healthy(width=64), batch).faults == []


def test_the_difference_of_examples_at_most_doubles_in_ten_layers():
    """What the limit of nine tenths is made of."""
    ratios = []
    for seed in range(10):
        g = torch.Generator().manual_seed(seed)
        x = 0.95**0.5 * torch.randn(400, generator=g)
        x = x + 0.05**0.5 * torch.randn(300, 400, generator=g)
        shares = [1 - x.mean(0).square().mean() / x.square().mean()]
        for _ in range(10):
            x = nn.functional.selu(x @ torch.randn(400, 400, generator=g) / 20)
        shares.append(1 - x.mean(0).square().mean() / x.square().mean())
        ratios.append(float(shares[1] / shares[0]))
    assert 1.7 < sum(ratios) / 10 < 2.1


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_the_copy_has_the_dtype_of_the_model(dtype):
    class Casting(nn.Sequential):
        def forward(self, x):
            return super().forward(x.to(dtype))

    model = Casting(*healthy().to(dtype))
    assert self_normalization(model, inputs()).faults == []


def test_convolutions_are_watched():
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Conv2d(16, 32, 3), nn.SELU(inplace=True), nn.Flatten(), nn.Linear(1152, 3)
    )
    model[0].weight.data.normal_(std=math.sqrt(1 / (16 * 9)))
    report = self_normalization(model, torch.randn(64, 16, 8, 8))
    assert report.faults == []
    assert report.signals[0].weight_variance == pytest.approx(1, abs=0.1)


def test_the_model_and_the_random_state_are_left_alone():
    model = healthy(between=(nn.BatchNorm1d(200), nn.Dropout(0.5))).eval()
    model[0].weight.requires_grad_(False)
    before = {k: v.clone() for k, v in model.state_dict().items()}
    state = torch.get_rng_state()
    with torch.inference_mode():
        first = self_normalization(model, inputs())
    again = self_normalization(model, inputs())
    assert first.faults
    assert_alike(again, first)
    assert torch.equal(torch.get_rng_state(), state)
    assert not any(m.training for m in model.modules())
    assert all(p.grad is None for p in model.parameters())
    assert not any(m._forward_hooks for m in model.modules())
    for key, value in model.state_dict().items():
        assert torch.equal(value, before[key])


def test_gradients_grow_as_the_mean_field_says():
    signals = self_normalization(healthy(depth=20), inputs()).signals
    growth = (signals[0].gradient / signals[19].gradient) ** (1 / 19)
    assert growth == pytest.approx(1.0716, abs=0.03)


@pytest.mark.parametrize(
    ("model", "batch", "options", "message"),
    [
        (nn.Linear(2, 2), torch.zeros(0, 2), {}, "batch must be finite and not empty"),
        (nn.Linear(2, 2), torch.full((1, 2), math.nan), {}, "batch must be finite"),
        (
            nn.Linear(2, 2),
            torch.ones(1, 2),
            {"tolerance": 0},
            "tolerance must be finite",
        ),
        (nn.GRU(2, 2), torch.ones(1, 2), {}, "one floating-point tensor, got tuple"),
        (nn.Identity(), torch.ones(1, 2), {}, "must depend on a Linear layer"),
    ],
)
def test_the_check_refuses_what_it_cannot_check(model, batch, options, message):
    with pytest.raises(ValueError, match=message):
        self_normalization(model, batch, **options)


def test_the_check_refuses_weights_that_are_not_finite():
    model = healthy(depth=1)
    model[0].weight.data[0, 0] = math.nan
    with pytest.raises(ValueError, match="signals must be finite"):
        self_normalization(model, inputs())


# What the experiment is built from


def test_signals_of_a_linear_net_are_products_of_its_matrices():
    found = send(range(2), lambda z: z, normal(1), depth=3, examples=4)
    assert found.second_moment.shape == (2, 4)
    assert found.gradient.shape == (2, 3)
    torch.testing.assert_close(
        found.variance, found.second_moment - found.mean.square()
    )
    again = send(range(2), lambda z: 2 * z, normal(1), depth=3, examples=4)
    factor = torch.tensor([1.0, 4.0, 16.0, 64.0], dtype=torch.float64)
    torch.testing.assert_close(again.second_moment, found.second_moment * factor)
    torch.testing.assert_close(again.gradient, found.gradient * factor[1:].flip(0))


def test_growth_is_the_factor_per_layer():
    gradient = torch.tensor([[8.0, 4.0, 2.0], [9.0, 3.0, 1.0]], dtype=torch.float64)
    signal = Signal(gradient, gradient, gradient, gradient)
    torch.testing.assert_close(signal.growth(), torch.tensor([2.0, 3.0]).double())
    torch.testing.assert_close(signal.growth(2), torch.tensor([2.0, 3.0]).double())


def test_the_default_of_linear_is_drawn_as_torch_draws_it():
    weights, bias = linear_default(300, torch.Generator().manual_seed(0))
    layer = nn.Linear(300, 300)
    for drawn, real in ((weights, layer.weight), (bias, layer.bias)):
        assert drawn.shape == real.shape
        assert float(drawn.abs().max()) <= float(real.detach().abs().max()) * 1.02
        assert float(drawn.std()) == pytest.approx(float(real.detach().std()), rel=0.1)


def test_second_moments_of_linear_nets_are_products_of_chi_squares():
    # Of n weights of variance 1/n a unit makes a normal variable: each layer multiplies by chi^2_n / n.
    found = second_moments(range(4), lambda z: z, 1.0, nets=500, width=20, depth=3)
    assert found.shape == (4, 500)
    assert float(found.mean()) == pytest.approx(1, abs=0.05)
    assert float(found.log().var()) == pytest.approx(
        3 * 0.10516, rel=0.1
    )  # 3 trigamma(10)


def test_batch_normalization_is_torchs_run_by_run():
    seeds = range(3)
    nets = BatchNormalized(normal_weights(seeds, 2, 2.0))
    g = torch.Generator().manual_seed(0)
    for tensors in (nets.biases, nets.scales):
        for t in tensors:
            t += 0.3 * torch.randn(t.shape, generator=g)
    x = torch.randn(3, 50, 40, generator=g)
    in_training = nets.logits(x, masks=g)
    nets.settle(x)
    settled = nets.logits(x)
    for run in range(3):
        h = x[run]
        for i in range(2):
            layer = nn.BatchNorm1d(64)
            layer.weight.data = nets.scales[i][run, 0]
            layer.bias.data = nets.biases[i][run, 0]
            h = torch.relu(layer(h @ nets.weights[i][run]))
        h = (h @ nets.weights[2][run] + nets.biases[2][run]).detach()
        torch.testing.assert_close(in_training[run], h, rtol=1e-4, atol=1e-4)
        # Unlike the batch, settled variances divide by n - 1, as running averages do.
        torch.testing.assert_close(settled[run], h, rtol=0.1, atol=0.1)
    assert len(nets.parameters()) == 3 + 3 + 2


def test_dead_units_are_those_without_slope():
    nets = Ensemble([torch.ones(2, 1, 4), torch.ones(2, 4, 1)])
    nets.biases[0] = torch.tensor([[[-9.0, -9.0, 0.0, 0.0]], [[0.0, 0.0, 0.0, 0.0]]])
    x = torch.tensor([[[1.0], [2.0]], [[1.0], [-2.0]]])
    torch.testing.assert_close(dead_share(nets, x), torch.tensor([0.5, 0.0]).double())
    assert (
        dead_share(initial_networks("selu", range(2), 1), torch.randn(2, 5, 40)).sum()
        == 0
    )


def test_training_moves_scales_and_settles():
    torch.manual_seed(0)
    seeds = range(2)

    class Data:
        train_x = torch.randn(2, 200, 40)
        train_y = torch.randint(10, (2, 200))

    nets = initial_networks("batch_norm", seeds, 2)
    fit(nets, Data, seeds, 0.01, 1)
    assert all((s != 1).any() for s in nets.scales)
    assert len(nets.settled) == 2
    assert nets.accuracy(Data.train_x, Data.train_y).shape == (2,)


# the explorable

FINDINGS = {"fades", "holds", "returns", "slow", "between", "exchanged", "explodes"}


def float64(numbers):
    return torch.tensor(list(numbers), dtype=torch.float64)


def one_layer(tau, q):
    """What a SELU layer makes of second moments, and of those of gradients: sums over a fine grid."""
    u = torch.linspace(-12, 12, 1501, dtype=torch.float64)
    weights = torch.exp(-u * u / 2) * 0.016 / math.sqrt(2 * math.pi)
    z = (tau * q).sqrt()[:, None] * u
    steep = torch.where(z > 0, SCALE, SCALE * ALPHA * z.clamp(max=0).exp())
    return torch.selu(z).square() @ weights, tau * (steep.square() @ weights)


OWN = [  # of the page, and of its links
    {"tau": tau, "start": start, "dropout": dropout}
    for tau, start, dropout in ((1, 1, 0), (1, 100, 0), (2, 1, 0), (1, 1, 0.5))
]


def test_each_finding_of_the_explorable_is_true_where_it_is_told():
    drawn = [*OWN, *states("selu", 300)]
    with loaded(FILES) as call:
        found = [call("selu.finding", state) for state in drawn]
    assert {f["name"] for f in found} == FINDINGS
    tau = float64(s["tau"] / (1 - s["dropout"]) for s in drawn)
    signal, chi = [float64(s["start"] for s in drawn)], []
    for _ in range(50):
        q, growth = one_layer(tau, signal[-1])
        signal.append(q)
        chi.append(growth)
    by_state = zip(torch.stack(signal, 1), torch.stack(chi, 1), strict=True)
    said = [words("selu", language) for language in ("zh", "en")]
    for t, state, finding, ways in zip(tau, drawn, found, by_state, strict=True):
        name, numbers = finding["name"], finding["numbers"]
        assert all(map(math.isfinite, numbers.values()))
        assert all(placeholders(w[name]) <= numbers.keys() for w in said)
        assert is_true(name, numbers, float(t), *ways), state


def is_true(name, numbers, tau, q, chi):
    factor, relu = q[1:] / q[:-1], tau / 2
    told = abs(numbers["relu"] - relu) < 1e-9
    if name == "fades":
        held = (
            max(float(factor.max()), 0.99 * float(chi.max())) < numbers["most"] + 1e-3
        )
        return told and held and numbers["most"] < 1 and factor.min() > relu < chi.min()
    if name in {"between", "exchanged", "explodes"}:
        held = (
            min(float(factor.min()), 1.01 * float(chi.min())) > numbers["least"] - 1e-3
        )
        side = {"between": relu < 1, "exchanged": relu == 1, "explodes": relu > 1}[name]
        return told and held and side and relu < numbers["least"] > 1
    kept = numbers["fixed"]
    again, _ = one_layer(float64([tau]), float64([kept]))
    away = (q / kept - 1).abs()
    told = told and abs(float(again) / kept - 1) < 1e-4 and relu < 1
    if name == "holds":
        return told and bool((away < 0.101).all())
    if name == "returns":
        count = numbers["layers"]
        return told and count <= 50 and away[count] < 0.101 and away[count - 1] > 0.099
    arrived = abs(float(q[-1]) / numbers["after"] - 1) < 0.01
    return told and name == "slow" and arrived and bool(0.099 < away[-1] <= away[0])


def test_the_explorable_finds_the_numbers_of_the_page():
    with loaded(FILES) as call:
        default = call("selu.finding", {"tau": 1, "start": 1, "dropout": 0})
        ten_times = call("selu.finding", {"tau": 1, "start": 100, "dropout": 0})
        dropped = call("selu.finding", {"tau": 1, "start": 1, "dropout": 0.5})
        gain = call("selu.fixed", 9 / 16)
        steps = call("selu.through", "selu", 1, 100)["signal"]
        assert call("selu.longRun", 1)["gradient"] == pytest.approx(1.0716, abs=5e-5)
        assert call("selu.longRun", 9 / 16)["gradient"] == pytest.approx(
            1.0037, abs=5e-5
        )
    assert default["name"] == "holds"
    assert default["numbers"]["gradient"] == pytest.approx(1.071575**50, rel=1e-5)
    assert (ten_times["name"], ten_times["numbers"]["layers"]) == ("returns", 18)
    assert [round(q) for q in steps[:4]] == [100, 57, 33, 19]
    assert dropped["name"] == "exchanged"  # as without dropout at tau = 2
    assert gain == pytest.approx(0.041, abs=5e-4)
