"""The last touches to the site: what Material leaves out for keyboards and screen readers, and less to load.

Material's output is patched by exact strings; one that is no longer there fails the build, so a new version
of Material cannot undo a touch in silence.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from hashlib import sha256
from html import unescape
from io import BytesIO
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rjsmin
import tinycss2

from tools.core.kept import kept
from tools.core.words import WORDS

if TYPE_CHECKING:
    from fontTools.ttLib import TTFont


# Material asks for search worker and index with every page. As it does for pages read from disk, let it
# wait until search is opened: they weigh more than a page.
_BUNDLE = (
    ('$(location.protocol!=="file:")', "$(!1)"),
    (
        "t=new Worker(e)",
        "t=new(class extends EventTarget{postMessage(m){if(!this.w){this.w=new Worker(e);"
        'this.w.addEventListener("message",d=>this.dispatchEvent(new MessageEvent("message",{data:d.data})))}'
        "this.w.postMessage(m)}})",
    ),
)

# Material's worker, asking as in search.js.
_WORKER = (
    (
        "for(let o of r)this.add(o,",
        "this.pipeline.add(withStem);for(let o of r)this.add(o,",
    ),
    (
        'if(e=e.replace(new RegExp("\\\\p{sc=Han}+","gu"),s=>[...fe(s,this.index.invertedIndex)].join("* ")),'
        "e=ce(e),!e)return{items:[]};let r=le(e).filter(s=>s.presence!==lunr.Query.presence.PROHIBITED),"
        "n=this.index.search(e).reduce(",
        "let{words:r,found:n}=asked(this.index,e);n=n.reduce(",
    ),
    ("f=he(r,Object.keys(u.metadata))", "f=held(r,Object.keys(u.metadata))"),
    ("items:[...n.values()]", "items:inOrder([...n.values()])"),
    # A word and its stem stand at the same place: mark it once.
    ("if(!m.length)continue;", "if(!m.length)continue;m=[...new Set(m)];"),
)


class FinishingError(Exception):
    """The theme is not the one these touches were made for; the message says what is missing where."""


def page(html: str, language: str | None) -> str:
    """A page with a name for its search dialog, and without what the HTML standard forbids.

    Pages of no language, as the door, have neither.
    """
    if language is None:
        return html
    html = replaced(
        html,
        'data-md-component="search" role="dialog"',
        f'data-md-component="search" role="dialog" aria-label="{WORDS[language]["search"]}"',
        "a page",
    )
    if 'id="__toc"' not in html:  # a page outside the navigation
        html = html.replace(' for="__toc"', "")
    html = re.sub(r"<code(?=[ >])", '<code translate="no"', html)
    # What is copied runs; a signature, or a formula of a docstring, does not.
    html = html.replace('<div class="highlight">', '<div class="no-copy highlight">')
    html = html.replace(
        'class="language-python doc-signature',
        'class="no-copy language-python doc-signature',
    )
    return re.sub(r'(<input class="md-toggle"[^>]*?) autocomplete="off"', r"\1", html)


def site(folder: Path) -> None:
    """Make the built site light: one stylesheet of rules in use, one font of signs in use, search on demand.

    Raises:
        FinishingError: If the theme's files are not what they were.
    """
    for file in [
        *folder.rglob("*.map"),
        *folder.glob("assets/javascripts/lunr/**/*.js"),
    ]:
        file.unlink()  # served to nobody
    pages = {
        file: file.read_text(encoding="utf-8")
        for file in sorted(folder.rglob("*.html"))
    }
    scripts = [
        f.read_text(encoding="utf-8") for f in sorted(folder.rglob("assets/**/*.js"))
    ]
    _patch(folder, "bundle.*.min.js", _BUNDLE)
    worker = _patch(folder, "workers/search.*.min.js", _WORKER)
    with worker.open("a", encoding="utf-8") as stream:
        asking = Path(__file__).with_name("search.js")
        stream.write("\n" + asking.read_text(encoding="utf-8"))
    for file in (folder / "assets").glob("*.js"):  # ours
        file.write_text(
            rjsmin.jsmin(file.read_text(encoding="utf-8")), encoding="utf-8"
        )
    _one_stylesheet(folder, pages, scripts)
    _signs_in_use(folder / "assets" / "fonts", pages.values())
    for file, html in pages.items():
        file.write_text(_without_indents(html), encoding="utf-8")


def _without_indents(html: str) -> str:
    """A page without blank lines and indents, which nobody sees, except where they are shown."""
    shown = r"(<(pre|script|textarea)\b.*?</\2>)"
    return re.sub(rf"{shown}|\n\s+", lambda m: m[1] or "\n", html, flags=re.S)


def replaced(text: str, old: str, new: str, where: str) -> str:
    """The text with a string replaced that it has once.

    Args:
        text: What the theme has written.
        old: The string.
        new: What takes its place.
        where: What to call the text.

    Raises:
        FinishingError: If it has the string more often, or not at all.
    """
    if text.count(old) != 1:
        raise FinishingError(
            f"{where} has {old!r} {text.count(old)} times instead of once; "
            "look what the theme writes now, and mend tools/finishing.py"
        )
    return text.replace(old, new)


def _patch(folder: Path, name: str, changes: Iterable[tuple[str, str]]) -> Path:
    (file,) = folder.glob(f"assets/javascripts/{name}")
    text = file.read_text(encoding="utf-8")
    for old, new in changes:
        text = replaced(text, old, new, file.name)
    file.write_text(text, encoding="utf-8")
    return file


# Stylesheets

# Classes that a script would give to what `mkdocs.yml` leaves out.
_LEFT_OUT = re.compile("(?:tabbed|md-(?:annotation|tooltip2|version|source|tag))-")
_STYLESHEET = re.compile(
    r'<link rel="stylesheet" href="(?P<root>[^"]*)assets/(?P<name>[^"]*)">\s*'
)


def _one_stylesheet(
    folder: Path, pages: dict[Path, str], scripts: Iterable[str]
) -> None:
    used = _words_in_use(pages.values(), scripts)
    written: dict[tuple[Path, ...], str] = {}
    for file, html in pages.items():
        links = list(_STYLESHEET.finditer(html))
        sources = tuple(folder / "assets" / m["name"] for m in links)
        if len(sources) < 2:
            continue  # the door and the like have one of their own
        if sources not in written:
            css = "".join(source.read_text(encoding="utf-8") for source in sources)
            css = _in_use(css, used)
            name = f"site.{sha256(css.encode()).hexdigest()[:8]}.css"
            (folder / "assets" / name).write_text(css, encoding="utf-8")
            written[sources] = name
        # Our own stylesheet, the only one with addresses in it, stands in assets/ too.
        for m in reversed(links[1:]):
            html = html[: m.start()] + html[m.end() :]
        assets = f"{links[0]['root']}assets/"
        first = f'<link rel="stylesheet" href="{assets}{written[sources]}">'
        if "<math" in html:  # or formulas would move when their font arrives
            for font in sorted((folder / "assets" / "fonts").glob("*.woff2")):
                first += (
                    f'<link rel="preload" href="{assets}fonts/{font.name}" as="font" '
                    'type="font/woff2" crossorigin>'
                )
        pages[file] = html.replace(links[0].group().rstrip(), first)
    for source in {s for sources in written for s in sources}:
        source.unlink()


def _words_in_use(pages: Iterable[str], scripts: Iterable[str]) -> set[str]:
    """Everything that may be the name of a class or the value of a colour setting."""
    words = set()
    for html in pages:
        for names in re.findall(r'(?:class|data-md-color-\w+)="([^"]*)"', html):
            words.update(names.split())
    for script in scripts:
        words.update(w for w in re.findall(r"[\w-]+", script) if not _LEFT_OUT.match(w))
    return words


def _in_use(css: str, words: set[str], read: set[str] | None = None) -> str:
    """The rules that may match, without variables that none of them reads; Material has many icons."""
    less = "".join(_rules(css, words, read))
    read = set(re.findall(r"var\(\s*(--[\w-]+)", less))
    return less if less == css else _in_use(less, words, read)


def _rules(
    css: str | list[Any], words: set[str], read: set[str] | None
) -> Iterator[str]:
    for rule in _parsed(tinycss2.parse_rule_list, css):
        if rule.type == "qualified-rule":
            parts = groupby(rule.prelude, lambda token: token == ",")
            selectors = [list(part) for comma, part in parts if not comma]
            found = [tinycss2.serialize(s) for s in selectors if _may_match(s, words)]
            body = ";".join(_declarations(rule.content, read))
            if found and body:
                yield f"{','.join(map(str.strip, found))}{{{body}}}"
        elif rule.lower_at_keyword in ("media", "supports"):
            body = "".join(_rules(rule.content, words, read))
            if body:
                yield f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}{{{body}}}"
        elif rule.lower_at_keyword != "charset":
            yield rule.serialize()


def _declarations(css: list[Any], read: set[str] | None) -> Iterator[str]:
    for part in _parsed(tinycss2.parse_declaration_list, css):
        variable = part.type == "declaration" and part.name.startswith("--")
        if not variable or read is None or part.name in read:
            name, colon, value = part.serialize().partition(":")
            yield f"{name}{colon}{value.strip()}"


def _parsed(parse: Callable[..., list[Any]], css: str | list[Any]) -> Iterator[Any]:
    for part in parse(css, skip_comments=True, skip_whitespace=True):
        if part.type == "error":
            raise FinishingError(f"a stylesheet is not understood: {part.message}")
        yield part


def _may_match(selector: list[Any], words: set[str]) -> bool:
    """Whether all classes and colour settings of a selector occur; those inside `:not()` need not."""
    for before, token in zip([None, *selector], selector, strict=False):
        if token.type == "ident" and before == "." and token.value not in words:
            return False
        if token.type == "[] block":
            parts = [t.value for t in token.content if t.type in ("ident", "string")]
            if parts[0].startswith("data-md-color-") and not words.issuperset(
                parts[1:2]
            ):
                return False
    return True


# Fonts

# What browsers draw where a letter stands alone in <mi>: one of mathematical italic, which nobody types.
_ITALIC = {
    chr(int(unicodedata.decomposition(sign).removeprefix("<font> "), 16)): sign
    for sign in map(chr, range(0x1D400, 0x1D800))
    if unicodedata.name(sign, "").startswith("MATHEMATICAL ITALIC ")
} | {"h": "\N{PLANCK CONSTANT}"}  # Unicode had that one before
_FORMULA = re.compile(r"<math.*?</math>", re.S)
_LETTER = re.compile(r"<mi>([^<>&])</mi>")


_HIGHER = 1.06
_BYTES = "latin-1"  # as text, which JSON can hold


def drawn_signs(formula: str) -> set[str]:
    """All signs that a browser draws for a formula in MathML; the root is drawn without being typed."""
    formula = _LETTER.sub(lambda m: _ITALIC.get(m[1], m[1]), formula)
    return {"√", *unescape(re.sub(r"<[^>]*>", "", formula))}


def _signs_in_use(folder: Path, pages: Iterable[str]) -> None:
    """Cut each font down to the signs in the formulas of the site."""
    signs = {
        sign
        for html in pages
        for formula in _FORMULA.findall(html)
        for sign in drawn_signs(formula)
    }
    text = "".join(sorted(signs))
    for file in folder.glob("*.woff2"):
        given = file.read_bytes(), text, file.name
        font = kept("fonts", partial(tuple, given), partial(_cut, *given))
        file.write_bytes(font.encode(_BYTES))


def _cut(whole: bytes, text: str, name: str) -> str:
    from fontTools import subset  # slow to load, and the signs seldom change
    from fontTools.ttLib import TTFont

    options = subset.Options(
        flavor="woff2", hinting=False, layout_features=["*"], name_IDs=[]
    )
    # By default a font would note the time, and no two builds would be the same.
    with TTFont(BytesIO(whole), recalcTimestamp=False) as font:
        cutter = subset.Subsetter(options)
        cutter.populate(text=text)
        cutter.subset(font)
        if missing := {s for s in text if ord(s) not in font.getBestCmap()}:
            raise FinishingError(
                f"{name} lacks {''.join(sorted(missing))!r}, which formulas of the site need; "
                "write them another way, or put a larger part of the font into docs/assets/fonts"
            )
        _fit_roots(font)
        stream = BytesIO()
        subset.save_font(font, stream, options)
        return stream.getvalue().decode(_BYTES)


def _fit_roots(font: TTFont) -> None:
    """Fit roots to Chromium, which leaves room for the widest behind each, and rounds what is under it up.

    High roots become as narrow as the lowest one, and that one so much higher that a letter still fits under
    it when rounding has added three pixels: else the next one is taken, which hangs far below the line.
    """
    root = font.getBestCmap()[ord("√")]
    width, _ = font["hmtx"][root]
    variants = font["MATH"].table.MathVariants
    heights = variants.VertGlyphConstruction[
        variants.VertGlyphCoverage.glyphs.index(root)
    ]
    records = heights.MathGlyphVariantRecord
    parts = [part.glyph for part in heights.GlyphAssembly.PartRecords]
    for name in {*parts, *(record.VariantGlyph for record in records)} - {root}:
        _scale(font, name, width / font["hmtx"][name][0], 1)
    _scale(font, root, 1, _HIGHER)
    records[0].AdvanceMeasurement = round(records[0].AdvanceMeasurement * _HIGHER)


def _scale(font: TTFont, name: str, x: float, y: float) -> None:
    """Scale a glyph, from the left and from the top."""
    glyph = font["glyf"][name]
    top = glyph.yMax
    glyph.coordinates.translate((0, -top))
    glyph.coordinates.scale((x, y))
    glyph.coordinates.translate((0, top))
    glyph.coordinates.toInt()
    glyph.recalcBounds(font["glyf"])
    font["hmtx"][name] = (round(font["hmtx"][name][0] * x), glyph.xMin)
