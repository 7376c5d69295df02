"""Does the page compute what PyTorch computes? docs/explorables/biases-math.js beside Adam and an LSTM."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from itertools import product

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from snippets.biases._lstm import NOISE, SYMBOLS, UNITS
from snippets.biases._rare import PRIOR
from snippets.biases.forget_bias_ import forget_bias_
from snippets.biases.log_prior_bias_ import log_prior_bias_
from snippets.evidence.estimates import Results
from snippets.laboratory.intervals import largest
from snippets.laboratory.javascript import apart, loaded
from snippets.laboratory.random_numbers import normals, uniform

FILES = ("docs/explorables/random.js", "docs/explorables/biases-math.js")

NETWORKS, MOST_STEPS = 8, 60  # of an average, and of a sequence
NEAR = 1.01  # there, as a multiple of the least loss
RATES, OWN_RATE = (0.001, 0.01, 0.1), 0.01  # the last is what the page begins with
COMPARED, COUNTED = (
    300,
    4000,
)  # steps whose losses are compared, and up to which arrivals are counted

Memory = tuple[float, int, int]  # forget bias, steps, seed


def agreement(seeds: range) -> Results:
    """The largest difference between JavaScript and PyTorch over settings that include the edges.

    `output` compares the log-odds with `log_prior_bias_`, and the losses of a bias by itself over 300 steps
    with `torch.optim.Adam`; `memory` compares, at each step of a sequence, the gradient over that at the
    last, averaged over networks, with `torch.nn.LSTM` after `forget_bias_`. All in float64, differences as
    shares of the number. `counts_apart` is for how many output biases the steps that Adam needs are not
    equal, and `alone_steps` is how many it needs for a label that one example in a hundred has. The seeds
    draw the settings that are not edges.
    """
    draw = random.Random(seeds.start)
    priors, memories = _priors(draw), [*_memories(draw)]
    shares = torch.tensor(priors, dtype=torch.float64)
    biases = log_prior_bias_(
        torch.zeros_like(shares), shares, output="sigmoid", total=1
    )
    outputs, found, counts_apart, alone = [], [], 0, 0
    looks = [*range(COMPARED + 1)]
    with loaded(FILES) as call:
        for prior, bias in zip(priors, biases.tolist(), strict=True):
            outputs.append(apart(call("biases.logOdds", prior), bias))
        starts = torch.stack([torch.zeros_like(biases), biases])
        for lr, theirs, arrivals in _trained(starts, shares):
            for n, prior in enumerate(priors):
                for start, losses in zip(starts[:, n].tolist(), theirs, strict=True):
                    ours = call("biases.descent", prior, lr, start, looks)
                    outputs.append(_farthest(ours, losses[:, n].tolist()))
                ours_arrival = min(call("biases.arrival", prior, lr), COUNTED)
                counts_apart += ours_arrival != arrivals[n]
            if lr == OWN_RATE:
                alone = arrivals[priors.index(PRIOR)]
        for forget, steps, seed in memories:
            ours = call("biases.reach", seed, forget, steps)
            found.append(_farthest(ours, _profile(forget, steps, seed)))
    results: Results = {
        "alone_steps": largest([alone], "steps"),
        "settings": largest([len(priors) * len(RATES) + len(memories)], "1"),
        "output_settings": largest([len(priors) * len(RATES)], "1"),
        "counts_apart": largest([counts_apart], "1"),
        "largest_error": largest([*outputs, *found], "1"),
        "output_error": largest(outputs, "1"),
        "memory_error": largest(found, "1"),
    }
    return results


def _farthest(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The largest difference, each as a share of its own number."""
    return max(map(apart, ours, theirs))


def _priors(draw: random.Random) -> list[float]:
    """The page's own, the ends of its slider, and where zero is nearly or just near enough."""
    drawn = (1 / (1 + math.exp(-draw.uniform(-9.2, 2.2))) for _ in range(6))
    own = (0.0001, 0.001, 0.01, 0.1, 0.44, 0.45, 0.5, 0.9)
    return [*own, *(float(f"{prior:.2g}") for prior in drawn)]


def _memories(draw: random.Random) -> Iterator[Memory]:
    yield from product((-2.0, 0.0, 1.0, 3.0, 5.0), (20,), (1,))
    yield from product((-2.0, 4.1, 5.0), (5, 60), (1,))
    for _ in range(6):
        forget = round(draw.uniform(-2, 5), 1)
        yield forget, 5 * draw.randint(1, 12), draw.randint(1, 99)


def _trained(
    starts: Tensor, priors: Tensor
) -> Iterator[tuple[float, Tensor, list[int]]]:
    """Of each learning rate, the losses over steps from each start, and the steps that those from zero need.

    All biases stand in one tensor for each learning rate, since Adam treats every entry by itself; a loss
    has the shape of the starts, (2, priors).
    """
    biases = [starts.clone().requires_grad_() for _ in RATES]
    adam = torch.optim.Adam(
        [{"params": [b], "lr": lr} for b, lr in zip(biases, RATES, strict=True)],
        fused=True,
    )
    best = F.binary_cross_entropy_with_logits(starts[1], priors, reduction="none")
    first = torch.full((len(RATES), len(priors)), COUNTED)
    kept: list[Tensor] = []
    for step in range(COUNTED):
        losses = F.binary_cross_entropy_with_logits(
            torch.stack(biases),
            priors.expand(len(RATES), *starts.shape),
            reduction="none",
        )
        there = losses.detach()[:, 0] <= NEAR * best
        first[there & (first == COUNTED)] = step
        if step <= COMPARED:
            kept.append(losses.detach())
        adam.zero_grad()
        losses.sum().backward()
        adam.step()
    by_rate = torch.stack(kept).permute(1, 2, 0, 3)  # (rates, starts, steps, priors)
    yield from zip(RATES, by_rate, first.tolist(), strict=True)


def _profile(forget: float, steps: int, seed: int) -> list[float]:
    """The gradient of the recall loss at each step over that at the last: geometric means over networks."""
    logs = []
    for n in range(NETWORKS):
        lstm, head = _network(1000 * seed + n)
        forget_bias_(lstm, forget)
        x, y = _sequence(1000 * seed + 500 + n, steps, n % SYMBOLS)
        loss = F.cross_entropy(head(lstm(x)[0][-1]), y)
        (gradient,) = torch.autograd.grad(loss, x)
        logs.append((gradient.norm(dim=1) / gradient[-1].norm()).log())
    ratios: list[float] = torch.stack(logs).mean(0).exp().tolist()
    return ratios


def _network(seed: int) -> tuple[nn.LSTM, nn.Linear]:
    """PyTorch's start, uniform within a quarter of zero, drawn by the generator of the page."""
    lstm, head = nn.LSTM(SYMBOLS, UNITS).double(), nn.Linear(UNITS, SYMBOLS).double()
    parameters = [*lstm.parameters(), *head.parameters()]
    sizes = [parameter.numel() for parameter in parameters]
    drawn = (2 * uniform(seed, sum(sizes)) - 1) / math.sqrt(UNITS)
    with torch.no_grad():
        for parameter, own in zip(parameters, torch.split(drawn, sizes), strict=True):
            parameter.copy_(own.view_as(parameter))
    return lstm, head


def _sequence(seed: int, steps: int, symbol: int) -> tuple[Tensor, Tensor]:
    """A sequence of the recall task, shape (steps, SYMBOLS), by the page's generator, and its symbol."""
    noise = normals(seed, MOST_STEPS * SYMBOLS).view(MOST_STEPS, SYMBOLS)
    x = NOISE * noise[:steps]
    x[0, symbol] += 1
    return x.requires_grad_(), torch.tensor(symbol)
