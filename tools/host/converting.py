"""Pages as Markdown has made them, kept until something changes that they are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from hashlib import sha256
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import AnchorLink, get_toc

from snippets.evidence.questions import ROOT
from tools.core.guide import Guide
from tools.core.kept import kept
from tools.core.pages import Answers, Claims, Include, PageError, Verdict, parse
from tools.core.pages import Page as GuidePage
from tools.core.rendering import sentences
from tools.host.faults import Faults


class Converter:
    """Converts the pages of one build.

    Args:
        config: Of the build.
        files: All files of the build: links lead to them.
        guide: What pages name.
        faults: Those of the build; a page with one of its own is not kept.
    """

    def __init__(
        self, config: MkDocsConfig, files: Files, guide: Guide, faults: Faults
    ) -> None:
        self.references: Any = config.plugins["autorefs"]
        self.files = files
        self.guide = guide
        self.faults = faults
        shown = [f.read_bytes() for f in sorted((ROOT / "snippets").rglob("*.py"))]
        settings = (ROOT / "mkdocs.yml").read_bytes(), str(config.site_url)
        names = sorted(file.src_uri for file in files)
        shared = repr((guide.evidence, shown, settings, names))
        self.everything = sha256(shared.encode()).hexdigest()

    def intercept(self, page: Page) -> None:
        """Let a page be converted only where it has changed, and fail alone."""
        whole = page.render

        def render(config: MkDocsConfig, files: Files) -> None:
            convert = partial(self.convert, page, partial(whole, config, files))
            if why := self.faults.tried(page, convert):
                page.content, page.toc = why, get_toc([])

        page.render = render  # type: ignore[method-assign]

    def convert(self, page: Page, render: Callable[[], None]) -> None:
        """Give a page its content, its table of contents and its anchors.

        Args:
            page: The page; its text is read.
            render: Does that with Markdown.
        """
        # Notebooks are kept where they are made; anchors in Markdown, and what mkdocstrings finds, are told
        # to the whole site while a page is converted.
        text = str(page.markdown)
        tells = "[](){" in text or (":::" in text and not self.faults.serving)
        if page.file.src_uri.endswith(".ipynb") or tells:
            render()
            return

        def make() -> dict[str, Any] | None:
            before = self.faults.count
            render()
            return self._made(page) if self.faults.count == before else None

        made = kept("pages", lambda: self._depends(page), make)
        if made and page.content is None:
            page.content = made["content"]
            page.toc = get_toc(made["toc"])
            page._title_from_render = made["title"]
            page.present_anchor_ids = set(made["anchors"])
            for anchor in made["anchors"]:
                if anchor.startswith("snippets."):  # what a reference documents
                    name = anchor.rpartition(".")[2]
                    self.references.register_anchor(page, anchor, title=name)
            page.links_to_anchors = {
                file: links
                for uri, links in made["links"].items()
                if (file := self.files.get_file_from_path(uri))
            }

    def _made(self, page: Page) -> dict[str, Any]:
        links = (page.links_to_anchors or {}).items()
        return {
            "content": page.content,
            "toc": [_token(item) for item in page.toc],
            "title": page._title_from_render,
            "anchors": sorted(page.present_anchor_ids or ()),
            "links": {file.src_uri: anchors for file, anchors in links},
        }

    def _depends(self, page: Page) -> object:
        return (
            self.everything,
            page.file.src_uri,
            page.markdown,
            list(self._others(parse(page.file.src_uri, str(page.markdown)))),
        )

    def _others(self, page: GuidePage) -> Iterator[object]:
        """What a page shows of other pages and files: terms, included files, sentences of claims, lists."""
        names = ["glossary"]
        if any(isinstance(part, Claims | Answers) for part in page.parts):
            names += self.guide.evidence
        for name in names:
            try:
                yield self.guide.page(f"{page.language}/{name}.md").markdown
            except PageError as error:
                yield str(error)
        for include in page.all(Include):
            file = ROOT / include.file
            yield file.read_bytes() if file.is_file() else None
        said = sentences(self.guide, page.language)
        for verdict in page.all(Verdict):
            yield [said.get(page.full_id(name)) for name in verdict.rests]


def _token(item: AnchorLink) -> dict[str, Any]:
    children = [_token(child) for child in item.children]
    return {
        "name": item.title,
        "id": item.id,
        "level": item.level,
        "children": children,
    }
