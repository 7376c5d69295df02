"""What stands beside a technique: the file to download, its licence, and what it was tested with."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from snippets.evidence.fingerprint import versions
from snippets.evidence.questions import ROOT, techniques

_LINK = '<a href="{address}" download><code>{name}.py</code></a>'
WORDS = {
    "zh": f"下载 {_LINK}，0BSD 许可，什么也不要求；用 `torch {{torch}}` 检验过。",
    "en": f"Download {_LINK}, under 0BSD, which asks nothing; tested with `torch {{torch}}`.",
}

_INCLUDED = re.compile(
    r'^```python\n--8<-- "snippets/(?P<question>\w+)/(?P<name>\w+)\.py"\n(?:(?!```).*\n)*```$',
    re.M,
)
_DOCUMENTED = re.compile(
    r"^::: snippets\.(?P<question>\w+)\.(?P<name>\w+)\.(?P<member>\w+)$", re.M
)


def files() -> Iterator[tuple[str, str]]:
    """Where each technique is offered, below the site's root, and its text."""
    for question, name in techniques():
        path = ROOT / "snippets" / question / f"{name}.py"
        yield f"files/{question}/{name}.py", path.read_text(encoding="utf-8")


def offered(markdown: str, language: str, link: Callable[[str], str]) -> str:
    """The page with a line behind each technique that it includes or documents.

    Args:
        markdown: The page.
        language: Its language.
        link: Makes a link from this page to another, given its path below `docs`.
    """
    known = set(techniques())

    def line(match: re.Match[str]) -> str:
        question, name = match["question"], match["name"]
        if (question, name) not in known:
            return ""
        return (
            WORDS[language].format(
                name=name,
                address=link(f"files/{question}/{name}.py"),
                torch=versions()["torch"].partition("+")[0],
            )
            + "\n{: .copying }"
        )

    def documented(match: re.Match[str]) -> str:
        first = match["member"].lower() == match["name"].lower()
        return f"{match.group()}\n\n{line(match)}" if first else match.group()

    markdown = _INCLUDED.sub(lambda m: f"{m.group()}\n\n{line(m)}", markdown)
    return _DOCUMENTED.sub(documented, markdown)
