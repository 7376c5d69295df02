"""Figures about weight symmetry, drawn from estimates."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Rectangle

from snippets.evidence.judging import Evidence
from snippets.laboratory.languages import Say
from snippets.laboratory.panels import SOFT, one_panel, two_panels

LINE = 0.36  # units of the matrix that a line of words takes
FREE = 0.1  # a spread above this is a free layer; measured ones are far from it on either side


def freedom(evidence: Evidence, say: Say, wide: bool) -> Figure:
    """Which layers a random matrix frees, beside what that is worth in training."""
    figure, left, right = two_panels(wide, height=2.1, ratios=(5, 6))
    _map(left, evidence, say)
    _curves(right, evidence, say)
    # Between the nets that learn and those that do not, where there is room for it.
    if wide:
        right.legend(loc="center right", bbox_to_anchor=(1, 0.44), labelspacing=0.4)
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
        title=say("哪些层松了绑", "Which layers are freed"),
        xlabel=say(
            "隐藏层\n● 单元各异　○ 单元相同",
            "hidden layer\n● units differ\u2003○ units equal",
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


def matrix(_evidence: Evidence, say: Say, wide: bool) -> Figure:
    """A weight matrix between the units of two layers, with one row and one column marked."""
    figure, axes = one_panel(height=0.84 if wide else 1.4)
    rows, columns, i, k = 3, 4, 1, 2
    for row in range(rows):
        for column in range(columns):
            axes.add_patch(
                Rectangle((column, -row - 1), 1, 1, fill=False, edgecolor=SOFT)
            )
    for left, bottom, width, height, color in (
        (0, -i - 1, columns, 1, "C0"),
        (k, -rows, 1, rows, "C2"),
    ):
        axes.add_patch(
            Rectangle(
                (left, bottom), width, height, facecolor=color, alpha=0.2, linewidth=0
            )
        )
        axes.add_patch(
            Rectangle(
                (left, bottom), width, height, fill=False, edgecolor=color, linewidth=3
            )
        )
    for column in range(columns):
        _unit(axes, column + 0.5, 0.9, "C2" if column == k else SOFT, column == k)
    for row in range(rows):
        _unit(axes, columns + 0.9, -row - 0.5, "C0" if row == i else SOFT, row == i)
    for end, start, color in (
        ((k + 0.5, 0.05), (k + 0.5, 0.6), "C2"),
        ((columns + 0.6, -i - 0.5), (columns + 0.05, -i - 0.5), "C0"),
    ):
        arrow = {"arrowstyle": "-|>", "color": color, "linewidth": 2}
        axes.annotate("", end, start, arrowprops=arrow)
    above, below = say("前一层", "layer $l - 1$"), say("后一层", "layer $l$")
    axes.text(-0.2, 0.9, above, color=SOFT, ha="right", va="center")
    axes.text(columns + 0.9, -rows - 0.15, below, color=SOFT, ha="center", va="top")
    axes.text(
        -0.2, -i - 0.5, say("第 i 行", "row $i$"), color="C0", ha="right", va="center"
    )
    axes.text(
        k + 0.5,
        -rows - 0.15,
        say("第 k 列", "column $k$"),
        color="C2",
        ha="center",
        va="top",
    )
    said = (
        (say("nn.Linear(4, 3) 的 weight", "weight of nn.Linear(4, 3)"), SOFT),
        (
            say(
                "第 i 行：进入后一层单元 i；\n各行不同，后一层的输出就可以不同",
                "row $i$: into unit $i$ of layer $l$;\nrows that differ can give layer $l$\nunequal outputs",
            ),
            "C0",
        ),
        (
            say(
                "第 k 列：出自前一层单元 k；\n各列不同，传回的误差就可以不同",
                "column $k$: out of unit $k$ of layer $l - 1$;\n"
                "columns that differ can give\nlayer $l - 1$ unequal errors",
            ),
            "C2",
        ),
    )
    x, y, gap = (columns + 2.2, 1.1, 0.5) if wide else (-1.9, -rows - 1, 0.4)
    for words, color in said:
        axes.text(x, y, words, color=color, va="top", linespacing=1.3)
        y -= LINE * (words.count("\n") + 1) * (1 if wide else 1.2) + gap
    axes.set(
        xlim=(-2, columns + (7.6 if wide else 2)),
        ylim=(-rows - (0.8 if wide else 4.5), 1.4),
        aspect="equal",
    )
    axes.set_axis_off()
    return figure


def _unit(axes: Axes, x: float, y: float, color: str, marked: bool) -> None:
    axes.add_patch(
        Circle(
            (x, y),
            0.28,
            facecolor=color if marked else "none",
            edgecolor=color,
            linewidth=2,
        )
    )
