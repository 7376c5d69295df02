"""Does evaluation normalize with the statistics that it meets? Take them anew."""

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm  # what all kinds are


def settle_batch_norm_(model: nn.Module, *inputs: Tensor) -> dict[str, float]:
    """Take the running statistics of batch normalization anew, in place, in one pass.

    The model runs in evaluation, so dropout is off, and each layer gets the mean and
    the variance of what reaches it once the layers before it have theirs. That mends
    statistics that lag, or come from behind dropout or from other data; it does not
    mend weights that learned in tiny batches, or in batches of one class each.
    `torch.optim.swa_utils.update_bn` runs in training instead: dropout is on, and what
    it keeps are averages over batches, not those of all examples.

    Weights, modes and momentum stay as they are. In distributed training each process
    sees its own inputs only: give all of them the same.

    Args:
        model: A module whose batch normalization layers keep running statistics, each
            called once, as a module. A script or a compiled graph hides them.
        inputs: What `model` is called with: one large batch of training inputs, as in
            training but without augmentation, a thousand examples or more.

    Returns:
        Of each layer that was reached, by name and in the order of calls: how far its
        means have moved, in old standard deviations, root mean square over channels.

    Raises:
        ValueError: If no such layer is reached, one is reached twice, or statistics
            would be those of fewer than two values, or not finite. Nothing is changed.

    Examples:
        >>> model = nn.Sequential(nn.BatchNorm1d(1, affine=False, eps=0.0)).eval()
        >>> settle_batch_norm_(model, torch.tensor([[1.0], [3.0]]))
        {'0': 2.0}
        >>> model(torch.tensor([[2.0]]))
        tensor([[0.]])

    Source:
        Wu and Johnson (2021), Rethinking "Batch" in BatchNorm, arXiv:2105.07576,
        average the moments of many batches in training ("precise BN").
        Here one batch passes in evaluation.
    """
    layers: dict[_BatchNorm, str] = {
        module: name
        for name, module in model.named_modules()
        if isinstance(module, _BatchNorm)
        and isinstance(module.running_mean, Tensor)
        and not isinstance(module.running_mean, nn.UninitializedBuffer)
    }
    before = [(s, s.clone()) for module in layers for s in _statistics(module)]
    modes = [(module, module.training) for module in model.modules()]
    moved: dict[str, float] = {}

    def settle(
        module: _BatchNorm, args: tuple[Tensor, ...], kwargs: dict[str, Tensor]
    ) -> None:
        name, x = layers[module], args[0] if args else kwargs["input"]
        if name in moved:
            raise ValueError(f"{name!r} is called twice: one pass cannot settle it")
        moved[name] = _settle(module, x, name)

    hooks = [m.register_forward_pre_hook(settle, with_kwargs=True) for m in layers]
    with torch.inference_mode(False), torch.no_grad():
        try:
            model.eval()(*inputs)
            if not moved:
                what = "batch normalization layer with running statistics"
                raise ValueError(f"model must call a {what}, got none")
        except BaseException:
            for now, then in before:
                now.copy_(then)
            raise
        finally:
            for hook in hooks:
                hook.remove()
            for module, mode in modes:
                module.training = mode
    return moved


def _statistics(module: _BatchNorm) -> tuple[Tensor, Tensor]:
    return module.get_buffer("running_mean"), module.get_buffer("running_var")


def _settle(module: _BatchNorm, x: Tensor, name: str) -> float:
    """Give one layer the moments of its inputs; how far its means have moved."""
    values = x.detach().transpose(0, 1).flatten(1)  # (channels, values)
    if values.shape[1] < 2:
        raise ValueError(f"{name!r} sees one value a channel: give more examples")
    # Half precision would round the sums.
    values = values if values.dtype == torch.float64 else values.float()
    variance, mean = torch.var_mean(values, 1)  # over n - 1, as in training
    if not (mean.isfinite().all() and variance.isfinite().all()):
        raise ValueError(f"the inputs of {name!r} must have finite mean and variance")
    running_mean, running_var = _statistics(module)
    shift = (mean - running_mean) / (running_var + module.eps).sqrt()
    running_mean.copy_(mean)
    running_var.copy_(variance)
    return float(shift.square().mean().sqrt())
