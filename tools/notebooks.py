"""A page as a notebook: the same words and code, executed once, shown and offered for download."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import tempfile
import textwrap
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from contextlib import suppress
from functools import cache, partial
from html import escape, unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from snippets.evidence.fingerprint import hashed
from snippets.evidence.questions import ROOT
from snippets.evidence.store import seal, unsealed, write_atomically
from tools.core import formulas
from tools.core.guide import Guide
from tools.core.kept import kept
from tools.core.pages import Include, Page
from tools.core.prose import FENCE, FRONT_MATTER, without_code
from tools.core.rendering import Text
from tools.core.words import WORDS

if TYPE_CHECKING:  # they take long to load, and most builds convert and execute nothing
    from nbformat import NotebookNode

FOLDER = ROOT / ".cache" / "notebooks"
OUTPUTS = FOLDER / "outputs"
# Sums of more threads round otherwise, and how many there are depends on the machine.
_THREADS = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}

_BLOCK = re.compile(
    r'^(?:!!!|\?\?\?\+?) (?P<kind>\w+)(?: "(?P<title>[^"]*)")?[ ]*\n(?P<body>(?:(?: {4}.*|[ ]*)(?:\n|\Z))*)',
    re.M,
)


_RELATIVE = re.compile(r"\]\((?P<page>[\w/]+)\.(?:md|ipynb)(?P<hash>#[\w.-]+|)\)")
_TURNED = re.compile(
    r"^.+\n\{: \.(?:try|screen) \}\n", re.M
)  # of figures that stand still here

# Of a text that nbconvert made; what is displayed may have lost its paragraph.
_FORMULA = re.compile(
    r"(?:<p>\s*)?\$\$(?P<displayed>.+?)\$\$(?:\s*</p>)?"
    r"|(?<![\\\w])\$(?!\s)(?P<in_line>[^$\n]+?)(?<!\s)\$"
    rf"(?P<punctuation>{formulas.PUNCTUATION})",
    re.S,
)


class NotebookError(Exception):
    """A code block of a page fails; the message says page, line and error."""


def write(page: Page, guide: Guide, site_url: str) -> None:
    """Write the notebook of a page, with outputs if its code was executed before.

    Args:
        page: The page.
        guide: What the page names.
        site_url: Where the site is published: a downloaded notebook cannot follow relative links.
    """
    import nbformat

    _convert_once()
    book = _derive(page, guide, site_url)
    if outputs := unsealed(_outputs_file([c.source for c in _code(book)])):
        for cell, out in zip(_code(book), outputs, strict=True):
            cell.outputs = [nbformat.from_dict(o) for o in out]
            cell.execution_count = next(
                (o.get("execution_count") for o in out if "execution_count" in o), None
            )
    file = FOLDER / uri(page)
    text: str = nbformat.writes(book, sort_keys=True) + "\n"
    if not file.exists() or file.read_bytes() != text.encode():
        write_atomically(file, text)


def uri(page: Page) -> str:
    """Path of the page's notebook, below `FOLDER` and below the site's sources."""
    return f"{page.language}/notebooks/{page.slug}.ipynb"


def execute(page: Page) -> bool:
    """Run the code of a page from top to bottom and keep the outputs, unless that was done before.

    Both languages show the same code, so they share one execution.

    Returns:
        Whether anything had to run.

    Raises:
        NotebookError: If a block raises.
        PageError: If the page includes a file that is not there.
    """
    for include in page.all(Include):
        page.included(include.file, include.start)
    blocks = [code.rstrip("\n") for _, code in page.code_blocks]
    file = _outputs_file(blocks)
    if unsealed(file) or not blocks:
        return False
    if file.exists():
        print(f"note: {file} is damaged; executing again", file=sys.stderr)

    from nbclient import NotebookClient
    from nbclient import exceptions as failures
    from nbformat.v4 import new_code_cell, new_notebook

    book = new_notebook(cells=[new_code_cell(code) for code in blocks])
    with tempfile.TemporaryDirectory() as elsewhere:  # where no import finds `snippets`
        client = NotebookClient(
            book,
            timeout=300,
            kernel_name="python3",
            record_timing=False,
            coalesce_streams=True,  # how output comes in pieces differs from run to run
            resources={"metadata": {"path": elsewhere}},
        )
        try:
            # What the kernel has to say, other than of the blocks, is nothing to act on.
            environment = os.environ | _THREADS
            _in_thread(
                partial(
                    client.async_execute, stderr=subprocess.DEVNULL, env=environment
                )
            )
        except failures.CellExecutionError as error:
            line = next(
                line
                for (line, _), cell in zip(page.code_blocks, book.cells, strict=True)
                if any(o.output_type == "error" for o in cell.outputs)
            )
            raise NotebookError(
                f"docs/{page.source}:{line}: this code block raises {error.ename}: {error.evalue}"
            ) from error
        except (failures.CellTimeoutError, failures.DeadKernelError) as error:
            reason = str(error).strip().partition("\n")[0]
            raise NotebookError(
                f"docs/{page.source}:1: its code blocks do not come to an end: {reason}"
            ) from error
    seal(file, [cell.outputs for cell in book.cells])
    return True


def _in_thread(work: Callable[[], Coroutine[Any, Any, Any]]) -> None:
    """Work elsewhere than in the main thread, where nbclient would take over its signals."""
    done: Future[None] = Future()

    def run() -> None:
        try:
            done.set_result(asyncio.run(work()))
        except BaseException as error:
            done.set_exception(error)

    # Nobody waits for it after an interruption; its kernel ends with this process.
    threading.Thread(target=run, daemon=True).start()
    done.result()


@cache
def _convert_once() -> None:
    """Let mkdocs-jupyter convert a notebook when it is new; its own cache breaks a build if it is damaged."""
    from mkdocs_jupyter import convert

    whole = convert.nb2html

    def bare(file: str, **how: object) -> str:
        # Nine tenths are styles and scripts of Jupyter, which `as_material` leaves out.
        return re.sub(r"<(style|script)\b.*?</\1>", "", whole(file, **how), flags=re.S)

    def once(make: Callable[..., str]) -> Callable[..., str]:
        def converted(file: str, **how: object) -> str:
            def given() -> object:
                return make.__name__, Path(file).read_bytes(), how

            return kept("notebooks", given, lambda: make(file, **how))

        return converted

    convert.nb2html, convert.nb2md = once(bare), once(convert.nb2md)


def as_material(html: str, page: Page, site_url: str) -> str:
    """A notebook page as Material's own markup: mkdocs-jupyter ships half a megabyte of styles with each.

    Args:
        html: What mkdocs-jupyter made.
        page: The page that the notebook was derived from; its headings keep their ids.
        site_url: As given to `write`; such links become relative again.
    """
    given = html, page.markdown, page.language, page.slug, site_url
    return kept("notebooks", lambda: given, lambda: _as_material(html, page, site_url))


def _as_material(html: str, page: Page, site_url: str) -> str:
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(html, "html.parser")
    for heading, match in zip(
        soup.select("h1, h2, h3, h4"), page.headings, strict=True
    ):
        heading["id"] = match["id"] or "title"
        for anchor in heading.select(".anchor-link"):
            anchor["href"] = f"#{heading['id']}"
    for plot in soup.select(".jp-OutputArea-output img"):
        plot["alt"] = WORDS[page.language]["plot"]
    for a in soup.select(f'a[href^="{site_url}"]'):
        a["href"] = str(a["href"]).replace(site_url, "../../../", 1)
    out = []
    for cell in soup.select(".jp-MarkdownCell, .jp-CodeCell .jp-CodeCell"):
        if prose := cell.select_one(".jp-RenderedMarkdown"):
            for anchor in prose.select(".anchor-link"):
                anchor["class"] = "headerlink"
            out.append(_mathematics(prose.decode_contents()))
            continue
        if code := cell.select_one(".highlight-ipynb pre"):
            for plain in code.select("span.n, span.w"):  # of the text's own color
                plain.unwrap()
            text = code.decode_contents()
            out.append(
                f'<div class="language-python highlight"><pre><code>{text}</code></pre></div>'
            )
        out += [
            f'<div class="output" tabindex="0" translate="no">{o.decode_contents().strip()}</div>'
            for o in cell.select(".jp-OutputArea-output")
        ]
    # The download comes behind the page's title.
    title, end, rest = "\n".join(out).partition("</h1>")
    label, name = WORDS[page.language]["download"], escape(f"{page.slug}.ipynb")
    button = f'<p><a class="md-button" href="{name}" download>{label}</a></p>'
    return f"{title}{end}\n{button}{rest}"


def _derive(page: Page, guide: Guide, site_url: str = "") -> NotebookNode:
    """Split the page at its Python blocks."""
    from nbformat.v4 import new_code_cell, new_notebook

    base = f"{site_url}{page.language}/"
    cells = []
    blocks = iter(page.code_blocks)
    position = 0
    plain = Text(guide, page.source).page(page)
    for match in FENCE.finditer(plain):
        if re.match(r" *[`~]+ *python\b", match.group()):
            cells += [
                _prose(plain[position : match.start()], base, page.language),
                new_code_cell(next(blocks)[1].rstrip("\n")),
            ]
            position = match.end()
    cells.append(_prose(plain[position:], base, page.language))
    cells = [c for c in cells if c.source.strip()]
    for number, cell in enumerate(cells):
        cell.id = f"cell-{number}"
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    about = {"kernelspec": kernel, "language_info": {"name": "python"}}
    book: NotebookNode = new_notebook(cells=cells, metadata=about)
    return book


def _prose(text: str, base: str, language: str) -> NotebookNode:
    from nbformat.v4 import new_markdown_cell

    text = FRONT_MATTER.sub("", text)
    text = _TURNED.sub("", text)
    # No style of ours hides what an option has to say until it is chosen.
    reply = f"<details><summary>{WORDS[language]['reply']}</summary>"
    text = re.sub(r'<p class="reply">(.*?)</p>', rf"{reply}\1</details>", text)
    text = _BLOCK.sub(
        lambda m: f"**{m['title'] or m['kind']}**\n\n{textwrap.dedent(m['body'])}", text
    )
    text = _RELATIVE.sub(
        lambda m: f"]({base}{m['page']}/{m['hash']})".replace("index/", ""), text
    )
    ours = r"[ ]*\{:[^{}\n]*\}|</?(?:figure|figcaption|div|p|small)\b[^<>]*>"
    cuts = [m.span() for m in re.finditer(ours, without_code(text))]
    for start, end in reversed(cuts):
        text = text[:start] + text[end:]
    cell: NotebookNode = new_markdown_cell(re.sub(r"\n{3,}", "\n\n", text.strip()))
    return cell


def _code(book: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in book.cells if cell.cell_type == "code"]


def _outputs_file(blocks: list[str]) -> Path:
    return OUTPUTS / f"{hashed(blocks, _THREADS)}.json"


def _mathematics(html: str) -> str:
    """The formulas of a text from a notebook as MathML; one that fails is told by the page it stands on."""

    def set_in(match: re.Match[str]) -> str:
        tex = unescape(match["displayed"] or match["in_line"])
        with suppress(formulas.FormulaError):
            formula = formulas.mathml(tex, bool(match["displayed"]))
            return formulas.together(formula, match["punctuation"] or "")
        return match.group()

    return _FORMULA.sub(set_in, html)
