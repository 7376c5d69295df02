"""What zeros buy: bytes and time of a model as it is, compressed, and in CSR."""

import copy
import io
import statistics
import time
import warnings
import zlib
from typing import NamedTuple

import torch
from torch import Tensor, nn


class Report(NamedTuple):
    """Zeros, bytes and seconds of a model.

    Attributes:
        zeros: Share of exact zeros among the entries of the `Linear` weights.
        dense_bytes: What `torch.save` writes of the parameters and buffers.
        zipped_bytes: The same after zlib, at level 6.
        csr_bytes: With each `Linear` weight in CSR, indices of 32 bits.
        csr64_bytes: With each in CSR as `to_sparse_csr` returns it, indices of 64 bits.
        dense_seconds: Time of a forward pass; None without a batch.
        csr_seconds: That with products in CSR, indices of 32 bits; None without a
            batch.
    """

    zeros: float
    dense_bytes: int
    zipped_bytes: int
    csr_bytes: int
    csr64_bytes: int
    dense_seconds: float | None
    csr_seconds: float | None


def sparse_report(
    model: nn.Module, batch: Tensor | None = None, *, rounds: int = 7
) -> Report:
    """Measure what the zeros of a model's `Linear` layers save, before and after CSR.

    The model itself is not touched; copies of it are saved and run, in `eval()`.

    Args:
        model: Has at least one `nn.Linear`. Finish `torch.nn.utils.prune` first, with
            `prune.remove`. A weight that several layers share counts once. Layers whose
            `weight` is used without calling them, such as those in
            `nn.MultiheadAttention`, may not run in CSR: give no batch then.
        batch: Input on the CPU to time forward passes with, or None to time nothing.
        rounds: Forward passes of each kind, taken in turn, >= 1; reported is the
            median.

    Returns:
        A `Report`. Bytes are exact; seconds hold for this machine and number of
        threads.

    Raises:
        ValueError: If there is no `nn.Linear`, one is re-parametrized or not yet
            initialized, `rounds` is out of range, or, with a batch, it is not on the
            CPU or a weight not float32 or float64: CSR has no products for others.

    Examples:
        >>> model = nn.Linear(100, 100)
        >>> _ = model.weight.data.mul_(torch.arange(100) % 10 == 0)
        >>> report = sparse_report(model)
        >>> report.zeros, report.csr_bytes < report.dense_bytes < 50_000
        (0.9, True)
    """
    if rounds < 1:
        raise ValueError(f"rounds must be >= 1, got {rounds}")
    layers = {n: m for n, m in model.named_modules() if isinstance(m, nn.Linear)}
    if not layers:
        raise ValueError("model must have at least one nn.Linear, got none")
    for name, layer in layers.items():
        _check(name, layer, timed=batch is not None)
    if batch is not None and batch.device.type != "cpu":
        raise ValueError(f"batch must be on the CPU, got {batch.device}")
    weights = list({id(m.weight): m.weight.detach() for m in layers.values()}.values())
    entries = sum(w.numel() for w in weights)
    dense = copy.deepcopy(model).eval()
    csr, csr64 = (_with_csr(dense, t) for t in (torch.int32, torch.int64))
    saved = _saved(dense)
    seconds: list[list[float]] = [[], []]
    if batch is not None:
        for twin in (dense, csr):
            _seconds(twin, batch)  # warm up
        for _ in range(rounds):
            for twin, found in zip((dense, csr), seconds, strict=True):
                found.append(_seconds(twin, batch))
    medians = [statistics.median(s) if s else None for s in seconds]
    return Report(
        sum(int((w == 0).sum()) for w in weights) / entries,
        len(saved),
        len(zlib.compress(saved, 6)),
        len(_saved(csr)),
        len(_saved(csr64)),
        *medians,
    )


def to_csr(weight: Tensor, indices: torch.dtype = torch.int32) -> Tensor:
    """A matrix in CSR, with indices of its own in the type asked for.

    `Tensor.to_sparse_csr` returns indices of 64 bits, one array of which is a view of a
    buffer twice as long, and `torch.save` writes the whole buffer.

    Args:
        weight: A dense matrix, shape (rows, columns).
        indices: torch.int32 or torch.int64.

    Returns:
        The same matrix, layout `torch.sparse_csr`.

    Raises:
        ValueError: If `weight` is no matrix, or `indices` another type.

    Examples:
        >>> to_csr(torch.eye(2)).col_indices()
        tensor([0, 1], dtype=torch.int32)
    """
    if weight.ndim != 2 or weight.layout != torch.strided:
        raise ValueError(f"weight must be a dense matrix, got {tuple(weight.shape)}")
    if indices not in (torch.int32, torch.int64):
        raise ValueError(f"indices must be torch.int32 or torch.int64, got {indices}")
    with warnings.catch_warnings():  # CSR is in beta, says PyTorch
        warnings.simplefilter("ignore", UserWarning)
        found = weight.detach().to_sparse_csr()
        return torch.sparse_csr_tensor(
            found.crow_indices().to(indices, copy=True),
            found.col_indices().to(indices, copy=True),
            found.values().clone(),
            found.shape,
            check_invariants=True,
        )


class _Sparse(nn.Module):
    """A `Linear` with a CSR weight; `Linear` itself is slow with many rows."""

    def __init__(self, layer: nn.Linear, weight: nn.Parameter) -> None:
        super().__init__()
        self.weight = weight
        self.bias = layer.bias

    def forward(self, x: Tensor) -> Tensor:
        rows = x.reshape(-1, x.shape[-1])  # (..., features) -> (rows, features)
        one = len(rows) == 1  # a product with a vector has a kernel of its own
        found = self.weight @ rows[0] if one else (self.weight @ rows.T).T
        if self.bias is not None:
            found = found + self.bias
        return found.reshape(*x.shape[:-1], -1)


def _with_csr(model: nn.Module, indices: torch.dtype) -> nn.Module:
    """A copy of the model with CSR weights; those of 64 bits as PyTorch makes them."""
    twin = nn.ModuleDict({"model": copy.deepcopy(model)})
    sparse: dict[int, nn.Parameter] = {}  # what was shared is shared again
    for parent in list(twin.modules()):
        for name, layer in list(parent._modules.items()):
            if not isinstance(layer, nn.Linear):
                continue
            key, weight = id(layer.weight), layer.weight.detach()
            if key not in sparse:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore", UserWarning)
                    wide = indices == torch.int64
                    found = weight.to_sparse_csr() if wide else to_csr(weight)
                sparse[key] = nn.Parameter(found, requires_grad=False)
            setattr(parent, name, _Sparse(layer, sparse[key]))
    return twin["model"]


def _check(name: str, layer: nn.Linear, *, timed: bool) -> None:
    wrong, dtype = "", layer.weight.dtype
    if "weight" not in layer._parameters:
        wrong = (
            "is re-parametrized: undo it first, by torch.nn.utils.prune.remove, "
            "remove_weight_norm or parametrize.remove_parametrizations"
        )
    elif isinstance(layer.weight, nn.parameter.UninitializedParameter):
        wrong = "is not initialized: pass a batch through the model first"
    elif timed and dtype not in (torch.float32, torch.float64):
        wrong = f"must be float32 or float64 to be timed, got {dtype}: give no batch"
    if wrong:
        raise ValueError(f"the weight of layer {name!r} {wrong}")


def _saved(model: nn.Module) -> bytes:
    with io.BytesIO() as file:
        torch.save(model.state_dict(), file)
        return file.getvalue()


@torch.no_grad()
def _seconds(model: nn.Module, batch: Tensor) -> float:
    before = time.perf_counter()
    model(batch)
    return time.perf_counter() - before
