"""Figures about normalization, drawn from estimates."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from snippets.evidence.estimates import Series
from snippets.evidence.judging import Evidence
from snippets.laboratory.languages import Say
from snippets.laboratory.panels import SOFT, two_panels


def two_modes(evidence: Evidence, say: Say, wide: bool) -> Figure:
    """What normalization makes of one example, batch by batch, and how far that spreads by batch size."""
    figure, left, right = two_panels(wide, height=1.9, ratios=(5, 4))
    training = evidence.series["followed.training"]
    evaluation = evidence.series["followed.evaluation"]
    left.axhline(
        evidence.estimates["followed.truth"].value,
        color=SOFT,
        linewidth=1,
        linestyle=":",
    )
    left.plot(
        training.x,
        [p.value for p in training.points],
        "o",
        color="C1",
        markersize=4,
        label=say("训练", "training"),
    )
    left.plot(
        evaluation.x,
        [p.value for p in evaluation.points],
        "-",
        color="C0",
        label=say("评估", "evaluation"),
    )
    left.set(
        title=say("同一个样本，归一化之后", "One example, normalized"),
        xlabel=say("批", "batch"),
        xlim=(0, 61),
        xticks=(0, 20, 40, 60),
        ylim=(-0.6, 3.4),
        yticks=(0, 1, 2, 3),
    )
    left.legend(loc="upper right", ncols=2)
    _band(right, evidence.series["followed.spread_by_size"], "C1", "o-", "")
    right.set(
        title=say("训练时的标准差", "Deviation in training"),
        xlabel=say("每批的样本数", "examples in a batch"),
        xscale="log",
        yscale="log",
        xticks=(2, 8, 32, 128),
        xticklabels=("2", "8", "32", "128"),
        ylim=(0.04, 1.5),
        yticks=(0.05, 0.1, 0.2, 0.5, 1),
        yticklabels=("0.05", "0.1", "0.2", "0.5", "1"),
    )
    right.minorticks_off()
    return figure


def rates(evidence: Evidence, say: Say, wide: bool) -> Figure:
    """Test accuracy over the learning rate, with and without batch normalization, at two depths."""
    figure, left, right = two_panels(wide, height=1.9)
    titles = {
        20: say("二十个隐藏层", "Twenty hidden layers"),
        2: say("两个隐藏层", "Two hidden layers"),
    }
    for axes, (depth, title) in zip((left, right), titles.items(), strict=True):
        lines = {
            "batch": (say("批归一化", "batch norm"), "C0", "o-"),
            "plain": (say("不归一化", "plain"), "C1", "s--"),
        }
        for kind, (name, color, style) in lines.items():
            series = evidence.series[f"contest.depth{depth}_{kind}_by_rate"]
            _band(axes, series, color, style, name)
        axes.axhline(10, color=SOFT, linewidth=1, linestyle=":")
        axes.set(
            title=title,
            xlabel=say("学习率", "learning rate"),
            xscale="log",
            xticks=(0.01, 0.1, 1),
            xticklabels=("0.01", "0.1", "1"),
            ylim=(0, 60),
            yticks=(0, 20, 40, 60),
            yticklabels=("0%", "20%", "40%", "60%"),
        )
        axes.minorticks_off()
    left.set_ylabel(say("测试准确率", "test accuracy"))
    left.legend(loc="upper left")
    return figure


def _band(axes: Axes, series: Series, color: str, style: str, name: str) -> None:
    """A curve with its intervals."""
    values, low, high = (
        [getattr(p, end) for p in series.points] for end in ("value", "low", "high")
    )
    axes.plot(series.x, values, style, color=color, markersize=5, label=name or None)
    axes.fill_between(series.x, low, high, color=color, alpha=0.2, linewidth=0)
