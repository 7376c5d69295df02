"""Which units of a network do the same work, whatever its weights look like?"""

import copy
from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor, nn

LAYERS = (
    nn.Linear,
    nn.Conv1d,
    nn.Conv2d,
    nn.Conv3d,
    nn.ConvTranspose1d,
    nn.ConvTranspose2d,
    nn.ConvTranspose3d,
)
ROUNDING = 64 * torch.finfo(torch.float64).eps


class Units(NamedTuple):
    """A layer's units that are no features of their own: tied in groups, or dead."""

    tied: list[list[int]]
    dead: list[int]


def tied_units(
    model: nn.Module, batch: Tensor, *, seed: int = 0, tolerance: float = 1e-9
) -> dict[str, Units]:
    """Find the units that have equal outputs and equal gradients on a batch.

    SGD, momentum, Adam and AdamW move the weights of such units alike. Units with equal
    weights therefore stay one feature for good; units with different weights do so as
    long as the neighbors that even out the differences stay tied, too. The
    `weight_decay` of Adam, not that of AdamW, unties the latter: it passes through the
    division that makes steps of equal size.

    The units are watched at work, because their weights do not tell: outputs, and
    vector-Jacobian products (VJPs) for a random cotangent of the model's output, since
    the first gradient of a real loss may be 0. All of it happens in a float64 copy on
    the CPU, in `eval()`; `model` itself is not touched. What is kept of each layer are
    its outputs and VJPs, and the time of comparing grows like them, as long as few
    units lie within `tolerance` of each other.

    Args:
        model: Returns one floating-point tensor and can be deep-copied. Its `Linear`
            layers (units: last dimension) and convolutions (units: channels) are
            watched at their output, before any activation. Units of a layer that is
            called more than once must agree in all its calls.
        batch: Input of the model, finite. On fewer examples than a layer has inputs,
            units may agree by accident.
        seed: Seed of the cotangent.
        tolerance: Largest difference that still counts as equal, as a share of the
            layer's largest output or VJP, in [0, 1). Rounding parts tied units in
            float32 training: try 1e-3 after it.

    Returns:
        For each layer that was called (those inside `nn.MultiheadAttention` are not),
        by its name in `model.named_modules()`: its groups of two or more tied units,
        and its dead units, which are in no group. A unit is dead if its VJP is exactly
        0 on the whole batch: ReLU blocks it on every example, or its outgoing weights
        are 0 (perhaps only until the first step). The last layer's units are told apart
        by the cotangent, as they are by labels.

    Raises:
        ValueError: If `batch` is empty or not finite, `tolerance` is out of range, a
            parameter, output or VJP is NaN or infinite, or `model` does not return one
            floating-point tensor that depends on a watched layer.

    Examples:
        >>> first, last = nn.Linear(1, 4, bias=False), nn.Linear(4, 1, bias=False)
        >>> model = nn.Sequential(first, nn.ReLU(), last)
        >>> model[0].weight.data = torch.tensor([[1.0], [1.0], [1.0], [-1.0]])
        >>> model[2].weight.data = torch.tensor([[3.0, 3.0, 2.0, 3.0]])
        >>> tied_units(model, torch.tensor([[1.0], [2.0]]))
        {'0': Units(tied=[[0, 1]], dead=[3]), '2': Units(tied=[], dead=[])}
    """
    if not batch.numel() or not batch.isfinite().all():
        raise ValueError(
            f"batch must be finite and not empty, got shape {tuple(batch.shape)}"
        )
    if not 0 <= tolerance < 1:
        raise ValueError(f"tolerance must be in [0, 1), got {tolerance}")
    for name, parameter in model.named_parameters():
        if not parameter.isfinite().all():
            raise ValueError(f"parameter {name!r} must be finite, got NaN or infinity")
    seen = _watch(model, batch, seed)
    # What is 0 up to rounding has no scale of its own: measure rounding on the model's.
    noise = [
        ROUNDING * max(float(v.abs().max()) for v in kind)
        for kind in zip(*seen.values(), strict=True)
    ]
    found = {}
    for name, pair in seen.items():
        slack = [
            tolerance * float(v.abs().max()) + least
            for v, least in zip(pair, noise, strict=True)
        ]
        dead = (pair[1] == 0).all(0)
        tied = _groups(pair, slack, (~dead).nonzero().flatten())
        found[name] = Units(tied, dead.nonzero().flatten().tolist())
    return found


def _groups(
    pair: tuple[Tensor, Tensor], slack: list[float], units: Tensor
) -> list[list[int]]:
    """Units that agree with the first of their group, in every output and every VJP."""
    if not len(units):
        return []
    # Units that agree at all agree at the entry that tells most units apart, so only
    # neighbors in its order need be compared in whole: not each with each.
    rows = [v[:, units] for v in pair]
    apart = [v.std(1, correction=0) / s for v, s in zip(rows, slack, strict=True)]
    kind = int(apart[1].max() > apart[0].max())
    keys, order = rows[kind][apart[kind].argmax()].sort()
    reach = 1.01 * slack[kind]  # rounding of the sum included
    starts = torch.searchsorted(keys, keys - reach)
    ends = torch.searchsorted(keys, keys + reach, right=True)
    place = order.argsort().tolist()
    near = list(zip(starts.tolist(), ends.tolist(), strict=True))
    groups, free = [], torch.ones(len(units), dtype=torch.bool, device=units.device)
    for first, at in enumerate(place):
        start, end = near[at]
        if end - start == 1 or not free[first]:
            continue
        others = order[start:end][free[order[start:end]]]
        gaps = [(v[:, others] - v[:, [first]]).abs().amax(0) for v in rows]
        equal = others[(gaps[0] <= slack[0]) & (gaps[1] <= slack[1])]
        if len(equal) > 1:
            groups.append(units[equal.sort().values].tolist())
        free[equal] = False
    return groups


def _watch(
    model: nn.Module, batch: Tensor, seed: int
) -> dict[str, tuple[Tensor, Tensor]]:
    """Run a copy of the model: outputs and VJPs of each layer, (anything, units)."""
    calls: dict[str, list[tuple[Tensor, Tensor]]] = {}

    def watch(
        name: str, unit: int, _layer: nn.Module, _inputs: object, output: Tensor
    ) -> Tensor:
        values = output.detach().movedim(unit, -1)
        probe = torch.zeros_like(values, requires_grad=True)
        calls.setdefault(name, []).append((values, probe))
        # The gradient of the probe is the VJP. An in-place activation changes this sum,
        # not `values`.
        return output + probe.movedim(-1, unit)

    with (  # whatever modes the caller is in
        torch.inference_mode(False),
        torch.enable_grad(),
        torch.autocast("cpu", enabled=False),
        torch.random.fork_rng(devices=[]),
    ):
        twin = copy.deepcopy(model).to("cpu", torch.float64).eval()
        for name, layer in twin.named_modules():
            if isinstance(layer, LAYERS):
                unit = (
                    1 - layer.weight.ndim
                )  # dimension of the units: -1 for Linear, -3 for Conv2d
                layer.register_forward_hook(partial(watch, name, unit))
        inputs = batch.detach().clone().cpu()
        output = twin(inputs.double() if inputs.is_floating_point() else inputs)
        if not isinstance(output, Tensor) or not output.is_floating_point():
            got = output.dtype if isinstance(output, Tensor) else type(output).__name__
            raise ValueError(f"model must return one floating-point tensor, got {got}")
        if not calls or not output.requires_grad:
            raise ValueError(
                "model must return a tensor that depends on a Linear layer or a "
                "convolution"
            )
        stream = torch.Generator().manual_seed(seed)
        cotangent = torch.randn(
            output.shape, dtype=output.dtype, device="cpu", generator=stream
        )
        probes = [probe for pairs in calls.values() for _, probe in pairs]
        vjps = iter(
            torch.autograd.grad(output, probes, cotangent, materialize_grads=True)
        )

    seen = {}
    for name, pairs in calls.items():
        outputs = torch.cat(
            [values.reshape(-1, values.shape[-1]) for values, _ in pairs]
        )
        pulled = torch.cat([next(vjps).reshape(-1, outputs.shape[-1]) for _ in pairs])
        if not (outputs.isfinite().all() and pulled.isfinite().all()):
            raise ValueError(
                f"outputs and VJPs of layer {name!r} must be finite, "
                "got NaN or infinity"
            )
        seen[name] = outputs, pulled
    return seen
