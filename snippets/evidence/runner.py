"""Runs measurements in a few processes of one thread each, and stores what they return."""

from __future__ import annotations

import importlib
import multiprocessing
import os
import platform
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from snippets.evidence import store
from snippets.evidence.fingerprint import key, source_hash, versions
from snippets.evidence.questions import Measurement


class MeasurementError(Exception):
    """A measurement raised; the message names it and its seeds."""


def run(
    wanted: Sequence[Measurement],
    seeds: range,
    jobs: int,
    tell: Callable[[Sequence[Measurement], Measurement | None], None],
) -> None:
    """Run measurements and store what they return, each as soon as it is done.

    Results do not depend on `jobs`: a measurement runs whole in one process, with one
    thread.

    Args:
        wanted: What to run, whether or not the store has it.
        seeds: The seeds of every measurement.
        jobs: How many processes, >= 1.
        tell: Called with those that are running, when one has started; and with the
            one that is stored, when it is.

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
                    tell([m for m, _ in running.values()], None)
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    m, file = running.pop(future)
                    try:
                        store.save(file, future.result())
                    except Exception as error:
                        raise MeasurementError(
                            f"{m.file}:{m.line}: {m} with seeds {seeds.start}:{seeds.stop} raised "
                            f"{type(error).__name__}: {error}"
                        ) from error
                    tell([m for m, _ in running.values()], m)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for process in multiprocessing.active_children():
                process.terminate()
            raise


def _prepare() -> None:
    """In a worker: one thread for the numbers, and an end when there is nobody to tell them to."""
    threading.Thread(target=_end_with_driver, daemon=True).start()
    # Before torch is loaded, which reads it: set afterwards, it would load torch for what needs none.
    os.environ["OMP_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = "1"


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
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
