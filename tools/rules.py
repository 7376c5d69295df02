"""What every page must keep to; `make check` prints each breach with file, line, reason and mend."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator
from difflib import SequenceMatcher
from functools import partial
from pathlib import Path

from snippets.evidence.judging import Evidence, claim_place, known
from snippets.evidence.questions import ROOT, questions
from tools import rendering
from tools.notebooks import code_blocks
from tools.pages import LANGUAGES, Page, PageError, read
from tools.prose import (
    FENCE,
    formulas,
    headings,
    line_of,
    only_prose,
    sections,
    underlined,
    without_code,
)
from tools.reviews import stale

_LINK = re.compile(r"\]\((?P<target>(?!figure:)[^()\s]*(?:\([^()]*\)[^()\s]*)*)\)")
_FOREIGN = re.compile(
    r"""<(?!a\b)[a-z]+\b[^<>]*\b(?:src|srcset|href|data|poster|action)=["']?(?:https?:)?//[^<>]*>"""
    r"""|!\[[^\]]*\]\((?:https?:)?//[^)]*\)|!\[[^\]]*\]\[[^\]]*\]|url\(["']?(?:https?:)?//[^)]*\)|@import[^;]*;"""
    r"""|\b(?:fetch|importScripts)\(\s*["'](?:https?:)?//[^)]*\)""",
    re.I,
)
_SCRIPT = re.compile(
    r"""<(?:script|style|iframe|object|embed)\b[^<>]*>|<[^<>]*\s(?:style|on[a-z]+)=[^<>]*>""",
    re.I,
)
# How a sentence begins that is understood only after another one.
_LEANING = {
    "zh": re.compile(
        r"(?:这|此|那|它|其|也|则|同样|同一|再)|[^，。：；]{1,30}(?:这时|此时)"
        r"|[^，。：；]{1,20}，(?:则|这个)?差?是 ?\[\["
    ),
    "en": re.compile(
        r"(?:And|But|So|Then|There|It|Its|They|Their|This|That|These|Those|Such|The same)\b"
        r"|(?:(?:At|By|For|From|In|On|With)\b|\$)[^.:;]{0,60}?[,:]? it (?:is|does|has|costs|needs)\b"
    ),
}


def main() -> int:
    """Check all pages; print what is wrong.

    Returns:
        0 if nothing is, else 1.
    """
    evidence = {q: known(q) for q in questions()}
    problems = [found.fault for found in evidence.values() if found.fault]
    try:
        problems += check(ROOT / "docs", evidence)
    except PageError as error:
        problems.append(str(error))
    # What is wrong with a question is wrong wherever a page names it.
    for problem in dict.fromkeys(problems):
        print(problem, file=sys.stderr)
    return 1 if problems else 0


def check(docs: Path, evidence: dict[str, Evidence]) -> Iterator[str]:
    """All breaches of the rules in the pages below `docs`."""
    names = {
        lang: {p.relative_to(docs / lang) for p in (docs / lang).rglob("*.md")}
        for lang in LANGUAGES
    }
    for name in sorted(names["zh"] | names["en"]):
        there = [lang for lang in LANGUAGES if name in names[lang]]
        pages = []
        for lang in there:
            try:
                text = read(docs, f"{lang}/{name.as_posix()}")
            except PageError as error:
                yield str(error)
                continue
            pages.append(Page(f"{lang}/{name.as_posix()}", text, evidence))
            yield from unresolved(pages[-1])
            yield from typed_digits(pages[-1])
            yield from headings_without_id(pages[-1])
            yield from leaning(pages[-1])
            yield from without_machine(pages[-1])
            yield from foreign(f"docs/{lang}/{name}", text, without_code(text))
        if len(there) == 1:
            other = "en" if there == ["zh"] else "zh"
            yield f"docs/{there[0]}/{name}:1: there is no docs/{other}/{name}; write it too"
        elif len(pages) == 2:
            yield from unequal(*pages)
            yield from stale(*pages)
    for file in sorted(
        p for suffix in ("css", "js", "html") for p in docs.rglob(f"*.{suffix}")
    ):
        text = read(docs, file.relative_to(docs).as_posix())
        yield from foreign(f"docs/{file.relative_to(docs)}", text, text)
    yield from without_sentence(docs, evidence)


def unresolved(page: Page) -> Iterator[str]:
    """Numbers, claims, figures and files that nothing provides, and what nobody understands."""
    for matches, resolve in (
        (page.placeholders(), page.estimate),
        (page.claims(), page.verdict),
        (page.figures(), page.figure),
        (page.verdicts(), page.rests_on),
        (page.malformed(), page.misunderstood),
        (page.includes(), page.include),
        (formulas(page.markdown), partial(rendering.formula, page)),
    ):
        for match in matches:
            try:
                resolve(match)
            except PageError as error:
                yield str(error)


def typed_digits(page: Page) -> Iterator[str]:
    """Digits in the prose: a measured number is never typed, a constant of the set-up is mathematics."""
    prose = only_prose(page.markdown)
    for match in re.finditer(r"[0-9０-９][0-9０-９.,%]*", prose):
        start, end = match.start(), match.end()
        near = page.markdown[max(0, start - 20) : end + 10].replace("\n", " ").strip()
        yield (
            f"docs/{page.source}:{line_of(prose, start)}: {match.group()!r} is typed in \u201c{near}\u201d; "
            "write a measured number as [[question.key]], a constant of the set-up as $\u2026$ or `\u2026`"
        )


def leaning(page: Page) -> Iterator[str]:
    """Claims that begin like the second half of something: the ledger and its links show each alone."""
    for match in page.claims():
        if found := _LEANING[page.language].match(match["body"].strip()):
            yield (
                f"docs/{page.source}:{line_of(page.markdown, match.start())}: claim {match['id']!r} begins "
                f"with {found.group()!r}, which leans on another sentence; name network, task and quantity"
            )


def without_machine(page: Page) -> Iterator[str]:
    """Times that the page shows without the machine they were measured on."""
    places: dict[str, int] = {}
    named = set()
    for match in page.placeholders():
        question, _, key = match.group()[2:-2].strip().partition(".")
        found = page.evidence.get(question)
        if found and key.partition(".")[0] in found.observations:
            places.setdefault(question, match.start())
            if key.endswith(":machine"):
                named.add(question)
    for question in places.keys() - named:
        line = line_of(page.markdown, places[question])
        yield (
            f"docs/{page.source}:{line}: a time without its machine; "
            f"write [[{question}.\u2026:machine]] once on this page"
        )


def headings_without_id(page: Page) -> Iterator[str]:
    """Headings that the other language could not share a link with."""
    text = page.markdown
    seen = set()
    for match in headings(text):
        line = line_of(text, match.start())
        if len(match["level"]) > 1 and not match["id"]:
            words = text[match.start("text") : match.end("text")]
            yield (
                f"docs/{page.source}:{line}: heading {words!r} has no id; "
                "add {: #english-id }, the same in both languages"
            )
        elif match["id"] in seen:
            yield f"docs/{page.source}:{line}: the id #{match['id']} stands twice; change one of them"
        seen.add(match["id"])
    for match in underlined(text):
        yield (
            f"docs/{page.source}:{line_of(text, match.start())}: this line becomes a heading because of the "
            "line under it; write ## and an id, or leave a blank line between them"
        )


def shared(page: Page) -> dict[str, tuple[int, dict[str, Counter[str]]]]:
    """What each section must share with the other language, by kind, and the line it starts at."""
    text, visible = page.markdown, without_code(page.markdown)
    code = code_blocks(page)
    found = {}
    for section in sections(text):
        start, end, last = section.start, section.end, line_of(text, section.end)
        kinds = {
            "numbers": [
                m.group() for m in page.placeholders() if start <= m.start() < end
            ],
            "verdicts": [
                m.group() for m in page.verdicts() if start <= m.start() < end
            ],
            "claims": [m["id"] for m in page.claims() if start <= m.start() < end],
            "figures": [m["name"] for m in page.figures() if start <= m.start() < end],
            "formulas": [
                _wordless(m.group()) for m in formulas(text) if start <= m.start() < end
            ],
            "links": [m["target"] for m in _LINK.finditer(visible, start, end)],
            "code blocks": [body for line, body in code if section.line <= line < last],
            "other blocks": [
                m.group()
                for m in FENCE.finditer(text, start, end)
                if "python" not in m.group()[:20]
            ],
        }
        found[section.id] = (
            section.line,
            {kind: Counter(items) for kind, items in kinds.items()},
        )
    return found


def unequal(zh: Page, en: Page) -> Iterator[str]:
    """Where the two languages do not say the same things."""
    ours, theirs = shared(zh), shared(en)
    for page, mine, other, others in ((zh, ours, en, theirs), (en, theirs, zh, ours)):
        for name, (line, kinds) in mine.items():
            if name not in others:
                yield f"docs/{page.source}:{line}: section #{name} is missing in docs/{other.source}"
                continue
            there, twins = others[name]
            for kind, items in kinds.items():
                for item in items - twins[kind]:
                    what = _differs(item, twins[kind] - items)
                    yield (
                        f"docs/{page.source}:{line}: {kind} of section #{name}: {what!r} "
                        f"does not stand in docs/{other.source}:{there}"
                    )
    if ours.keys() == theirs.keys() and list(ours) != list(theirs):
        yield f"docs/{zh.source}:1: its sections stand in another order than in docs/{en.source}"


def _wordless(formula: str) -> str:
    """A formula without the words in it, which differ with the language."""
    return re.sub(
        r"\\text\{[^{}]*\}", r"\\text{}", formula.strip("$ \n").rstrip(".,，。； ")
    )


def _differs(item: str, twins: Counter[str]) -> str:
    """The first line of an item that its nearest twin does not have."""
    near = max(
        twins, key=lambda t: SequenceMatcher(None, item, t).quick_ratio(), default=""
    )
    lines = [
        line for line in item.strip().splitlines() if line not in near.splitlines()
    ]
    return lines[0].strip() if lines else item.strip()


def foreign(name: str, text: str, visible: str) -> Iterator[str]:
    """What would ask another origin for something, or needs a script to be read."""
    for match in _FOREIGN.finditer(visible):
        yield (
            f"{name}:{line_of(text, match.start())}: {match.group()!r} would make the page ask another "
            "origin; put the file into docs/assets"
        )
    for match in _SCRIPT.finditer(visible) if name.endswith(".md") else ():
        yield (
            f"{name}:{line_of(text, match.start())}: {match.group()!r} in a page: it must read without "
            "script and keep style in docs/assets/style.css"
        )


def without_sentence(docs: Path, evidence: dict[str, Evidence]) -> Iterator[str]:
    """Claims that no page states, or two pages do."""
    for lang in LANGUAGES:
        stated: Counter[str] = Counter()
        for file in (docs / lang).rglob("*.md"):
            source = file.relative_to(docs).as_posix()
            try:
                page = Page(source, read(docs, source), evidence)
            except PageError:
                continue  # told already
            stated.update(page.full_id(m["id"]) for m in page.claims())
        for question, found in evidence.items():
            for v in found.claims:
                name = f"{question}.{v.claim.id}"
                if stated[name] != 1:
                    where = f"docs/{lang}/{question}.md or docs/{lang}/ledger.md"
                    yield (
                        f"{claim_place(question, v.claim.id)}: claim {v.claim.id!r} is stated "
                        f'{stated[name]} times in {lang}; write it once, as !!! claim "{name}", in {where}'
                    )


if __name__ == "__main__":
    raise SystemExit(main())
