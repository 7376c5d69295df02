"""The guide as an extension of Python-Markdown, whatever host asks for the pages."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from contextlib import suppress

from markdown import Extension, Markdown
from markdown.postprocessors import Postprocessor
from markdown.preprocessors import Preprocessor

from snippets.evidence.judging import known
from snippets.evidence.questions import ROOT, questions
from tools.core import asked, copying, glossary, ledger
from tools.core.guide import Guide
from tools.core.pages import LANGUAGES, Page, PageError, parse

_MARK = re.compile(
    "(?P<before><p>\\s*)?\ue000(?P<number>[0-9]+)\ue001(?P<behind>\\s*</p>)?"
)

log = logging.getLogger(__name__)


class GuideExtension(Extension):
    """Puts numbers, claims, verdicts, figures, mathematics, answers and terms into a page.

    Args:
        guide: What pages name; by default the guide of this repository.
        source: Path below `docs` of the page that is converted. A host that converts one page after the other
            sets the attribute before each, or tells the page as Zensical does.
        report: Is told each problem of a page.
    """

    def __init__(
        self,
        guide: Guide | None = None,
        source: str = "",
        report: Callable[[str], None] = log.warning,
    ) -> None:
        super().__init__()
        self.guide = guide or repository()
        self.source = source
        self.report = report

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802
        """Read the text before anything else does, and the HTML when all else is done."""
        told = (p.page.path for p in md.preprocessors if hasattr(p, "page"))
        parts = _Parts(md, self, next(told, self.source))
        md.preprocessors.register(parts, "guide", 100)
        md.postprocessors.register(_Whole(md, parts), "guide", 0)


def repository() -> Guide:
    """The guide of this repository, as it stands."""
    return Guide(ROOT / "docs", {question: known(question) for question in questions()})


class _Parts(Preprocessor):
    """Puts the parts of a page into its text, and marks in place of what Markdown must leave alone."""

    def __init__(self, md: Markdown, extension: GuideExtension, source: str) -> None:
        super().__init__(md)
        self.extension = extension
        self.source = source
        self.kept: list[str] = []

    def run(self, lines: list[str]) -> list[str]:
        guide, source = self.extension.guide, self.source
        if source.partition("/")[0] not in LANGUAGES:
            return lines
        page, start, end = self._placed("\n".join(lines))
        shown = ledger.Lists(guide, source, self.extension.report, keep=self._mark)
        text = shown.page(page, start, end)
        done = copying.offered(text, shown.language, shown.link)
        return done.split("\n")

    def _mark(self, html: str) -> str:
        self.kept.append(html)
        return f"\ue000{len(self.kept) - 1}\ue001"

    def _placed(self, text: str) -> tuple[Page, int, int]:
        """The page and the part of it that the text is: its lines are counted from the front matter on.

        A text that no file has, as a docstring that another extension converts, is a page by itself.
        """
        with suppress(PageError):
            whole = self.extension.guide.page(self.source)
            start = whole.markdown.find(text, whole.body)
            if start >= 0:
                return whole, start, start + len(text)
        return parse(self.source, text), 0, len(text)


class _Whole(Postprocessor):
    """Puts what was kept in the place of its marks, and does what needs the whole page."""

    def __init__(self, md: Markdown, parts: _Parts) -> None:
        super().__init__(md)
        self.parts = parts

    def _put_back(self, mark: re.Match[str]) -> str:
        html = self.parts.kept[int(mark["number"])]
        if html.startswith("<span"):
            return (mark["before"] or "") + html + (mark["behind"] or "")
        return html  # what is drawn is no paragraph

    def run(self, text: str) -> str:
        text = _MARK.sub(self._put_back, text)
        source, guide = self.parts.source, self.parts.extension.guide
        language, _, name = source.removesuffix(".md").partition("/")
        if name == "ledger":
            return ledger.folded(text, language)
        if name == "glossary":
            return glossary.anchored(text, language)
        if name in guide.evidence and language in LANGUAGES:
            address = guide.link(source, f"{language}/glossary.md")
            text = glossary.linked(text, language, address)
        if language in LANGUAGES:
            return asked.marked(text, name, language)
        return text


def makeExtension(**settings: str) -> GuideExtension:  # noqa: N802
    """Called by Python-Markdown when the extension is named `tools.core.extension`."""
    return GuideExtension(**settings)  # type: ignore[arg-type]
