"""Figures about weight symmetry, drawn from estimates."""

from collections.abc import Callable

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from snippets.evidence.judging import Evidence
from snippets.laboratory.panels import two_panels

Say = Callable[[str, str], str]

FREE = 0.1  # a spread above this is a free layer; measured ones are far from it on either side


def freedom(evidence: Evidence, say: Say, wide: bool) -> Figure:
    """Which layers a random matrix frees, beside what that is worth in training."""
    figure, left, right = two_panels(wide, height=2.1, ratios=(5, 6))
    _map(left, evidence, say)
    _curves(right, evidence, say)
    # Between the nets that learn and those that do not, where there is room for it.
    if wide:
        right.legend(loc="center right", bbox_to_anchor=(1, 0.58), labelspacing=0.4)
    else:
        right.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), labelspacing=0.4)
    return figure


def _map(axes: Axes, evidence: Evidence, say: Say) -> None:
    rows = {
        **{f"W{i}": (f"freed_by_one.w{i}", (i,)) for i in range(1, 7)},
        "W2, W4": ("freed_by_several.w2_w4", (2, 4)),
        "W2, W4, W6": ("freed_by_several.w2_w4_w6", (2, 4, 6)),
        say("W3 为旋转", "W3 a rotation"): ("freed_by_none.rotation", (3,)),
    }
    for row, (key, matrices) in enumerate(rows.values()):
        for layer in range(1, 6):
            free = evidence.estimates[f"{key}_layer{layer}"].value > FREE
            axes.plot(
                layer,
                row,
                "o",
                color="C0",
                markersize=11,
                fillstyle="full" if free else "none",
            )
        for matrix in matrices:
            axes.plot(
                matrix - 0.5, row, "|", color="C2", markersize=18, markeredgewidth=3
            )
    axes.set(
        title=say("放开了哪些层", "Which layers are freed"),
        xlabel=say(
            "隐藏层\n● 单元各异　○ 单元相同",
            "hidden layer\n● units differ   ○ units equal",
        ),
        xticks=range(1, 6),
        yticks=range(len(rows)),
        yticklabels=[
            say(
                f"{name.replace(', ', '、')} 随机" if name[-1].isdigit() else name,
                name,
            )
            for name in rows
        ],
        xlim=(0.2, 5.8),
        ylim=(len(rows) - 0.4, -0.6),
    )
    axes.grid(visible=False)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)


def _curves(axes: Axes, evidence: Evidence, say: Say) -> None:
    lines = {
        "he": (say("全部随机", "all random"), "C0", "-"),
        "random_w2_w4_w6": (say("W2、W4、W6 随机", "W2, W4, W6 random"), "C0", "--"),
        "random_w2_w4": (say("W2、W4 随机", "W2, W4 random"), "C1", "-"),
        "constant": (say("每层一个常数", "one constant per layer"), "C1", "--"),
        "one_draw": (say("每层只抽一次", "one He draw per layer"), "C2", "-."),
    }
    for key, (name, color, style) in lines.items():
        series = evidence.series[f"{key}.test_accuracy_by_epoch"]
        axes.plot(
            series.x,
            [100 * p.value for p in series.points],
            style,
            color=color,
            label=name,
        )
        low, high = (
            [100 * getattr(p, end) for p in series.points] for end in ("low", "high")
        )
        axes.fill_between(series.x, low, high, color=color, alpha=0.2, linewidth=0)
    axes.set(
        title=say("测试准确率（%）", "Test accuracy (%)"),
        xlabel=say("训练轮数", "epochs of training"),
        ylim=(0, 100),
        xlim=(0, 15),
        xticks=(0, 5, 10, 15),
    )
