"""Pages and files of the site that are made from others: notebooks, the code of experiments, techniques."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import AnchorLink

from snippets.evidence.questions import ROOT
from tools import notebooks
from tools.core import copying, glossary
from tools.core.guide import Guide
from tools.core.pages import LANGUAGES

_TITLES = {"zh": "实验代码：{q}", "en": "Code of the experiment: {q}"}
_DESCRIPTIONS = {
    "zh": "测出这些数的代码、断言的条件和图的画法，行号与断言所指一致。",
    "en": "The code that measured the numbers, the conditions of the claims, and the figures, line by line.",
}


def add(
    files: Files, config: MkDocsConfig, guide: Guide, note: Callable[[str], None]
) -> None:
    """Add to the files of a build what is made from others; a page that is missing is noted."""
    for question in guide.evidence:
        for language in LANGUAGES:
            source = f"{language}/{question}.md"
            if files.get_file_from_path(source) is None:
                note(
                    f"docs/{source}:1: it is missing, and "
                    f"snippets/{question}/experiment.py needs its page; write it"
                )
            else:
                files.append(_notebook(source, config, guide))
            code = _code_page(question, language)
            address = f"{language}/code/{question}.md"
            files.append(File.generated(config, address, content=code))
    for address, text in copying.files():
        files.append(File.generated(config, address, content=text))


def lightened(
    html: str, page: Page, config: MkDocsConfig, files: Files, guide: Guide
) -> str:
    """The page of a notebook in Material's own markup, with the description, ids and terms of its source."""
    source = guide.page(
        page.file.src_uri.replace("notebooks/", "").replace(".ipynb", ".md")
    )
    described = files.get_file_from_path(source.source)
    assert described and described.page
    page.meta["description"] = described.page.meta.get("description", "")
    for item, heading in zip(_flat(page.toc), source.headings, strict=True):
        item.id = heading["id"] or "title"
    html = notebooks.slim(html, source, str(config.site_url))
    at = f"{source.language}/notebooks/{source.slug}.md"
    address = guide.link(at, f"{source.language}/glossary.md")
    return glossary.linked(html, source.language, address)


def _flat(toc: Iterable[AnchorLink]) -> Iterator[AnchorLink]:
    for item in toc:
        yield item
        yield from _flat(item.children)


def _notebook(source: str, config: MkDocsConfig, guide: Guide) -> File:
    page = guide.page(source)
    notebooks.write(page, guide, str(config.site_url))
    # Not File.generated: mkdocs-jupyter loses the path of a generated file.
    return File(
        notebooks.uri(page),
        str(notebooks.FOLDER),
        config.site_dir,
        config.use_directory_urls,
    )


def _code_page(question: str, language: str) -> str:
    """A question's experiment, claims and figures with line numbers."""
    parts = [
        f"---\ndescription: {_DESCRIPTIONS[language]}\nsearch:\n  exclude: true\n---\n\n"
        f"# {_TITLES[language].format(q=question)}\n"
    ]
    for name in ("experiment", "observations", "claims", "figures"):
        file = f"snippets/{question}/{name}.py"
        if (ROOT / file).exists():
            parts.append(
                f'## {name}.py {{: #{name} }}\n\n<div class="no-copy" markdown>\n\n'
                f'```python linenums="1"\n--8<-- "{file}"\n```\n\n</div>\n'
            )
    return "\n".join(parts)
