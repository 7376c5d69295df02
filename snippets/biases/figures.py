"""Figures about biases, drawn from estimates."""

import math

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Polygon

from snippets.evidence.judging import Evidence
from snippets.laboratory.languages import Say
from snippets.laboratory.panels import INK, two_panels

SHOWN = 60  # steps: later the two curves run together
FORGET_BIASES = range(5)
STEPS = 20  # of the bucket that leaks


def earning(evidence: Evidence, say: Say, wide: bool) -> Figure:
    """Where a bias earns its keep: the first steps on a rare label, and how far gradients reach."""
    figure, left, right = two_panels(wide, height=2)
    _rare(left, evidence, say)
    _reach(right, evidence, say)
    return figure


def _rare(axes: Axes, evidence: Evidence, say: Say) -> None:
    lines = {
        "rare.zero_loss": (say("从 0 开始", "starts at 0"), "C1", "--"),
        "rare.prior_loss": (
            say("从先验的对数几率开始", "starts at the log-odds"),
            "C0",
            "-",
        ),
    }
    for key, (name, color, style) in lines.items():
        series = evidence.series[key]
        points = [
            (x, p) for x, p in zip(series.x, series.points, strict=True) if x <= SHOWN
        ]
        x = [at for at, _ in points]
        axes.plot(x, [p.value for _, p in points], style, color=color, label=name)
        low, high = ([getattr(p, end) for _, p in points] for end in ("low", "high"))
        axes.fill_between(x, low, high, color=color, alpha=0.2, linewidth=0)
    entropy = evidence.estimates["rare.entropy"].value
    axes.axhline(
        entropy,
        color="C2",
        linestyle=":",
        label=say("最好的常数预测", "best constant answer"),
    )
    axes.set(
        title=say("稀有标签：测试损失", "A rare label: test loss"),
        xlabel=say("训练步数", "steps of training"),
        yscale="log",
        ylim=(0.015, 1.2),
        xlim=(0, SHOWN),
        yticks=(0.02, 0.05, 0.1, 0.2, 0.5, 1),
        yticklabels=("0.02", "0.05", "0.1", "0.2", "0.5", "1"),
    )
    axes.minorticks_off()
    axes.legend(loc="upper right")


def _reach(axes: Axes, evidence: Evidence, say: Say) -> None:
    points = [evidence.estimates[f"reach.b{b}"] for b in FORGET_BIASES]
    value = [p.value for p in points]
    errors = [
        [p.value - p.low for p in points],
        [p.high - p.value for p in points],
    ]
    axes.errorbar(
        FORGET_BIASES,
        value,
        errors,
        color="C0",
        marker="o",
        capsize=4,
        label=say("测得", "measured"),
    )
    axes.plot(
        FORGET_BIASES,
        [evidence.estimates[f"reach.cell_b{b}"].value for b in FORGET_BIASES],
        "--",
        color="C2",
        label=say("去掉循环权重", "without recurrent weights"),
    )
    for b in (0, 1, 3):
        solved = f"{100 * evidence.estimates[f'recall.b{b}_solved'].value:.0f}%"
        axes.annotate(
            say(f"{solved} 学会", f"{solved} learn"),
            (b, value[b]),
            xytext=(-7, 4),
            textcoords="offset points",
            ha="right",
        )
    axes.set(
        title=say("梯度：第一步与最后一步之比", "Gradient: first step over last"),
        xlabel=say("遗忘门偏置 b", "forget bias b"),
        yscale="log",
        ylim=(1e-6, 20),
        xlim=(-1.2, 4.3),
        xticks=FORGET_BIASES,
    )
    axes.legend(loc="lower right")


def cell(_evidence: Evidence, say: Say, wide: bool) -> Figure:
    """The cell of an LSTM as a bucket that leaks, and what three forget biases leave in it."""
    figure, left, right = two_panels(wide, height=2.1)
    _bucket(left, say)
    _levels(right, say)
    return figure


def _bucket(axes: Axes, say: Say) -> None:
    x0, x1, bottom, level, top = 2.7, 6.4, 1.7, 4.1, 5.6
    water = ((x0, bottom), (x1, bottom), (x1, level), (x0, level))
    axes.add_patch(Polygon(water, facecolor="C0", alpha=0.25, linewidth=0))
    axes.plot((x0, x1), (level, level), "-", color="C0")
    hole = 4.3, 4.9
    for xs, ys in (
        ((x0, x0), (bottom, top)),
        ((x1, x1), (bottom, top)),
        ((x0, hole[0]), (bottom, bottom)),
        ((hole[1], x1), (bottom, bottom)),
    ):
        axes.plot(xs, ys, "-", color=INK, linewidth=3, solid_capstyle="round")
    # The tap: a pipe with a valve, and what runs out of it.
    axes.plot((1.3, 3.7, 3.7), (7.1, 7.1, 6.4), "-", color=INK, linewidth=7)
    valve = ((1.8, 7.6), (2.8, 6.6), (2.8, 7.6), (1.8, 6.6))
    axes.add_patch(Polygon(valve, facecolor="C1", linewidth=0))
    axes.plot((3.7, 3.7), (6.2, level), "-", color="C0", linewidth=4)
    # The leak.
    for drop in (1.3, 0.8, 0.3):
        axes.add_patch(Circle((4.6, drop), 0.14, facecolor="C2", linewidth=0))
    # The reading, which takes nothing out.
    axes.plot((x1 + 0.2, 9), (level, level), ":", color=INK)
    valve = ((7.6, 4.6), (8.6, 3.6), (8.6, 4.6), (7.6, 3.6))
    axes.add_patch(Polygon(valve, facecolor="C1", linewidth=0))
    middle = (x0 + x1) / 2
    axes.text(
        middle, 2.9, say("细胞状态\n$c_t$", "cell\n$c_t$"), ha="center", va="center"
    )
    axes.text(1.1, 7.1, "$g_t$", ha="right", va="center")
    axes.text(
        2.3, 7.8, say("输入门\n$i_t$", "input gate\n$i_t$"), color="C1", ha="center"
    )
    axes.text(
        8.1,
        4.8,
        say("输出门\n$o_t$", "output gate\n$o_t$"),
        color="C1",
        ha="center",
    )
    axes.text(9.2, level, "$h_t$", va="center")
    axes.text(
        4.2,
        0.75,
        say("遗忘门漏掉\n$1 - f_t$", "forget gate leaks\n$1 - f_t$"),
        color="C2",
        ha="right",
        va="center",
    )
    axes.set(
        title=say("LSTM 的细胞状态：漏水的桶", "The cell of an LSTM: a leaking bucket"),
        xlim=(0.4, 10),
        ylim=(0, 9),
    )
    axes.grid(visible=False)
    axes.set_axis_off()


def _levels(axes: Axes, say: Say) -> None:
    lines = ((3, "C0", "-"), (1, "C1", "--"), (0, "C2", "-."))
    for b, color, style in lines:
        kept = 1 / (1 + math.exp(-b))
        steps = range(STEPS + 1)
        axes.plot(
            steps,
            [kept**t for t in steps],
            style,
            color=color,
            label=f"b = {b}, f = {kept:.2f}",
        )
    axes.set(
        title=say("不再加水，还剩多少", "What is left with the tap shut"),
        xlabel=say("步数", "steps"),
        xlim=(0, STEPS),
        ylim=(0, 1.02),
        xticks=(0, 5, 10, 15, 20),
        yticks=(0, 0.25, 0.5, 0.75, 1),
        yticklabels=("0", "0.25", "0.5", "0.75", "1"),
    )
    axes.legend(loc="upper right")
