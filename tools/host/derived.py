"""Pages and files of the site that are made from others: notebooks, the code of experiments, techniques."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import AnchorLink

from snippets.evidence import store
from snippets.evidence.questions import MEASURING, ROOT
from tools import notebooks
from tools.core import copying, explorables, glossary
from tools.core.guide import Guide
from tools.core.pages import LANGUAGES, PageError, read
from tools.core.rendering import box
from tools.core.words import WORDS
from tools.host.faults import Faults

_LINE_ANCHOR = re.compile(
    r'<a (id="[^"]*\bline-\d+-\d+") name="[^"]*"(?: href="[^"]*")?></a>'
)


def add(files: Files, config: MkDocsConfig, guide: Guide, faults: Faults) -> None:
    """Add to the files of a build what is made from others; a page that cannot be read is a fault."""
    for file in files.documentation_pages():
        try:
            read(Path(config.docs_dir), file.src_uri)
        except PageError as error:
            faults.note(str(error))
            file.content_string = f"# {box(str(error))}\n"
    for question in guide.evidence:
        for language in LANGUAGES:
            source = f"{language}/{question}.md"
            if files.get_file_from_path(source) is None:
                faults.note(
                    f"docs/{source}:1: it is missing, and "
                    f"snippets/{question}/experiment.py needs its page; write it"
                )
            else:
                files.append(_notebook(source, config, guide))
            code = _code_page(question, language)
            address = f"{language}/code/{question}.md"
            files.append(File.generated(config, address, content=code))
    for address, text in (*copying.files(), *explorables.scripts()):
        files.append(File.generated(config, address, content=text))


def content(
    html: str, page: Page, config: MkDocsConfig, files: Files, guide: Guide
) -> str:
    """A notebook in Material's own markup, like the page that it is made of; other pages with few anchors."""
    if not page.file.src_uri.endswith(".ipynb"):
        # Only pages of code are linked line by line; a span would make Material lay out each token as a line.
        anchor = r"<b \1></b>" if "/code/" in page.url else ""
        return _LINE_ANCHOR.sub(anchor, html)
    source = guide.page(
        page.file.src_uri.replace("notebooks/", "").replace(".ipynb", ".md")
    )
    described = files.get_file_from_path(source.source)
    assert described and described.page
    page.meta["description"] = described.page.meta.get("description", "")
    for item, heading in zip(_flat(page.toc), source.headings, strict=True):
        item.id = heading["id"] or "title"
    html = notebooks.as_material(html, source, str(config.site_url))
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
    words = WORDS[language]
    parts = [
        f"---\ndescription: {words['about experiment']}\nsearch:\n  exclude: true\n---\n\n"
        f"# {words['experiment'].format(question=question)}\n"
    ]
    for name in (*MEASURING, "claims", "figures", "explorable"):
        file = f"snippets/{question}/{name}.py"
        if (ROOT / file).exists():
            parts.append(
                f'## {name}.py {{: #{name} }}\n\n<div class="no-copy" markdown>\n\n'
                f'```python linenums="1"\n--8<-- "{file}"\n```\n\n</div>\n'
            )
    return "\n".join(parts)


def publish(site: Path, guide: Guide) -> None:
    """Write what is known of each question, for other programs."""
    for question, known in guide.evidence.items():
        text = json.dumps(
            known.as_json(), indent=1, allow_nan=False, ensure_ascii=False
        )
        store.write_atomically(site / "evidence" / f"{question}.json", f"{text}\n")
