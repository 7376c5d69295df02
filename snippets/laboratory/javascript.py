"""Runs what a page computes in the browser, and says how far it is from what PyTorch computes."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from py_mini_racer import MiniRacer

from snippets.evidence.questions import ROOT

SECONDS = 120  # for one call; an engine that hangs must not stop a build
_TOLD = """(value) => JSON.stringify(value, (_, v) =>
    typeof v === "number" && !Number.isFinite(v) ? `@${v}` : ArrayBuffer.isView(v) ? Array.from(v) : v)"""


@contextmanager
def loaded(files: Sequence[str]) -> Iterator[Callable[..., Any]]:
    """Load scripts into V8, the engine of Chromium and Node.

    Args:
        files: Scripts, relative to the repository, in their order.

    Yields:
        A function that calls one of theirs: its name below `explorables`, then its arguments, of what JSON
        can hold. Numbers come back as they are, Infinity and NaN too, typed arrays as lists.
    """
    # In a thread of its own: the engine waits in an event loop, and who calls may be in another one already.
    with ThreadPoolExecutor(1) as thread:
        engine = thread.submit(MiniRacer).result()

        def run(code: str) -> object:
            return thread.submit(engine.eval, code, timeout_sec=SECONDS).result()

        for file in files:
            run((ROOT / file).read_text(encoding="utf-8"))

        def call(name: str, *arguments: Any) -> Any:  # noqa: ANN401
            given = ",".join(json.dumps(argument) for argument in arguments)
            code = f"({_TOLD})(explorables.{name}({given}))"
            return json.loads(re.sub(r'"@(-?Infinity|NaN)"', r"\1", str(run(code))))

        try:
            yield call
        finally:
            thread.submit(engine.close).result()


def apart(ours: float | Sequence[float], theirs: float | Sequence[float]) -> float:
    """How far two numbers, or two lists, are apart: the largest difference over the largest of `theirs`.

    Examples:
        >>> apart(1.5, 1.0), apart([1.0, 8.5], [1.0, 10.0]), apart(math.inf, math.inf)
        (0.5, 0.15, 0.0)
    """
    a = [ours] if isinstance(ours, int | float) else ours
    b = [theirs] if isinstance(theirs, int | float) else theirs
    gaps = (0.0 if x == y else abs(x - y) for x, y in zip(a, b, strict=True))
    largest = max((math.inf if math.isnan(gap) else gap for gap in gaps), default=0.0)
    size = max((abs(y) for y in b if math.isfinite(y)), default=0.0)
    return largest and largest / (size or math.ulp(0.0))
