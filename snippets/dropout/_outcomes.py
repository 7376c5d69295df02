"""What is measured of predictions: their scores, by how they were made and by the number of samples."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from snippets.dropout import _scores as scores
from snippets.evidence.estimates import Results
from snippets.laboratory.intervals import curve, mean

SAMPLES = 128
BY_T = (1, 2, 4, 8, 16, 32, 64, 128)
SCORES: dict[str, tuple[Callable[[Tensor, Tensor], Tensor], str, int]] = {
    "nll": (scores.nll, "nats", 1),
    "brier": (scores.brier, "1", 1),
    "accuracy": (scores.accuracy, "points", 100),
    "overconfidence": (scores.overconfidence, "points", 100),
    "ece": (scores.calibration_error, "points", 100),
}  # by name: the score, its unit, and its factor in that unit


def best_temperature(logits: Tensor, y: Tensor) -> Tensor:
    """The temperature of least NLL for each run, within 1/8 to 8, shape (runs, 1, 1).

    By bisection: the loss is convex in 1/temperature, and its slope there is the mean over examples of
    what the logits are on average, by the predicted probabilities, minus the logit of the right class.
    """
    right = logits.gather(-1, y[..., None])[..., 0]  # (runs, examples)
    low, high = (torch.full((len(logits),), bound) for bound in (1 / 8, 8.0))
    for _ in range(16):
        middle = (low * high).sqrt()  # an inverse temperature for each run
        p = (logits * middle[:, None, None]).softmax(-1)
        slope = ((p * logits).sum(-1) - right).mean(-1)
        low, high = (
            torch.where(slope < 0, middle, low),
            torch.where(slope < 0, high, middle),
        )
    return 1 / (low * high).sqrt()[:, None, None]


def at_best_temperature(
    logits: Tensor, validation_logits: Tensor, validation_y: Tensor
) -> Tensor:
    """Probabilities at the temperature of least NLL on validation data, shape of the logits."""
    return (logits / best_temperature(validation_logits, validation_y)).softmax(-1)


def log(p: Tensor) -> Tensor:
    """Logarithm of probabilities that may be 0."""
    return p.clamp_min(torch.finfo(p.dtype).tiny).log()


def compare(probabilities: dict[str, Tensor], y: Tensor) -> Results:
    """The scores of all predictions, and the differences that Monte Carlo makes; y: (runs, examples)."""
    results: Results = {}
    for name, (score, unit, scale) in SCORES.items():
        by_eval, by_mc, by_tempered = (
            scale * score(probabilities[way], y) for way in ("eval", "mc", "tempered")
        )  # (runs,) each
        results |= {
            f"eval_{name}": mean(by_eval, unit),
            f"mc_{name}": mean(by_mc, unit),
            f"mc_minus_eval_{name}": mean(by_mc - by_eval, unit),
            f"tempered_{name}": mean(by_tempered, unit),
            f"mc_minus_tempered_{name}": mean(by_mc - by_tempered, unit),
        }
    tempered_mc = scores.nll(probabilities["tempered_mc"], y)
    gap = tempered_mc - scores.nll(probabilities["tempered"], y)
    return results | {
        "tempered_mc_nll": mean(tempered_mc, "nats"),
        "tempered_mc_minus_tempered_nll": mean(gap, "nats"),
    }


def by_number_of_samples(samples: Tensor, y: Tensor) -> Results:
    """Loss and calibration error of the mean of T samples, and the share of the gain that 32 bring."""
    results: Results = {}
    for name in ("nll", "ece"):
        score, unit, scale = SCORES[name]
        by_t = scale * torch.stack(
            [_score_of_means(score, samples, y, t, groups=16) for t in BY_T], 1
        )  # (runs, numbers of samples)
        one, all_ = by_t[:, 0], by_t[:, -1]
        results[f"{name}_by_t"] = curve(by_t, BY_T, unit, "samples")
        results[f"one_sample_{name}"] = mean(one, unit)
        results[f"all_minus_one_{name}"] = mean(all_ - one, unit)
        if name == "nll":
            gain = (one - by_t[:, BY_T.index(32)]) / (one - all_)
            results["gain_by_32"] = mean(gain, "share")
    return results


def _score_of_means(
    score: Callable[[Tensor, Tensor], Tensor],
    samples: Tensor,
    y: Tensor,
    t: int,
    groups: int | None = None,
) -> Tensor:
    """Mean score of predictions from t samples, over the disjoint groups of t, or the first few of them."""
    means = [group.mean(0) for group in torch.split(samples, t)[:groups]]
    return torch.stack([score(p, y) for p in means]).mean(0)


def slope_over_variance(samples: Tensor, y: Tensor) -> Results:
    """Slope of the Brier score over 1/T, over the variance of probabilities over masks.

    One half of the samples gives the variance, the other the scores, or the ratio would be 1 by algebra.
    """
    half = SAMPLES // 2
    variance = samples[:half].double().var(0).sum(-1).mean(-1)  # (runs,)
    numbers = [t for t in BY_T if t <= half // 2]
    values = torch.stack(
        [_score_of_means(scores.brier, samples[half:], y, t) for t in numbers]
    )  # (numbers, runs)
    inverse = torch.tensor([1 / t for t in numbers]).double()
    deviation = inverse - inverse.mean()
    # Least squares: covariance with 1/T over the variance of 1/T.
    slope = (deviation[:, None] * values).sum(0) / deviation.square().sum()
    return {"slope_over_variance": mean(slope / variance, "1")}
