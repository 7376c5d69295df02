"""A page as Markdown renders it, as far as a contributor has written it: each of our own parts is a mark."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cache, cached_property, lru_cache
from typing import Any

import yaml
from markdown import Markdown
from selectolax.lexbor import LexborHTMLParser, LexborNode

from snippets.evidence.questions import ROOT
from tools.core.pages import Claim, Include, Page, Part, parse
from tools.core.prose import FRONT_MATTER, spans

# Elements in which text is no prose.
CODE = ("code", "pre", "kbd", "samp", "var")
BLOCKS = (
    "p", "li", "td", "th", "dd", "dt", "summary", "figcaption", "legend", "label", "h1", "h2", "h3", "h4"
)  # fmt: skip
_MARK = "\ue000{}\ue001"
Find = Callable[["Rendered"], Iterable[str]]
MARK = re.compile("\ue000(?P<number>[0-9]+)\ue001")


class Rendered:
    """The HTML that a page becomes.

    Args:
        page: The page.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.html = _html(page)
        self.tree = LexborHTMLParser(self.html)

    @cached_property
    def elements(self) -> list[LexborNode]:
        """All elements that a browser sees, in its order; its own head is none of them."""
        body = self.tree.body
        return [n for n in body.css("*") if n.tag != "body"] if body else []

    @cached_property
    def ids(self) -> list[str]:
        """All ids, in their order."""
        ids = (node.attributes.get("id") for node in self.elements)
        return [name for name in ids if name]

    @cached_property
    def texts(self) -> list[str]:
        """All texts that are no code."""
        nodes = self.tree.body.traverse(include_text=True) if self.tree.body else ()
        return [
            node.text_content or ""
            for node in nodes
            if node.tag == "-text" and all(p.tag not in CODE for p in above(node))
        ]

    @cached_property
    def blocks(self) -> list[str]:
        """The text of everything that stands by itself, as a paragraph, an item or a cell does."""
        return [node.text() or "" for node in self.elements if node.tag in BLOCKS]

    def part(self, number: str) -> Part:
        """What a mark stands for."""
        return self.page.parts[int(number)]

    def places(self, find: Find) -> Iterator[tuple[str, str]]:
        """Where in the source each of what a rule finds is: the first line with which it is there.

        Args:
            find: Finds something in a page, in its order, as messages; what stands behind a semicolon may
                depend on the rest of the page.

        Yields:
            File and line, and the message.
        """
        times: Counter[str] = Counter()
        cuts = self._cuts
        for message in find(self):
            reason = _reason(message)
            times[reason] += 1

            def there(end: int, reason: str = reason) -> bool:
                cut = rendered(parse(self.page.source, self.page.markdown[:end]))
                return Counter(map(_reason, find(cut)))[reason] >= times[reason]

            at = bisect_left(cuts, True, lo=1, hi=len(cuts) - 1, key=there)
            yield self.page.place(cuts[at - 1]), message

    @cached_property
    def _cuts(self) -> list[int]:
        """Where the page can be cut: behind lines, but not inside of code or a formula."""
        text = self.page.markdown
        ends = {0, *(m.end() for m in re.finditer("\n", text)), len(text)}
        for start, end in spans(text):
            ends -= set(range(start + 1, end))
        return sorted(end for end in ends if end >= self.page.body)


def _reason(message: str) -> str:
    return message.partition("; ")[0]


@lru_cache(maxsize=256)
def rendered(page: Page) -> Rendered:
    """A page, rendered once for the same text."""
    return Rendered(page)


def above(node: LexborNode) -> Iterator[LexborNode]:
    """The elements that hold a node, the nearest first."""
    while node.parent is not None:
        node = node.parent
        yield node


def _html(page: Page) -> str:
    pieces, position = [], 0
    for number, part in enumerate(page.parts):
        if part.start < position or isinstance(part, Include):
            continue  # it stands in another part, as a number in an alternative does; or Markdown includes it
        pieces.append(page.markdown[position : part.start])
        if isinstance(part, Claim):  # its sentence is Markdown like any other
            pieces.append('!!! claim ""')
            position = page.markdown.index("\n", part.start)
        else:
            pieces.append(_MARK.format(number))
            position = part.end
    pieces.append(page.markdown[position:])
    return markdown().reset().convert(FRONT_MATTER.sub("", "".join(pieces)))


def settings() -> dict[str, Any]:
    """The settings of the site."""
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.load(text, Loader)
    return found


@cache
def markdown() -> Markdown:
    """Markdown with the settings of the site."""
    names, configs = [], {}
    for extension in settings()["markdown_extensions"]:
        name, config = (
            next(iter(extension.items()))
            if isinstance(extension, dict)
            else (extension, {})
        )
        names.append(name)
        configs[name] = config
    configs["pymdownx.highlight"] = {"use_pygments": False}
    configs["pymdownx.snippets"] = {"base_path": [str(ROOT)], "check_paths": False}
    return Markdown(extensions=names, extension_configs=configs)


class _Once(yaml.constructor.BaseConstructor):
    """Refuses a key that stands twice, of which YAML would read the last alone."""

    def construct_mapping(
        self, node: yaml.MappingNode, deep: bool = False
    ) -> dict[Any, Any]:
        """All keys of a mapping, each once."""
        seen = set()
        for key, _ in node.value:
            if isinstance(key.value, str) and key.value in seen:
                reason = f"{key.value!r} stands twice"
                raise yaml.constructor.ConstructorError(
                    None, None, reason, key.start_mark
                )
            seen.add(str(key.value))
        return super().construct_mapping(node, deep)


class PlainLoader(_Once, yaml.BaseLoader):
    """Reads everything as text."""


class Loader(_Once, yaml.SafeLoader):
    """Reads of `!ENV` what stands where no variable is set."""

    def unset(self, node: yaml.SequenceNode) -> object:
        """The last item of a list."""
        return self.construct_sequence(node)[-1]


Loader.add_multi_constructor("!", lambda *_: None)
Loader.add_constructor("!ENV", Loader.unset)
