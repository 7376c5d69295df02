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
        variance: Unbiased variance over samples, same shape. Exactly 0 everywhere says
            that the model reached none of its dropout.
        entropy: Predictive entropy in nats, that of `mean`, shape without the classes;
            None for values.
        mutual_information: The part of it that is disagreement, in nats, >= 0.
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
    On are nn.Dropout and its relatives with p > 0, subclasses included, and the
    `dropout` arguments of nn.MultiheadAttention, nn.RNN, nn.LSTM and nn.GRU. Modes,
    batch statistics, gradients and the global random state are left as they were, also
    if the model raises. Dropout that is not a module cannot be found: F.dropout(x, p)
    is on anyway, F.dropout(x, p, self.training) stays off.

    Args:
        model: Takes `x` alone, returns one floating-point tensor, and treats each row
            for itself, with dimension 0 as the batch everywhere: `batch_first=True`.
        x: Shape (batch, ...), on the CPU or CUDA.
        samples: Forward passes per example, >= 2.
        seed: Same seed, `x`, `samples` and `rows`: same masks. A generator moves on by
            one draw.
        outputs: "logits" get a softmax over dimension 1, "probabilities" must sum to 1
            over it, "values" are averaged as they are.
        rows: Most rows in one forward pass, >= 1; bounds memory. With rows=1 nothing is
            batched.

    Returns:
        Mean and unbiased variance over samples, predictive entropy, mutual information;
        in the dtype of the output, at least float32.

    Raises:
        ValueError: If an argument is out of range, the model has no active dropout, or
            what it returns is not as described.

    Examples:
        One unit, p = 0.5: the first logit is 0 or ln 9, so the first probability is 0.5
        or 0.9 and its mean tends to 0.7. With dropout off it is 0.75.

        >>> linear = nn.Linear(1, 2, bias=False)
        >>> with torch.no_grad():
        ...     _ = linear.weight.copy_(torch.tensor([[9.0], [1.0]]).log() / 2)
        >>> model = nn.Sequential(nn.Dropout(0.5), linear).eval()
        >>> model(torch.ones(1, 1)).softmax(1)[0, 0].item()
        0.75...
        >>> found = mc_dropout(model, torch.ones(1, 1), 10_000, seed=0)
        >>> round(found.mean[0, 0].item(), 1), round(found.variance[0, 0].item(), 2)
        (0.7, 0.04)

    Source:
        Gal and Ghahramani (2016), Dropout as a Bayesian Approximation,
        arXiv:1506.02142. Mutual information as a score: Houlsby et al. (2011),
        arXiv:1112.5745.
    """
    if x.ndim < 1 or not len(x):
        raise ValueError(f"x must have shape (batch >= 1, ...), got {tuple(x.shape)}")
    if samples < 2:
        raise ValueError(f"samples must be at least 2, got {samples}")
    if rows < 1:
        raise ValueError(f"rows must be at least 1, got {rows}")
    if outputs not in OUTPUTS:
        raise ValueError(f"outputs must be one of {OUTPUTS}, got {outputs!r}")
    active = [module for module in model.modules() if _drops(module)]
    if not active:
        raise ValueError(
            "model has no active dropout: every p is 0 or there is no dropout module; "
            "replace F.dropout(x, p, self.training) by an nn.Dropout(p)"
        )
    devices = {t.device for t in (x, *model.parameters(), *model.buffers())}
    if not {device.type for device in devices} <= {"cpu", "cuda"}:
        raise ValueError(f"model and x must be on the CPU or CUDA, got {devices}")
    if isinstance(seed, torch.Generator):
        seed = int(torch.randint(2**62, (), generator=seed, device=seed.device))
    with _switched_on(model, active), _seeded(devices, seed), torch.no_grad():
        blocks = torch.split(x, rows)
        parts = [_sample(model, block, samples, outputs, rows) for block in blocks]
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
def _switched_on(model: nn.Module, active: list[nn.Module]) -> Iterator[None]:
    modes = [(module, module.training) for module in model.modules()]
    try:
        for module, _ in modes:
            # In evaluation an encoder layer takes a fast path that skips its dropout.
            module.training = isinstance(module, nn.TransformerEncoderLayer)
        for module in active:
            module.training = True
        yield
    finally:
        for module, mode in modes:
            module.training = mode


@contextmanager
def _seeded(devices: set[torch.device], seed: int) -> Iterator[None]:
    # Not torch.manual_seed, which would also seed devices that nobody restores.
    used = [d.index for d in devices if d.type == "cuda"]
    generators = [torch.default_generator]
    generators += [torch.cuda.default_generators[index] for index in used]
    states = [generator.get_state() for generator in generators]
    try:
        for generator in generators:
            generator.manual_seed(seed)
        yield
    finally:
        for generator, state in zip(generators, states, strict=True):
            generator.set_state(state)


def _sample(
    model: nn.Module, x: Tensor, samples: int, outputs: str, rows: int
) -> tuple[Tensor, Tensor, Tensor]:
    """Mean, variance and mean entropy of some examples, group of samples by group."""
    n, done = len(x), 0
    mean = squares = entropy = torch.zeros(())
    while done < samples:
        k = min(max(1, rows // n), samples - done)
        y = _checked(model(x.repeat(k, *[1] * (x.ndim - 1))), k * n, outputs)
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
    return mean, squares / (samples - 1), mean if outputs == "values" else entropy


def _checked(y: object, n: int, outputs: str) -> Tensor:
    if not isinstance(y, Tensor) or not y.is_floating_point():
        got = y.dtype if isinstance(y, Tensor) else type(y).__name__
        raise ValueError(f"model must return one floating-point tensor, got {got}")
    if y.shape[:1] != (n,):
        raise ValueError(f"model must return a row per row, got {tuple(y.shape)}")
    y = y if y.dtype == torch.float64 else y.float()
    if outputs == "values":
        return y
    if y.ndim < 2 or y.shape[1] < 2:
        raise ValueError(
            "logits and probabilities need at least two classes in dimension 1, got "
            f'{tuple(y.shape)}; for one logit apply sigmoid and ask for "values"'
        )
    if outputs == "logits":
        return y.softmax(1)
    total = y.sum(1)
    if (y < 0).any() or not torch.allclose(total, torch.ones_like(total), atol=1e-2):
        raise ValueError('model must return probabilities; else pass outputs="logits"')
    return y
