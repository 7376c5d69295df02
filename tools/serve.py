"""`make serve`: `mkdocs serve`, and beside it the measurements that its pages still lack.

This process measures and writes to the terminal, MkDocs has one of its own, and builds again when a source
changes or when it is told, by `NEWS`, that what was measured is worth it. What works for this process ends
when it does, even if it was killed: MkDocs looks whether it is still there, as do the measurements' workers
(`snippets/evidence/runner.py`) and the kernels of notebooks.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import IO

from snippets.evidence import store
from snippets.evidence.questions import ROOT
from tools import notebooks
from tools.site import FAULTS, environment, measure_and_execute

HOST = "127.0.0.1"
Files = dict[Path, tuple[int, int, int]]
SOURCES = (ROOT / "snippets", ROOT / "docs")
KEPT = (store.FOLDER, notebooks.OUTPUTS)
NEWS = ROOT / ".cache" / "news"  # touched when pages have something new to show


def main(arguments: list[str]) -> int:
    """Serve at the port that is given; a port that cannot be had is told before anything is built.

    Returns:
        2 if there is no such port or it is taken, else as `serve`.
    """
    (text,) = arguments or ["8000"]
    port = int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 0
    if not 1 <= port <= 65535:
        reason = "write a whole number from 1 to 65535, as in make serve PORT=8001"
        print(f"make serve: PORT={text}: {reason}", file=sys.stderr)
        return 2
    with socket.socket() as tried:
        # As MkDocs does it: a connection that has just ended does not keep the port.
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((HOST, port))
        except OSError as error:
            print(_refused(port, error), file=sys.stderr)
            return 2
    return serve(port)


def _refused(port: int, error: OSError) -> str:
    reason = os.strerror(error.errno or 0)
    return f"make serve: port {port}: {reason}; choose another: make serve PORT=8001"


def serve(port: int) -> int:
    """Serve until interrupted; measure again whenever an experiment or what it imports changes.

    Returns:
        0 if it was interrupted, 1 if MkDocs failed.
    """
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:  # as after nohup
            signal.signal(number, signal.default_int_handler)
    if "MAKELEVEL" in os.environ:
        _end_without(os.getppid())  # a make that was killed
    # Written beside a source, bytecode would look like an edit, and pages would be built again.
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    shown = files(*KEPT)
    server = subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"from tools.serve import show; show({port}, {os.getpid()})",
        ],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        process_group=0,  # Ctrl-C interrupts this process alone, which ends the other in order
    )
    os.nice(10)  # pages come first, whatever is measured meanwhile
    assert server.stdout
    up = threading.Event()
    threading.Thread(target=_relay, args=(server.stdout, up), daemon=True).start()
    try:
        while server.poll() is None and not up.wait(0.2):
            pass  # pages first: the measurements would take both cores
        follow(server, shown)
    except KeyboardInterrupt:
        return 0
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)  # it is ending already
        server.terminate()
        server.wait()
    return 1 if server.returncode else 0


def follow(server: subprocess.Popen[str], shown: Files) -> None:
    """Measure and execute what is lacking, now and whenever something changes, until the server ends.

    Args:
        server: MkDocs.
        shown: What was kept when its pages were built.
    """

    def tell() -> None:
        nonlocal shown
        if (now := files(*KEPT)) != shown:
            with suppress(OSError):  # its folder was removed
                NEWS.touch()
                shown = now

    said, done = "", None
    while server.poll() is None:
        now = files(*SOURCES, *KEPT)  # before the work: what changes meanwhile counts
        if now != done:
            done = now
            try:
                measure_and_execute(tell)
                said = ""
            except FAULTS as error:
                if isinstance(error.__cause__ or error, OSError):
                    done = None  # what the disk refuses is not mended in a source
                if str(error) != said:  # once, not every second until it is mended
                    said = str(error)
                    print(f"make serve: {said}", file=sys.stderr)
            tell()
        time.sleep(1)


def files(*tops: Path) -> Files:
    """All files below these folders, with what differs when they were changed."""
    seen = {}
    for folder, _, names in chain.from_iterable(map(os.walk, tops)):
        for path in (Path(folder, name) for name in names):
            with suppress(OSError):  # somebody is writing there
                at = path.stat()
                seen[path] = (at.st_mtime_ns, at.st_ctime_ns, at.st_size)
    return seen


def show(port: int, parent: int) -> None:
    """In a process of its own: `mkdocs serve`, until it is told to end or its parent is gone."""
    from mkdocs.__main__ import cli  # the other process needs none of it

    # An interruption lets MkDocs remove its folder; SIGINT itself may be ignored, as in a background job.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    _end_without(parent)
    logging.getLogger("mkdocs.livereload").addFilter(
        lambda said: said.levelno > logging.INFO or "Serving on" in said.getMessage()
    )
    try:
        cli(["serve", "--dev-addr", f"{HOST}:{port}"], prog_name="mkdocs")
    except OSError as error:  # somebody took the port while the first site was built
        raise SystemExit(_refused(port, error)) from None


def _end_without(parent: int) -> None:
    """End this process when its parent is no longer there: asked again and again, as every system can."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(10)
        os._exit(1)  # it was busy with something that cannot be interrupted

    threading.Thread(target=watch, daemon=True).start()


def _relay(lines: IO[str], up: threading.Event) -> None:
    for line in lines:
        print(line, end="", file=sys.stderr)
        if "Serving on" in line:
            up.set()
    up.set()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
