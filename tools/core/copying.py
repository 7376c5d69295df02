"""How a technique is shown: its use, a line about its file, its source folded.

The copy button of a use, and of an example in the reference, takes the source along (docs/assets/site.js), so
that what is copied runs as pasted.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator

from snippets.evidence.fingerprint import versions
from snippets.evidence.questions import ROOT, techniques, tree
from tools.core.words import WORDS

_INCLUDED = re.compile(
    r'^```python\n--8<-- "snippets/(?P<question>\w+)/(?P<name>\w+)\.py"\n\s*(?P<use>(?:(?!```).*\n)*)```$',
    re.M,
)
_Definition = ast.FunctionDef | ast.ClassDef
_REFERENCE = re.compile(r"^::: snippets\.(?P<question>\w+)$", re.M)
_DOCUMENTED = re.compile(
    r"^::: snippets\.(?P<question>\w+)\.(?P<name>\w+)\.(?P<member>\w+)$", re.M
)


def files() -> Iterator[tuple[str, str]]:
    """Where each technique is offered, below the site's root, and its text."""
    for question, name in techniques():
        path = ROOT / "snippets" / question / f"{name}.py"
        yield f"files/{question}/{name}.py", path.read_text(encoding="utf-8")


def offered(markdown: str, language: str, link: Callable[[str], str]) -> str:
    """The page with each technique that it includes or documents shown in that way.

    `::: snippets.<question>` documents all that is public in the techniques of a question.

    Args:
        markdown: The page.
        language: Its language.
        link: Makes a link from this page to another, given its path below `docs`.
    """
    known = techniques()

    def source(question: str, name: str) -> str:
        about = WORDS[language]["copying"].format(
            name=name,
            address=link(f"files/{question}/{name}.py"),
            torch=versions()["torch"].partition("+")[0],
        )
        label = WORDS[language]["source"]
        return (
            f"{about}\n{{: .copying }}\n\n"
            f'<div id="source-{question}-{name}" markdown>\n\n'
            f'??? listing "{label}<code>{_signature(question, name)}</code>"\n'
            f'    ```python\n    --8<-- "snippets/{question}/{name}.py"\n    ```\n\n</div>'
        )

    def used(match: re.Match[str]) -> str:
        question, name, use = match["question"], match["name"], match["use"]
        if (question, name) not in known:
            return match.group()
        return (
            f'<div class="use" data-source="source-{question}-{name}" markdown>\n\n'
            f"```python\n{use}```\n\n</div>\n\n{source(question, name)}"
        )

    def documented(match: re.Match[str]) -> str:
        question, name = match["question"], match["name"]
        first = match["member"].lower() == name.lower()
        if not first or (question, name) not in known:
            return match.group()
        return f"{match.group()}\n\n{source(question, name)}"

    documenting = _INCLUDED.sub(used, _each(markdown))
    return _DOCUMENTED.sub(documented, documenting)


def references(markdown: str) -> list[str]:
    """The full names of all that a page documents."""
    names = (match.group() for match in _DOCUMENTED.finditer(_each(markdown)))
    return [name.removeprefix("::: ") for name in names]


def _each(markdown: str) -> str:
    """The page with a line for each public name of a question that it documents as a whole."""

    def named(match: re.Match[str]) -> str:
        members = (
            f"{match.group()}.{name}.{member}"
            for question, name in techniques()
            if question == match["question"]
            for member in _public(question, name)
        )
        return "\n\n".join(members) or match.group()

    return _REFERENCE.sub(named, markdown)


def _public(question: str, name: str) -> list[str]:
    """The functions and classes of a technique that have no underscore, its own first."""
    members = [n.name for n in _defined(question, name) if not n.name.startswith("_")]
    return sorted(members, key=lambda member: member.lower() != name.lower())


def _signature(question: str, name: str) -> str:
    """How the technique is called: names and defaults, without types."""
    (technique,) = (n for n in _defined(question, name) if n.name.lower() == name)
    function: ast.AST = technique
    if isinstance(technique, ast.ClassDef):
        inside = (n for n in technique.body if isinstance(n, ast.FunctionDef))
        function = next(n for n in inside if n.name == "__init__")
    assert isinstance(function, ast.FunctionDef)
    for argument in ast.walk(function.args):
        if isinstance(argument, ast.arg):
            argument.annotation = None
    return f"{technique.name}({ast.unparse(function.args).removeprefix('self, ')})"


def _defined(question: str, name: str) -> list[_Definition]:
    body = tree(ROOT / "snippets" / question / f"{name}.py").body
    return [node for node in body if isinstance(node, _Definition)]
