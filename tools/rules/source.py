"""What only the source of a page shows: front matter, headings, claims that lean, times without a machine."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

import yaml

from snippets.evidence.judging import Evidence
from tools.core.nearest import nearest
from tools.core.pages import LANGUAGES, Claim, Formula, Number, Page
from tools.core.prose import (
    FENCE,
    INCLUDE,
    line_of,
    only_prose,
    underlined,
    without_code,
)
from tools.rules.rendering import PlainLoader

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
CODE = {"", "bash", "console", "diff", "json", "python", "sh", "text", "toml", "yaml"}
_CHINESE = re.compile("[\u3001-\u303f\u4e00-\u9fff\uff00-\uffef]")
_TEXT = re.compile(r"\\text\{[^{}]*\}")
_CELLS = re.compile(r"(?<!\\)\|")
_TAGS = re.compile(r"<(?P<end>/?)(?P<name>[a-zA-Z][\w-]*)(?P<rest>(?:[\s/][^<>]*)?)>")
_VOID = {"br", "hr", "img", "input", "wbr", "col"}
_OPENS = re.compile(r"^[ >]*(?P<fence>`{3,}(?!`)|~{3,}(?!~))(?P<info>[^`\n]*)$", re.M)
_DEFINED = re.compile(r"^ {0,3}\[(?P<name>[^\[\]\n]+)\]:", re.M)
_LETTER = re.compile(r"[^\x00-\x7f\u4e00-\u9fff\W\d_]|[\u0300-\u036f]")
_ALPHABETS = ("LATIN", "GREEK", "CJK UNIFIED", "MICRO SIGN", "IDEOGRAPHIC")
_FENCE_LIKE = re.compile(r"[ >]*(?P<fence>`{2,}|~{3,}) *\w*[ ]*")
_SHORT = re.compile(
    r"^[ >]*`{1,2} *(?:bash|console|diff|json|python|sh|text|toml|yaml)[ ]*$", re.M
)
_ID = re.compile(r"[a-z][a-z0-9_]*(?:-[a-z0-9_]+)*")


def letters(page: Page) -> Iterator[str]:
    """Letters that look like others: a search for the word does not find them."""
    for match in _LETTER.finditer(page.markdown):
        sign = match.group()
        name = unicodedata.name(sign, "a letter without a name")
        if unicodedata.category(sign)[0] in "LM" and not name.startswith(_ALPHABETS):
            plain = unicodedata.normalize("NFKC", sign)
            mend = f"write {plain!r}" if plain != sign else "type the word again"
            yield (
                f"{page.place(match.start())}: {sign!r} (U+{ord(sign):04X}, {name.lower()}) is a letter "
                f"that searches do not find; {mend}"
            )


def front_matter(page: Page) -> Iterator[str]:
    """A front matter that is not closed, not YAML, or has no description."""
    text = page.markdown
    place = f"docs/{page.source}"
    if not text.startswith("---\n"):
        yield f"{place}:1: there is no front matter; begin with ---, description: one sentence, ---"
        return
    if not page.body:
        yield f"{place}:1: the front matter is not closed; write --- on the line behind it"
        return
    try:
        meta = yaml.load(text[4:].partition("\n---")[0], PlainLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 2 if error.problem_mark else 1
        yield (
            f"{place}:{line}: the front matter is not YAML, {error.problem}; "
            "put the text in quotes, or write no colon in it"
        )
        return
    except yaml.YAMLError as error:  # a sign that YAML does not know
        yield f"{place}:1: the front matter is not YAML, {' '.join(str(error).split())}; take that out"
        return
    description = meta.get("description") if isinstance(meta, dict) else None
    if not isinstance(description, str) or not description.strip():
        yield (
            f"{place}:1: the front matter has no description, which searches and chats show; "
            "write one sentence"
        )
    elif re.search('[<>"]', description):
        yield f"{place}:1: the description has a straight quote or a bracket; write \u201c and \u201d"
    elif (re.search("[一-鿿]", description) is None) == (page.language == "zh") and (
        page.language in LANGUAGES
    ):
        yield f"{place}:1: the description is not in the language of the page; write it in that"
    elif re.search(r"\d\.\d|\d ?[%％]", only_prose(f"\n{description}")):
        yield f"{place}:1: the description has a number, which nothing brings up to date; use words"


def fences(page: Page) -> Iterator[str]:
    """Code that nothing closes: all that follows would be code."""
    open_ = FENCE.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), page.markdown)
    for match in FENCE.finditer(page.markdown):
        name = re.match(r"[ >]*[`~]+ *([\w+-]*)", match.group())
        if name and name[1] not in CODE:
            mend = nearest(name[1], CODE - {""})
            yield f"{page.place(match.start())}: no code here is {name[1]!r}; {mend}"
    for match in re.finditer(r"^.*-8[<\u2039]-.*$", page.markdown, re.M):
        if not INCLUDE.fullmatch(match.group()):
            yield (
                f"{page.place(match.start())}: {match.group().strip()[:60]!r} is not read as an include; "
                'write --8<-- "snippets/\u2026", alone on its line'
            )
    for match in FENCE.finditer(page.markdown):
        fence, first = match["fence"], line_of(page.markdown, match.start())
        for number, line in enumerate(match.group().split("\n")[1:-1], first + 1):
            inner = _FENCE_LIKE.fullmatch(line)
            if inner and not len(fence) > len(inner["fence"]) > 2:
                yield (
                    f"docs/{page.source}:{first}: nothing closes this code before line {number}, which has "
                    f"{line.strip()!r}; close it with {fence}"
                )
                break
    for match in _SHORT.finditer(open_):
        yield (
            f"docs/{page.source}:{line_of(open_, match.start())}: {match.group().strip()!r} opens no code; "
            "write three signs or more, and as many behind it"
        )
    for match in _OPENS.finditer(open_):
        yield (
            f"docs/{page.source}:{line_of(open_, match.start())}: nothing closes this code; "
            f"write {match['fence']} behind it, as far from the margin"
        )


def indents(page: Page) -> Iterator[str]:
    """Lines that are indented by no multiple of four: what they hold leaves the list or box it belongs to."""
    lines = zip(page.visible.split("\n"), page.markdown.split("\n"), strict=True)
    for number, (visible, line) in enumerate(lines, 1):
        blanks = len(line) - len(line.lstrip(" "))
        if visible.strip() and blanks % 4 and not line.lstrip().startswith("<"):
            yield (
                f"docs/{page.source}:{number}: {line.strip()[:40]!r} is {blanks} blanks in; "
                "what belongs to a list, a box or a note is four blanks in"
            )


def formulas(page: Page) -> Iterator[str]:
    """What stands for nothing in a formula: placeholders, and signs of Chinese."""
    for formula in page.all(Formula):
        if "[[" in formula.tex:
            place = page.place(formula.start)
            yield f"{place}: no placeholder is filled in a formula; write it behind the formula"
        elif found := _CHINESE.search(_TEXT.sub("", formula.tex)):
            yield (
                f"{page.place(formula.start)}: {found.group()!r} stands in a formula; "
                "write it outside, or words in \\text{\u2026}"
            )


def tables(page: Page) -> Iterator[str]:
    """Rows with more or fewer cells than the head of their table, and lines that become a row."""
    for table in re.finditer(r"(?:^[ ]*\|.*\n)+(?P<next>.*)", page.visible, re.M):
        rows = table.group().split("\n")[:-1]
        head = len(_CELLS.findall(rows[0]))
        for i, row in enumerate(rows):
            place = f"docs/{page.source}:{line_of(page.visible, table.start()) + i}"
            if (cells := len(_CELLS.findall(row))) != head:
                yield f"{place}: this row has {cells - 1} cells, and the table {head - 1}; write as many"
        if (text := table["next"].strip()) and not text.startswith(("{", "[", "<")):
            place = page.place(table.start("next"))
            yield f"{place}: {text[:40]!r} would be a row of the table above; leave a blank line before it"


def balance(page: Page) -> Iterator[str]:
    """Elements that nothing closes, and ends of what was not opened: they would swallow the theme's page."""
    opened: list[tuple[str, int]] = []
    for match in _TAGS.finditer(page.visible):
        name = match["name"].lower()
        if name in _VOID or match["rest"].endswith("/"):
            continue
        if not match["end"]:
            opened.append((name, match.start()))
        elif opened and opened[-1][0] == name:
            opened.pop()
        else:
            inside = f"; <{opened[-1][0]}> is still open" if opened else ""
            yield f"{page.place(match.start())}: </{name}> closes nothing{inside}; take it out, or open it"
    comment = page.visible.find("<!--")
    if comment >= 0:
        yield f"{page.place(comment)}: nothing closes this comment; write --> where it ends"
    for name, start in opened:
        yield f"{page.place(start)}: nothing closes <{name}>; write </{name}> where it ends"


def references(page: Page) -> Iterator[str]:
    """Definitions of footnotes and addresses that stand twice, or that nothing refers to."""
    seen = set()
    for match in _DEFINED.finditer(page.visible):
        name = match["name"].lower()
        place = f"{page.place(match.start())}: [{match['name']}]"
        if name in seen:
            yield f"{place} is defined twice; give one of them another name"
        elif page.visible.lower().count(f"[{name}]") < 2:
            yield f"{place} is defined, and nothing refers to it; take it out, or refer to it"
        seen.add(name)


def brackets(page: Page) -> Iterator[str]:
    r"""Formulas as LaTeX writes them, whose backslash Markdown takes away."""
    for match in re.finditer(r"\\\((?=.*?\\\))|\\\[(?=[^\[\]]*\\\])", page.visible):
        yield f"{page.place(match.start())}: {match.group()} begins no formula; write $\u2026$ or $$\u2026$$"


def headings(page: Page) -> Iterator[str]:
    """Headings that the other language could not share a link with, and pages without a title."""
    text = page.markdown
    seen = set()
    ones = [m for m in page.headings if len(m["level"]) == 1]
    if not ones:
        line = line_of(text, page.body)
        yield f"docs/{page.source}:{line}: the page has no title; begin it with # and the title"
    for match in page.headings:
        line = line_of(text, match.start())
        words = text[match.start("text") : match.end("text")]
        if len(match["level"]) > 1 and not match["id"]:
            yield (
                f"docs/{page.source}:{line}: heading {words!r} has no id; "
                "add {: #english-id }, the same in both languages"
            )
        elif match["id"] and match["id"] in seen:
            yield f"docs/{page.source}:{line}: the id #{match['id']} stands twice; change one of them"
        elif match["id"] and not _ID.fullmatch(match["id"]):
            yield (
                f"docs/{page.source}:{line}: the id #{match['id']} is not written as others are; "
                "use small English letters, digits and hyphens"
            )
        seen.add(match["id"])
    for match in underlined(text):
        yield (
            f"docs/{page.source}:{line_of(text, match.start())}: this line becomes a heading because of the "
            "line under it; write ## and an id, or leave a blank line between them"
        )


def boxes(page: Page) -> Iterator[str]:
    """Claims whose first line is not read as one."""
    for match in re.finditer(
        r"^[ ]*!!+ *(?i:claim)\b.*$", without_code(page.markdown), re.M
    ):
        written = page.markdown[match.start() : match.end()]
        if not re.fullmatch(r'(?:    )*!!! claim "[^"]*" *', written):
            yield (
                f"{page.place(match.start())}: {written.strip()!r} is not read as a claim; "
                'write !!! claim "id", with straight quotes, on a line of its own'
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
