"""HTML into a PDF with the same bytes each time: tagged, with bookmarks, dated as the last commit."""

from __future__ import annotations

import re
import unicodedata
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from html import unescape
from io import BytesIO
from mimetypes import guess_type
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pikepdf
from playwright.sync_api import Browser, Page, Route

from tools.site import environment

_ELEMENT = re.compile(rb"\(node\d{8}\)")
_RADICAL = re.compile(rb"(?<=> <)2[EF][0-9A-F]{2}(?=>$)", re.M)
_PAIR = re.compile(rb"^<[0-9A-F]+> <[0-9A-F]+>$", re.M)
# Of those that Unicode itself does not call the same as a sign, the ones of simplified Chinese.
_SIMPLIFIED = str.maketrans(
    "⺁⺟⺠⻄⻅⻆⻉⻋⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻬⻮⻰⻳",
    "厂母民西见角贝车长门青韦页风飞食马骨鬼鱼鸟卤麦黄齐齿龙龟",
)
_FONTS = Path(__file__).with_name("fonts")


class PrintingError(Exception):
    """A document cannot be printed; the message says which, why, and what to do."""


def root(site: Path) -> str:
    """The address where a finished site will stand, as its pages give it; it ends with a slash."""
    html = (site / "en" / "index.html").read_text(encoding="utf-8")
    found = re.search(r'<link rel="canonical" href="([^"]+)en/(?:index\.html)?"', html)
    if not found:
        raise PrintingError(
            f"{site}/en/index.html does not say where it will stand; give mkdocs.yml a site_url"
        )
    return found[1]


def pdf(browser: Browser, html: str, file: Path, *, site: Path, path: str) -> int:
    """Print a document into a file.

    Args:
        browser: What prints.
        html: The document; its `lang` and title become those of the file.
        file: Where to write.
        site: The finished site, which answers for stylesheets and fonts. Nothing else is asked.
        path: Where the document would stand on the site, as "en/book/": relative addresses start there, and
            links to the site become absolute.

    Returns:
        The number of pages.

    Raises:
        PrintingError: If the document asks for what the site has not.
    """
    with opened(browser, html, site=site, path=path) as page:
        return finish(printed(page), html, file)


@contextmanager
def opened(browser: Browser, html: str, *, site: Path, path: str) -> Iterator[Page]:
    """Lay a document out as `pdf` does, to look at it before it is printed.

    Yields:
        The page, in which no script of the document's own runs.

    Raises:
        PrintingError: If the document asks for what the site has not.
    """
    start = root(site)
    missing: list[str] = []

    def answer(route: Route) -> None:
        url = urlsplit(route.request.url)._replace(fragment="").geturl()
        asked = site / unquote(url.removeprefix(start))
        if url == start + path:
            route.fulfill(body=html, content_type="text/html; charset=utf-8")
        elif url.startswith(start) and asked.is_file():
            kind = guess_type(asked.name)[0] or "font/woff2"
            route.fulfill(body=asked.read_bytes(), content_type=kind)
        else:
            missing.append(url)
            route.abort()

    context = browser.new_context(java_script_enabled=False)
    try:
        context.route("**/*", answer)
        page = context.new_page()
        page.emulate_media(media="print", color_scheme="light")
        page.goto(start + path)
        page.evaluate("() => document.fonts.ready.then(() => null)")
        if missing:
            raise PrintingError(
                f"{path} asks for {missing[0]}, which is not in {site}; "
                "build the site anew, or take the address out"
            )
        yield page
    finally:
        context.close()


def printed(page: Page, draft: bool = False) -> bytes:
    """Print a page that `opened` has laid out; `@page` of its stylesheet gives size and margins.

    Args:
        page: What is printed.
        draft: Whether to leave tags and bookmarks out, which take as long as all the rest.
    """
    return page.pdf(
        tagged=not draft,
        outline=not draft,
        prefer_css_page_size=True,
        print_background=True,
    )


def _numbered(raw: bytes) -> bytes:
    """The file with its elements numbered from one: Chromium counts on from what it laid out before."""
    names = sorted({*_ELEMENT.findall(raw)})
    numbers = {name: b"(node%08d)" % (i + 1) for i, name in enumerate(names)}
    return _ELEMENT.sub(lambda m: numbers[m[0]], raw)  # as long: offsets stay


def finish(raw: bytes, html: str, file: Path) -> int:
    """Write what was printed, with the date of the last commit in place of today's, and well compressed.

    Args:
        raw: What `printed` gave.
        html: What it was printed from.
        file: Where to write.

    Returns:
        The number of pages.

    Raises:
        PrintingError: If the headings of the document are not all there.
    """
    seconds = int(environment()["SOURCE_DATE_EPOCH"])
    date = datetime.fromtimestamp(seconds, UTC).strftime("D:%Y%m%d%H%M%SZ")
    with pikepdf.open(BytesIO(_numbered(raw))) as document:
        info = document.docinfo
        info["/CreationDate"] = info["/ModDate"] = pikepdf.String(date)
        info["/Creator"] = pikepdf.String("tools/taking")  # it told of this machine
        _name_bookmarks(document, html, file)
        _name_signs(document)
        pikepdf.settings.set_flate_compression_level(9)
        document.save(
            file,
            deterministic_id=True,
            recompress_flate=True,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
        )
        return len(document.pages)


def _name_bookmarks(document: pikepdf.Pdf, html: str, file: Path) -> None:
    """Chromium's own names lack the spaces where a heading is broken into lines."""
    headings = re.findall(r"<h([1-6])\b[^>]*>(.*?)</h\1>", html, re.S)
    names = [unescape(re.sub(r"<[^>]*>", "", inner)) for _, inner in headings]
    items = list(_bookmarks(document.Root.get("/Outlines")))
    if len(items) != len(names):
        raise PrintingError(
            f"{file.name} has {len(names)} headings and {len(items)} bookmarks; show each heading once"
        )
    for item, name in zip(items, names, strict=True):
        item["/Title"] = pikepdf.String(" ".join(name.split()))


def _name_signs(document: pikepdf.Pdf) -> None:
    """Let text be found and copied as it is typed.

    A Chinese font draws a sign and the radical that looks like it (一 and U+2F00) as one, and Chromium
    names the radical.
    """

    def named(code: re.Match[bytes]) -> bytes:
        sign = chr(int(code[0], 16)).translate(_SIMPLIFIED)
        return b"%04X" % ord(unicodedata.normalize("NFKC", sign))

    for font in document.objects:
        if isinstance(font, pikepdf.Dictionary) and "/ToUnicode" in font:
            names = font.ToUnicode.read_bytes()
            signs = _PAIR.sub(lambda pair: _RADICAL.sub(named, pair[0]), names)
            if signs != names:
                font.ToUnicode.write(signs)


def _bookmarks(item: pikepdf.Object | None) -> Iterator[pikepdf.Object]:
    """All bookmarks below one, in the order of the document."""
    below = item.get("/First") if item is not None else None
    while below is not None:
        yield below
        yield from _bookmarks(below)
        below = below.get("/Next")


def typeface(language: str) -> str:
    """Rules for "STIX Two Text", the text of our formulas' font, with the fonts in them.

    Args:
        language: "zh" or "en": in Chinese, quotation marks and dashes are those of the Chinese font; what
            looks like a single one is the apostrophe of a name.
    """
    signs = (
        "U+20-7E, U+A0-B6, U+B8-FF, U+2019, U+2212" if language == "zh" else "U+0-FFFF"
    )
    return "".join(
        f'@font-face {{ font-family: "STIX Two Text"; font-weight: {weight}; font-style: {style}; '
        f"unicode-range: {signs}; src: url(data:font/woff2;base64,"
        f"{b64encode((_FONTS / f'stix-two-text-latin-{weight}-{style}.woff2').read_bytes()).decode()}) }}\n"
        for weight in (400, 700)
        for style in ("normal", "italic")
    )
