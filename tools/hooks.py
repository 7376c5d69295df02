"""The thin layer that MkDocs calls: two languages in one project, evidence in the pages.

Each language gets its own navigation, title, interface words and search index;
everything else is plain Python in the other modules of `tools`.

A fault of a page or a question is noted in `faults`. It stops a build once all pages are read; the server
shows it in its place and goes on.
"""

from __future__ import annotations

import importlib
import json
import logging
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import jieba
from markupsafe import Markup
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page as MkDocsPage
from mkdocs.structure.toc import AnchorLink, get_toc

from snippets.evidence import store
from snippets.evidence.judging import Evidence, known
from snippets.evidence.questions import ROOT, questions
from tools import copying, figures, finishing, glossary, notebooks, rendering, search
from tools.pages import LANGUAGES, Page, PageError, read
from tools.prose import headings, line_of

SITE_NAMES = {"zh": "能跑的答案", "en": "Answers That Run"}
LOCALES = {"zh": "zh_CN", "en": "en_GB"}
CODE_TITLES = {"zh": "实验代码：{q}", "en": "Code of the experiment: {q}"}
PICTURES = "assets/shared"
CODE_DESCRIPTIONS = {
    "zh": "测出这些数的代码、断言的条件和图的画法，行号与断言所指一致。",
    "en": "The code that measured the numbers, the conditions of the claims, and the figures, line by line.",
}

_LINE_ANCHOR = re.compile(
    r'<a (id="[^"]*\bline-\d+-\d+") name="[^"]*"(?: href="[^"]*")?></a>'
)

_LINK_WARNING = re.compile(
    r"Doc file '(?P<page>[^']+)' contains an? .*?link '(?P<link>[^']+)'"
)

log = logging.getLogger("mkdocs.hooks.answers")
evidence: dict[str, Evidence] = {}
faults: list[str] = []
navigation: dict[str, Navigation] = {}
pages: dict[str, Page] = {}
said: dict[str, dict[str, str]] = {}
pictured: set[str] = set()
serving = False


def on_startup(command: str, dirty: bool) -> None:
    """Remember whether pages are shown while they are written, and keep the log to what matters."""
    global serving
    serving = command == "serve"
    logging.getLogger("mkdocs.structure.pages").addFilter(_with_line)
    jieba.setLogLevel(logging.WARNING)
    for name in ("mkdocs.mkdocs-jupyter", "mkdocs.plugins.mkdocs_jupyter"):
        logging.getLogger(name).setLevel(logging.WARNING)  # it tells of every notebook


def _with_line(record: logging.LogRecord) -> bool:
    """Let what MkDocs says of a link begin with its line."""
    said = _LINK_WARNING.match(record.getMessage())
    text = pages[said["page"]].markdown if said and said["page"] in pages else ""
    at = text.find(f"]({said['link']}") if said else -1
    if said and at >= 0:
        record.msg = f"docs/{said['page']}:{line_of(text, at)}: {record.getMessage()}"
        record.args = ()
    return True


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Read the evidence; a claim that does not hold is a fault."""
    # `mkdocs serve` builds again and again in one process, and keeps this module: forget the questions', so
    # that edits of them count. What stands in `tools` counts when it is started again.
    importlib.invalidate_caches()
    for name in [n for n in sys.modules if n.startswith("snippets.")]:
        if not name.startswith("snippets.evidence"):
            del sys.modules[name]
    for remembered in (evidence, navigation, pages, faults):
        remembered.clear()
    evidence.update({q: known(q) for q in questions()})
    for found in evidence.values():
        _note(*filter(None, [found.fault]))
    _note(*_refuted())
    finder: Any = config.plugins["material/search"]
    finder.search_index = search.Index(**finder.config)
    return config


def _refuted() -> Iterator[str]:
    return (
        f"{v.measurement.file}:{v.measurement.line}: claim {q}.{v.claim.id} does not hold: "
        f"{v.claim.estimate} is {v.estimate.value:.4g} "
        f"({v.estimate.low:.4g} to {v.estimate.high:.4g}), the condition is {v.claim.condition}"
        for q, found in evidence.items()
        for v in found.claims
        if v.estimate and not v.holds
    )


def _note(*messages: str) -> None:
    for message in messages:
        if message not in faults:
            faults.append(message)
            if serving:
                log.warning(message)


def on_serve(server: Any, config: MkDocsConfig, builder: Any) -> Any:
    """Show a number as soon as it is measured, and go on whatever happens."""
    for folder in (store.FOLDER, notebooks.OUTPUTS):
        folder.mkdir(parents=True, exist_ok=True)
        server.watch(str(folder))
    server.builder = partial(_build, Path(server.root), server.builder)
    return server


def _build(site: Path, build: Callable[[], None]) -> None:
    """Build; if that fails as a whole, keep the last site and show on its pages why.

    MkDocs alone would let every page wait until it is mended.
    """
    with TemporaryDirectory() as kept:
        shutil.copytree(site, kept, dirs_exist_ok=True)
        try:
            build()
        except (Exception, SystemExit) as error:
            reason = str(error.__context__ or error)
            log.error(f"{reason}\nThe pages are as they were before.")
            shutil.copytree(kept, site, dirs_exist_ok=True)
            shown = f'<p id="not-built">{rendering.box(reason)}</p>'
            for file in site.rglob("*.html"):
                html = re.sub('<p id="not-built">.*?</p>', "", file.read_text("utf-8"))
                html = re.sub("<article[^>]*>", lambda m: m.group() + shown, html)
                file.write_text(html, encoding="utf-8")


@event_priority(100)  # before mkdocs-jupyter looks for notebooks
def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add what is derived: each question's notebook, and its experiment with line numbers."""
    for file in files.documentation_pages():
        try:
            read(Path(config.docs_dir), file.src_uri)
        except PageError as error:
            _note(str(error))
            file.content_string = f"# {rendering.box(str(error))}\n"
    for question in questions():
        for language in LANGUAGES:
            source = files.get_file_from_path(f"{language}/{question}.md")
            if source is None:
                _note(
                    f"docs/{language}/{question}.md:1: it is missing, and "
                    f"snippets/{question}/experiment.py needs its page; write it"
                )
            else:
                page = Page(source.src_uri, source.content_string, evidence)
                notebooks.write(page, str(config.site_url))
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
    for language in LANGUAGES:
        stating = (f"{language}/{name}.md" for name in ("ledger", *questions()))
        there = filter(files.get_file_from_path, stating)
        said[language] = rendering.sentences(_other(files, name) for name in there)
    if not serving:  # nobody shares a link to a page that is being written
        for name, picture in _pictures(files):
            address = f"{PICTURES}/{name}.png"
            files.append(File.generated(config, address, content=picture))
            pictured.add(name)
    return files


def _pictures(files: Files) -> Iterator[tuple[str, bytes]]:
    """What is shown with a link to a page: the figure that its question has on the home page."""
    yield "site", figures.seal()
    if not files.get_file_from_path("zh/index.md"):
        return
    for match in _other(files, "zh/index.md").figures():
        question, _, name = match["name"].partition(".")
        if question in evidence and not evidence[question].missing:
            with suppress(
                Exception
            ):  # a figure that cannot be drawn is told by its page
                yield question, figures.poster(question, name, evidence[question])


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
            f'## {name}.py {{: #{name} }}\n\n<div class="no-copy" markdown>\n\n'
            f'```python linenums="1"\n--8<-- "{file}"\n```\n\n</div>\n'
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
    whole = page.file.content_string
    pages[page.file.src_uri] = source = Page(page.file.src_uri, whole, evidence)
    link = _linker(page, files)
    done = rendering.substituted(
        source, link, partial(_other, files), said[language], whole.rindex(markdown)
    )
    _note(*source.faults)
    return _tried(page, partial(copying.offered, done, language, link))


def on_pre_page(page: MkDocsPage, config: MkDocsConfig, files: Files) -> None:
    """Let Markdown and its extensions fail on one page alone."""

    def render(*given: Any) -> None:
        if why := _tried(page, partial(whole, *given)):
            page.content, page.toc = why, get_toc([])

    whole, page.render = page.render, render  # type: ignore[assignment,method-assign]


def _tried(page: MkDocsPage, make: Callable[[], str | None]) -> str | None:
    """What is made of a page; where pages are shown while they are written, or why it cannot be made."""
    try:
        return make()
    except PageError as error:  # it has its place; a build ends when all are known
        _note(str(error))
        return f"<p>{rendering.box(str(error))}</p>"
    except Exception as error:
        if not serving:
            raise
        reason = f"docs/{page.file.src_uri}:1: {type(error).__name__}: {error}"
        _note(reason)
        return f"<p>{rendering.box(reason)}</p>"


def on_page_content(
    html: str, page: MkDocsPage, config: MkDocsConfig, files: Files
) -> str | None:
    """Draw the figures and set the mathematics."""
    return _tried(page, partial(_content, html, page, config, files))


def _content(html: str, page: MkDocsPage, config: MkDocsConfig, files: Files) -> str:
    uri = page.file.src_uri
    if uri.endswith(".ipynb"):
        original = uri.replace("notebooks/", "").replace(".ipynb", ".md")
        source = pages[original]
        described = files.get_file_from_path(original)
        assert described and described.page
        page.meta["description"] = described.page.meta.get("description", "")
        html = notebooks.slim(html, source, str(config.site_url))
        for item, match in zip(_flat(page.toc), headings(source.markdown), strict=True):
            item.id = match["id"] or "title"
    else:
        source = pages.get(uri) or Page(uri, "", evidence)
    link = _linker(page, files)
    html = rendering.drawn(source, html, link)
    _note(*source.faults)
    # Only the pages of code are linked line by line; a span would make Material lay out each token as a line.
    anchor = r"<b \1></b>" if "/code/" in uri else ""
    html = _LINE_ANCHOR.sub(anchor, html)
    language = _language(page)
    if language and source.slug == "ledger":
        return rendering.folded(html, language)
    if language and source.slug == "glossary":
        return glossary.anchored(html, language)
    if language and source.slug in evidence:
        return glossary.linked(html, language, link(f"{language}/glossary.md"))
    return html


def on_env(env: Any, config: MkDocsConfig, files: Files) -> None:
    """All pages are read: a build ends here if they have faults."""
    if faults and not serving:
        raise PluginError("\n".join(("", *faults)))


def on_build_error(error: Exception) -> None:
    """What the disk refuses is told in a line."""
    if isinstance(error, OSError) and error.strerror:
        raise PluginError(f"{error.filename}: {error.strerror}") from error


def on_page_context(
    context: dict[str, Any], page: MkDocsPage, config: MkDocsConfig, nav: Navigation
) -> None:
    """Give the page its language's words, navigation and search. Pages are rendered one by one."""
    language = _language(page)
    if not page.title:
        page.title = page.file.name
    context["shared"] = _shared(page, config, language)
    if language is None:
        return
    config.theme["language"] = language
    config.site_name = SITE_NAMES[language]
    context["nav"] = navigation[language]
    context["base_url"] = context["base_url"].rstrip("/") + f"/{language}/"


def _shared(
    page: MkDocsPage, config: MkDocsConfig, language: str | None
) -> list[tuple[str, str]]:
    """What a chat shows of a link to the page, as Open Graph names it."""
    names = [SITE_NAMES[language]] if language else list(SITE_NAMES.values())
    question = page.file.src_uri.rpartition("/")[2].partition(".")[0]
    picture = question if question in pictured else "site"
    title = " · ".join(names) if page.file.name == "index" else str(page.title)
    first, *others = sorted(LOCALES, key=lambda code: code != language)
    return [
        ("og:type", "article" if question in evidence else "website"),
        ("og:site_name", " · ".join(names)),
        ("og:title", Markup(title).striptags()),
        ("og:description", page.meta.get("description", "")),
        ("og:url", str(page.canonical_url)),
        ("og:image", f"{config.site_url}{PICTURES}/{picture}.png"),
        ("og:image:type", "image/png"),
        ("og:image:width", str(figures.POSTER[0])),
        ("og:image:height", str(figures.POSTER[1])),
        ("og:locale", LOCALES[first]),
        *(("og:locale:alternate", LOCALES[code]) for code in others),
    ]


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


def _other(files: Files, source: str) -> Page:
    file = files.get_file_from_path(source)
    if file is None:
        raise PageError(f"docs/{source}:1: there is no such page")
    return Page(source, file.content_string, evidence)


def _linker(page: MkDocsPage, files: Files) -> Any:
    def link(source: str) -> str:
        file = files.get_file_from_path(source)
        if file is None:
            raise PageError(f"docs/{source}:1: there is no such page; write it")
        return file.url_relative_to(page.file)

    return link
