"""The site as a zip that is opened from disk, by a double click on `index.html`.

Its pages are those of the finished site. Only what browsers refuse to a page read from disk is different:
addresses name files, since nobody serves an `index.html` for a folder; search loads its index as a script and
runs in a frame; the font stands in the stylesheet.
"""

from __future__ import annotations

import json
import posixpath
import re
import time
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from tools.core.words import WORDS
from tools.finishing import FinishingError, replaced
from tools.site import environment
from tools.taking.printing import root

FOLDER = "answers-that-run"

# For hosts, chats and other programs, and what else there is to take along.
_LEFT_OUT = re.compile(
    r"404\.html|sitemap\.xml.*|objects\.inv|assets/shared/.*|.*\.(?:woff2|pdf|apkg|zip)"
)
_ADDRESS = re.compile(r'(?<=\s)(href|data-code)="([^"]*)"')
_TAG = re.compile(r"<(?:a|link|data)\s[^<>]*>")
_PRELOAD = re.compile(r'<link rel="preload"[^<>]*>')
_NOTE = re.compile(r'(?<=<p class="take">).*?(?=</p>)', re.S)
_FONT = re.compile(r'url\("(fonts/[^"]*\.woff2)"\)')
_FIRST = re.compile(r'(?=<script src="([^"]*)storage\.js">)')
# Wherever the folder stands, on disk or on a host, the index is a script.
_BUNDLE = ('location.protocol==="file:"?', "!0?")
_SCRIPTS = ("worker.js", "frame.js")
# Browsers do not agree what `'self'` is on disk. Search asks its frame, and the font is inline.
_POLICY = (
    ("default-src 'none'; ", "default-src 'none'; frame-src 'self' file:; "),
    ("script-src 'self'", "script-src 'self' file:"),
    ("style-src 'self'", "style-src 'self' file:"),
    ("img-src 'self'", "img-src 'self' file:"),
    ("font-src 'self'", "font-src data:"),
)
_FRAME = """<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'self' file:">
    <title>Search</title>
    <script src="frame.js"></script>
    <script src="{}"></script>
  </head>
</html>
"""
_EARLIEST = 315532800  # 1980; a zip knows no time before


def write(site: Path, file: Path) -> None:
    """Write a finished site as a zip of one folder; the same site gives the same bytes.

    Args:
        site: The site. Books, decks and zips in it are left out; links to them lead to where it is published.
        file: The zip.

    Raises:
        FinishingError: If the site's files are not those that this was made for.
        PrintingError: If the site does not say where it is published.
    """
    contents = _contents(site)
    date = time.gmtime(max(_EARLIEST, int(environment()["SOURCE_DATE_EPOCH"])))
    with ZipFile(file, "w") as archive:
        for name in sorted(contents):
            entry = ZipInfo(f"{FOLDER}/{name}", date[:6])
            entry.create_system = 3  # Unix; by itself it would be the system at hand
            entry.external_attr = 0o100644 << 16
            entry.compress_type = ZIP_DEFLATED
            archive.writestr(entry, contents[name], compresslevel=9)


def _contents(site: Path) -> dict[str, bytes]:
    paths = (path for path in sorted(site.rglob("*")) if path.is_file())
    files = {
        name: path.read_bytes()
        for path in paths
        if not _LEFT_OUT.fullmatch(name := path.relative_to(site).as_posix())
    }
    contents, names = {}, frozenset(files)
    start = root(site)
    for name, whole in files.items():
        if name.endswith(".html"):
            lead = _leading(name, names, start)
            html = _page(whole.decode(), name, lead)
            if _NOTE.search(html):
                html = _NOTE.sub(_elsewhere(start, name), html)
            contents[name] = html.encode()
        elif name.endswith("/search_index.json"):
            contents[name.removesuffix("json") + "js"] = _index(whole)
        elif name.endswith(".css"):
            css = _FONT.sub(lambda m: _data(site / "assets" / m[1]), whole.decode())
            contents[name] = css.encode()
        elif name.startswith("assets/javascripts/bundle."):
            contents[name] = replaced(whole.decode(), *_BUNDLE, name).encode()
        else:
            contents[name] = whole
    workers = [n for n in names if n.startswith("assets/javascripts/workers/")]
    _need(len(workers) == 1, f"assets/javascripts/workers has {len(workers)} scripts")
    frame = _FRAME.format(workers[0].removeprefix("assets/"))
    contents["assets/frame.html"] = frame.encode()
    for name in _SCRIPTS:
        contents[f"assets/{name}"] = Path(__file__).with_name(name).read_bytes()
    return contents


def _leading(name: str, names: frozenset[str], start: str) -> Callable[[str], str]:
    """What makes an address on the page of that name one that a browser finds from disk."""
    public = urljoin(start, name.removesuffix("index.html"))

    def lead(address: str) -> str:
        path = urlsplit(address).path
        if urlsplit(address).scheme or not path:  # elsewhere, or on this page
            return address
        target = posixpath.join(posixpath.dirname(name), unquote(path))
        target = posixpath.normpath(target)
        if target in names:
            return address
        if posixpath.join(target, "index.html").removeprefix("./") in names:
            after = address.removeprefix(path)
            return posixpath.join(path, "index.html") + after
        return urljoin(public, address)

    return lead


def _page(html: str, name: str, lead: Callable[[str], str]) -> str:
    """A page whose links lead to files, that asks for no font by itself and can search."""
    html = _PRELOAD.sub("", html)
    for old, new in _POLICY:
        html = replaced(html, old, new, name)
    html = _TAG.sub(
        lambda tag: _ADDRESS.sub(lambda m: f'{m[1]}="{lead(m[2])}"', tag[0]), html
    )
    if 'id="__config"' not in html:  # the door has no search
        return html
    html, found = _FIRST.subn(r'<script src="\1worker.js"></script>', html)
    _need(found == 1, f"{name} loads storage.js {found} times instead of once")
    return html


def _elsewhere(start: str, name: str) -> str:
    """A link to the published page of that name, for what is not in the zip."""
    address = start + name.removesuffix("index.html")
    words = WORDS[name.partition("/")[0]]["published"]
    return f'<a href="{address}">{words}</a>'


def _index(whole: bytes) -> bytes:
    """The index of a language as a script, with locations that name files."""
    index = json.loads(whole)
    for entry in index["docs"]:
        page, mark, place = entry["location"].partition("#")
        entry["location"] = f"{page}index.html{mark}{place}"
    text = json.dumps(index, ensure_ascii=False, separators=(",", ":"))
    return f"var __index={text};\n".encode()


def _data(font: Path) -> str:
    return f'url("data:font/woff2;base64,{b64encode(font.read_bytes()).decode()}")'


def _need(found: object, what: str) -> None:
    if not found:
        raise FinishingError(
            f"{what}; look what the site has now, and mend tools/taking/zipped.py"
        )
