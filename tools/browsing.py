"""The built site as a host serves it, and a browser to look at it with, for tests and `make audit`."""

from __future__ import annotations

import functools
import gzip
import http.server
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Request, sync_playwright

# Playwright and Lighthouse add what keeps a browser quiet.
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic"]
AXE = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
TEXT = (".html", ".css", ".js", ".json", ".svg", ".xml", ".py", ".ipynb")


class _Compressing(http.server.SimpleHTTPRequestHandler):
    """Serves text as hosts do, compressed."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "max-age=600")
        super().end_headers()

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if self.path.endswith("/") else path
        if not path.is_file() or path.suffix not in TEXT:
            super().do_GET()
            return
        body = gzip.compress(path.read_bytes(), 9)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder on this machine.

    Yields:
        Its address, with a slash at the end.
    """
    handler = functools.partial(_Compressing, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def find_browser() -> str | None:
    """A browser of this machine, else one that Playwright can install; None where neither works."""
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


@contextmanager
def browsing(executable: str) -> Iterator[Browser]:
    """Start the browser without a window, and stop it."""
    # Which font stands in for one that is not here, the system would choose by the language of its user.
    everywhere: dict[str, str | float | bool] = {
        **os.environ,
        "LC_ALL": "C.UTF-8",
        "LANGUAGE": "en",
    }
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable, args=FLAGS, env=everywhere
        )
        yield browser
        browser.close()


def first_view(browser: Browser, url: str) -> dict[str, int]:
    """Bytes on the line of everything that a page asks for at first, by address."""
    context = browser.new_context()
    page = context.new_page()
    asked: list[Request] = []
    page.on("requestfinished", lambda request: asked.append(request))
    page.goto(url, wait_until="networkidle")
    sizes = {request.url: request.sizes()["responseBodySize"] for request in asked}
    context.close()
    return sizes


def searched(page: Page, words: str) -> bool:
    """Open the search of a page on a phone and wait for results; False where it has none."""
    button = page.locator("label.md-header__button[for=__search]")
    if not button.count():
        return False
    button.first.click()
    page.fill(".md-search__input", words)
    page.keyboard.press("Shift")  # the index is asked when a key comes up
    page.locator(".md-search-result__link").first.wait_for()
    return True


def until(page: Page, condition: str, argument: object = None) -> None:
    """Wait until an expression or a function of JavaScript is true on a page.

    Playwright's own `wait_for_function` evaluates a string in the page, which the page's policy refuses.

    Raises:
        TimeoutError: If it is not true within half a minute.
    """
    end = time.monotonic() + 30
    while not page.evaluate(condition, argument):
        if time.monotonic() > end:
            raise TimeoutError(f"{page.url}: never true: {condition}")
        page.wait_for_timeout(50)


def violations(page: Page) -> list[dict[str, Any]]:
    """What axe-core finds wrong with a page as it stands, by rules of WCAG 2.2 A and AA and best practice."""
    options = {"runOnly": {"type": "tag", "values": AXE}}
    found: list[dict[str, Any]] = (
        Axe().run(page, options=options).response["violations"]
    )
    return found
