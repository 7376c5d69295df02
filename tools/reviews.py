"""Which texts of a section were last found to say the same in both languages.

`reviewed.json` holds, for each section of each page, a hash of the Chinese and of the English text, and the
conditions of its claims. A text that changed since then makes the other one stale, and a condition the
sentences that it tests, until somebody has looked and runs `make reviewed`.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from difflib import SequenceMatcher
from functools import cache
from itertools import zip_longest

from snippets.evidence.judging import claim_place, conditions
from snippets.evidence.questions import ROOT, questions
from snippets.evidence.store import write_atomically
from tools.core.pages import LANGUAGES, Claim, Page, PageError, parse, read

FILE = ROOT / "tools" / "reviewed.json"
HISTORY = 50  # commits to look through for the text as it was
AROUND = 30  # characters that are shown beside a change
LONG = 300


def stale(zh: Page, en: Page) -> Iterator[str]:
    """Sections whose two texts were not compared since one of them changed."""
    name = zh.source.partition("/")[2]
    reviewed: dict[str, list[str]] = _load().get(name, {})
    ours, theirs = _texts(zh), _texts(en)
    for section in (s for s in ours if s in theirs):
        then = reviewed.get(section, ["", ""])
        sides = ((zh, *ours[section], then[0]), (en, *theirs[section], then[1]))
        tested = _tested(zh, section)
        changed = [side for side in sides if _hash(side[2]) != side[3]]
        if len(changed) == 1:
            ((page, line, text, old),) = changed
            ((other, there, *_),) = (side for side in sides if side not in changed)
            difference = _difference(page.source, section, old, text)
            yield (
                f"docs/{other.source}:{there}: section #{section} is stale: "
                f"docs/{page.source}:{line} changed since the two were compared{difference}\n"
                "  bring this one up to date; when both say the same, run: make reviewed"
            )
        elif changed:
            yield (
                f"docs/{zh.source}:{ours[section][0]}: section #{section} changed here and in "
                f"docs/{en.source}:{theirs[section][0]}; when both say the same, run: make reviewed"
            )
        elif len(tested) == len(then) - 2:
            for claim, noted in zip(tested, then[2:], strict=True):
                if claim != noted:
                    question, _, name = claim.partition(":")[0].partition(".")
                    yield (
                        f"{claim_place(question, name)}: a claim was compared with its sentence as "
                        f"{noted!r}, and is {claim!r} now; read its false_if and its sentences again, "
                        f"docs/{zh.source}:{ours[section][0]} and docs/{en.source}:{theirs[section][0]}, "
                        "then run: make reviewed"
                    )


def mark(only: list[str]) -> list[str]:
    """Note that sections say the same as they stand.

    Args:
        only: Pages ("symmetry.md") or sections ("symmetry.md#why"); empty for all.

    Returns:
        What was not noted before, as "page#section".

    Raises:
        PageError: If one of them is not there, or a page or the notes cannot be read.
    """
    only = [re.sub(r"^docs/(?:zh|en)/", "", chosen) for chosen in only]
    before, now = _load(), _hashes()
    for name in only:
        page = name.partition("#")[0]
        known = [f"{page}#{s}" for s in now[page]] if page in now else list(now)
        if name not in (*now, *known):
            raise PageError(
                f"there is no {name!r} in both languages; there are {', '.join(known)}"
            )
    changes = []
    noted: dict[str, dict[str, list[str]]] = {page: {} for page in now}
    for page, sections in now.items():
        for section, hashes in sections.items():
            then = before.get(page, {}).get(section)
            if not only or page in only or f"{page}#{section}" in only:
                noted[page][section] = hashes
                if hashes != then:
                    changes.append(f"{page}#{section}")
            elif then:
                noted[page][section] = then
    write_atomically(FILE, json.dumps(noted, indent=1) + "\n")
    return changes


def laid_out(texts: dict[str, str]) -> str:
    """The notes, once pages have new texts that `make question` has written.

    Its own text says the same in both languages, so what was compared stays compared; what was not, does not.

    Args:
        texts: Sources of pages to their new texts.
    """
    noted = _load()
    for name in {source.partition("/")[2] for source in texts}:
        sides = []
        for source in (f"{language}/{name}" for language in LANGUAGES):
            new = _texts(parse(source, texts[source]))
            there = (ROOT / "docs" / source).exists()
            old = _texts(parse(source, read(ROOT / "docs", source))) if there else {}
            sides.append((old, new))
        (zh_old, zh), (en_old, en) = sides
        page = noted.setdefault(name, {})
        for section in zh:
            then = [
                _hash(old[section][1]) for old in (zh_old, en_old) if section in old
            ]
            if not then or then == page.get(section):
                hashes = [_hash(side[section][1]) for side in (zh, en)]
                page[section] = hashes + page.get(section, [])[2:]
    return json.dumps(noted, indent=1) + "\n"


def _hashes() -> dict[str, dict[str, list[str]]]:
    """The hashes of the sections that both languages have, by page."""
    docs = ROOT / "docs"
    found = {}
    for file in sorted((docs / "zh").rglob("*.md")):
        name = file.relative_to(docs / "zh").as_posix()
        if (docs / "en" / name).exists():
            sources = (f"{language}/{name}" for language in LANGUAGES)
            page, other = (parse(s, read(docs, s)) for s in sources)
            zh, en = _texts(page), _texts(other)
            found[name] = {
                s: [_hash(zh[s][1]), _hash(en[s][1]), *_tested(page, s)]
                for s in zh
                if s in en
            }
    return found


def _load() -> dict[str, dict[str, list[str]]]:
    try:
        text = FILE.read_text(encoding="utf-8") if FILE.exists() else "{}"
        found: dict[str, dict[str, list[str]]] = json.loads(text)
        if not isinstance(found, dict):
            raise ValueError("pages have names")
        if any(len(note) < 2 for page in found.values() for note in page.values()):
            raise ValueError("a section has two hashes")
    except (ValueError, AttributeError, TypeError) as error:
        line = getattr(error, "lineno", 1)
        raise PageError(
            f"tools/reviewed.json:{line}: it is damaged, perhaps by a merge; take either side of it "
            "(git checkout --ours tools/reviewed.json) and compare the sections that make check then names"
        ) from error
    return found


def _texts(page: Page) -> dict[str, tuple[int, str]]:
    return {
        s.id: (s.line, page.markdown[s.start : s.end].strip()) for s in page.sections
    }


def _tested(page: Page, section: str) -> list[str]:
    """The claims of a section with their conditions, as far as those can be read."""
    found = []
    for place in (s for s in page.sections if s.id == section):
        for claim in page.all(Claim):
            question, _, name = claim.id.partition(".")
            here = place.start <= claim.start < place.end and question in questions()
            if here and (condition := _conditions(question).get(name)):
                found.append(f"{claim.id}: {condition}")
    return sorted(found)


@cache
def _conditions(question: str) -> dict[str, str]:
    return conditions(question)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _difference(source: str, section: str, old: str, new: str) -> str:
    """What changed, if the history still has the old text."""
    path = f"docs/{source}"
    for commit in _git("log", f"-{HISTORY}", "--format=%H", "--", path).split():
        then = _texts(parse(source, _git("show", f"{commit}:{path}"))).get(
            section, (0, "")
        )[1]
        if _hash(then) == old:
            return ":\n" + "\n".join(f"    {line}" for line in _changes(then, new))
    return ""


def _changes(old: str, new: str) -> Iterator[str]:
    """The lines that were taken out and put in; of a paragraph, which is one line, where both part."""
    before, after = old.splitlines(), new.splitlines()
    for kind, a, b, c, d in SequenceMatcher(
        None, before, after, autojunk=False
    ).get_opcodes():
        if kind == "equal":
            continue
        for out, put in zip_longest(before[a:b], after[c:d], fillvalue=""):
            start = _alike(out, put)
            end = _alike(out[start:][::-1], put[start:][::-1])
            for sign, line in (("-", out), ("+", put)):
                if line:
                    head, tail = max(0, start - AROUND), len(line) - end + AROUND
                    shown = line[head:tail]
                    if len(shown) > LONG:
                        shown = f"{shown[:LONG]}…"
                    yield sign + "…" * (head > 0) + shown + "…" * (tail < len(line))


def _alike(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((i for i, (a, b) in pairs if a != b), min(len(one), len(other)))


def _git(*command: str) -> str:
    done = subprocess.run(
        ["git", *command], cwd=ROOT, capture_output=True, encoding="utf-8", check=False
    )
    return done.stdout


if __name__ == "__main__":
    try:
        for change in mark(sys.argv[1:]):
            print(f"reviewed: {change}", file=sys.stderr)
    except PageError as error:
        raise SystemExit(f"make reviewed: {error}") from error
