"""A third view of the guide: each page with Chinese and English side by side, from the two finished pages."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup, Tag

from tools.core.pages import LANGUAGES
from tools.taking import twins

FOLDER = "both"
_STYLE = "beside.css"  # beside style.css
# The reference, code and notebooks say the same in both languages, but for their headings.
LEFT_OUT = ("api", "code", "notebooks")

# What is not looked into: parsing it would take most of the time, and turn `viewBox` into `viewbox`.
_WHOLE = re.compile(r"<(svg|math|pre|script)\b.*?</\1>", re.S)
_MARK = re.compile(r'<x-whole n="(\d+)"></x-whole>')
_NAMED = re.compile(r'(?<=\bid=")[^"]+|(?<=url\(#)[^)]+|(?<=href="#)[^"]+')


class BesideError(Exception):
    """The pages are not what this was made for; the message says which, why and what mends it."""


def add(site: Path) -> None:
    """Write `both/<slug>/index.html` for each page that both languages have.

    Args:
        site: A site as MkDocs has built it, with directory addresses or without.

    Raises:
        BesideError: If a page has no article, or the navigation of its two languages differs.
    """
    zh, en = (
        {
            file.relative_to(site / language)
            for file in (site / language).rglob("*.html")
        }
        for language in LANGUAGES
    )
    names = {n for n in zh & en if Path(n.parts[0]).stem not in LEFT_OUT}
    for name in sorted(names):
        texts = ((site / x / name).read_text(encoding="utf-8") for x in LANGUAGES)
        target = site / FOLDER / name
        target.parent.mkdir(parents=True, exist_ok=True)
        html = _Beside(name, {n.as_posix() for n in names}).page(*texts)
        target.write_text(html, encoding="utf-8")


class _Beside:
    """One page of two: the Chinese one, with both texts in it."""

    def __init__(self, name: Path, names: set[str]) -> None:
        self.name, self.names = name.as_posix(), names
        self.up = "../" * len(name.parts)  # to the root of the site
        self.whole: list[str] = []
        self.numbers: dict[str, int] = {}

    def page(self, zh: str, en: str) -> str:
        """The page, given those of both languages."""
        ours, theirs = map(self._parsed, (zh, en))
        self._surround(ours, theirs)
        article = self._article(ours)
        text = twins.article(article, self._article(theirs))
        article.clear()
        article.append(BeautifulSoup(f"\n{text}\n", "html.parser"))
        article["class"] = f"{' '.join(article.get_attribute_list('class'))} {FOLDER}"
        self._relink(ours)
        self._name_once(article)
        return _MARK.sub(lambda mark: self.whole[int(mark[1])], twins.html(ours))

    def _parsed(self, html: str) -> BeautifulSoup:
        return BeautifulSoup(
            _WHOLE.sub(lambda m: self._mark(m[0]), html), "html.parser"
        )

    def _mark(self, text: str) -> str:
        """What stands for a text, and is equal for an equal one."""
        number = self.numbers.setdefault(text, len(self.whole))
        if number == len(self.whole):
            self.whole.append(text)
        return f'<x-whole n="{number}"></x-whole>'

    def _article(self, soup: BeautifulSoup) -> Tag:
        article = soup.article
        if article is None:
            raise BesideError(
                f"{self.name} has no <article> to put beside the other language's; "
                "look what the theme writes now, and mend tools/taking/beside.py"
            )
        for form in article.select("form.filter"):
            form.decompose()
        # A figure is a drawing: what can be turned is on the page of a language, and the half of a page is as
        # wide as a phone.
        for explorable in article.select(".explorable"):
            drawing = explorable.select_one(".static")
            assert drawing
            explorable.replace_with(drawing)
            drawing.unwrap()
        for narrow in article.select(".wide + .narrow"):
            wide = narrow.find_previous_sibling(class_="wide")
            assert wide
            wide.decompose()
            narrow["class"] = "drawing"
            del narrow["hidden"]
        return article

    def _surround(self, zh: BeautifulSoup, en: BeautifulSoup) -> None:
        """Give title and navigation both languages, and the page an address of its own."""
        head = zh.head
        assert head and head.title and en.title
        for names in (".md-ellipsis", ".md-footer__direction", ".md-footer__link"):
            ours, theirs = zh.select(names), en.select(names)
            if len(ours) != len(theirs):
                raise BesideError(
                    f"zh/{self.name} has {names} {len(ours)} times, en/{self.name} {len(theirs)} times; "
                    "give both the same sections, and the same place in mkdocs.yml"
                )
            for a, b in zip(ours, theirs, strict=True):
                if a.has_attr("aria-label"):
                    a["aria-label"] = f"{a['aria-label']} · {b['aria-label']}"
                elif a.get_text(strip=True) != b.get_text(strip=True):
                    both = twins.spans(a, b, " · ")
                    a.clear()
                    a.append(BeautifulSoup(both, "html.parser"))
        for sidebar in zh.select(".md-sidebar"):
            sidebar["hidden"] = ""  # two columns need its room
        for link in zh.select("nav.languages a"):
            del link["aria-current"]
            if link["hreflang"] == "mul":
                link["aria-current"] = "true"
        head.title.string = f"{head.title.text} · {en.title.text}"
        # Search engines have the pages that it is made of, one for each who asks; whoever shares this one has
        # its address.
        noindex = {"name": "robots", "content": "noindex"}
        head.title.insert_after(zh.new_tag("meta", attrs=noindex))
        self._style(zh)
        for tag in head.select("link[rel=canonical], meta[property='og:url']"):
            key = "href" if tag.name == "link" else "content"
            own = f"/zh/{self.name.removesuffix('index.html')}"
            address = str(tag[key]).removesuffix(own)
            tag[key] = address + own.replace("zh", FOLDER, 1)

    def _style(self, soup: BeautifulSoup) -> None:
        """Add the rules that only these pages need."""
        last = soup.select("head link[rel=stylesheet]")[-1]
        href = str(last["href"]).replace("style.css", _STYLE)
        style = {"rel": "stylesheet", "href": href}
        last.insert_after(soup.new_tag("link", attrs=style))

    def _relink(self, soup: BeautifulSoup) -> None:
        """Let links stay side by side where they can, and lead to the page of their language where not."""
        for tag in soup.select("[href], [data-code]"):
            switch = tag.has_attr("hreflang")
            spoken = None if switch else tag.find_parent(lang=True)
            language = "en" if spoken and spoken["lang"] == "en" else "zh"
            base = f"http://site/{language}/{self.name}"
            for attribute in sorted({"href", "data-code"} & tag.attrs.keys()):
                to = urlsplit(urljoin(base, str(tag[attribute])))
                folder, _, path = to.path[1:].partition("/")
                own = to.netloc == "site" and folder == language
                if str(tag[attribute])[:1] == "#" or not own:
                    continue
                file = path if path.endswith(".html") else f"{path}index.html"
                # What a link sets is a figure of its language's page.
                if switch or to.query or file not in self.names:
                    to = to._replace(scheme="", netloc="", path=to.path[1:])
                    tag[attribute] = self.up + to.geturl()

    def _name_once(self, article: Tag) -> None:
        """Leave each id to its first place; drawings refer to their own, and keep them under other names."""
        known = set()
        for tag in article.select("[id]"):
            if tag["id"] in known:
                del tag["id"]
            known.add(tag.get("id"))
        for mark in article.select("[lang=en] x-whole"):
            drawing = self.whole[int(str(mark["n"]))]
            if drawing.startswith("<svg"):
                named = _NAMED.sub(lambda m: f"{m[0]}-en", drawing)
                mark.replace_with(BeautifulSoup(self._mark(named), "html.parser"))
