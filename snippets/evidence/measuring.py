"""Measures what the store lacks, and shows how far it is."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn

from snippets.evidence import store
from snippets.evidence.fingerprint import key
from snippets.evidence.questions import SEEDS, Measurement
from snippets.evidence.runner import run

JOBS = 2  # processes


def lacking(wanted: Sequence[Measurement], seeds: range = SEEDS) -> list[Measurement]:
    """Those of the wanted measurements that the store does not have for today's source."""
    return [m for m in wanted if store.load(store.path(m, key(m, seeds))) is None]


def measure_missing(
    wanted: Sequence[Measurement],
    seeds: range = SEEDS,
    jobs: int = JOBS,
    on_complete: Callable[[], None] = lambda: None,
) -> None:
    """Run those of the wanted measurements that are not up to date, with a progress bar on stderr.

    Args:
        wanted: What is wanted.
        seeds: The seeds of every measurement.
        jobs: How many processes, >= 1.
        on_complete: Called whenever all that was missing of a question is stored.

    Raises:
        MeasurementError: If one of them raises.
    """
    left = lacking(wanted, seeds)
    for m in left:
        if (file := store.path(m, key(m, seeds))).exists():
            print(f"note: {file} is damaged; measuring {m} again", file=sys.stderr)
    console = Console(stderr=True)
    bar = Progress(
        "measuring",
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        "{task.fields[now]}",
        console=console,
        transient=True,
        disable=not left or not console.is_terminal,
    )
    task = bar.add_task("", total=len(left), now="")

    def tell(running: Sequence[Measurement], done: Measurement | None) -> None:
        bar.update(task, now=", ".join(map(str, running)))
        if done:
            left.remove(done)
            bar.advance(task)
            console.print(f"measured {done}", highlight=False)
            if all(m.question != done.question for m in left):
                on_complete()

    with bar:
        run(list(left), seeds, jobs, tell)
