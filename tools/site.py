"""`make site`: measure what is missing, build beside the last good site, finish it, swap."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from snippets.evidence.measuring import measure_missing
from snippets.evidence.questions import ROOT, SourceError, measurements, questions
from snippets.evidence.runner import MeasurementError
from tools import finishing
from tools.core.pages import PageError, parse, read
from tools.leaks import leaks
from tools.notebooks import NotebookError, execute
from tools.taking import beside as pages_of_two

# What may be wrong before MkDocs is asked; each message is one line.
FAULTS = (MeasurementError, NotebookError, PageError, SourceError, OSError)


def build(target: Path, also: Callable[[Path], None] = lambda _: None) -> None:
    """Measure, execute the notebooks, and build the site strictly; only a good site takes the target's place.

    Args:
        target: Folder of the site.
        also: Called with the finished site before it takes that place.

    Raises:
        SystemExit: If anything fails; the target is as it was.
    """
    try:
        with _alone(target):
            measure_and_execute()
            _build(target, also)
    except (*FAULTS, finishing.FinishingError, pages_of_two.BesideError) as error:
        raise SystemExit(f"make site: {error}; {target} is as it was") from error


@contextmanager
def _alone(target: Path) -> Iterator[None]:
    """Wait for another build of the same target: both would write into the same folder beside it."""
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(
                f"make site: waiting for the one that writes {target}", file=sys.stderr
            )
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _build(target: Path, also: Callable[[Path], None]) -> None:
    beside = target.with_name(f".{target.name}-new")
    shutil.rmtree(beside, ignore_errors=True)
    # Never -q or -v: with either, --strict lets broken links pass.
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-d", str(beside)]
    done = subprocess.run(command, cwd=ROOT, env=environment(), check=False)
    if done.returncode:
        shutil.rmtree(beside, ignore_errors=True)
        raise SystemExit(f"make site: not built; {target} is as it was")
    pages_of_two.add(beside)
    finishing.site(beside)
    also(beside)
    if faults := list(leaks(beside)):
        raise SystemExit("make site: " + "\n".join(faults))
    old = target.with_name(f".{target.name}-old")
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.rename(old)
    beside.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def measure_and_execute(on_complete: Callable[[], None] = lambda: None) -> None:
    """Measure what is missing, and run the code of every question's page unless its outputs are kept already.

    Args:
        on_complete: Called whenever all that was missing of a question is measured.

    Raises:
        FAULTS: If an experiment or a page cannot be read, or raises.
    """
    wanted = [m for q in questions() for m in measurements(q)]
    measure_missing(wanted, on_complete=on_complete)
    for question in questions():
        source = f"zh/{question}.md"  # both languages have the same code
        if execute(parse(source, read(ROOT / "docs", source))):
            print(f"executed the notebook of {question}", file=sys.stderr)


def environment() -> dict[str, str]:
    """The environment for MkDocs: no banner, and dates that come from the last commit, not from today."""
    command = ["git", "log", "-1", "--format=%ct"]
    try:
        found = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, check=False
        ).stdout.strip()
    except OSError:
        found = ""
    return {"SOURCE_DATE_EPOCH": found or "1", "NO_MKDOCS_2_WARNING": "1"} | os.environ


if __name__ == "__main__":
    try:
        build(ROOT / "site")
    except KeyboardInterrupt:
        raise SystemExit("make site: interrupted; site is as it was") from None
