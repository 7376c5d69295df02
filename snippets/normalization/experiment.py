"""What does batch normalization help with, and what breaks it?

Nets: MNIST-1D, hidden layers of 64 ReLU units, He's initialization, nothing or one normalization before each
ReLU; cross-entropy, float32. Unless a measurement says otherwise: plain SGD, batches of 100, 6 epochs, so 180
steps. Learning rates are compared on the validation part; accuracies are of the test part, in evaluation.
What is compared is paired: nets of equal seeds have equal weights, data and order of the data.

The rates were chosen on the validation part of seeds 0 to 9, from half-decade grids that were wider than
what is measured here; outside, every kind did worse. What takes many steps has the first half of the seeds.

Tried beside: widths of 16 and 256 (the gain at six layers is 14 and 16 points, at 64 it is 9); 30 epochs (4
points at two layers, 7 at six).

Every public function is a measurement; the first word of a key is the function that measured it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor

from snippets.evidence.estimates import Estimate, Results, Series
from snippets.laboratory.intervals import curve, largest, mean
from snippets.laboratory.mnist1d import Split, splits
from snippets.laboratory.seeding import generators
from snippets.normalization._networks import HE, WIDTH, Nets
from snippets.normalization._training import (
    BATCH,
    EPOCHS,
    Optimizer,
    adam,
    fit,
    hold_norms,
    sgd,
)

KINDS = ("plain", "batch", "layer")
RATES = {"slow": 0.01, "middle": 0.1, "fast": 0.3, "fastest": 1.0}
SIZES = (2, 4, 8, 16, 32, 64, 128, 256)
DEEP = 6  # hidden layers, where one depth has to do
FEW = 3  # hidden layers, where batches are small and steps many
RATE = 0.3  # there, and wherever else nothing is said


def _half(seeds: range) -> range:
    return seeds[: len(seeds) // 2]


def _test(nets: Nets, data: Split) -> Tensor:
    return nets.accuracy(data.test_x, data.test_y)


def _points(a: Tensor, b: Tensor) -> Tensor:
    return 100 * (a - b)


# What it makes of one example


def followed(seeds: range) -> Results:
    """One example in many batches: pre-activations of a unit, drawn around 1 or -1 with deviation 0.5.

    The example has 1; the rest of each batch is drawn. `spread_<n>` is the standard deviation, over 500
    batches of n, of what normalization in training makes of it; `halved` the spread at 64 over that at 16.
    `training` and `evaluation` follow 60 batches of 8 of the first seed, in `torch.nn.BatchNorm1d` with
    momentum 0.1; `truth` is what it would be with mean and variance of all that could be drawn.
    """
    spreads = []
    for n in SIZES:
        found = []
        for g in generators(seeds, f"batches of {n}"):
            z = _batches(n, 500, g)
            # Batches as channels: each is normalized by itself.
            found.append(F.batch_norm(z, None, None, training=True)[0].std())
        spreads.append(torch.stack(found))
    results: Results = {
        f"spread_{n}": mean(s, "1") for n, s in zip(SIZES, spreads, strict=True)
    }
    results["spread_by_size"] = curve(torch.stack(spreads, 1), SIZES, "1", "examples")
    ratio = spreads[SIZES.index(64)] / spreads[SIZES.index(16)]
    results["halved"] = mean(ratio, "1")
    results["truth"] = largest([1 / math.sqrt(1.25)], "1")
    norm = torch.nn.BatchNorm1d(1, affine=False)
    seen: dict[str, list[Estimate]] = {"training": [], "evaluation": []}
    for z in _batches(8, 60, generators(seeds, "sixty batches")[0]).unbind(1):
        values = norm.train()(z[:, None])[0], norm.eval()(torch.ones(1, 1))
        for points, value in zip(seen.values(), values, strict=True):
            points.append(Estimate(v := value.item(), v, v, 1, "1"))
    steps = tuple(float(k) for k in range(1, 61))
    return results | {n: Series(steps, tuple(p), "batches") for n, p in seen.items()}


def _batches(n: int, count: int, g: torch.Generator) -> Tensor:
    """Pre-activations, the followed example first, shape (n, count)."""
    sides = torch.randint(2, (n, count), generator=g) * 2 - 1
    z = sides + 0.5 * torch.randn(n, count, generator=g)
    z[0] = 1
    return z


# What it helps with


def contest(seeds: range) -> Results:
    """With and without batch normalization, by depth and learning rate, plain SGD.

    `depth<d>_<kind>_<rate>` are accuracies, `depth<d>_<rate>_gain` what batch normalization adds at a rate in
    points, `depth<d>_tuned_gain` what it adds where each trains at the rate that is best for it on the
    validation part, `depth<d>_<kind>_best_rate`; `deeper_gains` is by how much more it adds to 20 layers than
    to 2. `held` is 20 layers with it at 0.3, where after each step the weights of each hidden unit get their
    first norm back; `held_costs` what that costs, `held_gain` what is then left of its gain, in points.
    """
    seeds = _half(seeds)
    data = splits(seeds)
    results: Results = {}
    tuned: list[Tensor] = []
    for depth in (2, 20):
        test: dict[str, dict[str, Tensor]] = {}
        for kind in ("plain", "batch"):
            test[kind], validation = {}, {}
            for rate, lr in RATES.items():
                nets = fit(Nets(seeds, depth, kind), data, seeds, sgd(lr))
                test[kind][rate] = _test(nets, data)
                validation[rate] = nets.accuracy(data.validation_x, data.validation_y)
                name = f"depth{depth}_{kind}_{rate}"
                results[name] = mean(test[kind][rate], "share")
            best = max(RATES, key=lambda rate: float(validation[rate].mean()))
            test[kind]["tuned"] = test[kind][best]
            results[f"depth{depth}_{kind}_best_rate"] = largest([RATES[best]], "1")
            results[f"depth{depth}_{kind}_tuned"] = mean(test[kind][best], "share")
            every = torch.stack([test[kind][rate] for rate in RATES], 1)
            name = f"depth{depth}_{kind}_by_rate"
            results[name] = curve(100 * every, tuple(RATES.values()), "percent", "1")
        for rate in (*RATES, "tuned"):
            gain = _points(test["batch"][rate], test["plain"][rate])
            results[f"depth{depth}_{rate}_gain"] = mean(gain, "points")
        tuned.append(gain)
    nets = Nets(seeds, 20, "batch")
    fit(nets, data, seeds, sgd(RATE), after_step=hold_norms(nets))
    held = _test(nets, data)
    return results | {
        "deeper_gains": mean(tuned[1] - tuned[0], "points"),
        "held": mean(held, "share"),
        "held_costs": mean(_points(test["batch"]["fast"], held), "points"),
        "held_gain": mean(_points(held, test["plain"]["fast"]), "points"),
    }


def optimizers(seeds: range) -> Results:
    """Six hidden layers with SGD, SGD with momentum 0.9, and Adam, each kind at the better of two rates.

    `<optimizer>_gain` is what batch normalization adds to the plain net, `<optimizer>_layer_gain` what layer
    normalization adds, in points.
    """
    seeds = _half(seeds)
    data = splits(seeds)
    makers: dict[str, dict[str, list[Optimizer]]] = {
        "sgd": {"plain": [sgd(0.1), sgd(0.3)], "batch": [sgd(0.3), sgd(1.0)]},
        "momentum": {kind: [sgd(0.03, 0.9), sgd(0.1, 0.9)] for kind in KINDS[:2]},
        "adam": {kind: [adam(3e-3), adam(1e-2)] for kind in KINDS},
    }
    results: Results = {}
    gains: dict[tuple[str, str], Tensor] = {}
    for name, made in makers.items():
        test = {}
        for kind in made:
            trained = [fit(Nets(seeds, DEEP, kind), data, seeds, m) for m in made[kind]]
            best = max(
                trained,
                key=lambda nets: float(
                    nets.accuracy(data.validation_x, data.validation_y).mean()
                ),
            )
            test[kind] = _test(best, data)
            results[f"{name}_{kind}"] = mean(test[kind], "share")
            if kind != "plain":
                gain = _points(test[kind], test["plain"])
                key = "gain" if kind == "batch" else "layer_gain"
                results[f"{name}_{key}"] = mean(gain, "points")
                gains[name, kind] = gain
    saved = gains["sgd", "batch"] - gains["adam", "batch"]
    return results | {"sgd_minus_adam_gain": mean(saved, "points")}


def initialization(seeds: range) -> Results:
    """Six hidden layers, all but the last layer's weights a tenth or ten times He's size, rate 0.3.

    `<size>_costs` is what that costs batch normalization, in points; `small_held_costs` what small weights
    lose where after each step those of each hidden unit get their first norm back, `small_growth` by what
    they else multiply the norm of the first layer's.
    """
    seeds = _half(seeds)
    data = splits(seeds)
    results: Results = {}
    test = {}
    for name, kind, factor in (
        # Without normalization, "he" is in `contest`, and "large" beyond all bounds from the first step on.
        ("small_plain", "plain", 0.1),
        ("small_batch", "batch", 0.1),
        ("small_held", "batch", 0.1),
        ("he_batch", "batch", 1.0),
        ("large_batch", "batch", 10.0),
    ):
        nets = Nets(seeds, DEEP, kind, tau=HE * factor**2)
        nets.weights[-1] /= factor
        before = nets.weights[0].norm(dim=(1, 2))
        hold = hold_norms(nets) if name == "small_held" else None
        fit(nets, data, seeds, sgd(RATE), after_step=hold)
        test[name] = _test(nets, data)
        results[name] = mean(test[name], "share")
        if name == "small_batch":
            growth = nets.weights[0].norm(dim=(1, 2)) / before
            results["small_growth"] = mean(growth, "1")
    for size in ("small", "large"):
        loss = _points(test["he_batch"], test[f"{size}_batch"])
        results[f"{size}_costs"] = mean(loss, "points")
    loss = _points(test["small_batch"], test["small_held"])
    return results | {"small_held_costs": mean(loss, "points")}


def noise(seeds: range) -> Results:
    """Is it that the inputs of a layer stand still? Batch normalization, and then noise that moves them.

    After the normalization, each unit of each batch is multiplied by the exponential of 0.3 u and moved by
    0.5 v, u and v standard normal and drawn anew for every batch. `<kind>_drift` is how far the mean of a
    unit's pre-activations moves from one step to the next, in its standard deviations, on 200 training
    examples; the mean over units, hidden layers after the first, and steps. `drift_ratio` is that of the
    noisy nets over that of the plain ones. The noisy nets are tested without noise, with statistics taken
    from the training set without it. Six hidden layers.
    """
    seeds = _half(seeds)
    data = splits(seeds)
    stream = generators(seeds, "noise")[0]

    def shaken(z: Tensor) -> Tensor:
        u, v = torch.randn(2, *z.shape[:2], 1, generator=stream)
        moved: Tensor = z * (0.3 * u).exp() + 0.5 * v
        return moved

    test, drift = {}, {}
    results: Results = {}
    for name, kind, moved in (
        ("plain", "plain", None),
        ("still", "batch", None),
        ("noisy", "batch", shaken),
    ):
        nets = Nets(seeds, DEEP, kind, noise=moved)
        drifts: list[Tensor] = []
        before: list[Tensor] = []
        look = partial(_drift, nets, data.train_x[:, :200], before, drifts)
        fit(nets, data, seeds, sgd(RATE), after_step=look)
        if kind == "batch":
            nets.settle(data.train_x)
        test[name] = _test(nets, data)
        results[name] = mean(test[name], "share")
        drift[name] = torch.stack(drifts).mean(0)
        results[f"{name}_drift"] = mean(drift[name], "1")
    results["drift_ratio"] = mean(drift["noisy"] / drift["plain"], "1")
    for ahead, behind in (("noisy", "plain"), ("noisy", "still"), ("still", "plain")):
        lead = _points(test[ahead], test[behind])
        results[f"{ahead}_minus_{behind}"] = mean(lead, "points")
    return results


@torch.no_grad()
def _drift(nets: Nets, x: Tensor, before: list[Tensor], drifts: list[Tensor]) -> None:
    """Note how far means have moved since the last call, shape (runs,)."""
    kept = [s.clone() for s in (*nets.means, *nets.variances)]
    x = x.transpose(1, 2)
    means, moved = [], []
    for layer in range(DEEP):
        z = nets.before_activation(layer, x, training=True)
        deviation, average = torch.std_mean(z, 2)
        means.append(average)
        if before and layer:
            moved.append((average - before[layer]).abs() / (deviation + 1e-6))
        x = F.relu(z)
    for now, then in zip((*nets.means, *nets.variances), kept, strict=True):
        now.copy_(then)
    if before:
        drifts.append(torch.stack(moved).mean((0, 2)))
    before[:] = means


# What it makes of weights


def invariance(seeds: range) -> Results:
    """What normalization makes of the weights before it, exactly: three layers of `torch.nn`, float64.

    20 steps of plain SGD at learning rate 0.3 on random data of two classes. `bias_gradient` is the largest
    gradient of a bias before the normalization; `along_weights` the largest cosine between a unit's weights
    and their gradient; `norm_error` how far the squared norm of a unit's weights is from where it started
    plus the squared steps, as a share; `rescaled_error` how far the outputs are from those of a net whose
    weights before the normalization are ten times as large, and learn at a hundred times the rate.
    `momentum_error` is the same with momentum 0.9, at 0.03; `adam_error` with Adam, at 0.03 and ten times
    that.
    """
    found = [_invariance(g) for g in generators(_half(seeds), "invariance")]
    names = (
        "bias_gradient",
        "along_weights",
        "norm_error",
        "rescaled_error",
        "momentum_error",
        "adam_error",
    )
    columns = zip(*found, strict=True)
    return {n: largest(v, "1") for n, v in zip(names, columns, strict=True)}


def _invariance(g: torch.Generator) -> tuple[float, ...]:
    x = torch.randn(32, 10, generator=g, dtype=torch.float64)
    y = torch.randint(2, (32,), generator=g)
    drawn = torch.randn(16, 10, generator=g, dtype=torch.float64)
    last = torch.randn(2, 16, generator=g, dtype=torch.float64) / 4

    def trained(
        make: Callable[..., torch.optim.Optimizer],
        lr: float,
        factor: float,
        faster: float,
    ) -> tuple[Tensor, tuple[float, float, float]]:
        """Outputs after training from `factor` times the first weights, which learn `faster`."""
        first = torch.nn.Linear(10, 16, dtype=torch.float64)
        # With an epsilon that is nothing beside the variances, the scale of weights drops out.
        norm = torch.nn.BatchNorm1d(16, eps=1e-14, dtype=torch.float64)
        second = torch.nn.Linear(16, 2, dtype=torch.float64)
        first.weight.data, second.weight.data = drawn * factor, last.clone()
        first.bias.data.zero_()
        second.bias.data.zero_()
        model = torch.nn.Sequential(first, norm, torch.nn.ReLU(), second)
        # Not the bias: its gradient is rounding alone, which Adam would divide by itself.
        groups = [
            {"params": [first.weight], "lr": lr * faster},
            {"params": model[1:].parameters(), "lr": lr},
        ]
        optimizer = make(groups)
        bias = along = 0.0
        squared = first.weight.detach().square().sum(1)
        for _ in range(20):
            model.zero_grad()
            F.cross_entropy(model(x), y).backward()
            w, dw, db = first.weight.detach(), first.weight.grad, first.bias.grad
            assert dw is not None
            assert db is not None
            bias = max(bias, float(db.abs().max()))
            along = max(along, float(F.cosine_similarity(w, dw, dim=1).abs().max()))
            squared += (lr * dw).square().sum(1)
            optimizer.step()
        ended = first.weight.detach().square().sum(1)
        error = float((squared / ended - 1).abs().max())
        return model(x).detach(), (bias, along, error)

    found: list[float] = []
    for make, lr, faster in (
        (torch.optim.SGD, 0.3, 100),
        (partial(torch.optim.SGD, momentum=0.9), 0.03, 100),
        # An epsilon of 1e-8 is not nothing beside gradients a tenth as large.
        (partial(torch.optim.Adam, eps=1e-30), 0.03, 10),
    ):
        outputs, exact = trained(make, lr, 1, 1)
        rescaled, _ = trained(make, lr, 10, faster)
        if not found:
            found.extend(exact)
        found.append(float((rescaled - outputs).abs().max() / outputs.abs().max()))
    return tuple(found)


def norms(seeds: range) -> Results:
    """By what training at learning rate 3 multiplies the norm of the first of six layers' weights."""
    seeds = _half(seeds)
    data = splits(seeds)
    nets = Nets(seeds, DEEP, "batch")
    before = nets.weights[0].norm(dim=(1, 2))
    fit(nets, data, seeds, sgd(3.0))
    return {
        "growth": mean(nets.weights[0].norm(dim=(1, 2)) / before, "1"),
        "accuracy": mean(_test(nets, data), "share"),
    }


# What breaks it


def batch_size(seeds: range) -> Results:
    """Small batches: three hidden layers, each kind at the better of two rates on the validation part.

    One epoch for batches of 2, at one rate; six for those of 8 and of 100. In batches of 8, both kinds were
    worse at 0.03, and in those of 100 at 0.1. `of_<n>_<kind>` are accuracies, `of_<n>_<kind>_best_rate` the
    rates, `of_<n>_gain` what batch normalization adds to the plain net, `of_2_layer_gain` what layer
    normalization does, `of_8_fast_gain` what batch normalization adds in batches of 8 at rate 0.3, in points.
    `of_2_settling` is what statistics taken anew add in batches of 2.
    """
    seeds = _half(seeds)
    data = splits(seeds)
    results: Results = {}
    for size, epochs, rates in (
        (2, 1, (0.042,)),
        (8, EPOCHS, (0.1, 0.3)),
        (100, EPOCHS, (0.3, 1.0)),
    ):
        test = {}
        for kind in ("plain", "batch", *(["layer"] if size == 2 else [])):
            tried: list[tuple[float, float, Tensor, Nets]] = []
            for lr in rates:
                nets = Nets(seeds, FEW, kind)
                fit(nets, data, seeds, sgd(lr), epochs=epochs, batch=size)
                found = nets.accuracy(data.validation_x, data.validation_y)
                tried.append((float(found.mean()), lr, _test(nets, data), nets))
            _, lr, test[kind], nets = max(tried, key=lambda t: t[0])
            test[f"{kind}_fast"] = tried[-1][2]
            results[f"of_{size}_{kind}"] = mean(test[kind], "share")
            results[f"of_{size}_{kind}_best_rate"] = largest([lr], "1")
            if size == 2 and kind == "batch":
                nets.settle(data.train_x)
                more = _points(_test(nets, data), test[kind])
                results["of_2_settling"] = mean(more, "points")
        for kind, key in (("batch", "gain"), ("layer", "layer_gain")):
            if kind in test:
                gain = _points(test[kind], test["plain"])
                results[f"of_{size}_{key}"] = mean(gain, "points")
        if size == 8:
            gain = _points(test["batch_fast"], test["plain_fast"])
            results["of_8_fast_gain"] = mean(gain, "points")
    return results


def accumulation(seeds: range) -> Results:
    """32 examples a step, at once or as eight batches of four: three hidden layers, three epochs."""
    seeds = _half(seeds)
    data = splits(seeds)
    results: Results = {}
    for kind in ("plain", "batch"):
        test = {}
        for name, size, times in (("whole", 32, 1), ("parts", 4, 8)):
            nets = Nets(seeds, FEW, kind)
            fit(
                nets,
                data,
                seeds,
                sgd(RATE),
                epochs=3,
                batch=size,
                accumulate=times,
            )
            test[name] = _test(nets, data)
            results[f"{kind}_{name}"] = mean(test[name], "share")
        cost = _points(test["whole"], test["parts"])
        results[f"{kind}_costs"] = mean(cost, "points")
    return results


def modes(seeds: range) -> Results:
    """Six hidden layers trained in batches of 100, and then the mistakes of whoever uses them.

    `evaluation` is right. `training_of_<n>` is the test set in training mode, in batches of n, `one_class` in
    batches of 100 sorted by class. `moved` is evaluation on inputs to which 1 was added, `settled` the same
    after statistics were taken anew from training inputs to which 1 was added. `anew` is with statistics
    taken anew from the training inputs as they are, `running_costs` what that gains, in points.
    """
    data = splits(seeds)
    x, y = data.test_x, data.test_y
    nets = fit(Nets(seeds, DEEP, "batch"), data, seeds, sgd(RATE))
    order = y.argsort(dim=1, stable=True)
    by_class = x.gather(1, order[..., None].expand_as(x)), y.gather(1, order)
    found = {"evaluation": _test(nets, data)}
    for n in (2, 8, 100):
        found[f"training_of_{n}"] = _in_batches(nets, x, y, n)
    found["one_class"] = _in_batches(nets, *by_class, 100)
    found["moved"] = nets.accuracy(x + 1, y)
    nets.settle(data.train_x)
    found["anew"] = nets.accuracy(x, y)
    nets.settle(data.train_x + 1)
    found["settled"] = nets.accuracy(x + 1, y)
    results: Results = {name: mean(values, "share") for name, values in found.items()}
    gap = _points(found["settled"], found["evaluation"])
    costs = _points(found["anew"], found["evaluation"])
    return results | {
        "settled_gap": mean(gap, "points"),
        "running_costs": mean(costs, "points"),
    }


def _in_batches(nets: Nets, x: Tensor, y: Tensor, size: int) -> Tensor:
    """Accuracy in training mode, in batches of a size, shape (runs,)."""
    parts = zip(torch.split(x, size, 1), torch.split(y, size, 1), strict=True)
    return torch.stack([nets.accuracy(*p, training=True) for p in parts]).mean(0)


def running(seeds: range) -> Results:
    """The weight of the newest batch in the running averages, where Keras' word for it is meant.

    `slow` is 0.01 at batches of 100 and six hidden layers, `hasty` 0.99 at batches of 16 and three hidden
    layers. `<name>_costs` is what is gained by statistics taken anew from the training set, in points.
    """
    seeds = _half(seeds)
    data = splits(seeds)
    results: Results = {}
    for name, momentum, depth, batch in (
        ("slow", 0.01, DEEP, BATCH),
        ("hasty", 0.99, FEW, 16),
    ):
        nets = Nets(seeds, depth, "batch", momentum=momentum)
        fit(nets, data, seeds, sgd(RATE), batch=batch)
        before = _test(nets, data)
        nets.settle(data.train_x)
        results[name] = mean(before, "share")
        cost = _points(_test(nets, data), before)
        results[f"{name}_costs"] = mean(cost, "points")
    return results


def one_class(seeds: range) -> Results:
    """Batches of 50 examples of one class each: three hidden layers, at the better of two rates.

    The better one on the test part, which favors each kind alike, and batch normalization fails at both.
    `settled` is batch normalization with statistics taken anew from the training set.
    """
    seeds = _half(seeds)
    data = splits(seeds)
    results: Results = {}
    found: dict[str, list[Tensor]] = {"plain": [], "batch": [], "settled": []}
    for kind in ("plain", "batch"):
        for lr in (0.1, 0.3):
            nets = Nets(seeds, FEW, kind)
            fit(nets, data, seeds, sgd(lr), batch=50, one_class=True)
            found[kind].append(_test(nets, data))
            if kind == "batch":
                nets.settle(data.train_x)
                found["settled"].append(_test(nets, data))
    for name, tests in found.items():
        results[name] = mean(max(tests, key=lambda a: float(a.mean())), "share")
    return results


def dropout(seeds: range) -> Results:
    """Dropout between ReLU and the next layer, p = 0.5: what it does to the variance that is normalized.

    `random_ratio` is the variance of pre-activations in training over that in evaluation, in one random layer
    behind normalized ReLU units, averaged over units; the formula is in `_dropout_ratio`. `ratio` is the
    running variance over that of the training set in evaluation, in the second of six hidden layers after
    training, `<depth>_running` the accuracy with running averages and `<depth>_settled` with statistics
    taken anew in evaluation.
    """
    found = []
    for g in generators(seeds, "dropout layer"):
        x = F.relu(torch.randn(4000, 4 * WIDTH, generator=g))
        w = torch.randn(4 * WIDTH, 4 * WIDTH, generator=g)
        kept = torch.rand(x.shape, generator=g) >= 0.5
        found.append(((2 * x * kept) @ w).var(0).mean() / (x @ w).var(0).mean())
    results: Results = {
        "random_ratio": mean(torch.stack(found), "1"),
        "formula": largest([_dropout_ratio(0.5)], "1"),
    }
    seeds = _half(seeds)
    data = splits(seeds)
    for name, depth in (("two", 2), ("six", DEEP)):
        nets = Nets(seeds, depth, "batch", dropout=0.5)
        fit(nets, data, seeds, sgd(RATE))
        before, variance = _test(nets, data), nets.variances[1].clone()
        nets.settle(data.train_x)
        after = _test(nets, data)
        ratio = (variance / nets.variances[1]).view(len(seeds), -1).mean(1)
        results[f"{name}_running"] = mean(before, "share")
        results[f"{name}_settled"] = mean(after, "share")
        results[f"{name}_costs"] = mean(_points(after, before), "points")
        results[f"{name}_ratio"] = mean(ratio, "1")
    return results


def _dropout_ratio(p: float) -> float:
    """Variance in training over that in evaluation, behind dropout on ReLU of standard normal numbers.

    Of a unit with independent weights, variances add up. A kept x is divided by 1 - p: that adds p/(1 - p)
    times the mean square 1/2 to the variance 1/2 - 1/(2 pi).
    """
    return 1 + p / (1 - p) * math.pi / (math.pi - 1)
