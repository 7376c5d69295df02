"""The built site, a server for it and a browser to look at it with."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tools.browsing import browsing, find_browser, served
from tools.site import build

# Before torch is loaded: its threads that wait would keep the cores busy, most of what the tests take.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site as `make site` builds it, with all numbers measured."""
    target = tmp_path_factory.mktemp("built") / "site"
    build(target)
    return target


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """Where the site is served, under a sub-path as on a project page."""
    root = site.parent / "served"
    root.mkdir()
    (root / "guide").symlink_to(site)
    with served(root) as address:
        yield f"{address}guide/"


@pytest.fixture(scope="session")
def executable() -> str:
    """A browser; without one the tests that need it are skipped, in CI they fail."""
    found = find_browser()
    if found is None:
        message = "NO BROWSER: install Chromium, or set CHROME_PATH; the pages were not looked at"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return found


@pytest.fixture(scope="session")
def browser(executable: str) -> Iterator[Browser]:
    """Headless Chromium."""
    with browsing(executable) as browser:
        yield browser


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One loud line where pages were not looked at."""
    skipped = terminalreporter.stats.get("skipped", [])
    if any("NO BROWSER" in str(report.longrepr) for report in skipped):
        terminalreporter.write_line(
            "NO BROWSER WAS FOUND: the pages were not looked at", red=True, bold=True
        )
