"""`make serve`: `mkdocs serve`, and beside it the measurements that its pages still lack."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from typing import IO

from snippets.evidence.cli import measure_missing
from snippets.evidence.questions import ROOT, SourceError, measurements, questions
from snippets.evidence.runner import MeasurementError
from tools.notebooks import NotebookError
from tools.site import environment, execute_notebooks

ADDRESS = "127.0.0.1:8000"


def serve(address: str) -> int:
    """Serve until interrupted; measure again whenever an experiment or what it imports changes.

    Args:
        address: Host and port.

    Returns:
        The exit status of MkDocs.
    """
    command = [sys.executable, "-m", "mkdocs", "serve", "--dev-addr", address]
    server = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert server.stdout
    up = threading.Event()
    threading.Thread(target=_relay, args=(server.stdout, up), daemon=True).start()
    said = ""
    try:
        while server.poll() is None and not up.wait(0.2):
            pass  # pages first: the measurements would take both cores
        while server.poll() is None:
            try:
                measure_missing([m for q in questions() for m in measurements(q)])
                execute_notebooks()
                said = ""
            except (MeasurementError, NotebookError, SourceError) as error:
                if str(error) != said:  # once, not every second until it is mended
                    said = str(error)
                    print(f"make serve: {said}", file=sys.stderr)
            time.sleep(1)
    except KeyboardInterrupt:
        pass
    finally:
        server.terminate()
        server.wait()
    return server.returncode if server.returncode and server.returncode > 0 else 0


def _relay(lines: IO[str], up: threading.Event) -> None:
    for line in lines:
        print(line, end="", file=sys.stderr)
        if "Serving on" in line:
            up.set()
    up.set()


if __name__ == "__main__":
    raise SystemExit(serve(*sys.argv[1:] or [ADDRESS]))
