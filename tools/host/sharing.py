"""What a chat shows of a link to a page: as Open Graph names it, with a picture."""

from __future__ import annotations

from contextlib import suppress

from markupsafe import Markup
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from tools.core import figures
from tools.core.guide import Guide
from tools.core.pages import LANGUAGES, Figure, PageError
from tools.core.words import WORDS
from tools.host.languages import language_of

FOLDER = "assets/shared"


def add(files: Files, config: MkDocsConfig, guide: Guide) -> set[str]:
    """Add the pictures to the files of a build: the site's mark, and each question's figure on the home page.

    Returns:
        Their names.
    """
    pictures = {"site": figures.emblem()}
    with suppress(PageError):
        for figure in guide.page("zh/index.md").all(Figure):
            evidence = guide.evidence.get(figure.question)
            if evidence and not evidence.missing:
                with suppress(Exception):  # a figure that fails is told by its page
                    picture = figures.poster(figure.question, figure.name, evidence)
                    pictures[figure.question] = picture
    for name, picture in pictures.items():
        address = f"{FOLDER}/{name}.png"
        files.append(File.generated(config, address, content=picture))
    return set(pictures)


def properties(
    page: Page, config: MkDocsConfig, guide: Guide, pictured: set[str]
) -> list[tuple[str, str]]:
    """The properties of a page.

    Args:
        page: The page.
        config: Of the site.
        guide: Its questions are articles.
        pictured: Names of the pictures there are.
    """
    language = language_of(page)
    spoken = [language] if language else LANGUAGES
    names = [WORDS[code]["site"] for code in spoken]
    question = page.file.src_uri.rpartition("/")[2].partition(".")[0]
    picture = question if question in pictured else "site"
    title = " · ".join(names) if page.file.name == "index" else str(page.title)
    first, *others = sorted(LANGUAGES, key=lambda code: code != language)
    return [
        ("og:type", "article" if question in guide.evidence else "website"),
        ("og:site_name", " · ".join(names)),
        ("og:title", Markup(title).striptags()),
        ("og:description", page.meta.get("description", "")),
        ("og:url", str(page.canonical_url)),
        ("og:image", f"{config.site_url}{FOLDER}/{picture}.png"),
        ("og:image:type", "image/png"),
        ("og:image:width", str(figures.POSTER[0])),
        ("og:image:height", str(figures.POSTER[1])),
        ("og:locale", WORDS[first]["locale"]),
        *(("og:locale:alternate", WORDS[code]["locale"]) for code in others),
    ]
