"""What does a model say when it is asked many times with dropout left on?"""

from collections.abc import Callable, Container, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

PLAIN = (nn.Dropout, nn.Dropout1d, nn.Dropout2d, nn.Dropout3d)
ALPHA = (nn.AlphaDropout, nn.FeatureAlphaDropout)
FUNCTIONS = ("dropout", "dropout1d", "dropout2d", "dropout3d", "alpha_dropout")


def mc_dropout(
    model: nn.Module,
    x: Tensor,
    samples: int,
    *,
    seed: int | torch.Generator,
    rows: int = 4096,
) -> Tensor:
    """Sample outputs with dropout on and everything else in evaluation mode.

    Copies of the batch go through the model together, each row with a mask of its own.
    On are nn.Dropout and its relatives with p > 0, nn.MultiheadAttention, nn.RNN,
    nn.LSTM and nn.GRU. A pass whose output is not used finds modules that ask for their
    own `training`, as F.dropout(x, p, self.training) does and attention that only reads
    the p of an nn.Dropout: they are switched on, too, with whatever else they do in
    training. What then does not drop is an error, so that no variance is 0 unnoticed.

    Modes, statistics, gradients and random states stay as they are, whatever happens.

    Args:
        model: Takes `x` alone, returns one floating-point tensor, and treats each row
            for itself, with dimension 0 as the batch everywhere: `batch_first=True`.
        x: Shape (batch, ...), on the CPU or CUDA.
        samples: Forward passes per example, >= 1.
        seed: Same arguments, same masks. A generator moves on by one draw.
        rows: Most rows in a forward pass, >= 1; bounds memory. 4096 suits vectors; for
            images take the largest batch you can run. With rows=len(x) a pass is one
            sample, as in a loop: needed where rows share a mask (dropout on weights or
            on a positional embedding) or where dimension 0 is not the batch.

    Returns:
        What the model returned, shape (samples, batch, ...).

    Raises:
        ValueError: If anything is not as described, or dropout in it does not act.

    Examples:
        >>> found = mc_dropout(nn.Dropout(0.5), torch.ones(1, 3), 100, seed=0)
        >>> found.shape, found.unique()
        (torch.Size([100, 1, 3]), tensor([0., 2.]))

    Source:
        Gal, Ghahramani (2016), Dropout as a Bayesian Approximation, arXiv:1506.02142.
    """
    if not isinstance(x, Tensor) or x.ndim < 1 or not len(x):
        got = tuple(x.shape) if isinstance(x, Tensor) else type(x).__name__
        raise ValueError(f"x must be a tensor of shape (batch >= 1, ...), got {got}")
    for name, count in (("samples", samples), ("rows", rows)):
        if type(count) is not int or count < 1:
            raise ValueError(f"{name} must be an int >= 1, got {count!r}")
    if type(seed) not in (int, torch.Generator):
        raise ValueError(f"seed must be an int or a torch.Generator, got {seed!r}")
    if any(isinstance(m, torch.jit.ScriptModule) for m in model.modules()):
        raise ValueError(
            "dropout in TorchScript cannot be seen: pass what was scripted"
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
    first = x if rows == len(x) else x[:1]
    with torch.no_grad(), _dropout_on(model, first), _seeded(seed):
        parts = [_sample(model, part, samples, rows) for part in torch.split(x, rows)]
    return torch.cat(parts, 1)


def _sample(model: nn.Module, x: Tensor, samples: int, rows: int) -> Tensor:
    at_once, groups = max(1, rows // len(x)), []
    for done in range(0, samples, at_once):
        k = min(at_once, samples - done)
        y = model(x.repeat(k, *[1] * (x.ndim - 1)))
        if not isinstance(y, Tensor) or y.shape[:1] != (k * len(x),):
            got = tuple(y.shape) if isinstance(y, Tensor) else type(y).__name__
            raise ValueError(f"model must return one tensor, row for row, got {got}")
        groups.append(y.view(k, len(x), *y.shape[1:]))
    return torch.cat(groups)


def _drops(module: nn.Module) -> bool:
    """Whether a module drops anything when its own `training` is True."""
    if isinstance(module, nn.RNNBase | nn.MultiheadAttention):
        return bool(module.dropout > 0) and getattr(module, "num_layers", 2) > 1
    return isinstance(module, PLAIN + ALPHA) and module.p > 0


@contextmanager
def _dropout_on(model: nn.Module, x: Tensor) -> Iterator[None]:
    modes = [(m, m.training) for m in model.modules()]
    try:
        for m, _ in modes:
            # In evaluation an encoder layer takes a fast path that skips its dropout.
            m.training = _drops(m) or isinstance(m, nn.TransformerEncoderLayer)
        watch = _Watch(model, x)
        if asking := watch.idle():
            for owner in asking:
                owner.training = True
            watch = _Watch(model, x)
        if idle := watch.idle(but=watch.acting):
            held = idle.values()
            where = ", ".join(f"{n!r}" for n, m in model.named_modules() if m in held)
            mend = "call an nn.Dropout, or set p to 0 where nothing is to drop"
            raise ValueError(f"dropout does not act in {where}: {mend}")
        if not watch.acting:
            raise ValueError("model has no active dropout: every p is 0, or none drops")
        yield
    finally:
        for m, mode in modes:
            m.training = mode


class _Watch(TorchFunctionMode):
    """What drops in a pass, and what could."""

    def __init__(self, model: nn.Module, x: Tensor) -> None:
        super().__init__()
        model = getattr(model, "_orig_mod", model)  # of torch.compile
        self.path: list[nn.Module] = []
        self.called: set[nn.Module] = set()
        self.acting: set[nn.Module] = set()
        self.off: dict[nn.Module, float] = {}  # p of functions that did not drop
        with ExitStack() as hooks:
            for m in model.modules():
                hooks.enter_context(m.register_forward_pre_hook(self._enter))
                hooks.enter_context(m.register_forward_hook(self._leave))
            with _seeded(0), self:
                model(x.clone())  # some dropout works in place

    def _enter(self, module: nn.Module, _inputs: object) -> None:
        self.path.append(module)
        self.called.add(module)
        if _drops(module):
            self.acting.add(module)

    def _leave(self, *_: object) -> None:
        self.path.pop()

    def __torch_function__(
        self,
        function: Callable[..., object],
        _types: object,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> object:
        kwargs, p, name = kwargs or {}, None, getattr(function, "__name__", "")
        if name == "scaled_dot_product_attention":
            p, on = kwargs.get("dropout_p", args[4] if len(args) > 4 else 0.0), True
        elif name in FUNCTIONS:  # p and training, in this order, are always given
            p, on = (*args[1:], *kwargs.values())[:2]
        if p and on:
            self.acting.add(self.path[-1])
        elif p is not None:
            self.off[self.path[-1]] = max(p, self.off.get(self.path[-1], 0.0))
        return function(*args, **kwargs)

    def idle(self, but: Container[nn.Module] = ()) -> dict[nn.Module, nn.Module]:
        """Modules in which dropout did not act, and those that hold its p."""
        found = {m: m for m, p in self.off.items() if p > 0}
        for m in [m for m in self.called if m not in but]:
            own = [c for c in m.children() if isinstance(c, PLAIN + ALPHA) and c.p > 0]
            found.update((m, c) for c in own if c not in self.called)
            rates = [v for name, v in vars(m).items() if "drop" in name]
            if m in self.off and any(isinstance(v, float) and v > 0 for v in rates):
                found[m] = m
        return found


@contextmanager
def _seeded(seed: int | torch.Generator) -> Iterator[None]:
    if isinstance(seed, torch.Generator):
        seed = int(torch.randint(2**62, (), generator=seed, device=seed.device))
    generators = [torch.default_generator, *torch.cuda.default_generators]
    states = [generator.get_state() for generator in generators]
    try:
        for index, generator in enumerate(generators):  # two GPUs draw other masks
            generator.manual_seed((seed + index * 1_000_003) % 2**64)
        yield
    finally:
        for generator, state in zip(generators, states, strict=True):
            generator.set_state(state)
