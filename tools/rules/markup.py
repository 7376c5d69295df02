"""What HTML a page may become: elements, attributes, classes and addresses; whatever spelling made it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from selectolax.lexbor import LexborNode

from tools.core.nearest import nearest
from tools.rules.rendering import Rendered, above

# fmt: off
ELEMENTS = {
    "a", "br", "code", "em", "kbd", "p", "pre", "s", "small", "span", "strong", "sub", "sup",
    "blockquote", "details", "dd", "div", "dl", "dt", "figcaption", "figure", "h1", "h2", "h3", "h4", "hr",
    "img", "li", "ol", "section", "summary", "ul",
    "caption", "col", "colgroup", "table", "tbody", "td", "tfoot", "th", "thead", "tr",
    "fieldset", "input", "label", "legend",  # of a choice
}
ATTRIBUTES = {
    "a": {"href"},
    "details": {"open"},
    "fieldset": {"aria-live"},
    "img": {"alt", "height", "src", "width"},
    "input": {"name", "type"},
    "ol": {"start"},
    "p": {"data-question"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}
OF_ALL = {"class", "id", "lang"}
CLASSES = {
    "a": {"footnote-backref", "footnote-ref", "headerlink"},
    "code": {"highlight"},
    "details": {"example", "listing", "note", "question"},
    "div": {"admonition", "cards", "doors", "claim", "footnote", "glossary", "no-copy", "note", "sheet"},
    "fieldset": {"choice"},
    "p": {"admonition-title", "lead", "path", "progress", "reply", "screen", "take", "tally", "try"},
    "li": {"screen"},
    "pre": {"highlight"},
    "section": {"card"},
    "span": {"badge", "depends", "refuted", "supported"},
}
# What asks for something, or sends something.
_ASKS = {
    "action", "applet", "base", "embed", "form", "formaction", "frame", "iframe", "link", "meta", "object",
    "ping", "poster", "srcset",
}
# What reaches the reader as it was written begins so; and what to do.
_RAW = {
    r"\[\[[^\n]{0,40}|\]\]": "write [[question.key]] on one line, with both brackets at its end",
    r"(?m:^)[!?]{2,}\+? ?\+? \w+|[！？]{3} ?\w+":
        'write !!! claim "id", a blank line, and the sentence four spaces in',
    r"(?m:^)(?:=== \"|:{3} ?\w)|\[!\w+\]":
        'that is no markup here; write !!! note "title" or ??? question "title"',
    r"\[\^[^\]\n]*\]?": "define the footnote, or take the reference out",
    r"\]\(|\]\[|!\[|\.md\b|https?://|］": "write [text](address), or define the reference",
    r"\{\{|\}\}|【【|\[\w+\.\w+\.\w+\]": "write [[question.key]] on one line, with both brackets at its end",
    r"\\[A-Za-z]{2,}": "write formulas as $\u2026$",
    r"(?m:^)(?:[•·] ?|[-+](?=[^\W\d]))": "write - and a blank before each item",
    r"｀": "write ` around code",
    r"`": "close the code with as many signs as open it",
    r"~~~": "write the fence on a line of its own",
    r"(?<!\\)\$": "write formulas as $\u2026$, with a blank before and behind them and none inside",
    r"\][ ]?[(（]": "write [text](address), without a blank between",
    r"(?<=\n)(?:[-*+]|\d+\.) |(?<=\n)\|.*\|": "leave a blank line before it; a table has --- under its head",
    r"==\w|~~\w|\+\+\w|\[ \]": "that is no markup here; write **words** or `code`",
    r"\{:": "write {: #id } at the end of a heading, or on a line of its own below a paragraph",
    r"--8<--": 'write --8<-- "file" on a line of its own',
    r"\*+|(?<!\w)__(?=\w)|(?<=\w)__(?!\w)": "write **words**, without a blank inside",
    r"&\w+;": "HTML has no such name; write the sign itself",
    r"(?m:^)\#{1,6} ": "leave a blank line before the heading",
    r"</?[a-z]\w*": "close the element, and leave no blank line in it",
}
# fmt: on
_ANY_RAW = re.compile("|".join(f"({pattern})" for pattern in _RAW))
_OF_THE_PAGE = re.compile(r"<(body|frameset|head|html|plaintext)\b", re.I)
_PLACEHOLDER = re.compile(r"\[\[\w+\.[\w.]+(?::\w+)?\]\]")
_DOCUMENTED = re.compile(r"^::: [\w.]+$", re.M)  # mkdocstrings puts it in later
_HOST = re.compile(r"https://[\w-]+(?:\.[\w-]+)+(?::[0-9]+)?(?:[/?#]|$)", re.I)
# A footnote's ids are Markdown's own.
_ID = re.compile(r"[a-z][a-z0-9_]*(?:[-.][a-z0-9_]+)*|fn(?:ref)?[0-9]*:[\w-]+")
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")


def elements(page: Rendered) -> Iterator[str]:
    """Elements, attributes and classes that no page may have."""
    for match in _OF_THE_PAGE.finditer(page.html):
        yield f"<{match[1].lower()}> belongs to the theme, whose attributes it would change; take it out"
    for node in page.elements:
        tag, values = str(node.tag), node.attributes
        if tag not in ELEMENTS:
            yield f"<{tag}> is no element that a page may hold; {_instead(tag)}"
            continue
        if tag in ("td", "th") and (values.get("style") or "").startswith("text-align"):
            yield "columns are aligned as the stylesheet says; write --- without a colon below the heading"
            continue
        # Markdown gives the way back from a footnote a title.
        of_footnotes = {"title"} if values.get("class") == "footnote-backref" else set()
        for name in values.keys() - OF_ALL - ATTRIBUTES.get(tag, set()) - of_footnotes:
            yield f"{name!r} is no attribute that <{tag}> may have; {_instead(name)}"
        if (tongue := values.get("lang", "en")) not in ("en", "zh-Hans"):
            yield f"{tongue!r} is no language of this site; write lang=en or lang=zh-Hans"
        for name in (values.get("class") or "").split():
            known = CLASSES.get(tag, set())
            if name not in known and not name.startswith("language-"):
                yield f"no <{tag}> has the class {name!r}; {nearest(name, known)}"
        if tag == "input" and values.get("type") != "radio":
            yield "an <input> is a radio button of a choice; copy the choice of another page"


def empty(page: Rendered) -> Iterator[str]:
    """Boxes and folds with a title and nothing below."""
    for node in page.elements:
        if _holds_only_a_title(node):
            yield f"nothing stands in {node.text().strip()[:40]!r}; begin its lines four spaces in"


def _holds_only_a_title(node: LexborNode) -> bool:
    match list(node.iter()):
        case [only]:
            titled = (only.attributes.get("class") or "") == "admonition-title"
            return titled or (node.tag == "details" and only.tag == "summary")
    return False


def _instead(name: str) -> str:
    """What to do where an element or attribute is refused."""
    if name in ("align", "bgcolor", "center", "font", "style"):
        return "how it looks stands in docs/assets/style.css"
    if name == "title":
        return "a finger does not see it; say it in the sentence"
    if name.startswith("on") or name in ("noscript", "script", "template"):
        return "a page must read without script, and what scripts do stands in docs/assets/site.js"
    if name in _ASKS:
        return "take it out: a page asks nobody for anything"
    return "write it in Markdown"


def addresses(page: Rendered) -> Iterator[str]:
    """Addresses that are neither https nor a place of this site."""
    for node in page.elements:
        for name in ("href", "src"):
            if name in ATTRIBUTES.get(str(node.tag), ()) and name in node.attributes:
                yield from _address(node.attributes[name] or "", node.tag == "img")


def _address(written: str, picture: bool) -> Iterator[str]:
    # As a browser reads it: blanks and control characters in a scheme do not count.
    plain = re.sub(r"[\x00-\x20]", "", written)
    scheme = _SCHEME.match(plain)
    if plain.startswith(("//", "\\\\", "/\\", "\\/")):
        yield f"{written!r} leads to another host without saying how; begin it with https:"
    elif scheme and scheme.group().lower() != "https:":
        yield f"{written!r} is neither a page of this site nor https; write one of them"
    elif scheme and not _HOST.match(plain):
        yield f"{written!r} does not show plainly where it leads; write https://host/path"
    elif scheme and picture:
        yield f"{written!r} would make the page ask another origin; put the file into docs/assets"


def raw(page: Rendered) -> Iterator[str]:
    """Markup that was meant for Markdown or for us, and that readers would see as it is written."""
    mends = list(_RAW.values())
    linked = {node.text() for node in page.elements if node.tag == "a"}
    for text in page.texts:
        for match in _ANY_RAW.finditer(_DOCUMENTED.sub("", text)):
            sign, mend = match.group().strip(), mends[(match.lastindex or 1) - 1]
            if sign.startswith(("http", ".md")) and text in linked:
                continue  # an address may be what a link shows
            yield f"{sign!r} reaches the reader as it is written; {mend}"
    for node in page.elements:
        # A page that explains them writes one as code, without a question's name.
        inline = node.tag == "code" and all(a.tag != "pre" for a in above(node))
        if inline and (found := _PLACEHOLDER.search(node.text() or "")):
            yield f"{found.group()!r} stands in code, where nothing takes its place; write it outside"


def titles(page: Rendered) -> Iterator[str]:
    """Second titles, and headings two levels below the one before."""
    levels = [
        (int(tag[1]), node.text().strip().rstrip("¶"))
        for node in page.elements
        if re.fullmatch("h[1-6]", tag := str(node.tag))
    ]
    known = {heading["id"] for heading in page.page.headings if heading["id"]}
    for node in page.elements:
        if (
            re.fullmatch("h[2-6]", str(node.tag))
            and node.attributes.get("id") not in known
        ):
            text = node.text().strip().rstrip("¶")
            yield f"the heading {text!r} has no id; write it at the margin, as ## Title {{: #english-id }}"
    for text in [text for level, text in levels if level == 1][1:]:
        yield f"{text!r} is a second title; write ## and an id"
    for (before, _), (level, text) in pairwise(levels):
        if level > before + 1:
            yield (
                f"the heading {text!r} is {level - before} levels below the one before it; "
                f"write {'#' * (before + 1)}"
            )


def ids(page: Rendered) -> Iterator[str]:
    """Ids that an element before has already, or that are not written as others are."""
    seen = set()
    for node in page.elements:
        name = node.attributes.get("id", "a")
        # That of a title is made of its words.
        if node.tag != "h1" and not _ID.fullmatch(name or ""):
            yield f"the id {name!r} is not written as others are; use small English letters, digits and -"
    for name in page.ids:
        if name in seen:
            yield f"the id #{name} stands twice; change one of them"
        seen.add(name)
