"""What dropout and samples with dropout on cost on the machine that builds the site."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from snippets.dropout.mc_dropout import mc_dropout
from snippets.dropout.predictive_uncertainty import Prediction, predictive_uncertainty
from snippets.evidence.estimates import Results
from snippets.laboratory.intervals import mean
from snippets.laboratory.seeding import generators
from snippets.laboratory.timing import seconds_per_call

SIZES = {"small": (64, 100, 100, 10), "large": (784, 512, 512, 10)}
SAMPLES = 64


def _net(size: str, p: float) -> nn.Sequential:
    layers: list[nn.Module] = []
    a, b, c, d = SIZES[size]
    for n, m in ((a, b), (b, c)):
        layers += [nn.Linear(n, m), nn.ReLU(), *([nn.Dropout(p)] if p else [])]
    return nn.Sequential(*layers, nn.Linear(c, d))


def _ratios(
    seeds: range,
    calls: Callable[[torch.Generator], dict[str, Callable[[], object]]],
    pairs: dict[str, tuple[str, str]],
) -> Results:
    """Time of the first call of each pair over that of the second, one ratio per seed."""
    found: dict[str, list[float]] = {key: [] for key in pairs}
    for stream in generators(seeds, "inputs"):
        times = seconds_per_call(calls(stream), rounds=3)
        for key, (over, under) in pairs.items():
            found[key].append(times[over] / times[under])
    return {key: mean(ratios, "1") for key, ratios in found.items()}


def step_time(seeds: range) -> Results:
    """A training step, Adam, with dropout at 0.5 over one without; batches of 64 (small) and 128 (large)."""

    def calls(stream: torch.Generator) -> dict[str, Callable[[], object]]:
        made: dict[str, Callable[[], object]] = {}
        for size, batch in (("small", 64), ("large", 128)):
            x = torch.randn(batch, SIZES[size][0], generator=stream)
            y = torch.randint(10, (batch,), generator=stream)
            for name, p in (("with", 0.5), ("without", 0.0)):
                net = _net(size, p)
                adam = torch.optim.Adam(net.parameters(), fused=True)
                made[f"{size}_{name}"] = partial(_step, net, adam, x, y)
        return made

    sizes = {size: (f"{size}_with", f"{size}_without") for size in SIZES}
    return _ratios(seeds[: len(seeds) // 2], calls, sizes)


def _step(net: nn.Module, adam: torch.optim.Adam, x: Tensor, y: Tensor) -> None:
    adam.zero_grad()
    F.cross_entropy(net(x), y).backward()
    adam.step()


def eval_time(seeds: range) -> Results:
    """A forward pass in eval() with dropout modules over one without: batch 1 and 128.

    At batch 1 also of the traced and frozen nets, in which no module is called from Python.
    """

    def calls(stream: torch.Generator) -> dict[str, Callable[[], object]]:
        made: dict[str, Callable[[], object]] = {}
        for size, batch in (("small", 1), ("large", 128)):
            x = torch.randn(batch, SIZES[size][0], generator=stream)
            for name, p in (("with", 0.5), ("without", 0.0)):
                net = _net(size, p).eval()
                made[f"{size}_{name}"] = partial(_forward, net, x)
                if batch == 1:
                    made[f"frozen_{name}"] = partial(_forward, _frozen(net, x), x)
        return made

    sizes = {
        "small_batch_1": ("small_with", "small_without"),
        "frozen_small_batch_1": ("frozen_with", "frozen_without"),
        "large_batch_128": ("large_with", "large_without"),
    }
    return _ratios(seeds[: len(seeds) // 2], calls, sizes)


def _frozen(net: nn.Module, x: Tensor) -> nn.Module:
    with warnings.catch_warnings():  # deprecated, and still what needs no compiler
        warnings.simplefilter("ignore")
        traced = torch.jit.trace(net, x)
        frozen: nn.Module = torch.jit.freeze(traced)
        return frozen


@torch.no_grad()
def _forward(net: nn.Module, x: Tensor) -> Tensor:
    result: Tensor = net(x)
    return result


def sample_time(seeds: range) -> Results:
    """64 samples over one pass in eval(), and over 32 samples: a loop, and `mc_dropout`; small net."""

    def calls(stream: torch.Generator) -> dict[str, Callable[[], object]]:
        net = _net("small", 0.5).eval()
        made: dict[str, Callable[[], object]] = {}
        for batch in (1, 256):
            x = torch.randn(batch, SIZES["small"][0], generator=stream)
            made[f"{batch}_eval"] = partial(_forward, net, x)
            for t in (SAMPLES // 2, SAMPLES):
                made[f"{batch}_loop_{t}"] = partial(_loop, net, x, t)
                made[f"{batch}_batched_{t}"] = partial(_batched, net, x, t)
        return made

    pairs = {}
    for batch in (1, 256):
        for way in ("loop", "batched"):
            top = f"{batch}_{way}_{SAMPLES}"
            pairs[f"{way}_batch_{batch}"] = (top, f"{batch}_eval")
            pairs[f"{way}_doubled_batch_{batch}"] = (top, f"{batch}_{way}_32")
        loop, batched = (f"{batch}_{way}_{SAMPLES}" for way in ("loop", "batched"))
        pairs[f"loop_over_batched_batch_{batch}"] = (loop, batched)
    return _ratios(seeds[: len(seeds) // 4], calls, pairs)


def _batched(net: nn.Module, x: Tensor, t: int) -> Prediction:
    samples = mc_dropout(net, x, t, seed=0, rows=SAMPLES * 256)
    return predictive_uncertainty(samples)


@torch.no_grad()
def _loop(net: nn.Module, x: Tensor, t: int) -> Tensor:
    """What people write: dropout on, one pass after the other, mean and variance in the end."""
    net.train()  # no batch normalization in this net
    drawn = torch.stack([net(x).softmax(-1) for _ in range(t)])
    net.eval()
    return torch.cat([drawn.mean(0), drawn.var(0)])
