"""The command line: `python -m snippets [QUESTION ...]`."""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from snippets.evidence import store
from snippets.evidence.judging import Evidence, gather
from snippets.evidence.measuring import JOBS, lacking, measure_missing
from snippets.evidence.questions import (
    SEEDS,
    SourceError,
    measurements,
    questions,
    title,
)
from snippets.evidence.runner import MeasurementError


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what is asked for and print it.

    Returns:
        0 if all claims hold, 1 if a claim or a measurement fails, 2 if the command
        cannot be carried out.
    """
    try:
        status: int = _command.main(arguments, standalone_mode=False)
        return status
    except click.ClickException as error:
        reason, status = error.format_message(), 2
    except (MeasurementError, SourceError) as error:
        reason, status = str(error), 1
    except click.Abort:
        reason, status = "interrupted; what was finished is kept", 130
    print(f"python -m snippets: {reason}", file=sys.stderr)
    return status


def _seeds(text: str) -> range:
    """The seeds A to B-1; int() alone would take 1_0, blanks and the digits of any script."""
    ends = re.fullmatch(r"(\d{1,9}):(\d{1,9})", text, re.ASCII)
    if not ends:
        mend = "write two whole numbers below 10**9, as in --seeds 100:120"
        raise click.UsageError(f"--seeds {text}: {mend}")
    seeds = range(int(ends[1]), int(ends[2]))
    if len(seeds) < 2:
        mend = "an interval needs at least two seeds, from A >= 0 up to B - 1"
        raise click.UsageError(f"--seeds {text}: {mend}")
    return seeds


def _jobs(text: str) -> int:
    if not re.fullmatch(r"[1-9]\d{0,8}", text, re.ASCII):
        mend = "write a whole number, 1 or more, below 10**9"
        raise click.UsageError(f"--jobs {text}: {mend}")
    return int(text)


@click.command("python -m snippets")
@click.argument("names", nargs=-1, metavar="[QUESTION|all]...")
@click.option("--seeds", type=_seeds, metavar="A:B", help="Seeds A to B-1, not 0:20.")
@click.option("--jobs", type=_jobs, metavar="N", help=f"Processes, not {JOBS}.")
@click.option(
    "--json", "file", type=Path, metavar="FILE", help="Write the evidence, too."
)
def _command(
    names: tuple[str, ...], seeds: range | None, jobs: int | None, file: Path | None
) -> int:
    """Measure the claims of the guide; without a question, list them."""
    known = questions()
    names = tuple(known) if names == ("all",) else names
    for name in names:
        if name not in known:
            there = ", ".join(known)
            raise click.UsageError(f"there is no question {name!r}; there are: {there}")
    if file:
        if len(names) != 1:
            raise click.UsageError(
                "--json takes the evidence of one question; name one"
            )
        _check_writable(file)
    if not names:
        return _list_questions()
    return _measure(names, seeds or SEEDS, jobs or JOBS, file)


def _check_writable(file: Path) -> None:
    """Found out before an hour of measuring, not after it."""
    with _refusals(file):
        folder = _followed(file).parent
        if file.is_dir():
            raise click.UsageError(f"--json {file}: this is a folder; name a file")
        if not _special(file):
            if not folder.is_dir():
                raise click.UsageError(f"--json {file}: there is no folder {folder}")
            # Tried, not asked: an administrator has permission even where nothing can be written.
            with tempfile.TemporaryFile(dir=folder):
                pass
        if file.exists() and not os.access(file, os.W_OK):
            raise click.UsageError(f"--json {file}: no permission to write there")


@contextmanager
def _refusals(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = f"cannot write there: {error.strerror}"
        raise click.UsageError(f"--json {file}: {reason}") from None


def _special(file: Path) -> bool:
    """Whether it is a pipe or a device, or the name of an open file, as /dev/stdout is."""
    open_or_device = file.absolute().parts[1:2] in (("dev",), ("proc",))
    return file.exists() and (open_or_device or not file.is_file())


def _followed(file: Path) -> Path:
    """What a symbolic link leads to: that is replaced, and the link stays."""
    return Path(os.path.realpath(file)) if file.is_symlink() else file


def _write(file: Path, text: str) -> None:
    with _refusals(file):
        if _special(file):
            # Added to what is there: another program may be writing to it as well.
            with file.open("a", encoding="utf-8") as stream:
                stream.write(text)
        else:
            store.write_atomically(_followed(file), text)


def _list_questions() -> int:
    table = _table("", "question", "asks", "measured")
    for name in questions():
        all_of_it = measurements(name)
        done = len(all_of_it) - len(lacking(all_of_it))
        table.add_row(name, title(name), f"{done} of {len(all_of_it)}")
    _console().print(table)
    return 0


def _measure(names: Sequence[str], seeds: range, jobs: int, file: Path | None) -> int:
    wanted = [m for name in names for m in measurements(name)]
    try:
        store.FOLDER.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = f"{error.strerror}; name a folder of yours in EVIDENCE_CACHE"
        raise click.UsageError(f"cannot write {store.FOLDER}: {reason}") from error
    measure_missing(wanted, seeds, jobs)
    held = True
    # Tables between would spoil the JSON for the program that reads it.
    aside = file is not None and file.exists() and file.samefile("/dev/stdout")
    console = _console(stderr=aside)
    for name in names:
        evidence = gather(name, seeds)
        _print(evidence, console)
        held = held and all(judged.holds for judged in evidence.claims)
        if file:
            text = json.dumps(evidence.as_json(), indent=1, allow_nan=False)
            _write(file, f"{text}\n")
    return 0 if held else 1


def _print(evidence: Evidence, console: Console) -> None:
    """Print the estimates and claims of a question as two tables."""
    heads = ("key", "value", "95% interval", "n", "unit")
    estimates = _table(f"{evidence.question}: estimates", *heads)
    for name, e in evidence.estimates.items():
        interval = "exact" if e.low == e.high else f"{e.low:.5g} to {e.high:.5g}"
        estimates.add_row(name, f"{e.value:.5g}", interval, str(e.n), e.unit)
    heads = ("claim", "holds", "condition", "estimate", "measured at")
    claims = _table(f"{evidence.question}: claims", *heads)
    for judged in evidence.claims:
        claim, place = judged.claim, judged.measurement
        holds = "yes" if judged.holds else "NO"
        where = f"{place.file}:{place.line}"
        claims.add_row(claim.id, holds, claim.condition, claim.estimate, where)
    seconds = sum(p["cpu_seconds"] for p in evidence.provenance.values())
    cost = f"{seconds:.1f} CPU-seconds when it was measured"
    console.print(estimates, claims, cost, sep="\n", highlight=False)


def _table(title: str, *heads: str) -> Table:
    table = Table(title=title, title_justify="left", box=None, header_style="bold")
    for head in heads:
        number = head in ("value", "n")
        table.add_column(
            head, justify="right" if number else "left", no_wrap=bool(title)
        )
    return table


def _console(stderr: bool = False) -> Console:
    """Standard output or error; wide where it is not a terminal, so that no line is cut."""
    stream = sys.stderr if stderr else sys.stdout
    return Console(stderr=stderr, width=None if stream.isatty() else 160)
