"""What becomes of a network whose layers each start at one value?

The running example: the digits, a multilayer perceptron 64-100-100-100-100-100-10 with ReLU, zero biases,
Adam with lr 1e-3, batches of 64, 15 epochs, float32. W1 to W6 are its weight matrices, layers 1 to 5 its
hidden layers. Every public function is a measurement; the first word of a key is the function that
measured it.

"Constant" is the fair version of the question: every weight is 1/fan_in, positive and scaled. Whether
units are tied is asked of their outputs, never of weight rows; where the answer is yes or no, in float64,
because in float32 rounding alone pulls tied units apart.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor

from snippets.evidence.estimates import Results
from snippets.laboratory.digits import Split, splits
from snippets.laboratory.ensembles import Ensemble, train
from snippets.laboratory.intervals import largest, mean, share
from snippets.laboratory.seeding import generators
from snippets.symmetry import _networks as networks
from snippets.symmetry._networks import SIZES
from snippets.symmetry._outcomes import (
    EPOCHS,
    float64,
    measure_freedom,
    measure_training,
    spread,
)
from snippets.symmetry._transformers import sorting_loss

HIDDEN = len(SIZES) - 2
EPOCHS_COMPARED = 5
EPOCHS_OF_PATIENCE = 100
EPOCHS_WITH_ONE_TIED = 60
DRAWS = 200


# Ways to start


def he(seeds: range) -> Results:
    """He initialization: every weight is drawn by itself."""
    return measure_training(Ensemble(networks.he_weights(seeds)), seeds)


def one_draw(seeds: range) -> Results:
    """The question taken literally: one draw from He's distribution serves a whole matrix."""
    return measure_training(
        Ensemble(
            [w[:, :1, :1].expand_as(w).clone() for w in networks.he_weights(seeds)]
        ),
        seeds,
    )


def constant(seeds: range) -> Results:
    """Every weight is 1/fan_in: positive and scaled, so that a layer passes on the mean of its inputs."""
    return measure_training(Ensemble(networks.constant_weights(seeds)), seeds)


def signed(seeds: range) -> Results:
    """All weights of a matrix have one magnitude, that of He; only their signs are random."""
    return measure_training(
        Ensemble(
            [w.sign() * math.sqrt(2 / w.shape[1]) for w in networks.he_weights(seeds)]
        ),
        seeds,
    )


def identity(seeds: range) -> Results:
    """Nothing is random: identity matrices, and zeros in the last layer."""
    nets = Ensemble(networks.identity_weights(seeds))
    results = measure_training(nets, seeds)
    last = nets.hidden(splits(seeds).train_x)[-1]  # (runs, examples, units)
    silent = (last == 0).all(1).double()  # (runs, units)
    return results | {"silent_layer5": mean(silent.mean(-1), "share")}


def random_w2_w4_w6(seeds: range) -> Results:
    """Every other matrix is random, so that each hidden layer has a random neighbor; the rest constant."""
    return measure_training(
        Ensemble(networks.constant_weights_but(seeds, 2, 4, 6)), seeds
    )


def random_w2_w4(seeds: range) -> Results:
    """W2 and W4 are random, the rest constant: layer 5 has no random neighbor."""
    return measure_training(Ensemble(networks.constant_weights_but(seeds, 2, 4)), seeds)


def random_biases(seeds: range) -> Results:
    """Constant weights, hidden biases drawn with standard deviation 0.1."""
    nets = Ensemble(networks.constant_weights(seeds))
    streams = generators(seeds, "biases")
    for i in range(HIDDEN):
        nets.biases[i] = 0.1 * torch.stack(
            [torch.randn(1, SIZES[i + 1], generator=g) for g in streams]
        )
    return measure_training(nets, seeds)


def dropout(seeds: range) -> Results:
    """Constant weights, dropout 0.2 in the hidden layers."""
    return measure_training(
        Ensemble(networks.constant_weights(seeds), dropout=0.2), seeds
    )


def all_zero(seeds: range) -> Results:
    """Every weight is 0: one epoch, which only the output bias can use."""
    data = splits(seeds)
    moved, output_biases = [], []
    for activation in (torch.relu, torch.tanh):
        zeros = [torch.zeros(len(seeds), n, m) for n, m in pairwise(SIZES)]
        nets = Ensemble(zeros, activation=activation)
        train(nets, data.train_x, data.train_y, seeds=seeds, epochs=1)
        *others, output_bias = nets.parameters()
        moved += [parameter.abs().amax((1, 2)) for parameter in others]
        output_biases.append(output_bias.abs().amax((1, 2)))
    return {
        "largest_other_parameter": largest(torch.stack(moved).amax(0), "1"),
        "output_bias": mean(torch.stack(output_biases).amin(0), "1"),
    }


# What one draw per matrix does before any training


def dead_on_arrival(seeds: range) -> Results:
    """Of nets with one He draw per matrix: in how many a layer is 0 on all inputs before any training.

    With inputs of both signs, the one unit that layer 1 amounts to is positive on some input whatever
    the sign of its weights; from W2 on, a negative draw kills. Layer l lives with probability
    2^-(l - 1), so layer 5 is dead in 15/16. Pixels are never negative: there the sign of W1 counts too,
    which makes it 31/32.
    """
    standardized = torch.zeros(HIDDEN, dtype=torch.long)
    pixels = torch.zeros(HIDDEN, dtype=torch.long)
    inputs = splits(seeds).test_x[:, :50]
    for x, g in zip(inputs, generators(seeds, "one draw"), strict=True):
        draws = torch.randn(DRAWS, HIDDEN, 1, 1, generator=g)
        standardized += _count_dead(x, draws)
        pixels += _count_dead(x - x.min(), draws)  # the darkest pixel is 0
    trials = DRAWS * len(seeds)
    results: Results = {
        f"layer{i + 1}": share(int(standardized[i]), trials) for i in range(HIDDEN)
    }
    return results | {"pixels_layer5": share(int(pixels[-1]), trials)}


def _count_dead(x: Tensor, draws: Tensor) -> Tensor:
    """In how many draws, one number for each matrix, a layer is 0 on all inputs, shape (HIDDEN,)."""
    h, dead = x, []
    for layer, (n, m) in enumerate(pairwise(SIZES[:-1])):
        weights = math.sqrt(2 / n) * draws[:, layer].expand(-1, n, m)
        h = torch.relu(h @ weights)  # (draws, examples, units)
        dead.append((h == 0).all((1, 2)).sum())
    return torch.stack(dead)


def second_moment(seeds: range) -> Results:
    """By what factor a layer changes the mean square of its inputs, at n inputs, before any training.

    Where each weight is drawn by itself, 1 on average: He's variance 2/n is made for that. Where all are
    one draw sqrt(2/n) |z| and all inputs are tied, 2n z^2, so 2n on average.
    """
    results: Results = {}
    for n in (50, 100, 200):
        he_gains, one_draw_gains = [], []
        for g in generators(seeds, f"second moment at width {n}"):
            weights = math.sqrt(2 / n) * torch.randn(DRAWS, n, n, generator=g)
            one_draw = weights[:, :1, :1].abs().expand_as(weights)
            inputs = torch.randn(DRAWS, 1, n, generator=g).relu()
            he_gains.append(_mean_gain(inputs, weights))
            one_draw_gains.append(_mean_gain(torch.ones_like(inputs), one_draw))
        over_2n = [gain / (2 * n) for gain in one_draw_gains]
        results |= {
            f"he_width{n}": mean(he_gains, "1"),
            f"one_draw_width{n}": mean(one_draw_gains, "1"),
            f"one_draw_width{n}_over_2n": mean(over_2n, "1"),
        }
    return results


def _mean_gain(inputs: Tensor, weights: Tensor) -> float:
    """Factor by which a ReLU layer changes the mean square of its inputs, averaged over the draws."""
    outputs = (inputs @ weights).relu()  # (draws, 1, n)
    gain = outputs.square().mean((1, 2)) / inputs.square().mean((1, 2))
    return float(gain.mean())


# Which layers a matrix frees


def freed_by_one(seeds: range) -> Results:
    """One matrix is random, the rest constant: it frees the layers on both its sides, and no other."""
    return measure_freedom(
        {
            f"w{i}": ({i - 1, i}, networks.constant_weights_but(seeds, i))
            for i in range(1, HIDDEN + 2)
        },
        seeds,
    )


def freed_by_several(seeds: range) -> Results:
    """Two or three matrices are random; a layer without a random neighbor stays tied."""
    return measure_freedom(
        {
            "w2_w4": ({1, 2, 3, 4}, networks.constant_weights_but(seeds, 2, 4)),
            "w2_w4_w6": (
                {1, 2, 3, 4, 5},
                networks.constant_weights_but(seeds, 2, 4, 6),
            ),
        },
        seeds,
    )


def freed_by_none(seeds: range) -> Results:
    """Nothing is freed: all constant, and W3 an identity or a random rotation about the ones vector.

    The rows of such a W3 differ, yet it maps tied outputs to tied outputs, and its transpose maps tied
    gradients to tied gradients.
    """
    nets = {
        "constant": networks.constant_weights(seeds),
        "identity": networks.constant_weights(seeds),
        "rotation": networks.constant_weights(seeds),
    }
    nets["identity"][2] = networks.identity_weights(seeds)[2]
    nets["rotation"][2] = networks.rotation(seeds, SIZES[2])
    results = measure_freedom(
        {name: (set(), weights) for name, weights in nets.items()}, seeds
    )
    return results | {"rotation_spread_of_rows": mean(spread(nets["rotation"][2]), "1")}


def tied_one(seeds: range) -> Results:
    """One hidden layer has constant matrices on both sides and stays tied; the other four are random.

    In float64, and made equal again after each epoch: else rounding parts the units of layer 5 after some
    twenty epochs, on some processors. Layers 3 and 5 train for 60 epochs, the others for 15. The first ten
    runs do.
    """
    seeds = seeds[:10]
    data = float64(splits(seeds))
    first, last = {}, {}  # by layer
    for layer in range(1, HIDDEN + 1):
        random = {*range(1, HIDDEN + 2)} - {layer, layer + 1}
        weights = networks.constant_weights_but(seeds, *random)
        net = Ensemble([w.double() for w in weights])
        epochs = EPOCHS_WITH_ONE_TIED if layer in (3, HIDDEN) else EPOCHS
        accuracies = _accuracy_while_tied(net, layer, data, seeds, epochs)
        first[layer], last[layer] = accuracies[EPOCHS - 1], accuracies[-1]
    others = torch.stack([first[layer] for layer in range(1, HIDDEN)])
    gains = {layer: 100 * (last[layer] - first[layer]) for layer in (3, HIDDEN)}
    return {
        **{f"layer{i}_test_accuracy": mean(a, "share") for i, a in first.items()},
        "layer3_test_accuracy_after_60_epochs": mean(last[3], "share"),
        "layer5_test_accuracy_after_60_epochs": mean(last[HIDDEN], "share"),
        "best_test_accuracy": mean(torch.stack([*first.values()]).amax(0), "share"),
        "layer5_minus_others": mean(100 * (first[HIDDEN] - others.mean(0)), "points"),
        **{f"layer{i}_gain_by_60_epochs": mean(g, "points") for i, g in gains.items()},
    }


def _accuracy_while_tied(
    net: Ensemble, layer: int, data: Split, seeds: range, epochs: int
) -> list[Tensor]:
    """Train with a hidden layer whose units stay equal; test accuracies after each epoch, shape (runs,)."""
    accuracies = []
    into, bias, out_of = (
        net.weights[layer - 1],
        net.biases[layer - 1],
        net.weights[layer],
    )

    def after_epoch(_: int) -> None:
        with torch.no_grad():
            for parameter, units in ((into, 2), (bias, 2), (out_of, 1)):
                parameter.copy_(parameter.mean(units, keepdim=True))
        accuracies.append(net.accuracy(data.test_x, data.test_y))

    train(
        net,
        data.train_x,
        data.train_y,
        seeds=seeds,
        epochs=epochs,
        after_epoch=after_epoch,
    )
    return accuracies


def copied_layers(seeds: range) -> Results:
    """Sort twelve tokens with `nn.TransformerEncoder`, whose six layers start as copies of one.

    200 steps; `own` draws each layer by itself. Embeddings, first layer and data are the same; eight runs.
    """
    copied, own = (sorting_loss(seeds[:8], copied=c) for c in (True, False))
    return {
        "copied_loss": mean(copied, "nats"),
        "own_loss": mean(own, "nats"),
        "copied_minus_own": mean(copied - own, "nats"),
    }


def one_unit(seeds: range) -> Results:
    """A constant net of width n = 100 *is* a net of one unit per layer, with other learning rates.

    In float64, since this is exact but for rounding. `twin` is the one-unit net with the rates of
    `_make_twin_optimizer`, `same_lr` the one without.
    """
    data = float64(splits(seeds))
    x, y = data.train_x, data.train_y

    wide = Ensemble(networks.constant_weights(seeds, dtype=torch.float64))
    train(wide, x, y, seeds=seeds, epochs=EPOCHS_COMPARED)
    wide_logits = wide.logits(data.test_x)

    sizes = (SIZES[0], *[1] * HIDDEN, SIZES[-1])
    same_lr = Ensemble(networks.constant_weights(seeds, sizes, torch.float64))
    train(same_lr, x, y, seeds=seeds, epochs=EPOCHS)
    same_lr_accuracy = same_lr.accuracy(data.test_x, data.test_y)

    twin = Ensemble(networks.constant_weights(seeds, sizes, torch.float64))
    twin_logits, twin_accuracy = {}, {}  # by epoch

    def look(epoch: int) -> None:
        if epoch in (EPOCHS_COMPARED, EPOCHS, EPOCHS_OF_PATIENCE):
            twin_logits[epoch] = twin.logits(data.test_x).detach()
            twin_accuracy[epoch] = twin.accuracy(data.test_x, data.test_y)

    train(
        twin,
        x,
        y,
        seeds=seeds,
        epochs=EPOCHS_OF_PATIENCE,
        optimizer=_make_twin_optimizer,
        after_epoch=look,
    )
    difference = (twin_logits[EPOCHS_COMPARED] - wide_logits).abs().amax((1, 2))
    gap = 100 * (same_lr_accuracy - twin_accuracy[EPOCHS])
    patient_accuracy = twin_accuracy[EPOCHS_OF_PATIENCE]
    return {
        "largest_difference": largest(difference, "logits"),
        "spread_of_logits": mean(wide_logits.std((1, 2)), "logits"),
        "twin_test_accuracy": mean(twin_accuracy[EPOCHS], "share"),
        "twin_test_accuracy_after_100_epochs": mean(patient_accuracy, "share"),
        "same_lr_test_accuracy": mean(same_lr_accuracy, "share"),
        "same_lr_minus_twin": mean(gap, "points"),
    }


def _make_twin_optimizer(parameters: list[Tensor]) -> torch.optim.Optimizer:
    """Adam that moves a net of one unit per layer as lr 1e-3 moves a constant net of width n.

    What n tied units of outgoing weight w pass on is that of one unit of weight a = n w. An Adam step
    moves each w as far as it would move a, and so a n times as far: the twin has lr n for W2 to W6.
    Where its gradient is n times that of a tied unit (all but W6 and the output bias), it has eps n.
    """
    n, weights, biases = SIZES[1], parameters[: HIDDEN + 1], parameters[HIDDEN + 1 :]
    groups: list[dict[str, Any]] = [
        {"params": [weights[0], *biases[:-1]], "eps": n * 1e-8},
        {"params": weights[1:-1], "eps": n * 1e-8, "lr": n * 1e-3},
        {"params": weights[-1:], "lr": n * 1e-3},
        {"params": biases[-1:]},
    ]
    return torch.optim.Adam(groups, lr=1e-3, eps=1e-8, fused=True)
