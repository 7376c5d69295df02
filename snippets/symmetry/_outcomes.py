"""What is measured of a start: how well it trains, and which layers it frees."""

from __future__ import annotations

import torch
from torch import Tensor

from snippets.evidence.estimates import Results
from snippets.laboratory.digits import Split, splits
from snippets.laboratory.ensembles import Ensemble, train
from snippets.laboratory.intervals import curve, largest, mean
from snippets.symmetry.effective_rank import effective_rank

EPOCHS = 15
EPOCHS_TO_FREE = 2  # 44 steps: enough for a gradient to part what it can part


def float64(data: Split) -> Split:
    """Turn the inputs to float64, for what must not drown in rounding."""
    return Split(data.train_x.double(), data.train_y, data.test_x.double(), data.test_y)


def spread(outputs: Tensor) -> Tensor:
    """By how much the units of a layer differ from their mean, as a share of their root mean square.

    Shape (runs, examples, units) -> (runs,): 0 if all units agree or are silent, 1 if their mean is 0.
    """
    outputs = outputs.double()
    own = outputs - outputs.mean(-1, keepdim=True)
    return (
        own.square().mean((1, 2)) / outputs.square().mean((1, 2)).clamp_min(1e-300)
    ).sqrt()


def measure_freedom(
    nets: dict[str, tuple[set[int], list[Tensor]]], seeds: range
) -> Results:
    """Train shortly in float64 and look which layers are free.

    Args:
        nets: By name, the layers that should be freed, counted from 1, and the weights to start from.
        seeds: One seed per run.

    Returns:
        The spread of each layer of each net, and over all of them the largest of those that should be
        tied and each run's least of those that should be free.
    """
    data = float64(splits(seeds))
    results: Results = {}
    free: list[Tensor] = []
    tied: list[Tensor] = []
    for name, (expected, weights) in nets.items():
        net = Ensemble([w.double().clone() for w in weights])
        train(net, data.train_x, data.train_y, seeds=seeds, epochs=EPOCHS_TO_FREE)
        for layer, outputs in enumerate(net.hidden(data.test_x), start=1):
            spreads = spread(outputs)
            results[f"{name}_layer{layer}"] = mean(spreads, "1")
            (free if layer in expected else tied).append(spreads)
    results["largest_of_tied"] = largest(torch.stack(tied).amax(0), "1")
    if free:
        results["least_of_freed"] = mean(torch.stack(free).amin(0), "1")
    return results


def measure_training(nets: Ensemble, seeds: range) -> Results:
    """Train on the digits: accuracies, and how many features each hidden layer ends with.

    `largest_rank` and `least_spread` are taken over the layers of a run, then averaged over runs.
    """
    data = splits(seeds)
    test_accuracy = [nets.accuracy(data.test_x, data.test_y)]
    train(
        nets,
        data.train_x,
        data.train_y,
        seeds=seeds,
        epochs=EPOCHS,
        after_epoch=lambda _: test_accuracy.append(
            nets.accuracy(data.test_x, data.test_y)
        ),
    )
    results: Results = {
        "train_accuracy": mean(nets.accuracy(data.train_x, data.train_y), "share"),
        "test_accuracy": mean(test_accuracy[-1], "share"),
        "test_accuracy_by_epoch": curve(
            torch.stack(test_accuracy, 1), range(EPOCHS + 1), "share", "epochs"
        ),
    }
    hidden = nets.hidden(data.test_x)
    ranks, spreads = [effective_rank(h) for h in hidden], [spread(h) for h in hidden]
    for layer in range(len(hidden)):
        results[f"rank_layer{layer + 1}"] = mean(ranks[layer], "1")
        results[f"spread_layer{layer + 1}"] = mean(spreads[layer], "1")
    return results | {
        "largest_rank": mean(torch.stack(ranks).amax(0), "1"),
        "least_spread": mean(torch.stack(spreads).amin(0), "1"),
    }
