"""What belongs to no single page: bytes of files, settings, the menu, and where each question must stand."""

from __future__ import annotations

import json
import re
import tomllib
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import tinycss2
import yaml

from snippets.evidence.questions import ROOT, techniques
from tools.core import copying
from tools.core.guide import Guide
from tools.core.nearest import nearest
from tools.core.pages import LANGUAGES, Claims, Page, PageError
from tools.core.prose import line_of
from tools.rules.rendering import Loader, rendered
from tools.rules.rendering import markdown as markdown_of_the_site
from tools.rules.rendering import settings as settings_of_site

_ROOMS = ("docs", "snippets", "tests", "tools", ".github", ".ci")
# What is no text: pictures, fonts, and what a template copies as it is.
_BINARY = {".gif", ".ico", ".jpg", ".npz", ".pdf", ".png", ".ttf", ".webp", ".woff2"}
_MERGE = re.compile(r"^[ >]*(?:<{7}|>{7}|\|{7})(?: .*)?$|^={7}[ ]*$", re.M)
_UNSEEN = ("Cc", "Cf", "Cn", "Co", "Zl", "Zp")
_BLANK = "\u034f\u115f\u1160\u2800\u3164\ufe0f"
_KINDS = re.compile(
    r"index\.md|(?:zh|en)/\w+\.md|assets/(?:fonts/)?[\w.-]+\.(?:css|js|png|svg|txt|woff2)"
    r"|explorables/[\w-]+\.(?:d\.ts|js)|theme/(?:[\w-]+/)*[\w-]+\.(?:html|xml)"
)
_ACTIVE = re.compile(
    rb"<(?:\w+:)?script|\bon\w+\s*=|<foreignObject|<iframe|<style|<\?xml-style|javas|href\s*=\s*.(?!#)",
    re.I,
)
_ODD = re.compile(r"[^\n\r\t -~]")


def files(docs: Path) -> Iterator[tuple[str, bytes]]:
    """All text files that contributors write: their names from the root, and what is in them.

    Args:
        docs: Folder of the pages, which may be a copy.
    """
    rooms = {room: docs if room == "docs" else ROOT / room for room in _ROOMS}
    for room, folder in rooms.items():
        for path in sorted(folder.rglob("*")):
            parts = path.relative_to(folder).parts
            if (
                path.is_file()
                and path.suffix not in _BINARY
                and "__pycache__" not in parts
            ):
                yield "/".join((room, *parts)), path.read_bytes()
    for path in sorted(ROOT.glob("*")):
        if (
            path.is_file()
            and path.suffix not in _BINARY
            and not path.name.startswith(".")
        ):
            yield path.name, path.read_bytes()


def signs(docs: Path) -> Iterator[str]:
    """Files that are not plain UTF-8, and signs that nobody sees; marks that a merge has left."""
    for name, content in files(docs):
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            yield f"{name}:{line}: this is not UTF-8; save the file as UTF-8"
            continue
        if "\r" in text:
            line = line_of(text, text.index("\r"))
            yield f"{name}:{line}: this line ends as on Windows (CR); save the file with LF"
        for match in _ODD.finditer(text):
            if unicodedata.category(sign := match.group()) in _UNSEEN or sign in _BLANK:
                start = match.start()
                column = start - text.rfind("\n", 0, start)
                called = unicodedata.name(sign, "a control character").lower()
                yield (
                    f"{name}:{line_of(text, start)}: column {column} has U+{ord(sign):04X} ({called}), "
                    "which nobody sees; delete it"
                )
        for match in _MERGE.finditer(text):
            yield (
                f"{name}:{line_of(text, match.start())}: {match.group()!r} was left by a merge; "
                "keep one of both versions and delete the three marks"
            )


def settings(docs: Path) -> Iterator[str]:
    """YAML, TOML and JSON that do not parse."""
    for name, content in files(docs):
        kind = name.rpartition(".")[2]
        text = content.decode("utf-8", errors="replace")  # that too is told by `signs`
        try:
            found = _PARSERS[kind](text) if kind in _PARSERS else None
        except RecursionError:
            found = 1, "this is nested too deeply"
        if found:
            line, reason = found
            yield f"{name}:{line}: {reason}; mend that line, or the one before it"
        elif name == "mkdocs.yml":
            yield from _of_the_site(text)


def _of_the_site(text: str) -> Iterator[str]:
    found = yaml.load(text, Loader)
    if (
        not isinstance(found, dict)
        or not {"nav", "markdown_extensions"} <= found.keys()
    ):
        yield "mkdocs.yml:1: there is no nav or no markdown_extensions in it; take back what was in it"
        return
    for key in ("extra_css", "extra_javascript"):
        for item in found.get(key) or ():
            path = str(item.get("path") if isinstance(item, dict) else item)
            if not path.startswith("assets/"):
                line = line_of(text, max(0, text.find(path)))
                yield f"mkdocs.yml:{line}: {path!r} would be asked elsewhere; put the file into docs/assets"
    try:
        markdown_of_the_site()
    except Exception as error:  # an extension, or settings of one, that are not there
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        yield f"mkdocs.yml:1: Markdown cannot be set up by its markdown_extensions, {reason}; mend them"


def usable() -> bool:
    """Whether mkdocs.yml can be read, and says how pages are rendered and where they stand."""
    try:
        markdown_of_the_site()
        return "nav" in settings_of_site()
    except Exception:  # told by `settings`, or by `signs`
        return False


def kinds(docs: Path) -> Iterator[str]:
    """Files below `docs` that nothing reads as a page, and that would be published as they are."""
    for path in sorted(docs.rglob("*")):
        name = path.relative_to(docs).as_posix()
        if not path.is_dir() and not _KINDS.fullmatch(name):
            yield (
                f"docs/{name}:1: files of this kind, or with such a name, do not stand here; pages are "
                "docs/zh/name.md and docs/en/name.md (letters, digits, _), pictures docs/assets/name.svg"
            )
        elif path.is_symlink() or (path.is_dir() and path.suffix):
            yield f"docs/{name}:1: this is no file; write the file itself"
        elif path.suffix == ".svg" and (active := _ACTIVE.search(path.read_bytes())):
            sign = active.group().decode(errors="replace")
            yield f"docs/{name}:1: {sign!r} stands in a picture, which runs nothing; take it out"


def _yaml(text: str) -> tuple[int, str] | None:
    try:
        if yaml.load(text, Loader) is None:
            return 1, "there is nothing in this file"
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        return line, f"this is not YAML, {error.problem}"
    except yaml.YAMLError as error:
        return 1, f"this is not YAML, {' '.join(str(error).split())}"
    return None


def _toml(text: str) -> tuple[int, str] | None:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        return int(line[1]) if line else 1, f"this is not TOML, {error}"
    return None


def _json(text: str) -> tuple[int, str] | None:
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return error.lineno, f"this is not JSON, {error.msg}"
    return None


_PARSERS = {"yml": _yaml, "yaml": _yaml, "cff": _yaml, "toml": _toml, "json": _json}


def menu(guide: Guide) -> Iterator[str]:
    """Pages that no menu has, and menus with pages that are not there."""
    text, listed = _navigation()
    for language in LANGUAGES:
        pages = (guide.docs / language).rglob("*.md")
        there = {page.relative_to(guide.docs).as_posix() for page in pages}
        mine = listed.get(language, [])
        start = max(0, text.find(f"- {language}:"))
        for page in sorted(there - set(mine)):
            yield (
                f"mkdocs.yml:{line_of(text, start)}: docs/{page} stands in no menu; "
                f"write - {page} where readers should find it"
            )
        for page in mine:
            if page not in there:
                line = line_of(text, max(0, text.find(page)))
                yield f"mkdocs.yml:{line}: there is no docs/{page}; {nearest(page, there)}"


def _navigation() -> tuple[str, dict[str, list[str]]]:
    """The text of the settings, and the pages of each language's menu."""
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    found: dict[str, list[str]] = {}
    for part in settings_of_site()["nav"] or ():
        for language, items in part.items() if isinstance(part, dict) else ():
            found[language] = list(_leaves(items))
    return text, found


def _leaves(item: object) -> Iterator[str]:
    if isinstance(item, str):
        yield item
    elif isinstance(item, dict | list):
        for part in item.values() if isinstance(item, dict) else item:
            yield from _leaves(part)


def places(guide: Guide) -> Iterator[str]:
    """Questions that a page about all of them leaves out."""
    everywhere = ("index", "start", "ledger", "traps", "api", "questions", "sheet")
    for language in LANGUAGES:
        for question in guide.evidence:
            for page in everywhere:
                with suppress(PageError):  # what cannot be read is told already
                    for what, mend in _missing(guide, language, page, question):
                        yield f"docs/{language}/{page}.md:1: there is {what}; {mend}"


def _missing(
    guide: Guide, language: str, name: str, question: str
) -> Iterator[tuple[str, str]]:
    """What a page lacks of a question, and what to write."""
    page = guide.page(f"{language}/{name}.md")
    match name:
        case "index" | "start" | "questions" | "sheet":
            what = {
                "index": "card",
                "start": "row in the path",
                "questions": "question",
                "sheet": "row",
            }[name]
            links = (n.attributes.get("href") for n in rendered(page).elements)
            if all(
                (link or "").partition("#")[0] != f"{question}.md" for link in links
            ):
                yield f"no {what} for {question!r}", f"link {question}.md from one"
        case "ledger":
            if all(part.question != question for part in page.all(Claims)):
                yield f"no claims of {question!r}", f"write [[claims {question}]]"
        case "traps":
            if all(heading["id"] != question for heading in page.headings):
                yield (
                    f"no section of {question!r}",
                    f"write ## \u2026 {{: #{question} }}",
                )
        case "api":
            for slug, technique in techniques():
                module = f"snippets.{question}.{technique}"
                if slug == question and not _documents(page, module):
                    yield (
                        f"no entry for {technique!r}",
                        f"write ::: snippets.{question}",
                    )


def _documents(page: Page, module: str) -> bool:
    return any(
        name.startswith(f"{module}.") for name in copying.references(page.markdown)
    )


def documented(guide: Guide) -> Iterator[str]:
    """Entries of the reference for what there is not."""
    for language in LANGUAGES:
        try:
            page = guide.page(f"{language}/api.md")
        except PageError:
            continue
        for match in re.finditer(r"^:::[ ]*(?P<path>[\w.]*).*$", page.markdown, re.M):
            known = {f"snippets.{question}" for question in guide.evidence}
            known |= {f"snippets.{question}.{name}" for question, name in techniques()}
            path = match["path"]
            module = path.rpartition(".")[0] if path.count(".") == 3 else path
            if module not in known:
                close = nearest(module, known)
                yield f"{page.place(match.start())}: there is no {module!r} to document; {close}"
            whole = "::: " + ".".join(module.split(".")[:2])
            if module in known and path not in (module, *copying.references(whole)):
                member = path.rpartition(".")[2]
                yield f"{page.place(match.start())}: {module} defines no {member!r}; name what it does"


# Addresses of other origins in what makes pages; a namespace is a name, and asks for nothing.
_ADDRESS = re.compile(
    r"""(?P<quote>["'`])(?P<address>(?:(?:https?|wss?):|[\\/]{2,4}(?=\w))[\w./\\-][^"'`\s]*)""",
    re.I,
)
_ELSEWHERE = re.compile(r"\s*(?:https?:|(?:[a-z]+:)?[\\/]{2})", re.I)
_COMMENT = re.compile(r"/\*.*?\*/|(?<![:\"'`\w/])//[^\n]*", re.S)
_NAMES = re.compile(r"https?://(?:www\.)?(?:w3\.org|schema\.org)/", re.I)
_ASKS = re.compile(
    r"""<(?!a\b)[a-z][^<>]*?[\s/"'](?:src|srcset|href|data|poster|action|formaction|content|ping)\s*=\s*["']?"""
    r"""(?P<address>(?:https?:|[\\/]{2})[^\s"'<>]+)""",
    re.I,
)


_INLINE = re.compile(
    r"""<script(?![^>]*\ssrc\s*=)[^>]*>|<style\b|<[a-z][^<>]*?[\s/"'](?:on[a-z]+|style)\s*=""",
    re.I,
)


def inline(docs: Path) -> Iterator[str]:
    """Scripts and styles that stand in a template, where the policy of the site lets none run."""
    for path in filter(Path.is_file, sorted((docs / "theme").rglob("*.html"))):
        text = path.read_bytes().decode("utf-8", errors="replace")
        for match in _INLINE.finditer(text):
            name = f"docs/{path.relative_to(docs).as_posix()}:{line_of(text, match.start())}"
            yield f"{name}: {match.group()[-30:]!r} stands in a template; write it in a file of docs/assets"


def foreign(docs: Path) -> Iterator[str]:
    """Styles, scripts and templates that would ask another origin."""
    rooms = [(docs, "docs"), (ROOT / "tools", "tools")]
    for folder, room in rooms:
        for path in sorted(folder.rglob("*")):
            name = f"{room}/{path.relative_to(folder).as_posix()}"
            if (
                path.suffix not in (".css", ".js", ".html", ".svg")
                or not path.is_file()
            ):
                continue
            try:
                text = path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue  # told by `signs`
            for line, address in _asked(path.suffix, text):
                yield (
                    f"{name}:{line}: {address!r} would make the page ask another origin; "
                    "put the file into docs/assets"
                )


def _asked(kind: str, text: str) -> Iterator[tuple[int, str]]:
    if kind == ".css":
        yield from _in_css(
            tinycss2.parse_component_value_list(text, skip_comments=True)
        )
        return
    blank = (
        _COMMENT.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), text)
        if kind == ".js"
        else text
    )
    for match in (_ADDRESS if kind == ".js" else _ASKS).finditer(blank):
        if not _NAMES.match(match["address"]):
            yield line_of(blank, match.start()), match["address"]


def _in_css(tokens: list[Any]) -> Iterator[tuple[int, str]]:
    """Addresses in any spelling: as an address, in a function or as a string behind @import."""
    for token in tokens:
        value = getattr(token, "value", None)
        if (
            token.type in ("url", "string")
            and _ELSEWHERE.match(str(value))
            and not _NAMES.match(str(value))
        ):
            yield int(token.source_line), str(value)
        for inside in ("arguments", "content"):
            if isinstance(parts := getattr(token, inside, None), list):
                yield from _in_css(parts)
