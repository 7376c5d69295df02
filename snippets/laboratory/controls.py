"""The controls of an explorable, as HTML: native, named, and with what a script needs to know of them.

`docs/explorables/kit.js` reads them; a part that a script fills or draws has `data-part`.
"""

from __future__ import annotations

from html import escape


def slider(
    name: str,
    label: str,
    low: float,
    high: float,
    step: float,
    start: float,
    scale: str = "linear",
    *,
    shown: bool = True,
) -> str:
    """A slider with its label and, beside it, what it stands for.

    Args:
        name: In the state and in addresses.
        label: What it sets.
        low: Left end, a position: on a logarithmic scale the power of ten.
        high: Right end, likewise.
        step: From one position to the next.
        start: The position that the page begins with.
        scale: One of those in `kit.js`: linear, log, log0, logit, count or friction.
        shown: Whether its value stands beside the label.
    """
    # Not an <output>: inside a label it would take the label for itself, and it would speak with each frame.
    value = f' <span class="value" data-part="{name}-value" aria-hidden="true"></span>'
    return (
        f'<div class="knob"><label for="explorable-{name}">{label}</label>{value if shown else ""}'
        f'<input type="range" id="explorable-{name}" name="{name}" min="{low}" max="{high}" step="{step}" '
        f'value="{start}" data-scale="{scale}"></div>'
    )


def number(name: str, label: str, low: int, high: int, start: int) -> str:
    """A field for a whole number with its label."""
    return (
        f'<label class="knob">{label} <input type="number" name="{name}" min="{low}" max="{high}" '
        f'step="1" value="{start}"></label>'
    )


def tick(name: str, label: str, *, on: bool = False) -> str:
    """A box to tick with its label."""
    checked = " checked" if on else ""
    return f'<label class="knob"><input type="checkbox" name="{name}"{checked}> {label}</label>'


def choose(name: str, label: str, options: dict[str, str], start: str) -> str:
    """Options of which one holds.

    Args:
        name: In the state and in addresses.
        label: What is chosen.
        options: What each is called in addresses, to its label.
        start: The one that the page begins with.
    """
    buttons = "".join(
        f'<label><input type="radio" name="{name}" value="{value}"'
        f"{' checked' if value == start else ''}> {text}</label>"
        for value, text in options.items()
    )
    return (
        f'<fieldset class="knob options"><legend>{label}</legend>{buttons}</fieldset>'
    )


def drawing(part: str, width: int, height: int, alternative: str) -> str:
    """Room for a drawing, which is there before anything is drawn.

    Args:
        part: Its name.
        width: Of its own units: of pixels, on a phone of 360.
        height: Likewise.
        alternative: What is to be seen there.
    """
    return (
        f'<svg data-part="{part}" viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="{escape(alternative)}"></svg>'
    )


def text(part: str, tag: str = "p") -> str:
    """Room for a text."""
    return f'<{tag} data-part="{part}"></{tag}>'


def reset(label: str) -> str:
    """A button that brings back what the page began with."""
    return f'<button type="reset">{label}</button>'


def more(label: str, content: str) -> str:
    """What most readers do not need at first, folded."""
    return f"<details><summary>{label}</summary>{content}</details>"
