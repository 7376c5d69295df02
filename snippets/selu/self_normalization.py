"""Does your SELU network normalize itself, and if not, what breaks it?"""

import copy
import math
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

WEIGHTED = (nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d)


class Signal(NamedTuple):
    """What arrives at a weighted layer from below, and at its output from above."""

    layer: str
    mean: float
    variance: float
    gradient: float
    weight_variance: float


class _Call(NamedTuple):
    """A call of a weighted layer, x in float64, and the modules called before it."""

    name: str
    layer: nn.Linear | nn.Conv1d | nn.Conv2d | nn.Conv3d
    x: Tensor
    z: Tensor
    before: dict[str, nn.Module]


class Report(NamedTuple):
    """The signal at every weighted layer, in the order of the calls, and all faults."""

    signals: list[Signal]
    faults: list[str]


def self_normalization(
    model: nn.Module, batch: Tensor, *, tolerance: float = 0.25, seed: int = 0
) -> Report:
    """Follow a batch through a SELU network and name what breaks self-normalization.

    SELU holds mean 0 and variance 1 if inputs are standardized, weights have mean near
    0 and mean square 1/fan-in, biases are small, and only SELU, `nn.AlphaDropout` and
    changes of shape stand between weighted layers. Sums and functional calls show in
    the moments, or in values that SELU cannot return; what does neither is not seen.

    A copy runs on the CPU, in `train()`; `model` and the random state stay as they are.

    Args:
        model: Returns one floating-point tensor and can be deep-copied. Its `Linear`
            layers and convolutions are the weighted layers, one chain that autograd can
            follow: check branches one at a time. The weights of the last are free.
        batch: Input of the model, in its dtype, finite, a hundred examples or more,
            examples first. One alone has all in common, which is a fault.
        tolerance: By what factor above 1 + tolerance, or below its inverse, a second
            moment is a fault, and what a mean may be in standard deviations, > 0.
        seed: Seed of the dropout masks and of the gradient at the model's output.

    Returns:
        `signals`: for each call of a weighted layer its name, mean and variance of its
        inputs, mean square of the gradient at its outputs, for a standard normal one at
        the model's output, and fan-in times mean square of its weights. `faults`: one
        sentence each, none if all is well. Gradients are never one: they grow.

    Raises:
        ValueError: If `batch` is empty or not finite, `tolerance` is not > 0, `model`
            returns something else than one floating-point tensor, its weighted layers
            are no chain that leads to it, or a signal is NaN or infinite.

    Examples:
        >>> model = nn.Sequential(nn.Linear(200, 200), nn.SELU(), nn.Linear(200, 1))
        >>> g = torch.Generator().manual_seed(0)
        >>> signs = torch.randn(200, 200, generator=g).sign()
        >>> model[0].weight.data = signs * (2 / 200) ** 0.5  # He
        >>> self_normalization(model, signs).faults
        ["layer '0': fan-in times mean square weight is 2, not 1 (LeCun)"]
    """
    if not batch.numel() or not batch.isfinite().all():
        raise ValueError(f"batch must be finite and not empty, got {batch.shape}")
    if not 0 < tolerance < math.inf:
        raise ValueError(f"tolerance must be finite and > 0, got {tolerance}")
    with torch.inference_mode(False), torch.enable_grad(), torch.random.fork_rng([]):
        torch.manual_seed(seed)
        with torch.autocast("cpu", enabled=False):
            calls, output = _watch(model, batch)
        cotangent = torch.randn_like(output)
        gradients = torch.autograd.grad(output, [call.z for call in calls], cotangent)
    signals, most = [], 1 + tolerance
    for (name, layer, x, *_), g in zip(calls, gradients, strict=True):
        tau = layer.weight[0].numel() * layer.weight.detach().double().square().mean()
        numbers = (x.mean(), x.var(correction=0), g.double().square().mean(), tau)
        signals.append(Signal(name, *(float(n) for n in numbers)))
        if not all(math.isfinite(n) for n in signals[-1][1:]):
            raise ValueError(f"signals must be finite, got {signals[-1]}")
    faults = _faults_of_inputs(calls[0].name, calls[0].x, most)
    for (below, above), signal in zip(pairwise(calls), signals, strict=False):
        faults += _faults_of_layer(below, signal.weight_variance, most)
        for name, module in above.before.items():  # not calls[0]'s: they make inputs
            faults += _faults_of_module(name, module)
        faults += _faults_between(below, above, most)
    last = float(calls[-1].x.square().mean())
    if not faults and not 1 / most <= last <= most:
        faults = [f"small deviations add up to a second moment of {last:.3g}, not 1"]
    return Report(signals, list(dict.fromkeys(faults)))


def _watch(model: nn.Module, batch: Tensor) -> tuple[list[_Call], Tensor]:
    """Run a copy of the model: the calls of its weighted layers, and its output."""
    twin = copy.deepcopy(model).cpu().train()
    names = {module: name for name, module in twin.named_modules()}
    calls: list[_Call] = []
    others: dict[str, nn.Module] = {}

    def watch(
        module: nn.Module, args: tuple[Tensor], kwargs: dict[str, Tensor], z: Tensor
    ) -> Tensor | None:
        if not isinstance(module, WEIGHTED):
            others[names[module]] = module
            return None
        x = (args[0] if args else kwargs["input"]).detach().to(torch.float64, copy=True)
        z = z if z.requires_grad else z.detach().requires_grad_()
        calls.append(_Call(names[module], module, x, z, dict(others)))
        others.clear()
        return z.clone()  # an activation in place must not change what is kept

    for module, name in names.items():
        # A parametrized layer has children; they make its weights, not signals.
        leaf = not list(module.children()) and "parametrizations" not in name
        if leaf or isinstance(module, WEIGHTED):
            module.register_forward_hook(watch, with_kwargs=True)
    output = twin(batch.detach().clone().cpu())
    if not isinstance(output, Tensor) or not output.is_floating_point():
        got = output.dtype if isinstance(output, Tensor) else type(output).__name__
        raise ValueError(f"model must return one floating-point tensor, got {got}")
    if not calls or not output.requires_grad:
        raise ValueError("model must depend on a Linear layer or a convolution")
    steps = [*((call.name, call.z) for call in calls), ("the output", output)]
    for (below, z), (above, y) in pairwise(steps):
        (path,) = torch.autograd.grad(y.sum(), z, retain_graph=True, allow_unused=True)
        if path is None:
            what = f"{above!r} does not depend on {below!r}"
            raise ValueError(f"model must be a chain of weighted layers, but {what}")
    return calls, output


def _faults_of_inputs(name: str, x: Tensor, most: float) -> list[str]:
    mean, variance, faults = float(x.mean()), float(x.var(correction=0)), []
    if abs(mean) > most - 1 or not 1 / most <= variance <= most:
        faults.append(f"mean {mean:.2g}, variance {variance:.2g}, not 0 and 1")
    common = float(x.mean(0).square().mean() / x.square().mean())
    # A wide SELU layer multiplies the rest by 1.0716 at most: in ten it doubles.
    if common > 0.9:
        faults.append(f"examples have {common:.0%} of their second moment in common")
    return [f"inputs of {name!r}: {fault}" for fault in faults]


def _faults_of_layer(call: _Call, tau: float, most: float) -> list[str]:
    # Few weights miss 1 by chance: allow for four standard deviations of that.
    slack, faults = most + 4 * math.sqrt(2 / call.layer.weight.numel()), []
    if not 1 / slack <= tau <= slack:
        faults.append(f"fan-in times mean square weight is {tau:.3g}, not 1 (LeCun)")
    # A layer multiplies what its inputs have in common by this: from 1 on it grows.
    common = call.layer.weight[0].numel() * call.layer.weight.mean().item()
    if abs(common) > 0.5 + 4 / math.sqrt(len(call.layer.weight)):
        faults.append(f"fan-in times mean weight is {common:.3g}, not near 0")
    bias = call.layer.bias
    if bias is not None and (size := bias.square().mean().item()) > most - 1:
        faults.append(f"mean square of the biases is {size:.3g}, not near 0")
    return [f"layer {call.name!r}: {fault}" for fault in faults]


def _faults_of_module(name: str, module: nn.Module) -> list[str]:
    kind = type(module).__module__.removeprefix("torch.nn.modules.")
    what = type(module).__name__
    if kind == "dropout" and "Alpha" not in what and module.p:
        return [f"{name!r}: {what} adds variance, nn.AlphaDropout does not"]
    if kind == "activation" and what != "SELU":
        return [f"{name!r}: {what} is not SELU"]
    if kind in ("batchnorm", "instancenorm", "normalization", "pooling"):
        return [f"{name!r}: {what} changes the variance by itself"]
    return []


def _faults_between(below: _Call, above: _Call, most: float) -> list[str]:
    made = F.selu(below.z.detach().double())
    tiny = torch.finfo(made.dtype).tiny  # all weights may be 0
    shift = (above.x.mean() - made.mean()).abs() / (made.std(correction=0) + tiny)
    factor = (above.x.square().mean() + tiny) / (made.square().mean() + tiny)
    if shift > most - 1 or not 1 / most <= factor <= most:
        what = f"something besides SELU multiplies the second moment by {factor:.3g}"
    elif (lowest := float(above.x.min())) < -1.77:  # SELU ends at -1.7581
        what = f"SELU is missing or not the last: it returns nothing like {lowest:.3g}"
    else:
        return []
    return [f"between {below.name!r} and {above.name!r}: {what}"]
