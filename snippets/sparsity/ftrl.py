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

    Keras starts with z = 0, which fits only w = 0, so its first step erases the
    initialization: right for a linear model that starts at 0 anyway; a network learns
    later, or with a small lr or l1 > 0 not at all. `keep_init=True` sets z = -w
    (n^-lr_power + beta) / lr before the first step, which centers the first stabilizer
    at the initial weight. With l1 > 0 the first step still subtracts l1 / q' from the
    size of each initial weight, so smaller ones are 0 at once; with l2 it shrinks all
    of them. Without l1 and l2 and at lr_power -0.5, this is `torch.optim.Adagrad` with
    eps = beta.

    `l1` belongs to the sum of all gradients so far, not to the mean loss: after t steps
    it weighs like a penalty of l1 / t per step, so zeros become fewer as training goes
    on.

    What is stored is not z but -(z + q w), which after a step is -z clipped to +-l1. So
    the next step starts from the weights as they are, also where a mask or a checkpoint
    has changed them, and after a change of `lr` the stabilizers sum to the new 1 / lr,
    as in the paper. Keras stores z: it undoes the former, and rescales all weights
    after the latter.

    Of a sparse gradient, as `nn.Embedding(..., sparse=True)` gives it, the step is that
    of its rows alone; all others stay as they are, bit for bit. A dense step would
    shrink them, too, by `l2_shrinkage` or by the `l1` and `l2` of their first step.

    Args:
        params: Parameters, or groups of them, each with options of its own.
        lr: Learning rate, alpha in the paper, >= 0. Keras's default is 0.001. At 0, as in
            the first step of a warm-up, nothing happens, in the state neither.
        lr_power: The learning rate falls with n to this power, <= 0; 0 is constant.
        initial_accumulator_value: Where n starts, >= 0.
        l1: Threshold on |z|, >= 0, in units of a summed gradient.
        l2: Ridge penalty, >= 0. As in Keras's code it enters q as 2 l2, where Keras's
            documentation and the paper say l2.
        l2_shrinkage: Adds 2 l2_shrinkage w to the gradient in z, not in n; >= 0.
        beta: Added to n^-lr_power, >= 0; the paper suggests 1, Keras's default is 0.
        keep_init: Whether z starts where the first stabilizer is centered at the
            parameters as they are, instead of at 0; False is Keras.
        maximize: Whether to maximize instead.

    Raises:
        ValueError: If an option is out of range, also when a scheduler has set it so;
            if n can stay 0 where beta is 0, since the step would be 0/0, or, with l2,
            nothing would hold the start that `keep_init` keeps; in `step`, if a
            parameter is not float32 or float64, whose sums would stall, or a gradient
            is neither dense nor sparse in coordinates. Nothing has changed then.

    Examples:
        >>> w = torch.nn.Parameter(torch.tensor([1.0, 0.0]))
        >>> optimizer = FTRL([w], lr=1.0, initial_accumulator_value=0, beta=1, l1=1)
        >>> w.grad = torch.tensor([0.5, -3.0])
        >>> optimizer.step()  # z = (-1, -3) after it, q = (1.5, 4)
        >>> w.detach()
        tensor([0.0000, 0.5000])

    Source:
        McMahan and others (2013), Ad Click Prediction, doi:10.1145/2487575.2488200, and
        keras/src/optimizers/ftrl.py of Keras 3.15, whose results the tests keep.
        `keep_init` is ours.
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
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        work = []
        for group in self.param_groups:
            ready = [p for p in group["params"] if p.grad is not None]
            for p in ready:
                _check_parameter(p)
            if ready and group["lr"] > 0:
                work.append((group, ready))
        for group, ready in work:
            for p in ready:
                if not self.state[p]:
                    self.state[p].update(_start(group, p))
            self._step(group, [p for p in ready if not _sparse(p)])
            for p in filter(_sparse, ready):
                self._step_of_rows(group, p)
        return loss

    def _step(self, group: dict[str, Any], params: list[Tensor]) -> None:
        sums = [self.state[p]["accumulator"] for p in params]
        clipped = [self.state[p]["clipped"] for p in params]
        grads = [p.grad for p in params if p.grad is not None]
        _update(group, params, grads, sums, clipped)

    def _step_of_rows(self, group: dict[str, Any], p: Tensor) -> None:
        assert p.grad is not None
        grad = p.grad.coalesce()  # each row once
        rows = tuple(grad.indices())
        whole = (p, self.state[p]["accumulator"], self.state[p]["clipped"])
        w, n, clipped = (tensor[rows] for tensor in whole)
        _update(group, [w], [grad.values()], [n], [clipped])
        for tensor, part in zip(whole, (w, n, clipped), strict=True):
            tensor[rows] = part


def _start(group: dict[str, Any], p: Tensor) -> dict[str, Tensor]:
    n = torch.full_like(p, group["initial_accumulator_value"])
    if group["keep_init"]:
        start = -2 * group["l2"] * p
    else:  # z = 0
        start = -_quadratics(group, [n])[0].mul_(p)
    return {"accumulator": n, "clipped": start}


def _quadratics(group: dict[str, Any], sums: list[Tensor]) -> list[Tensor]:
    """What a step calls q, of each weight, from its sum of squared gradients."""
    lr, power = float(group["lr"]), -group["lr_power"]
    square_root = power == 0.5
    roots = (
        torch._foreach_sqrt(sums) if square_root else torch._foreach_pow(sums, power)
    )
    quadratics = list(roots)
    torch._foreach_div_(quadratics, lr)
    if constant := group["beta"] / lr + 2 * group["l2"]:
        torch._foreach_add_(quadratics, constant)
    return quadratics


def _update(
    group: dict[str, Any],
    params: list[Tensor],
    grads: list[Tensor],
    sums: list[Tensor],
    clipped: list[Tensor],
) -> None:
    """The step of the class's docstring, in place; `clipped` is -(z + q w)."""
    if not params:
        return
    if group["maximize"]:
        grads = list(torch._foreach_neg(grads))
    torch._foreach_addcmul_(sums, grads, grads)
    quadratics = _quadratics(group, sums)
    l1, shrinkage = group["l1"], group["l2_shrinkage"]
    for p, g, q, c in zip(params, grads, quadratics, clipped, strict=True):
        # Not addcmul, which rounds once: z = 0 needs what was rounded at the start.
        minus_z = (q * p).add_(c).sub_(g)
        if shrinkage:
            minus_z.sub_(p, alpha=2 * shrinkage)
        torch.clamp(minus_z, -l1, l1, out=c)
        torch.sub(minus_z, c, out=p).div_(q)


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


def _check_parameter(p: Tensor) -> None:
    if p.dtype not in (torch.float32, torch.float64):
        raise ValueError(
            "parameters must be float32 or float64, whose sums do not stall, got "
            f"{p.dtype} for a parameter of shape {tuple(p.shape)}"
        )
    assert p.grad is not None
    if p.grad.layout not in (torch.strided, torch.sparse_coo):
        raise ValueError(
            f"gradients must be dense or sparse_coo, got {p.grad.layout} for a "
            f"parameter of shape {tuple(p.shape)}"
        )


def _sparse(p: Tensor) -> bool:
    return p.grad is not None and p.grad.layout == torch.sparse_coo
