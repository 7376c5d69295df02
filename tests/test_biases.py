"""Biases that can be worked out by hand, or by PyTorch: the techniques must set exactly those."""

import copy
import math
from collections import Counter
from typing import TypeVar, get_type_hints

import numpy as np
import pytest
import torch
from explorables import placeholders, states, words
from torch import nn
from torch.nn import functional as F  # noqa: N812
from torch.nn.utils.parametrize import register_parametrization

from snippets.biases import _lstm, _one_input, _rare, agreement
from snippets.biases import _networks as networks
from snippets.biases.forget_bias_ import forget_bias_
from snippets.biases.log_prior_bias_ import log_prior_bias_
from snippets.laboratory.digits import splits
from snippets.laboratory.ensembles import Ensemble
from snippets.laboratory.javascript import loaded
from snippets.laboratory.seeding import generators

SEEDS = range(3)


# log_prior_bias_


def assert_is_the_best_constant(bias, loss):
    """Cross-entropy is convex in the logits, so where its gradient is 0 it is least."""
    bias = bias.clone().requires_grad_()
    loss(bias).backward()
    torch.testing.assert_close(bias.grad, torch.zeros_like(bias), atol=1e-12, rtol=0)


def test_softmax_bias_is_the_best_constant_prediction():
    labels = torch.tensor([0] * 2 + [1] * 5 + [2] * 13)
    bias = log_prior_bias_(torch.zeros(3).double(), labels.bincount(), output="softmax")
    assert_is_the_best_constant(
        bias, lambda z: F.cross_entropy(z.expand(20, 3), labels)
    )
    torch.testing.assert_close(bias.exp().sum().item(), 1.0)


def test_softmax_bias_knows_the_weights_of_the_loss():
    labels, weight = torch.tensor([0] * 2 + [1] * 5 + [2] * 13), [4.0, 0.5, 1.0]
    bias = log_prior_bias_(
        torch.zeros(3).double(), labels.bincount(), output="softmax", weight=weight
    )
    assert_is_the_best_constant(
        bias,
        lambda z: F.cross_entropy(
            z.expand(20, 3), labels, torch.tensor(weight).double()
        ),
    )
    torch.testing.assert_close(bias.exp().sum().item(), 1.0)


@pytest.mark.parametrize("weight", [1.0, 7.0])
@pytest.mark.parametrize("by_sums", [False, True])  # of weights, and of all examples
def test_sigmoid_bias_is_the_best_constant_prediction(weight, by_sums):
    for positives in (1, 10, 18):
        labels = (torch.arange(20) < positives).double()
        options = {"counts": [positives], "total": 20, "weight": [weight]}
        if by_sums:
            seen = weight * positives
            options = {"counts": [seen], "total": seen + 20 - positives}
        bias = log_prior_bias_(torch.zeros(1).double(), output="sigmoid", **options)
        assert_is_the_best_constant(
            bias,
            lambda z, labels=labels: F.binary_cross_entropy_with_logits(
                z.expand(20), labels, pos_weight=torch.tensor(weight)
            ),
        )


def test_one_weight_is_that_of_every_label():
    one, each = (
        log_prior_bias_(torch.zeros(2), [1, 3], output="sigmoid", total=9, weight=w)
        for w in (2.0, [2.0, 2.0])
    )
    assert torch.equal(one, each)


def test_a_pos_weight_that_balances_leaves_no_prior():
    positives = torch.tensor([10.0, 50.0, 200.0])
    balance = (1000 - positives) / positives
    bias = log_prior_bias_(
        torch.ones(3), positives, output="sigmoid", total=1000, weight=balance
    )
    torch.testing.assert_close(bias, torch.zeros(3))


def test_a_total_of_each_label_counts_what_is_labeled():
    # The second label is known of half of the examples.
    bias = log_prior_bias_(torch.zeros(2), [10, 10], output="sigmoid", total=[100, 50])
    torch.testing.assert_close(bias.sigmoid(), torch.tensor([0.1, 0.2]))
    with pytest.raises(ValueError, match=r"total = 50, got 60 for label 1"):
        log_prior_bias_(torch.zeros(2), [10, 60], output="sigmoid", total=[100, 50])


def test_shares_do_as_well_as_counts():
    counts = torch.tensor([3, 50, 947])
    for output, total, one in (("softmax", None, None), ("sigmoid", 1000, 1)):
        torch.testing.assert_close(
            log_prior_bias_(torch.zeros(3), counts, output=output, total=total),
            log_prior_bias_(torch.zeros(3), counts / 1000, output=output, total=one),
        )


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32])
def test_a_parameter_is_changed_in_place_in_its_own_precision(dtype):
    layer = nn.Linear(5, 2, dtype=dtype)
    before = layer.weight.clone()
    result = log_prior_bias_(
        layer.bias, torch.tensor([1, 10**6]), output="sigmoid", total=2 * 10**6
    )
    assert result is layer.bias
    assert layer.bias.requires_grad
    assert layer.bias.grad_fn is None
    assert torch.equal(layer.weight, before)
    # Rounded once, from float64: half a unit in the last place, and no more.
    expected = torch.tensor([-math.log(2e6 - 1), 0], dtype=torch.float64)
    half = torch.finfo(dtype).eps / 2
    found = layer.bias.detach().double()
    torch.testing.assert_close(found, expected, rtol=half + 1e-12, atol=1e-12)


def test_two_softmax_labels_and_one_sigmoid_are_the_same_model():
    two = log_prior_bias_(torch.zeros(2), torch.tensor([30, 10]), output="softmax")
    one = log_prior_bias_(
        torch.zeros(1), torch.tensor([10]), output="sigmoid", total=40
    )
    torch.testing.assert_close(two.softmax(0)[1:], one.sigmoid())


def test_softmax_frequencies_on_sigmoids_are_wrong_where_labels_are_frequent():
    shares = torch.tensor([0.9, 0.5, 0.01])
    wrong = log_prior_bias_(torch.zeros(3), shares, output="softmax")
    right = log_prior_bias_(torch.zeros(3), shares, output="sigmoid", total=1)
    torch.testing.assert_close(right.sigmoid(), shares)
    total = shares.sum()
    torch.testing.assert_close(wrong.sigmoid(), shares / (shares + total))


def prior(bias=None, counts=(1, 2), output="softmax", total=None):
    bias = torch.zeros(len(counts)) if bias is None else bias
    return log_prior_bias_(bias, torch.tensor(counts), output=output, total=total)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"counts": (3, 0)},
            r"strictly between 0 and infinity, got 0 for label 1; if these are counts, "
            r"add a pseudo-count: counts \+ 1; if shares, move this one away from the "
            r"end, by 1/\(2 \* examples\)$",
        ),
        (
            {"counts": (0, 3), "output": "sigmoid", "total": 9},
            r"between 0 and total = 9, got 0 for label 0; .*: counts \+ 1 and total \+ 2; ",
        ),
        (
            {"counts": (9, 3), "output": "sigmoid", "total": 9},
            r"between 0 and total = 9, got 9 for label 0; .*: counts \+ 1 and total \+ 2; ",
        ),
        (
            {"counts": (1.0, 0.3), "output": "sigmoid", "total": 1},
            "got 1 for label 0; .*; if shares, move this one away from the end",
        ),
        # Where a pseudo-count does not help, none is offered.
        (
            {"counts": (10, 3), "output": "sigmoid", "total": 9},
            r"got 10 for label 0; is total the number of examples\?$",
        ),
        ({"counts": (-1, 3), "output": "sigmoid", "total": 9}, "got -1 for label 0$"),
        ({"counts": (3, -1)}, "got -1 for label 1$"),
        ({"counts": (3, math.nan)}, "got nan for label 1$"),
        ({"counts": (math.inf, 3.0)}, "got inf for label 0$"),
        (
            {"output": "sigmoid", "total": math.nan},
            "total must be finite and > 0, got nan",
        ),
        ({"output": "sigmoid", "total": 0}, "total must be finite and > 0, got 0"),
        ({"output": "sigmoid"}, "output='sigmoid' needs total, the number of examples"),
        ({"total": 3}, "got 2 and total=3; did you mean 'sigmoid'"),
        ({"counts": (3,)}, "got 1 and total=None; did you mean 'sigmoid'"),
        ({"output": "tanh"}, "output must be 'sigmoid' or 'softmax', got 'tanh'"),
        ({"bias": torch.zeros(3)}, r"got shapes \(2,\) and \(3,\)"),
        ({"bias": torch.zeros(2, 1)}, r"shape \(labels,\), got \(2, 1\)"),
        ({"bias": torch.zeros(2).long()}, r"floating-point tensor.* torch\.int64"),
    ],
)
def test_log_prior_errors_come_before_any_change(arguments, message):
    bias = arguments.get("bias", torch.zeros(len(arguments.get("counts", (1, 2)))))
    with pytest.raises(ValueError, match=message):
        prior(**{**arguments, "bias": bias})
    assert not bias.any()


@pytest.mark.parametrize(
    "counts", [Counter("aab"), {"a": 2, "b": 1}, ["2", "1"], {2, 1}, None]
)
def test_counts_that_are_no_numbers_in_order_are_refused(counts):
    bias = torch.zeros(2)
    name = type(counts).__name__
    with pytest.raises(ValueError, match=f"in the order of the labels, got {name}"):
        log_prior_bias_(bias, counts, output="softmax")
    assert not bias.any()


@pytest.mark.parametrize(
    ("weight", "message"),
    [
        ([1.0, 0.0], r"weight must be finite and > 0, got 0\.0"),
        ([2.0] * 3, r"weight must have one entry per bias, got shapes \(3,\) and"),
        ({"a": 1}, "weight must be a tensor, list or array .*, got dict"),
    ],
)
def test_weights_that_no_loss_could_have_are_refused(weight, message):
    bias = torch.zeros(2)
    with pytest.raises(ValueError, match=message):
        log_prior_bias_(bias, [1, 2], output="softmax", weight=weight)
    assert not bias.any()


def test_a_layer_without_bias_is_named():
    layer = nn.Linear(3, 2, bias=False)
    with pytest.raises(ValueError, match=r"got NoneType: .* made with bias=True"):
        log_prior_bias_(layer.bias, torch.tensor([1, 2]), output="softmax")


def test_a_layer_in_place_of_its_bias_is_named():
    with pytest.raises(ValueError, match=r"got Linear: pass layer\.bias of a layer"):
        log_prior_bias_(nn.Linear(3, 2), torch.tensor([1, 2]), output="softmax")


@pytest.mark.parametrize("counts", [[1, 3], (0.25, 0.75), np.array([1, 3])])
def test_counts_need_not_be_a_tensor(counts):
    bias = log_prior_bias_(torch.zeros(2), counts, output="softmax")
    torch.testing.assert_close(bias.exp(), torch.tensor([0.25, 0.75]))


def test_counts_reach_the_cpu_before_they_become_float64():
    class OnMps(torch.Tensor):  # where float64 does not exist
        def cpu(self):
            return self.as_subclass(torch.Tensor)

        def double(self):
            raise TypeError("MPS has no float64")

    counts = torch.tensor([1, 3]).as_subclass(OnMps)
    bias = log_prior_bias_(torch.zeros(2), counts, output="softmax")
    torch.testing.assert_close(bias.exp(), torch.tensor([0.25, 0.75]))


# forget_bias_


def forget_gates(lstm, suffix):
    """What the two biases of a layer and direction add up to, gate by gate."""
    total = getattr(lstm, f"bias_ih{suffix}") + getattr(lstm, f"bias_hh{suffix}")
    return total.detach().chunk(4)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"num_layers": 3},
        {"bidirectional": True},
        {"num_layers": 2, "bidirectional": True, "proj_size": 2},
        {"batch_first": True, "dtype": torch.float64},
    ],
)
def test_every_layer_and_direction_has_its_forget_bias_and_nothing_else(options):
    lstm = nn.LSTM(3, 5, **options)
    before = copy.deepcopy(lstm)
    assert forget_bias_(lstm, 2.5) is lstm
    ends = ["", "_reverse"] if options.get("bidirectional") else [""]
    suffixes = [f"_l{i}{e}" for i in range(options.get("num_layers", 1)) for e in ends]
    assert len(list(lstm.parameters())) == len(suffixes) * (
        5 if "proj_size" in options else 4
    )
    for suffix in suffixes:
        now, then = forget_gates(lstm, suffix), forget_gates(before, suffix)
        assert (now[1] == 2.5).all()
        for gate in (0, 2, 3):
            assert torch.equal(now[gate], then[gate])
    for name, parameter in lstm.named_parameters():
        assert parameter.requires_grad
        if name.startswith("weight"):
            assert torch.equal(parameter, before.get_parameter(name))


def test_type_checkers_get_back_the_type_that_they_gave():
    hints = get_type_hints(forget_bias_)
    assert isinstance(hints["return"], TypeVar)
    assert hints["lstm"] is hints["return"]


@pytest.mark.parametrize("value", [-2.0, 0.0, 3.0])
def test_an_empty_cell_keeps_the_sigmoid_of_the_value_a_step(value):
    """A cell with all weights 0 and no input only forgets: PyTorch itself says which part is the gate."""
    for lstm in (nn.LSTM(3, 4), nn.LSTMCell(3, 4)):
        for parameter in lstm.parameters():
            nn.init.zeros_(parameter)
        forget_bias_(lstm, value)
        h, c = torch.zeros(1, 4), torch.tensor([[1.0, -2.0, 3.0, 4.0]])
        if isinstance(lstm, nn.LSTM):
            _, (_, now) = lstm(torch.zeros(7, 1, 3), (h[None], c[None]))
            steps = 7
        else:
            _, now = lstm(torch.zeros(1, 3), (h, c))
            steps = 1
        kept = (1 / (1 + math.exp(-value))) ** steps
        torch.testing.assert_close(now.view(1, 4), kept * c)


@pytest.mark.parametrize("t", [2, 20, 200])
def test_opposite_biases_make_the_cell_a_running_mean(t):
    """An empty cell that is given tanh(3) each step: c becomes c + (tanh(3) - c) / t."""
    lstm = nn.LSTMCell(3, 4)
    for parameter in lstm.parameters():
        nn.init.zeros_(parameter)
    nn.init.constant_(lstm.bias_ih[8:12], 3.0)
    forget_bias_(lstm, math.log(t - 1), input_value=-math.log(t - 1))
    c = torch.tensor([[1.0, -2.0, 0.0, 0.5]])
    _, now = lstm(torch.zeros(1, 3), (torch.zeros(1, 4), c))
    torch.testing.assert_close(now, c + (math.tanh(3) - c) / t)


def test_input_gates_are_left_alone_unless_asked_for():
    torch.manual_seed(0)
    lstm = nn.LSTM(3, 4, num_layers=2)
    before = copy.deepcopy(lstm.state_dict())
    forget_bias_(lstm, 2.0)
    assert all(torch.equal(p[:4], before[n][:4]) for n, p in lstm.named_parameters())
    forget_bias_(lstm, 2.0, input_value=-2.0)
    for layer in ("l0", "l1"):
        both = getattr(lstm, f"bias_ih_{layer}"), getattr(lstm, f"bias_hh_{layer}")
        assert (sum(both)[:4] == -2).all()
        assert (sum(both)[4:8] == 2).all()
        assert torch.equal(both[0][8:], before[f"bias_ih_{layer}"][8:])


def test_a_memory_of_ln_t_minus_one_lasts_t_steps():
    for t in (2, 4, 20, 1000):
        gate = 1 / (1 + math.exp(-math.log(t - 1)))
        assert sum(gate**k for k in range(100 * t)) == pytest.approx(t)


@pytest.mark.parametrize("other", [nn.GRU(3, 4), nn.RNN(3, 4), nn.Linear(3, 4)])
def test_other_layers_are_refused(other):
    with pytest.raises(
        ValueError, match=f"nn.LSTM or nn.LSTMCell, got {type(other).__name__}"
    ):
        forget_bias_(other, 1.0)


@pytest.mark.parametrize("lstm", [nn.LSTM(3, 4, bias=False), nn.LSTMCell(3, 4, False)])
def test_an_lstm_without_biases_is_refused(lstm):
    with pytest.raises(ValueError, match="made with bias=False"):
        forget_bias_(lstm, 1.0)


def test_parametrized_biases_are_refused_before_any_change():
    lstm = nn.LSTM(3, 4, num_layers=2, bidirectional=True)
    register_parametrization(lstm, "bias_ih_l1", nn.Identity())
    before = copy.deepcopy(lstm.state_dict())
    with pytest.raises(ValueError, match="must have 8 biases as plain parameters, got"):
        forget_bias_(lstm, 1.0)
    assert all(torch.equal(v, before[k]) for k, v in lstm.state_dict().items())


def test_parametrized_weights_do_not_matter():
    lstm = nn.LSTM(3, 4)
    register_parametrization(lstm, "weight_hh_l0", nn.Identity())
    forget_bias_(lstm, 1.5)
    assert (forget_gates(lstm, "_l0")[1] == 1.5).all()


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_value_that_is_not_finite_is_refused(value):
    lstm = nn.LSTM(3, 4)
    before = copy.deepcopy(lstm.state_dict())
    with pytest.raises(ValueError, match=f"^value must be finite, got {value}"):
        forget_bias_(lstm, value)
    with pytest.raises(ValueError, match=f"^input_value must be finite, got {value}"):
        forget_bias_(lstm, 1.0, input_value=value)
    assert all(torch.equal(v, before[k]) for k, v in lstm.state_dict().items())


# what the experiment is made of


def test_zero_biases_leave_a_network_of_one_input_a_single_bend():
    """f(cx) = c f(x): two half lines, and least squares knows the best of them."""
    left = _one_input.unexplained("frozen", SEEDS, farthest=1.5)
    x = torch.linspace(-1.5, 1.5, 100_001).double()
    lines = torch.stack([x, x.abs(), torch.ones_like(x)], 1)
    target = torch.sin(4 * x)[:, None]
    missed = target - lines @ torch.linalg.lstsq(lines, target).solution
    best = (missed.var() / target.var()).item()
    torch.testing.assert_close(left, torch.full_like(left, best), atol=5e-3, rtol=0)


def test_longer_sequences_show_the_symbol_first_and_noise_after_it():
    x, y = _lstm.sequences(generators(SEEDS, "test"), 50, steps=60)
    assert x.shape == (3, 60, 50, _lstm.SYMBOLS)
    shown = F.one_hot(y, _lstm.SYMBOLS)
    assert (x[:, 0] - shown).std().item() == pytest.approx(_lstm.NOISE, rel=0.1)
    assert x[:, 1:].std().item() == pytest.approx(_lstm.NOISE, rel=0.02)


def test_default_biases_are_those_of_nn_linear():
    """Same range; a test of the distribution against PyTorch's own draws."""
    found = networks.initial_biases("default", range(50))
    for n, m, b in zip((64, 100), (100, 100), found[:2], strict=True):
        own = torch.stack([nn.Linear(n, m).bias.detach() for _ in range(50)])
        assert b.shape == (50, 1, m)
        assert b.abs().max() <= 1 / math.sqrt(n)
        assert b.abs().max() == pytest.approx(own.abs().max().item(), rel=0.01)
        assert b.std().item() == pytest.approx(own.std().item(), rel=0.05)
    assert found[0].std().item() == pytest.approx(1 / math.sqrt(3 * 64), rel=0.05)


def test_constant_biases_are_constant_and_the_output_bias_is_zero():
    for name, value in {"zero": 0, "frozen": 0, "tenth": 0.1, "minus_one": -1}.items():
        *hidden, output = networks.initial_biases(name, SEEDS)
        assert all((b == value).all() for b in hidden)
        assert output.shape == (3, 1, 10)
        assert not output.any()


def test_weighted_test_loss_is_the_mean_over_a_set_with_that_prior():
    """One eight and 99 others are such a set; doubling the eights must change nothing."""
    x = torch.randn(1, 100, 64, generator=torch.Generator().manual_seed(0))
    eights = torch.zeros(1, 100, dtype=torch.bool)
    eights[0, 0] = True
    nets = Ensemble(
        networks.he_weights(range(1), 1), networks.initial_biases("he", range(1), 1)
    )
    plain = F.binary_cross_entropy_with_logits(nets.logits(x)[..., 0], eights.float())
    torch.testing.assert_close(_rare.losses(nets, x, eights).float(), plain[None])
    twice = torch.cat([x[:, :1], x], 1), torch.cat([eights[:, :1], eights], 1)
    torch.testing.assert_close(_rare.losses(nets, *twice).float(), plain[None])


def test_rare_labels_come_with_their_prior_and_their_images():
    eights = splits(SEEDS).train_y == _rare.RARE
    streams = generators(SEEDS, "test")
    found = [_rare.draw(streams, eights) for _ in range(200)]
    index, labels = (torch.cat(parts, 1) for parts in zip(*found, strict=True))
    assert torch.equal(eights.gather(1, index), labels.bool())
    n = labels.numel()
    assert labels.mean().item() == pytest.approx(
        _rare.PRIOR, abs=4 * math.sqrt(_rare.PRIOR / n)
    )
    for run in range(3):  # drawing from all images leaves out next to none
        others = index[run][labels[run] == 0].unique()
        assert len(others) >= int((~eights[run]).sum()) - 3


def test_networks_of_the_recall_task_are_those_of_pytorch():
    seeds = range(4, 7)
    nets = _lstm.Recall(seeds, 1.5)
    x, y = _lstm.sequences(generators(seeds, "test"), 6)
    assert x.shape == (3, _lstm.STEPS, 6, _lstm.SYMBOLS)
    logits = nets.logits(x)
    for run in range(3):
        lstm = nn.LSTM(_lstm.SYMBOLS, _lstm.UNITS)
        head = nn.Linear(_lstm.UNITS, _lstm.SYMBOLS)
        own = [*lstm.parameters(), *head.parameters()]
        for parameter, stacked in zip(own, nets.parameters, strict=True):
            one = stacked[run].T if parameter.ndim == 2 else stacked[run, 0]
            parameter.data.copy_(one)
        torch.testing.assert_close(head(lstm(x[run])[0][-1]), logits[run])
        gate = (lstm.bias_ih_l0 + lstm.bias_hh_l0)[_lstm.UNITS : 2 * _lstm.UNITS]
        assert (gate == 1.5).all()
    assert torch.equal(x[:, 0].argmax(-1), y)  # noise never hides the symbol here


def test_arms_of_the_recall_task_differ_in_the_forget_bias_only():
    default, three = _lstm.Recall(SEEDS, None), _lstm.Recall(SEEDS, 3.0)
    forget = slice(_lstm.UNITS, 2 * _lstm.UNITS)
    for i, (a, b) in enumerate(zip(default.parameters, three.parameters, strict=True)):
        if i in (2, 3):
            a[..., forget], b[..., forget] = 0, 0
        assert torch.equal(a, b)
    assert not torch.equal(default.parameters[0][0], default.parameters[0][1])


def test_making_networks_leaves_the_global_generator():
    torch.manual_seed(3)
    before = torch.get_rng_state()
    _lstm.Recall(SEEDS, None)
    assert torch.equal(torch.get_rng_state(), before)


# The explorable

NAMES = {"rare", "common", "balanced", "lost", "little", "arrives", "grows"}
BOUNDS = {
    "lost": (0, 1e-3),
    "little": (1e-3, 0.1),
    "arrives": (0.1, 1),
    "grows": (1, math.inf),
}


@pytest.fixture(scope="module")
def found():
    """States of the explorable, and what it finds of each: of the output bias, and of the forget bias."""
    with loaded(agreement.FILES) as call:
        return [
            (state, *call("biases.finding", state)) for state in states("biases", 200)
        ]


def test_explorable_has_a_sentence_for_each_finding(found):
    said = [words("biases", language) for language in ("zh", "en")]
    assert {about["name"] for _, *both in found for about in both} == NAMES
    for _, *both in found:
        for about in both:
            told = about["numbers"]
            assert all(placeholders(w[about["name"]]) <= told.keys() for w in said)
            assert all(map(math.isfinite, told.values()))


def test_explorable_tells_the_truth_of_an_output_bias(found):
    prior = torch.tensor([state["prior"] for state, *_ in found], dtype=torch.float64)
    lr = torch.tensor([state["lr"] for state, *_ in found], dtype=torch.float64)
    bias, least = torch.zeros_like(prior), F.binary_cross_entropy(prior, prior, reduction="none")  # fmt: skip
    mean, square = bias.clone(), bias.clone()
    first = torch.full_like(prior, 1000)  # steps of Adam until within a hundredth
    for k in range(1000):
        loss = F.binary_cross_entropy_with_logits(bias, prior, reduction="none")
        first[(loss <= 1.01 * least) & (first == 1000)] = k
        gradient = bias.sigmoid() - prior
        mean, square = mean.lerp(gradient, 0.1), square.lerp(gradient**2, 0.001)
        size = (square / (1 - 0.999 ** (k + 1))).sqrt() + 1e-8
        bias = bias - lr * mean / (1 - 0.9 ** (k + 1)) / size
    for (state, about, _), steps in zip(found, first.tolist(), strict=True):
        name, numbers = about["name"], about["numbers"]
        assert min(numbers["steps"], 1000) == steps
        assert (name == "balanced") == (steps == 0)
        assert {"rare": state["prior"] < 0.5, "common": state["prior"] > 0.5}.get(
            name, True
        )
        assert math.isclose(numbers["percent"], 100 * state["prior"])
        odds = torch.tensor(state["prior"], dtype=torch.float64).logit().item()
        assert math.isclose(numbers["bias"], odds, abs_tol=1e-12)


def test_explorable_tells_the_truth_of_a_forget_bias(found):
    """By PyTorch’s LSTM, in a few of the states for each sentence."""
    seen = Counter()
    for state, _, about in found:
        name, numbers = about["name"], about["numbers"]
        kept = torch.tensor(state["forget"], dtype=torch.float64).sigmoid().item()
        assert math.isclose(numbers["kept"], 100 * kept)
        assert math.isclose(kept ** numbers["half"], 0.5)
        assert math.isclose(1 + math.exp(numbers["rule"]), state["steps"])
        assert numbers["before"] + 1 == numbers["steps"] == state["steps"]
        low, high = BOUNDS[name]
        assert low <= float(f"{numbers['reach']:.3g}") <= high
        seen[name] += 1
        if seen[name] <= 6:
            share = agreement._profile(
                *(state[k] for k in ("forget", "steps", "seed"))
            )[0]
            assert math.isclose(numbers["reach"], share, rel_tol=1e-9)


def test_explorable_knows_what_the_page_works_out_by_hand():
    with loaded(agreement.FILES) as call:
        assert round(call("biases.logOdds", 0.01), 3) == -4.595
        assert round(call("biases.loss", 0.01, 0), 3) == 0.693
        assert round(call("biases.loss", 0.01, -math.log(99)), 3) == 0.056
        for bias, left in ((0, 9.5e-7), (1, 0.0019), (3, 0.38)):
            assert float(f"{call('biases.alone', bias, 21):.2g}") == left
        lost, little, arrives = (
            call("biases.reach", 1, b, 20)[0] for b in (0, 1, 3)
        )  # as in the evidence
        assert lost < 1e-3 < 0.01 < little < 0.05 < 0.1 < arrives
