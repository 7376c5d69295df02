"""TODO: what the reader has in the hand; words and controls.

`docs/explorables/normalization.js` draws.
"""

from __future__ import annotations

from snippets.laboratory.controls import drawing, reset, slider, text
from snippets.laboratory.languages import Say

FIGURE = "distance"  # what it takes the place of


def words(say: Say) -> dict[str, str]:
    """What the script writes; numbers take the place of names in braces."""
    return {
        # drawings
        "curve": say("TODO：图的标题", "TODO: title of the drawing"),
        # controls
        "n": "n = {n}",
        "n aloud": say(
            "TODO：读给看不见图的人听：{n} 个数，距离 {spread}",
            "TODO: for who does not see it: {n} numbers, distance {spread}",
        ),
        # findings
        "few": say(
            "TODO：这种状态下成立的一句话：距离 {spread}",
            "TODO: a sentence that is true of these states: distance {spread}",
        ),
        "many": say(
            "TODO：其余状态下成立的一句话：距离 {spread}",
            "TODO: a sentence that is true of the others: distance {spread}",
        ),
    }


def form(say: Say) -> str:
    """The controls, and room for what is drawn and said."""
    seen = say("TODO：图里看得到什么", "TODO: what is to be seen in the drawing")
    label = say("TODO：调的是什么", "TODO: what is set")
    return f"""
<div class="panels">
<div class="hand">{drawing("curve", 324, 200, seen)}{
        slider("n", label, 1, 100, 1, 16)
    }</div>
<div class="readout">{text("finding")}
{reset(say("复原", "Reset"))}</div>
</div>"""
