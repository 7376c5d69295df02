"""The built site, a server for it and a browser to look at it with."""

from __future__ import annotations

import functools
import http.server
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tools.site import build

ROOT = Path(__file__).parents[1]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site as `make site` builds it, with all numbers measured."""
    target = tmp_path_factory.mktemp("built") / "site"
    build(target)
    return target


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """Where the site is served, under a sub-path as on a project page."""
    root = site.parent / "served"
    root.mkdir()
    (root / "guide").symlink_to(site)
    handler = functools.partial(_Quiet, directory=str(root))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/guide/"
        server.shutdown()


def _find_browser() -> str | None:
    """A browser of this machine, else one that the test tool can install; None where neither works."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    found = os.environ.get("CHROME_PATH") or next(
        filter(None, map(shutil.which, names)), None
    )
    if found:
        return found
    with sync_playwright() as playwright:
        own = Path(playwright.chromium.executable_path)
    if not own.exists():
        subprocess.run(
            [sys.executable, "-m", "playwright", "install", "chromium"], check=False
        )
    return str(own) if own.exists() else None


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Headless Chromium; without one the tests that need it are skipped, in CI they fail."""
    executable = _find_browser()
    if executable is None:
        message = "NO BROWSER: install Chromium, or set CHROME_PATH; the pages were not looked at"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as playwright:
        instance = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield instance
        instance.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One loud line where pages were not looked at."""
    skipped = terminalreporter.stats.get("skipped", [])
    if any("NO BROWSER" in str(report.longrepr) for report in skipped):
        terminalreporter.write_line(
            "NO BROWSER WAS FOUND: the pages were not looked at", red=True, bold=True
        )
