"""What does a model say when it is asked many times with dropout left on?"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

MODULES, NORMS = nn.modules.dropout._DropoutNd, nn.modules.batchnorm._NormBase
FUNCTIONS = {"dropout", "dropout1d", "dropout2d", "dropout3d", "native_dropout"}
FUNCTIONS |= {"alpha_dropout", "feature_dropout", "feature_alpha_dropout"}


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
    nn.Dropout and its like drop, nn.MultiheadAttention, nn.LSTM and its like; so does
    what asks for its module's `training`, as F.dropout(x, p, training) and attention
    that only reads an nn.Dropout's p: passes before the samples find such modules,
    which are then in training mode as a whole. Dropout that still does not act is an
    error, so are copies that come out equal. Normalization, stochastic depth and
    branches for training alone stay off. Modes, buffers, gradients and random states
    stay as they were.

    Args:
        model: Takes `x` alone, returns one floating-point tensor, and treats each row
            for itself, with dimension 0 as the batch everywhere: `batch_first=True`.
        x: Shape (batch, ...), on the CPU or CUDA.
        samples: Forward passes per example, >= 1.
        seed: Same arguments, same masks. A generator moves on by one draw.
        rows: Most rows in a forward pass, >= 1; bounds memory: for images, the largest
            batch you can run. With rows=len(x) a pass is one sample: needed where rows
            share a mask (dropout on weights or positions) or dimension 0 is no batch.

    Returns:
        What the model returned, shape (samples, batch, ...).

    Raises:
        ValueError: If anything is not as described, or dropout in it does not act.

    Examples:
        >>> mc_dropout(nn.Dropout(0.5), torch.ones(1, 3), 100, seed=0).unique()
        tensor([0., 2.])

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
        kind = f"{type(loose[0]).__name__} has batch_first=False, so copies might mix"
        raise ValueError(f"{kind}: set batch_first=True, or pass rows=len(x)")
    devices = {t.device for t in (x, *model.parameters(), *model.buffers())}
    if not {device.type for device in devices} <= {"cpu", "cuda"}:
        raise ValueError(f"model and x must be on the CPU or CUDA, got {devices}")
    with torch.no_grad(), _dropout_on(model, x[:rows]), _seeded(seed):
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
        alike = not done and k > 1 and torch.equal(groups[0][0], groups[0][1])
        if alike and not torch.equal(y, model(x.repeat(k, *[1] * (x.ndim - 1)))):
            raise ValueError("copies share a mask: pass rows=len(x), one in a pass")
    return torch.cat(groups)


def _drops(module: nn.Module) -> bool:
    """Whether a module drops anything when its own `training` is True."""
    if isinstance(module, nn.RNNBase | nn.MultiheadAttention):
        return bool(module.dropout > 0) and getattr(module, "num_layers", 2) > 1
    return isinstance(module, MODULES) and module.p > 0


@contextmanager
def _dropout_on(model: nn.Module, x: Tensor) -> Iterator[None]:
    modes = [(m, m.training) for m in model.modules()]
    buffers = [(b, b.clone()) for b in model.buffers()]

    def watched(on: Callable[[nn.Module], bool]) -> _Watch:
        for m, _ in modes:
            m.training = on(m)
        return _Watch(model, x)

    def drops(m: nn.Module) -> bool:  # an encoder's fast path would skip its dropout
        return _drops(m) or isinstance(m, nn.TransformerEncoderLayer)

    try:
        most = watched(lambda m: not isinstance(m, NORMS))
        least = watched(drops)
        asking = [key for key in most.acts - least.acts if key[1] in least.called]
        owners = {owner for _, owner in asking}
        seen = watched(lambda m: drops(m) or m in owners) if owners else least
        if idle := [m for m, o in asking if seen.acts[m, o] < most.acts[m, o]]:
            where = [name for name, m in model.named_modules() if m in idle]
            raise ValueError(f"dropout does not act in {where}: call an nn.Dropout")
        if seen.batch_norms > least.batch_norms:
            raise ValueError("a module with dropout normalizes by its batch as well")
        if not seen.acts:
            raise ValueError("model has no active dropout: every p is 0, or none drops")
        yield
    finally:
        for m, mode in modes:
            m.training = mode
        for b, before in buffers:
            b.copy_(before)


class _Watch(TorchFunctionMode):
    """What drops in a pass: how often each module does, in which one."""

    def __init__(self, model: nn.Module, x: Tensor) -> None:
        super().__init__()
        self.path: list[nn.Module] = []
        self.called: set[nn.Module] = set()
        self.acts: Counter[tuple[nn.Module, nn.Module]] = Counter()
        self.batch_norms = 0
        model = getattr(model, "_orig_mod", model)  # of torch.compile
        with ExitStack() as stack:
            for m in model.modules():
                stack.enter_context(m.register_forward_pre_hook(self._enter))
                leave = m.register_forward_hook(self._leave, always_call=True)
                stack.enter_context(leave)
            if hasattr(torch.compiler, "set_stance"):
                stack.enter_context(torch.compiler.set_stance("force_eager"))
            with _seeded(0), self:
                model(x.clone())  # some dropout works in place

    def _enter(self, module: nn.Module, _inputs: object) -> None:
        self.called.add(module)
        if _drops(module) and module.training:
            self.acts[module, (self.path or [module])[-1]] += 1
        self.path.append(module)

    def _leave(self, *_: object) -> None:
        self.path.pop()

    def __torch_function__(
        self,
        function: Callable[..., object],
        _types: object,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> object:
        kwargs, p, name = kwargs or {}, 0.0, getattr(function, "__name__", "")
        if name == "scaled_dot_product_attention":
            p = kwargs.get("dropout_p", args[4] if len(args) > 4 else 0.0)
        elif name == "batch_norm":
            self.batch_norms += bool(kwargs.get("training"))
        elif name.rstrip("_") in FUNCTIONS:  # p and training are always given, so
            p, training = (*args[1:], *kwargs.values())[:2]
            p = p if training else 0.0
        if p and not _drops(self.path[-1]):
            self.acts[self.path[-1], self.path[-1]] += 1
        return function(*args, **kwargs)


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
