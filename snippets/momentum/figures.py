"""Figures about momentum, drawn from estimates."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from snippets.evidence.judging import Evidence
from snippets.laboratory.languages import Say
from snippets.laboratory.panels import SOFT, two_panels


def friction(evidence: Evidence, say: Say, wide: bool) -> Figure:
    """The path of one weight on a parabola, and the steps it takes to settle, over friction."""
    figure, left, right = two_panels(wide, height=1.9)
    lines = {
        "huge": ("β = 0.99999", "C1", "-"),
        "b9": ("β = 0.9", "C0", "-"),
        "b0": ("β = 0", "C2", "--"),
    }
    for key, (name, color, style) in lines.items():
        series = evidence.series[f"parabola.{key}_path"]
        left.plot(
            series.x,
            [p.value for p in series.points],
            style,
            color=color,
            label=name,
        )
    left.axhline(0, color=SOFT, linewidth=1)
    left.set(
        title=say("权重到最小值的距离", "Distance from the minimum"),
        xlabel=say("步", "steps"),
        xlim=(0, 300),
        ylim=(-1.15, 1.75),
        yticks=(-1, 0, 1),
    )
    left.legend(loc="upper right", ncols=3 if wide else 2, columnspacing=1.0)
    lines = {
        "heavy_ball": (say("重球法", "heavy ball"), "C1", "-"),
        "nesterov": ("Nesterov", "C0", "--"),
    }
    for key, (name, color, style) in lines.items():
        series = evidence.series[f"parabola.{key}_by_friction"]
        right.plot(
            series.x,
            [p.value for p in series.points],
            style,
            color=color,
            label=name,
        )
    right.set(
        title=say("稳定所需的步数", "Steps to settle"),
        xlabel=say("摩擦 1 − β", "friction 1 − β"),
        xscale="log",
        yscale="log",
        xlim=(1, 1e-5),
        ylim=(30, 3e6),
        xticks=[10.0**-k for k in range(6)],
        xticklabels=["1", "0.1", *(f"$10^{{-{k}}}$" for k in range(2, 6))],
    )
    right.minorticks_off()
    right.legend(loc="upper left", labelspacing=0.3)
    return figure


def digits(evidence: Evidence, say: Say, wide: bool) -> Figure:
    """Training loss and test accuracy of nets on the digits, with and without friction."""
    figure, left, right = two_panels(wide, height=2.1)
    lines = {
        "same_b9": (say("β = 0.9，学习率 0.01", "β = 0.9, lr 0.01"), "C0", "-"),
        "same_huge": (
            say("β = 0.99999，学习率 0.01", "β = 0.99999, lr 0.01"),
            "C1",
            "-",
        ),
        "fast_huge": (
            say("β = 0.99999，学习率 0.1", "β = 0.99999, lr 0.1"),
            "C2",
            "--",
        ),
    }
    for key, (name, color, style) in lines.items():
        _band(left, evidence, f"digits.{key}_loss_by_step", 1, color, style, name)
        _band(
            right, evidence, f"digits.{key}_accuracy_by_step", 100, color, style, name
        )
    left.set(
        title=say("训练损失（nat）", "Training loss (nats)"),
        xlabel=say("步", "steps"),
        xlim=(0, 880),
        ylim=(0, 5),
    )
    right.set(
        title=say("测试准确率（%）", "Test accuracy (%)"),
        xlabel=say("步", "steps"),
        xlim=(0, 880),
        ylim=(0, 100),
    )
    # Between the two curves that stay high and the one that falls.
    right.legend(loc="upper right", bbox_to_anchor=(1, 0.86), labelspacing=0.3)
    return figure


def _band(
    axes: Axes,
    evidence: Evidence,
    key: str,
    scale: float,
    color: str,
    style: str,
    name: str,
) -> None:
    series = evidence.series[key]
    step = 2 if len(series.x) > 50 else 1  # a panel has some 300 pixels
    middle, low, high = (
        [scale * getattr(p, end) for p in series.points[::step]]
        for end in ("value", "low", "high")
    )
    x = series.x[::step]
    axes.plot(x, middle, style, color=color, label=name)
    axes.fill_between(x, low, high, color=color, alpha=0.2, linewidth=0)
