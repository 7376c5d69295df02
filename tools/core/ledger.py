"""What stands on other pages, in the place of a list's name; and the ledger, whose lists are folded."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tools.core.guide import Listed, Value
from tools.core.pages import VERDICTS, Answers, Claim, Claims, Page, Part, Span, Verdict
from tools.core.rendering import Edit, Markup
from tools.core.words import WORDS

_SECTION = re.compile(
    r'(?P<heading><h2 id="(?P<id>[^"]*)">.*?</h2>)(?P<claims>.*?)(?=<h2 |\Z)', re.S
)


class Lists(Markup):
    """Pages for the site, with their lists of the claims and answers of other pages."""

    def edit(self, page: Page, part: Part, value: Value) -> Iterator[Edit]:
        """As for any page; lists, too."""
        match part, value:
            case Claims(), Listed((other,)):
                claims = other.all(Claim)
                listed = (self.page(other, claim.start, claim.end) for claim in claims)
                yield part.start, part.end, "\n\n".join(listed)
            case Answers(which=""), Listed(pages):
                yield part.start, part.end, self.answers(pages)
            case Answers(which=which), Listed(pages):
                words = [v.word for p in pages for v, _ in answered(p)]
                count = len(words) if which == "all" else words.count(which)
                yield part.start, part.end, str(count)
            case _:
                yield from super().edit(page, part, value)

    def answers(self, pages: tuple[Page, ...]) -> str:
        """A table of all common answers and what was found of them, with a form to choose from it."""
        rows, asked = [], []
        for page in pages:
            title = page.slug
            if page.headings:
                title = self.page(page, *page.headings[0].span("text"))
            asked.append((page.slug, title.replace("`", "")))
            where = f"<small>[{title}]({page.slug}.md#checked)</small>"
            for verdict, answer in answered(page):
                said = self.page(page, *answer)
                rows.append(f"| {said}<br>{where} | {self.badge(verdict.word)} |")
        words = self.words
        verdicts = [(word, words[word]) for word in VERDICTS]
        # Filled by assets/site.js; an output is announced when it changes.
        form = f'<form class="filter" hidden>{words["filter"]} '
        for name, options in (("question", asked), ("verdict", verdicts)):
            shown = "".join(
                f'<option value="{value}">{text}</option>'
                for value, text in (("", words["every"]), *options)
            )
            form += (
                f'<label>{words[name]} <select name="{name}">{shown}</select></label> '
            )
        form += "<output></output></form>\n"
        head = f"| {words['said']} | {words['verdict']} |\n| --- | --- |"
        return "\n".join((form, head, *rows))


def answered(page: Page) -> list[tuple[Verdict, Span]]:
    """The verdicts of a page's table with the answers; an unknown word is a fault of that page."""
    verdicts = (v for v in page.all(Verdict) if v.word in VERDICTS)
    return [(v, v.said) for v in verdicts if v.said]


def folded(html: str, language: str) -> str:
    """The rendered ledger with the claims of each question folded: there are too many to scroll past."""

    def fold(match: re.Match[str]) -> str:
        n = match["claims"].count('class="admonition claim"')
        if not n:
            return match.group()
        summary = WORDS[language]["claims"].format(n=n)
        return (
            f'{match["heading"]}\n<details class="claims">\n<summary>{summary}</summary>'
            f"{match['claims']}</details>\n"
        )

    return _SECTION.sub(fold, html)
