"""Measured numbers that are typed, however they are spelled, and units that a number does not have."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from decimal import Decimal

from snippets.evidence.judging import Evidence
from tools.core import numbers
from tools.core.pages import Formula, Number, Page
from tools.core.prose import line_of, only_prose
from tools.rules.rendering import MARK, Rendered

_MEND = "write a measured number as [[question.key]], a constant or a name as $\u2026$ or `\u2026`"
_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_ONES = "one|two|three|four|five|six|seven|eight|nine"
_HAN = "[一二三四五六七八九十百零两点]"
_DIGITS = re.compile("[0-9０-９][0-9０-９.,%]*|(?<=[一-鿿])[A-Za-z][0-9]+")
# What a gain or a loss is said with.
_BY = "by|gains?|gained|loses?|lost|costs?|than|about|nearly|almost|over|under|to"
_OVER_TEN = rf"(?:(?:{_TENS})(?:[- ](?:{_ONES}))?|eleven|twelve|\w+teen)"
# In words, more than ten of a hundred is a result, or more than ten times, but for a power of ten; a bound
# of one or ten is said in words, and so is a half.
_WORDS = {
    "en": re.compile(
        rf"\b(?:(?:{_OVER_TEN}(?: point(?: \w+){{1,3}}?)?"
        rf"|(?:{_ONES}|ten) point(?: \w+){{1,3}}?) (?:percent|per cent|percentage points?)"
        rf"|(?:{_BY}) (?:{_OVER_TEN}|(?:{_ONES}) point \w+) points"
        rf"|{_OVER_TEN}[- ](?:times (?:as|the|more|less|\w+er)|fold))\b",
        re.I,
    ),
    "zh": re.compile(
        f"百分之(?![一二三四五六七八九十百](?!{_HAN})){_HAN}+"
        "|(?:[一-九]十[一-九]?|十[一-九]|[一-九零两十]+点[一-九零]+)(?:个百分点|倍)|[一-九]成[一-九]".replace(
            "一-九", "一二三四五六七八九"
        )
    ),
}
_GLUED = re.compile(
    r"\b(?!(?:b?float|complex|conv|relu|base|resnet)[0-9]+\b)[a-z]{4,}[0-9]+\b(?![(.\w-])"
)
_DECIMAL = re.compile(r"(?<![\w.])[0-9]+\.[0-9]+(?![\w.])")
_LINKED = re.compile(
    r"\[[~≈约 ]*(?P<number>[0-9][0-9.,]*(?: ?[%％]| percent)?)\](?=[(\[])"
    r"|\[[^\[\]]*?(?P<share>[0-9]+(?:\.[0-9]+)? ?(?:[%％]|percent))[^\[\]]*\](?=[(\[])"
)
_INLINE = re.compile(r"(?<!`)`(?P<code>[^`\n]+)`(?!`)")
_ALONE = re.compile(r"(?:\\approx|\\sim|~)?\s*[-+−]?(?:\\?%|\\,|\s)*")
# What changes how a number looks, and not what it is.
_DRESS = re.compile(
    r"\\(?:mathbf|mathrm|mathit|boldsymbol|bm|text)\{(?P<inside>[^{}]*)\}|\\[,;:! ]|[{}]"
)
_UNIT = re.compile(
    r"\s*(?:[%％]|percent\b|per cent\b|percentage points?\b|points?\b(?! to\b)|个?百分点"
    r"|(?:seconds?|steps?|layers)\b|[步秒层](?!长|次))"
)
_OWN = {
    "points": ("percentage point", "point", "个百分点", "百分点"),
    "steps": ("step", "步"),
    "layers": ("layer", "层"),
    "s": ("second", "秒"),
}


def typed(page: Page) -> Iterator[str]:
    """Numbers in prose: as digits of any script, in words, or as what a link shows."""
    prose = only_prose(page.markdown)
    found = {m.start(): m.group() for m in _DIGITS.finditer(prose)}
    found |= {i: sign for i, sign in enumerate(prose) if _is_numeral(sign)}
    found |= {m.start(): m.group() for m in _WORDS[page.language].finditer(prose)}
    for match in _LINKED.finditer(page.visible):
        kind = match.lastgroup or "number"
        found[match.start(kind)] = match[kind]
    for start in sorted(found):
        near = page.markdown[max(0, start - 20) : start + len(found[start]) + 10]
        yield (
            f"docs/{page.source}:{line_of(prose, start)}: {found[start]!r} is typed in "
            f"\u201c{' '.join(near.split())}\u201d; {_MEND}"
        )


def glued(page: Rendered) -> Iterator[str]:
    """Numbers that a word hides; the types of numbers have such names."""
    for text in page.texts:
        for match in _GLUED.finditer(text):
            yield f"{match.group()!r} is a word with a number in it; {_MEND}"


def _is_numeral(sign: str) -> bool:
    """Whether a sign is a numeral of another script, in a circle or raised; full-width ones are digits."""
    other = not sign.isascii() and sign not in "０１２３４５６７８９"
    return other and unicodedata.category(sign) in ("Nd", "Nl", "No")


def copied(page: Page, evidence: dict[str, Evidence]) -> Iterator[str]:
    """Results typed as if they were constants: alone in a formula or in code, as shown or as a share."""
    # With many questions, some result is like any constant: the page of one knows its own.
    questions = [page.slug] if page.slug in evidence else sorted(evidence)
    every = [(q, *item) for q in questions for item in evidence[q].estimates.items()]
    results: dict[Decimal, str] = {}
    for question, key, estimate in every:
        shown = numbers.size(estimate)
        digits = re.sub(r"\D", "", shown).strip("0")
        # A constant, or one that anybody may choose, such as 0.999, is no result.
        if estimate.low < estimate.high and len(digits) >= 3 and digits.strip("9"):
            plain, share = shown.rstrip("%"), shown.endswith("%")
            if _DECIMAL.fullmatch(plain):
                name = f"[[{question}.{key}]]"
                results[Decimal(plain)] = name
                results[Decimal(plain) / (100 if share else 1)] = name
    spans = [(f.start, f.tex) for f in page.all(Formula)]
    spans += [(m.start(), m["code"]) for m in _INLINE.finditer(page.markdown)]
    for start, text in spans:
        bare = _DRESS.sub(lambda m: m.group("inside") or "", text)
        for match in _DECIMAL.finditer(bare):
            alone = _ALONE.fullmatch(bare[: match.start()] + bare[match.end() :])
            if alone and (measured := results.get(Decimal(match.group()))):
                yield f"{page.place(start)}: {text.strip()!r} is what {measured} measures; write that"


def units(page: Rendered, evidence: dict[str, Evidence]) -> Iterator[str]:
    """Units beside a number that it has already, or does not have."""
    seen = set()
    for text in page.blocks:
        for match in MARK.finditer(text):
            part = page.part(match["number"])
            if (
                not isinstance(part, Number)
                or part in seen
                or part.form in ("n", "machine")
            ):
                continue
            seen.add(part)
            known = evidence.get(part.question)
            estimate = known.estimates.get(part.key) if known else None
            if estimate is None:
                continue
            behind = _UNIT.match(text, match.end())
            said = behind.group().strip() if behind else ""
            if not said and text[: match.start()].rstrip().endswith("百分之"):
                said = "百分之"
            if said and (reason := _other(estimate.unit, said)):
                yield f"{page.page.text(part)} {reason}"


def _other(unit: str, said: str) -> str:
    """Why a number of one unit does not stand beside a word for another; empty where it may."""
    if said.rstrip("s") in _OWN.get(unit, ()):
        return ""
    if unit == "share":
        return f"is shown with its %, and {said!r} stands beside it; take that out"
    if unit == "points" and said in ("%", "％", "percent", "per cent", "百分之"):
        return "is in percentage points, not in percent; write the word for points"
    return f"has the unit {unit!r}, and {said!r} stands beside it; take that out, or name another key"
