"""Figures about dropout, drawn from estimates."""

from collections.abc import Callable

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from snippets.evidence.judging import Evidence
from snippets.laboratory.panels import two_panels

Say = Callable[[str, str], str]


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
        xlabel=say("采样数 T", "samples T"),
        ylabel=say("测试损失（nat）", "test loss (nats)"),
        xticks=series.x,
        xticklabels=[f"{x:.0f}" for x in series.x],
        xlim=(0.85, 150),
    )
    axes.minorticks_off()
