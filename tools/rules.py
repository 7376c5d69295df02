"""What every page must keep to; `make check` prints each breach with file, line, reason and mend."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from snippets.evidence.evidence import Evidence, EvidenceError, gather
from snippets.evidence.questions import ROOT, SourceError, questions
from tools.notebooks import code_blocks
from tools.pages import LANGUAGES, Page, PageError
from tools.prose import formulas, headings, line_of, only_prose, without_code

_LINK = re.compile(r"(?<!!)\]\((?P<target>https?://[^()\s]*)\)")


def main() -> int:
    """Check all pages; print what is wrong.

    Returns:
        0 if nothing is, else 1.
    """
    try:
        evidence = {q: gather(q) for q in questions()}
    except (EvidenceError, SourceError) as error:
        print(error, file=sys.stderr)
        return 1
    problems = list(check(ROOT / "docs", evidence))
    for problem in problems:
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
            text = (docs / lang / name).read_text(encoding="utf-8")
            pages.append(Page(f"{lang}/{name.as_posix()}", text, evidence))
            yield from unresolved(pages[-1])
            yield from typed_digits(pages[-1])
            yield from headings_without_id(pages[-1])
        if len(there) == 1:
            other = "en" if there == ["zh"] else "zh"
            yield f"docs/{there[0]}/{name}:1: there is no docs/{other}/{name}; write it too"
        else:
            yield from unequal(*pages)


def unresolved(page: Page) -> Iterator[str]:
    """Numbers, claims and figures that nothing provides."""
    for matches, resolve in (
        (page.placeholders(), page.estimate),
        (page.claims(), page.verdict),
        (page.figures(), page.figure),
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


def headings_without_id(page: Page) -> Iterator[str]:
    """Headings that the other language could not share a link with."""
    for match in headings(page.markdown):
        if len(match["level"]) > 1 and not match["id"]:
            yield (
                f"docs/{page.source}:{line_of(page.markdown, match.start())}: heading "
                f"{match['text']!r} has no id; add {{: #english-id }}, the same in both languages"
            )


@dataclass
class Section:
    """What a section of a page must share with the other language.

    Args:
        id: Of its heading; empty before the first one.
        line: Where it starts.
        items: What it holds, by kind.
    """

    id: str
    line: int
    items: dict[str, Counter[str]] = field(default_factory=dict)


def sections(page: Page) -> list[Section]:
    """Split a page at its headings and count what both languages share."""
    text = page.markdown
    visible = without_code(text)
    found = [Section("", 1)]
    starts = [0]
    for match in headings(text):
        found.append(Section(_id(match), line_of(text, match.start())))
        starts.append(match.start())
    code = code_blocks(page)
    for section, start, end in zip(
        found, starts, [*starts[1:], len(text)], strict=True
    ):
        last = line_of(text, end)
        section.items = {
            "numbers": Counter(
                m.group() for m in page.placeholders() if start <= m.start() < end
            ),
            "claims": Counter(
                m["id"] for m in page.claims() if start <= m.start() < end
            ),
            "figures": Counter(
                m["name"] for m in page.figures() if start <= m.start() < end
            ),
            "formulas": Counter(
                m.group().rstrip(" .,")
                for m in formulas(text)
                if start <= m.start() < end
            ),
            "sources": Counter(
                m["target"] for m in _LINK.finditer(visible, start, end)
            ),
            "code blocks": Counter(
                body for line, body in code if section.line <= line < last
            ),
        }
    return found


def _id(heading: re.Match[str]) -> str:
    return heading["id"] or ("title" if heading["level"] == "#" else heading["text"])


def unequal(zh: Page, en: Page) -> Iterator[str]:
    """Where the two languages do not say the same things."""
    ours, theirs = sections(zh), sections(en)
    if [s.id for s in ours] == [s.id for s in theirs]:
        for here, there in zip(ours, theirs, strict=True):
            yield from _extra(zh, here, en, there)
            yield from _extra(en, there, zh, here)
    elif {s.id for s in ours} == {s.id for s in theirs}:
        yield f"docs/{zh.source}:1: its sections stand in another order than in docs/{en.source}"
    for page, mine, other, others in ((zh, ours, en, theirs), (en, theirs, zh, ours)):
        known = {s.id for s in others}
        for section in mine:
            if section.id not in known:
                yield (
                    f"docs/{page.source}:{section.line}: section #{section.id} "
                    f"is missing in docs/{other.source}"
                )


def _extra(page: Page, section: Section, other: Page, twin: Section) -> Iterator[str]:
    for kind, items in section.items.items():
        for item in items - twin.items[kind]:
            first = next(iter(item.strip().splitlines()), item)
            yield (
                f"docs/{page.source}:{section.line}: {kind} of section #{section.id or 'top'}: {first!r} "
                f"does not stand in docs/{other.source}:{twin.line}"
            )


if __name__ == "__main__":
    raise SystemExit(main())
