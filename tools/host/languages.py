"""Two languages in one project: each has its own name, navigation and interface."""

from __future__ import annotations

from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page

from tools.core.pages import LANGUAGES
from tools.core.words import WORDS
from tools.taking.beside import LEFT_OUT


def language_of(page: Page) -> str | None:
    """The language of a page; None for the door and what else belongs to both."""
    language = page.file.src_uri.partition("/")[0]
    return language if language in LANGUAGES else None


def split(nav: Navigation) -> dict[str, Navigation]:
    """The navigation of each language; the top items of the whole one are the languages."""
    navigation = {}
    for section in nav.items:
        language = str(section.title)
        mine = [p for p in nav.pages if p.file.src_uri.startswith(f"{language}/")]
        for child in section.children or []:
            child.parent = None
        navigation[language] = Navigation(section.children or [], mine)
        navigation[language].homepage = mine[0]
        mine[0].previous_page = mine[-1].next_page = None
    return navigation


def speak(page: Page, config: MkDocsConfig) -> None:
    """Let the interface speak a page's language. Pages are rendered one by one."""
    language = language_of(page)
    if language is None:
        return
    config.theme["language"] = language
    config.site_name = WORDS[language]["site"]
    # mkdocstrings words its headings ("Parameters:", "参数：") by this, and has no public setting.
    reference: Any = config.plugins["mkdocstrings"]
    reference.handlers._locale = language


def choose(
    context: dict[str, Any], page: Page, navigation: dict[str, Navigation]
) -> None:
    """Give a page the navigation and the search index of its language."""
    page.title = page.title or page.file.name
    if language := language_of(page):
        context["nav"] = navigation[language]
        context["base_url"] = context["base_url"].rstrip("/") + f"/{language}/"


def beside(page: Page) -> tuple[str, str] | None:
    """What the link to a page's two languages side by side is called, and said; None where there is none."""
    language = language_of(page)
    if language is None or page.file.src_uri.split("/")[1].split(".")[0] in LEFT_OUT:
        return None
    return WORDS[language]["beside"], WORDS[language]["beside said"]
