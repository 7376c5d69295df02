"""What is measured of a network: the sizes of its weights, its accuracy, and both after pruning."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from snippets.evidence.estimates import Results
from snippets.laboratory.ensembles import Ensemble
from snippets.laboratory.intervals import curve, largest, mean
from snippets.sparsity._networks import (
    Data,
    absolute_weights,
    copy_networks,
    he_networks,
    test_accuracy,
    test_points,
    zero_shares,
)
from snippets.sparsity._training import (
    fit,
    gradually_pruning_adam,
    magnitude_masks_by_run,
    masked_adam,
    prune_copy,
    random_masks,
)
from snippets.sparsity.ftrl import FTRL
from snippets.sparsity.magnitude_masks import two_of_four_mask

TINY = 1e-3
BINS = torch.arange(-8, 0.75, 0.5)  # edges of |w|, as powers of ten
SPARSITIES = (0.5, 0.8, 0.9, 0.95, 0.98)
LAST_PRUNING = 400  # step of the gradual schedule


def describe_weights(nets: Ensemble, data: Data, name: str) -> Results:
    """Zeros, tiny weights, test accuracy and a histogram of the sizes, under the name."""
    sizes, zeros = absolute_weights(nets), zero_shares(nets)
    exponents = sizes.clamp_min(1e-12).log10()
    shares = [
        ((exponents >= low) & (exponents < low + 0.5) & (sizes > 0)).double().mean(1)
        for low in BINS[:-1]
    ]
    return {
        f"{name}_zeros": mean(zeros, "share"),
        f"{name}_most_zeros": largest(zeros, "share"),
        f"{name}_tiny": mean((sizes < TINY).double().mean(1), "share"),
        f"{name}_test_accuracy": mean(test_accuracy(nets, data), "share"),
        f"{name}_sizes": curve(
            torch.stack(shares, 1), BINS[:-1].tolist(), "share", "powers of ten"
        ),
    }


def norm_after_first_step(seeds: range, data: Data) -> Tensor:
    """Norm of all weights after one step at lr 0.1 with z = 0, as a share of that before it."""
    nets = he_networks("digits", seeds)
    before: Tensor = absolute_weights(nets).norm(dim=1)
    for p in nets.parameters():
        p.requires_grad_()
    optimizer = FTRL(nets.parameters(), lr=0.1, keep_init=False)
    logits = nets.logits(data.train_x[:, :64])
    losses = nn.functional.cross_entropy(
        logits.flatten(0, 1), data.train_y[:, :64].flatten(), reduction="sum"
    )
    (losses / 64).backward()  # type: ignore[no-untyped-call]
    optimizer.step()
    after: Tensor = absolute_weights(nets).detach().norm(dim=1)
    return after / before


def prune_without_training(dense: Ensemble, data: Data, seeds: range) -> Results:
    """No training after pruning: by magnitude, at random, and two of every four."""
    results: Results = {"dense": mean(test_accuracy(dense, data), "share")}
    dense_points = test_points(dense, data)
    for sparsity in SPARSITIES:
        percent = f"{100 * sparsity:.0f}"
        by_size = prune_copy(dense, magnitude_masks_by_run(dense, sparsity))
        at_random = prune_copy(dense, random_masks(dense, sparsity, seeds))
        points, random_points = (test_points(n, data) for n in (by_size, at_random))
        results |= {
            f"one_shot_{percent}": mean(test_accuracy(by_size, data), "share"),
            f"random_{percent}": mean(test_accuracy(at_random, data), "share"),
            f"one_shot_{percent}_loss": mean(dense_points - points, "points"),
            f"one_shot_minus_random_{percent}": mean(points - random_points, "points"),
        }
    # An Ensemble's weights are transposed: features in the second dimension.
    masks = [two_of_four_mask(w.mT.contiguous()).mT for w in dense.weights]
    points = test_points(prune_copy(dense, masks), data)
    return results | {"two_of_four_loss": mean(dense_points - points, "points")}


def prune_and_retrain(
    dense: Ensemble,
    data: Data,
    seeds: range,
    epochs: int,
    sparsity: float,
    longer_points: Tensor,
) -> Results:
    """Pruned at once and fine-tuned, against pruned gradually, over the same epochs.

    `longer_points`: test accuracy in points of the dense networks after these epochs, shape (runs,).
    """
    percent, masks = f"{100 * sparsity:.0f}", magnitude_masks_by_run(dense, sparsity)
    tuned, gradual = prune_copy(dense, masks), copy_networks(dense)
    fit(tuned, data, seeds, epochs, masked_adam(tuned, masks))
    pruning = gradually_pruning_adam(gradual, sparsity, LAST_PRUNING)
    fit(gradual, data, seeds, epochs, pruning)
    tuned_points, gradual_points = (test_points(n, data) for n in (tuned, gradual))
    gap = gradual_points - tuned_points
    return {
        f"fine_tuned_{percent}": mean(test_accuracy(tuned, data), "share"),
        f"gradual_{percent}": mean(test_accuracy(gradual, data), "share"),
        f"gradual_minus_fine_tuned_{percent}": mean(gap, "points"),
        f"gradual_{percent}_loss": mean(longer_points - gradual_points, "points"),
    }
