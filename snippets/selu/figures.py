"""Figures about SELU, drawn from estimates."""

import math
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from snippets.evidence.judging import Evidence
from snippets.laboratory.languages import Say
from snippets.laboratory.panels import SOFT, one_panel, two_panels
from snippets.selu.selu_constants import selu_constants


def depth(evidence: Evidence, say: Say, wide: bool) -> Figure:
    """What fifty layers do to the signal, forward, and to gradients, backward."""
    figure, left, right = two_panels(wide, height=1.9)
    _lines(left, evidence, say, "forward")
    _lines(right, evidence, say, "backward")
    left.set(
        title=say("前向：输出的二阶矩", "Forward: second moment of outputs"),
        ylim=(-1.2, 5.2),
    )
    right.set(
        title=say("反向：梯度的二阶矩", "Backward: second moment of gradients"),
        ylim=(-1.2, 5.2),
    )
    left.legend(loc="upper left", labelspacing=0.3)
    return figure


def _lines(axes: Axes, evidence: Evidence, say: Say, direction: str) -> None:
    lines = {
        "he": (say("SELU，He 初始化", "SELU, He init"), "C1", "--"),
        "lecun": (say("SELU，LeCun 初始化", "SELU, LeCun init"), "C0", "-"),
        "relu_he": (say("ReLU，He 初始化", "ReLU, He init"), "C2", "-."),
    }
    for key, (name, color, style) in lines.items():
        series = evidence.series[f"{key}.{direction}_by_layer"]
        values = [p.value for p in series.points]
        # Gradients start at the last layer.
        start = values[-1] if direction == "backward" else 0.0
        axes.plot(series.x, [v - start for v in values], style, color=color, label=name)
        low, high = (
            [getattr(p, end) - start for p in series.points] for end in ("low", "high")
        )
        axes.fill_between(series.x, low, high, color=color, alpha=0.2, linewidth=0)
    axes.set(
        xlabel=say("层", "layer"),
        xlim=(0, 50),
        xticks=range(0, 51, 10),
        yticks=range(-1, 6),
        yticklabels=[f"$10^{{{k}}}$" for k in range(-1, 6)],
    )


def fixed_points(evidence: Evidence, say: Say, wide: bool) -> Figure:
    """By what factor one layer changes the second moment: 1 is a fixed point."""
    figure, axes = one_panel(height=1 if wide else 1.1)
    axes.axhline(1, color=SOFT, linewidth=1, linestyle="-")
    lines = {
        "he": (say("He，τ = 2", "He, τ = 2"), "C1", "--"),
        "lecun": (say("LeCun，τ = 1", "LeCun, τ = 1"), "C0", "-"),
        "gain": (say("增益 3/4，τ = 9/16", "gain 3/4, τ = 9/16"), "C2", "-."),
    }
    for key, (name, color, style) in lines.items():
        series = evidence.series[f"moment_map.{key}"]
        factors = [p.value for p in series.points]
        axes.plot(series.x, factors, style, color=color, label=name)
        if factors[-1] < 1:
            axes.plot(_crossing(series.x, factors), 1, "o", color=color, markersize=8)
    axes.set(
        title=say(
            "二阶矩经过一层变为几倍",
            "Factor by which a layer changes the second moment",
        ),
        xlabel=say("输入的二阶矩", "second moment of its inputs"),
        xscale="log",
        yscale="log",
        xlim=(1e-2, 1e3),
        ylim=(0.28, 4.6),
        yticks=(0.5, 1, 2, 4),
        yticklabels=("0.5", "1", "2", "4"),
    )
    axes.minorticks_off()
    axes.legend(loc="upper right", labelspacing=0.3)
    return figure


def _crossing(x: Sequence[float], factors: Sequence[float]) -> float:
    """Where a falling factor passes 1, between two of its points on logarithmic axes."""
    i = next(i for i, f in enumerate(factors) if f < 1 + 1e-9)
    (a, b), (high, low) = x[i - 1 : i + 1], factors[i - 1 : i + 1]
    return float(a * (b / a) ** (math.log(high) / math.log(high / low)))


def slopes(_evidence: Evidence, say: Say, wide: bool) -> Figure:
    """SELU beside a straight line of equal output variance: what bending costs in squared slope."""
    alpha, scale = selu_constants()
    z = [i / 50 for i in range(-150, 151)]
    below, above = [u for u in z if u <= 0], [u for u in z if u >= 0]
    # Mean squared slope at a standard normal z: scale^2 to the right, an exponential to the left.
    tail = math.exp(2) * math.erfc(math.sqrt(2)) / 2
    average = scale**2 * (0.5 + alpha**2 * tail)
    figure, left, right = two_panels(wide, height=1.9)
    for axes, floor in ((left, -2.2), (right, 0)):
        heights = [floor + 0.9 * math.exp(-u * u / 2) for u in z]
        axes.fill_between(z, floor, heights, color=SOFT, alpha=0.2, linewidth=0)
    selu = [scale * alpha * math.expm1(u) for u in below] + [scale * u for u in above]
    steep = [(scale * alpha * math.exp(u)) ** 2 for u in below]
    steep += [scale**2 for _ in above]
    left.plot(below + above, selu, "-", color="C0", label="SELU")
    left.plot(z, z, "--", color="C1", label=say("直线", "straight line"))
    name = say(f"SELU，平均 {average:.4f}", f"SELU, mean {average:.4f}")
    right.plot(below + above, steep, "-", color="C0", label=name)
    name = say("直线，平均 1", "straight line, mean 1")
    right.plot(z, [1] * len(z), "--", color="C1", label=name)
    left.set(title=say("输出，方差都是 1", "Output, variance 1 for both"))
    left.set(ylim=(-2.2, 3.2), yticks=range(-2, 4))
    right.set(title=say("斜率的平方", "Squared slope"), ylim=(0, 3.9), yticks=range(4))
    for axes in (left, right):
        axes.set(xlabel="z", xlim=(-3, 3), xticks=range(-3, 4))
    left.legend(loc="upper left", labelspacing=0.3)
    right.legend(loc="upper right", labelspacing=0.3)
    return figure
