"""Whether the links and pictures of a page lead somewhere, whatever style they are written in."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from contextlib import suppress
from functools import cache, lru_cache
from urllib.parse import unquote, urlsplit

from snippets.evidence.questions import SourceError, techniques
from tools.core import copying, glossary
from tools.core.guide import Guide
from tools.core.nearest import nearest
from tools.core.pages import LANGUAGES, Claim, Claims, Page, PageError
from tools.rules.rendering import Rendered, rendered, settings

_RAW = re.compile(r"<(?P<tag>a|img)\b", re.I)


def written_in_html(page: Page) -> Iterator[str]:
    """Links and pictures as HTML, whose addresses MkDocs leaves as they are."""
    for match in _RAW.finditer(page.visible):
        mend = (
            "[text](page.md)"
            if match["tag"].lower() == "a"
            else "![what it shows](address)"
        )
        yield (
            f"{page.place(match.start())}: <{match['tag']}> is not followed where pages move; "
            f"write {mend}"
        )


def misleading(page: Rendered) -> Iterator[str]:
    """Links that show nothing to press, or that lead readers into the other language."""
    for node in page.elements:
        address = node.attributes.get("href") or ""
        if page.page.language in LANGUAGES and re.match(r"\.\./(?:zh|en)/", address):
            yield f"{address!r} leads into the folder of a language; write it from this page on"
        if node.tag == "a" and not node.text().strip() and not node.css("img"):
            yield f"the link to {node.attributes.get('href')!r} has no text; write where it leads"


def dead(page: Rendered, guide: Guide) -> Iterator[str]:
    """Links to pages, sections and files that there are not."""
    source = page.page.source
    for node in page.elements:
        if node.tag not in ("a", "img"):
            continue
        address = node.attributes.get("href" if node.tag == "a" else "src")
        if address is None:
            continue
        parts = urlsplit(address.strip())
        if (site := site_url()) and f"{address}/".startswith(site):
            yield f"{address!r} is a page of this site; write it from this page on, as page.md#section"
        if parts.scheme or parts.netloc:
            continue  # how they may be is told by `addresses`, whether they answer by make links
        if not address:
            yield "a link without an address; write one"
        elif parts.path.startswith("/"):
            yield f"{address!r} leads out of the site where it stands in a folder; write it from this page on"
        elif not parts.path:
            if parts.fragment and parts.fragment not in anchors(page.page, guide):
                yield _no_section(address, parts.fragment, page.page, guide)
        else:
            path = posixpath.normpath(
                posixpath.join(posixpath.dirname(source), unquote(parts.path))
            )
            yield from _leads(address, path, parts.fragment, guide)


def _leads(address: str, path: str, fragment: str, guide: Guide) -> Iterator[str]:
    here, made = _there(guide)
    language, _, rest = path.partition("/")
    twins = {f"{other}/{rest}" for other in LANGUAGES if language in LANGUAGES}
    if path not in here | made and path.endswith(".md") and twins & here:
        return  # that one language lacks the page is told once, by `parity`
    if path not in here | made:
        ending = posixpath.splitext(path)[1].replace(".html", ".md") or ".md"
        close = nearest(path, {p for p in here | made if p.endswith(ending)})
        yield f"{address!r} leads to no page or file of docs; {close}"
    elif fragment and path.endswith(".md") and path in here:
        page = guide.page(path)
        if fragment not in anchors(page, guide):
            yield _no_section(address, fragment, page, guide)


def _no_section(address: str, fragment: str, page: Page, guide: Guide) -> str:
    close = nearest(fragment, anchors(page, guide))
    if re.fullmatch(r"\w+\.[\w-]+", fragment):
        close = f'write the claim, as !!! claim "{fragment}", or name another'
    elif close.startswith("there are"):
        close = f"write one that stands in docs/{page.source}, as {{: #{fragment} }}"
    return (
        f"{address!r}: docs/{page.source} has no section or claim #{fragment}; {close}"
    )


@lru_cache(maxsize=256)
def anchors(page: Page, guide: Guide) -> frozenset[str]:
    """All ids that a link to a page may name."""
    ids = {*rendered(page).ids, *(claim.id for claim in page.all(Claim))}
    with suppress(SourceError):  # told by itself
        ids.update(copying.references(page.visible))
    for part in page.all(Claims):  # the ledger states them again
        try:
            listed = guide.page(f"{page.language}/{part.question}.md")
        except PageError:
            continue
        ids.update(claim.id for claim in listed.all(Claim))
    if page.slug == "glossary":
        ids.update(term.id for term in glossary.terms(page.language))
    return frozenset(ids)


@cache
def site_url() -> str:
    """Where the site will stand; "" where that is not said."""
    return str(settings().get("site_url") or "")


@lru_cache(maxsize=1)
def _there(guide: Guide) -> tuple[set[str], set[str]]:
    """The files below `docs`, and the pages and files that the build makes of others."""
    files = (path for path in guide.docs.rglob("*") if path.is_file())
    here = {path.relative_to(guide.docs).as_posix() for path in files}
    made = {f"files/{question}/{name}.py" for question, name in techniques()}
    for question in guide.evidence:
        made.add(f"evidence/{question}.json")
        for language in LANGUAGES:
            made.add(f"{language}/code/{question}.md")
            made.add(f"{language}/notebooks/{question}.ipynb")
    return here, made


def pictures(page: Rendered) -> Iterator[str]:
    """Pictures without a text for those who do not see them."""
    for node in page.elements:
        if node.tag == "img" and not (node.attributes.get("alt") or "").strip():
            yield (
                f"the picture {node.attributes.get('src')!r} has no text alternative; "
                "write what it shows in the brackets"
            )
