"""What does a model predict with dropout left on, and how sure is it of that?"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import torch
from torch import Tensor, nn

PLAIN = (nn.Dropout, nn.Dropout1d, nn.Dropout2d, nn.Dropout3d)
ALPHA = (nn.AlphaDropout, nn.FeatureAlphaDropout)
OUTPUTS = ("logits", "probabilities", "values")


class Prediction(NamedTuple):
    """What `samples` forward passes with dropout say, per example.

    Attributes:
        mean: Mean over samples, shape of the model's output.
        variance: Unbiased variance over samples, same shape; 0, up to rounding, if the
            model reached no dropout or its rows share masks (see `rows`).
        entropy: Predictive, of `mean`, in nats, without the classes; None for values.
        mutual_information: The part of it that is disagreement, in nats, >= 0. Too low
            by about 1/samples of itself: entropy is concave.
    """

    mean: Tensor
    variance: Tensor
    entropy: Tensor | None
    mutual_information: Tensor | None


def mc_dropout(
    model: nn.Module,
    x: Tensor,
    samples: int,
    *,
    seed: int | torch.Generator,
    outputs: str = "logits",
    rows: int = 4096,
) -> Prediction:
    """Predict with dropout on and everything else in evaluation mode.

    Copies of the batch go through the model together, each row with a mask of its own.
    Switched on: nn.Dropout and its relatives with p > 0, subclasses included, and the
    `dropout` arguments of nn.MultiheadAttention, nn.RNN, nn.LSTM and nn.GRU. Modes,
    batch statistics, gradients and the global random state are left as they were, also
    if the model raises. Dropout that is not a module cannot be found: F.dropout(x, p)
    is on anyway, F.dropout(x, p, self.training) stays off.

    Args:
        model: Takes `x` alone, returns one floating-point tensor, and treats each row
            for itself, with dimension 0 as the batch everywhere: `batch_first=True`.
        x: Shape (batch, ...), on the CPU or CUDA.
        samples: Forward passes per example, >= 2.
        seed: Same arguments, same masks. A generator moves on by one draw.
        outputs: "logits" get a softmax over dimension 1, "probabilities" must sum to 1
            over it, "values" are averaged as they are.
        rows: Most rows in one forward pass, >= 1; bounds memory. 4096 suits vectors;
            for images take the largest batch you can run. With rows=len(x) a pass is
            one sample, as in a loop: needed where rows share a mask (dropout on weights
            or on a positional embedding) or where dimension 0 is not the batch.

    Returns:
        What the samples say, in the dtype of the output, at least float32.

    Raises:
        ValueError: If an argument, the model or what it returns is not as described.

    Examples:
        One unit, p = 0.5: the first logit is 0 or ln 9, so the first probability is 0.5
        or 0.9 and its mean tends to 0.7. With dropout off it is 0.75.

        >>> linear = nn.Linear(1, 2, bias=False)
        >>> linear.weight.data = torch.tensor([[9.0], [1.0]]).log() / 2
        >>> model = nn.Sequential(nn.Dropout(0.5), linear).eval()
        >>> round(model(torch.ones(1, 1)).softmax(1)[0, 0].item(), 4)
        0.75
        >>> found = mc_dropout(model, torch.ones(1, 1), 10_000, seed=0)
        >>> round(found.mean[0, 0].item(), 1), round(found.variance[0, 0].item(), 2)
        (0.7, 0.04)

    Source:
        Gal and Ghahramani (2016), Dropout as a Bayesian Approximation,
        arXiv:1506.02142. Mutual information: Houlsby et al. (2011), arXiv:1112.5745.
    """
    if not isinstance(x, Tensor) or x.ndim < 1 or not len(x):
        got = tuple(x.shape) if isinstance(x, Tensor) else type(x).__name__
        raise ValueError(f"x must be a tensor of shape (batch >= 1, ...), got {got}")
    for name, count, least in (("samples", samples, 2), ("rows", rows, 1)):
        if type(count) is not int or count < least:
            raise ValueError(f"{name} must be an int >= {least}, got {count!r}")
    if type(seed) is not int and not isinstance(seed, torch.Generator):
        raise ValueError(f"seed must be an int or a torch.Generator, got {seed!r}")
    if outputs not in OUTPUTS:
        raise ValueError(f"outputs must be one of {OUTPUTS}, got {outputs!r}")
    if not any(map(_drops, model.modules())):
        raise ValueError(
            "model has no active dropout: every p is 0, no module drops, or this is "
            "TorchScript; replace F.dropout(x, p, self.training) by an nn.Dropout(p)"
        )
    loose = [m for m in model.modules() if getattr(m, "batch_first", True) is False]
    if loose and rows != len(x):
        raise ValueError(
            f"{type(loose[0]).__name__} has batch_first=False, so copies might mix: "
            "set batch_first=True, or pass rows=len(x), one sample in a pass"
        )
    devices = {t.device for t in (x, *model.parameters(), *model.buffers())}
    if not {device.type for device in devices} <= {"cpu", "cuda"}:
        raise ValueError(f"model and x must be on the CPU or CUDA, got {devices}")
    blocks = torch.split(x, rows)
    with _dropout_on(model), _seeded(seed), torch.no_grad():
        parts = [_sample(model, part, samples, outputs, rows) for part in blocks]
    mean, variance, conditional = (torch.cat(part) for part in zip(*parts, strict=True))
    if outputs == "values":
        return Prediction(mean, variance, None, None)
    entropy = torch.special.entr(mean).sum(1)
    return Prediction(mean, variance, entropy, (entropy - conditional).clamp_min(0))


def _drops(module: nn.Module) -> bool:
    """Whether a module drops anything when its own `training` is True."""
    if isinstance(module, nn.RNNBase):
        return module.num_layers > 1 and module.dropout > 0
    if isinstance(module, nn.MultiheadAttention):
        return bool(module.dropout > 0)
    return isinstance(module, PLAIN + ALPHA) and module.p > 0


@contextmanager
def _dropout_on(model: nn.Module) -> Iterator[None]:
    modes = [(module, module.training) for module in model.modules()]
    # In evaluation an encoder layer takes a fast path that skips its dropout.
    encoder = nn.TransformerEncoderLayer
    try:
        for module, _ in modes:
            module.training = _drops(module) or isinstance(module, encoder)
        yield
    finally:
        for module, mode in modes:
            module.training = mode


@contextmanager
def _seeded(seed: int | torch.Generator) -> Iterator[None]:
    if isinstance(seed, torch.Generator):
        seed = int(torch.randint(2**62, (), generator=seed, device=seed.device))
    # All GPUs, once CUDA is in use: nn.DataParallel draws on each of them.
    generators = [torch.default_generator, *torch.cuda.default_generators]
    states = [generator.get_state() for generator in generators]
    try:
        for index, generator in enumerate(generators):
            # With the same seed, two GPUs would draw the same masks for two samples.
            generator.manual_seed((seed + index * 1_000_003) % 2**64)
        yield
    finally:
        for generator, state in zip(generators, states, strict=True):
            generator.set_state(state)


def _sample(
    model: nn.Module, x: Tensor, samples: int, outputs: str, rows: int
) -> tuple[Tensor, Tensor, Tensor]:
    """Mean, variance and mean entropy of some examples, group of samples by group."""
    n, done, normalized = len(x), 0, outputs != "values"
    mean = squares = entropy = torch.zeros(())
    while done < samples:
        k = min(max(1, rows // n), samples - done)
        y = _checked(model(x.repeat(k, *[1] * (x.ndim - 1))), k * n, outputs)
        if normalized:
            normalized = bool((y >= 0).all() and ((y.sum(1) - 1).abs() <= 0.01).all())
        if outputs == "probabilities" and not normalized:
            raise ValueError('model returns no probabilities; pass outputs="logits"')
        y = y.softmax(1) if outputs == "logits" else y
        y = y.view(k, n, *y.shape[1:])
        center = y.mean(0)
        shift = center - mean
        # Joining groups by their means loses no digits, unlike a sum of squares.
        squares = squares + (y - center).square().sum(0)
        squares = squares + shift.square() * (done * k / (done + k))
        mean = mean + shift * (k / (done + k))
        if outputs != "values":
            entropy = entropy + torch.special.entr(y).sum((0, 2)) / samples
        done += k
    if outputs == "logits" and normalized:  # in every pass, so not by chance
        raise ValueError('model returns probabilities; pass outputs="probabilities"')
    return mean, squares / (samples - 1), mean if outputs == "values" else entropy


def _checked(y: object, n: int, outputs: str) -> Tensor:
    if not isinstance(y, Tensor) or not y.is_floating_point() or y.shape[:1] != (n,):
        got = (y.dtype, *y.shape) if isinstance(y, Tensor) else type(y).__name__
        raise ValueError(f"model must return one float tensor, row for row, got {got}")
    y = y if y.dtype == torch.float64 else y.float()
    if outputs != "values" and (y.ndim < 2 or y.shape[1] < 2):
        raise ValueError(
            "logits and probabilities need at least two classes in dimension 1, got "
            f'{tuple(y.shape)}; for one logit apply sigmoid and ask for "values"'
        )
    return y
