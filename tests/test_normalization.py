"""The statistics that `settle_batch_norm_` takes, beside PyTorch's own and what normalization must leave."""

import math

import pytest
import torch
from explorables import placeholders, states, words
from torch import nn
from torch.optim.swa_utils import update_bn

from snippets.laboratory.javascript import loaded
from snippets.normalization.agreement import FILES, STEPS, Setting, _run
from snippets.normalization.experiment import _dropout_ratio
from snippets.normalization.settle_batch_norm_ import settle_batch_norm_

# settle_batch_norm_


def numbers(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def small(norm, **options):
    """A net with two normalizations, dropout before the second, in training mode."""
    torch.manual_seed(0)
    first = nn.Sequential(nn.Linear(6, 5), norm(5, **options), nn.ReLU())
    return nn.Sequential(
        first, nn.Dropout(0.5), nn.Linear(5, 4), norm(4, **options), nn.Linear(4, 2)
    )


@pytest.mark.parametrize("options", [{}, {"momentum": None}, {"affine": False}])
@pytest.mark.parametrize("norm", [nn.BatchNorm1d, nn.SyncBatchNorm])
def test_what_is_normalized_has_mean_0_and_variance_1_in_evaluation(norm, options):
    model, x = small(norm, **options), 3 * numbers(400, 6) + 7
    assert list(settle_batch_norm_(model, x)) == ["0.1", "3"]
    seen = []
    for layer in (model[0][1], model[3]):
        layer.register_forward_hook(lambda *call: seen.append(call[2].detach()))
    model.eval()(x)
    for y in seen:
        torch.testing.assert_close(
            y.mean(0), torch.zeros(y.shape[1]), atol=1e-5, rtol=0
        )
        torch.testing.assert_close(y.var(0), torch.ones(y.shape[1]), atol=1e-3, rtol=0)


@pytest.mark.parametrize(
    ("norm", "shape"),
    [
        (nn.BatchNorm1d, (50, 3)),
        (nn.BatchNorm1d, (50, 3, 4)),
        (nn.BatchNorm2d, (20, 3, 4, 5)),
        (nn.BatchNorm3d, (10, 3, 2, 4, 5)),
    ],
)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_one_layer_gets_what_pytorch_takes_in_training(norm, shape, dtype):
    x = (2 * numbers(*shape) - 1).to(dtype)
    ours, theirs = norm(3, dtype=dtype), norm(3, dtype=dtype)
    settle_batch_norm_(ours, x)
    update_bn([x], theirs)
    torch.testing.assert_close(ours.running_mean, theirs.running_mean)
    torch.testing.assert_close(ours.running_var, theirs.running_var)


def test_half_precision_keeps_its_statistics_in_float32():
    model = nn.Sequential(nn.Linear(6, 5), nn.BatchNorm1d(5)).to(torch.bfloat16)
    model[1].float()
    x = (numbers(3000, 6) + 4).to(torch.bfloat16)
    settle_batch_norm_(model, x)
    seen = model[0](x).double()
    torch.testing.assert_close(
        model[1].running_mean.double(), seen.mean(0), atol=1e-4, rtol=0
    )
    torch.testing.assert_close(
        model[1].running_var.double(), seen.var(0), atol=0, rtol=1e-4
    )


def test_an_affine_change_of_the_inputs_is_undone():
    model, x = small(nn.BatchNorm1d), numbers(300, 6)
    settle_batch_norm_(model, x)
    before = model.eval()(x)
    settle_batch_norm_(model, 3 * x + 2)
    # Epsilon weighs less beside a larger variance.
    torch.testing.assert_close(model.eval()(3 * x + 2), before, atol=1e-3, rtol=1e-3)


def test_nothing_else_changes():
    model, x = small(nn.BatchNorm1d), numbers(300, 6)
    model[0].eval()
    modes = [module.training for module in model.modules()]
    kept = {k: v.clone() for k, v in model.state_dict().items() if "running" not in k}
    random = torch.get_rng_state()
    settle_batch_norm_(model, x)
    assert [module.training for module in model.modules()] == modes
    assert all(torch.equal(model.state_dict()[k], v) for k, v in kept.items())
    assert torch.equal(torch.get_rng_state(), random)  # dropout was off
    assert not any(module._forward_pre_hooks for module in model.modules())
    assert all(p.requires_grad and p.grad is None for p in model.parameters())


def test_it_says_how_far_means_have_moved():
    model = nn.Sequential(nn.BatchNorm1d(2, eps=0.0))
    model[0].running_var.copy_(torch.tensor([4.0, 9.0]))
    x = torch.tensor([[6.0, 12.0], [6.0, 12.0]])  # 3 and 4 old deviations away from 0
    assert settle_batch_norm_(model, x)["0"] == pytest.approx(math.sqrt(12.5))
    assert settle_batch_norm_(nn.BatchNorm1d(2), numbers(9, 2)).keys() == {""}


def test_several_inputs_and_layers_that_are_not_reached():
    class Sum(nn.Module):
        def __init__(self):
            super().__init__()
            self.used, self.unused = nn.BatchNorm1d(3), nn.BatchNorm1d(3)

        def forward(self, a, b):
            return self.used(input=a + b)

    model = Sum()
    a, b = numbers(40, 3), numbers(40, 3, seed=1)
    assert settle_batch_norm_(model, a, b).keys() == {"used"}
    torch.testing.assert_close(model.used.running_mean, (a + b).mean(0))
    assert torch.equal(model.unused.running_mean, torch.zeros(3))


twice = nn.BatchNorm1d(6)


@pytest.mark.parametrize(
    ("model", "x", "message"),
    [
        (nn.Linear(6, 2), numbers(9, 6), "must call a batch normalization layer"),
        (nn.BatchNorm1d(6, track_running_stats=False), numbers(9, 6), "must call a batch"),
        (nn.Sequential(twice, nn.ReLU(), twice), numbers(9, 6), "'0' is called twice"),
        (small(nn.BatchNorm1d), numbers(1, 6), r"'0\.1' sees one value a channel"),
        (small(nn.BatchNorm1d), numbers(9, 6) / 0, r"inputs of '0\.1' must have finite"),
        (small(nn.BatchNorm1d), numbers(9, 5), "cannot be multiplied"),
    ],
)  # fmt: skip
def test_where_it_fails_it_changes_nothing(model, x, message):
    before = {k: v.clone() for k, v in model.state_dict().items()}
    with pytest.raises((ValueError, RuntimeError), match=message):
        settle_batch_norm_(model, x)
    assert model.training
    assert all(torch.equal(v, before[k]) for k, v in model.state_dict().items())
    assert not any(module._forward_pre_hooks for module in model.modules())


# the formula of the page


@pytest.mark.parametrize("p", [0.1, 0.5])
def test_dropout_adds_what_the_formula_says(p):
    x = numbers(400_000).relu().double()
    kept = torch.rand(len(x), generator=torch.Generator().manual_seed(1)) >= p
    found = (x * kept / (1 - p)).var() / x.var()
    assert float(found) == pytest.approx(_dropout_ratio(p), rel=0.02)


# the explorable


def is_so(name, state, numbers):
    """Whether a sentence is true of a state, as PyTorch computes it."""
    found = _run(Setting(**state))
    late = [y for y in found["training"][STEPS // 2 :] if not math.isnan(y)]
    evaluation, truth = found["evaluation"][-1], 1 / math.sqrt(1.25)
    evaluated = found["evaluation"][STEPS // 2 :]
    near = [abs(y - truth) <= 0.25 for y in evaluated]
    expected = {
        "low": min(late),
        "high": max(late),
        "average": math.fsum(late) / len(late),
        "evaluation": evaluation,
        "lowest": min(evaluated[10:]),
        "highest": max(evaluated[10:]),
        "truth": truth,
        "mean": found["means"][-1],
        "center": state["shift"],
        "peak": evaluated[0],
        "back": near.index(True) if any(near) else -1,
    }
    strayed = abs(found["means"][-1] - state["shift"]) > 0.25
    jump = evaluated[0] - found["evaluation"][STEPS // 2 - 1]
    steady = max(evaluated[10:]) - min(evaluated[10:]) <= 0.5
    off = abs(evaluation - truth)
    true = {
        "pair": state["n"] == 2 and 0.9 < max(map(abs, late)) <= 1,
        # A class has variance 1/4 and all examples 5/4.
        "sorted": state["sorted"] and found["variances"][-1] < 1.25 and not strayed,
        "strayed": state["sorted"] and found["variances"][-1] < 1.25 and strayed,
        "stale": off > 0.25,
        "jumped": state["shift"] > 0 and jump > 0.25 and not near[0] and near[-1],
        "shaky": not steady,
        "noisy": max(late) - min(late) > 0.5 and steady,
        "close": max(late) - min(late) <= 0.5 and off <= 0.25 and steady,
    }
    return true[name] and numbers == pytest.approx(expected, abs=1e-4)


def test_what_the_explorable_says_is_so():
    said = [words("normalization", language) for language in ("zh", "en")]
    seen = set()
    with loaded(FILES) as call:
        for state in states("normalization", 60):
            name, found = call("normalization.finding", state).values()
            seen.add(name)
            assert all(placeholders(w[name]) <= found.keys() for w in said)
            assert is_so(name, state, found), (name, state, found)
    assert seen == {
        "pair", "sorted", "strayed", "stale", "jumped", "shaky", "noisy", "close",
    }  # fmt: skip
