"""Which activation function when, and what does PyTorch make of it?

The running example: MNIST-1D, a multilayer perceptron 40-64-64-64-10, zero biases, Adam, batches of 64,
15 epochs, float32. Every public function is a measurement; the first word of a key is the function that
measured it.

Output layers: what a loss makes of a logit depends on no seed, so that is exact, for the kernels of this
machine. Hidden layers: two sensible learning rates, the better one chosen on validation data, accuracies on
test data.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor

from snippets.activations._losses import (
    SoftmaxTwice,
    after_sigmoid,
    cross_entropy,
    gradient_norm,
    of_logits,
    value_and_gradient,
)
from snippets.activations._networks import (
    EPOCHS,
    HIDDEN,
    initial_networks,
    preactivations,
    train_networks,
    zeros,
)
from snippets.activations.dead_units import dead_units
from snippets.activations.saturated_units import saturated_units
from snippets.evidence.estimates import Estimate, Results, Series
from snippets.laboratory import digits
from snippets.laboratory.ensembles import Ensemble, train
from snippets.laboratory.intervals import geometric_mean, largest, mean
from snippets.laboratory.mnist1d import splits
from snippets.laboratory.seeding import generators
from snippets.selu.mean_field import gaussian_moments

LOW, HIGH, TOO_HIGH = 3e-3, 1e-2, 3e-2  # learning rates
COMPARED = ("relu", "leaky", "elu", "gelu", "silu", "tanh", "sigmoid")
CLASSES = 10
LAYERS, WIDTH = 20, 100  # of the deep networks that are only started
DTYPES = {
    "fp64": torch.float64,
    "fp32": torch.float32,
    "bf16": torch.bfloat16,
    "fp16": torch.float16,
}


def _exact(value: float, unit: str = "1") -> Estimate:
    return largest([value], unit)


def _exact_curve(values: Tensor, x: Tensor) -> Series:
    return Series(tuple(x.tolist()), tuple(map(_exact, values.tolist())), "1")


# Output layers


def binary(_seeds: range) -> Results:
    """Binary cross-entropy of a logit, with the loss's own sigmoid and after one of ours.

    `blind` is the least wrong logit, for target 0 and in steps of 1/64, whose gradient is 0 or NaN: the
    sigmoid has been rounded to 1, and 1 - 1 holds no trace of the logit. For target 1 small probabilities are
    not rounded; there BCELoss's guard against a division by 0 eats the gradient, half of it at `half`.
    """
    logits = torch.arange(64 * 100 + 1, dtype=torch.float64) / 64
    results: Results = {}
    least_gradients = []
    for name, dtype in DTYPES.items():
        z = torch.unique(logits.to(dtype))  # in few bits, neighbors become one
        gradient = value_and_gradient(after_sigmoid, z, 0).gradient
        lost = ~(gradient.abs() > 0)  # 0 or NaN
        blind = float(z[lost][0])
        nan = gradient[lost].isnan().double().mean()
        results |= {
            f"blind_{name}": _exact(blind),
            f"odds_{name}": _exact(math.exp(blind)),
            f"nan_{name}": _exact(float(nan), "share"),
        }
        # For target 0 a positive logit is wrong, for target 1 a negative one.
        for wrong, target in ((z, 0), (-z, 1)):
            gradient = value_and_gradient(of_logits, wrong, target).gradient
            least_gradients.append(float(gradient.abs().min()))
    results["least_gradient_of_logits"] = _exact(min(least_gradients))
    twenty = value_and_gradient(after_sigmoid, torch.full((1,), 20.0), 0)
    results["loss_when_blind"] = _exact(float(twenty.loss), "nats")
    gradient = value_and_gradient(after_sigmoid, -logits.float(), 1).gradient
    results["half_fp32"] = _exact(float(logits[gradient.abs() < 0.5][0]))
    return results | _binary_curves()


def _binary_curves() -> Results:
    """Loss and gradient for target 0 against the logit, in two types."""
    results: Results = {}
    for name in ("fp32", "bf16"):
        z = (torch.arange(24 * 8 + 1) / 8).to(DTYPES[name])
        for path, loss in (("after_sigmoid", after_sigmoid), ("of_logits", of_logits)):
            by_logit = value_and_gradient(loss, z, 0)
            results |= {
                f"{path}_{name}_loss": _exact_curve(by_logit.loss, z),
                f"{path}_{name}_gradient": _exact_curve(by_logit.gradient, z),
            }
    return results


def softmax_twice(seeds: range) -> Results:
    """Softmax before cross-entropy, which applies softmax itself: ten classes, ReLU.

    Exact: the loss of a perfect answer, and the gradient where a wrong class leads by 10. Measured: how much
    gradient is left before training, and what training makes of it, on the digits and on MNIST-1D.
    """
    results = _softmax_twice_exactly()
    easy = digits.splits(seeds)
    gradient, accuracy = {}, {}
    for name, kind in (("once", Ensemble), ("twice", SoftmaxTwice)):
        nets = initial_networks("relu", seeds, (64, 64, 64, 64, CLASSES), kind)
        train(nets, easy.train_x, easy.train_y, seeds=seeds, epochs=EPOCHS)
        easy_accuracy = nets.accuracy(easy.test_x, easy.test_y)
        easy_loss = cross_entropy(nets, easy.train_x, easy.train_y)

        nets, data = train_networks("relu", LOW, seeds, kind)
        accuracy[name] = nets.accuracy(data.test_x, data.test_y)
        untrained = initial_networks("relu", seeds, kind=kind)
        gradient[name] = gradient_norm(untrained, data.train_x, data.train_y)

        results |= {
            f"{name}_digits": mean(easy_accuracy, "share"),
            f"{name}_digits_training_loss": mean(easy_loss, "nats"),
            f"{name}_mnist1d": mean(accuracy[name], "share"),
        }
    lost = 100 * (accuracy["once"] - accuracy["twice"])
    return results | {
        "points_lost_mnist1d": mean(lost, "points"),
        "gradient_at_start": mean(gradient["twice"] / gradient["once"], "1"),
    }


def _softmax_twice_exactly() -> Results:
    """What the loss makes of one answer; the first class is the right one."""
    target = torch.tensor([0])
    perfect = torch.zeros(1, CLASSES, dtype=torch.float64)
    perfect[0, 0] = 1000
    floor = float(F.cross_entropy(perfect.softmax(-1), target))

    wrong = torch.zeros(1, CLASSES, dtype=torch.float64)
    wrong[0, 1] = 10
    wrong.requires_grad_()
    norms = {}
    for name, z in (("once", wrong), ("twice", wrong.softmax(-1))):
        (gradient,) = torch.autograd.grad(F.cross_entropy(z, target), wrong)
        norms[name] = float(gradient.norm())
    return {
        "floor": _exact(floor, "nats"),
        "once_gradient_when_wrong": _exact(norms["once"]),
        "twice_gradient_when_wrong": _exact(norms["twice"]),
    }


# Hidden layers


def two_rates(seeds: range) -> Results:
    """Seven activations at two learning rates, and at the one that does better on validation data."""
    results: Results = {}
    test: dict[str, dict[str, Tensor]] = {}
    for name in COMPARED:
        low, data = train_networks(name, LOW, seeds)
        high, _ = train_networks(name, HIGH, seeds)
        validated_low, validated_high = (
            nets.accuracy(data.validation_x, data.validation_y) for nets in (low, high)
        )
        test_low, test_high = (
            nets.accuracy(data.test_x, data.test_y) for nets in (low, high)
        )
        tuned = test_high.where(validated_high > validated_low, test_low)
        test[name] = {"low": test_low, "high": test_high, "tuned": tuned}
        results[f"{name}_zeros"] = mean(zeros(low, data.test_x), "share")
        for rate, accuracy in test[name].items():
            results[f"{name}_{rate}"] = mean(accuracy, "share")
            if name != "relu":
                gap = 100 * (accuracy - test["relu"][rate])
                results[f"{name}_minus_relu_{rate}"] = mean(gap, "points")
    return results


def zeros_at_start(seeds: range) -> Results:
    """Share of exact zeros among hidden outputs before training."""
    x = splits(seeds).test_x
    return {
        name: mean(zeros(initial_networks(name, seeds), x), "share") for name in HIDDEN
    }


def too_high(seeds: range) -> Results:
    """A learning rate that kills ReLU units, and what SELU, whose slope is never exactly 0, makes of it."""
    results: Results = {}
    test = {}
    for name in ("relu", "selu"):
        nets, data = train_networks(name, TOO_HIGH, seeds)
        test[name] = nets.accuracy(data.test_x, data.test_y)
        results[f"{name}_test_accuracy"] = mean(test[name], "share")
        before = preactivations(nets, data.train_x)
        for kind, slope in (("dead", 0.0), ("saturated", 0.01)):
            flat = partial(saturated_units, HIDDEN[name].function, slope=slope)
            results[f"{name}_{kind}"] = mean(_share(flat, before), "share")
        if name == "relu":
            after = nets.hidden(data.train_x)
            results["relu_silent"] = mean(_share(dead_units, after), "share")
    results["selu_minus_relu"] = mean(100 * (test["selu"] - test["relu"]), "points")
    return results


def _share(mark: Callable[[Tensor], Tensor], layers: list[Tensor]) -> Tensor:
    """Share of the units that are marked, of each run; a layer is (runs, examples, units)."""
    marked = [torch.stack([mark(run) for run in layer]) for layer in layers]
    return torch.stack(marked).double().mean((0, 2))


def depth(seeds: range) -> Results:
    """What 20 layers of 100 units do to signal and gradient before training, in float64.

    `gradient` is the factor per layer by which the root mean square of a random gradient changes on its way
    back. `signal` is the mean square of the last layer's outputs over that of the first layer's.
    """
    results: Results = {}
    inputs = splits(seeds).test_x[:, :64].double()
    for name, hidden in HIDDEN.items():
        streams = generators(seeds, "deep weights")
        h, before, squares = inputs, [], []
        for layer, (n, m) in enumerate(pairwise((inputs.shape[-1], *[WIDTH] * LAYERS))):
            drawn = [torch.randn(n, m, generator=g, dtype=h.dtype) for g in streams]
            z = h @ torch.stack(drawn) * math.sqrt(hidden.weight_variance / n)
            if layer == 0:
                z.requires_grad_()  # here the way back ends
            h = hidden.function(z)  # (runs, examples, units)
            before.append(z)
            squares.append(h.detach().square().mean((1, 2)))
        shape = h.shape[1:]
        cotangent = [torch.randn(shape, generator=g, dtype=h.dtype) for g in streams]
        gradients = torch.autograd.grad(h, before, torch.stack(cotangent))
        first, last = (gradients[i].square().mean((1, 2)) for i in (0, -1))
        factor = (first / last) ** (1 / (2 * (LAYERS - 1)))
        results[f"{name}_gradient"] = mean(factor, "1")
        results[f"{name}_signal"] = geometric_mean(squares[-1] / squares[0], "1")
        if name == "sigmoid":
            results["sigmoid_theory"] = _exact(_sigmoid_factor())
            results["sigmoid_over_theory"] = mean(factor / _sigmoid_factor(), "1")
    return results


def _sigmoid_factor() -> float:
    """Mean-field theory's factor: sqrt(E phi'^2) at the fixed point of the variance, LeCun's weights."""
    moments = gaussian_moments(torch.sigmoid)
    for _ in range(30):
        moments = gaussian_moments(torch.sigmoid, variance=moments.second_moment)
    return math.sqrt(moments.derivative_second_moment)


def gaussian(_seeds: range) -> Results:
    """Weight variance times fan-in that keeps the mean square of a standard normal signal: 1/E phi^2.

    `from_110` and `from_90` are what 20 such layers, infinitely wide, make of a mean square 10% off.
    """
    results: Results = {}
    for name, hidden in HIDDEN.items():
        tau = 1 / gaussian_moments(hidden.function).second_moment
        results[name] = _exact(tau)
        for percent in (90, 110):
            q = percent / 100
            for _ in range(LAYERS):
                # The mean square of the outputs is all that the next layer's inputs depend on.
                q = tau * gaussian_moments(hidden.function, variance=q).second_moment
            results[f"{name}_from_{percent}"] = _exact(q)
    return results
