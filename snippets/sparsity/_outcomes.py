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


def left_after_first_step(seeds: range, data: Data, accumulator: float) -> Tensor:
    """What a step from z = 0 at lr 0.1 leaves of the weights: its result, projected on them."""
    nets = he_networks("digits", seeds)
    before = torch.cat([w.clone().flatten(1) for w in nets.weights], 1)
    for p in nets.parameters():
        p.requires_grad_()
    optimizer = FTRL(
        nets.parameters(),
        lr=0.1,
        initial_accumulator_value=accumulator,
        keep_init=False,
    )
    logits = nets.logits(data.train_x[:, :64])
    losses = nn.functional.cross_entropy(
        logits.flatten(0, 1), data.train_y[:, :64].flatten(), reduction="sum"
    )
    (losses / 64).backward()
    optimizer.step()
    after = torch.cat([w.detach().flatten(1) for w in nets.weights], 1)
    left: Tensor = (after * before).sum(1) / before.square().sum(1)
    return left


def prune_without_training(dense: Ensemble, data: Data, seeds: range) -> Results:
    """No training after pruning: by magnitude in each layer and jointly, at random, two of every four."""
    results: Results = {"dense": mean(test_accuracy(dense, data), "share")}
    dense_points = test_points(dense, data)
    for sparsity in SPARSITIES:
        percent = f"{100 * sparsity:.0f}"
        by_size = prune_copy(dense, magnitude_masks_by_run(dense, sparsity))
        at_random = prune_copy(dense, random_masks(dense, sparsity, seeds))
        jointly = prune_copy(dense, magnitude_masks_by_run(dense, sparsity, "model"))
        points, random_points, joint_points = (
            test_points(n, data) for n in (by_size, at_random, jointly)
        )
        results |= {
            f"one_shot_{percent}": mean(test_accuracy(by_size, data), "share"),
            f"random_{percent}": mean(test_accuracy(at_random, data), "share"),
            f"one_shot_{percent}_loss": mean(dense_points - points, "points"),
            f"one_shot_minus_random_{percent}": mean(points - random_points, "points"),
            f"one_shot_{percent}_jointly_gain": mean(joint_points - points, "points"),
        }
    # An Ensemble's weights are transposed: features in the second dimension.
    masks = [two_of_four_mask(w.mT.contiguous()).mT for w in dense.weights]
    points = test_points(prune_copy(dense, masks), data)
    half_points = test_points(
        prune_copy(dense, magnitude_masks_by_run(dense, 0.5)), data
    )
    return results | {
        "two_of_four_loss": mean(dense_points - points, "points"),
        "half_minus_two_of_four": mean(half_points - points, "points"),
    }


def prune_and_retrain(
    dense: Ensemble,
    data: Data,
    seeds: range,
    epochs: int,
    sparsity: float,
    longer_points: Tensor,
) -> Results:
    """Pruned at once and fine-tuned, against pruned gradually, over the same epochs.

    Each layer to the share, and layers jointly, by one threshold. `longer_points`: test accuracy in points of
    the dense networks after these epochs, shape (runs,).
    """
    percent = f"{100 * sparsity:.0f}"
    results: Results = {}
    points: dict[str, Tensor] = {}
    for per, ending in {"layer": "", "model": "_jointly"}.items():
        masks = magnitude_masks_by_run(dense, sparsity, per)
        tuned, gradual = prune_copy(dense, masks), copy_networks(dense)
        fit(tuned, data, seeds, epochs, masked_adam(tuned, masks))
        pruning = gradually_pruning_adam(gradual, sparsity, LAST_PRUNING, per)
        fit(gradual, data, seeds, epochs, pruning)
        tuned_points, points[per] = (test_points(n, data) for n in (tuned, gradual))
        names = f"{percent}{ending}"
        results |= {
            f"fine_tuned_{names}": mean(test_accuracy(tuned, data), "share"),
            f"gradual_{names}": mean(test_accuracy(gradual, data), "share"),
            f"gradual_minus_fine_tuned_{names}": mean(
                points[per] - tuned_points, "points"
            ),
            f"gradual_{names}_loss": mean(longer_points - points[per], "points"),
            f"gradual_{names}_last_layer_zeros": mean(
                (gradual.weights[-1] == 0).double().mean((1, 2)), "share"
            ),
        }
    gain = mean(points["model"] - points["layer"], "points")
    return results | {f"gradual_{percent}_jointly_gain": gain}
