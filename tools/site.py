"""`make site`: measure what is missing, build beside the last good site, finish it, swap.

`python -m tools.site measured` only measures, for what must not be measured beside something else.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
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

UNKNOWN = "1"  # of dates: the first second that all formats know


def build(target: Path, also: Callable[[Path], None] = lambda _: None) -> None:
    """Measure, execute the notebooks, and build the site strictly; only a good site takes the target's place.

    Args:
        target: Folder of the site.
        also: Called with the finished site before it takes that place.

    Raises:
        SystemExit: If anything fails; the target is as it was.
    """
    try:
        with _alone(target.resolve()) as lock:
            measure_and_execute()
            _build(target.resolve(), also, lock)
    except (*FAULTS, finishing.FinishingError, pages_of_two.BesideError) as error:
        raise SystemExit(f"make site: {error}; {target} is as it was") from error


@contextmanager
def _alone(target: Path) -> Iterator[int]:
    """Wait for another build of the same target: both would write into the same folder beside it.

    Yields:
        What holds the others up, a file descriptor: also in a process that it is passed to.
    """
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(
                f"make site: waiting for the one that writes {target}", file=sys.stderr
            )
            fcntl.flock(folder, fcntl.LOCK_EX)
        _recover(target)
        yield folder
    finally:
        os.close(folder)


def _build(target: Path, also: Callable[[Path], None], lock: int) -> None:
    beside = target.with_name(f".{target.name}-new")
    shutil.rmtree(beside, ignore_errors=True)
    # Never -q or -v: with either, --strict lets broken links pass.
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-d", str(beside)]
    try:
        # MkDocs writes on when this process alone is killed; the next build waits for it, too.
        done = subprocess.run(
            command, cwd=ROOT, env=environment(), check=False, pass_fds=[lock]
        )
        if done.returncode:
            raise SystemExit(f"make site: not built; {target} is as it was")
        pages_of_two.add(beside)
        finishing.site(beside)
        also(beside)
        if faults := list(leaks(beside)):
            raise SystemExit("make site: " + "\n".join(faults))
        for path in [beside, *beside.rglob("*")]:  # for a host, whatever the umask
            path.chmod(0o755 if path.is_dir() else 0o644)
        _swap(beside, target)
    finally:
        _recover(target)
        for folder in (beside, _old(target)):
            shutil.rmtree(folder, ignore_errors=True)


def _old(target: Path) -> Path:
    return target.with_name(f".{target.name}-old")


def _recover(target: Path) -> None:
    """Put the old site back, if `_swap` came to an end between its two steps."""
    if _old(target).exists() and not target.exists():
        _old(target).rename(target)


def _swap(beside: Path, target: Path) -> None:
    """Let a new site take the place of the old one, which is then beside; in one step where the disk can."""
    if not target.exists():
        beside.rename(target)
    elif not _exchanged(beside, target):
        target.rename(_old(target))
        beside.rename(target)


def _exchanged(one: Path, other: Path) -> bool:
    """Exchange two folders in one step; False where system or disk cannot, as that of Windows in WSL."""
    system = ctypes.CDLL(None)
    # Of Linux and of macOS; in both, -1 is no folder, which full paths do not need, and 2 means to exchange.
    call = getattr(system, "renameat2", getattr(system, "renameatx_np", None))
    return call is not None and not call(
        -1, os.fsencode(one), -1, os.fsencode(other), 2
    )


def _measure() -> None:
    try:
        measure_missing([m for q in questions() for m in measurements(q)])
    except FAULTS as error:
        raise SystemExit(f"make test: {error}") from error


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
    dates = {"SOURCE_DATE_EPOCH": _committed() or UNKNOWN, "NO_MKDOCS_2_WARNING": "1"}
    return dates | os.environ


def _committed() -> str:
    """When the last commit was made, in seconds; "" where neither git nor an archive made by it can tell."""
    with suppress(OSError):
        # In an archive, as hosts offer for download, the date stands where a checkout has a placeholder.
        date = (ROOT / ".git_archival.txt").read_text(encoding="utf-8").strip()
        if date.isdecimal():
            return date
        if (
            ROOT / ".git"
        ).exists():  # a repository around this folder has other commits
            command = ["git", "log", "-1", "--format=%ct"]
            return subprocess.run(
                command, cwd=ROOT, capture_output=True, text=True, check=False
            ).stdout.strip()
    return ""


if __name__ == "__main__":
    try:
        if sys.argv[1:] == ["measured"]:
            _measure()
        else:
            build(ROOT / "site")
    except KeyboardInterrupt:
        raise SystemExit("make site: interrupted; site is as it was") from None
