"""`make site`: measure what is missing, build beside the last good site, finish it, swap."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from snippets.evidence.cli import measure_missing
from snippets.evidence.questions import ROOT, SourceError, measurements, questions
from snippets.evidence.runner import MeasurementError
from tools import finishing
from tools.leaks import leaks
from tools.notebooks import NotebookError, execute
from tools.pages import Page


def build(target: Path) -> None:
    """Measure, execute the notebooks, and build the site strictly; only a good site takes the target's place.

    Raises:
        SystemExit: If anything fails; the target is as it was.
    """
    try:
        measure_missing([m for q in questions() for m in measurements(q)])
        execute_notebooks()
    except (MeasurementError, NotebookError, SourceError) as error:
        raise SystemExit(f"make site: {error}") from error
    beside = target.with_name(f".{target.name}-new")
    shutil.rmtree(beside, ignore_errors=True)
    # Never -q or -v: with either, --strict lets broken links pass.
    command = [
        sys.executable,
        "-m",
        "mkdocs",
        "build",
        "--strict",
        "--site-dir",
        str(beside),
    ]
    done = subprocess.run(command, cwd=ROOT, env=environment(), check=False)
    if done.returncode:
        shutil.rmtree(beside, ignore_errors=True)
        raise SystemExit(f"make site: not built; {target} is as it was")
    try:
        finishing.site(beside)
    except finishing.FinishingError as error:
        raise SystemExit(f"make site: {error}") from error
    if faults := list(leaks(beside)):
        raise SystemExit("make site: " + "\n".join(faults))
    old = target.with_name(f".{target.name}-old")
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.rename(old)
    beside.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def execute_notebooks() -> None:
    """Run the code of every question's page, unless its outputs are kept already.

    Raises:
        NotebookError: If a page is missing or one of its blocks raises.
    """
    for question in questions():
        source = f"zh/{question}.md"  # both languages have the same code
        file = ROOT / "docs" / source
        if not file.exists():
            raise NotebookError(
                f"docs/{source} is missing: snippets/{question} needs its page"
            )
        if execute(Page(source, file.read_text(encoding="utf-8"), {})):
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
    build(ROOT / "site")
