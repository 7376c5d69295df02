"""Figures about biases, drawn from estimates."""

from collections.abc import Callable

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from snippets.evidence.judging import Evidence
from snippets.laboratory.panels import two_panels

Say = Callable[[str, str], str]

SHOWN = 60  # steps: later the two curves run together
FORGET_BIASES = range(5)


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
            say("从先验的对数几率开始", "starts at the prior"),
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
