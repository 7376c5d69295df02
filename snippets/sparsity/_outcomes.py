"""What is measured of a network: the sizes of its weights, its accuracy, and both after pruning."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from snippets.evidence.estimates import Results
from snippets.laboratory.ensembles import Ensemble
from snippets.laboratory.intervals import curve, largest, mean
from snippets.sparsity import _nets as nets
from snippets.sparsity.ftrl import FTRL
from snippets.sparsity.magnitude_masks import two_of_four_mask

TINY = 1e-3
BINS = torch.arange(-8, 0.75, 0.5)  # edges of |w|, as powers of ten
SPARSITIES = (0.5, 0.8, 0.9, 0.95, 0.98)


def trained(data: nets.Data, seeds: range, make: nets.Maker, epochs: int) -> Ensemble:
    """The running example, trained from its initialization."""
    return nets.fit(nets.he("digits", seeds), data, seeds, epochs, make)


def weights(made: Ensemble, data: nets.Data, name: str) -> Results:
    """Zeros, tiny weights, test accuracy and a histogram of the sizes, under the name."""
    sizes = nets.sizes_of(made)
    exponents = sizes.clamp_min(1e-12).log10()
    inside = [
        ((exponents >= low) & (exponents < low + 0.5) & (sizes > 0)).double().mean(1)
        for low in BINS[:-1]
    ]
    return {
        f"{name}_zeros": mean(nets.zeros(made), "share"),
        f"{name}_most_zeros": largest(nets.zeros(made), "share"),
        f"{name}_tiny": mean((sizes < TINY).double().mean(1), "share"),
        f"{name}_test_accuracy": mean(made.accuracy(data.test_x, data.test_y), "share"),
        f"{name}_sizes": curve(
            torch.stack(inside, 1), BINS[:-1].tolist(), "share", "powers of ten"
        ),
    }


def first_step(seeds: range, data: nets.Data) -> Tensor:
    """Norm of all weights after one step at lr 0.1 with z = 0, as a share of that before it."""
    made = nets.he("digits", seeds)
    before: Tensor = nets.sizes_of(made).norm(dim=1)
    for p in made.parameters():
        p.requires_grad_()
    optimizer = FTRL(made.parameters(), lr=0.1, keep_init=False)
    logits = made.logits(data.train_x[:, :64])
    losses = nn.functional.cross_entropy(
        logits.flatten(0, 1), data.train_y[:, :64].flatten(), reduction="sum"
    )
    (losses / 64).backward()  # type: ignore[no-untyped-call]
    optimizer.step()
    after: Tensor = nets.sizes_of(made).detach().norm(dim=1)
    return after / before


def one_shot(dense: Ensemble, data: nets.Data, seeds: range) -> Results:
    """No training after pruning: by magnitude, at random, and two of every four."""
    found: Results = {"dense": mean(dense.accuracy(data.test_x, data.test_y), "share")}
    points = nets.test_points(dense, data)
    for sparsity in SPARSITIES:
        percent = f"{100 * sparsity:.0f}"
        by_size = nets.pruned(dense, nets.masks_of(dense, sparsity))
        at_random = nets.pruned(dense, nets.random_masks(dense, sparsity, seeds))
        found[f"one_shot_{percent}"] = mean(
            by_size.accuracy(data.test_x, data.test_y), "share"
        )
        found[f"random_{percent}"] = mean(
            at_random.accuracy(data.test_x, data.test_y), "share"
        )
        left, by_luck = (nets.test_points(m, data) for m in (by_size, at_random))
        found[f"one_shot_{percent}_loss"] = mean(points - left, "points")
        found[f"one_shot_minus_random_{percent}"] = mean(left - by_luck, "points")
    # An Ensemble's weights are transposed: features in the second dimension.
    masks = [two_of_four_mask(w.mT.contiguous()).mT for w in dense.weights]
    fours = nets.test_points(nets.pruned(dense, masks), data)
    return found | {"two_of_four_loss": mean(points - fours, "points")}


def trained_on(
    name: str, dense: Ensemble, data: nets.Data, seeds: range
) -> tuple[Tensor, Results]:
    """Test accuracy of the dense networks after as many more steps as retraining takes."""
    longer = nets.fit(nets.copy(dense), data, seeds, nets.EPOCHS[name][1])
    points = nets.test_points(longer, data)
    return points, {"dense_longer": mean(points / 100, "share")}


def retrained(
    name: str,
    dense: Ensemble,
    data: nets.Data,
    seeds: range,
    sparsity: float,
    longer: Tensor,
) -> Results:
    """Pruned at once and fine-tuned, against pruned gradually, over the same steps.

    `longer`: test accuracy in points of the dense networks after these steps, shape (runs,).
    """
    percent, epochs = f"{100 * sparsity:.0f}", nets.EPOCHS[name][1]
    masks = nets.masks_of(dense, sparsity)
    tuned, gradual = nets.pruned(dense, masks), nets.copy(dense)
    nets.fit(tuned, data, seeds, epochs, nets.masked(tuned, masks))
    nets.fit(gradual, data, seeds, epochs, nets.gradually(gradual, sparsity, nets.LAST))
    gap = nets.test_points(gradual, data) - nets.test_points(tuned, data)
    return {
        f"fine_tuned_{percent}": mean(
            tuned.accuracy(data.test_x, data.test_y), "share"
        ),
        f"gradual_{percent}": mean(gradual.accuracy(data.test_x, data.test_y), "share"),
        f"gradual_minus_fine_tuned_{percent}": mean(gap, "points"),
        f"gradual_{percent}_loss": mean(
            longer - nets.test_points(gradual, data), "points"
        ),
    }


def zero_share(weight: Tensor) -> float:
    """Share of exact zeros."""
    return float((weight == 0).double().mean())
