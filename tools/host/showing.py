"""`mkdocs serve` that sees edits, shows what was measured, and goes on when a build fails."""

from __future__ import annotations

import importlib
import logging
import re
import shutil
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from mkdocs.livereload import LiveReloadServer

from tools.core.rendering import box

log = logging.getLogger("mkdocs.hooks.answers")


def forget_questions() -> None:
    """Let edits of the questions count, where pages are built again and again in one process.

    What stands in `tools` and in `snippets/evidence` counts when it is started again.
    """
    importlib.invalidate_caches()
    for name in [n for n in sys.modules if n.startswith("snippets.")]:
        if not name.startswith("snippets.evidence"):
            del sys.modules[name]


def following(server: LiveReloadServer) -> LiveReloadServer:
    """The server, building also when there is something new of the measurements."""
    from tools.serve import NEWS  # a build knows no server

    NEWS.parent.mkdir(exist_ok=True)
    NEWS.touch()
    server.watch(str(NEWS))
    server.builder = partial(keep_last, Path(server.root), server.builder)
    return server


def keep_last(site: Path, build: Callable[[], None]) -> None:
    """Build; if that fails as a whole, keep the last site and show on its pages why.

    MkDocs alone would let every page wait until it is mended.
    """
    with TemporaryDirectory(dir=site.parent) as folder:
        last = site.rename(Path(folder) / site.name)
        try:
            build()
        except (Exception, SystemExit) as error:
            reason = str(error.__context__ or error)
            log.error(f"{reason}\nThe pages are as they were before.")
            shutil.rmtree(site, ignore_errors=True)
            last.rename(site)
            shown = f'<p id="not-built">{box(reason)}</p>'
            for file in site.rglob("*.html"):
                html = re.sub('<p id="not-built">.*?</p>', "", file.read_text("utf-8"))
                html = re.sub("<article[^>]*>", lambda m: m.group() + shown, html)
                file.write_text(html, encoding="utf-8")
