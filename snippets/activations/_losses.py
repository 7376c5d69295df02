"""What a loss makes of logits: value and gradient."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from snippets.laboratory.ensembles import Ensemble

Loss = Callable[[Tensor, Tensor], Tensor]


def after_sigmoid(logits: Tensor, target: Tensor) -> Tensor:
    """Binary cross-entropy of each probability that a sigmoid of our own made."""
    return F.binary_cross_entropy(logits.sigmoid(), target, reduction="none")


def of_logits(logits: Tensor, target: Tensor) -> Tensor:
    """Binary cross-entropy of each logit, sigmoid included."""
    return F.binary_cross_entropy_with_logits(logits, target, reduction="none")


class ByLogit(NamedTuple):
    """Loss of each logit and its derivative, both in the logits' shape and dtype."""

    loss: Tensor
    gradient: Tensor


def value_and_gradient(loss: Loss, logits: Tensor, target: float) -> ByLogit:
    """What a loss makes of each logit, with one target for all."""
    z = logits.detach().requires_grad_()
    values = loss(z, torch.full_like(z, target))
    (gradient,) = torch.autograd.grad(values.sum(), z)
    return ByLogit(values.detach(), gradient)


class SoftmaxTwice(Ensemble):
    """Networks that end in softmax, though their loss has one of its own."""

    def logits(self, x: Tensor, masks: torch.Generator | None = None) -> Tensor:
        """What the loss takes for logits: probabilities."""
        return super().logits(x, masks).softmax(-1)


def cross_entropy(nets: Ensemble, x: Tensor, y: Tensor) -> Tensor:
    """Cross-entropy of each run, shape (runs,); gradients flow."""
    each = F.cross_entropy(nets.logits(x).flatten(0, 1), y.flatten(), reduction="none")
    return each.view(y.shape).mean(-1)


def gradient_norm(nets: Ensemble, x: Tensor, y: Tensor) -> Tensor:
    """Norm of the cross-entropy's gradient over all parameters of a run, shape (runs,)."""
    parameters = [p.requires_grad_() for p in nets.parameters()]
    gradients = torch.autograd.grad(cross_entropy(nets, x, y).sum(), parameters)
    for p in parameters:
        p.requires_grad_(False)
    return torch.stack([g.square().sum((1, 2)) for g in gradients]).sum(0).sqrt()
