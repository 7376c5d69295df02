"""Does the page compute what PyTorch computes? docs/explorables/sparsity-math.js beside our optimizers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from snippets.evidence.estimates import Results
from snippets.laboratory.few_digits import FewDigits, few_digits
from snippets.laboratory.intervals import largest
from snippets.laboratory.javascript import apart, loaded
from snippets.laboratory.random_numbers import uniform
from snippets.sparsity.ftrl import FTRL
from snippets.sparsity.magnitude_masks import magnitude_masks
from snippets.sparsity.proximal_step import proximal_step
from snippets.sparsity.sparse_report import to_csr

FILES = (
    "docs/explorables/random.js",
    "docs/explorables/digits.js",
    "docs/explorables/sparsity-math.js",
)
STEPS, BATCH, LR = 300, 60, 0.1
PIXELS, CLASSES = 64, 10
WATCHED = 145  # the weight whose path the page draws
# fmt: off
PENALTIES = (
    0.0, 5.6e-5, 3.2e-4, 1e-3, 3.2e-3, 5.6e-3, 0.01, 0.018, 0.032, 0.056, 0.1, 0.18, 0.32, 1.0, 3.2, 10.0,
)
L1 = (0.0, 5.6e-4, 0.01, 0.1, 0.32, 0.56, 1.0, 1.8, 3.2, 5.6, 10.0, 18.0, 32.0, 56.0, 100.0)
# fmt: on
CUTS = (0.0, 5.6e-6, 1e-3, 0.01, 0.032, 0.056, 0.1, 0.18, 0.32, 0.56)


class Trained(NamedTuple):
    """A softmax regression, shapes (64, 10) and (10,), and the path of one of its weights."""

    w: Tensor
    b: Tensor
    path: list[float]


def agreement(seeds: range) -> Results:  # noqa: ARG001, nothing here is drawn by a seed
    """The largest difference between JavaScript and PyTorch over settings that include the edges.

    A softmax regression is trained in float64 for 300 steps: by `torch.optim.SGD` with the penalty through
    autograd, by SGD and `proximal_step`, by `FTRL`, and pruned by `magnitude_masks`. Compared are
    weights, biases and the path of one weight, as shares of the largest; zeros, images recognized and the
    bytes of `to_csr`. `counts_apart` is in how many settings one of these three is not equal.
    """
    data = few_digits()
    errors, counts_apart = [], 0
    with loaded(FILES) as call:
        for state, theirs in _settings(data):
            ours = call("sparsity.model", state)
            errors += [
                apart(ours["w"], theirs.w.flatten().tolist()),
                apart(ours["b"], theirs.b.tolist()),
                apart(ours["path"], theirs.path),
            ]
            counts = _counts(theirs, data)
            counts_apart += any(ours[name] != counts[name] for name in counts)
    return {
        "settings": largest([len(errors) // 3], "1"),
        "counts_apart": largest([counts_apart], "1"),
        "largest_error": largest(errors, "1"),
    }


def _settings(data: FewDigits) -> list[tuple[dict[str, Any], Trained]]:
    """What the page can be asked for, and what PyTorch makes of it."""
    by_autograd = _trained(data, PENALTIES, _autograd)
    made = [
        ({"way": way, "penalty": penalty}, model)
        for way, models in (
            ("autograd", by_autograd),
            ("proximal", _trained(data, PENALTIES, _proximal)),
        )
        for penalty, model in zip(PENALTIES, models, strict=True)
    ]
    by_ftrl = zip(L1, _trained(data, L1, _ftrl), strict=True)
    made += [({"way": "ftrl", "l1": l1}, model) for l1, model in by_ftrl]
    dense = by_autograd[0]
    return made + [({"way": "prune", "cut": cut}, _pruned(dense, cut)) for cut in CUTS]


def _pruned(dense: Trained, cut: float) -> Trained:
    share = float((dense.w.abs() < cut).double().mean())
    (mask,) = magnitude_masks([dense.w], share)
    w = dense.w * mask
    return Trained(w, dense.b, [*dense.path[:-1], float(w.flatten()[WATCHED])])


Step = Callable[[], None]


def _autograd(ws: list[Tensor], bs: list[Tensor], penalties: Tensor) -> Step:
    sgd = torch.optim.SGD([*ws, *bs], lr=LR)

    def step() -> None:
        # The losses of the data have their gradients already; the penalties add theirs.
        sizes = torch.stack([w.abs().sum() for w in ws])
        (penalties * sizes).sum().backward()
        sgd.step()

    return step


def _proximal(ws: list[Tensor], bs: list[Tensor], penalties: Tensor) -> Step:
    groups: list[dict[str, Any]] = [{"params": bs}]
    groups += _groups(ws, penalties)
    sgd = torch.optim.SGD(groups, lr=LR)

    def step() -> None:
        sgd.step()
        proximal_step(sgd)

    return step


def _ftrl(ws: list[Tensor], bs: list[Tensor], penalties: Tensor) -> Step:
    ftrl = FTRL([{"params": bs}, *_groups(ws, penalties)], lr=LR)
    return lambda: ftrl.step()


def _groups(ws: list[Tensor], penalties: Tensor) -> list[dict[str, Any]]:
    both = zip(ws, penalties.tolist(), strict=True)
    return [{"params": [w], "l1": penalty} for w, penalty in both]


def _trained(
    data: FewDigits,
    penalties: tuple[float, ...],
    make: Callable[[list[Tensor], list[Tensor], Tensor], Step],
) -> list[Trained]:
    """All penalties of a way at once: models that share no parameter."""
    ws, bs = _start(len(penalties))
    step = make(ws, bs, torch.tensor(penalties, dtype=torch.float64))
    paths = [[float(w.detach().flatten()[WATCHED])] for w in ws]
    for k in range(STEPS):
        at = k * BATCH % len(data.train_y)
        x, y = data.train_x[at : at + BATCH], data.train_y[at : at + BATCH]
        for p in (*ws, *bs):
            p.grad = None
        logits = torch.matmul(x, torch.stack(ws)) + torch.stack(bs)[:, None]
        y = y.repeat(len(ws))
        loss = F.cross_entropy(logits.flatten(0, 1), y, reduction="sum") / BATCH
        loss.backward()
        step()
        for path, w in zip(paths, ws, strict=True):
            path.append(float(w.detach().flatten()[WATCHED]))
    models = zip(ws, bs, paths, strict=True)
    # The page's last place comes after pruning, which here is none.
    return [Trained(w.detach(), b.detach(), [*p, p[-1]]) for w, b, p in models]


def _start(models: int) -> tuple[list[Tensor], list[Tensor]]:
    w = (2 * uniform(1, PIXELS * CLASSES) - 1).view(PIXELS, CLASSES) / PIXELS**0.5
    b = torch.zeros(CLASSES, dtype=torch.float64)
    ws = [w.clone().requires_grad_() for _ in range(models)]
    return ws, [b.clone().requires_grad_() for _ in range(models)]


def _counts(model: Trained, data: FewDigits) -> dict[str, float]:
    """What the page reads off a model: zeros, percent recognized, bytes of CSR over dense ones."""
    recognized = (data.test_x @ model.w + model.b).argmax(1) == data.test_y
    dense = model.w.T.float()  # as nn.Linear has it
    csr = to_csr(dense)
    parts = (csr.values(), csr.col_indices(), csr.crow_indices())
    return {
        "zeros": int((model.w == 0).sum()),
        "accuracy": 100 * int(recognized.sum()) / len(recognized),
        "bytes": sum(part.nbytes for part in parts) / dense.nbytes,
    }
