"""Follow the regularized leader, proximal: an optimizer that makes exact zeros."""

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor


class FTRL(torch.optim.Optimizer):
    """FTRL-Proximal, step for step as `keras.optimizers.Ftrl` computes it.

    For each weight it keeps n, the sum of squared gradients, and z. With
    q = (n^-lr_power + beta) / lr + 2 l2 a step is

        n' = n + g^2,   z' = z + g - (n'^-lr_power - n^-lr_power) / lr * w,
        w' = 0 where |z'| <= l1, else (sign(z') l1 - z') / q'.

    The new weight does not depend on the old one but through z. Keras starts with z =
    0, so its first step erases the initialization: right for a linear model that starts
    at 0 anyway, fatal for a network. `keep_init=True` sets z = -w (n^-lr_power + beta)
    / lr before the first step, which centers the first stabilizer at the initial
    weight. Without l1 and l2 and at lr_power -0.5, that is `torch.optim.Adagrad` with
    eps = beta.

    `l1` belongs to the sum of all gradients so far, not to the mean loss: after t steps
    it weighs like a penalty of l1 / t per step. Leave `lr` constant: dividing by
    another one later rescales all that is already in z.

    Args:
        params: Parameters, or groups of them, each with options of its own.
        lr: Learning rate, alpha in the paper, > 0. Keras's default is 0.001.
        lr_power: The learning rate falls with n to this power, <= 0; 0 is constant.
        initial_accumulator_value: Where n starts, >= 0.
        l1: Threshold on |z|, >= 0, in units of a summed gradient.
        l2: Ridge penalty, >= 0. As in Keras's code it enters q as 2 l2, where Keras's
            documentation and the paper say l2.
        l2_shrinkage: Adds 2 l2_shrinkage w to the gradient in z, not in n; >= 0.
        beta: Added to n^-lr_power, >= 0; the paper suggests 1, Keras's default is 0.
        keep_init: Whether training starts at the parameters as they are; False is
            Keras.
        maximize: Whether to maximize instead.

    Raises:
        ValueError: If an option is out of range, if n can stay 0 where beta and l2 are
            0 (the step would be 0/0), or, in `step`, if a gradient is sparse or
            complex.

    Examples:
        >>> w = torch.nn.Parameter(torch.tensor([1.0, 0.0]))
        >>> optimizer = FTRL([w], lr=1.0, initial_accumulator_value=0, beta=1, l1=1)
        >>> w.grad = torch.tensor([0.5, -3.0])
        >>> optimizer.step()  # z = (-1, -3) after it, q = (1.5, 4)
        >>> w.detach()
        tensor([0.0000, 0.5000])

    Source:
        McMahan and others (2013), Ad Click Prediction, doi:10.1145/2487575.2488200, and
        keras/src/optimizers/ftrl.py of Keras 3.15, which the tests run beside this.
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
        options = {**self.defaults, **param_group}
        lr, power = float(options["lr"]), options["lr_power"]
        if not 0 < lr < math.inf:
            raise ValueError(f"lr must be > 0 and finite, got {lr}")
        if not -math.inf < power <= 0:
            raise ValueError(f"lr_power must be <= 0 and finite, got {power}")
        start = "initial_accumulator_value"
        for name in (start, "l1", "l2", "l2_shrinkage", "beta"):
            if not 0 <= options[name] < math.inf:
                raise ValueError(f"{name} must be >= 0 and finite, got {options[name]}")
        if power and not (options[start] or options["beta"] or options["l2"]):
            raise ValueError(
                f"{start} must be > 0 where beta and l2 are 0, got 0: "
                "a weight without a gradient would become 0/0"
            )
        super().add_param_group(param_group)

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:  # noqa: ANN401
        """Take one step; returns what `closure` returns, None without one."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            ready = [p for p in group["params"] if p.grad is not None]
            if ready:
                self._step(group, ready)
        return loss

    def _step(self, group: dict[str, Any], params: list[Tensor]) -> None:
        lr, power, l1 = float(group["lr"]), -group["lr_power"], group["l1"]
        for p in params:
            self._check(p)
            if not self.state[p]:
                n = torch.full_like(p, group["initial_accumulator_value"])
                z = torch.zeros_like(p)
                if group["keep_init"]:
                    z.addcmul_(p, n.pow(power).add_(group["beta"]), value=-1 / lr)
                self.state[p].update(accumulator=n, linear=z)
        sums = [self.state[p]["accumulator"] for p in params]
        linear = [self.state[p]["linear"] for p in params]
        grads = [p.grad for p in params if p.grad is not None]
        if group["maximize"]:
            grads = list(torch._foreach_neg(grads))

        minus_sigma = _powers(sums, power)  # after the next lines, times lr
        torch._foreach_addcmul_(sums, grads, grads)
        quadratic = _powers(sums, power)
        torch._foreach_sub_(minus_sigma, quadratic)
        torch._foreach_add_(linear, grads)
        torch._foreach_addcmul_(linear, minus_sigma, params, value=1 / lr)
        if group["l2_shrinkage"]:
            torch._foreach_add_(linear, params, alpha=2 * group["l2_shrinkage"])
        if constant := group["beta"] + 2 * lr * group["l2"]:
            torch._foreach_add_(quadratic, constant)
        # There is no foreach for the soft threshold.
        outside = [torch.nn.functional.softshrink(z, l1) for z in linear]
        torch._foreach_zero_(params)
        torch._foreach_addcdiv_(params, outside, quadratic, value=-lr)

    @staticmethod
    def _check(p: Tensor) -> None:
        grad = p.grad
        if grad is not None and (grad.layout != torch.strided or grad.is_complex()):
            raise ValueError(
                "gradients must be dense and real, got "
                f"{grad.layout}, {grad.dtype} for a parameter of shape {tuple(p.shape)}"
            )


def _powers(tensors: list[Tensor], power: float) -> list[Tensor]:
    if power == 0.5:
        return list(torch._foreach_sqrt(tensors))
    return list(torch._foreach_pow(tensors, power))
