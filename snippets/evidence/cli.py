"""The command line: `python -m snippets [QUESTION ...]`."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from snippets.evidence import store
from snippets.evidence.fingerprint import key
from snippets.evidence.judging import Evidence, EvidenceError, gather
from snippets.evidence.questions import (
    Measurement,
    SourceError,
    measurements,
    questions,
    title,
)
from snippets.evidence.runner import JOBS, SEEDS, MeasurementError, lacking, run

# Seeds and jobs lie below: it is more than anybody runs, and no integer overflows.
LARGEST = 2**31


class UsageError(Exception):
    """The command was called with something that cannot work; the message is one line."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what is asked for and print it.

    Returns:
        0 if all claims hold, 1 if a claim or a measurement fails, 2 if the command
        cannot be carried out.
    """
    try:
        options = _parse(arguments)
        if not options.questions:
            return _list_questions()
        return _measure(options)
    except UsageError as error:
        print(f"python -m snippets: {error}", file=sys.stderr)
        return 2
    except (EvidenceError, MeasurementError, SourceError) as error:
        print(f"python -m snippets: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(
            "python -m snippets: interrupted; what was finished is kept",
            file=sys.stderr,
        )
        return 130


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> None:  # type: ignore[override]
        raise UsageError(message)


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = _Parser(
        prog="python -m snippets", description="Measure the claims of the guide."
    )
    parser.add_argument(
        "questions",
        nargs="*",
        metavar="QUESTION",
        help="slugs, or 'all'; none: list them",
    )
    parser.add_argument(
        "--seeds",
        type=_seeds,
        default=SEEDS,
        metavar="A:B",
        help="seeds A to B-1 (default 0:20)",
    )
    parser.add_argument(
        "--jobs",
        type=_positive,
        default=JOBS,
        metavar="N",
        help="processes (default 2)",
    )
    parser.add_argument(
        "--json",
        type=Path,
        metavar="FILE",
        help="also write the evidence of one question",
    )
    options = parser.parse_args(arguments)
    known = questions()
    if options.questions == ["all"]:
        options.questions = known
    for name in options.questions:
        if name not in known:
            raise UsageError(
                f"there is no question {name!r}; there are: {', '.join(known)}"
            )
    if options.json:
        if len(options.questions) != 1:
            raise UsageError("--json takes the evidence of one question; name one")
        _check_writable(options.json)
    return options


def _seeds(text: str) -> range:
    first, colon, behind = text.partition(":")
    start, stop = _whole(first), _whole(behind)
    if not colon or start is None or stop is None:
        raise UsageError(
            f"--seeds {text}: write two whole numbers, as in --seeds 100:120, below {LARGEST}"
        )
    if stop - start < 2:
        raise UsageError(
            f"--seeds {text}: an interval needs at least two seeds, from A >= 0 up to B - 1"
        )
    return range(start, stop)


def _positive(text: str) -> int:
    number = _whole(text)
    if not number:
        raise UsageError(
            f"--jobs {text}: write a whole number, 1 or more, below {LARGEST}"
        )
    return number


def _whole(text: str) -> int | None:
    """The number that plain digits are; int() would take 1_0, blanks and the digits of any script."""
    plain = text.isascii() and text.isdecimal() and len(text) <= len(str(LARGEST))
    return int(text) if plain and int(text) < LARGEST else None


def _check_writable(file: Path) -> None:
    """Found out before an hour of measuring, not after it."""
    try:
        folder = _followed(file).parent
        if file.is_dir():
            raise UsageError(f"--json {file}: this is a folder; name a file")
        if not _special(file):
            if not folder.is_dir():
                raise UsageError(f"--json {file}: there is no folder {folder}")
            # Tried, not asked: an administrator has permission even where nothing can be written.
            with tempfile.TemporaryFile(dir=folder):
                pass
        if file.exists() and not os.access(file, os.W_OK):
            raise UsageError(f"--json {file}: no permission to write there")
    except OSError as error:
        raise UsageError(
            f"--json {file}: cannot write there: {error.strerror}"
        ) from None


def _special(file: Path) -> bool:
    """Whether it is a pipe or a device, or the name of an open file, as /dev/stdout is."""
    open_or_device = file.absolute().parts[1:2] in (("dev",), ("proc",))
    return file.exists() and (open_or_device or not file.is_file())


def _followed(file: Path) -> Path:
    """What a symbolic link leads to: that is replaced, and the link stays."""
    return Path(os.path.realpath(file)) if file.is_symlink() else file


def _is_stdout(file: Path) -> bool:
    try:
        return os.path.samestat(file.stat(), os.fstat(sys.stdout.fileno()))
    except OSError:
        return False


def _write(file: Path, text: str) -> None:
    try:
        if _special(file):
            # Added to what is there: another program may be writing to it as well.
            with file.open("a", encoding="utf-8") as stream:
                stream.write(text)
        else:
            store.write_atomically(_followed(file), text)
    except OSError as error:
        raise UsageError(
            f"--json {file}: cannot write there: {error.strerror}"
        ) from None


def _list_questions() -> int:
    table = Table(box=None, header_style="bold")
    for head in ("question", "asks", "measured"):
        table.add_column(head)
    for name in questions():
        all_of_it = measurements(name)
        done = len(all_of_it) - len(lacking(all_of_it, SEEDS))
        table.add_row(name, title(name), f"{done} of {len(all_of_it)}")
    _console().print(table)
    return 0


def _measure(options: argparse.Namespace) -> int:
    wanted = [m for name in options.questions for m in measurements(name)]
    try:
        store.FOLDER.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = f"{error.strerror}; name a folder of yours in EVIDENCE_CACHE"
        raise UsageError(f"cannot write {store.FOLDER}: {reason}") from error
    measure_missing(wanted, options.seeds, options.jobs)
    held = True
    # Tables between would spoil the JSON for the program that reads it.
    console = _console(options.json is not None and _is_stdout(options.json))
    for name in options.questions:
        found = gather(name, options.seeds)
        print_evidence(found, console)
        held = held and all(v.holds for v in found.claims)
        if options.json:
            _write(
                options.json,
                json.dumps(found.as_json(), indent=1, allow_nan=False) + "\n",
            )
    return 0 if held else 1


def measure_missing(
    wanted: Sequence[Measurement], seeds: range = SEEDS, jobs: int = JOBS
) -> None:
    """Run those of the wanted measurements that are not up to date, with a progress bar on stderr.

    Raises:
        MeasurementError: If one of them raises.
    """
    for m in wanted:
        file = store.path(m, key(m, seeds))
        if store.damaged(file):
            print(f"note: {file} is damaged; measuring {m} again", file=sys.stderr)
    todo = lacking(wanted, seeds)
    with _progress(len(todo)) as (started, done):
        run(todo, seeds, jobs, started, done)


@contextmanager
def _progress(
    total: int,
) -> Iterator[tuple[Callable[[Measurement], None], Callable[[Measurement], None]]]:
    console = Console(stderr=True)
    bar = Progress(
        TextColumn("measuring"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[now]}"),
        console=console,
        transient=True,
        disable=not total,
    )
    task = bar.add_task("measuring", total=total, now="")
    running: list[str] = []

    def started(m: Measurement) -> None:
        running.append(str(m))
        bar.update(task, now=", ".join(running))

    def done(m: Measurement) -> None:
        running.remove(str(m))
        bar.update(task, advance=1, now=", ".join(running))
        console.print(f"measured {m}", highlight=False)

    with bar:
        yield started, done


def print_evidence(found: Evidence, console: Console) -> None:
    """Print the estimates and claims of a question as two tables."""
    estimates = Table(
        title=f"{found.question}: estimates",
        title_justify="left",
        box=None,
        header_style="bold",
    )
    for head in ("key", "value", "95% interval", "n", "unit"):
        estimates.add_column(
            head, justify="right" if head in ("value", "n") else "left", no_wrap=True
        )
    for name, e in found.estimates.items():
        interval = "exact" if e.low == e.high else f"{e.low:.5g} to {e.high:.5g}"
        estimates.add_row(name, f"{e.value:.5g}", interval, str(e.n), e.unit)
    claims = Table(
        title=f"{found.question}: claims",
        title_justify="left",
        box=None,
        header_style="bold",
    )
    for head in ("claim", "holds", "condition", "estimate", "measured at"):
        claims.add_column(head, no_wrap=True)
    for v in found.claims:
        claims.add_row(
            v.claim.id,
            "yes" if v.holds else "NO",
            v.claim.condition,
            v.claim.estimate,
            f"{v.measurement.file}:{v.measurement.line}",
        )
    seconds = sum(p["cpu_seconds"] for p in found.provenance.values())
    console.print(
        estimates,
        claims,
        f"{seconds:.1f} CPU-seconds when it was measured",
        sep="\n",
        highlight=False,
    )


def _console(stderr: bool = False) -> Console:
    """Standard output or error; wide where it is not a terminal, so that no line is cut."""
    stream = sys.stderr if stderr else sys.stdout
    return Console(stderr=stderr, width=None if stream.isatty() else 160)
