"""Figures about dropout, drawn from estimates."""

import math

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from snippets.evidence.judging import Evidence
from snippets.laboratory.languages import Say
from snippets.laboratory.panels import INK, SOFT, one_panel, two_panels


def samples(evidence: Evidence, say: Say, wide: bool) -> Figure:
    """Loss against the number of samples, in a case that Monte Carlo loses and in one that it wins."""
    figure, left, right = two_panels(wide, height=1.9)
    _panel(left, evidence, say, "plenty")
    left.set(
        title=say("3000 个训练样本", "3000 training examples"),
        ylim=(1.08, 1.44),
        yticks=(1.1, 1.2, 1.3, 1.4),
    )
    _panel(right, evidence, say, "little")
    right.set(
        title=say("500 个训练样本", "500 training examples"),
        ylim=(1.4, 3.2),
        yticks=(1.5, 2, 2.5, 3),
    )
    figure.legend(
        *left.get_legend_handles_labels(),
        loc="outside lower center" if wide else "outside lower left",
        ncols=4 if wide else 1,
        handlelength=2.6,
    )
    return figure


def _panel(axes: Axes, evidence: Evidence, say: Say, case: str) -> None:
    series = evidence.series[f"{case}.nll_by_t"]
    low, high = ([getattr(p, end) for p in series.points] for end in ("low", "high"))
    axes.fill_between(series.x, low, high, color="C0", alpha=0.2, linewidth=0)
    heights = [point.value for point in series.points]
    name = say("MC Dropout", "MC Dropout")
    axes.plot(series.x, heights, "o-", color="C0", markersize=4, label=name)
    lines = {
        "eval_nll": ("eval()", "C1", "--"),
        "tempered_nll": (say("eval()，加温度", "eval(), temperature"), "C2", "-."),
    }
    for key, (label, color, style) in lines.items():
        line = evidence.estimates[f"{case}.{key}"]
        axes.axhspan(line.low, line.high, color=color, alpha=0.15, linewidth=0)
        axes.axhline(line.value, color=color, linestyle=style, label=label)
    tempered = evidence.estimates[f"{case}.tempered_mc_nll"]
    axes.errorbar(
        [series.x[-1]],
        [tempered.value],
        yerr=[[tempered.value - tempered.low], [tempered.high - tempered.value]],
        fmt="D",
        color="C0",
        markersize=5,
        label=say("MC Dropout，加温度", "MC Dropout, temperature"),
    )
    axes.set(
        xscale="log",
        xlabel=say("采样次数 T", "samples T"),
        ylabel=say("测试损失（nat）", "test loss (nats)"),
        xticks=series.x,
        xticklabels=[f"{x:.0f}" for x in series.x],
        xlim=(0.85, 150),
    )
    axes.minorticks_off()


def chord(_evidence: Evidence, say: Say, wide: bool) -> Figure:
    """Jensen on the sigmoid: the mean of two outputs lies below the output of the mean."""
    figure, axes = one_panel(height=1 if wide else 1.1)
    logits = [k / 50 for k in range(-25, 151)]
    dropped, mean, kept = 0.0, math.log(3), math.log(9)
    axes.plot(logits, [_sigmoid(z) for z in logits], "-", color="C0")
    ends = (dropped, kept)
    axes.plot(ends, [_sigmoid(z) for z in ends], "o--", color=SOFT, linewidth=1.5)
    colon = say("：", ": ")
    for z, name, offset in (
        (dropped, say("丢掉", "dropped"), (9, -10)),
        (kept, say("保留", "kept"), (6, -16)),
    ):
        words = f"{name}{colon}{_sigmoid(z):.1f}"
        _label(axes, z, _sigmoid(z), words, offset, "left", INK)
    off, on = _sigmoid(mean), (_sigmoid(dropped) + _sigmoid(kept)) / 2
    axes.plot([mean, mean], [on, off], ":", color=SOFT, linewidth=1.5)
    axes.plot(mean, off, "s", color="C1", markersize=8)
    axes.plot(mean, on, "D", color="C2", markersize=8)
    of_mean, of_outputs = (
        say("，平均处的输出", ", output of the mean"),
        say("，输出的平均", ", mean of the outputs"),
    )
    if not wide:  # no room beside the curve; the caption says it
        of_mean = of_outputs = ""
    words = f"eval(){of_mean}{colon}{off:.2f}"
    _label(axes, mean, off, words, (-8, 10), "right", "C1")
    words = f"MC Dropout{of_outputs}{colon}{on:.1f}"
    _label(axes, mean, on, words, (0, -20), "left", "C2")
    axes.set(
        title=say("“是”的概率", "Probability of \u201cyes\u201d"),
        xlabel=say("“是”的对数几率", "logit of \u201cyes\u201d"),
        xlim=(-0.9, 3.1),
        ylim=(0.35, 1.0),
        xticks=(dropped, mean, kept),
        xticklabels=("0", "ln 3", "ln 9"),
        yticks=(0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0),
    )
    return figure


def _sigmoid(z: float) -> float:
    return 1 / (1 + math.exp(-z))


def _label(
    axes: Axes,
    x: float,
    y: float,
    words: str,
    offset: tuple[float, float],
    side: str,
    color: str,
) -> None:
    axes.annotate(
        words, (x, y), offset, textcoords="offset points", ha=side, color=color
    )
