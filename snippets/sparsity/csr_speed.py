"""Are a model's products with zeros faster in CSR?"""

import copy
import statistics
import time
import warnings
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn


class Speed(NamedTuple):
    """Seconds of a forward pass on this machine, with its number of threads.

    Attributes:
        dense_seconds: Of the model as it is.
        csr_seconds: With products in CSR, indices of 32 bits.
        layers: Names of the layers whose products those were.
    """

    dense_seconds: float
    csr_seconds: float
    layers: list[str]


def csr_speed(
    model: nn.Module,
    batch: Tensor | Sequence[Any] | Mapping[str, Any],
    *,
    rounds: int = 7,
) -> Speed:
    """Time a model with its `Linear` layers dense and with their weights in CSR.

    The model itself is not touched; copies of it are run, in `eval()`, without
    gradients. Convolutions stay dense: PyTorch has no products in CSR for them. So do
    subclasses of `Linear`, layers with hooks, and those in `nn.MultiheadAttention`,
    which uses their weights without calling them.

    Args:
        model: On the CPU. Finish `torch.nn.utils.prune` first, with `prune.remove`.
        batch: What the model takes: a tensor, a sequence of arguments, or a mapping of
            names to arguments.
        rounds: Forward passes of each kind, taken in turn, >= 1; reported is the
            median.

    Returns:
        A `Speed`.

    Raises:
        ValueError: If `rounds` is out of range, model or batch are not on the CPU, a
            weight is re-parametrized, or not float32 or float64, for which alone CSR
            has products; or if no `Linear` layer is called, or its weight is used
            without calling it.

    Examples:
        >>> model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 8))
        >>> _ = model[0].weight.data.mul_(torch.arange(64) % 16 == 0)
        >>> csr_speed(model, torch.randn(4, 64)).layers
        ['0', '2']
    """
    if rounds < 1:
        raise ValueError(f"rounds must be >= 1, got {rounds}")
    if isinstance(batch, Tensor):
        batch = [batch]
    given = list(batch.values() if isinstance(batch, Mapping) else batch)
    tensors = [t for t in (*given, *model.parameters()) if isinstance(t, Tensor)]
    if devices := {str(t.device) for t in tensors if t.device.type != "cpu"}:
        raise ValueError(f"model and batch must be on the CPU, got {devices}")
    for name, layer in model.named_modules():
        if isinstance(layer, nn.Linear):
            _check(name, layer)
    dense = copy.deepcopy(model).eval()
    csr, sparse = _with_csr(dense)
    _seconds(dense, batch)  # warm up
    try:
        _seconds(csr, batch)
    except (AttributeError, NotImplementedError, RuntimeError, TypeError) as error:
        raise ValueError(
            "a module of the model uses the weight of an nn.Linear without calling it, "
            f"which cannot be timed in CSR: {str(error).splitlines()[0]}"
        ) from error
    called = sorted(name for name, layer in sparse.items() if layer.called)
    if not called:
        raise ValueError(
            "the model must call an nn.Linear outside nn.MultiheadAttention, got none"
        )
    seconds: list[tuple[float, float]] = [
        (_seconds(dense, batch), _seconds(csr, batch)) for _ in range(rounds)
    ]
    medians = [statistics.median(kind) for kind in zip(*seconds, strict=True)]
    return Speed(medians[0], medians[1], called)


class _Sparse(nn.Module):
    """A `Linear` with a CSR weight; `Linear` itself is slow with many rows."""

    def __init__(self, layer: nn.Linear, weight: nn.Parameter) -> None:
        super().__init__()
        self.weight = weight
        self.bias = layer.bias
        self.called = False

    def forward(self, x: Tensor) -> Tensor:
        self.called = True
        rows = x.reshape(-1, x.shape[-1])  # (..., features) -> (rows, features)
        one = len(rows) == 1  # a product with a vector has a kernel of its own
        found = self.weight @ rows[0] if one else (self.weight @ rows.T).T
        if self.bias is not None:
            found = found + self.bias
        return found.reshape(*x.shape[:-1], -1)


def _with_csr(model: nn.Module) -> tuple[nn.Module, dict[str, _Sparse]]:
    """A copy of the model with CSR weights, and its layers that have them, by name."""
    twin = nn.ModuleDict({"model": copy.deepcopy(model)})
    weights: dict[int, nn.Parameter] = {}  # what was shared is shared again
    layers: dict[str, _Sparse] = {}
    for path, parent in list(twin.named_modules()):
        if isinstance(parent, nn.MultiheadAttention):
            continue
        if isinstance(parent, nn.TransformerEncoderLayer):
            parent.activation_relu_or_gelu = 0  # else it hands its weights to a kernel
        for name, layer in list(parent._modules.items()):
            if not _is_plain(layer):
                continue
            full = f"{path}.{name}".lstrip(".").removeprefix("model").lstrip(".")
            key = id(layer.weight)
            if key not in weights:
                weights[key] = _csr(layer.weight)
            layers[full] = _Sparse(layer, weights[key])
            setattr(parent, name, layers[full])
    return twin["model"], layers


def _is_plain(layer: nn.Module | None) -> bool:
    """Whether a layer does what `nn.Linear` does, and nothing else."""
    hooks = layer is not None and (layer._forward_hooks or layer._forward_pre_hooks)
    return type(layer) is nn.Linear and not hooks and "forward" not in vars(layer)


def _check(name: str, layer: nn.Linear) -> None:
    wrong = ""
    if "weight" not in layer._parameters:
        wrong = (
            "is re-parametrized: undo it first, by torch.nn.utils.prune.remove, "
            "remove_weight_norm or parametrize.remove_parametrizations"
        )
    elif isinstance(layer.weight, nn.parameter.UninitializedParameter):
        wrong = "is not initialized: pass a batch through the model first"
    elif _is_plain(layer) and layer.weight.dtype not in (torch.float32, torch.float64):
        wrong = f"must be float32 or float64, got {layer.weight.dtype}"
    if wrong:
        raise ValueError(f"the weight of layer {name!r} {wrong}")


def _csr(weight: Tensor) -> nn.Parameter:
    with warnings.catch_warnings():  # CSR is in beta, says PyTorch
        warnings.simplefilter("ignore", UserWarning)
        found = weight.detach().to_sparse_csr()
        narrow = torch.sparse_csr_tensor(
            found.crow_indices().int(),
            found.col_indices().int(),
            found.values(),
            found.shape,
            check_invariants=True,
            device=weight.device,
        )
    return nn.Parameter(narrow, requires_grad=False)


@torch.no_grad()
def _seconds(
    model: nn.Module, batch: Tensor | Sequence[Any] | Mapping[str, Any]
) -> float:
    before = time.perf_counter()
    if isinstance(batch, Mapping):
        model(**batch)
    else:
        model(*batch)
    return time.perf_counter() - before
