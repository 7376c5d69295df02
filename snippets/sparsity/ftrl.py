"""Follow the regularized leader, proximal: an optimizer that makes exact zeros."""

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor


class FTRL(torch.optim.Optimizer):
    """FTRL-Proximal: at a constant lr, step for step what `keras.optimizers.Ftrl` does.

    For each weight there are n, the sum of squared gradients, and z. With q =
    (n^-lr_power + beta) / lr + 2 l2 a step is

        n' = n + g^2,   z' = z + g - (q' - q) w,
        w' = 0 where |z'| <= l1, else (sign(z') l1 - z') / q'.

    Keras starts with z = 0, which fits only w = 0: of another w the first step leaves
    1 - q / q', little where g^2 is far below `initial_accumulator_value`. That is right
    for a linear model that starts at 0; at Keras's 0.1, a small network learned late,
    or with a small lr or l1 > 0 not at all. `keep_init=True` sets z = -w (n^-lr_power +
    beta) / lr first, which centers the first stabilizer at the initial weight. With l1
    the first step still subtracts l1 / q' from the size of each weight, so smaller ones
    are 0 at once; with l2 it shrinks all. Without l1 and l2 and at lr_power -0.5, this
    is `torch.optim.Adagrad` with eps = beta.

    `l1` belongs to the sum of all gradients, not to the mean loss: after t steps it
    weighs like a penalty of l1 / t per step, so zeros become fewer.

    What is stored is not z but -(z + q w), which after a step is -z clipped to +-l1. So
    the next step starts from the weights as they are, also where a mask or a checkpoint
    has changed them, and after a change of `lr` the stabilizers sum to the new 1 / lr,
    as in the paper. Keras stores z, undoes the former and rescales after the latter.

    Of a sparse gradient, as of `nn.Embedding`, only the rows take a step. A dense step
    shrinks the others, too, by `l2_shrinkage`, and once by `l1` and `l2`.

    Args:
        params: Parameters, or groups of them, each with options of its own.
        lr: Learning rate, alpha in the paper, >= 0; at 0, where many warm-ups begin, a
            step changes nothing. Keras's default is 0.001.
        lr_power: The learning rate falls with n to this power, <= 0; 0 is constant.
        initial_accumulator_value: Where n starts, >= 0.
        l1: Threshold on |z|, >= 0, in units of a summed gradient.
        l2: Ridge penalty, >= 0. It enters q as 2 l2: Keras's code; the paper has l2.
        l2_shrinkage: Adds 2 l2_shrinkage w to the gradient in z, not in n; >= 0.
        beta: Added to n^-lr_power, >= 0; the paper suggests 1, Keras's default is 0.
        keep_init: Whether the first stabilizer keeps the initial weights; not in Keras.
        maximize: Whether to maximize instead.

    Raises:
        ValueError: If an option is out of range, also when a scheduler has set it so;
            if n can stay 0 where beta is 0: the step would be 0/0 or, with l2, nothing
            would hold what `keep_init` keeps; in `step`, if a parameter is not float32
            or float64, whose sums would stall, or a gradient neither dense nor
            sparse_coo. Nothing has changed then.

    Examples:
        >>> w = torch.nn.Parameter(torch.tensor([1.0, 0.0]))
        >>> optimizer = FTRL([w], lr=1.0, initial_accumulator_value=0, beta=1, l1=1)
        >>> w.grad = torch.tensor([0.5, -3.0])
        >>> optimizer.step()  # z = (-1, -3) after it, q = (1.5, 4)
        >>> w.detach()
        tensor([0.0000, 0.5000])

    Source:
        McMahan and others (2013), Ad Click Prediction, doi:10.1145/2487575.2488200;
        ftrl.py of Keras 3.15, whose results the tests keep. `keep_init` is ours.
    """

    def __init__(
        self,
        params: Any,  # noqa: ANN401, torch's own type for it is private
        lr: float = 0.1,
        *,
        lr_power: float = -0.5,
        initial_accumulator_value: float = 0.1,
        l1: float = 0.0,
        l2: float = 0.0,
        l2_shrinkage: float = 0.0,
        beta: float = 0.0,
        keep_init: bool = True,
        maximize: bool = False,
    ) -> None:
        defaults = {
            "lr": lr,
            "lr_power": lr_power,
            "initial_accumulator_value": initial_accumulator_value,
            "l1": l1,
            "l2": l2,
            "l2_shrinkage": l2_shrinkage,
            "beta": beta,
            "keep_init": keep_init,
            "maximize": maximize,
        }
        super().__init__(params, defaults)

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Add a group, as every optimizer can, after checking its options."""
        _check_options({**self.defaults, **param_group})
        super().add_param_group(param_group)

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:  # noqa: ANN401
        """Take one step; returns what `closure` returns, None without one."""
        for group in self.param_groups:
            _check_options(group)
        with torch.enable_grad():
            loss = None if closure is None else closure()
        ready = []
        for group in self.param_groups:
            own = [(p, p.grad) for p in group["params"] if p.grad is not None]
            ready += [(group, p, grad) for p, grad in own]
        for _, p, grad in ready:
            _check_parameter(p, grad)
        for group, p, grad in ready:
            if group["lr"] > 1e-30:  # else q would be infinite
                self._step(group, p, grad)
        return loss

    def _step(self, group: dict[str, Any], p: Tensor, grad: Tensor) -> None:
        state = self.state[p]
        if not state:
            state.update(_start(group, p))
        whole = (p, state["accumulator"], state["clipped"])
        if grad.layout == torch.strided:
            _update(group, grad, *whole)
        else:
            grad = grad.coalesce()  # each row once
            rows = tuple(grad.indices())
            parts = [tensor[rows] for tensor in whole]
            _update(group, grad.values(), *parts)
            for tensor, part in zip(whole, parts, strict=True):
                tensor[rows] = part


def _start(group: dict[str, Any], p: Tensor) -> dict[str, Tensor]:
    n = torch.full_like(p, group["initial_accumulator_value"])
    if group["keep_init"]:
        return {"accumulator": n, "clipped": -2 * group["l2"] * p}
    return {"accumulator": n, "clipped": -_quadratic(group, n).mul_(p)}  # z = 0


def _quadratic(group: dict[str, Any], n: Tensor) -> Tensor:
    """What a step calls q."""
    lr, power = float(group["lr"]), -group["lr_power"]
    q = (n.sqrt() if power == 0.5 else n.pow(power)).div_(lr)
    return q.add_(group["beta"] / lr + 2 * group["l2"])


def _update(
    group: dict[str, Any], g: Tensor, w: Tensor, n: Tensor, clipped: Tensor
) -> None:
    """The step, in place; `clipped` is -(z + q w)."""
    g = -g if group["maximize"] else g
    q = _quadratic(group, n.addcmul_(g, g))
    # Not addcmul, which rounds once: z = 0 needs what was rounded at the start.
    minus_z = (q * w).add_(clipped).sub_(g)
    if group["l2_shrinkage"]:
        minus_z.sub_(w, alpha=2 * group["l2_shrinkage"])
    torch.clamp(minus_z, -group["l1"], group["l1"], out=clipped)
    torch.sub(minus_z, clipped, out=w).div_(q)


def _check_options(options: dict[str, Any]) -> None:
    lr, power = float(options["lr"]), options["lr_power"]
    if not 0 <= lr < math.inf:
        raise ValueError(f"lr must be >= 0 and finite, got {lr}")
    if not -math.inf < power <= 0:
        raise ValueError(f"lr_power must be <= 0 and finite, got {power}")
    start = "initial_accumulator_value"
    for name in (start, "l1", "l2", "l2_shrinkage", "beta"):
        if not 0 <= options[name] < math.inf:
            raise ValueError(f"{name} must be >= 0 and finite, got {options[name]}")
    if power and not (options[start] or options["beta"]):
        if not options["l2"]:
            raise ValueError(
                f"{start} must be > 0 where beta and l2 are 0, got 0: "
                "a weight without a gradient would become 0/0"
            )
        if options["keep_init"]:
            raise ValueError(
                f"{start} must be > 0 where beta is 0 and keep_init is True, got 0: "
                "l2 would set weights without a gradient to 0"
            )


def _check_parameter(p: Tensor, grad: Tensor) -> None:
    if p.dtype not in (torch.float32, torch.float64):
        raise ValueError(
            "parameters must be float32 or float64, whose sums do not stall, got "
            f"{p.dtype} for a parameter of shape {tuple(p.shape)}"
        )
    if grad.layout not in (torch.strided, torch.sparse_coo):
        raise ValueError(
            f"gradients must be dense or sparse_coo, got {grad.layout} for a "
            f"parameter of shape {tuple(p.shape)}"
        )
