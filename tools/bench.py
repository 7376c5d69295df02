"""`make bench`: what measuring, building and saving cost, each beside the plain thing that does the same.

Everything runs in a copy of the repository. Times are CPU-seconds; compare them within one run only. Work is
counted in calls of Python functions, which no other program disturbs.
"""

from __future__ import annotations

import json
import os
import re
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from snippets.evidence.questions import ROOT

SCALES = (2, 10, 100)
SENTENCE = "\nOne more sentence.\n"
PAGE = "docs/en/biases.md"

# What MkDocs does in one process of `serve`: a build, an edit, another build.
_SAVED = """
import sys, time
from pathlib import Path
from mkdocs.commands.build import build
from mkdocs.config import load_config
page, sentence = Path(sys.argv[1]), sys.argv[2]
config = load_config("mkdocs.yml")
config.plugins.on_startup(command="serve", dirty=False)
build(config)
page.write_text(page.read_text(encoding="utf-8") + sentence, encoding="utf-8")
before = time.process_time()
build(load_config("mkdocs.yml"))
print(time.process_time() - before)
"""
_COUNTED = """
import cProfile
from mkdocs.commands.build import build
from mkdocs.config import load_config
profile = cProfile.Profile()
config = load_config("mkdocs.yml")
config.plugins.on_startup(command="build", dirty=False)
profile.runcall(build, config)
print(sum(e.callcount for e in profile.getstats() if not isinstance(e.code, str)))
"""
# The functions that measure, called one after the other in one process.
_PLAIN = """
import importlib, torch
from snippets.evidence.questions import SEEDS, measurements, questions
torch.set_num_threads(1)
for question in questions():
    for m in measurements(question):
        module = importlib.import_module(m.file.removesuffix(".py").replace("/", "."))
        getattr(module, m.name)(SEEDS)
"""
_LACKING = """
from snippets.evidence.measuring import lacking
from snippets.evidence.questions import SEEDS, measurements, questions
print(len(lacking([m for q in questions() for m in measurements(q)], SEEDS)))
"""


def main(chosen: list[str]) -> int:
    """Run the parts that are named, or all: evidence, saving, edits, scale."""
    parts = {part.__name__: part for part in (evidence, saving, edits, scale)}
    if unknown := set(chosen) - set(parts):
        print(f"make bench: no part {unknown}; there are {', '.join(parts)}")
        return 2
    results = {}
    for name in chosen or parts:
        with TemporaryDirectory() as folder:
            results[name] = parts[name](_copy(Path(folder) / "copy"))
        print(name, json.dumps(results[name], indent=1), file=sys.stderr)
    print(json.dumps(results))
    return 0


def evidence(copy: Path) -> dict[str, Any]:
    """Everything measured anew, beside one process that calls the same functions."""
    shutil.rmtree(copy / ".cache" / "evidence", ignore_errors=True)
    return {
        "measured": _spent(copy, "-m", "snippets", "all"),
        "called": _spent(copy, "-c", _PLAIN),
    }


def saving(copy: Path) -> dict[str, Any]:
    """A whole build and a saved sentence, beside plain Material with the same Markdown."""
    build = ("-m", "mkdocs", "build", "--quiet")
    _spent(copy, *build)  # what can be kept is kept from here on
    ours = {"build": _spent(copy, *build), "saved": _saved(copy)}
    _plain(copy)
    return {
        "ours": ours,
        "plain": {"build": _spent(copy, *build), "saved": _saved(copy)},
    }


def edits(copy: Path) -> dict[str, Any]:
    """How many measurements run again after an edit."""
    _spent(copy, "-m", "snippets", "all")
    counts = {"nothing": _lacking(copy)}
    for name, file, change in (
        ("a page", PAGE, SENTENCE),
        ("a comment", "snippets/biases/experiment.py", "\n# One more comment.\n"),
        ("an experiment", "snippets/biases/experiment.py", "\nONE_MORE = 1\n"),
        ("a helper", "snippets/laboratory/mnist1d.py", "\nONE_MORE = 1\n"),
    ):
        path = copy / file
        text = path.read_text(encoding="utf-8")
        path.write_text(text + change, encoding="utf-8")
        counts[name] = _lacking(copy)
        path.write_text(text, encoding="utf-8")
    return counts


def scale(copy: Path) -> dict[str, Any]:
    """Work for each page more, and weight of a page, with as many times today's pages; nothing is kept."""
    now, pages, _ = _built(copy, 1)
    results: dict[str, Any] = {}
    for times in SCALES:
        calls, more, weight = _built(copy, times)
        results[str(times)] = {
            "pages": more,
            "calls for each page more": (calls - now) // (more - pages),
            "bytes": weight,
        }
    return results


def _built(copy: Path, times: int) -> tuple[int, int, int]:
    """Calls of Python functions, number of pages, and bytes of one of them."""
    shutil.rmtree(copy / ".cache" / "kept", ignore_errors=True)
    _repeat(copy, times)
    calls = int(_output(copy, "-c", _COUNTED))
    pages = len(list((copy / "site").glob("**/index.html")))
    weight = (copy / "site" / "en" / "biases" / "index.html").stat().st_size
    return calls, pages, weight


def _copy(folder: Path) -> Path:
    left = shutil.ignore_patterns(".git", ".venv", "site", ".*_cache", "__pycache__")
    return Path(shutil.copytree(ROOT, folder, ignore=left))


def _plain(copy: Path) -> None:
    """Take everything of ours out of the settings and the theme."""
    settings = _settings()
    for name in ("hooks", "extra", "extra_css", "extra_javascript", "site_url"):
        settings.pop(name)
    settings |= {"plugins": ["search"], "theme": {"name": "material", "font": False}}
    _write(copy, settings)
    (copy / "docs" / "index.md").unlink()  # it has a template of its own
    for page in (copy / "docs").rglob("*.md"):
        text = re.sub("(?m)^:::.*$", "", page.read_text(encoding="utf-8"))
        page.write_text(text, encoding="utf-8")


def _repeat(copy: Path, times: int) -> None:
    """Put so many copies of all pages into the site, each in a section of its own."""
    settings = _settings()
    for section in settings["nav"]:
        ((language, pages),) = section.items()
        text = json.dumps(pages)
        for number in range(1, times):
            part = f"{language}/part{number}"
            source, target = ROOT / "docs" / language, copy / "docs" / part
            shutil.copytree(source, target, dirs_exist_ok=True)
            again = json.loads(text.replace(f"{language}/", f"{part}/"))
            pages.append({f"Part {number}": again})
    _write(copy, settings)


def _settings() -> dict[str, Any]:
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    settings: dict[str, Any] = yaml.safe_load(text.replace("!ENV", ""))
    return settings | {"site_url": "https://example.org/"}


def _write(copy: Path, settings: dict[str, Any]) -> None:
    (copy / "mkdocs.yml").write_text(yaml.safe_dump(settings), encoding="utf-8")


def _saved(copy: Path) -> float:
    return round(float(_output(copy, "-c", _SAVED, str(copy / PAGE), SENTENCE)), 2)


def _lacking(copy: Path) -> int:
    return int(_output(copy, "-c", _LACKING))


def _output(copy: Path, *command: str) -> str:
    alone = {"EVIDENCE_CACHE": f"{copy}/.cache/evidence", "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(
        [sys.executable, *command],
        cwd=copy,
        env=os.environ | alone,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"make bench: {command[:3]} failed\n{done.stderr}")
    return done.stdout.strip().rpartition("\n")[2]


def _spent(copy: Path, *command: str) -> dict[str, float]:
    """CPU-seconds of a command with all its processes, and wall time."""
    wall, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    _output(copy, *command)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"cpu": round(cpu, 2), "wall": round(time.monotonic() - wall, 2)}


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
