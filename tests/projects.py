"""Copies of the repository to break and to serve, whole or with one small question."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
SERVE = (sys.executable, "-m", "tools.serve", "{port}")

EXPERIMENT = """
import os, time
from pathlib import Path
from snippets.laboratory.intervals import mean

def first(seeds):
    {work}
    return {{"value": mean([float(s) for s in seeds], "1")}}
"""
CLAIMS = """
from snippets.evidence.claims import Claim
CLAIMS = (Claim("positive", "first.value", above=0, false_if="not"),)
"""
PAGE = """---
description: A page to test with, in the place of an answer.
---

# Toy

It is [[toy.first.value]].

```python
{code}
```
"""
BUSY = "import os, time; open(os.environ['BUSY'], 'w').close(); time.sleep(600)"


def whole(folder: Path) -> Path:
    """A copy of the repository, with what was measured."""
    ignore = shutil.ignore_patterns(
        ".git", ".venv", "site", ".site-*", ".*_cache", "__pycache__"
    )
    return Path(shutil.copytree(ROOT, folder, ignore=ignore))


def few(folder: Path, *slugs: str) -> Path:
    """The repository with some of its questions, and with what was measured of them."""
    whole(folder)
    for experiment in (folder / "snippets").glob("*/experiment.py"):
        question = experiment.parent.name
        if question not in slugs:
            shutil.rmtree(experiment.parent)
            for file in (folder / "docs").rglob(f"{question}*.*"):
                file.unlink()
    for language in ("zh", "en"):
        for page in (folder / "docs" / language).glob("*.md"):
            if page.stem in (*slugs, "glossary"):
                continue
            words = {"zh": "短。", "en": "Short."}[language]
            text = f"---\ndescription: {words}\n---\n\n# Short\n"
            if page.stem in ("ledger", "traps"):
                text += "".join(f"\n## {slug} {{: #{slug} }}\n" for slug in slugs)
            if page.stem == "api":
                text += "".join(f"\n::: snippets.{slug}\n" for slug in slugs)
            page.write_text(text, encoding="utf-8")
    settings = folder / "mkdocs.yml"
    lines = settings.read_text(encoding="utf-8").splitlines(keepends=True)
    settings.write_text(
        "".join(
            line
            for line in lines
            if not (page := re.search(r"\w\w/\w+\.md", line))
            or (folder / "docs" / page.group()).exists()
        ),
        encoding="utf-8",
    )
    return folder


def small(folder: Path, busy: str = "") -> Path:
    """The machinery with one question, whose site is built in a moment.

    Args:
        folder: Where it is written.
        busy: "measuring" or "executing": what does not end, once it has written the file that $BUSY names.
    """
    for name in (
        "tools",
        "snippets/evidence",
        "snippets/laboratory",
        "docs/assets",
        "docs/theme",
    ):
        shutil.copytree(ROOT / name, folder / name)
    for name in ("snippets/__init__.py", "snippets/__main__.py", "docs/index.md"):
        shutil.copy(ROOT / name, folder / name)
    toy = folder / "snippets" / "toy"
    toy.mkdir()
    (toy / "__init__.py").write_text('"""A question to test with?"""\n')
    work = BUSY if busy == "measuring" else "pass"
    (toy / "experiment.py").write_text(EXPERIMENT.format(work=work))
    (toy / "claims.py").write_text(CLAIMS)
    (toy / "figures.py").write_text("")
    code = BUSY if busy == "executing" else "print(1)"
    for language in ("zh", "en"):
        pages = folder / "docs" / language
        pages.mkdir()
        (pages / "toy.md").write_text(PAGE.format(code=code))
        for name in ("index", "ledger", "glossary"):
            (pages / f"{name}.md").write_text(f"# {name}\n")
    settings = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    settings = re.sub(r"(?m)^ {6}- (?!.*(index|ledger|glossary)).*\n", "", settings)
    (folder / "mkdocs.yml").write_text(
        re.sub(r"(\w\w)/ledger.md", r"\1/toy.md\n      - \1/ledger.md", settings),
        encoding="utf-8",
    )
    return folder


class Server:
    """`make serve` in a folder, and what it writes."""

    def __init__(
        self, folder: Path, log: Path, command: Sequence[str] = SERVE, **how: Any
    ) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}/"
        self.log = log
        with log.open("w") as stream:
            self.process = subprocess.Popen(
                [part.format(port=self.port) for part in command],
                cwd=folder,
                stdout=stream,
                stderr=stream,
                start_new_session=True,
                **how,
            )

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait()

    def shows(self, page: str, text: str, without: str | None = None) -> str:
        """The page, as soon as it has one text and has not the other; fails with the log if it never does."""
        for _ in range(1500):
            found = ""
            with suppress(OSError):
                found = fetched(self.address + page)
            if text in found and not (without and without in found):
                return found
            if self.process.poll() is not None:
                break
            time.sleep(0.2)
        raise AssertionError(f"{page} never showed {text!r}\n{self.log.read_text()}")


def fetched(url: str) -> str:
    with urllib.request.urlopen(url, timeout=60) as answer:
        text: str = answer.read().decode()
    return text
