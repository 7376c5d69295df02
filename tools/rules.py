"""What every page must keep to; `make check` prints each breach with file, line, reason and mend."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress

import yaml

from snippets.evidence.judging import Evidence, claim_place, known
from snippets.evidence.questions import ROOT, questions
from tools import marks
from tools.core import asked
from tools.core.guide import Guide
from tools.core.pages import LANGUAGES, Claim, Number, Page, PageError, read
from tools.core.prose import line_of, only_prose, underlined
from tools.explorable_rules import faults as explorable_faults
from tools.explorable_rules import try_links
from tools.parity import unequal
from tools.reviews import stale

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
        problems += check(Guide(ROOT / "docs", evidence))
    except PageError as error:
        problems.append(str(error))
    problems += marks.faults()
    # What is wrong with a question is wrong wherever a page names it.
    for problem in dict.fromkeys(problems):
        print(problem, file=sys.stderr)
    return 1 if problems else 0


def check(guide: Guide) -> Iterator[str]:
    """All breaches of the rules in the pages of a guide."""
    docs = guide.docs
    names = {
        lang: {p.relative_to(docs / lang) for p in (docs / lang).rglob("*.md")}
        for lang in LANGUAGES
    }
    for name in sorted(names["zh"] | names["en"]):
        there = [lang for lang in LANGUAGES if name in names[lang]]
        pages = []
        for lang in there:
            try:
                page = guide.page(f"{lang}/{name.as_posix()}")
            except PageError as error:
                yield str(error)
                continue
            pages.append(page)
            yield from guide.problems(page)
            yield from front_matter(page)
            yield from typed_digits(page)
            yield from headings_without_id(page)
            yield from leaning(page)
            yield from without_machine(page, guide.evidence)
            yield from foreign(f"docs/{page.source}", page.markdown, page.visible)
            yield from try_links(page)
        if len(there) == 1:
            other = "en" if there == ["zh"] else "zh"
            yield f"docs/{there[0]}/{name}:1: there is no docs/{other}/{name}; write it too"
        elif (
            len(pages) == 2
            and not any(problem for page in pages for problem in guide.problems(page))
        ):  # what does not resolve is told, and would differ from the other language as well
            yield from unequal(*pages)
            yield from stale(*pages)
            yield from asked.faults(*pages)
    for file in sorted(
        p for suffix in ("css", "js", "html") for p in docs.rglob(f"*.{suffix}")
    ):
        text = read(docs, file.relative_to(docs).as_posix())
        yield from foreign(f"docs/{file.relative_to(docs)}", text, text)
    yield from without_sentence(guide)
    for question in guide.evidence:
        yield from explorable_faults(question)


def front_matter(page: Page) -> Iterator[str]:
    """A description that is not YAML: the page would show it as its first heading."""
    if page.markdown.startswith("---\n"):
        try:
            yaml.safe_load(page.markdown[4:].partition("\n---")[0])
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 2 if error.problem_mark else 1
            yield (
                f"docs/{page.source}:{line}: the front matter is not YAML, {error.problem}; "
                "put the text in quotes, or write no colon in it"
            )


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
    for claim in page.all(Claim):
        sentence = page.markdown[slice(*claim.sentence)]
        if leans := _LEANING[page.language].match(sentence):
            yield (
                f"{page.place(claim.start)}: claim {claim.id!r} begins "
                f"with {leans.group()!r}, which leans on another sentence; name network, task and quantity"
            )


def without_machine(page: Page, evidence: dict[str, Evidence]) -> Iterator[str]:
    """Times that the page shows without the machine they were measured on."""
    places: dict[str, int] = {}
    named = set()
    for number in page.all(Number):
        question = number.question
        if (
            question in evidence
            and number.measurement in evidence[question].observations
        ):
            places.setdefault(question, number.start)
            if number.form == "machine":
                named.add(question)
    for question in places.keys() - named:
        yield (
            f"{page.place(places[question])}: a time without its machine; "
            f"write [[{question}.\u2026:machine]] once on this page"
        )


def headings_without_id(page: Page) -> Iterator[str]:
    """Headings that the other language could not share a link with."""
    text = page.markdown
    seen = set()
    for match in page.headings:
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


def without_sentence(guide: Guide) -> Iterator[str]:
    """Claims that no page states, or two pages do."""
    for lang in LANGUAGES:
        stated: Counter[str] = Counter()
        for file in (guide.docs / lang).rglob("*.md"):
            with suppress(PageError):  # told already
                page = guide.page(file.relative_to(guide.docs).as_posix())
                stated.update(claim.id for claim in page.all(Claim))
        for question, evidence in guide.evidence.items():
            for judged in evidence.claims:
                claim = judged.claim.id
                name = f"{question}.{claim}"
                if stated[name] != 1:
                    where = f"docs/{lang}/{question}.md or docs/{lang}/ledger.md"
                    yield (
                        f"{claim_place(question, claim)}: claim {claim!r} is stated "
                        f'{stated[name]} times in {lang}; write it once, as !!! claim "{name}", in {where}'
                    )


if __name__ == "__main__":
    raise SystemExit(main())
