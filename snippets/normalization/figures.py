"""TODO: what the figures are about; they are drawn from estimates."""

from __future__ import annotations

from matplotlib.figure import Figure

from snippets.evidence.judging import Evidence
from snippets.laboratory.languages import Say
from snippets.laboratory.panels import one_panel


def distance(evidence: Evidence, say: Say, wide: bool) -> Figure:
    """TODO: the one question that this figure answers."""
    figure, axes = one_panel(height=1 if wide else 1.2)
    series = evidence.series["averages.by_count"]
    axes.plot(series.x, [p.value for p in series.points], "o-", color="C0")
    low, high = zip(*((p.low, p.high) for p in series.points), strict=True)
    axes.fill_between(series.x, low, high, color="C0", alpha=0.2)
    axes.set(
        title=say("TODO：图的标题", "TODO: title of the figure"),
        xlabel=say("个数", "how many numbers"),
        ylim=(0, 0.6),
        yticks=(0, 0.25, 0.5),
    )
    return figure
