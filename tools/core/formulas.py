"""Mathematics: from TeX to MathML that needs no script and no style of its own."""

from __future__ import annotations

import re
from functools import cache
from html import escape

from math_core import LatexError, LatexToMathML

PUNCTUATION = "[,.;:!?)，。；：、！？）]*"  # what belongs to the formula before it

# What font and browsers do not do by themselves. The prime that the font has is raised already, so it stands
# beside its letter, not in the exponent; a root over a low letter would touch it; a sign that begins the
# second half of a broken formula has the space between words before it.
_PRIME = r'<mo lspace="0" rspace="0">\2</mo>'
_ATOM = "(<m[in]>[^<>]*</m[in]>)"
_MENDS = (
    (rf"<msup>{_ATOM}<mo>([′″])</mo></msup>", rf"<mrow>\1{_PRIME}</mrow>"),
    (
        rf"<msup>{_ATOM}<mrow><mo>([′″])</mo>{_ATOM}</mrow></msup>",
        rf"<msup><mrow>\1{_PRIME}</mrow>\3</msup>",
    ),
    (
        rf"<msubsup>{_ATOM}{_ATOM}<mo>([′″])</mo></msubsup>",
        rf"<mrow><msub>\1\2</msub>{_PRIME.replace('2', '3')}</mrow>",
    ),
    (
        "<msqrt>(<mi>[acegm-su-zαγεηικμνο-υχω]</mi>)</msqrt>",
        r'<msqrt><mrow>\1<mspace height="0.72em" depth="0.02em"/></mrow></msqrt>',
    ),
    (r"(<math[^>]*>)<mrow></mrow><mo>", r'\1<mrow></mrow><mo lspace="0">'),
)
_CONVERTER = LatexToMathML(fancy_error=False)


class FormulaError(ValueError):
    """A formula is not understood; the message says which, and why."""


@cache
def mathml(tex: str, display: bool = False) -> str:
    """A formula as an element for a page.

    Args:
        tex: What stands between the dollar signs.
        display: Whether it is displayed by itself, not in a line.

    Raises:
        FormulaError: If it is not understood.
    """
    try:
        math = _CONVERTER.convert_with_local_state(tex, displaystyle=display)
    except LatexError as error:
        reason = f"the formula {tex.strip()!r} is not understood, {error}; write it as TeX does"
        raise FormulaError(reason) from error
    # The columns of aligned equations.
    math = re.sub(
        r'<mtd style="text-align: (right|left)[^"]*"', r'<mtd class="\1"', math
    )
    math = re.sub(r' (?:style|scriptlevel)="[^"]*"', "", math)
    # HTML checkers know this attribute on few elements; the stylesheet does the same.
    math = math.replace('<mfrac displaystyle="false"', '<mfrac class="compact"')
    math = math.replace('<mfrac displaystyle="true"', '<mfrac class="ample"')
    for found, mended in _MENDS:
        math = re.sub(found, mended, math)
    # What is copied, and what browsers without MathML show (docs/assets/site.js).
    source = escape(re.sub(r"\s+", " ", tex.strip()))
    math = math.replace("<math", f'<math alttext="{source}"', 1)
    if display:
        # What may have to be scrolled on a phone can be reached by keyboard.
        return f'<div class="formula" tabindex="0" translate="no">{math}</div>'
    return f'<span translate="no">{math}</span>'


def together(formula: str, punctuation: str) -> str:
    """A formula and the punctuation behind it, which may not begin a line."""
    if not punctuation:
        return formula
    return f'<span class="together">{formula}{punctuation}</span>'
