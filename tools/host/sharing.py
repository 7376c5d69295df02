"""What a chat shows of a link to a page: as Open Graph names it, with a picture."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from markupsafe import Markup
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from tools.core import figures
from tools.core.guide import Guide
from tools.core.pages import Figure, PageError
from tools.host.languages import LOCALES, SITE_NAMES, language_of

FOLDER = "assets/shared"


def add(files: Files, config: MkDocsConfig, guide: Guide) -> Iterator[str]:
    """Add the pictures to the files of a build, and say their names."""
    for name, picture in pictures(guide):
        address = f"{FOLDER}/{name}.png"
        files.append(File.generated(config, address, content=picture))
        yield name


def pictures(guide: Guide) -> Iterator[tuple[str, bytes]]:
    """Name and content of each picture: the site's mark, and of a question its figure on the home page."""
    yield "site", figures.seal()
    with suppress(PageError):
        for figure in guide.page("zh/index.md").all(Figure):
            evidence = guide.evidence.get(figure.question)
            if evidence and not evidence.missing:
                with suppress(Exception):  # a figure that fails is told by its page
                    picture = figures.poster(figure.question, figure.name, evidence)
                    yield figure.question, picture


def properties(
    page: Page, config: MkDocsConfig, questions: set[str], pictured: set[str]
) -> list[tuple[str, str]]:
    """The properties of a page.

    Args:
        page: The page.
        config: Of the site.
        questions: Names of the pages that are articles.
        pictured: Names of the pictures there are.
    """
    language = language_of(page)
    names = [SITE_NAMES[language]] if language else list(SITE_NAMES.values())
    question = page.file.src_uri.rpartition("/")[2].partition(".")[0]
    picture = question if question in pictured else "site"
    title = " · ".join(names) if page.file.name == "index" else str(page.title)
    first, *others = sorted(LOCALES, key=lambda code: code != language)
    return [
        ("og:type", "article" if question in questions else "website"),
        ("og:site_name", " · ".join(names)),
        ("og:title", Markup(title).striptags()),
        ("og:description", page.meta.get("description", "")),
        ("og:url", str(page.canonical_url)),
        ("og:image", f"{config.site_url}{FOLDER}/{picture}.png"),
        ("og:image:type", "image/png"),
        ("og:image:width", str(figures.POSTER[0])),
        ("og:image:height", str(figures.POSTER[1])),
        ("og:locale", LOCALES[first]),
        *(("og:locale:alternate", LOCALES[code]) for code in others),
    ]
