"""The core knows no host: pages come out of Python-Markdown alone as they come out of MkDocs."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from markdown import Markdown

from tools.core.extension import GuideExtension
from tools.core.guide import Guide, address
from tools.core.nearest import nearest
from tools.core.pages import parse
from tools.host.zensical import shown

ROOT = Path(__file__).parents[1]
HOSTS = {"mkdocs", "material", "mkdocs_jupyter", "mkdocstrings", "zensical"}
# What a page is written in, beside our own markup.
EXTENSIONS = [
    "admonition",
    "attr_list",
    "md_in_html",
    "tables",
    "footnotes",
    "toc",
    "pymdownx.details",
    "pymdownx.highlight",
    "pymdownx.inlinehilite",
    "pymdownx.snippets",
    "pymdownx.superfences",
]


@pytest.mark.parametrize("source", ["en/symmetry.md", "zh/dropout.md", "en/ledger.md"])
def test_a_page_needs_nothing_but_markdown(site: Path, source: str) -> None:
    extension = GuideExtension(source=source)
    md = Markdown(
        extensions=[*EXTENSIONS, extension],
        extension_configs={"pymdownx.snippets": {"base_path": [str(ROOT)]}},
    )
    text = (ROOT / "docs" / source).read_text(encoding="utf-8")
    page = parse(source, text)
    alone = shown(f"<article>{md.convert(text[page.body :])}</article>")
    built = (site / address(source) / "index.html").read_text(encoding="utf-8")
    assert alone == shown(built)
    wanted = {"numbers", "formulas", "claims", "verdicts"}
    assert all(alone[kind] for kind in wanted)


def test_the_core_imports_no_host_and_nothing_that_uses_it() -> None:
    for file in (ROOT / "tools" / "core").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [f"{node.module}.{alias.name}" for alias in node.names]
            for name in names:
                assert name.partition(".")[0] not in HOSTS, (file.name, name)
                ours = re.match(r"tools\.(?!core\b)", name)
                assert not ours, f"{file.name} imports {name}"


@pytest.mark.parametrize(
    ("at", "to", "link"),
    [
        ("zh/symmetry.md", "zh/ledger.md", "../ledger/"),
        ("zh/index.md", "zh/ledger.md", "ledger/"),
        ("zh/ledger.md", "zh/index.md", "../"),
        ("zh/ledger.md", "zh/ledger.md", "./"),
        ("zh/symmetry.md", "index.md", "../../"),
        ("index.md", "zh/symmetry.md", "zh/symmetry/"),
        ("en/code/selu.md", "files/selu/a.py", "../../../files/selu/a.py"),
    ],
)
def test_links_between_pages_lead_where_folders_stand(
    at: str, to: str, link: str
) -> None:
    assert Guide(ROOT / "docs", {}).link(at, to) == link


def test_a_page_is_parsed_and_resolved_once(monkeypatch: pytest.MonkeyPatch) -> None:
    guide = Guide(ROOT / "docs", {})
    first = guide.page("en/symmetry.md")
    assert guide.page("en/symmetry.md") is first
    assert guide.resolve(first) is guide.resolve(first)


def test_what_was_meant_is_named_and_of_many_only_the_nearest() -> None:
    assert nearest("momentun", ["momentum", "selu"]) == "is it 'momentum'?"
    assert nearest("x", ["b", "a"]) == "there are: a, b"
    assert nearest("x", []) == "there are: none"
    many = [f"claim-{i}" for i in range(30)]
    told = nearest("7", many)
    assert told.startswith("there are 30 others, such as claim-7, ")
    assert told.count(",") == 5
