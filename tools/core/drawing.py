"""Draws figures with matplotlib: as SVG with real text in the colours of the page, and as pictures."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable
from functools import partial
from html import escape
from typing import Any

import matplotlib as mpl
from cycler import cycler
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.patches import Polygon, Rectangle
from matplotlib.text import Text
from PIL import Image

from snippets.evidence.judging import Evidence

mpl.use("svg")

# What a figure is drawn in, and the class that takes each colour's place, so that the
# page's own stylesheet colours it in light and dark.
COLORS = {
    "#20242b": "ink",
    "#5c6470": "soft",
    "#e4dfd3": "rule",
    "#0a6a73": "c0",
    "#8f5a08": "c1",
    "#a63d2b": "c2",
}
INK, SOFT, RULE, *SERIES = COLORS
# The same where our stylesheet does not apply, as in a reader mode: to be seen on white and on black.
PLAIN = {
    "ink": "currentColor",
    "soft": "currentColor",
    "rule": "#8884",
    "c0": "#1b8a94",
    "c1": "#b07514",
    "c2": "#cc5a45",
}
SIZES = {
    "wide": (704, 330),
    "narrow": (358, 300),
    "small": (270, 225),
}  # CSS pixels; a figure may set its own height
PAPER = "#faf8f3"

STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "font.size": 12,
    "axes.titlesize": 12,
    "legend.fontsize": 12,
    "axes.prop_cycle": cycler(color=SERIES, linestyle=["-", "--", "-."]),
    "axes.edgecolor": SOFT,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": RULE,
    "grid.linewidth": 1,
    "text.color": INK,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "lines.linewidth": 2,
    "legend.frameon": False,
    "figure.dpi": 72,  # a point is a pixel: sizes below are what the reader sees
    "savefig.transparent": True,
    "path.simplify_threshold": 0.3,  # pixels; halves the weight of long curves
}

_POSTER_STYLE = STYLE | {
    "savefig.transparent": False,
    "figure.facecolor": PAPER,
    "axes.facecolor": PAPER,
}

Say = Callable[[str, str], str]
Draw = Callable[[Evidence, Say, bool], Figure]


def svg(draw: Draw, evidence: Evidence, name: str, language: str, size: str) -> str:
    """A figure as an element that lives in a page, without its text alternative.

    Args:
        draw: What draws it.
        evidence: What is known of the question.
        name: Its full name; ids within the element begin with it.
        language: "zh" or "en".
        size: One of `SIZES`; of a small one only the first panel.
    """
    width, height = SIZES[size]
    style = STYLE | {
        "figure.figsize": (width / 72, height / 72),
        "svg.hashsalt": f"{name}.{size}",
    }
    with mpl.rc_context(style), warnings.catch_warnings():
        # Text is laid out by the reader's browser, which has the font.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        figure = draw(evidence, partial(_say, language), size == "wide")
        if size == "small":
            _keep_first_panel(figure, width / 72, height / 72)
        stream = io.StringIO()
        figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
        plt.close(figure)
    drawn = stream.getvalue()
    if "¤" in drawn:  # matplotlib's sign for one that its formulas lack
        raise ValueError("a formula shares its line with Chinese: break the line")
    return _clean(drawn, f"{name.replace('.', '-')}-{size}-", size)


def poster(draw: Draw, evidence: Evidence, pixels: tuple[int, int]) -> bytes:
    """The first panel of a figure as a PNG for links to the page, without a word.

    So it needs no Chinese font on the machine that builds, and serves both languages.
    """
    with mpl.rc_context(_POSTER_STYLE):
        figure = draw(evidence, lambda _, en: en, False)
        (panel, *others) = figure.axes
        for axes in others:
            axes.remove()
        figure.set_layout_engine("none")
        panel.set_position((0.06, 0.1, 0.78, 0.8))
        panel.tick_params(length=0, labelbottom=False, labelleft=False)
        for words in (*figure.findobj(Legend), *figure.findobj(Text)):
            words.set_visible(False)
        return _with_emblem(figure, pixels)


def emblem(pixels: tuple[int, int]) -> bytes:
    """The picture of the pages that have no figure: the site's own mark."""
    with mpl.rc_context(_POSTER_STYLE):
        return _with_emblem(plt.figure(), pixels, at=(0.5, 0.5), size=0.5)


def _with_emblem(
    figure: Figure,
    pixels: tuple[int, int],
    at: tuple[float, float] = (0.92, 0.15),
    size: float = 0.1,
) -> bytes:
    """The figure on paper with the site's mark, the one of `favicon.svg`, as a PNG of few colours."""
    width, height = pixels
    figure.set_size_inches(width / 180, height / 180)
    x, y = at[0] * width, at[1] * height
    half = size * height / 2
    square = Rectangle((x - half, y - half), 2 * half, 2 * half, color=SERIES[2])
    corners = ((-0.44, 0.47), (-0.44, -0.47), (0.44, 0))
    points = [(x + half * dx, y + half * dy) for dx, dy in corners]
    for shape in (square, Polygon(points, color=PAPER)):
        shape.set_transform(None)  # in pixels of the picture
        figure.add_artist(shape)
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=180, metadata={"Software": None})
    plt.close(figure)
    few = Image.open(stream).convert("RGB").quantize(64, dither=Image.Dither.NONE)
    stream = io.BytesIO()
    few.save(stream, "PNG", optimize=True)
    return stream.getvalue()


def _keep_first_panel(figure: Figure, width: float, height: float) -> None:
    first, *others = figure.axes
    for axes in others:
        axes.remove()
    first.set_subplotspec(figure.add_gridspec(1, 1)[0, 0])
    figure.set_size_inches(width, height)


def _say(language: str, zh: str, en: str) -> str:
    return zh if language == "zh" else en


def _clean(svg: str, prefix: str, size: str) -> str:
    """Turn matplotlib's file into an element that lives in a page: no inline style, no foreign id."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(
        r"<metadata>.*?</metadata>|<style.*?</style>|<!--.*?-->", "", svg, flags=re.S
    )
    svg = re.sub(r'\bid="([^"]+)"', rf'id="{prefix}\1"', svg)
    svg = svg.replace("xlink:href", "href")
    svg = re.sub(r'(href="|url\()#', rf"\1#{prefix}", svg)
    svg = re.sub(r' style="([^"]*)"', lambda m: _attributes(m[1]), svg)
    box = re.search(r'viewBox="([^"]+)"', svg)
    assert box, "matplotlib writes a viewBox"
    head = f'<svg class="fig {size}" viewBox="{box[1]}" role="img" aria-label="">'
    return light(re.sub(r"^<svg[^>]*>", head, svg))


def light(svg: str) -> str:
    """Without what nobody sees: empty shapes, names that nothing refers to, tenths of tenths of a pixel."""
    svg = re.sub(r'<path d="[^"]*" fill="none"/>|<defs></defs>', "", svg)
    named = set(re.findall(r'(?:href="|url\()#([^")]+)', svg))
    svg = re.sub(r' id="([^"]+)"', lambda m: m[0] if m[1] in named else "", svg)
    # Only where things are: a label with many digits has them on purpose.
    svg = re.sub(r' (?:d|x|y|points)="[^"]*"', _rounded, svg)
    svg = re.sub(r' d="([^"]*)"', _relative, svg)
    svg = re.sub(r' transform="rotate\(-0 [^)]*\)"', "", svg)
    svg = re.sub(r"\s*\n\s*", " ", svg)
    return re.sub(r">\s+<", "><", svg).strip()


def _rounded(attribute: re.Match[str]) -> str:
    return re.sub(
        r"-?\d+\.\d{2,}",
        lambda m: f"{float(m[0]):.1f}".removesuffix(".0"),
        attribute[0],
    )


def _relative(path: re.Match[str]) -> str:
    """Lines as steps from point to point, which are alike and compress to half of the points themselves."""
    if set(re.findall("[A-Za-z]", path[1])) - set("MLz"):
        return path[0]
    steps = []
    x = y = 0.0
    for command, a, b in re.findall(r"([MLz])\s*(\S*)\s*(\S*)", path[1]):
        if command == "z":
            steps.append("z")
            continue
        to = float(a), float(b)
        dx, dy = (to[0] - x, to[1] - y) if command == "L" else to
        # + 0.0: a step of nothing has no sign.
        steps.append(
            "Ml"[command == "L"] + f"{round(dx, 1) + 0.0:g} {round(dy, 1) + 0.0:g}"
        )
        x, y = to
    return f' d="{"".join(steps)}"'


def _attributes(style: str) -> str:
    """Presentation attributes in place of a style; our colours become classes."""
    classes, attributes = [], []
    for name, text in re.findall(r"([\w-]+): *([^;]+)", style):
        if name in ("fill", "stroke") and text in COLORS:
            color = COLORS[text]
            classes.append(f"{name}-{color}")
            attributes.append(f'{name}="{PLAIN[color]}"')
        elif name != "font-family":  # the page's own applies
            attributes.append(f'{name}="{escape(text)}"')
    if classes:
        attributes.append(f'class="{" ".join(classes)}"')
    return "".join(f" {a}" for a in attributes)
