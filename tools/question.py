"""`make question NAME=slug`: lay out a new question, from the files of `tools/scaffold`.

What is laid out builds and passes its tests at once. Whatever is to be written in it has a mark, which
`make check` tells one by one: see `tools/rules/marks.py`.
"""

from __future__ import annotations

import keyword
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from snippets.evidence.questions import ROOT
from snippets.evidence.store import write_atomically
from tools import reviews
from tools.core.pages import LANGUAGES, PageError, read

SCAFFOLD = ROOT / "tools" / "scaffold"
LONGEST = 30  # letters of a name: it stands in lines that have room for no more
_OWN = re.compile(r"(?<![a-z])slug(?![a-z])")  # what the scaffold calls itself
# What pages take for something else: folders of the site, and words in double brackets.
_FOLDERS = ("code", "notebooks", "search")
_WORDS = ("answers", "claims", "verdict")

# Parts of pages that exist: file of the scaffold, page, and behind what it comes, where that stands last.
_ROW = r"^[0-9]+\. \*\*\[[^\]\n]*\]\(\w+\.md#answer\).*\n"
_PARTS = (
    ("index", "index", r'^<p class="progress" data-.*\n\n</section>\n\n'),
    ("start", "start", r"^\| [0-9]+\. \[.*\n"),
    ("questions", "questions", _ROW),
    ("sheet", "sheet", _ROW),
    ("ledger", "ledger", r"\Z"),
    ("symptom", "traps", r"\{: #symptoms \}\n\n(?:\|.*\n)+"),
    ("traps", "traps", r"\Z"),
    ("api", "api", r"\Z"),
)

DONE = """{slug} is laid out, at the end of the course (`nav` in mkdocs.yml has the order). To write it:

1. snippets/{slug}/experiment.py, claims.py: measure by `.venv/bin/python -m snippets {slug}`.
2. snippets/{slug}/standard_error.py, tests/test_{slug}.py: rename the example to what readers take along.
3. snippets/{slug}/figures.py, agreement.py, explorable.py, docs/explorables/{slug}*.js: see `make serve`.
4. docs/en/{slug}.md, docs/zh/{slug}.md, and its parts of index, start, questions, sheet, ledger, traps, api.
   What stands in many places is replaced everywhere at once: `TODO: the question?`, `TODO：问题？`.

`make check` tells each mark that is left; when both languages say the same, run `make reviewed`.
To take it all back, while nothing of it is committed:
`git restore . && git clean -fd docs snippets tests`."""


class QuestionError(Exception):
    """No question is laid out; the message says what is in the way, and what to do."""


def lay_out(slug: str) -> None:
    """Write everything that a new question needs, or nothing.

    Args:
        slug: Its name, as in `docs/en/<slug>.md`.

    Raises:
        QuestionError: If there can be no question of this name, or the pages have no place for it.
        PageError: If one of these pages, or the notes of what was compared, cannot be read.
        OSError: If a file cannot be written.
    """
    refuse(slug)
    texts = dict(_planned(slug))
    before = {p: p.read_bytes() if p.exists() else None for p in texts}
    try:
        for path, text in texts.items():
            write_atomically(path, text)
    except BaseException:
        _restore(before)
        raise


def refuse(slug: str) -> None:
    """Raise where there can be no question of a name, whatever is there."""
    if not slug:
        raise QuestionError(
            "which one? Write make question NAME=slug, one word for the question, as NAME=momentum"
        )
    if not re.fullmatch(rf"[a-z][a-z0-9_]{{0,{LONGEST - 1}}}", slug):
        reason = f"is not a name; write at most {LONGEST} letters from a to z, digits or _, first a letter"
    elif keyword.iskeyword(slug):
        reason = "is a word of Python, so it cannot be imported; write another one"
    elif slug in _FOLDERS:
        reason = "is a folder of the site; write another name"
    elif slug.startswith(_WORDS):
        reason = f"would be read as [[{slug} \u2026]] on pages; write a name that begins otherwise"
    elif (ROOT / "snippets" / slug / "experiment.py").exists():
        reason = f"is a question already, in snippets/{slug}; write another name"
    else:
        return
    raise QuestionError(f"NAME={slug} {reason}")


def _planned(slug: str) -> Iterator[tuple[Path, str]]:
    """All files with their new texts; what makes a question of them comes last.

    A run that was killed has written some of them, which a second one finds as it would write them.
    """
    pages: dict[str, str] = {}
    files: dict[Path, str] = {}
    for path in sorted(p for p in SCAFFOLD.rglob("*.*") if p.is_file()):
        name = path.relative_to(SCAFFOLD).as_posix()
        if not _OWN.search(name) or "__pycache__" in name:
            continue  # a part of a page
        own = ROOT / _OWN.sub(slug, name)
        files[own] = _tidy(own, _named(path, slug))
        if own.exists() and own.read_bytes() != files[own].encode():
            there = own.relative_to(ROOT).as_posix()
            raise QuestionError(
                f"NAME={slug} is taken: {there} is there already; write another name"
            )
        if own.suffix == ".md":
            pages[own.relative_to(ROOT / "docs").as_posix()] = files[own]
    for language in LANGUAGES:
        for part, page, behind in _PARTS:
            source = f"{language}/{page}.md"
            text = pages.get(source) or read(ROOT / "docs", source)
            added = _named(SCAFFOLD / "docs" / language / f"{part}.md", slug)
            pages[source] = _added(source, text, added, behind, slug)
    last = ROOT / "snippets" / slug / "experiment.py"
    yield reviews.FILE, reviews.laid_out(pages)
    yield from ((p, text) for p, text in files.items() if p != last)
    yield from ((ROOT / "docs" / source, text) for source, text in pages.items())
    yield ROOT / "mkdocs.yml", _navigation(slug)
    yield last, files[last]


def _named(path: Path, slug: str) -> str:
    return _OWN.sub(slug, path.read_text(encoding="utf-8"))


def _tidy(path: Path, text: str) -> str:
    """Python as ruff wants it: another name changes the order of imports and where lines break."""
    if path.suffix != ".py":
        return text
    for command in (("check", "--select=I", "--fix", "--quiet"), ("format", "--quiet")):
        name = path.relative_to(ROOT).as_posix()
        whole = [
            sys.executable,
            "-m",
            "ruff",
            *command,
            f"--stdin-filename={name}",
            "-",
        ]
        done = subprocess.run(
            whole,
            cwd=ROOT,
            input=text,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        if done.returncode:
            reason = " ".join(done.stderr.split())
            raise QuestionError(f"ruff fails: {reason}; see what make check says")
        text = done.stdout
    return text


def _added(source: str, text: str, added: str, behind: str, slug: str) -> str:
    """A page with a part, unless it has it already; a part that is numbered gets the next number."""
    if added.partition("0. ")[2] in text if "0. " in added else added in text:
        return text
    for name in re.findall(r"\{: #([\w-]+) \}", added):
        if re.search(rf"\{{: #{name}\b(?!-)", text):
            raise QuestionError(
                f"NAME={slug} is taken: docs/{source} has a section #{name}; write another name"
            )
    places = list(re.finditer(behind, text, re.M))
    if not places:
        raise QuestionError(
            f"docs/{source}:1: there is no place for a new question, which comes behind the last {behind!r}; "
            "bring back the place, or mend tools/question.py"
        )
    added = re.sub(r"^(\| )?0\. ", rf"\g<1>{len(places) + 1}. ", added)
    end = places[-1].end()
    return text[:end] + added + text[end:]


def _navigation(slug: str) -> str:
    try:
        text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        reason = "mkdocs.yml:1: this is not UTF-8; save the file as UTF-8"
        raise QuestionError(reason) from error
    for language in LANGUAGES:
        line, next_line = (f"      - {language}/{p}.md\n" for p in (slug, "questions"))
        if line in text:
            continue
        if next_line not in text:
            raise QuestionError(
                f"mkdocs.yml:1: nav has no line {next_line.strip()!r}, before which the course ends; "
                "bring it back, or mend tools/question.py"
            )
        text = text.replace(next_line, line + next_line, 1)
    return text


def _restore(before: dict[Path, bytes | None]) -> None:
    for path, content in before.items():
        if content is not None:
            path.write_bytes(content)
        else:
            path.unlink(missing_ok=True)
    for folder in {path.parent for path, content in before.items() if content is None}:
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


if __name__ == "__main__":
    name = " ".join(sys.argv[1:])
    try:
        lay_out(name)
    except (QuestionError, PageError, OSError) as error:
        raise SystemExit(f"make question: {error}; nothing was written") from error
    except KeyboardInterrupt:
        raise SystemExit("make question: interrupted; nothing was written") from None
    print(DONE.format(slug=name))
