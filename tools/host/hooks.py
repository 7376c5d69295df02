"""What MkDocs calls; other modules answer."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from mkdocs.config.defaults import MkDocsConfig as Config
from mkdocs.exceptions import PluginError
from mkdocs.plugins import event_priority
from mkdocs.structure.files import Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page

from tools import finishing, search
from tools.core import asked
from tools.core.extension import GuideExtension
from tools.core.pages import LANGUAGES
from tools.host import converting, derived, languages, sharing, showing
from tools.host.faults import Faults
from tools.host.languages import language_of

Context = dict[str, Any]
faults = Faults()
markup: GuideExtension
navigation: dict[str, Navigation]
converter: converting.Converter
pictured: set[str] = set()
asks: dict[str, str] = {}


def on_startup(command: str, dirty: bool) -> None:
    """Know whether pages are shown while they are written."""
    faults.serving = command == "serve"
    faults.listen()


def on_config(config: Config) -> Config:
    """Let Markdown know the guide as it stands."""
    global markup
    showing.forget_questions()
    markup = GuideExtension(report=faults.note)
    faults.begin(markup.guide)
    config.markdown_extensions.append(markup)  # type: ignore[arg-type]
    search.fill_ours(config)
    return config


def on_serve(server: Any, config: Config, builder: Any) -> Any:
    """Show a number as soon as it is measured, and go on whatever happens."""
    return showing.following(server)


@event_priority(100)  # before mkdocs-jupyter looks for notebooks
def on_files(files: Files, config: Config) -> Files:
    """Add what is made from others."""
    derived.add(files, config, markup.guide, faults)
    if not faults.serving:  # nobody shares a link to a page that is being written
        pictured.update(sharing.add(files, config, markup.guide))
    return files


def on_nav(nav: Navigation, config: Config, files: Files) -> None:
    """Split the navigation; from here on the files are known."""
    global navigation, converter
    navigation = languages.split(nav)
    converter = converting.Converter(config, files, markup.guide, faults)


def on_page_markdown(markdown: str, page: Page, config: Config, **_: Any) -> None:
    """Tell Markdown which page comes, in which language."""
    markup.source = page.file.src_uri
    languages.speak(page, config)


def on_pre_page(page: Page, config: Config, files: Files) -> None:
    """Convert a page only where it has changed, and let it fail alone."""
    converter.intercept(page)


def on_page_content(html: str, page: Page, config: Config, files: Files) -> str | None:
    """Give notebooks and pages of code what is theirs alone."""
    return faults.tried(
        page, lambda: derived.content(html, page, config, files, markup.guide)
    )


def on_env(env: Any, config: Config, files: Files) -> None:
    """All pages are read: a build ends here if they have faults."""
    if faults.messages and not faults.serving:
        raise PluginError("\n".join(("", *faults.messages)))
    env.globals["serving"] = faults.serving
    for language in LANGUAGES:
        pages = (f.page for f in files if f.src_uri.startswith(f"{language}/"))
        asks[language] = asked.counted(str(page.content) for page in pages if page)


def on_build_error(error: Exception) -> None:
    """What the disk refuses is told in a line."""
    if isinstance(error, OSError) and error.strerror:
        place = (
            error.filename or "a page or a file of the site"
        )  # where it is written to
        raise PluginError(f"{place}: {error.strerror}") from error


def on_page_context(context: Context, page: Page, config: Config, **_: Any) -> None:
    """Give the page its language's words, navigation and search, and what a chat shows of it."""
    languages.speak(page, config)
    languages.choose(context, page, navigation)
    # It is made of finished pages: while they are written, there is none.
    context["beside"] = None if faults.serving else languages.beside(page)
    context["shared"] = sharing.properties(page, config, markup.guide, pictured)
    context["asked"] = asks.get(language_of(page) or "", "")


def on_post_page(output: str, page: Page, config: Config) -> str:
    """Say and name what Material leaves out."""
    return finishing.page(output, language_of(page))


@event_priority(-50)  # after the search plugin has written its index
def on_post_build(config: Config) -> None:
    """Publish the evidence, and give each language its own search index."""
    derived.publish(Path(config.site_dir), markup.guide)
    search.divide(Path(config.site_dir), markup.guide.evidence)
