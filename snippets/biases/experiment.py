"""Where does a bias earn its keep?

The running example: the digits, a multilayer perceptron 64-100-100-100-100-100-10 with ReLU, He weights,
Adam with lr 1e-3, batches of 64, 15 epochs, float32. What is compared shares seeds: split, weights, order
of the data. Every public function is a measurement; the first word of a key is the function that measured
it.

A bias counts against the inputs it is added to. Our pixels share one mean and one variance, so all images
are about equally large and a hidden bias of -1 silences whole layers. Standardized pixel by pixel, a few
images are many times larger; they keep units alive, and the same net then learns something.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from snippets.biases import _networks as networks
from snippets.biases._lstm import STEPS, Recall, sequences
from snippets.biases._one_input import unexplained
from snippets.biases._rare import LOOKS, PRIOR
from snippets.biases._rare import train as train_rare
from snippets.biases.log_prior_bias_ import log_prior_bias_
from snippets.evidence.estimates import Estimate, Results
from snippets.laboratory.digits import splits
from snippets.laboratory.ensembles import Ensemble, train
from snippets.laboratory.intervals import curve, geometric_mean, largest, mean, share
from snippets.laboratory.seeding import generators

EPOCHS = 15
RECALL_STEPS, RECALL_BATCH = 200, 16
LONG = 60  # steps of a sequence; others have 20
FORGET_BIASES = (0, 1, 2, 3, 4)


def hidden(seeds: range) -> Results:
    """Ways to start the hidden biases, all else equal; the output bias starts at 0.

    `default` is nn.Linear's, uniform in +-1/sqrt(fan_in); `he` draws biases as He draws weights; `frozen`
    starts at 0 and stays there.
    """
    data = splits(seeds)
    results: Results = {}
    first: dict[str, Tensor] = {}
    last: dict[str, Tensor] = {}
    for name in ("zero", "default", "he", "tenth", "one", "minus_one", "frozen"):
        nets = Ensemble(
            networks.he_weights(seeds, 10), networks.initial_biases(name, seeds)
        )
        silent = (nets.hidden(data.train_x)[-1] == 0).all(1).double().mean(-1)
        results[f"{name}_silent_layer5"] = mean(silent, "share")
        accuracies = _accuracy_by_epoch(nets, seeds, frozen=name == "frozen")
        first[name], last[name] = accuracies[0], accuracies[-1]
        results[f"{name}_test_accuracy"] = mean(last[name], "share")
        if name == "zero":
            sizes = [b.abs().mean((1, 2)) for b in nets.biases[:-1]]
            results["zero_size_after_training"] = mean(torch.stack(sizes).mean(0), "1")
            continue
        gap, first_gap = (100 * (by[name] - by["zero"]) for by in (last, first))
        results[f"{name}_minus_zero"] = mean(gap, "points")
        results[f"{name}_minus_zero_after_1_epoch"] = mean(first_gap, "points")
    return results


def scaling(seeds: range) -> Results:
    """Feed untrained nets inputs three times as large: with zero biases, so are the logits.

    In float64; the relative error is the largest difference of a logit over the largest logit of the run.
    """
    x = splits(seeds).test_x.double()
    results: Results = {}
    for name, summary in (("zero", largest), ("default", mean)):
        nets = Ensemble(
            [w.double() for w in networks.he_weights(seeds, 10)],
            [b.double() for b in networks.initial_biases(name, seeds)],
        )
        thrice, logits = nets.logits(3 * x), nets.logits(x)
        error = (thrice - 3 * logits).abs().amax((1, 2)) / thrice.abs().amax((1, 2))
        results[f"{name}_relative_error"] = summary(error, "1")
    return results


def one_input(seeds: range) -> Results:
    """Learn a sine of one input, where all units bend at x = 0 if their biases start at 0.

    One hidden layer of 100 units, inputs of variance 1, 2,000 steps; the share of the sine's variance that
    is left. `near` is the same on inputs between -1 and 1, where the bends have less far to go; `deep` is the
    same with three hidden layers, for the first ten runs.
    """
    left = {
        name: unexplained(name, seeds) for name in ("zero", "default", "he", "frozen")
    }
    left["near_zero"] = unexplained("zero", seeds, farthest=1.0)
    left["deep_zero"] = unexplained("zero", seeds[:10], layers=3)
    return {
        **{f"{name}_unexplained": mean(share, "share") for name, share in left.items()},
        "zero_minus_default": mean(100 * (left["zero"] - left["default"]), "points"),
        "zero_minus_he": mean(100 * (left["zero"] - left["he"]), "points"),
    }


def rare(seeds: range) -> Results:
    """Is it an eight? One training example in a hundred is; two ways to start the output bias.

    Each example is drawn anew: the label with its prior, then an image of that label. Test images are
    weighted to the same prior, so the loss of the best constant answer is the prior's entropy, exactly.
    """
    zero, prior = _rare_zero_and_prior(seeds, adam=True, zero_weights=False)
    zero_steps, prior_steps = _steps_to_entropy(zero), _steps_to_entropy(prior)
    gap = zero - prior
    return {
        "entropy": largest([_entropy()], "nats"),
        "zero_first_loss": mean(zero[:, 0], "nats"),
        "prior_first_loss": mean(prior[:, 0], "nats"),
        "zero_steps_to_entropy": mean(zero_steps, "steps"),
        "prior_steps_to_entropy": mean(prior_steps, "steps"),
        "head_start": mean(zero_steps - prior_steps, "steps"),
        "gap_after_20_steps": mean(gap[:, LOOKS.index(20)], "nats"),
        "gap_after_50_steps": mean(gap[:, LOOKS.index(50)], "nats"),
        "gap_after_200_steps": mean(gap[:, LOOKS.index(200)], "nats"),
        "gap_after_200_minus_half_of_20": mean(
            gap[:, LOOKS.index(200)] - gap[:, LOOKS.index(20)] / 2, "nats"
        ),
        "zero_loss": curve(zero, LOOKS, "nats", "steps"),
        "prior_loss": curve(prior, LOOKS, "nats", "steps"),
    }


def rare_sgd(seeds: range) -> Results:
    """The same with SGD, lr 0.1, and output weights of 0, so that the first loss is ln 2 or the entropy.

    Output weights have to grow before any other layer gets a gradient. At 1/2 every example pushes them,
    at the prior next to none does, and a step of SGD is as small as its gradient. `he` is SGD from He's
    output weights, `adam` is Adam, lr 1e-3, from output weights of 0.
    """
    zero, prior = _rare_zero_and_prior(seeds, adam=False, zero_weights=True)
    he_zero, he_prior = _rare_zero_and_prior(seeds, adam=False, zero_weights=False)
    adam_zero, adam_prior = _rare_zero_and_prior(seeds, adam=True, zero_weights=True)
    gap = zero[:, -1] - prior[:, -1]
    he_gap = he_zero[:, -1] - he_prior[:, -1]
    adam_gap = adam_zero[:, -1] - adam_prior[:, -1]
    return {
        "he_gap_after_200_steps": mean(he_gap, "nats"),
        "adam_gap_after_200_steps": mean(adam_gap, "nats"),
        "gap_minus_he_gap": mean(gap - he_gap, "nats"),
        "gap_minus_adam_gap": mean(gap - adam_gap, "nats"),
        "zero_first_loss": mean(zero[:, 0], "nats"),
        "prior_first_loss": mean(prior[:, 0], "nats"),
        "zero_loss_after_200_steps": mean(zero[:, -1], "nats"),
        "prior_loss_after_200_steps": mean(prior[:, -1], "nats"),
        "gap_after_200_steps": mean(gap, "nats"),
    }


def reach(seeds: range) -> Results:
    """Gradient at the first step of a sequence over that at the last, before training: geometric means.

    On sequences of the recall task, for the gradient of its loss; norms are averaged over sequences.
    `cell` is the same without recurrent weights: what is left is the way along the cell, which keeps
    sigmoid(b) a step, and in the last step the way through the output gate.
    """
    x, y = sequences(generators(seeds, "sequences to recall"), 64)
    ratios: dict[str, Tensor] = {}
    for name, bias in {"default": None, **{f"b{b}": b for b in FORGET_BIASES}}.items():
        nets = Recall(seeds, bias)
        ratios[name] = _first_over_last(nets, x, y)
        nets.parameters[1].zero_()  # the recurrent weights
        ratios[f"cell_{name}"] = _first_over_last(nets, x, y)
    ratios |= {
        "b1_over_b0": ratios["b1"] / ratios["b0"],
        "b0_over_cell": ratios["b0"] / ratios["cell_b0"],
        "cell_b0_over_theory": ratios["cell_b0"] * 2 ** (STEPS - 1),
    }
    return {name: geometric_mean(ratio, "1") for name, ratio in ratios.items()}


def recall(seeds: range) -> Results:
    """Train on the recall task for 200 batches of 16 fresh sequences, Adam with lr 3e-3.

    Solved means that afterwards at least 90% of 500 new sequences are answered correctly.
    """
    results: Results = {}
    for bias in (0, 1, 2, 3, 5):
        nets = Recall(seeds, bias)
        (accuracy,) = _recall_accuracies(nets, seeds, looks=(RECALL_STEPS,))
        results[f"b{bias}_solved"] = _solved(accuracy)
    return results


def input_gate(seeds: range) -> Results:
    """Recall over 20 and over 60 steps, with the input gates left alone, `open`, and `closed`.

    The forget bias is ln(T - 1) for T steps; closed input gates have the opposite bias, so that the cell is
    a running mean of T steps. `three` has forget bias 3 over 60 steps, and open input gates. Over 60 steps
    networks train on 400 batches; over 20 on 200, and are looked at after the first half, too.
    """
    short, long = math.log(STEPS - 1), math.log(LONG - 1)
    halfway, after = {}, {}
    for name, gate in (("open", None), ("closed", -short)):
        halfway[name], after[f"short_{name}"] = _recall_accuracies(
            Recall(seeds, short, gate), seeds, looks=(RECALL_STEPS // 2, RECALL_STEPS)
        )
    for name, forget, gate in (
        ("open", long, None),
        ("closed", long, -long),
        ("three", 3.0, None),
    ):
        (after[f"long_{name}"],) = _recall_accuracies(
            Recall(seeds, forget, gate), seeds, looks=(2 * RECALL_STEPS,), steps=LONG
        )
    gaps = {
        "short_closed_minus_open_halfway": halfway["closed"] - halfway["open"],
        "short_closed_minus_open": after["short_closed"] - after["short_open"],
        "long_closed_minus_open": after["long_closed"] - after["long_open"],
        "long_closed_minus_three": after["long_closed"] - after["long_three"],
    }
    return {
        **{f"{name}_solved": _solved(accuracy) for name, accuracy in after.items()},
        **{name: mean(100 * gap, "points") for name, gap in gaps.items()},
    }


def _recall_accuracies(
    nets: Recall, seeds: range, looks: tuple[int, ...], steps: int = STEPS
) -> list[Tensor]:
    """Train in place, on sequences drawn anew for each batch; accuracy after so many, shape (runs,) each."""
    parameters = [p.requires_grad_() for p in nets.parameters]
    adam = torch.optim.Adam(parameters, lr=3e-3, fused=True)
    streams = generators(seeds, "sequences to train on")
    accuracies = []
    for step in range(1, looks[-1] + 1):
        x, y = sequences(streams, RECALL_BATCH, steps)
        losses = _summed_cross_entropy(nets, x, y)
        adam.zero_grad()
        (losses / RECALL_BATCH).backward()
        adam.step()
        if step in looks:
            x, y = sequences(generators(seeds, "sequences to test on"), 500, steps)
            with torch.no_grad():
                right = nets.logits(x).argmax(-1) == y
            accuracies.append(right.double().mean(-1))
    return accuracies


def _solved(accuracy: Tensor) -> Estimate:
    return share(int((accuracy >= 0.9).sum()), len(accuracy))


def _summed_cross_entropy(nets: Recall, x: Tensor, y: Tensor) -> Tensor:
    """Over runs, which share no parameter, and sequences: each run gets the gradient of its own loss."""
    logits = nets.logits(x)  # (runs, sequences, symbols)
    return F.cross_entropy(logits.flatten(0, 1), y.flatten(), reduction="sum")


def _accuracy_by_epoch(nets: Ensemble, seeds: range, *, frozen: bool) -> list[Tensor]:
    """Train; test accuracy after each epoch. Frozen hidden biases are left out of the optimizer."""
    data = splits(seeds)
    accuracies: list[Tensor] = []

    def make_optimizer(parameters: list[Tensor]) -> torch.optim.Optimizer:
        if frozen:
            parameters = [*parameters[: len(nets.weights)], parameters[-1]]
        return torch.optim.Adam(parameters, lr=1e-3, fused=True)

    train(
        nets,
        data.train_x,
        data.train_y,
        seeds=seeds,
        epochs=EPOCHS,
        optimizer=make_optimizer,
        after_epoch=lambda _: accuracies.append(
            nets.accuracy(data.test_x, data.test_y)
        ),
    )
    return accuracies


def _rare_zero_and_prior(
    seeds: range, *, adam: bool, zero_weights: bool
) -> tuple[Tensor, Tensor]:
    """Test losses from an output bias of 0 and from that of the prior, shape (runs, looks) both."""
    zero = networks.initial_biases("zero", seeds, outputs=1)
    prior = networks.initial_biases("zero", seeds, outputs=1)
    for bias in prior[-1]:
        log_prior_bias_(bias[0], torch.tensor([PRIOR]), output="sigmoid", total=1)
    return (
        _rare_losses(zero, seeds, adam, zero_weights),
        _rare_losses(prior, seeds, adam, zero_weights),
    )


def _rare_losses(
    biases: list[Tensor], seeds: range, adam: bool, zero_weights: bool
) -> Tensor:
    """Test loss after the numbers of steps in LOOKS, shape (runs, looks)."""
    weights = networks.he_weights(seeds, 1)
    if zero_weights:
        weights[-1].zero_()
    nets = Ensemble(weights, biases)
    parameters = [p.requires_grad_() for p in nets.parameters()]
    optimizer = (
        torch.optim.Adam(parameters, lr=1e-3, fused=True)
        if adam
        else torch.optim.SGD(parameters, lr=0.1, fused=True)
    )
    return train_rare(nets, optimizer, seeds)


def _entropy() -> float:
    return -PRIOR * math.log(PRIOR) - (1 - PRIOR) * math.log1p(-PRIOR)


def _steps_to_entropy(losses: Tensor) -> Tensor:
    """Steps until the loss first falls below that of the best constant answer, shape (runs,)."""
    below = losses < _entropy()
    if not below.any(1).all():
        raise RuntimeError("a run never beat the best constant answer: train longer")
    return torch.tensor(LOOKS)[below.int().argmax(1)]


def _first_over_last(nets: Recall, x: Tensor, y: Tensor) -> Tensor:
    """Norm of the gradient at the first step of the sequences over that at the last, shape (runs,)."""
    x = x.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(_summed_cross_entropy(nets, x, y), x)
    norms: Tensor = gradient.double().norm(dim=-1).mean(-1)  # (runs, steps)
    return norms[:, 0] / norms[:, -1]
