"""The built site, a server for it and a browser to look at it with."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage

from snippets.evidence.questions import ROOT
from tools import offline
from tools.browsing import browsing, find_browser, served
from tools.site import build

# Before torch is loaded: its threads that wait would keep the cores busy, most of what the tests take.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")


# What `make quick` does without: a whole build, whoever looks at one, and other processors' instructions.
SLOW = {"site", "address", "executable", "browser", "instructions"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--quick", action="store_true", help="leave out what needs a whole build"
    )
    parser.addoption(
        "--processors",
        action="store_true",
        help="run all that other processors may compute otherwise",
    )
    parser.addoption(
        "--built",
        action="store_true",
        help="run what --quick leaves out, on site/ as it is",
    )


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Leave out what `make quick` does without, or all else; both are known by the fixtures of a test."""
    quick, built = config.getoption("quick"), config.getoption("built")
    if quick or built:
        slow = {i for i in items if SLOW & {*getattr(i, "fixturenames", ())}}
        left_out = slow if quick else {*items} - slow
        config.hook.pytest_deselected(items=[i for i in items if i in left_out])
        items[:] = [i for i in items if i not in left_out]


@pytest.fixture(scope="session")
def site(pytestconfig: pytest.Config) -> Path:
    """The finished site in site/, with all numbers measured: what is published is what was tested."""
    target = ROOT / "site"
    if not pytestconfig.getoption("built"):
        build(target, also=offline.add)
    return target


@pytest.fixture(scope="session", params=["default", "avx2"])
def instructions(request: pytest.FixtureRequest) -> str:
    """What other processors compute with: the plainest instructions, and those between them and ours."""
    import torch  # after the line above about its threads

    if request.param == "avx2" and not request.config.getoption("processors"):
        pytest.skip("make audit tries it")
    own = torch.backends.cpu.get_cpu_capability()
    if own == "DEFAULT" or (request.param == "avx2" and own != "AVX512"):
        pytest.skip(f"no more than {own} here")
    return str(request.param)


@pytest.fixture(scope="session")
def address(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the site is served, under a sub-path as on a project page."""
    root = tmp_path_factory.mktemp("served")
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
    """Headless Chromium; whatever the tests do in it, no page does what its own policy forbids."""
    refused: list[str] = []

    def listen(said: ConsoleMessage) -> None:
        if "Content Security Policy" in said.text:
            refused.append(said.text)

    with browsing(executable) as browser:
        browser.on("context", lambda context: context.on("console", listen))
        yield browser
    assert refused == []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One loud line where pages were not looked at."""
    skipped = terminalreporter.stats.get("skipped", [])
    if any("NO BROWSER" in str(report.longrepr) for report in skipped):
        terminalreporter.write_line(
            "NO BROWSER WAS FOUND: the pages were not looked at", red=True, bold=True
        )
