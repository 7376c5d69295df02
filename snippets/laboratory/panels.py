"""What figures share: their layouts of one or two panels, and the colours of ink."""

from __future__ import annotations

from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

INK, SOFT = (
    "#20242b",
    "#5c6470",
)  # by day; the drawing gives them their colours by night


def one_panel(*, height: float) -> tuple[Figure, Axes]:
    """Make a figure of one panel.

    Args:
        height: In usual heights.

    Returns:
        The figure and its panel.
    """
    figure, axes = plt.subplots(layout="constrained")
    figure.set_size_inches(figure.get_figwidth(), height * figure.get_figheight())
    return figure, axes


def two_panels(
    wide: bool, *, height: float, ratios: tuple[float, float] = (1, 1)
) -> tuple[Figure, Axes, Axes]:
    """Make a figure of two panels.

    Args:
        wide: Side by side, at the usual height; else the first above the second.
        height: Of the stacked figure, in usual heights.
        ratios: Widths of the panels side by side, or their heights when stacked.

    Returns:
        The figure and its two panels.
    """
    layout = ConstrainedLayoutEngine(hspace=0.1, wspace=0.06)
    if wide:
        figure, (first, second) = plt.subplots(1, 2, layout=layout, width_ratios=ratios)
    else:
        figure, (first, second) = plt.subplots(
            2, 1, layout=layout, height_ratios=ratios
        )
        figure.set_size_inches(figure.get_figwidth(), height * figure.get_figheight())
    return figure, first, second
