"""How long calls take, one against the other."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from statistics import median


def seconds_per_call(
    calls: Mapping[str, Callable[[], object]],
    rounds: int = 5,
    seconds: float = 0.005,
) -> dict[str, float]:
    """CPU-seconds that a call takes.

    The calls take turns, so that all meet the same machine: compare them by ratios within one result, never
    across results. CPU time of this process, so that other programs matter little; with one thread, as the
    workers have, that is the latency on an idle core.

    Args:
        calls: What to time, by name; each must be safe to call any number of times.
        rounds: How many turns each call gets, >= 1.
        seconds: How long a turn lasts at least.

    Returns:
        The median over the turns of the CPU-seconds of one call, by name.

    Raises:
        ValueError: If there is no turn.
    """
    if rounds < 1:
        raise ValueError(f"rounds must be >= 1, got {rounds}")
    counts = {name: _how_many(call, seconds) for name, call in calls.items()}
    found: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            found[name].append(_spent(call, counts[name]) / counts[name])
    return {name: median(turns) for name, turns in found.items()}


def _how_many(call: Callable[[], object], seconds: float) -> int:
    """How many calls fill a turn; finding out warms the call up."""
    count = 1
    while _spent(call, count) < seconds:
        count *= 2
    return count


def _spent(call: Callable[[], object], count: int) -> float:
    call()  # untimed: it finds the caches full of what the call before it needed
    before = time.process_time()
    for _ in range(count):
        call()
    return time.process_time() - before
