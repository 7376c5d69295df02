"""Samples are compared with the enumeration of all masks, what must stay with what was before."""

import itertools
import math
from functools import cache, partial

import pytest
import torch
from explorables import placeholders, states, words
from sklearn.metrics import roc_auc_score
from torch import nn

from snippets.dropout import _page, agreement
from snippets.dropout import _scores as scores
from snippets.dropout._members import MEMBERS, first_members, joint_logits
from snippets.dropout._networks import AsModule, initial_networks, sample_probabilities
from snippets.dropout._steps import BATCH, POLL, first_below, steps_to
from snippets.dropout._training import HeldOut
from snippets.dropout.mc_dropout import mc_dropout
from snippets.dropout.predictive_uncertainty import predictive_uncertainty
from snippets.laboratory.digits import Split
from snippets.laboratory.javascript import loaded

ROUNDING = 1e-9  # more than the variance that rounding makes of equal float32 numbers


def tiny(dtype=torch.float64):
    torch.manual_seed(3)
    hidden, out = nn.Linear(3, 4), nn.Linear(4, 3)
    with torch.no_grad():
        out.weight.mul_(4)
    return nn.Sequential(hidden, nn.ReLU(), nn.Dropout(0.5), out).to(dtype).eval()


def enumerated(model, x):
    """Probabilities under each of the 16 equally likely masks, shape (16, examples, classes)."""
    h = model[1](model[0](x))
    masks = torch.tensor(list(itertools.product((0.0, 2.0), repeat=4)), dtype=x.dtype)
    return model[3](h * masks[:, None]).softmax(-1)


def ask(model, x, samples, *, outputs="logits", **options):
    return predictive_uncertainty(
        mc_dropout(model, x, samples, **options), outputs=outputs
    )


def entropy(p):
    return -(p * p.log()).sum(-1)


@pytest.mark.parametrize("rows", [1, 7, 4096])
def test_samples_converge_to_the_enumeration_of_all_masks(rows):
    model, x = tiny(), torch.randn(5, 3, dtype=torch.float64)
    n = 40_000 if rows == 4096 else 400
    with torch.no_grad():
        p = enumerated(model, x)
    found = ask(model, x, n, seed=1, rows=rows)
    variance = p.var(0, correction=0)
    near = 5 * (variance / n).sqrt()
    assert ((found.mean - p.mean(0)).abs() <= near).all()
    spread = ((p - p.mean(0)) ** 2).var(0, correction=0)
    assert (
        (found.variance - variance).abs() <= 5 * (spread / n).sqrt() + 25 * variance / n
    ).all()
    assert torch.allclose(found.entropy, entropy(p.mean(0)), atol=0.05)
    assert torch.allclose(found.mutual_information, information(p), atol=0.05)


def information(p):
    """Mutual information of equally likely samples, the first dimension."""
    return entropy(p.mean(0)) - entropy(p).mean(0)


def test_mutual_information_is_too_low_by_one_part_in_t():
    model, x = tiny(), torch.randn(1, 3, dtype=torch.float64)
    with torch.no_grad():
        p = enumerated(model, x)[:, 0]
    for t, tolerance in ((2, 0.05), (4, 0.05)):
        groups = itertools.product(range(16), repeat=t)
        at_t = information(p[torch.tensor(list(groups)).T]).mean()
        low = (1 - 1 / t) * information(p)
        assert float(at_t) == pytest.approx(float(low), rel=tolerance)
        found = ask(model, x.expand(20_000, -1), t, seed=0).mutual_information
        near = 5 * found.std() / math.sqrt(20_000)
        assert abs(found.mean() - at_t) < near


def test_groups_are_joined_without_a_loss_of_digits():
    class Far(nn.Module):
        def __init__(self):
            super().__init__()
            self.dropout = nn.Dropout(0.5)

        def forward(self, x):
            return 1e6 + self.dropout(x)

    x = torch.full((2, 3), 1e-3, dtype=torch.float64)
    found = ask(Far(), x, 2000, seed=0, rows=8, outputs="values")
    assert torch.allclose(found.variance, torch.full_like(x, 1e-6), rtol=0.1)
    assert found.entropy is None


def test_log_loss_falls_with_every_sample():
    with torch.no_grad():
        p = enumerated(tiny(), torch.randn(1, 3, dtype=torch.float64))[:, 0, 0]
    losses = []
    for t in (1, 2, 3, 4):
        groups = torch.tensor(list(itertools.product(range(16), repeat=t)))
        losses.append(float(-p[groups].mean(1).log().mean()))
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] > -math.log(p.mean())


def test_brier_score_falls_to_its_limit_as_one_over_t():
    with torch.no_grad():
        p = enumerated(tiny(), torch.randn(6, 3, dtype=torch.float64))
    y = torch.tensor([0, 1, 2, 0, 1, 2])
    limit, variance = scores.brier(p.mean(0), y), p.var(0, correction=0).sum(-1).mean()
    one = torch.stack([scores.brier(q, y) for q in p]).mean()
    pairs = [scores.brier((a + b) / 2, y) for a in p for b in p]
    assert float(one) == pytest.approx(float(limit + variance))
    assert float(torch.stack(pairs).mean()) == pytest.approx(
        float(limit + variance / 2)
    )


def test_in_eval_outputs_are_those_without_the_modules_bit_for_bit():
    torch.manual_seed(0)
    layers = nn.Linear(64, 100), nn.ReLU(), nn.Linear(100, 10)
    net = nn.Sequential(*layers[:2], nn.Dropout(0.5), layers[2])
    without, x = nn.Sequential(*layers), torch.randn(1000, 64)
    assert not torch.equal(net(x), without(x))
    assert torch.equal(net.eval()(x), without(x))


KINDS = [
    (nn.Dropout, (4, 6)),
    (nn.Dropout1d, (4, 6, 5)),
    (nn.Dropout2d, (4, 6, 5, 5)),
    (nn.Dropout3d, (4, 6, 3, 3, 3)),
    (nn.AlphaDropout, (4, 6)),
    (nn.FeatureAlphaDropout, (4, 6, 5)),
]


@pytest.mark.parametrize(("kind", "shape"), KINDS)
def test_every_kind_of_dropout_is_switched_on_even_when_nested(kind, shape):
    model = nn.Sequential(nn.Identity(), nn.Sequential(nn.Sequential(kind(0.5))))
    x = torch.randn(shape)
    found = ask(model, x, 50, seed=0)
    assert (found.variance > ROUNDING).any()
    # Copies of one example get masks of their own.
    same = ask(model, x[:1].repeat(2, *[1] * (x.ndim - 1)), 2, seed=0)
    assert not torch.allclose(same.mean[0], same.mean[1])


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention = nn.MultiheadAttention(4, 2, dropout=0.5, batch_first=True)

    def forward(self, x):
        return self.attention(x, x, x)[0][:, 0]


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(4, 4, num_layers=2, dropout=0.5, batch_first=True)

    def forward(self, x):
        return self.rnn(x)[0][:, -1]


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.TransformerEncoderLayer(4, 2, 8, 0.5, batch_first=True)

    def forward(self, x):
        return self.layer(x)[:, 0]


@pytest.mark.parametrize("kind", [Attention, Recurrent, Encoder])
def test_dropout_inside_attention_recurrent_and_encoder_layers_is_on(kind):
    torch.manual_seed(0)
    found = ask(kind(), torch.randn(3, 5, 4), 20, seed=0)
    assert (found.variance > ROUNDING).all()


class SequenceFirst(nn.Module):
    """Dimension 0 is time, as in PyTorch unless batch_first=True."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer
        self.attends = isinstance(layer, nn.MultiheadAttention)

    def forward(self, x):
        return self.layer(*(3 if self.attends else 1) * [x])[0]


class Positions(nn.Module):
    """Rows share the mask of the positional embedding."""

    def __init__(self):
        super().__init__()
        self.positions = nn.Parameter(torch.randn(1, 5, 8))
        self.dropout, self.layer = nn.Dropout(0.5), nn.Linear(8, 3)

    def forward(self, x):
        return self.layer(x + self.dropout(self.positions)).mean(1)


@pytest.mark.parametrize("kind", ["attention", "recurrent", "positions"])
def test_with_rows_of_the_whole_input_each_pass_is_one_sample(kind):
    torch.manual_seed(0)
    model = {
        "attention": lambda: SequenceFirst(nn.MultiheadAttention(8, 2, dropout=0.3)),
        "recurrent": lambda: SequenceFirst(nn.LSTM(8, 8, 2, dropout=0.5)),
        "positions": Positions,
    }[kind]()
    x, n = torch.randn(3, 5, 8), 2000
    model.train()  # dropout is all that it switches on here
    with torch.no_grad():
        loop = torch.stack([model(x) for _ in range(n)])
    found = ask(model, x, n, seed=0, outputs="values", rows=len(x))
    variance = loop.var(0)
    near = 6 * (2 * variance / n).sqrt() + 1e-6
    assert ((found.mean - loop.mean(0)).abs() <= near).all()
    assert float(found.variance.mean() / variance.mean()) == pytest.approx(1, abs=0.1)


def test_rows_that_share_a_mask_are_refused_in_one_pass():
    x = torch.randn(3, 5, 8)
    raises("share a mask: pass rows=len", model=Positions(), x=x, samples=50)
    # Copies that are equal because nothing of the dropout gets through are no fault.
    silent = nn.Sequential(nn.Dropout(0.5), nn.Linear(8, 3))
    nn.init.zeros_(silent[1].weight)
    assert mc_dropout(silent, x[:, 0], 50, seed=0).var(0).max() < ROUNDING


class Everything(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Dropout(0.2, inplace=True)
        self.layer, self.norm = nn.Linear(4, 6), nn.BatchNorm1d(6)
        self.drop, self.last = nn.Dropout(0.5), nn.Linear(6, 3)
        self.fails = False
        self.calls = 0

    def forward(self, x):
        self.calls += 1
        assert not self.norm.training
        if self.fails and self.calls > 2:
            raise KeyboardInterrupt
        return self.last(self.drop(self.norm(self.layer(self.first(x)))))


@pytest.mark.parametrize("fails", [False, True])
def test_nothing_else_changes_even_when_interrupted(fails):
    model, x = Everything(), torch.randn(5, 4)
    model.fails = fails
    model.drop.eval()  # a mixture of modes
    model.norm.eval()
    model(x.clone()).sum().backward()
    modes = [m.training for m in model.modules()]
    tensors = {k: v.clone() for k, v in model.state_dict().items()}
    gradients = [p.grad.clone() for p in model.parameters()]
    kept, state, enabled = x.clone(), torch.get_rng_state(), torch.is_grad_enabled()
    model.calls = 0
    if fails:
        with pytest.raises(KeyboardInterrupt):
            mc_dropout(model, x, 20, seed=0, rows=5)
    else:
        assert not mc_dropout(model, x, 20, seed=0, rows=5).requires_grad
    assert [m.training for m in model.modules()] == modes
    assert all(torch.equal(v, tensors[k]) for k, v in model.state_dict().items())
    pairs = zip(model.parameters(), gradients, strict=True)
    assert all(torch.equal(p.grad, g) for p, g in pairs)
    assert torch.equal(x, kept)
    assert torch.equal(torch.get_rng_state(), state)
    assert torch.is_grad_enabled() == enabled


def test_the_seed_decides_and_a_generator_moves_on():
    model, x = tiny(), torch.randn(4, 3, dtype=torch.float64)
    torch.manual_seed(1)
    first = ask(model, x, 10, seed=5).mean
    torch.manual_seed(2)
    assert torch.allclose(ask(model, x, 10, seed=5).mean, first)
    assert not torch.allclose(ask(model, x, 10, seed=6).mean, first)
    stream = torch.Generator().manual_seed(0)
    one, two = (ask(model, x, 10, seed=stream).mean for _ in range(2))
    assert not torch.allclose(one, two)


def test_every_gpu_has_masks_of_its_own_and_gets_its_state_back(monkeypatch):
    gpus = tuple(torch.Generator().manual_seed(9) for _ in range(2))
    monkeypatch.setattr(torch.cuda, "default_generators", gpus)
    before, drawn = [gpu.get_state() for gpu in gpus], []

    class Replicas(nn.Module):
        def __init__(self):
            super().__init__()
            self.dropout = nn.Dropout(0.5)

        def forward(self, x):
            drawn.append([torch.rand(3, generator=gpu).tolist() for gpu in gpus])
            return self.dropout(x)

    for _ in range(2):
        mc_dropout(Replicas(), torch.ones(2, 3), 4, seed=2**63)
    assert drawn[1] == drawn[3]  # behind the pass that sees what drops
    assert drawn[1][0] != drawn[1][1]
    pairs = zip(gpus, before, strict=True)
    assert all(torch.equal(gpu.get_state(), state) for gpu, state in pairs)


def test_eval_returns_the_very_input():
    x = torch.randn(4, 3)
    assert nn.Dropout(0.5).eval()(x) is x


def test_no_forward_pass_has_more_rows_than_allowed():
    model, seen = tiny(), []
    model.register_forward_pre_hook(lambda _, args: seen.append(len(args[0])))
    x = torch.randn(5, 3, dtype=torch.float64)
    mc_dropout(model, x, 7, seed=0, rows=12)
    assert seen == [5, 5, 10, 10, 10, 5]  # two to see what drops
    seen.clear()
    mc_dropout(model, x, 2, seed=0, rows=3)
    assert seen == [3, 3, 3, 3, 2, 2]


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16])
def test_results_have_at_least_single_precision(dtype):
    found = ask(tiny(dtype), torch.randn(4, 3, dtype=dtype), 8, seed=0)
    wanted = torch.float64 if dtype == torch.float64 else torch.float32
    assert {t.dtype for t in found} == {wanted}
    assert (found.mutual_information >= 0).all()


def test_maps_of_classes_keep_their_shape():
    model = nn.Sequential(nn.Dropout2d(0.5), nn.Conv2d(2, 3, 1))
    found = ask(model, torch.randn(4, 2, 5, 6), 8, seed=0)
    assert found.mean.shape == (4, 3, 5, 6)
    assert found.entropy.shape == found.mutual_information.shape == (4, 5, 6)


def raises(words, model=None, x=None, samples=4, **options):
    model, x = model or tiny(torch.float32), torch.ones(2, 3) if x is None else x
    with pytest.raises(ValueError, match=words):
        mc_dropout(model, x, samples, **{"seed": 0, **options})


def test_errors_name_argument_and_range():
    raises(r"tensor of shape \(batch >= 1, ...\), got \(0, 3\)", x=torch.ones(0, 3))
    raises(r"x must be a tensor .* got \(\)", x=torch.tensor(1.0))
    raises("x must be a tensor .* got tuple", x=(torch.ones(3),))
    raises("x must be a tensor .* got ndarray", x=torch.ones(2, 3).numpy())
    for samples in (0, True, 64.0, "8", None):
        raises(f"samples must be an int >= 1, got {samples!r}", samples=samples)
    for rows in (0, True, 16.0, None):
        raises(f"rows must be an int >= 1, got {rows}", rows=rows)
    for seed in (None, 1.5, True):
        raises(f"seed must be an int or a torch.Generator, got {seed}", seed=seed)
    raises("no active dropout", model=nn.Sequential(nn.Linear(3, 3), nn.Dropout(0.0)))
    raises("CPU or CUDA", model=tiny().to("meta"))
    flat = nn.Sequential(nn.Dropout(), nn.Flatten(0))
    raises(r"row for row, got \(24,\)", model=flat)

    class Two(nn.Sequential):
        def forward(self, x):
            return super().forward(x), x

    raises("one tensor, row for row, got tuple", model=Two(nn.Dropout()))


def uncertain(words, samples, **options):
    with pytest.raises(ValueError, match=words):
        predictive_uncertainty(samples, **options)


def test_errors_of_the_summary_name_what_was_given():
    uncertain("outputs must be one of .*'logit'", torch.ones(2, 3), outputs="logit")
    uncertain("floating-point tensor, got list", [torch.ones(2, 3)])
    uncertain(r"floating-point tensor, got torch\.int64", torch.ones(2, 3).long())
    uncertain(r"samples >= 2, batch, \.\.\.\), got \(1, 4, 3\)", torch.ones(1, 4, 3))
    uncertain(r"got \(4,\)", torch.ones(4), outputs="values")
    uncertain(r"classes in dimension 2, .* got shape \(2, 4, 1\)", torch.ones(2, 4, 1))
    uncertain("classes in dimension 1, behind", torch.ones(2, 4, 3), dim=1)


def test_the_classes_of_tokens_come_last():
    logits = torch.randn(6, 2, 7, 9, generator=torch.Generator().manual_seed(0))
    found = predictive_uncertainty(logits, dim=-1)
    other = predictive_uncertainty(logits.movedim(-1, 2))
    assert found.entropy.shape == (2, 7)
    assert torch.allclose(found.entropy, other.entropy)
    assert torch.allclose(found.mutual_information, other.mutual_information)
    assert torch.allclose(found.mean, other.mean.movedim(1, -1))


@pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")
def test_models_that_cannot_be_searched_are_named():
    raises("TorchScript", model=torch.jit.script(tiny()))
    raises("TorchScript", model=nn.Sequential(nn.Dropout(), torch.jit.script(tiny())))


# Dropout that is no module of its own, or is one that nothing calls


class AsksOwnFlag(nn.Module):
    """F.dropout, with a p that stands in the code."""

    def __init__(self):
        super().__init__()
        self.norm = nn.BatchNorm1d(8)

    def forward(self, x):
        return nn.functional.dropout(self.norm(x), 0.3, self.training)


class ReadsTheP(nn.Module):
    """Attention as timm and transformers write it: the module only holds p."""

    def __init__(self, number=False):
        super().__init__()
        self.qkv, self.norm = nn.Linear(8, 24), nn.BatchNorm1d(8)
        self.attention_dropout = 0.3 if number else nn.Dropout(0.3)

    def forward(self, x):
        p = getattr(self.attention_dropout, "p", self.attention_dropout)
        q, k, v = self.qkv(self.norm(x)).unflatten(1, (4, 6)).chunk(3, -1)
        return nn.functional.scaled_dot_product_attention(
            q, k, v, dropout_p=p if self.training else 0.0
        ).flatten(1)


class Weighs(ReadsTheP):
    """Attention by hand: p is 0 where nothing is to drop."""

    def forward(self, x):
        p = self.attention_dropout if self.training else 0.0
        weights = self.qkv(self.norm(x)).softmax(-1)
        return nn.functional.dropout(weights, p=p, training=self.training)


OWN = {
    "a function": AsksOwnFlag,
    "a module that is not called": ReadsTheP,
    "a number": partial(ReadsTheP, number=True),
    "a number, by hand": partial(Weighs, number=True),
}


@pytest.mark.parametrize("beside", [False, True])  # an nn.Dropout that acts
@pytest.mark.parametrize("own", OWN)
def test_dropout_that_a_modules_own_flag_decides_is_switched_on(own, beside):
    torch.manual_seed(0)
    inner = OWN[own]()
    last = [nn.Dropout(0.1)] if beside else []
    model, x = nn.Sequential(nn.Linear(5, 8), inner, *last), torch.randn(6, 5)
    for module in model.modules():  # what a loop in train() would drop, statistics kept
        module.training = not isinstance(module, nn.BatchNorm1d)
    with torch.no_grad():
        loop = torch.stack([model(x) for _ in range(2000)])
    model.eval()
    statistics = {k: v.clone() for k, v in model.state_dict().items()}
    found = mc_dropout(model, x, 2000, seed=0)
    assert float(found.var(0).mean() / loop.var(0).mean()) == pytest.approx(1, abs=0.1)
    assert not any(m.training for m in model.modules())
    assert all(torch.equal(v, statistics[k]) for k, v in model.state_dict().items())


class AsksAnother(nn.Module):
    """What is asked is the flag of a part that is called by itself."""

    def __init__(self):
        super().__init__()
        self.part, self.drop = nn.Linear(3, 3), nn.Dropout(0.1)

    def forward(self, x):
        return self.drop(nn.functional.dropout(x, 0.5, self.part.training))


class Spare(nn.Module):
    """Holds a dropout that nothing uses, and a number that its parent applies."""

    def __init__(self):
        super().__init__()
        self.used, self.unused = nn.Dropout(0.5), nn.Dropout(0.5)
        self.resid_dropout = 0.3

    def forward(self, x):
        return nn.functional.dropout(self.used(x), 0.0, self.training)


class Heads(nn.Module):
    """An auxiliary head, which is for training alone."""

    def __init__(self):
        super().__init__()
        self.body, self.head = nn.Dropout(0.5), nn.Sequential(nn.Dropout(0.5))

    def forward(self, x):
        return (self.body(x), self.head(x)) if self.training else self.body(x)


@pytest.mark.parametrize("kind", [Spare, Heads])
def test_what_has_no_part_in_predicting_says_nothing(kind):
    found = mc_dropout(nn.Sequential(kind()), torch.ones(2, 3), 50, seed=0)
    assert set(found.unique().tolist()) == {0.0, 2.0}


class ReadsASetting(nn.Module):
    """No attribute of its own tells p."""

    def __init__(self):
        super().__init__()
        self.config = {"attn_pdrop": 0.5}
        self.drops = nn.ModuleList([nn.Dropout(0.5)])

    def forward(self, x):
        if self.training:
            x = nn.functional.feature_alpha_dropout(x, 0.5, training=True)
            x = self.drops[0](x)
        p = self.config["attn_pdrop"] if self.training else 0.0
        return x + nn.functional.dropout(x, p, self.training)


class Routed(nn.Module):
    """Only some rows come to the part that drops."""

    def __init__(self):
        super().__init__()
        self.part = AsksOwnFlag()

    def forward(self, x):
        late = x[:, 0] > 1
        return torch.where(late[:, None], self.part(x), x) if late.any() else x


def test_flags_are_found_by_what_they_do_not_by_names():
    few = nn.Sequential(ReadsASetting(), nn.Dropout(0.01))
    x = torch.ones(4, 8)
    assert mc_dropout(few, x, 200, seed=0).var(0).min() > 0.1
    routed = nn.Sequential(Routed(), nn.Dropout(0.01))
    x[2:] = 2.0
    assert mc_dropout(routed, x, 200, seed=0).var(0)[2:].min() > 0.5


class Fails(nn.Module):
    def forward(self, _):
        raise RuntimeError


class Catches(nn.Module):
    def __init__(self):
        super().__init__()
        self.fails, self.part = Fails(), AsksAnother()

    def forward(self, x):
        try:
            return self.fails(x)
        except RuntimeError:
            return self.part(x)


def test_dropout_that_does_not_act_is_named():
    words = r"dropout does not act in \['1'\]: call"
    raises(words, model=nn.Sequential(nn.ReLU(), AsksAnother()))
    raises(r"does not act in \['part'\]", model=Catches())


class Normalizes(nn.Module):
    """One flag for dropout and for the statistics of batches."""

    def __init__(self):
        super().__init__()
        self.register_buffer("mean", torch.zeros(3))
        self.register_buffer("variance", torch.ones(3))

    def forward(self, x):
        x = nn.functional.dropout(x, 0.5, self.training)
        return nn.functional.batch_norm(
            x, self.mean, self.variance, training=self.training
        )


def test_a_flag_that_normalizes_by_the_batch_as_well_is_refused():
    model = Normalizes()
    raises("normalizes by its batch as well", model=model)
    assert not model.mean.any() and (model.variance == 1).all()


def test_a_part_that_is_compiled_is_watched_as_it_was_written():
    model = tiny(torch.float32)
    expected = mc_dropout(model, torch.ones(2, 3), 8, seed=0)
    model[0] = torch.compile(model[0], backend="eager")
    assert torch.allclose(mc_dropout(model, torch.ones(2, 3), 8, seed=0), expected)


@pytest.mark.parametrize("rows", [1, 4, 4096])
@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (nn.MultiheadAttention(8, 2, dropout=0.3), (3, 5, 8)),
        (nn.LSTM(8, 8, 2, dropout=0.5), (3, 5, 8)),
        # Dropout elsewhere: copies would still mix.
        (nn.Sequential(nn.Dropout(0.5), nn.GRU(8, 8)), (3, 5, 8)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_copies_along_time_are_refused(layer, shape, rows):
    words = "has batch_first=False, so copies might mix: .* or pass rows=len"
    raises(words, model=SequenceFirst(layer), x=torch.randn(shape), rows=rows)


def test_logits_and_probabilities_are_told_apart():
    model = tiny(torch.float32)
    x, twice = torch.randn(2, 3), nn.Sequential(*model, nn.Softmax(1))
    logits, shares = (mc_dropout(m, x, 9, seed=0) for m in (model, twice))
    uncertain("no probabilities; pass outputs=.logits", logits, outputs="probabilities")
    uncertain("are probabilities; pass outputs=.probabilities", shares)
    wanted = ask(model, x, 9, seed=0).mean
    logs = nn.Sequential(*model, nn.LogSoftmax(1))
    assert torch.allclose(ask(logs, x, 9, seed=0).mean, wanted)
    found = ask(twice, x, 9, seed=0, outputs="probabilities")
    assert torch.allclose(found.mean, wanted)


def test_logits_that_sum_to_one_in_some_passes_are_logits():
    class Chance(nn.Module):
        def __init__(self):
            super().__init__()
            self.dropout, self.calls = nn.Dropout(0.5), 0

        def forward(self, x):
            self.calls += 1
            return x if self.calls == 1 else self.dropout(x)

    x = torch.tensor([[0.4, 0.6]])
    assert (ask(Chance(), x, 20, seed=0, rows=1).variance > ROUNDING).all()


# Helpers of the experiment


def test_calibration_error_is_the_textbook_sum():
    p = torch.tensor([[[0.95, 0.05], [0.91, 0.09], [0.45, 0.55], [1.0, 0.0]]])
    y = torch.tensor([[0, 1, 1, 0]])
    wanted = (abs(2 - 0.95 - 0.91 - 1.0) + abs(1 - 0.55)) / 4  # bins 9 and 5
    assert float(scores.calibration_error(p, y)) == pytest.approx(wanted, abs=1e-6)


def test_scores_are_their_definitions():
    p, y = torch.tensor([[[0.8, 0.2], [0.6, 0.4]]]), torch.tensor([[0, 1]])
    assert float(scores.nll(p, y)) == pytest.approx(-math.log(0.8 * 0.4) / 2)
    assert float(scores.brier(p, y)) == pytest.approx((0.08 + 0.72) / 2)
    assert float(scores.overconfidence(p, y)) == pytest.approx(0.7 - 0.5)


def test_auroc_agrees_with_scikit_learn():
    inside, outside = torch.randint(0, 9, (2, 3, 40)).float()
    found = scores.auroc(inside, outside[:, :30])
    for run in range(3):
        labels = [0] * 40 + [1] * 30
        both = torch.cat([inside[run], outside[run, :30]])
        assert float(found[run]) == pytest.approx(roc_auc_score(labels, both))


def test_first_below_interpolates_in_the_logarithm():
    curve = torch.tensor([[1.0, 0.05], [0.01, 0.04], [0.5, 0.03]])
    assert first_below(0.1, curve).tolist() == pytest.approx([1.5 * POLL, POLL])


def test_the_logged_loss_is_a_mean_over_one_epoch_even_of_one_batch():
    torch.manual_seed(0)
    x, y = torch.randn(2, BATCH, 64), torch.randint(10, (2, BATCH))
    data = Split(x, y, x, y)
    nets, sgd = (
        initial_networks(64, 30, 0.0, range(2)),
        partial(torch.optim.SGD, lr=0.5),
    )
    found = steps_to(0.05, nets, data, range(2), sgd)
    late = found["logged"] - found["eval"]  # a batch is seen before its step
    assert late.tolist() == pytest.approx([1, 1], abs=0.5)


def test_side_by_side_nets_are_the_ensemble():
    nets, x = initial_networks(6, 8, 0.5, range(3)), torch.randn(3, 5, 6)
    side = AsModule(nets).eval()
    torch.testing.assert_close(side(x.transpose(0, 1)).permute(2, 0, 1), nets.logits(x))
    found = ask(side, x.transpose(0, 1), 500, seed=0)
    drawn = torch.stack(
        list(sample_probabilities(nets, x, 500, torch.Generator().manual_seed(0)))
    )
    assert torch.allclose(found.mean.permute(2, 0, 1), drawn.mean(0), atol=0.15)


@pytest.mark.parametrize(("kind", "variance"), [("he", 2), ("default", 1 / 3)])
def test_weights_have_the_variance_that_is_promised(kind, variance):
    nets = initial_networks(50, 200, 0.0, range(4), kind)
    assert float(nets.weights[1].var() * 200) == pytest.approx(variance, rel=0.03)
    assert (nets.biases[0].abs().max() == 0) == (kind == "he")


def test_members_of_one_run_are_averaged_and_no_others():
    nets = initial_networks(6, 5, 0.3, range(2 * MEMBERS))
    x = torch.randn(2, 4, 6)
    logits = nets.logits(x.repeat_interleave(MEMBERS, 0))
    joint = joint_logits(logits).exp()
    for run in range(2):
        own = logits[MEMBERS * run : MEMBERS * (run + 1)].softmax(-1)
        assert torch.allclose(joint[run], own.mean(0))
    assert torch.allclose(first_members(nets).logits(x), logits[::MEMBERS])


def test_held_out_losses_stop_at_the_least_and_count_who_never_gets_there():
    nan = torch.full((2,), math.nan)
    validation = torch.tensor([[3.0, 3.0], [1.0, 2.0], [2.0, 2.5]])
    found = HeldOut(torch.tensor([20, 40, 60]), validation, validation + 7, nan, nan)
    assert found.stopped().tolist() == [8, 9]
    assert found.steps_to(torch.tensor([2.0, 1.5])).tolist() == [40, 60]


# The explorable


@cache
def by_torch(trained, seed):
    """A network of the page, and its samples by mc_dropout."""
    network = agreement.PageNetwork(_page.kept(), trained)
    return network, network.samples(seed)


@cache
def expected(trained, seed, count):
    """What eval(), a temperature and the mean of the first samples score."""
    network, samples = by_torch(trained, seed)
    return network.expected(samples[:count])


def is_so(name, state, numbers):
    """Whether what the explorable says of a state is so, by mc_dropout with the page's masks."""
    found = expected(state["trained"], state["seed"], state["samples"])
    off, on, tempered = (found[way] for way in ("off", "on", "tempered"))
    limit = expected(state["trained"], state["seed"], 256)["on"]
    told = {
        "samples": state["samples"],
        "most": 256,
        "on": on["loss"],
        "off": off["loss"],
        "gap": abs(on["loss"] - off["loss"]),
        "limit": limit["loss"],
        "tempered": tempered["loss"],
        "confidence": 100 * off["confidence"],
        "softer": 100 * on["confidence"],
        "accuracy": 100 * off["accuracy"],
    }
    assert numbers == pytest.approx(told, rel=1e-9)
    surer, above = (
        off["confidence"] > off["accuracy"],
        min(on["loss"], limit["loss"]) > off["loss"],
    )
    below = max(on["loss"], limit["loss"]) < off["loss"]
    match name:
        case "one":
            return state["samples"] == 1 and on["loss"] > off["loss"]
        case "worse":
            return above and not surer
        case "worse limit":
            less = on["confidence"] < off["confidence"]
            return state["samples"] == 256 and above and not surer and less
        case "better":
            return below and surer and on["confidence"] < off["confidence"]
        case "better limit":
            lower = tempered["loss"] < on["loss"]
            return state["samples"] == 256 and below and surer and lower
    return False


def test_what_the_explorable_says_is_so():
    said = [words("dropout", language) for language in ("zh", "en")]
    seen = set()
    with loaded(agreement.FILES) as call:
        for state in states("dropout", 300):
            state["seed"] = (2, 5)[state["seed"] % 2]  # each takes a while to ask
            name, numbers = call("dropout.finding", state).values()
            seen.add(name)
            assert all(placeholders(w[name]) <= numbers.keys() for w in said)
            assert is_so(name, state, numbers), (name, state, numbers)
    assert seen == {"one", "worse", "better", "worse limit", "better limit"}


def test_training_again_gives_what_the_page_was_given():
    data, again = _page.kept(), _page.trained(range(6))
    for trained, sign in (("many", 1), ("few", -1)):
        ours = [agreement.PageNetwork(each, trained) for each in (data, again)]
        assert torch.equal(ours[0].x, ours[1].x)
        assert torch.equal(ours[0].y, ours[1].y)
        for network in ours:  # rounding of another machine may grow while it trains
            found = network.expected(network.samples(1))
            assert sign * (found["on"]["loss"] - found["off"]["loss"]) > 0.01
            assert sign * (found["off"]["accuracy"] - found["off"]["confidence"]) > 0
