"""Figures about weight symmetry, drawn from estimates."""

from collections.abc import Callable

from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from snippets.evidence.evidence import Evidence


def learning(evidence: Evidence, say: Callable[[str, str], str], wide: bool) -> Figure:
    """Test accuracy while training, from three initializations."""
    figure, axes = plt.subplots(layout="constrained")
    names = {
        "he": say("He：每个权重单独抽取", "He: every weight drawn by itself"),
        "constant": say("每层一个常数", "one constant per layer"),
        "one_draw": say("每层只抽一次", "one He draw per layer"),
    }
    for key, name in names.items():
        series = evidence.series[f"{key}.test_accuracy_by_epoch"]
        line = axes.plot(series.x, [100 * p.value for p in series.points], label=name)[
            0
        ]
        low, high = (
            [100 * getattr(p, end) for p in series.points] for end in ("low", "high")
        )
        axes.fill_between(
            series.x, low, high, color=line.get_color(), alpha=0.2, linewidth=0
        )
    axes.set(
        xlabel=say("训练轮数", "epochs of training"),
        ylabel=say("测试准确率（%）", "test accuracy (%)"),
        ylim=(0, 100),
        xlim=(0, None),
    )
    figure.legend(loc="outside upper left", ncols=3 if wide else 1)
    return figure
