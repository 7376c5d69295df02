"""Figures about sparse models, drawn from estimates."""

from itertools import accumulate

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from snippets.evidence.judging import Evidence
from snippets.laboratory.languages import Say
from snippets.laboratory.panels import INK, SOFT, one_panel, two_panels

ZERO = -9.25  # where the bar of exact zeros stands, left of all sizes
T = 0.1  # the threshold that is drawn


def zeros(evidence: Evidence, say: Say, wide: bool) -> Figure:
    """Sizes of weights after three trainings, beside accuracy against the share of zeros."""
    figure, left, right = two_panels(wide, height=2.1)
    _sizes(left, evidence, say)
    _accuracies(right, evidence, say)
    return figure


def _sizes(axes: Axes, evidence: Evidence, say: Say) -> None:
    lines = {
        "l1.sgd": (say("L1，自动求导", "L1 by autograd"), "C1", "-"),
        "l1.proximal": (say("L1，近端步", "L1, proximal steps"), "C0", "-"),
        "ftrl.strong": ("FTRL", "C2", "--"),
    }
    for i, (key, (name, color, style)) in enumerate(lines.items()):
        series = evidence.series[f"{key}_sizes"]
        shares = [100 * p.value for p in series.points]
        edges = [*series.x, series.x[-1] + 0.5]
        axes.stairs(
            shares, edges, color=color, linestyle=style, linewidth=2, label=name
        )
        at_zero = 100 * evidence.estimates[f"{key}_zeros"].value
        place = ZERO + 0.45 * (i - 1)
        axes.bar(place, at_zero, 0.38, color=color)
        if not at_zero:  # or nobody sees that there is no bar
            axes.text(place, 0.7, "0", color=color, ha="center")
    axes.axvline(-8.35, color=SOFT, linewidth=1)
    axes.set(
        title=say("训练之后，占全部权重（%）", "Share of weights after training (%)"),
        xlabel=say("权重的大小", "size of a weight"),
        xlim=(-10.2, 0.6),
        ylim=(0, 60),
        xticks=(ZERO, -6, -4, -2, 0),
        xticklabels=(
            say("恰为 0", "exactly 0"),
            "$10^{-6}$",
            "$10^{-4}$",
            "$10^{-2}$",
            "1",
        ),
    )
    axes.legend(loc="upper center", bbox_to_anchor=(0.52, 1.0), labelspacing=0.3)


def _accuracies(axes: Axes, evidence: Evidence, say: Say) -> None:
    lines = {
        "gradual": (say("渐进剪枝", "gradual"), "C0", "-", (80, 90, 95)),
        "fine_tuned": (
            say("一次剪掉再微调", "at once, fine-tuned"),
            "C0",
            "--",
            (80, 90, 95),
        ),
        "one_shot": (
            say("一次剪掉，不再训练", "at once, no training"),
            "C1",
            "-",
            (50, 80, 90, 95),
        ),
        "random": (say("随机剪掉", "at random"), "C2", "-.", (50, 80, 90, 95)),
    }
    for key, (name, color, style, shares) in lines.items():
        points = [evidence.estimates[f"digits.{key}_{share}"] for share in shares]
        x = [0, *shares]
        # Each line starts at the dense network that was trained as long.
        start = "dense_longer" if key in ("gradual", "fine_tuned") else "dense"
        points.insert(0, evidence.estimates[f"digits.{start}"])
        axes.plot(
            x,
            [100 * p.value for p in points],
            style,
            color=color,
            marker="o",
            markersize=4,
            label=name,
        )
        axes.fill_between(
            x,
            [100 * p.low for p in points],
            [100 * p.high for p in points],
            color=color,
            alpha=0.2,
            linewidth=0,
        )
    axes.set(
        title=say("测试准确率（%）", "Test accuracy (%)"),
        xlabel=say("零的比例（%）", "share of zeros (%)"),
        xlim=(0, 100),
        ylim=(0, 101),
        xticks=(0, 50, 80, 90, 95),
        xticklabels=("0", "50", "80", "", "95"),
    )
    axes.legend(loc="lower left", labelspacing=0.3)


def storage(evidence: Evidence, say: Say, wide: bool) -> Figure:
    """Size of a saved matrix against its share of zeros."""
    figure, axes = one_panel(height=1 if wide else 1.15)
    lines = {
        "csr64": (say("CSR，PyTorch 默认", "CSR as PyTorch makes it"), "C1", "-"),
        "csr": (say("CSR，32 位索引", "CSR, 32-bit indices"), "C0", "-"),
        "dense": (say("稠密", "dense"), SOFT, "-"),
        "zipped": (say("稠密，zlib 压缩", "dense, zipped"), "C2", "--"),
    }
    for key, (name, color, style) in lines.items():
        series = evidence.series[f"storage.{key}"]
        axes.plot(
            [100 * x for x in series.x],
            [p.value for p in series.points],
            style,
            color=color,
            label=name,
        )
    axes.set(
        title=say("文件大小，稠密文件为 1", "File size, dense file = 1"),
        xlabel=say("零的比例（%）", "share of zeros (%)"),
        xlim=(0, 100),
        xticks=(0, 20, 40, 50, 60, 80, 100),
        ylim=(0, 5.2),
    )
    axes.legend(loc="upper right", labelspacing=0.3)
    return figure


def threshold(_evidence: Evidence, say: Say, wide: bool) -> Figure:
    """The soft threshold with its dead zone, beside the step of autograd that has none."""
    figure, axes = one_panel(height=1 if wide else 1.35)
    end = 0.32
    axes.axvspan(-T, T, color="C0", alpha=0.14, linewidth=0)
    axes.text(0, 0.2, say("死区", "dead zone"), color="C0", ha="center")
    axes.plot(
        (-end, end),
        (-end, end),
        color=SOFT,
        linewidth=1,
        linestyle="-",
        label=say("不动", "no step"),
    )
    # Elsewhere both are the same line.
    for side, name in ((-1, None), (1, say("自动求导的一步", "autograd’s step"))):
        axes.plot((side * 1e-9, side * T), (-side * T, 0), "--", color="C1", label=name)
    axes.plot(
        (-end, -T, T, end),
        (T - end, 0, 0, end - T),
        "-",
        color="C0",
        linewidth=3,
        label=say("软阈值 S(u, t)", "soft threshold S(u, t)"),
    )
    axes.plot((0.25, 0.15, 0.05), (0.15, 0.05, 0), "o", color="C0", markersize=8)
    axes.plot(0.05, -0.05, "o", color="C1", markersize=8)
    axes.set(
        title=say("惩罚走完一步之后的权重", "Weight after a step for the penalty"),
        xlabel=say("之前的权重 u，阈值 t = 0.1", "weight before, u; threshold t = 0.1"),
        xlim=(-end, end),
        ylim=(-0.25, 0.25),
        xticks=(-0.25, -T, 0, T, 0.25),
        yticks=(-0.2, -T, 0, T, 0.2),
    )
    if wide:
        axes.legend(loc="lower right", labelspacing=0.3)
    else:
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.18), labelspacing=0.3)
    return figure


def csr(_evidence: Evidence, say: Say, wide: bool) -> Figure:
    """A matrix of three rows, and the three lists that CSR makes of it."""
    figure, axes = one_panel(height=1)
    matrix = ((0, 5, 0), (0, 0, 0), (7, 0, 2))
    colors = ("C0", SOFT, "C2")  # of rows; the second has no entries
    row_name = say("行", "row")
    axes.text(-0.15, 5.3, say("列", "column"), color=SOFT, ha="right")
    for row, entries in enumerate(matrix):
        y, color = 4 - row, colors[row]
        axes.text(row + 0.5, 5.3, f"{row}", color=SOFT, ha="center")  # as a column
        name = f"{row_name} {row}"
        axes.text(-0.15, y + 0.5, name, color=color, ha="right", va="center")
        for column, entry in enumerate(entries):
            if entry:
                _box(axes, column, y, entry, color, filled=True)
            else:
                _box(axes, column, y, 0, SOFT)
    left = 6.5 if wide else 4.2
    kept = [  # value, column and color of each entry, row by row
        (entry, column, color)
        for entries, color in zip(matrix, colors, strict=True)
        for column, entry in enumerate(entries)
        if entry
    ]
    axes.text(left, 6.1, say("值", "values"))
    axes.text(left, 4.1, say("列号", "column indices"))
    for i, (entry, column, color) in enumerate(kept):
        _box(axes, left + i, 5, entry, color, filled=True)
        _box(axes, left + i, 3, column, color, filled=True)
    axes.text(left, 2.1, say("行指针", "row pointers"))
    ends = accumulate(sum(map(bool, entries)) for entries in matrix)
    for i, pointer in enumerate((0, *ends)):
        _box(axes, left + i, 1, pointer, INK)
    # A row's entries go from one pointer up to the next.
    axes.text(left + 0.05, 0.8, row_name, color=SOFT, va="top")
    for row, color in enumerate(colors):
        axes.text(left + 1 + row, 0.8, f"{row}", color=color, ha="center", va="top")
    axes.set(xlim=(-1.6, left + 4.1), ylim=(0, 6.8), aspect="equal")
    axes.set_axis_off()
    return figure


def _box(
    axes: Axes, x: float, y: float, entry: int, color: str, *, filled: bool = False
) -> None:
    """A cell with a number."""
    if filled:
        axes.add_patch(Rectangle((x, y), 1, 1, facecolor=color, alpha=0.2, linewidth=0))
    axes.add_patch(Rectangle((x, y), 1, 1, fill=False, edgecolor=color))
    ink = INK if filled else color
    axes.text(x + 0.5, y + 0.5, f"{entry}", color=ink, ha="center", va="center")
