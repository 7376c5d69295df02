"""What words, controls, script and links of an explorable must have in common; part of `make check`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl

from snippets.evidence.questions import ROOT, raised
from snippets.evidence.questions import text as read
from tools.core.explorables import FOLDER, SAY, exists, module
from tools.core.nearest import nearest
from tools.core.pages import Page
from tools.core.prose import line_of

# What a script takes by a name that is written there.
_TAKEN = {
    "words": re.compile(r"""\bwords(?:\.(?=\w)|\[")(?P<name>(?<=\.)\w+|(?<=")[^"]+)"""),
    "part": re.compile(r"""\bpart\("(?P<name>[^"]+)"\)"""),
    "control": re.compile(r"""\btell\("(?P<name>[^"]+)\""""),
}
_LINK = re.compile(r"\]\(\?(?P<query>[^()#\s]*)(?P<hash>#[\w-]*)?\)")


def faults(question: str) -> Iterator[str]:
    """Words of one language, and what a script takes that is not there."""
    if not exists(question):
        return
    source, script = f"snippets/{question}/explorable.py", f"{FOLDER}/{question}.js"
    try:
        zh, en = (module(question).words(say) for say in SAY.values())
        form = module(question).form(SAY["en"])
    except (Exception, SystemExit) as error:  # somebody is writing it
        yield raised(error, source)
        return
    text = read(ROOT / source)
    for name in sorted(zh.keys() ^ en.keys()):
        line = line_of(text, max(0, text.find(f'"{name}"')))
        yield f"{source}:{line}: {name!r} is said in one language only; say it in both"
    for name in zh.keys() & en.keys():
        for one in sorted(_placeholders(zh[name]) ^ _placeholders(en[name])):
            line = line_of(text, max(0, text.find(f'"{name}":')))
            yield f"{source}:{line}: {{{one}}} of {name!r} is said in one language only; say it in both"
    there = {
        "words": set(en),
        "part": set(re.findall(r'data-part="([^"]+)"', form)),
        "control": _controls(form),
    }
    text = read(ROOT / script)
    for kind, taken in _TAKEN.items():
        for match in taken.finditer(text):
            if match["name"] not in there[kind]:
                place = f"{script}:{line_of(text, match.start())}"
                close = nearest(match["name"], there[kind])
                yield f"{place}: there is no {kind} {match['name']!r} in {source}; {close}"


def try_links(page: Page) -> Iterator[str]:
    """Links that set what the figure of their page does not have."""
    try:
        form = module(page.slug).form(SAY["en"]) if exists(page.slug) else ""
    except (Exception, SystemExit):  # told by `faults`
        return
    there = _controls(form)
    for match in _LINK.finditer(page.visible):
        place = f"docs/{page.source}:{line_of(page.visible, match.start())}"
        for name, _ in parse_qsl(match["query"], keep_blank_values=True):
            if name not in there:
                close = nearest(name, there)
                yield f"{place}: no control of this page\u2019s figure is named {name!r}; {close}"
        if match["hash"] != "#figure":
            yield f"{place}: a link that sets the figure leads to it; end it in #figure"


def _placeholders(sentence: str) -> set[str]:
    return set(re.findall(r"{(\w+)}", sentence))


def _controls(form: str) -> set[str]:
    """The names of the controls of a form."""
    return set(re.findall(r'<input\b[^<>]*\sname="([^"]+)"', form))
