"""Figures about activation functions, drawn from estimates."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from snippets.evidence.judging import Evidence
from snippets.laboratory.languages import Say
from snippets.laboratory.panels import one_panel, two_panels

NAMES = {
    "silu": "SiLU",
    "elu": "ELU",
    "tanh": "tanh",
    "gelu": "GELU",
    "relu": "ReLU",
    "leaky": "leaky ReLU",
    "sigmoid": "sigmoid",
}

CURVES: dict[str, Callable[[Tensor], Tensor]] = {
    "ReLU": F.relu,
    "leaky ReLU": F.leaky_relu,
    "ELU": F.elu,
    "SELU": F.selu,
    "GELU": F.gelu,
    "SiLU": F.silu,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
}


def cliff(evidence: Evidence, say: Say, wide: bool) -> Figure:
    """Loss and gradient of a wrong logit, on both paths to binary cross-entropy."""
    figure, left, right = two_panels(wide, height=2.1)
    _lines(left, evidence, say, "loss")
    left.set(title=say("损失", "Loss"), ylim=(0, 110), yticks=(0, 25, 50, 75, 100))
    _lines(right, evidence, say, "gradient")
    right.set(title=say("梯度", "Gradient"), ylim=(-0.04, 1.12), yticks=(0, 0.5, 1))
    figure.legend(
        *left.get_legend_handles_labels(),
        loc="outside lower center" if wide else "outside lower left",
        ncols=3 if wide else 1,
        handlelength=2.6,
    )
    return figure


def _lines(axes: Axes, evidence: Evidence, say: Say, kind: str) -> None:
    after = say("sigmoid 加 BCELoss", "sigmoid, BCELoss")
    lines = {
        "of_logits_fp32": ("BCEWithLogitsLoss", "C0", "-"),
        "after_sigmoid_fp32": (after + say("，float32", ", float32"), "C1", "--"),
        "after_sigmoid_bf16": (after + say("，bfloat16", ", bfloat16"), "C2", "-."),
    }
    for key, (name, color, style) in lines.items():
        series = evidence.series[f"binary.{key}_{kind}"]
        heights = [point.value for point in series.points]
        axes.plot(series.x, heights, style, color=color, label=name)
    axes.set(
        xlabel=say("对数几率（目标是 0）", "logit (the target is 0)"),
        xlim=(0, 24),
        xticks=(0, 6, 12, 18, 24),
    )


def rates(evidence: Evidence, say: Say, wide: bool) -> Figure:
    """Test accuracy of each activation at two learning rates."""
    figure, axes = one_panel(height=1.1)
    styles = {
        "low": (say("学习率 0.003", "learning rate 0.003"), "C0", "o", -0.17),
        "high": (say("学习率 0.01", "learning rate 0.01"), "C1", "s", 0.17),
    }
    for rate, (label, color, marker, shift) in styles.items():
        points = [evidence.estimates[f"two_rates.{name}_{rate}"] for name in NAMES]
        axes.errorbar(
            [100 * p.value for p in points],
            [row + shift for row in range(len(NAMES))],
            xerr=[
                [100 * (p.value - p.low) for p in points],
                [100 * (p.high - p.value) for p in points],
            ],
            fmt=marker,
            color=color,
            label=label,
            markersize=6,
            capsize=3,
        )
    axes.set(
        title=say("测试准确率（%）", "Test accuracy (%)"),
        yticks=range(len(NAMES)),
        yticklabels=list(NAMES.values()),
        ylim=(len(NAMES) - 0.5, -0.5),
        xlim=(30, 64),
    )
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)
    figure.legend(
        loc="outside lower center" if wide else "outside lower left",
        ncols=2 if wide else 1,
    )
    return figure


def curves(_evidence: Evidence, say: Say, wide: bool) -> Figure:
    """Each activation and its slope, in panels of equal axes."""
    rows, columns = (2, 4) if wide else (4, 2)
    figure, panels = plt.subplots(
        rows, columns, sharex=True, sharey=True, layout="constrained"
    )
    figure.set_size_inches(
        figure.get_figwidth(), (1.2 if wide else 2.1) * figure.get_figheight()
    )
    for axes, (name, activation) in zip(panels.flat, CURVES.items(), strict=True):
        _curve(axes, activation, say)
        axes.set(
            title=name,
            xlim=(-4, 4),
            xticks=(-3, 0, 3),
            ylim=(-2, 3.2),
            yticks=range(-2, 4),
        )
    for axes in panels[-1]:
        axes.set_xlabel("z")
    figure.legend(
        *panels.flat[0].get_legend_handles_labels(),
        loc="outside lower center" if wide else "outside lower left",
        ncols=2,
    )
    return figure


def _curve(axes: Axes, activation: Callable[[Tensor], Tensor], say: Say) -> None:
    right = torch.linspace(1e-6, 4, 81, dtype=torch.float64)
    # In halves, for some slopes jump at 0.
    for z in (right, -right.flip(0)):
        z.requires_grad_()
        heights = activation(z)
        (slopes,) = torch.autograd.grad(heights.sum(), z)
        first = z is right
        for values, name, color, style in (
            (heights.detach(), say("函数", "function"), "C0", "-"),
            (slopes, say("斜率", "slope"), "C1", "--"),
        ):
            label = name if first else None
            axes.plot(z.detach(), values, style, color=color, label=label)
