"""`mkdocs serve` that goes on when a build fails as a whole."""

from __future__ import annotations

import logging
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from tools.core.rendering import box

log = logging.getLogger("mkdocs.hooks.answers")


def keep_last(site: Path, build: Callable[[], None]) -> None:
    """Build; if that fails as a whole, keep the last site and show on its pages why.

    MkDocs alone would let every page wait until it is mended.
    """
    with TemporaryDirectory() as kept:
        shutil.copytree(site, kept, dirs_exist_ok=True)
        try:
            build()
        except (Exception, SystemExit) as error:
            reason = str(error.__context__ or error)
            log.error(f"{reason}\nThe pages are as they were before.")
            shutil.copytree(kept, site, dirs_exist_ok=True)
            shown = f'<p id="not-built">{box(reason)}</p>'
            for file in site.rglob("*.html"):
                html = re.sub('<p id="not-built">.*?</p>', "", file.read_text("utf-8"))
                html = re.sub("<article[^>]*>", lambda m: m.group() + shown, html)
                file.write_text(html, encoding="utf-8")
