"""Figures about sparse models, drawn from estimates."""

from collections.abc import Callable

from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from snippets.evidence.judging import Evidence
from snippets.laboratory.panels import two_panels

Say = Callable[[str, str], str]

ZERO = -9.25  # where the bar of exact zeros stands, left of all sizes


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
    axes.axvline(-8.35, color="#5c6470", linewidth=1)
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
            say("一次剪掉，不再训练", "at once, not trained"),
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
    figure, axes = plt.subplots(layout="constrained")
    if not wide:
        figure.set_size_inches(figure.get_figwidth(), 1.15 * figure.get_figheight())
    lines = {
        "csr64": (say("CSR，PyTorch 默认", "CSR as PyTorch makes it"), "C1", "-"),
        "csr": (say("CSR，32 位索引", "CSR, 32-bit indices"), "C0", "-"),
        "dense": (say("稠密", "dense"), "#5c6470", "-"),
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
