"""`make newest`: the guide with the newest versions of all that it uses, and what that changes.

Everything is measured, tested and built again in a copy of the repository, by the interpreter that is given,
and compared with `site/`, made with the locked versions. The report is Markdown, for people.
"""

from __future__ import annotations

import difflib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup

from snippets.evidence.questions import ROOT, questions

FOLDER = ROOT / ".cache" / "newest"
NOT_OURS = shutil.ignore_patterns(
    ".git", ".venv", ".cache", ".*_cache", "__pycache__", "site", ".site-*"
)
SHOWN = 8  # lines of a page, or of a program that failed
# In a process of its own: the other interpreter has other versions.
VERSIONS = """import json; from importlib.metadata import distributions
print(json.dumps({d.name.lower().replace("_", "-"): d.version for d in distributions()}))"""
Known = dict[str, Any]  # what site/evidence/<question>.json holds


class Newest:
    """The copy of the repository, and the interpreter that has the newest versions."""

    def __init__(self, python: Path, folder: Path) -> None:
        """Copy the repository; what was measured and built there before stays."""
        self.python = python.absolute()
        self.project = folder / "project"
        kept = folder / "kept"  # beside the copy meanwhile
        if (self.project / ".cache").exists():
            (self.project / ".cache").rename(kept)
        shutil.rmtree(self.project, ignore_errors=True)
        shutil.copytree(ROOT, self.project, ignore=NOT_OURS)
        if kept.exists():
            kept.rename(self.project / ".cache")

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the interpreter in the copy; what it says goes to stderr as well."""
        print("newest: python", *arguments[:4], file=sys.stderr)
        done = subprocess.run(
            [self.python, *arguments],
            cwd=self.project,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        print(done.stdout[-2000:], file=sys.stderr)
        return done

    def measured(self, question: str) -> Known | str:
        """What is known of a question there, or the last line of what failed."""
        file = self.project / f"{question}.json"
        done = self.run("-m", "snippets", question, "--json", str(file))
        if not file.exists():
            return _end(done.stdout, 1)[0]
        known: Known = json.loads(file.read_text(encoding="utf-8"))
        return known


def versions(python: str) -> dict[str, str]:
    """What is installed for an interpreter."""
    command = [python, "-c", VERSIONS]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    found: dict[str, str] = json.loads(done.stdout)
    return found


def main(arguments: list[str]) -> int:
    """Print the report.

    Args:
        arguments: The interpreter, and the questions to measure; without one, all, and the site is built.

    Returns:
        0 if every claim holds, every example runs and there is a site; 1 if not.
    """
    newest = Newest(Path(arguments[0]), FOLDER)
    faults = 0
    print("# With the newest versions\n")
    show(
        ["package", "locked", "newest"],
        newer(*map(versions, (sys.executable, arguments[0]))),
    )
    for question in arguments[1:] or questions():
        file = ROOT / "site" / "evidence" / f"{question}.json"
        before = json.loads(file.read_text(encoding="utf-8"))
        after = newest.measured(question)
        print(f"\n## {question}\n")
        if isinstance(after, str):
            print(f"**Not measured**: {after}")
            faults += 1
            continue
        rows = list(moved(before, after))
        failed = sum(not claim["holds"] for claim in after["claims"])
        faults += failed
        print(
            f"Of {len(after['claims'])} claims {failed} fail; "
            f"{len(rows)} have another verdict, or left the interval they had.\n"
        )
        show(["claim", "asks for", "locked", "newest", "holds"], rows)
    print("\n## Examples\n")
    done = newest.run("-m", "pytest", "snippets", "--quiet", "--tb=no", "-rfE")
    broken = re.findall(r"^(?:FAILED|ERROR) .*", done.stdout, re.M)
    faults += bool(done.returncode)
    print(*(f"- {line}" for line in broken or _end(done.stdout, 1)), sep="\n")
    if arguments[1:]:
        return 1 if faults else 0
    print("\n## Pages\n")
    done = newest.run("-m", "tools.site")
    if done.returncode:
        faults += 1
        print("**There is no site**:\n")
        print(*(f"    {line}" for line in _end(done.stdout, SHOWN)), sep="\n")
    else:
        print(*pages(ROOT / "site", newest.project / "site"), sep="\n")
    return 1 if faults else 0


def show(heads: list[str], rows: Sequence[tuple[str, ...]]) -> None:
    """Print a table, or nothing where it would have no row."""
    if rows:
        for row in [heads, ["---"] * len(heads), *rows]:
            print(f"| {' | '.join(row)} |")


def newer(before: dict[str, str], after: dict[str, str]) -> list[tuple[str, str, str]]:
    """Packages that both have, in different versions."""
    both = sorted(before.keys() & after.keys())
    return [(n, before[n], after[n]) for n in both if before[n] != after[n]]


def moved(before: Known, after: Known) -> Iterator[tuple[str, str, str, str, str]]:
    """Claims with another verdict than before, or an estimate that is outside of the interval it had.

    Args:
        before: What is known of a question with the locked versions.
        after: The same with the newest ones.

    Yields:
        Id, condition, estimate before and after, and whether it holds.
    """
    held = {claim["id"]: claim["holds"] for claim in before["claims"]}
    for claim in after["claims"]:
        key = claim["estimate"]
        old, new = before["estimates"].get(key), after["estimates"][key]
        slack = 1e-9 * abs(
            new["value"]
        )  # an exact one has no interval but its rounding
        stays = old and old["low"] - slack <= new["value"] <= old["high"] + slack
        if not stays or not claim["holds"] or not held.get(claim["id"]):
            holds = "yes" if claim["holds"] else "**no**"
            yield claim["id"], claim["condition"], _said(old), _said(new), holds


def _said(estimate: dict[str, Any] | None) -> str:
    if estimate is None:
        return "not there"
    value, low, high = (f"{estimate[end]:.4g}" for end in ("value", "low", "high"))
    between = "" if low == high else f" ({low} to {high})"
    return f"{value}{between} {estimate['unit'].removesuffix('1')}".rstrip()


def pages(before: Path, after: Path) -> Iterator[str]:
    """Lines about pages that only one of two sites has, or that say something else.

    Numbers are left to the tables of claims: of pages where nothing else differs, only their number is told.
    """
    names = [
        {file.relative_to(site).as_posix() for file in site.rglob("*.html")}
        for site in (before, after)
    ]
    for name in sorted(names[0] ^ names[1]):
        yield f"- `{name}` is only there with the {'locked' if name in names[0] else 'newest'} versions"
    digits = 0
    for name in sorted(names[0] & names[1]):
        old, new = (_lines(site / name) for site in (before, after))
        mute = [re.sub(r"\d[\d.,]*", "0", line) for line in old]
        other = [re.sub(r"\d[\d.,]*", "0", line) for line in new]
        if mute == other:
            digits += old != new
            continue
        changes = list(difflib.unified_diff(mute, other, n=0, lineterm=""))[2:]
        changes = [line[:200] for line in changes if not line.startswith("@@")]
        yield f"- `{name}`, {len(changes)} lines\n\n      " + "\n      ".join(
            changes[:SHOWN]
        )
    yield f"\n{len(names[0] & names[1])} pages compared; {digits} differ in nothing but numbers."


def _lines(file: Path) -> list[str]:
    """What a reader sees of a page, a line for each piece."""
    body = BeautifulSoup(file.read_text(encoding="utf-8"), "html.parser").body
    return [" ".join(text.split()) for text in body.stripped_strings] if body else []


def _end(said: str, lines: int) -> list[str]:
    return said.strip().splitlines()[-lines:] or ["it said nothing"]


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
