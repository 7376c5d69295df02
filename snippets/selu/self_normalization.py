"""Does your SELU network normalize itself, and if not, what breaks it?"""

import copy
import math
from functools import partial
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


class Call(NamedTuple):
    """A call of a weighted layer."""

    name: str
    layer: nn.Linear | nn.Conv1d | nn.Conv2d | nn.Conv3d
    x: Tensor
    z: Tensor


class Report(NamedTuple):
    """The signal at every weighted layer, in the order of the calls, and all faults."""

    signals: list[Signal]
    faults: list[str]


def self_normalization(
    model: nn.Module, batch: Tensor, *, tolerance: float = 0.25, seed: int = 0
) -> Report:
    """Follow a batch through a SELU network and name what breaks self-normalization.

    SELU holds mean 0 and variance 1 if inputs are standardized, weights have mean
    square 1/fan-in, biases are small, and nothing but SELU, `nn.AlphaDropout` and
    changes of shape stands between weighted layers. All of it is checked, and so is
    what no list of modules shows: whether the inputs of a layer have the moments of
    SELU of the previous layer's outputs. Sums, pooling and functional calls change
    them.

    A float64 copy on the CPU runs in `train()`, where dropout is on; `model`, its
    gradients, modes and buffers and the random state stay as they are.

    Args:
        model: Returns one floating-point tensor and can be deep-copied. Its `Linear`
            layers and convolutions are the weighted layers; the last one called is the
            output, whose weights are free.
        batch: Input of the model, finite; enough examples that their mean and variance
            mean something, since a batch of few is reported as not standardized.
        tolerance: By what factor above 1 + tolerance, or below its inverse, a second
            moment is a fault, and what a mean may be in standard deviations, > 0.
        seed: Seed of the dropout masks and of the gradient at the model's output.

    Returns:
        `signals`: for each call of a weighted layer its name, the mean and variance of
        its inputs, the mean square of the gradient at its outputs, for a standard
        normal gradient at the model's output, and fan-in times the mean square of its
        weights. All unitless. `faults`: one sentence each, empty if nothing is wrong.
        Gradients are never a fault: with SELU they grow.

    Raises:
        ValueError: If `batch` is empty or not finite, `tolerance` is not > 0, `model`
            returns something else than one floating-point tensor that depends on a
            weighted layer, or a signal is NaN or infinite.

    Examples:
        >>> model = nn.Sequential(nn.Linear(200, 200), nn.SELU(), nn.Linear(200, 1))
        >>> stream = torch.Generator().manual_seed(0)
        >>> signs = torch.randn(200, 200, generator=stream).sign()
        >>> model[0].weight.data = signs * (2 / 200) ** 0.5  # He
        >>> self_normalization(model, signs).faults
        ["layer '0': fan-in times mean square weight is 2, not 1 (LeCun)"]
    """
    if not batch.numel() or not batch.isfinite().all():
        raise ValueError(
            f"batch must be finite and not empty, got shape {tuple(batch.shape)}"
        )
    if not 0 < tolerance < math.inf:
        raise ValueError(f"tolerance must be finite and > 0, got {tolerance}")
    with torch.inference_mode(False), torch.enable_grad(), torch.random.fork_rng([]):
        torch.manual_seed(seed)
        with torch.autocast("cpu", enabled=False):
            calls, others, output = _watch(model, batch)
        cotangent = torch.randn(output.shape, dtype=output.dtype)
        gradients = torch.autograd.grad(
            output, [call.z for call in calls], cotangent, materialize_grads=True
        )
    signals = []
    for (name, layer, x, _), gradient in zip(calls, gradients, strict=True):
        tau = layer.weight[0].numel() * layer.weight.detach().square().mean()
        numbers = (x.mean(), x.var(correction=0), gradient.square().mean(), tau)
        signals.append(Signal(name, *(float(n) for n in numbers)))
        if not all(math.isfinite(n) for n in signals[-1][1:]):
            raise ValueError(f"signals must be finite, got {signals[-1]}")
    most = 1 + tolerance
    mean, variance = signals[0].mean, signals[0].variance
    faults = []
    if abs(mean) > tolerance or not 1 / most <= variance <= most:
        faults.append(f"inputs: mean {mean:.2g}, variance {variance:.2g}, not 0 and 1")
    hidden = {call.name: call for call in calls[:-1]}
    for signal in {s.layer: s for s in signals if s.layer in hidden}.values():
        faults += _faults_of_layer(hidden[signal.layer], signal.weight_variance, most)
    for name, module in others.items():
        faults += _faults_of_module(name, module)
    for below, above in pairwise(calls):
        faults += _faults_between(below, above, most)
    return Report(signals, faults)


def _watch(
    model: nn.Module, batch: Tensor
) -> tuple[list[Call], dict[str, nn.Module], Tensor]:
    """Run a copy: calls of weighted layers, the modules called before them, outputs."""
    calls: list[Call] = []
    others: dict[str, nn.Module] = {}
    pending: dict[str, nn.Module] = {}  # those called since the last weighted layer

    def watch(
        name: str,
        module: nn.Module,
        args: tuple[Tensor, ...],
        kwargs: dict[str, Tensor],
        output: Tensor,
    ) -> Tensor | None:
        if not isinstance(module, WEIGHTED):
            pending[name] = module
            return None
        others.update(pending)
        pending.clear()
        x = args[0] if args else kwargs["input"]
        z = output if output.requires_grad else output.detach().requires_grad_()
        calls.append(Call(name, module, x.detach().clone(), z))
        return z.clone()  # an activation in place must not change what is kept

    twin = copy.deepcopy(model).to("cpu", torch.float64).train()
    for name, module in twin.named_modules():
        if not list(module.children()):
            module.register_forward_hook(partial(watch, name), with_kwargs=True)
    inputs = batch.detach().clone().cpu()
    output = twin(inputs.double() if inputs.is_floating_point() else inputs)
    if not isinstance(output, Tensor) or not output.is_floating_point():
        got = output.dtype if isinstance(output, Tensor) else type(output).__name__
        raise ValueError(f"model must return one floating-point tensor, got {got}")
    if not calls or not output.requires_grad:
        raise ValueError("model must depend on a Linear layer or a convolution")
    return calls, others, output


def _faults_of_layer(call: Call, tau: float, most: float) -> list[str]:
    # Few weights miss 1 by chance: allow for four standard deviations of that.
    slack, faults = most + 4 * math.sqrt(2 / call.layer.weight.numel()), []
    if not 1 / slack <= tau <= slack:
        faults.append(f"fan-in times mean square weight is {tau:.3g}, not 1 (LeCun)")
    if call.layer.bias is not None:
        size = float(call.layer.bias.detach().square().mean())
        if size > most - 1:
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


def _faults_between(below: Call, above: Call, most: float) -> list[str]:
    made = F.selu(below.z.detach())
    tiny = torch.finfo(made.dtype).tiny  # all weights may be 0
    shift = float(
        (above.x.mean() - made.mean()).abs() / (made.std(correction=0) + tiny)
    )
    factor = float((above.x.square().mean() + tiny) / (made.square().mean() + tiny))
    if shift <= most - 1 and 1 / most <= factor <= most:
        return []
    return [
        f"between {below.name!r} and {above.name!r}: something besides SELU changes "
        f"the second moment by a factor of {factor:.3g}"
    ]
