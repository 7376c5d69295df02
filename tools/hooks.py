"""The thin layer that MkDocs calls: two languages in one project, evidence in the pages.

Each language gets its own navigation, title, interface words and search index;
everything else is plain Python in the other modules of `tools`.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
# `mkdocs serve` builds again and again in one process: forget the modules, so that
# edits count.
for _name in [n for n in sys.modules if n.partition(".")[0] in ("snippets", "tools")]:
    del sys.modules[_name]

import jieba
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page as MkDocsPage
from mkdocs.structure.toc import AnchorLink

from snippets.evidence import store
from snippets.evidence.evidence import Evidence, EvidenceError, gather
from snippets.evidence.questions import ROOT, SourceError, questions
from tools import copying, finishing, glossary, notebooks, rendering, search
from tools.pages import LANGUAGES, Page, PageError
from tools.prose import headings

SITE_NAMES = {"zh": "能跑的答案", "en": "Answers That Run"}
CODE_TITLES = {"zh": "实验代码：{q}", "en": "Code of the experiment: {q}"}
CODE_DESCRIPTIONS = {
    "zh": "测出这些数的代码、断言的条件和图的画法，行号与断言所指一致。",
    "en": "The code that measured the numbers, the conditions of the claims, and the figures, line by line.",
}

_LINE_ANCHOR = re.compile(
    r'<a (id="[^"]*\bline-\d+-\d+") name="[^"]*"(?: href="[^"]*")?></a>'
)

evidence: dict[str, Evidence] = {}
navigation: dict[str, Navigation] = {}
pages: dict[str, Page] = {}
serving = False


def on_startup(command: str, dirty: bool) -> None:
    """Remember whether pages are shown while they are written."""
    global serving
    serving = command == "serve"


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Read the evidence; a claim that does not hold stops a build."""
    try:
        evidence.update({q: gather(q) for q in questions()})
    except (EvidenceError, SourceError) as error:
        raise PluginError(str(error)) from error
    broken = [
        f"{v.measurement.file}:{v.measurement.line}: claim {q}.{v.claim.id} does not hold: "
        f"{v.claim.estimate} is {v.estimate.value:.4g} "
        f"({v.estimate.low:.4g} to {v.estimate.high:.4g}), the condition is {v.claim.condition}"
        for q, found in evidence.items()
        for v in found.verdicts
        if v.estimate and not v.holds
    ]
    if broken and not serving:
        raise PluginError("\n".join(broken))
    for word in glossary.chinese_words():
        jieba.add_word(word)  # search splits Chinese by it, and keeps our terms whole
    finder: Any = config.plugins["material/search"]
    finder.search_index = search.Index(**finder.config)
    return config


def on_serve(server: Any, config: MkDocsConfig, builder: Any) -> Any:
    """Show a number as soon as it is measured."""
    for folder in (store.FOLDER, notebooks.OUTPUTS):
        folder.mkdir(parents=True, exist_ok=True)
        server.watch(str(folder))
    return server


@event_priority(100)  # before mkdocs-jupyter looks for notebooks
def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add what is derived: each question's notebook, and its experiment with line numbers."""
    for question in questions():
        for language in LANGUAGES:
            source = files.get_file_from_path(f"{language}/{question}.md")
            if source is None:
                raise PluginError(
                    f"docs/{language}/{question}.md is missing: "
                    f"snippets/{question}/experiment.py needs its page"
                )
            page = Page(source.src_uri, source.content_string, evidence)
            try:
                notebooks.write(page, str(config.site_url))
            except PageError as error:
                raise PluginError(str(error)) from error
            files.append(
                # Not File.generated: mkdocs-jupyter loses the path of a generated file.
                File(
                    notebooks.uri(page),
                    str(notebooks.FOLDER),
                    config.site_dir,
                    config.use_directory_urls,
                )
            )
            files.append(
                File.generated(
                    config,
                    f"{language}/code/{question}.md",
                    content=_code_page(question, language),
                )
            )
    for address, text in copying.files():
        files.append(File.generated(config, address, content=text))
    return files


def _code_page(question: str, language: str) -> str:
    parts = [
        f"---\ndescription: {CODE_DESCRIPTIONS[language]}\nsearch:\n  exclude: true\n---\n\n"
        f"# {CODE_TITLES[language].format(q=question)}\n"
    ]
    for name in ("experiment", "observations", "claims", "figures"):
        file = f"snippets/{question}/{name}.py"
        if not (ROOT / file).exists():
            continue
        parts.append(
            f'## {name}.py {{: #{name} }}\n\n```python linenums="1"\n--8<-- "{file}"\n```\n'
        )
    return "\n".join(parts)


def on_nav(nav: Navigation, config: MkDocsConfig, files: Files) -> None:
    """Split the navigation: the top items are the languages."""
    for section in nav.items:
        language = str(section.title)
        mine = [p for p in nav.pages if p.file.src_uri.startswith(f"{language}/")]
        for child in section.children or []:
            child.parent = None
        navigation[language] = Navigation(section.children or [], mine)
        navigation[language].homepage = mine[0]
        mine[0].previous_page = mine[-1].next_page = None


def on_page_markdown(
    markdown: str, page: MkDocsPage, config: MkDocsConfig, files: Files
) -> str | None:
    """Put numbers and claims into the page."""
    language = _language(page)
    if language is None or page.file.src_uri.endswith(".ipynb"):
        return None
    # mkdocstrings words its headings ("Parameters:", "参数：") by this, and has no public
    # setting.
    config.plugins["mkdocstrings"].handlers._locale = language  # type: ignore[attr-defined]
    for expanded in (rendering.with_answers, rendering.with_claims):
        markdown = expanded(markdown, language, lambda source: _read(files, source))
    pages[page.file.src_uri] = source = Page(page.file.src_uri, markdown, evidence)
    link = _linker(page, files)
    try:
        return copying.offered(rendering.substituted(source, link), language, link)
    except PageError as error:
        raise PluginError(str(error)) from error


def on_page_content(
    html: str, page: MkDocsPage, config: MkDocsConfig, files: Files
) -> str | None:
    """Draw the figures and set the mathematics."""
    uri = page.file.src_uri
    if uri.endswith(".ipynb"):
        original = uri.replace("notebooks/", "").replace(".ipynb", ".md")
        source = pages[original]
        described = files.get_file_from_path(original)
        assert described and described.page
        page.meta["description"] = described.page.meta["description"]
        html = notebooks.slim(html, source, str(config.site_url))
        for item, match in zip(_flat(page.toc), headings(source.markdown), strict=True):
            item.id = match["id"] or "title"
    else:
        source = pages.get(uri) or Page(uri, "", evidence)
    link = _linker(page, files)
    try:
        html = rendering.drawn(source, html, link)
    except PageError as error:
        raise PluginError(str(error)) from error
    # Only the pages of code are linked line by line; a span would make Material lay out each token as a line.
    anchor = r"<b \1></b>" if "/code/" in uri else ""
    html = _LINE_ANCHOR.sub(anchor, html)
    language = _language(page)
    if language and source.slug == "glossary":
        return glossary.anchored(html, language)
    if language and source.slug in evidence:
        return glossary.linked(html, language, link(f"{language}/glossary.md"))
    return html


def on_page_context(
    context: dict[str, Any], page: MkDocsPage, config: MkDocsConfig, nav: Navigation
) -> None:
    """Give the page its language's words, navigation and search. Pages are rendered one by one."""
    language = _language(page)
    if language is None:
        return
    config.theme["language"] = language
    config.site_name = SITE_NAMES[language]
    context["nav"] = navigation[language]
    context["base_url"] = context["base_url"].rstrip("/") + f"/{language}/"
    if not page.title:
        page.title = page.file.name


def on_post_page(output: str, page: MkDocsPage, config: MkDocsConfig) -> str:
    """Say and name what Material leaves out."""
    language = _language(page)
    return finishing.page(output, language) if language else output


@event_priority(-50)  # after the search plugin has written its index
def on_post_build(config: MkDocsConfig) -> None:
    """Publish the evidence, and give each language its own search index."""
    site = Path(config.site_dir)
    for question, found in evidence.items():
        store.write_atomically(
            site / "evidence" / f"{question}.json",
            json.dumps(found.as_json(), indent=1, allow_nan=False, ensure_ascii=False)
            + "\n",
        )
    search.divide(site, evidence)


def _language(page: MkDocsPage) -> str | None:
    language = page.file.src_uri.partition("/")[0]
    return language if language in LANGUAGES else None


def _flat(toc: Iterable[AnchorLink]) -> Iterator[AnchorLink]:
    for item in toc:
        yield item
        yield from _flat(item.children)


def _read(files: Files, source: str) -> str:
    file = files.get_file_from_path(source)
    if file is None:
        raise PluginError(
            f"[[claims ...]] names a page that is not there: docs/{source}"
        )
    return file.content_string


def _linker(page: MkDocsPage, files: Files) -> Any:
    def link(source: str) -> str:
        file = files.get_file_from_path(source)
        assert file is not None, source
        return file.url_relative_to(page.file)

    return link
