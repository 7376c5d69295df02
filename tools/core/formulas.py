"""Mathematics: from TeX to MathML that needs no script and no style of its own."""

from __future__ import annotations

import re
from functools import cache
from html import escape

from math_core import LatexError, LatexToMathML

PUNCTUATION = "[,.;:!?)，。；：、！？）]*"  # what belongs to the formula before it
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
        reason = f"the formula {tex.strip()!r} is not understood: {error}"
        raise FormulaError(reason) from error
    # The columns of aligned equations.
    math = re.sub(
        r'<mtd style="text-align: (right|left)[^"]*"', r'<mtd class="\1"', math
    )
    math = re.sub(r' (?:style|scriptlevel)="[^"]*"', "", math)
    # HTML checkers know this attribute on few elements; the stylesheet does the same.
    math = math.replace('<mfrac displaystyle="false"', '<mfrac class="compact"')
    math = math.replace('<mfrac displaystyle="true"', '<mfrac class="ample"')
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
