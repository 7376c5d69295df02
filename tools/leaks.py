"""What is ours alone and must not reach a reader: a `[[` that nothing has replaced."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

from snippets.evidence.questions import ROOT
from tools.core.prose import line_of, without_code

_CODE = re.compile(r"<(pre|code|script)\b.*?</\1>", re.S)
_OURS = re.compile(r"\[\[[^\n<>]{0,60}")
_PAGE = re.compile(r"(?P<folder>(?:zh|en)/|)(?:notebooks/)?(?:(?P<slug>\w+)/)?")


def leaks(site: Path) -> Iterator[str]:
    """All `[[` outside of code in a built site: in pages, notebooks, search indexes and evidence."""
    for file in sorted(site.rglob("*")):
        if file.suffix in (".html", ".xml"):
            texts = [unescape(_CODE.sub("", file.read_text(encoding="utf-8")))]
        elif file.suffix in (".ipynb", ".json"):
            texts = list(_texts(json.loads(file.read_text(encoding="utf-8"))))
        else:
            continue
        name = file.relative_to(site).as_posix()
        for match in (m for text in texts for m in _OURS.finditer(text)):
            yield (
                f"{_source(name, match.group())}: {match.group()!r} reaches the readers of {name}; "
                "write a placeholder on one line, with both brackets at its end"
            )


def _texts(value: object) -> Iterator[str]:
    """All strings of a JSON document that are not code."""
    if isinstance(value, str):
        yield without_code(_CODE.sub("", value))
    elif isinstance(value, dict):
        if value.get("cell_type") == "markdown":
            yield from _texts("".join(value["source"]))
        elif value.get("cell_type") != "code":
            yield from _texts(list(value.values()))
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)


def _source(name: str, leak: str) -> str:
    """The page, and the line if it is found there, that a file of the site is made from, or that file."""
    page = _PAGE.match(name)
    assert page
    source = f"docs/{page['folder']}{page['slug'] or 'index'}.md"
    file = ROOT / source
    if not file.exists():
        return name
    text = without_code(file.read_text(encoding="utf-8"))
    at = text.find(leak.strip())
    return f"{source}:{line_of(text, at)}" if at >= 0 else source
