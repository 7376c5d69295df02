"""What is measured of runs on the digits: at the best learning rates, by step, and at equal ones.

`shown` tells the place of a setting among those of the runs, by its name in the keys.
"""

from __future__ import annotations

from snippets.evidence.estimates import Results
from snippets.laboratory.intervals import curve, geometric_mean, largest, mean, share
from snippets.momentum._descent import steps_to_settle
from snippets.momentum._runs import BatchRuns, fastest

HUGE = 0.99999
NAMES = {0.0: "b0", 0.5: "b5", 0.9: "b9", 0.99: "b99", 0.999: "b999", HUGE: "huge"}
# The settings among which the best learning rate is chosen for each momentum,
TRIED = [
    *((0.9, lr) for lr in (0.03, 0.1, 0.3)),
    *((0.999, lr) for lr in (0.001, 0.003, 0.01)),
    *((HUGE, lr) for lr in (0.001, 0.003, 0.01)),
]
# and those whose curves are shown.
SHOWN = {"same_b9": (0.9, 0.01), "same_huge": (HUGE, 0.01), "fast_huge": (HUGE, 0.1)}


def at_best_rates(run: BatchRuns) -> Results:
    """The best learning rate of each momentum, and what it comes to; the settings of TRIED come first."""
    steps = steps_to_settle(run.loss, 0.05, run.times.step)  # (seeds, settings)
    accuracy = run.accuracy[:, :, -1]
    best = fastest(steps, TRIED)
    results: Results = {}
    for b, i in best.items():
        _, lr = TRIED[i]
        results[f"{NAMES[b]}_lr"] = largest([lr], "1")
        results[f"{NAMES[b]}_steps"] = mean(steps[:, i], "steps")
        results[f"{NAMES[b]}_test_accuracy"] = mean(accuracy[:, i], "share")
    b9, huge = best[0.9], best[HUGE]
    unsettled = int((steps[:, huge] > run.times[-1]).sum())
    lost = 100 * (accuracy[:, b9] - accuracy[:, huge])
    return results | {
        "huge_unsettled": share(unsettled, len(steps)),
        "huge_over_b9_steps": mean(steps[:, huge] / steps[:, b9], "1"),
        "tuned_points_lost": mean(lost, "points"),
    }


def by_step(run: BatchRuns, shown: dict[str, int]) -> Results:
    """Loss and accuracy of each run that is shown, and what has become of its units."""
    results: Results = {}
    for name, i in shown.items():
        loss, accuracy = run.loss[:, i], run.accuracy[:, i]  # (seeds, times) each
        results |= {
            f"{name}_loss": mean(loss[:, -1], "nats"),
            f"{name}_norm": mean(run.norm[:, i], "1"),
            f"{name}_accuracy": mean(accuracy[:, -1], "share"),
            f"{name}_error": mean(1 - accuracy[:, -1], "share"),
            f"{name}_dead": mean(run.dead[:, i], "share"),
            f"{name}_loss_by_step": curve(loss, run.times, "nats", "steps"),
            f"{name}_accuracy_by_step": curve(
                accuracy, run.times[::4], "share", "steps"
            ),
        }
    return results


def at_equal_rates(run: BatchRuns, shown: dict[str, int]) -> Results:
    """What momentum 0.99999 comes to, against 0.9 at the same learning rate."""
    b9, huge = shown["same_b9"], shown["same_huge"]
    late_loss = run.loss[:, :, -40:].mean(-1)  # of the last 400 steps
    lost = 100 * (run.accuracy[:, b9, -1] - run.accuracy[:, huge, -1])
    return {
        "late_loss_ratio": geometric_mean(late_loss[:, huge] / late_loss[:, b9], "1"),
        "norm_ratio": mean(run.norm[:, huge] / run.norm[:, b9], "1"),
        "points_lost": mean(lost, "points"),
    }
