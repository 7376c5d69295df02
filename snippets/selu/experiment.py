"""What does SELU hold, what breaks it, and what does it win?

Signals: random nets of 50 layers of 256 units without biases, 128 standard normal inputs, nothing trained,
float32. tau is the number of a layer's inputs times the variance of a weight: 1 in LeCun's initialization,
2 in He's. "Growth" of gradients is the factor, per layer on the way back, of their mean square at the
pre-activations; at finite width it lies above mean field, for SELU by about 0.7/width (tried at 64, 128,
256 and 512 units). Nets of equal seeds share their draws, so what is compared is paired.

Training: MNIST-1D, hidden layers of 64 units, Adam, batches of 100, float32, 6 epochs, so 180 steps; SELU
with LeCun's initialization, ReLU with He's. The contest takes the first half of the seeds, because it is
the most expensive measurement; learning rates are compared on the validation part, accuracies are of the
test part.

After 30 epochs the order is another (`later`): a lead is one at a learning rate and at a budget.

Every public function is a measurement; the first word of a key is the function that measured it.
"""

from __future__ import annotations

import math
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor

from snippets.evidence.estimates import Estimate, Results, Series
from snippets.laboratory.intervals import curve, geometric_mean, largest, mean
from snippets.laboratory.mnist1d import Split, splits
from snippets.selu._networks import dead_share, fit, initial_networks, largest_variance
from snippets.selu._signals import (
    WIDTH,
    Signal,
    linear_default,
    normal,
    second_moments,
    send,
)
from snippets.selu.mean_field import mean_field
from snippets.selu.selu_constants import selu_constants

DEPTH = 50
EPOCHS = 6
CONTESTANTS = ("selu", "relu", "batch_norm")
RATES = {"slow": 1e-3, "middle": 3e-3, "fast": 1e-2}


def _curves(signal: Signal) -> Results:
    """Forward and backward against depth, as powers of ten; gradients as seen from the last layer."""
    forward = signal.second_moment.log10()
    backward = signal.gradient.log10()
    return {
        "forward_by_layer": curve(forward, range(DEPTH + 1), "powers of ten", "layers"),
        "backward_by_layer": curve(
            backward, range(1, DEPTH + 1), "powers of ten", "layers"
        ),
        "second_moment": geometric_mean(signal.second_moment[:, -1], "1"),
        "gradient_growth": mean(signal.growth(), "1"),
        "cosine": mean(signal.cosine[:, -1], "1"),
        "mean_over_size": mean(
            signal.mean[:, -1] / signal.second_moment[:, -1].sqrt(), "1"
        ),
    }


# What SELU holds


def lecun(seeds: range) -> Results:
    """SELU with tau = 1, the case it is made for; also from inputs ten times too large or too small."""
    signal = send(seeds, F.selu, normal(1))
    results = _curves(signal) | {
        "mean": mean(signal.mean[:, -1], "1"),
        "variance": mean(signal.variance[:, -1], "1"),
        "largest_mean": largest(signal.mean[:, 1:].abs().amax(1), "1"),
        "largest_log_variance": largest(
            signal.variance[:, 1:].log().abs().amax(1), "1"
        ),
    }
    narrow_net = send(seeds, F.selu, normal(1), width=WIDTH // 4)
    results["gradient_growth_at_width_64"] = mean(narrow_net.growth(), "1")
    for name, factor in (("large", 10.0), ("small", 0.1)):
        scaled = send(seeds, F.selu, normal(1), inputs=partial(torch.mul, other=factor))
        results[f"variance_from_{name}"] = mean(scaled.variance[:, -1], "1")
        results[f"variance_from_{name}_by_layer"] = curve(
            scaled.variance.log10(), range(DEPTH + 1), "powers of ten", "layers"
        )
    return results


def relu_he(seeds: range) -> Results:
    """ReLU with tau = 2, the case He's initialization is made for."""
    return _curves(send(seeds, F.relu, normal(2)))


def narrow(seeds: range) -> Results:
    """Single nets of 50 units and 20 layers, 50 a seed, one input each: how far their second moments spread.

    ReLU with tau = 2 keeps the second moment in expectation over nets; its logarithm takes a random step of
    variance 5/width in each layer. SELU is pulled back to its fixed point.
    """
    results: Results = {}
    for name, function, tau in (("relu", F.relu, 2.0), ("selu", F.selu, 1.0)):
        moments = second_moments(seeds, function, tau)
        results[f"{name}_mean"] = mean(moments.mean(1), "1")
        results[f"{name}_median"] = mean(moments.median(1).values, "1")
        results[f"{name}_variance_of_log"] = mean(moments.log().var(1), "1")
    return results


def moment_map(_seeds: range) -> Results:
    """By what factor a wide SELU layer changes the second moment, by mean field: exact numbers.

    The second moment of the inputs is all that the next one depends on.
    """
    results: Results = {}
    inputs = [10 ** (k / 8) for k in range(-16, 25)]
    for name, tau in {"he": 2.0, "lecun": 1.0, "gain": 9 / 16}.items():
        points = []
        for q in inputs:
            layer = mean_field(torch.selu, variance=q, weight_variance=tau)
            factor = (layer.variance + layer.mean**2) / q
            points.append(Estimate(factor, factor, factor, 1, "1"))
        results[name] = Series(tuple(inputs), tuple(points), "1")
    return results


# What breaks it


def he(seeds: range) -> Results:
    """SELU with tau = 2, and the SELU whose constants are solved for tau = 2."""
    alpha, scale = selu_constants(weight_variance=2)
    solved = send(seeds, lambda z: scale * F.elu(z, alpha), normal(2))
    return _curves(send(seeds, F.selu, normal(2))) | {
        "solved_variance": mean(solved.variance[:, -1], "1"),
        "solved_gradient_growth": mean(solved.growth(), "1"),
    }


def gain(seeds: range) -> Results:
    """SELU with PyTorch's recommended gain for it, 3/4, so tau = 9/16."""
    tau = torch.nn.init.calculate_gain("selu") ** 2
    signal = send(seeds, F.selu, normal(tau))
    return {
        "second_moment": mean(signal.second_moment[:, -1], "1"),
        "gradient_growth": mean(signal.growth(DEPTH - 10), "1"),
    }


def default(seeds: range) -> Results:
    """What `nn.Linear` draws by default: tau = 1/3, and biases. SELU, and ReLU also trained, 20 layers."""
    selu = send(seeds, F.selu, linear_default)
    relu = send(seeds, F.relu, linear_default, depth=20)
    half = seeds[: len(seeds) // 2]
    data, nets = splits(half), initial_networks("default", half, 20)
    fit(nets, data, half, RATES["slow"], EPOCHS)
    accuracy = nets.accuracy(data.test_x, data.test_y)
    return {
        "variance": mean(selu.variance[:, -1], "1"),
        "one_minus_cosine": largest(1 - selu.cosine[:, -1], "1"),
        "relu_gradient_growth": mean(relu.growth(), "1"),
        "relu_one_minus_cosine": largest(1 - relu.cosine[:, -1], "1"),
        "relu_test_accuracy": mean(accuracy, "share"),
    }


def dropout(seeds: range) -> Results:
    """Dropout after SELU, plain below and above p = 1 - lambda^2/2 = 0.448, and AlphaDropout."""
    results: Results = {}

    def plain(z: Tensor, p: float) -> Tensor:
        return F.dropout(F.selu(z), p)

    def alpha(z: Tensor, p: float) -> Tensor:
        return F.alpha_dropout(F.selu(z), p, training=True)

    for p in (0.1, 0.4, 0.5):
        signal = send(seeds, partial(plain, p=p), normal(1))
        last_ten = signal.second_moment[:, -1] / signal.second_moment[:, -11]
        percent = f"{100 * p:.0f}"
        results[f"variance_{percent}"] = mean(signal.variance[:, -1], "1")
        results[f"late_growth_{percent}"] = mean(last_ten**0.1, "1")
    for p in (0.1, 0.5):
        signal = send(seeds, partial(alpha, p=p), normal(1))
        percent = f"{100 * p:.0f}"
        results[f"alpha_variance_{percent}"] = mean(signal.variance[:, -1], "1")
        results[f"alpha_gradient_growth_{percent}"] = mean(signal.growth(), "1")
    return results


def others(seeds: range) -> Results:
    """Residual sums, 20 layers, as they are and times 1/sqrt(2); inputs of mean 5; batch normalization.

    The inputs of a layer and its outputs are uncorrelated over the draws of its weights, so that the sum of
    two signals of variance 1 has variance 2.
    """
    residual = send(seeds, F.selu, normal(1), depth=20, residual=1)
    scaled = send(seeds, F.selu, normal(1), depth=20, residual=math.sqrt(1 / 2))
    shifted = send(seeds, F.selu, normal(1), inputs=partial(torch.add, other=5.0))

    def normalized(z: Tensor) -> Tensor:
        return F.relu((z - z.mean(0)) / z.std(0))

    batch_norm = send(seeds, normalized, normal(2), depth=20, examples=256)
    return {
        "residual_second_moment": geometric_mean(residual.second_moment[:, -1], "1"),
        "scaled_residual_variance": mean(scaled.variance[:, -1], "1"),
        "scaled_residual_gradient_growth": mean(scaled.growth(), "1"),
        "shifted_variance": mean(shifted.variance[:, -1], "1"),
        "shifted_cosine": mean(shifted.cosine[:, -1], "1"),
        # From layer 2: what arrives at layer 1 has another variance than what ReLU passes on.
        "batch_norm_gradient_growth": mean(batch_norm.growth(first=2), "1"),
    }


# What it wins in training


def dead_units(seeds: range) -> Results:
    """Three hidden layers at a large learning rate, 0.03: units without any slope, and accuracy."""
    data = splits(seeds)
    results: Results = {}
    accuracies = {}
    for kind in ("selu", "relu"):
        nets = initial_networks(kind, seeds, 3)
        fit(nets, data, seeds, 0.03, EPOCHS)
        dead = dead_share(nets, data.train_x)
        accuracies[kind] = nets.accuracy(data.test_x, data.test_y)
        results[kind] = mean(dead, "share")
        results[f"{kind}_largest"] = largest(dead, "share")
        results[f"{kind}_test_accuracy"] = mean(accuracies[kind], "share")
    gap = 100 * (accuracies["selu"] - accuracies["relu"])
    return results | {"selu_minus_relu": mean(gap, "points")}


def contest(seeds: range) -> Results:
    """SELU against ReLU, and ReLU with batch normalization, by depth and learning rate.

    `tuned` takes for each of the three the learning rate that is best on the validation part on average,
    `best_rate`; `over_middle` is how far the rates at the ends are ahead of the middle one there; `swing` is
    SELU's lead at the lowest rate minus that at the highest.
    """
    seeds = seeds[: len(seeds) // 2]
    data = splits(seeds)
    results: Results = {}
    for depth in (5, 20):
        for name, result in _contest_at(depth, data, seeds).items():
            results[f"depth{depth}_{name}"] = result
    return results


def _contest_at(depth: int, data: Split, seeds: range) -> Results:
    """Train each contestant at each rate, choose its best one, and compare."""
    results: Results = {}
    test: dict[str, dict[str, Tensor]] = {}  # accuracies, by kind and rate
    for kind in CONTESTANTS:
        test[kind], validation = {}, {}
        for rate, lr in RATES.items():
            nets = initial_networks(kind, seeds, depth)
            fit(nets, data, seeds, lr, EPOCHS)
            test[kind][rate] = nets.accuracy(data.test_x, data.test_y)
            validation[rate] = nets.accuracy(data.validation_x, data.validation_y)
            if kind == "selu":
                variance = largest_variance(nets, data.test_x)
                results[f"{rate}_largest_variance"] = geometric_mean(variance, "1")
        best = max(RATES, key=lambda rate: float(validation[rate].mean()))
        test[kind]["tuned"] = test[kind][best]
        results[f"{kind}_best_rate"] = largest([RATES[best]], "1")
        for rate in ("slow", "fast"):
            ahead = 100 * (validation[rate] - validation["middle"])
            results[f"{kind}_{rate}_over_middle"] = mean(ahead, "points")
    return results | _leads(test["selu"], test["relu"], test["batch_norm"])


def _leads(
    selu: dict[str, Tensor], relu: dict[str, Tensor], batch_norm: dict[str, Tensor]
) -> Results:
    """Test accuracies by learning rate, and by how much SELU is ahead."""
    results: Results = {}
    for rate in (*RATES, "tuned"):
        results[f"{rate}_selu"] = mean(selu[rate], "share")
        for name, other in (("relu", relu), ("batch_norm", batch_norm)):
            lead = 100 * (selu[rate] - other[rate])
            results[f"{rate}_{name}"] = mean(other[rate], "share")
            results[f"{rate}_minus_{name}"] = mean(lead, "points")
    selu_swing, relu_swing = (100 * (by["slow"] - by["fast"]) for by in (selu, relu))
    return results | {"swing": mean(selu_swing - relu_swing, "points")}


def later(seeds: range) -> Results:
    """The contest at twenty layers, five times as long: 30 epochs, so 900 steps.

    Each of the three trains at the rate that was best for it after six epochs; `minus_relu` and
    `minus_batch_norm` are SELU's leads. SELU trains at ReLU's rate, too: `early` is its lead there after six
    epochs, `late` after all, and `gain` the difference. The first half of the seeds; batch normalization,
    which takes as long as all others together, the first six.
    """
    seeds = seeds[: len(seeds) // 2]
    early: dict[str, Tensor] = {}
    late: dict[str, Tensor] = {}

    def train(name: str, kind: str, rate: str, seeds: range) -> None:
        nets, data = initial_networks(kind, seeds, 20), splits(seeds)

        def look(epochs: int) -> None:
            if (
                epochs == EPOCHS and kind != "batch_norm"
            ):  # whose statistics settle last
                early[name] = 100 * nets.accuracy(data.test_x, data.test_y)

        fit(nets, data, seeds, RATES[rate], 5 * EPOCHS, look)
        late[name] = 100 * nets.accuracy(data.test_x, data.test_y)

    train("selu", "selu", "slow", seeds)
    train("relu", "relu", "middle", seeds)
    train("batch_norm", "batch_norm", "fast", seeds[:6])
    train("selu_at_relus", "selu", "middle", seeds)
    leads = {
        "minus_relu": late["selu"] - late["relu"],
        "minus_batch_norm": late["selu"][:6] - late["batch_norm"],
        "early": early["selu_at_relus"] - early["relu"],
        "late": late["selu_at_relus"] - late["relu"],
    }
    leads["gain"] = leads["late"] - leads["early"]
    return {name: mean(found, "points") for name, found in (late | leads).items()}
