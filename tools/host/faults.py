"""What is wrong with a page or a question.

A build ends with all faults once all pages are read; the server shows each in its place and goes on.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from contextlib import suppress

from mkdocs.structure.pages import Page

from tools.core.guide import Guide, refuted
from tools.core.pages import PageError
from tools.core.rendering import box

log = logging.getLogger("mkdocs.hooks.answers")

_LINK_WARNING = re.compile(
    r"Doc file '(?P<page>[^']+)' contains an? .*?link '(?P<link>[^']+)'"
)


class Faults:
    """All faults of a build, each once.

    Attributes:
        serving: Whether pages are shown while they are written.
        messages: The faults.
        count: How many were told, of any page, with what MkDocs says of links.
        guide: The pages.
    """

    def __init__(self) -> None:
        self.serving = False
        self.messages: list[str] = []
        self.count = 0
        self.guide: Guide | None = None

    def listen(self) -> None:
        """Keep the log to what matters, and hear what MkDocs says of links."""
        logging.getLogger("mkdocs.structure.pages").addFilter(self.with_line)
        for name in ("mkdocs.mkdocs-jupyter", "mkdocs.plugins.mkdocs_jupyter"):
            logging.getLogger(name).setLevel(logging.WARNING)  # of every notebook

    def begin(self, guide: Guide) -> None:
        """Forget the last build; what cannot be known, and claims that do not hold, are faults."""
        self.messages.clear()
        self.guide = guide
        self.note(*filter(None, (known.fault for known in guide.evidence.values())))
        self.note(*(why for known in guide.evidence.values() for why in refuted(known)))

    def note(self, *messages: str) -> None:
        """Note faults; the server tells them at once."""
        for message in messages:
            self.count += 1
            if message not in self.messages:
                self.messages.append(message)
                if self.serving:
                    log.warning(message)

    def with_line(self, record: logging.LogRecord) -> bool:
        """Let what MkDocs says of a link begin with its line: a filter of its log."""
        self.count += 1
        said = _LINK_WARNING.match(record.getMessage())
        if said and self.guide:
            with suppress(PageError):  # a page that is made from others has no lines
                page = self.guide.page(said["page"])
                at = page.visible.find(f"]({said['link']}")
                if at >= 0:
                    record.msg = f"{page.place(at)}: {record.getMessage()}"
                    record.args = ()
        return True

    def tried(self, page: Page, make: Callable[[], str | None]) -> str | None:
        """What is made of a page, or why it cannot be made; then a build ends when all faults are known."""
        try:
            return make()
        except PageError as error:  # it has its place
            reason = str(error)
        except Exception as error:
            if not self.serving:
                raise
            reason = f"docs/{page.file.src_uri}:1: {type(error).__name__}: {error}"
        self.note(reason)
        return f"<p>{box(reason)}</p>"
