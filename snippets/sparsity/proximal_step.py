"""Exact zeros from L1 and group lasso: a soft threshold after each step of SGD."""

import math
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import softshrink


@torch.no_grad()
def proximal_step(
    optimizer: torch.optim.SGD, *, l1: float = 0.0, rows: float = 0.0
) -> None:
    """Apply l1 * sum |w| + rows * sum ||row of w||_2 as a penalty, after a step.

    Call it after `optimizer.step()`, before `zero_grad()` and before the scheduler's
    step, so that it takes the same parameters and the same lr; the loss must not
    contain the penalty as well. A `GradScaler` skips steps without a word: beside one,
    let the optimizer call it, after the steps that it takes:

        optimizer.register_step_post_hook(lambda o, *_: proximal_step(o, l1=...))

    Where the optimizer took a step against the gradient, this takes the one for the
    penalty, which has a closed form: it moves each weight by the threshold towards 0,
    then shortens each row by it, and what is within reach becomes exactly 0.

    With SGD all weights of a group have one step size, so one threshold is right for
    all of them: lr times the penalty without momentum. With momentum m and dampening d,
    PyTorch's buffer rests at (1 - d) / (1 - m) times a constant gradient, not at the
    gradient, and the threshold has to grow alike; with the plain one, m = 0.9 would
    leave a tenth of the penalty. Adam and Adagrad scale each weight by itself. For L1 a
    threshold scaled alike would be sound; it depends on what each of them stores and is
    left out, so they are refused.

    Args:
        optimizer: An `SGD` that has just stepped. Its groups may have "l1" and "rows"
            of their own, say 0 for biases, as they may have their own "lr". Parameters
            without a gradient are left alone.
        l1: Penalty on the absolute value of each weight, >= 0, on the scale of the
            loss.
        rows: Penalty on the norm of each row, >= 0: all that belongs to one index of
            the first dimension, so one unit of a `Linear`, one channel of a
            convolution. It is not multiplied by the root of the row's size.

    Returns:
        Nothing: the parameters are changed in place.

    Raises:
        ValueError: If `optimizer` is not `SGD`, a parameter not float32 or float64, a
            penalty is negative or not finite, a group maximizes, has momentum 1 or
            more, `rows` meets a parameter without rows, or no parameter has a gradient.

    Examples:
        >>> w = torch.nn.Parameter(torch.tensor([[0.5, -2.0], [0.1, 0.2]]))
        >>> optimizer = torch.optim.SGD([w], lr=0.1)
        >>> w.grad = torch.zeros_like(w)
        >>> proximal_step(optimizer, l1=3.0)  # a threshold of 0.3
        >>> w.detach()
        tensor([[ 0.2000, -1.7000],
                [ 0.0000,  0.0000]])

    Source:
        Yun, Lozano and Yang (2021), Adaptive Proximal Gradient Methods for Structured
        Neural Networks, treat optimizers with a step size for each weight. The factor
        for momentum follows from the update in the documentation of `torch.optim.SGD`.
    """
    if not isinstance(optimizer, torch.optim.SGD):
        raise ValueError(
            "optimizer must be torch.optim.SGD, whose step size is one for all "
            f"weights, got {type(optimizer).__name__}"
        )
    work = []
    for group in optimizer.param_groups:
        step = _step_size(group)
        penalties = group.get("l1", l1), group.get("rows", rows)
        _check(penalties)
        for p in group["params"]:
            if p.dtype not in (torch.float32, torch.float64):
                raise ValueError(
                    "parameters must be float32 or float64, where rounding leaves a "
                    f"threshold, got {p.dtype}"
                )
            if penalties[1] and p.ndim < 2:
                raise ValueError(
                    "rows needs parameters of two or more dimensions, got shape "
                    f"{tuple(p.shape)}: give its group rows=0"
                )
            if p.grad is not None:
                work.append((p, step * penalties[0], step * penalties[1]))
    if not work:
        raise ValueError(
            "no parameter has a gradient: call proximal_step after optimizer.step() "
            "and before zero_grad()"
        )
    if getattr(optimizer, "found_inf", 0):  # a GradScaler lets a fused step do nothing
        return
    for p, threshold, reach in work:
        _shrink(p, threshold, reach)


def _shrink(p: Tensor, threshold: float, reach: float) -> None:
    if threshold:
        p.copy_(softshrink(p, threshold))
    if reach:
        norms = p.flatten(1).norm(dim=1).view(-1, *[1] * (p.ndim - 1))
        p.mul_(torch.where(norms > reach, 1 - reach / norms, 0.0))


def _check(penalties: tuple[float, float]) -> None:
    for name, penalty in zip(("l1", "rows"), penalties, strict=True):
        if not 0 <= penalty < math.inf:
            raise ValueError(f"{name} must be >= 0 and finite, got {penalty}")


def _step_size(group: dict[str, Any]) -> float:
    """How far a constant gradient of 1 moves a weight per step, in the end."""
    if group["maximize"]:
        raise ValueError("maximize must be False: a penalty is for minimizing")
    step, momentum = float(group["lr"]), group["momentum"]
    if not 0 <= momentum < 1:
        raise ValueError(f"momentum must be in [0, 1), got {momentum}")
    return step * (1 - group["dampening"]) / (1 - momentum) if momentum else step
