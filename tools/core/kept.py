"""Keeps what is slow to make, under a hash of all that it depends on: not made twice, and never stale.

That is what the maker says, the code of the site's machinery, Python and every library that is installed.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from snippets.evidence.questions import ROOT
from snippets.evidence.store import seal, unsealed

FOLDER = ROOT / ".cache" / "kept"
_WEEK = 7 * 24 * 3600  # seconds

T = TypeVar("T")


def kept(kind: str, depends: Callable[[], object], make: Callable[[], T]) -> T:
    """What was made before of the same things, or is made now.

    Args:
        kind: What it is: a folder's name.
        depends: Gives everything that it depends on, apart from the machinery, of parts whose `repr` tells
            them apart. Asked again afterwards: what changed meanwhile is shown, and not kept.
        make: Makes it, of what JSON can hold.
    """
    if _stamps() != _STARTED:  # the code on the disk is not the one that runs
        return make()
    file = _file(kind, depends())
    made: T | None = unsealed(file)
    if made is not None:
        with suppress(OSError):  # what is kept may be read-only
            os.utime(file)  # it is in use
        return made
    made = make()
    if file == _file(kind, depends()) and _stamps() == _STARTED:
        seal(file, made)
        _sweep(file.parent)
    return made


@cache
def _sweep(folder: Path) -> None:
    """Remove what no build has used for a week; once in a process, for a folder may hold thousands."""
    for file in folder.iterdir():
        with suppress(FileNotFoundError):  # another build has removed it
            if file.stat().st_mtime < time.time() - _WEEK:
                file.unlink()


def _file(kind: str, depends: object) -> Path:
    key = sha256(repr((_MADE_BY, depends)).encode()).hexdigest()[:20]
    return FOLDER / kind / f"{key}.json"


def _stamps() -> list[tuple[Path, int]]:
    """The files of the machinery, and when they were changed."""
    return [
        (file, file.stat().st_mtime_ns)
        for room in ("tools", "snippets/evidence")
        for file in (ROOT / room).rglob("*.py")
    ]


def _makers() -> Iterator[str]:
    """The machinery's code, Python's version and the libraries', each with its own."""
    yield sys.version
    yield from sorted(p.name for e in sys.path for p in Path(e).glob("*.dist-info"))
    for file in sorted(file for file, _ in _STARTED):
        yield f"{file.name}\n{file.read_text(encoding='utf-8')}"


_STARTED = _stamps()
_MADE_BY = sha256("\n".join(_makers()).encode()).hexdigest()
