"""A measured number as a reader of one language sees it."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import Any

from snippets.evidence.claims import Claim
from snippets.evidence.estimates import Estimate
from snippets.evidence.questions import Measurement
from tools.core.words import UNITS, WORDS

PENDING = "…"
SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def value(estimate: Estimate) -> str:
    """The value, with as many digits as the interval justifies."""
    return _format(estimate.value, estimate)


def size(estimate: Estimate) -> str:
    """The value without its sign: for sentences that say higher or lower."""
    return value(estimate).removeprefix("−")


def with_unit(estimate: Estimate, language: str) -> str:
    """The value and its unit, where that is not in the number."""
    unit = UNITS[language].get(estimate.unit, estimate.unit)
    return f"{value(estimate)} {unit}".rstrip()


def interval(estimate: Estimate, language: str) -> str:
    """Both ends of the interval, or the value alone where it is exact."""
    if estimate.low == estimate.high:
        return value(estimate)
    low, high = (_format(end, estimate) for end in (estimate.low, estimate.high))
    return WORDS[language]["range"].format(low=low, high=high)


def spread(estimate: Estimate, language: str) -> str:
    """How sure the value is, in words: its interval, or that nothing varies."""
    words = WORDS[language]
    if estimate.low == estimate.high:
        return words["exact" if estimate.n == 1 else "all runs"]
    low, high = (_format(end, estimate) for end in (estimate.low, estimate.high))
    unit = UNITS[language].get(estimate.unit, estimate.unit)
    ours = estimate.unit == "points"  # every other unit is named in the sentence
    return words["interval"].format(low=low, high=high, unit=f" {unit}" if ours else "")


def form(
    estimate: Estimate, form: str, provenance: dict[str, Any], language: str
) -> str:
    """What a placeholder asks for: the value, or its `size`, `interval`, `n` or `machine`."""
    match form:
        case "size":
            return size(estimate)
        case "n":
            return str(estimate.n)
        case "machine":
            return WORDS[language]["machine"].format(**_as_told(provenance))
        case "interval":
            return interval(estimate, language)
    return value(estimate)


def note(
    estimate: Estimate,
    measurement: Measurement,
    provenance: dict[str, Any],
    language: str,
) -> str:
    """Interval, n, date, version and line, in words."""
    words = WORDS[language]
    unit = UNITS[language].get(estimate.unit, estimate.unit)
    parts = [spread(estimate, language)]
    if unit and estimate.unit != "points":
        parts.append(words["unit"].format(unit=unit))
    parts.append(words["runs"].format(n=estimate.n))
    parts.append(words["made"].format(**_as_told(provenance)))
    if measurement.observation:
        parts.append(words["observed"].format(**provenance))
    parts.append(words["where"].format(file=measurement.file, line=measurement.line))
    return words["comma"].join(parts)


def condition(claim: Claim, unit: str, language: str) -> str:
    """What must hold of the interval, in words and in the unit that is shown."""
    bounds = {
        name: _exactly(bound, unit)
        for name, bound in (("above", claim.above), ("below", claim.below))
        if bound is not None
    }
    words = WORDS[language]["between" if len(bounds) == 2 else next(iter(bounds))]
    named = UNITS[language].get(unit, unit)
    one = language == "en" and list(bounds.values()) in (["1"], ["−1"])
    named = f" {named.removesuffix('s') if one else named}" if named else ""
    # Chinese has a space between a number or a Latin word and what follows.
    if (
        language == "zh"
        and len(bounds) == 2
        and not re.search(r"[\u4e00-\u9fff]$", named)
    ):
        named += " "
    return words.format(unit=named, **bounds)


def _as_told(provenance: dict[str, Any]) -> dict[str, Any]:
    """How something was measured, without the build of torch behind its version."""
    return provenance | {"torch": provenance["torch"].partition("+")[0]}


def _exactly(bound: float, unit: str) -> str:
    """A bound as it was set: rounded, it would be another condition."""
    number = (Decimal(repr(bound)) * (100 if unit == "share" else 1)).normalize()
    if number and not Decimal("1e-3") <= abs(number) < Decimal("1e9"):
        exponent = number.adjusted()
        factor = f"{number.scaleb(-exponent):f} × ".removeprefix("1 × ")
        text = f"{factor}10{str(exponent).translate(SUPERSCRIPTS)}"
    else:
        text = f"{number:,f}" if abs(number) >= 10_000 else f"{number:f}"
    return text.replace("-", "−") + ("%" if unit == "share" else "")


def _format(number: float, estimate: Estimate) -> str:
    percent = estimate.unit == "share"
    scale = 100 if percent else 1
    number, center = number * scale, abs(estimate.value) * scale
    half = (estimate.high - estimate.low) / 2 * scale
    whole = half == 0 and number == int(number)  # and no digit of it too many
    if center and not percent and not 1e-3 <= center < (1e9 if whole else 1e6):
        # As rounded: 9.97e-4 is 1.0e-3.
        exponent = int(f"{center:.1e}".partition("e")[2])
        digits = f"{number / 10**exponent:.1f}"
        text = f"{digits} × 10{str(exponent).translate(SUPERSCRIPTS)}"
    else:
        # One digit of the half width, but never more than four of the value.
        magnitude = math.floor(math.log10(center)) if center else 0
        decimals = -math.floor(math.log10(half)) if half > 0 else 3 - magnitude
        decimals = max(0, min(decimals, 3 - magnitude))
        comma = "," if abs(number) >= 10_000 else ""
        text = f"{number:{comma}.{decimals}f}"
        if half == 0 and "." in text:
            text = text.rstrip("0").rstrip(".")
        if not text.strip("-0."):
            text = text.lstrip("-")  # what rounds to 0 has no sign
    return text.replace("-", "−") + ("%" if percent else "")
