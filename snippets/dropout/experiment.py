"""What does dropout cost in steps, and what do samples with dropout on bring?

Nets with two hidden ReLU layers, dropout after each, float32.

Steps: the digits, 100 units, batches of 64, from the initialization that nn.Linear draws; Adam at 1e-3, SGD
with momentum 0.9 at 0.05. Steps until a training loss of 0.1, over those of the same run without dropout.
Half of the seeds, because it is expensive. Nets of He's initialization, six times the variance, are slowed
down more: they need few steps without dropout.

Held-out examples and samples: MNIST-1D, 64 units, p = 0.3, Adam at 5e-3, 1,200 steps of 50 examples. `plenty`
trains on 3,000 examples and stays underconfident, `little` on 500 and becomes overconfident; all else is
equal. These two were chosen to show both signs; nothing was tuned. For `plenty`, p = 0.3 is too much for so
few steps: `held_out` has the same accuracy without dropout and more at p = 0.1, `longer` goes on. Scores on
the 1,000 test examples; temperatures are fitted on the validation part.

Every public function is a measurement; the first word of a key is the function that measured it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from snippets.dropout import _scores as scores
from snippets.dropout._members import (
    MEMBERS,
    first_members,
    for_members,
    joint_logits,
    member_seeds,
)
from snippets.dropout._networks import (
    AsModule,
    initial_networks,
    sample_probabilities,
)
from snippets.dropout._outcomes import (
    SAMPLES,
    SCORES,
    at_best_temperature,
    best_temperature,
    by_number_of_samples,
    compare,
    log,
    slope_over_variance,
)
from snippets.dropout._steps import steps_to
from snippets.dropout._training import STEPS, follow, train_networks
from snippets.dropout.mc_dropout import mc_dropout
from snippets.dropout.predictive_uncertainty import predictive_uncertainty
from snippets.evidence.estimates import Results
from snippets.laboratory import digits, mnist1d
from snippets.laboratory.ensembles import Ensemble, train
from snippets.laboratory.intervals import largest, mean
from snippets.laboratory.seeding import generators

OPTIMIZERS: dict[str, Callable[[list[Tensor]], torch.optim.Optimizer]] = {
    "adam": partial(torch.optim.Adam, lr=1e-3, fused=True),
    "sgd": partial(torch.optim.SGD, lr=0.05, momentum=0.9, fused=True),
}
TRAINING_LOSS = 0.1
EXAMPLES = {"little": 500, "plenty": 3000}


# Training


def steps(seeds: range) -> Results:
    """Steps to a training loss of 0.1 with dropout over steps without; digits, 100 units."""
    seeds = seeds[: len(seeds) // 2]
    data = digits.splits(seeds)
    results: Results = {}
    for name, optimizer in OPTIMIZERS.items():
        counts = {}
        for p in (0.0, 0.2, 0.5):
            nets = initial_networks(64, 100, p, seeds, "default")
            counts[p] = steps_to(TRAINING_LOSS, nets, data, seeds, optimizer)
            for loss, count in counts[p].items():
                key = f"{name}_{100 * p:.0f}_{loss}"  # as adam_50_eval
                results[f"{key}_steps"] = mean(count, "steps")
                if p:
                    results[key] = mean(count / counts[0.0][loss], "1")
    slower_from_he = _he_steps(0.5, data, seeds) / _he_steps(0.0, data, seeds)
    return results | {"adam_50_eval_he": mean(slower_from_he, "1")}


def _he_steps(p: float, data: digits.Split, seeds: range) -> Tensor:
    """Steps from He's initialization, Adam, until the loss with dropout off is reached, shape (runs,)."""
    nets, optimizer = initial_networks(64, 100, p, seeds), OPTIMIZERS["adam"]
    return steps_to(TRAINING_LOSS, nets, data, seeds, optimizer, ("eval",))["eval"]


# What dropout is for


def held_out(seeds: range) -> Results:
    """What dropout changes on held-out examples, against the same nets trained without.

    `steps` are those until the validation loss is at the least that the net without dropout ever has, over
    the steps that this one takes; a net that does not get there counts with all its steps.
    """
    data = mnist1d.splits(seeds)
    results: Results = {}
    for case, train_examples in EXAMPLES.items():
        without = follow(data, seeds, train_examples, 0.0)
        target = without.validation.amin(0)
        results[f"{case}_0_accuracy"] = mean(without.accuracy, "points")
        results[f"{case}_0_tempered_nll"] = mean(without.tempered, "nats")
        for p in (0.1, 0.3):
            found = follow(data, seeds, train_examples, p)
            key = f"{case}_{100 * p:.0f}"
            ratio = found.steps_to(target) / without.steps_to(target)
            results |= {
                f"{key}_accuracy": mean(found.accuracy, "points"),
                f"{key}_accuracy_gain": mean(
                    found.accuracy - without.accuracy, "points"
                ),
                f"{key}_tempered_nll": mean(found.tempered, "nats"),
                f"{key}_tempered_change": mean(
                    found.tempered - without.tempered, "nats"
                ),
                f"{key}_stopped_change": mean(
                    found.stopped() - without.stopped(), "nats"
                ),
                f"{key}_steps": mean(ratio, "1"),
            }
    return results


# Inference


def inference(seeds: range) -> Results:
    """What F.dropout(x, 0.5), called without its argument `training`, drops in a model in eval()."""

    class Functional(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return F.dropout(x, 0.5)

    functional, dropped = Functional().eval(), []
    state = torch.get_rng_state()  # F.dropout knows no other source
    for stream in generators(seeds, "inputs"):
        torch.manual_seed(int(torch.randint(2**62, (), generator=stream)))
        x = torch.randn(1000, 100, generator=stream)
        dropped.append(float((functional(x) == 0).double().mean()))
    torch.set_rng_state(state)
    return {"still_dropped": mean(dropped, "share")}


# Samples


def plenty(seeds: range) -> Results:
    """Trained on 3,000 examples: underconfident, and Monte Carlo makes it worse."""
    return _eval_and_monte_carlo(seeds, EXAMPLES["plenty"])


def longer(seeds: range) -> Results:
    """The same with four times the steps: no longer underconfident, and Monte Carlo changes little."""
    seeds = seeds[: len(seeds) // 2]
    return _eval_and_monte_carlo(seeds, EXAMPLES["plenty"], 4 * STEPS)


def little(seeds: range) -> Results:
    """The same net, p and number of steps on 500 examples: overconfident, and Monte Carlo helps."""
    return _eval_and_monte_carlo(seeds, EXAMPLES["little"])


def _eval_and_monte_carlo(
    seeds: range, train_examples: int, steps: int = STEPS
) -> Results:
    """Train with dropout, then predict with dropout off and with samples, each with a temperature, too."""
    data = mnist1d.splits(seeds)
    nets = train_networks(data, seeds, train_examples, steps=steps)
    masks = generators(seeds, "masks of samples")[0]
    samples = torch.stack(
        list(sample_probabilities(nets, data.test_x, SAMPLES, masks))
    )  # (samples, runs, examples, classes)
    eval_logits = nets.logits(data.test_x)
    validation_masks = generators(seeds, "masks of validation samples")[0]
    # At a temperature, MC Dropout predicts powers of the mean, normalized again.
    temperature, mc_temperature = (
        best_temperature(logits, data.validation_y)
        for logits in (
            nets.logits(data.validation_x),
            _sampled_logits(nets, data.validation_x, validation_masks),
        )
    )
    probabilities = {
        "eval": eval_logits.softmax(-1),
        "mc": samples.mean(0),
        "tempered": (eval_logits / temperature).softmax(-1),
        "tempered_mc": (log(samples.mean(0)) / mc_temperature).softmax(-1),
    }
    return {
        "train_examples": largest([train_examples], "examples"),
        "temperature": mean(temperature.flatten(), "1"),
        "mc_temperature": mean(mc_temperature.flatten(), "1"),
        **compare(probabilities, data.test_y),
        **by_number_of_samples(samples, data.test_y),
        **slope_over_variance(samples, data.test_y),
    }


def _sampled_logits(nets: Ensemble, x: Tensor, masks: torch.Generator) -> Tensor:
    """Logarithm of the mean of 128 samples of probabilities, shape (runs, examples, classes)."""
    samples = sample_probabilities(nets, x, SAMPLES, masks)
    return log(sum(samples, torch.zeros(())) / SAMPLES)


def ensemble(seeds: range) -> Results:
    """Five nets with dropout off, against one of them, and against 128 samples of one trained with dropout.

    The five train on one split, each from its own weights and in its own order, at p = 0.3, and on 3,000
    examples without dropout, too; their probabilities are averaged. Every prediction has a temperature. The
    first six seeds, five nets each.
    """
    seeds = seeds[:6]
    data = mnist1d.splits(seeds)
    copies, y = for_members(data), data.test_y
    results: Results = {}
    for case, p in (("little", 0.3), ("plenty", 0.3), ("plenty", 0.0)):
        nets = train_networks(copies, member_seeds(seeds), EXAMPLES[case], p)
        each = nets.logits(copies.test_x)
        validation = nets.logits(copies.validation_x)
        alone = at_best_temperature(each, validation, copies.validation_y)
        five = at_best_temperature(
            joint_logits(each), joint_logits(validation), data.validation_y
        )
        for name in ("nll", "accuracy"):
            score, unit, scale = SCORES[name]
            by_five = scale * score(five, y)
            by_one = scale * score(alone, copies.test_y).view(-1, MEMBERS).mean(1)
            key = f"{case}_{100 * p:.0f}_{name}"  # as plenty_30_nll
            results[key] = mean(by_five, unit)
            results[f"{key}_minus_one"] = mean(by_five - by_one, unit)
        if p:
            one, masks = first_members(nets), generators(seeds, "masks")[0]
            sampled = at_best_temperature(
                _sampled_logits(one, data.test_x, masks),
                _sampled_logits(one, data.validation_x, masks),
                data.validation_y,
            )
            gap = scores.nll(five, y) - scores.nll(sampled, y)
            results[f"{case}_nll_minus_mc"] = mean(gap, "nats")
    return results


# Inputs of another kind


def unfamiliar(seeds: range) -> Results:
    """AUROC of uncertainty between digits and three kinds of other inputs; 100 units, p = 0.5, 32 samples.

    `accuracy_minus_without` is the test accuracy less that of the same nets trained without dropout.
    """
    data = digits.splits(seeds)
    nets, without = (initial_networks(64, 100, p, seeds, "default") for p in (0.5, 0.0))
    for each in (nets, without):
        train(each, data.train_x, data.train_y, seeds=seeds, epochs=25)
    accuracy, accuracy_without = (
        100 * each.accuracy(data.test_x, data.test_y) for each in (nets, without)
    )
    results: Results = {
        "test_accuracy": mean(accuracy, "points"),
        "accuracy_minus_without": mean(accuracy - accuracy_without, "points"),
    }
    x, streams = data.test_x, generators(seeds, "noise")
    noise = torch.stack([torch.randn(x.shape[1:], generator=g) for g in streams])
    inside = _uncertainty(nets, x, 1)
    for kind, other in {"noise": noise, "negated": -x, "large": 3 * x}.items():
        outside = _uncertainty(nets, other, 2)
        auroc = {name: scores.auroc(inside[name], outside[name]) for name in inside}
        for name, value in auroc.items():
            results[f"{kind}_{name}"] = mean(value, "1")
            if name != "eval":
                gap = value - auroc["eval"]
                results[f"{kind}_{name}_minus_eval"] = mean(gap, "1")
    return results


@torch.no_grad()
def _uncertainty(nets: Ensemble, x: Tensor, seed: int) -> dict[str, Tensor]:
    """Entropy in eval(), predictive entropy and mutual information, shape (runs, examples) each."""
    eval_entropy = torch.special.entr(nets.logits(x).softmax(-1)).sum(-1)
    # A module's outputs have the examples first: (examples, runs) for each uncertainty.
    samples = mc_dropout(AsModule(nets), x.transpose(0, 1), 32, seed=seed)
    sampled = predictive_uncertainty(samples)
    assert sampled.entropy is not None
    assert sampled.mutual_information is not None
    return {
        "eval": eval_entropy,
        "mc": sampled.entropy.T,
        "information": sampled.mutual_information.T,
    }
