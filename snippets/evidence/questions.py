"""Which questions and measurements there are, read from the source without importing it."""

from __future__ import annotations

import ast
import traceback
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT / "docs"
MEASURING = ("experiment", "observations", "agreement")  # files of a question that do
SEEDS = range(20)  # of every measurement, where nothing else is said


class SourceError(Exception):
    """A question's source is not understood, or claims what nothing measures; the message has the mend."""


@dataclass(frozen=True)
class Measurement:
    """One public function of `experiment.py`, of `observations.py` or of `agreement.py`.

    What `observations.py` measures are times on one machine: shown with the machine and the date, never
    claimed. They are measured last, one by one, with nothing else running. `agreement.py` compares what the
    page computes in a browser with what PyTorch computes.

    Args:
        question: Slug of the question.
        name: Name of the function, and first word of the keys of its estimates.
        file: Where it stands, relative to the repository, with forward slashes.
        line: Line of its definition.
    """

    question: str
    name: str
    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.question}.{self.name}"

    @property
    def observation(self) -> bool:
        """Whether it is an observation, of which nothing is claimed."""
        return self.file.endswith("/observations.py")


def questions() -> list[str]:
    """Slugs of all questions: the packages in `snippets` with an `experiment.py`, in alphabetical order."""
    return sorted(
        path.parent.name for path in (ROOT / "snippets").glob("*/experiment.py")
    )


def title(question: str) -> str:
    """The question in one English sentence: the docstring of its package."""
    init = ROOT / "snippets" / question / "__init__.py"
    doc = ast.get_docstring(tree(init)) if init.exists() else None
    return doc.splitlines()[0] if doc else question


def measurements(question: str) -> list[Measurement]:
    """The public functions of its `experiment.py` and of its other files that measure.

    Where only the package is installed, there is no page that could agree with anything.
    """
    folder = ROOT / "snippets" / question
    defined: dict[str, Measurement] = {}
    files = [folder / f"{name}.py" for name in MEASURING]
    for path in filter(Path.exists, files if PAGES.exists() else files[:-1]):
        for node in tree(path).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                if node.name in defined:
                    raise SourceError(
                        f"{relative(path)}:{node.lineno}: {defined[node.name].file} measures {node.name!r}; "
                        "rename one of them"
                    )
                defined[node.name] = Measurement(
                    question, node.name, relative(path), node.lineno
                )
    return list(defined.values())


def techniques() -> list[tuple[str, str]]:
    """Question and name of every technique: the modules to copy, each with a function of its name."""
    others = ("__init__", *MEASURING, "claims", "figures", "explorable")
    return [
        (question, path.stem)
        for question in questions()
        for path in sorted((ROOT / "snippets" / question).glob("*.py"))
        if path.stem not in others and not path.stem.startswith("_")
    ]


def relative(path: Path) -> str:
    """A path of the repository as it is written in links."""
    return path.relative_to(ROOT).as_posix()


def tree(path: Path) -> ast.Module:
    """The syntax tree of a file, parsed once per change of the file.

    Raises:
        SourceError: If it is not there, or not valid Python.
    """
    if not path.exists():
        raise SourceError(f"{relative(path)}:1: there is no such file; write it")
    return _parse(path, path.stat().st_mtime_ns)


@cache
def _parse(path: Path, _changed: int) -> ast.Module:
    try:
        return ast.parse(text(path), filename=str(path))
    except SyntaxError as error:
        raise SourceError(
            f"{relative(path)}:{error.lineno or 1}: {error.msg}; it is not valid Python"
        ) from error


def text(path: Path) -> str:
    """What is in a file of the repository.

    Raises:
        SourceError: If it is not there, or not UTF-8.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SourceError(
            f"{relative(path)}:1: it cannot be read: {error.strerror}; write it"
        ) from error
    try:
        return content.decode().replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise SourceError(
            f"{relative(path)}:{line}: this is not UTF-8; save the file as UTF-8"
        ) from error


def raised(error: BaseException, file: str) -> str:
    """An error in the code of a question, in one line that begins with its place.

    Args:
        error: What was raised.
        file: The file to name if no code of a question took part.
    """
    line = 1
    places = [
        (Path(frame.filename), frame.lineno)
        for frame in traceback.extract_tb(error.__traceback__)
    ]
    if isinstance(error, SyntaxError) and error.filename:
        places.append((Path(error.filename), error.lineno))
    for path, number in places:
        # What evidence and laboratory refuse was written by their caller.
        rooms = ("evidence", "laboratory")
        if path.is_relative_to(ROOT / "snippets") and path.parent.name not in rooms:
            file, line = relative(path), number or 1
    reason = (
        error.msg if isinstance(error, SyntaxError) else " ".join(f"{error}".split())
    )
    return f"{file}:{line}: {type(error).__name__}: {reason}"
