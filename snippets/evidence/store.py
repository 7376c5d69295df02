"""Keeps what was measured: one JSON file per measurement, named by everything it depends on."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from snippets.evidence.estimates import Estimate, Results, Series
from snippets.evidence.questions import ROOT, Measurement

Body = Any  # what JSON can hold
# Where this package was installed without its repository, nothing of ours may be written beside it.
_HOME = ROOT if (ROOT / "pyproject.toml").exists() else Path.cwd()
FOLDER = Path(os.environ.get("EVIDENCE_CACHE", _HOME / ".cache" / "evidence"))


@dataclass(frozen=True)
class Record:
    """What one measurement returned, and how it was made.

    Args:
        results: Key (without question and measurement) to what was measured.
        provenance: Versions, processor, seeds, hash of the source, date, CPU-seconds.
    """

    results: Results
    provenance: dict[str, Any]


def path(measurement: Measurement, key: str) -> Path:
    """Where a measurement with this key is kept."""
    return FOLDER / f"{measurement}-{key}.json"


def load(file: Path) -> Record | None:
    """Read a record.

    Returns:
        The record, or None where there is none or the file is damaged.
    """
    body = unsealed(file)
    try:
        return Record(
            {k: _result(v) for k, v in body["results"].items()}, body["provenance"]
        )
    except (ValueError, KeyError, TypeError):
        return None


def save(file: Path, record: Record) -> None:
    """Write a record so that no reader ever sees half of it."""
    seal(file, asdict(record))


def unsealed(file: Path) -> Body:
    """What `seal` wrote, or None where there is no such file or it is damaged."""
    try:
        envelope = json.loads(file.read_text(encoding="utf-8"))
        body = envelope["record"]
        return body if _checksum(body) == envelope["checksum"] else None
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def seal(file: Path, body: Body) -> None:
    """Write what JSON can hold, with a checksum."""
    write_atomically(
        file, json.dumps({"checksum": _checksum(body), "record": body}, allow_nan=False)
    )


def write_atomically(file: Path, text: str) -> None:
    """Write a text file so that it is either the old one or the new one, whatever happens."""
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=".writing-")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).chmod(0o644)  # mkstemp makes private files
        Path(name).replace(file)
    except BaseException as error:
        Path(name).unlink(missing_ok=True)
        if isinstance(
            error, OSError
        ):  # it names what stood beside the file, or nothing
            raise OSError(error.errno, error.strerror, str(file)) from error
        raise


def _checksum(body: Body) -> str:
    return hashlib.sha256(
        json.dumps(body, sort_keys=True, allow_nan=False).encode()
    ).hexdigest()


def _result(fields: dict[str, Any]) -> Estimate | Series:
    if "points" in fields:
        points = tuple(Estimate(**point) for point in fields["points"])
        return Series(tuple(fields["x"]), points, fields["x_unit"])
    return Estimate(**fields)
