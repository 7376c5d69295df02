"""Does the page train as PyTorch does? docs/explorables/symmetry-math.js beside `torch.optim.Adam`."""

from __future__ import annotations

import math
import random
from itertools import pairwise
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from snippets.evidence.estimates import Results
from snippets.laboratory.ensembles import Ensemble
from snippets.laboratory.few_digits import few_digits
from snippets.laboratory.intervals import largest
from snippets.laboratory.javascript import apart, loaded
from snippets.laboratory.random_numbers import normals, uniform
from snippets.symmetry._outcomes import spread
from snippets.symmetry.effective_rank import effective_rank

FILES = (
    "docs/explorables/random.js",
    "docs/explorables/digits.js",
    "docs/explorables/symmetry-math.js",
)
SIZES = (64, 16, 16, 16, 16, 16, 10)
MATRICES = len(SIZES) - 1
BATCH = 60
STEPS, ALL_STEPS = 40, 400
TIED = 1e-6


class Setting(NamedTuple):
    """What the reader can set; `random` has the numbers of the matrices that are, from 1 on."""

    random: tuple[int, ...] = ()
    noise: float = 0.0
    dropout: float = 0.0
    seed: int = 1

    def state(self) -> dict[str, float | bool]:
        """As the page has it."""
        ticked = {f"w{i}": i in self.random for i in range(1, MATRICES + 1)}
        return ticked | {
            "noise": self.noise,
            "dropout": self.dropout,
            "seed": self.seed,
        }


class Run(NamedTuple):
    """What became of a network: losses before each step, and what is seen on the test images."""

    losses: list[float]
    logits: Tensor
    spreads: list[float]
    ranks: list[float]
    silent: list[bool]


def agreement(seeds: range) -> Results:
    """The largest difference between JavaScript and PyTorch over settings that include the edges.

    Both train the same small network on the same batches in float64. After 40 steps, losses, logits,
    effective ranks and spreads of all layers are compared. Differences are shares of the largest number of a
    kind; spreads are shares already. Over more steps rounding grows; there, after all 400, `findings_apart`
    is in how many runs other layers are tied or silent. The seeds draw the settings that are not edges.
    """
    draw = random.Random(seeds.start)
    settings = [*_edges(), *(_drawn(draw) for _ in range(37))]
    errors: dict[str, float] = dict.fromkeys(("loss", "logits", "spread", "rank"), 0.0)
    long = settings[:: len(settings) // 4][:4]
    findings_apart = 0
    with loaded(FILES) as call:
        for setting, theirs in zip(settings, _trained(settings, STEPS), strict=True):
            ours = call("symmetry.run", setting.state(), STEPS)
            logits = theirs.logits.flatten().tolist()
            pairs = zip(ours["spreads"], theirs.spreads, strict=True)
            for name, error in (
                ("loss", apart(ours["losses"], theirs.losses)),
                ("logits", apart(ours["logits"], logits)),
                ("spread", max(abs(a - b) for a, b in pairs)),
                ("rank", apart(ours["ranks"], theirs.ranks)),
            ):
                errors[name] = max(errors[name], error)
        for setting, theirs in zip(long, _trained(long, ALL_STEPS), strict=True):
            ours = call("symmetry.run", setting.state(), ALL_STEPS)
            kinds = [(v == 0, v < TIED) for v in ours["spreads"]]
            findings_apart += kinds != [
                (silent, v < TIED)
                for silent, v in zip(theirs.silent, theirs.spreads, strict=True)
            ]
    results: Results = {
        "settings": largest([len(settings)], "1"),
        "runs_to_the_end": largest([len(long)], "1"),
        "findings_apart": largest([findings_apart], "1"),
        "largest_error": largest(list(errors.values()), "1"),
    }
    for name, error in errors.items():
        results[f"{name}_error"] = largest([error], "1")
    return results


def _edges() -> list[Setting]:
    """Nothing random, one matrix, the page's own sets, everything; the ends of noise and dropout."""
    sets = ((), *((i,) for i in range(1, 7)), (2, 4), (2, 4, 6), (1, 2, 3, 4, 5, 6))
    return [
        *map(Setting, sets),
        Setting((), 1e-6),
        Setting((), 1.0),
        Setting((2, 4, 6), 0.0, 0.2),
        Setting((2, 4, 6), 1.0, 0.2),
    ]


def _drawn(draw: random.Random) -> Setting:
    """Dropout only where W6 is random.

    From a constant one the first error below it is 0 but for rounding, and Adam makes a whole step of that.
    A unit whose inputs dropout all masks then stands at the kink of ReLU, where the last bit decides.
    """
    ticked = tuple(i for i in range(1, 7) if draw.random() < 0.5)
    noise = draw.choice((0.0, 0.0, float(f"{10 ** draw.uniform(-6, 0):.2g}")))
    dropout = draw.choice((0.0, 0.05, 0.1, 0.2)) if 6 in ticked else 0.0
    return Setting(ticked, noise, dropout, draw.randint(1, 999))


def _trained(settings: list[Setting], steps: int) -> list[Run]:
    """Train the networks of some settings at once, as PyTorch does."""
    data = few_digits()
    net = Ensemble(_weights(settings))
    parameters = [p.requires_grad_() for p in net.parameters()]
    adam = torch.optim.Adam(parameters, lr=0.005)
    masks = _masks(settings, steps)
    losses = []
    for step in range(steps):
        rows = torch.arange(BATCH) + BATCH * step % len(data.train_y)
        x, y = data.train_x[rows].expand(len(settings), -1, -1), data.train_y[rows]
        for w, b, mask in zip(
            net.weights[:-1], net.biases[:-1], masks[step], strict=True
        ):
            x = torch.relu(torch.baddbmm(b, x, w)) * mask
        logits = torch.baddbmm(net.biases[-1], x, net.weights[-1])
        each = F.cross_entropy(
            logits.flatten(0, 1), y.repeat(len(settings)), reduction="none"
        )
        loss = each.view(-1, BATCH).mean(1)
        losses.append(loss.detach())
        adam.zero_grad()
        loss.sum().backward()
        adam.step()
    with torch.no_grad():
        x = data.test_x.expand(len(settings), -1, -1)
        hidden, logits = net.hidden(x), net.logits(x)
    spreads = torch.stack([spread(h) for h in hidden], 1).tolist()
    ranks = torch.stack([effective_rank(h) for h in hidden], 1).tolist()
    silent = torch.stack([(h == 0).all((1, 2)) for h in hidden], 1).tolist()
    curves = torch.stack(losses, 1).tolist() if losses else [[]] * len(settings)
    return [
        Run(*one)
        for one in zip(curves, logits.unbind(), spreads, ranks, silent, strict=True)
    ]


def _weights(settings: list[Setting]) -> list[Tensor]:
    weights = []
    for layer, (n, m) in enumerate(pairwise(SIZES)):
        nets = []
        for setting in settings:
            w = torch.full((n, m), 1 / n, dtype=torch.float64)
            drawn = layer + 1 in setting.random
            if drawn or setting.noise:
                z = normals(8 * setting.seed + layer, n * m).view(n, m)
                w = z * math.sqrt(2 / n) if drawn else (1 + setting.noise * z) / n
            nets.append(w)
        weights.append(torch.stack(nets))
    return weights


def _masks(settings: list[Setting], steps: int) -> Tensor:
    """What dropout multiplies with: shape (steps, layers, settings, images, units), ones where it is off."""
    shape = (steps, MATRICES - 1, BATCH, SIZES[1])
    each = []
    for setting in settings:
        if setting.dropout:
            drawn = uniform(8 * setting.seed + 7, math.prod(shape)).view(shape)
            each.append((drawn >= setting.dropout).double() / (1 - setting.dropout))
        else:
            each.append(torch.ones(1, dtype=torch.float64).expand(shape))
    return torch.stack(each, 2)
