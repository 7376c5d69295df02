"""Does the page compute what PyTorch computes? docs/explorables/dropout-math.js beside `mc_dropout`."""

from __future__ import annotations

from itertools import product
from typing import Any

import torch
from torch import Tensor, nn

from snippets.dropout import _page
from snippets.dropout import _scores as scores
from snippets.dropout.mc_dropout import mc_dropout
from snippets.dropout.predictive_uncertainty import predictive_uncertainty
from snippets.evidence.estimates import Results
from snippets.laboratory import mnist1d
from snippets.laboratory.intervals import largest, mean
from snippets.laboratory.javascript import apart, loaded
from snippets.laboratory.random_numbers import uniform
from snippets.laboratory.seeding import generators

FILES = (
    "docs/explorables/random.js",
    "docs/explorables/dropout-nets.js",
    "docs/explorables/dropout-math.js",
)
COUNTS = (1, 2, 64, 256)
MOST = 256


def agreement(seeds: range) -> Results:
    """The largest difference between JavaScript and PyTorch over networks, masks and numbers of samples.

    Loss, confidence and accuracy of `eval()`, with a temperature and of the mean of samples, and the
    probabilities of all examples; samples by `mc_dropout` in float64, with the masks that the page draws.
    Differences are shares of a number, or of the largest probability.
    """
    errors = []
    data = _page.kept()
    with loaded(FILES) as call:
        for trained, seed in product(_page.EXAMPLES, seeds[:9]):
            network = PageNetwork(data, trained)
            samples = network.samples(seed + 1)
            for count in COUNTS:
                ours = call("dropout.compared", trained, seed + 1, count)
                theirs = network.expected(samples[:count])
                gaps = [
                    apart(_flat(ours[name]), _flat(theirs[name])) for name in theirs
                ]
                errors.append(max(gaps))
    return {
        "settings": largest([len(errors)], "1"),
        "largest_error": largest([max(errors)], "1"),
    }


def page(seeds: range) -> Results:
    """Networks trained as the page's two are: what 256 samples change, on all 1,000 test examples.

    Six seeds; the page has the networks of the first. The keys say how many examples they trained on.
    """
    seeds = seeds[:6]
    data = mnist1d.splits(seeds)
    masks = generators(seeds, "masks of the page")[0]
    x, y = _page.rounded_inputs(data.test_x), data.test_y
    results: Results = {}
    for name, examples in _page.EXAMPLES.items():
        nets = _page.rounded_networks(data, seeds, examples)
        off = nets.logits(x).softmax(-1)
        on = torch.zeros_like(off)
        for _ in range(MOST):
            on += nets.logits(x, masks).softmax(-1) / MOST
        gap = scores.nll(on, y) - scores.nll(off, y)
        results[f"{name}_mc_minus_eval_nll"] = mean(gap, "nats")
        surer = 100 * scores.overconfidence(off, y)
        results[f"{name}_eval_overconfidence"] = mean(surer, "points")
    return results


def _flat(found: Any) -> list[float]:  # noqa: ANN401
    """The numbers of a score or of probabilities."""
    return list(found.values()) if isinstance(found, dict) else found


class PageNetwork:
    """A network of the page and its test examples, from what `_page` keeps."""

    def __init__(self, data: dict[str, Any], trained: str) -> None:
        self.temperature = float(data[trained]["temperature"])
        self.y = torch.tensor([int(answer) for answer in data["answers"]])
        self.x = _page.numbers(data["inputs"]).view(len(self.y), -1)
        modules: list[nn.Module] = []
        features = self.x.shape[1]
        for layer in map(_page.numbers, data[trained]["layers"]):
            linear = nn.Linear(features, layer.numel() // (features + 1))
            rows = layer.view(features + 1, -1)
            linear.double().requires_grad_(False)
            linear.weight.copy_(rows[:-1].T)
            linear.bias.copy_(rows[-1])
            modules += [linear, nn.ReLU(), _GivenMasks(_page.P)]
            features = linear.out_features
        self.module = nn.Sequential(*modules[:-2]).eval()

    def samples(self, seed: int) -> Tensor:
        """Logits of 256 samples, shape (256, examples, classes), by `mc_dropout`, with the page's masks."""
        drops = [m for m in self.module if isinstance(m, _GivenMasks)]
        units, rows = _page.WIDTH, len(self.x)
        drawn = uniform(seed, MOST * len(drops) * rows * units)
        kept = drawn.view(MOST, len(drops), rows, units) >= _page.P
        for i, drop in enumerate(drops):
            drop.masks, drop.calls = kept[:, i], 0
        # It first looks, with passes of its own, what drops; masks begin after those.
        mc_dropout(self.module, self.x, 1, seed=0, rows=rows)
        for drop in drops:
            drop.calls = 1 - drop.calls
        return mc_dropout(self.module, self.x, MOST, seed=0, rows=rows)

    def expected(self, samples: Tensor) -> dict[str, Any]:
        """What the page should find, from logits of samples."""
        logits = self.module(self.x)
        off, on = logits.softmax(-1), samples[0].softmax(-1)
        if len(samples) > 1:
            on = predictive_uncertainty(samples).mean
        tempered = (logits / self.temperature).softmax(-1)
        return {
            "off": self.score(off),
            "tempered": self.score(tempered),
            "on": self.score(on),
            "p": off.flatten().tolist(),
            "mean": on.flatten().tolist(),
        }

    def score(self, p: Tensor) -> dict[str, float]:
        """Loss, confidence and accuracy."""
        return {
            "loss": float(scores.nll(p, self.y)),
            "confidence": float(p.amax(-1).mean()),
            "accuracy": float(scores.accuracy(p, self.y)),
        }


class _GivenMasks(nn.Dropout):
    """Dropout with masks that are given, one a call; below zero calls, the first."""

    masks: Tensor
    calls = 0

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return x
        kept = self.masks[max(0, self.calls) % len(self.masks)]
        self.calls += 1
        return x * kept / (1 - self.p)
