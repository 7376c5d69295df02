"""What MkDocs calls, in its order. Everything else is plain Python in the other modules of `tools`."""

from __future__ import annotations

import importlib
import json
import logging
import re
import sys
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import jieba
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import get_toc

from snippets.evidence import store
from tools import finishing, search
from tools.core import extension
from tools.core.guide import Guide
from tools.core.pages import PageError, read
from tools.core.rendering import box
from tools.host import derived, languages, sharing, showing
from tools.host.converting import Converter
from tools.host.faults import Faults, refuted
from tools.host.languages import language_of

_LINE_ANCHOR = re.compile(
    r'<a (id="[^"]*\bline-\d+-\d+") name="[^"]*"(?: href="[^"]*")?></a>'
)

faults = Faults()
guide: Guide
markup: extension.GuideExtension
navigation: dict[str, Navigation]
converter: Converter
pictured: set[str] = set()


def on_startup(command: str, dirty: bool) -> None:
    """Remember whether pages are shown while they are written, and keep the log to what matters."""
    faults.serving = command == "serve"
    logging.getLogger("mkdocs.structure.pages").addFilter(faults.with_line)
    jieba.setLogLevel(logging.WARNING)
    for name in ("mkdocs.mkdocs-jupyter", "mkdocs.plugins.mkdocs_jupyter"):
        logging.getLogger(name).setLevel(logging.WARNING)  # it tells of every notebook


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Read the evidence, and let Markdown know the guide; a claim that does not hold is a fault."""
    global guide, markup
    # The server builds again and again in one process, and keeps this module: forget the questions', so that
    # edits of them count. What stands in `tools` counts when it is started again.
    importlib.invalidate_caches()
    for name in [n for n in sys.modules if n.startswith("snippets.")]:
        if not name.startswith("snippets.evidence"):
            del sys.modules[name]
    faults.messages.clear()
    faults.guide = guide = extension.repository()
    faults.note(*filter(None, (known.fault for known in guide.evidence.values())))
    faults.note(*refuted(guide.evidence))
    markup = extension.GuideExtension(guide, report=faults.note)
    config.markdown_extensions.append(markup)  # type: ignore[arg-type]
    finder: Any = config.plugins["material/search"]
    finder.search_index = search.Index(**finder.config)
    return config


def on_serve(server: Any, config: MkDocsConfig, builder: Any) -> Any:
    """Show a number as soon as it is measured, and go on whatever happens."""
    from tools.serve import NEWS  # a build knows no server

    NEWS.parent.mkdir(exist_ok=True)
    NEWS.touch()
    server.watch(str(NEWS))
    server.builder = partial(showing.keep_last, Path(server.root), server.builder)
    return server


@event_priority(100)  # before mkdocs-jupyter looks for notebooks
def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add what is made from others."""
    for file in files.documentation_pages():
        try:
            read(Path(config.docs_dir), file.src_uri)
        except PageError as error:
            faults.note(str(error))
            file.content_string = f"# {box(str(error))}\n"
    derived.add(files, config, guide, faults.note)
    if not faults.serving:  # nobody shares a link to a page that is being written
        for name, picture in sharing.pictures(guide):
            address = f"{sharing.FOLDER}/{name}.png"
            files.append(File.generated(config, address, content=picture))
            pictured.add(name)
    return files


def on_nav(nav: Navigation, config: MkDocsConfig, files: Files) -> None:
    """Split the navigation; the files are known."""
    global navigation, converter
    navigation = languages.split(nav)
    converter = Converter(config, files, guide, faults)


def on_page_markdown(
    markdown: str, page: Page, config: MkDocsConfig, files: Files
) -> None:
    """Tell Markdown which page comes."""
    markup.source = page.file.src_uri
    if language := language_of(page):
        languages.speak(language, config)


def on_pre_page(page: Page, config: MkDocsConfig, files: Files) -> None:
    """Let Markdown and its extensions fail on one page alone."""

    def render(*given: Any) -> None:
        convert = partial(converter.convert, page, partial(whole, *given))
        if why := faults.tried(page, convert):
            page.content, page.toc = why, get_toc([])

    whole, page.render = page.render, render  # type: ignore[assignment,method-assign]


def on_page_content(
    html: str, page: Page, config: MkDocsConfig, files: Files
) -> str | None:
    """Lighten what is no Markdown of ours: notebooks, and the lines of code."""
    if page.file.src_uri.endswith(".ipynb"):
        lightened = partial(derived.lightened, html, page, config, files, guide)
        return faults.tried(page, lightened)
    # Only the pages of code are linked line by line; a span would make Material lay out each token as a line.
    return _LINE_ANCHOR.sub(r"<b \1></b>" if "/code/" in page.url else "", html)


def on_env(env: Any, config: MkDocsConfig, files: Files) -> None:
    """All pages are read: a build ends here if they have faults."""
    if faults.messages and not faults.serving:
        raise PluginError("\n".join(("", *faults.messages)))


def on_build_error(error: Exception) -> None:
    """What the disk refuses is told in a line."""
    if isinstance(error, OSError) and error.strerror:
        raise PluginError(f"{error.filename}: {error.strerror}") from error


def on_page_context(
    context: dict[str, Any], page: Page, config: MkDocsConfig, nav: Navigation
) -> None:
    """Give the page its language's words, navigation and search."""
    language = language_of(page)
    page.title = page.title or page.file.name
    articles = set(guide.evidence)
    if language:
        languages.speak(language, config)
        context["nav"] = navigation[language]
        context["base_url"] = context["base_url"].rstrip("/") + f"/{language}/"
    context["shared"] = sharing.properties(page, config, articles, pictured)


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:
    """Say and name what Material leaves out."""
    language = language_of(page)
    return finishing.page(output, language) if language else output


@event_priority(-50)  # after the search plugin has written its index
def on_post_build(config: MkDocsConfig) -> None:
    """Publish the evidence, and give each language its own search index."""
    site = Path(config.site_dir)
    for question, known in guide.evidence.items():
        text = json.dumps(
            known.as_json(), indent=1, allow_nan=False, ensure_ascii=False
        )
        store.write_atomically(site / "evidence" / f"{question}.json", f"{text}\n")
    search.divide(site, guide.evidence)
