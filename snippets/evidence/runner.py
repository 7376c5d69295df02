"""Runs the measurements that the store lacks, in two processes of one thread each."""

from __future__ import annotations

import importlib
import multiprocessing
import os
import platform
import re
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from snippets.evidence import store
from snippets.evidence.fingerprint import key, source_hash, versions
from snippets.evidence.questions import Measurement

SEEDS = range(20)
JOBS = 2


class MeasurementError(Exception):
    """A measurement raised; the message names it and its seeds."""


def lacking(wanted: Sequence[Measurement], seeds: range) -> list[Measurement]:
    """Those of the wanted measurements that the store does not have for today's source."""
    return [m for m in wanted if store.load(store.path(m, key(m, seeds))) is None]


def run(
    wanted: Sequence[Measurement],
    seeds: range,
    jobs: int = JOBS,
    on_start: Callable[[Measurement], None] = lambda _: None,
    on_done: Callable[[Measurement], None] = lambda _: None,
) -> None:
    """Run measurements and store what they find, each as soon as it is done.

    Results do not depend on `jobs`: a measurement runs whole in one process, with one
    thread.

    Args:
        wanted: What to run, whether or not the store has it.
        seeds: The seeds of every measurement.
        jobs: How many processes, >= 1.
        on_start: Called when a measurement starts.
        on_done: Called when it is stored.

    Raises:
        MeasurementError: If a measurement raises. Those that finished before it are
            stored.
    """
    if not wanted:
        return
    # Spawned, not forked: the driver never imports torch, and it is the same on every
    # platform.
    context = multiprocessing.get_context("spawn")
    todo = [
        (m, store.path(m, key(m, seeds)), source_hash(m.file))
        for m in sorted(wanted, key=lambda m: m.observation)
    ]
    running: dict[Future[store.Record], tuple[Measurement, Path]] = {}
    with ProcessPoolExecutor(
        min(jobs, len(todo)), mp_context=context, initializer=_prepare
    ) as pool:
        try:
            while todo or running:
                # Observations come last, and each runs alone: they measure time.
                while todo and len(running) < (1 if todo[0][0].observation else jobs):
                    m, file, source = todo.pop(0)
                    running[pool.submit(_measure, m, seeds, source)] = (m, file)
                    on_start(m)
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    m, file = running.pop(future)
                    try:
                        store.save(file, future.result())
                    except Exception as error:
                        raise MeasurementError(
                            f"{m.file}:{m.line}: {m} with seeds {seeds.start}:{seeds.stop} raised "
                            f"{type(error).__name__}: {error}"
                        ) from error
                    on_done(m)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for process in multiprocessing.active_children():
                process.terminate()
            raise


def _prepare() -> None:
    """In a worker: one thread for the numbers, and an end when there is nobody to tell them to."""
    threading.Thread(target=_end_with_driver, daemon=True).start()
    import torch  # only workers import it

    torch.set_num_threads(1)


def _end_with_driver() -> None:
    driver = multiprocessing.parent_process()
    assert driver
    driver.join()  # a driver that was killed could not end its workers
    os._exit(1)


def _measure(measurement: Measurement, seeds: range, source: str) -> store.Record:
    # The key was taken from the source as it was; a result of other code must not be
    # stored under it.
    if source_hash(measurement.file) != source:
        raise RuntimeError(
            "its code changed while the measurements were running; run it again"
        )
    module = importlib.import_module(
        measurement.file.removesuffix(".py").replace("/", ".")
    )
    before = time.process_time()
    results = getattr(module, measurement.name)(seeds)
    provenance: dict[str, Any] = {
        "python": platform.python_version(),
        **versions(),
        "cpu": _processor(),
        "seeds": f"{seeds.start}:{seeds.stop}",
        "source": source,
        "date": datetime.now(UTC).date().isoformat(),
        "cpu_seconds": round(time.process_time() - before, 1),
    }
    return store.Record(results, provenance)


def _processor() -> str:
    """Name of the processor, as far as the system tells it."""
    try:
        found = re.search(
            r"^model name\s*:\s*(.+)$",
            Path("/proc/cpuinfo").read_text(encoding="utf-8"),
            re.M,
        )
    except OSError:
        found = None
    return found.group(1) if found else platform.processor() or platform.machine()
