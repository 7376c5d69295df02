"""What does dropout cost in steps, and what do samples with dropout on bring?

Nets with two hidden ReLU layers, dropout after each, float32.

Steps: the digits, 100 units, batches of 64, from the initialization that nn.Linear draws; Adam at 1e-3, SGD
with momentum 0.9 at 0.05. Steps until a training loss of 0.1, over those of the same run without dropout.
Half of the seeds, because it is expensive. Nets of He's initialization, six times the variance, are slowed
down more: they need few steps without dropout.

Samples: MNIST-1D, 64 units, p = 0.3, Adam at 5e-3, 1,200 steps of 50 examples. `plenty` trains on 3,000
examples and stays underconfident, `little` on 500 and becomes overconfident; all else is equal. These two
were chosen to show both signs; nothing was tuned. Scores on the 1,000 test examples; temperatures are fitted
on the validation part.

Every public function is a measurement; the first word of a key is the function that measured it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from snippets.dropout import _scores as scores
from snippets.dropout._nets import Side, adam, sampled, started
from snippets.dropout._steps import steps_to
from snippets.dropout.mc_dropout import mc_dropout
from snippets.evidence.estimates import Results
from snippets.laboratory import digits, mnist1d
from snippets.laboratory.ensembles import Ensemble, train
from snippets.laboratory.intervals import curve, largest, mean
from snippets.laboratory.seeding import generators

OPTIMIZERS: dict[str, Callable[[list[Tensor]], torch.optim.Optimizer]] = {
    "adam": partial(torch.optim.Adam, lr=1e-3, fused=True),
    "sgd": partial(torch.optim.SGD, lr=0.05, momentum=0.9, fused=True),
}
SAMPLES = 128
BY_T = (1, 2, 4, 8, 16, 32, 64, 128)


# Training


def steps(seeds: range) -> Results:
    """Steps to a training loss of 0.1 with dropout over steps without; digits, 100 units."""
    seeds = seeds[: len(seeds) // 2]
    data, found = digits.splits(seeds), Results()
    for name, optimizer in OPTIMIZERS.items():
        without: dict[str, Tensor] = {}
        for p in (0.0, 0.2, 0.5):
            nets = started(64, 100, p, seeds, "default")
            taken = steps_to(0.1, nets, data, seeds, optimizer)
            without = without or taken
            for loss, count in taken.items():
                key = f"{name}_{100 * p:.0f}_{loss}"
                found[f"{key}_steps"] = mean(count, "steps")
                if p:
                    found[key] = mean(count / without[loss], "1")
    he = [
        steps_to(
            0.1, started(64, 100, p, seeds), data, seeds, OPTIMIZERS["adam"], ("eval",)
        )["eval"]
        for p in (0.0, 0.5)
    ]
    return found | {"adam_50_eval_he": mean(he[1] / he[0], "1")}


# Inference


def inference(seeds: range) -> Results:
    """How many outputs in eval() differ, in any bit, from those of the same layers without dropout.

    `still_dropped` is what F.dropout(x, 0.5), called without its argument `training`, drops in a model in
    eval().
    """

    class Functional(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return F.dropout(x, 0.5)

    functional, differing, dropped = Functional().eval(), 0, []
    state = torch.get_rng_state()  # F.dropout knows no other source
    for stream in generators(seeds, "inputs"):
        torch.manual_seed(int(torch.randint(2**62, (), generator=stream)))
        layers = [nn.Linear(64, 100), nn.ReLU(), nn.Linear(100, 10)]
        with_dropout = nn.Sequential(*layers[:2], nn.Dropout(0.5), layers[2]).eval()
        x = torch.randn(1000, 64, generator=stream)
        with torch.no_grad():
            a, b = with_dropout(x), nn.Sequential(*layers)(x)
            differing += int((a.view(torch.int32) != b.view(torch.int32)).sum())
            dropped.append(float((functional(x) == 0).double().mean()))
    torch.set_rng_state(state)
    return {
        "differing_values": largest([differing], "values"),
        "still_dropped": mean(dropped, "share"),
    }


# Samples


def plenty(seeds: range) -> Results:
    """Trained on 3,000 examples: underconfident, and Monte Carlo makes it worse."""
    return _samples(seeds, 3000)


def little(seeds: range) -> Results:
    """The same net, p and number of steps on 500 examples: overconfident, and Monte Carlo helps."""
    return _samples(seeds, 500)


def _samples(seeds: range, examples: int) -> Results:
    data, nets = mnist1d.splits(seeds), started(40, 64, 0.3, seeds)
    x, y = data.train_x[:, :examples], data.train_y[:, :examples]
    train(
        nets,
        x,
        y,
        seeds=seeds,
        epochs=1200 * 50 // examples,
        batch_size=50,
        optimizer=adam,
    )
    x, y = data.test_x, data.test_y
    masks = generators(seeds, "masks of samples")[0]
    drawn = torch.stack(list(sampled(nets, x, SAMPLES, masks)))
    off = nets.logits(x)
    heat = _temperature(nets.logits(data.validation_x), data.validation_y)
    cooled = (off / heat).softmax(-1)
    off, limit = off.softmax(-1), drawn.mean(0)
    # Monte Carlo may use the validation data, too: powers of its mean, normalized again.
    masks = generators(seeds, "masks of validation samples")[0]
    total = torch.zeros(())
    for p in sampled(nets, data.validation_x, SAMPLES, masks):
        total = total + p
    own_heat = _temperature(_log(total / SAMPLES), data.validation_y)
    cooled_limit = (_log(limit) / own_heat).softmax(-1)
    gap = scores.nll(cooled_limit, y) - scores.nll(cooled, y)
    found: Results = {
        "train_examples": largest([examples], "examples"),
        "temperature": mean(heat.flatten(), "1"),
        "mc_temperature": mean(own_heat.flatten(), "1"),
        "tempered_mc_nll": mean(scores.nll(cooled_limit, y), "nats"),
        "tempered_mc_minus_tempered_nll": mean(gap, "nats"),
        **_slope(drawn, y),
    }
    for name, score, unit, scale in (
        ("nll", scores.nll, "nats", 1),
        ("brier", scores.brier, "1", 1),
        ("accuracy", scores.accuracy, "points", 100),
        ("overconfidence", scores.overconfidence, "points", 100),
        ("ece", scores.calibration_error, "points", 100),
    ):
        here, there = scale * score(off, y), scale * score(limit, y)
        found[f"eval_{name}"] = mean(here, unit)
        found[f"mc_{name}"] = mean(there, unit)
        found[f"mc_minus_eval_{name}"] = mean(there - here, unit)
        warm = scale * score(cooled, y)
        found[f"tempered_{name}"] = mean(warm, unit)
        found[f"mc_minus_tempered_{name}"] = mean(there - warm, unit)
        if name in ("nll", "ece"):
            by_t = torch.stack([_at(t, drawn, partial(score, y=y)) for t in BY_T], 1)
            found[f"{name}_by_t"] = curve(scale * by_t, BY_T, unit, "samples")
            first, last = scale * by_t[:, 0], scale * by_t[:, -1]
            found[f"one_sample_{name}"] = mean(first, unit)
            found[f"all_minus_one_{name}"] = mean(last - first, unit)
            if name == "nll":
                gain = (first - by_t[:, BY_T.index(32)]) / (first - last)
                found["gain_by_32"] = mean(gain, "share")
    return found


def _at(t: int, drawn: Tensor, score: partial[Tensor]) -> Tensor:
    """Mean score of predictions from t samples, over the disjoint groups of t; a few groups suffice."""
    groups = torch.split(drawn, t)[:16]
    return torch.stack([score(group.mean(0)) for group in groups]).mean(0)


def _slope(drawn: Tensor, y: Tensor) -> Results:
    """Slope of the Brier score over 1/T, over the variance of probabilities over masks.

    One half of the samples gives the variance, the other the scores, or the ratio would be 1 by algebra.
    """
    half = SAMPLES // 2
    variance = drawn[:half].double().var(0).sum(-1).mean(-1)
    inverse = torch.tensor([1 / t for t in BY_T if t <= half // 2]).double()
    rows = []
    for t in BY_T[: len(inverse)]:
        groups = [group.mean(0) for group in torch.split(drawn[half:], t)]
        rows.append(torch.stack([scores.brier(p, y) for p in groups]).mean(0))
    values, center = torch.stack(rows), inverse - inverse.mean()
    slope = (center[:, None] * values).sum(0) / center.square().sum()
    return {"slope_over_variance": mean(slope / variance, "1")}


def _log(p: Tensor) -> Tensor:
    return p.clamp_min(torch.finfo(p.dtype).tiny).log()


def _temperature(logits: Tensor, y: Tensor) -> Tensor:
    """The temperature of least NLL for each run, on a grid of steps of 2%, shape (runs, 1, 1)."""
    grid = 1.02 ** torch.arange(-60, 91)
    losses = [scores.nll((logits / heat).softmax(-1), y) for heat in grid]
    return grid[torch.stack(losses).argmin(0)][:, None, None]


# Inputs of another kind


def unfamiliar(seeds: range) -> Results:
    """AUROC of uncertainty between digits and three kinds of other inputs; 100 units, p = 0.5, 32 samples.

    `accuracy_minus_without` is the test accuracy less that of the same nets trained without dropout.
    """
    data = digits.splits(seeds)
    nets, without = (started(64, 100, p, seeds, "default") for p in (0.5, 0.0))
    for made in (nets, without):
        train(made, data.train_x, data.train_y, seeds=seeds, epochs=25)
    x, streams = data.test_x, generators(seeds, "noise")
    noise = torch.stack([torch.randn(x.shape[1:], generator=g) for g in streams])
    inside, found = _uncertainty(nets, x, 1), Results()
    right, other_right = (100 * n.accuracy(x, data.test_y) for n in (nets, without))
    found["test_accuracy"] = mean(right, "points")
    found["accuracy_minus_without"] = mean(right - other_right, "points")
    for kind, other in {"noise": noise, "negated": -x, "large": 3 * x}.items():
        outside = _uncertainty(nets, other, 2)
        auroc = {name: scores.auroc(inside[name], outside[name]) for name in inside}
        for name, value in auroc.items():
            found[f"{kind}_{name}"] = mean(value, "1")
            if name != "eval":
                found[f"{kind}_{name}_minus_eval"] = mean(value - auroc["eval"], "1")
    return found


@torch.no_grad()
def _uncertainty(nets: Ensemble, x: Tensor, seed: int) -> dict[str, Tensor]:
    """Entropy in eval(), predictive entropy and mutual information, shape (runs, examples) each."""
    off = torch.special.entr(nets.logits(x).softmax(-1)).sum(-1)
    found = mc_dropout(Side(nets), x.transpose(0, 1), 32, seed=seed)
    assert found.entropy is not None
    assert found.mutual_information is not None
    return {
        "eval": off,
        "mc": found.entropy.T,
        "information": found.mutual_information.T,
    }
