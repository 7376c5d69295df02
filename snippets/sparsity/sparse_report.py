"""What do zeros save? Bytes of a model as it is, compressed, and in CSR."""

import io
import warnings
import zlib
from collections.abc import Iterable
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrize import is_parametrized


class Report(NamedTuple):
    """Zeros and bytes of a model.

    Attributes:
        zeros: Share of exact zeros among the entries of all weights.
        zeros_by_kind: The same for each kind of layer, as in {"Linear": 0.9}.
        dense_bytes: What `torch.save` writes of the parameters and buffers.
        zipped_bytes: The same after zlib, at level 6.
        csr_bytes: With each weight in CSR, indices of 32 bits.
        csr64_bytes: With each in CSR as `to_sparse_csr` returns it, indices of 64 bits.
    """

    zeros: float
    zeros_by_kind: dict[str, float]
    dense_bytes: int
    zipped_bytes: int
    csr_bytes: int
    csr64_bytes: int


def sparse_report(model: nn.Module) -> Report:
    """Count the zeros of a model's weights, and the bytes that they save.

    Weights are the floating-point parameters of two or more dimensions, whatever layer
    has them: `nn.Linear`, convolutions, embeddings. In CSR, those of more than two are
    matrices with a row for each entry of the first. The model is not touched.

    Args:
        model: Has at least one weight. Finish `torch.nn.utils.prune` first, with
            `prune.remove`. A weight that several layers share counts once, for the
            first of them.

    Returns:
        A `Report`.

    Raises:
        ValueError: If there is no weight, or one is re-parametrized or not yet
            initialized.

    Examples:
        >>> model = nn.Linear(100, 100)
        >>> _ = model.weight.data.mul_(torch.arange(100) % 10 == 0)
        >>> report = sparse_report(model)
        >>> report.zeros, report.csr_bytes < report.dense_bytes < 50_000
        (0.9, True)
    """
    weights: dict[int, nn.Parameter] = {}
    kinds: dict[str, list[Tensor]] = {}
    for name, layer in model.named_modules():
        _check(name, layer)
        for p in layer.parameters(recurse=False):
            if p.ndim > 1 and p.is_floating_point() and id(p) not in weights:
                weights[id(p)] = p
                kinds.setdefault(type(layer).__name__, []).append(p)
    if not weights:
        raise ValueError("model must have a weight of two or more dimensions, got none")
    saved = _saved(dict(model.state_dict()))
    narrow = {key: to_csr(p.flatten(1)) for key, p in weights.items()}
    wide = {key: _as_torch_makes_it(p.flatten(1)) for key, p in weights.items()}
    named = model.state_dict(keep_vars=True).items()
    csr_bytes, csr64_bytes = (
        len(_saved({name: csr.get(id(t), t.detach()) for name, t in named}))
        for csr in (narrow, wide)
    )
    return Report(
        _zeros(weights.values()),
        {kind: _zeros(own) for kind, own in kinds.items()},
        len(saved),
        len(zlib.compress(saved, 6)),
        csr_bytes,
        csr64_bytes,
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
    found = _as_torch_makes_it(weight)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return torch.sparse_csr_tensor(
            found.crow_indices().to(indices, copy=True),
            found.col_indices().to(indices, copy=True),
            found.values().clone(),
            found.shape,
            check_invariants=True,
            device=weight.device,
        )


def _as_torch_makes_it(weight: Tensor) -> Tensor:
    with warnings.catch_warnings():  # CSR is in beta, says PyTorch
        warnings.simplefilter("ignore", UserWarning)
        return weight.detach().to_sparse_csr()


def _check(name: str, layer: nn.Module) -> None:
    # `prune` and the old `weight_norm` keep what they make a weight of beside it.
    made = [
        n for n in vars(layer) if {f"{n}_orig", f"{n}_g"} & layer._parameters.keys()
    ]
    if made or is_parametrized(layer):
        raise ValueError(
            f"the weight of layer {name!r} is re-parametrized: undo it first, by "
            "torch.nn.utils.prune.remove, remove_weight_norm or "
            "parametrize.remove_parametrizations"
        )
    if any(map(nn.parameter.is_lazy, layer.parameters(recurse=False))):
        raise ValueError(
            f"the weight of layer {name!r} is not initialized: pass a batch through "
            "the model first"
        )


def _zeros(weights: Iterable[Tensor]) -> float:
    counts = [(int((w == 0).sum()), w.numel()) for w in weights]
    return sum(zeros for zeros, _ in counts) / sum(entries for _, entries in counts)


def _saved(state: dict[str, Any]) -> bytes:
    with io.BytesIO() as file:
        torch.save(state, file)
        return file.getvalue()
