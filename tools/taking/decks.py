"""An Anki deck per language: the choice of each page, its "check yourself", and the mixed questions.

A card is known by its language and what `tools.core.asked` calls its question, as `momentum.choice` or
`momentum.check.2`: an edited sentence updates the card of somebody who has learned it, and adds no second
one. So a new question stands behind the others of its section.
"""

from __future__ import annotations

import re
import tempfile
import zipfile
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from urllib.parse import urljoin

import genanki
from bs4 import BeautifulSoup, Tag

from snippets.evidence.questions import ROOT
from tools.core.words import WORDS
from tools.site import environment

_ID = "answers-that-run"
_STYLES = (Path(__file__).with_name("card.css"), ROOT / "docs/assets/drawn.css")
_FRONT = '<div class="side" lang="{lang}">{{{{Question}}}}</div>'
_BACK = (
    '<div class="side back" lang="{lang}">{{{{Question}}}}<hr id="answer">{{{{Answer}}}}'
    '<p class="source">{{{{Source}}}}</p></div>'
)
# What Anki shows of a page as the page shows it. A figure is drawn in the card, as it is on phones.
_SHOWN = re.compile(
    "a|b|br|code|em|figcaption|figure|i|li|ol|p|pre|strong|su[bp]|svg|table|tbody|t[dhr]|thead|ul"
)
_LEFT_OUT = ".headerlink, input, form, figure > .origin, figure .wide, .screen"


class DeckError(Exception):
    """No deck can be made of a page; the message says which, why and the mend."""


@dataclass(frozen=True)
class Card:
    """A question with its answer, as HTML.

    Args:
        key: What it is called in both languages.
        page: The page it is from.
        question: The front.
        answer: What the back shows below it.
        source: A link to its section.
    """

    key: str
    page: str
    question: str
    answer: str
    source: str


def write(site: Path, language: str, file: Path) -> int:
    """Write the deck of a language.

    Args:
        site: The finished site.
        language: "zh" or "en".
        file: Where it is written.

    Returns:
        The number of its cards.

    Raises:
        DeckError: If the site asks nothing, or a card has what Anki would not show.
        OSError: If the site cannot be read, or the file not be written.
    """
    shown = list(cards(site, language))
    if not shown:
        raise DeckError(
            f"{site / language}: no page asks anything, so there is no deck; build the site with make site"
        )
    name = WORDS[language]["site"]
    home = _Page(_file(site, language, ""), "index").address
    about = WORDS[language]["deck"].format(address=home, site=name)
    deck = genanki.Deck(_number(f"{_ID} deck {language}"), name, about)
    model = genanki.Model(
        _number(f"{_ID} card {language}"),
        name,
        fields=[{"name": n} for n in ("Key", "Question", "Answer", "Source")],
        templates=[
            {
                "name": name,
                "qfmt": _FRONT.format(lang=WORDS[language]["tag"]),
                "afmt": _BACK.format(lang=WORDS[language]["tag"]),
            }
        ],
        css="\n".join(style.read_text(encoding="utf-8") for style in _STYLES),
    )
    for place, card in enumerate(shown):
        note = genanki.Note(
            model,
            [card.key, card.question, card.answer, card.source],
            guid=genanki.guid_for(_ID, language, card.key),
            tags=[f"{_ID}::{card.page}"],
            due=place,  # new cards come in the order of the guide
        )
        deck.add_note(note)
    # Anki takes an edited card if it is younger: its date is that of the commit.
    _write(genanki.Package(deck), file, int(environment()["SOURCE_DATE_EPOCH"]))
    return len(shown)


def cards(site: Path, language: str) -> Iterator[Card]:
    """All cards of a language: the pages in the order of the home page, then what asks across them.

    Args:
        site: The finished site.
        language: "zh" or "en".

    Raises:
        DeckError: If a card has what Anki would not show.
    """
    cards = _Page(_file(site, language, ""), "index").soup.select(".card h3[id]")
    course = [str(heading["id"]) for heading in cards]
    asking = [name for name in course if _file(site, language, name).is_file()]
    for name in [*asking, "questions"]:
        if (file := _file(site, language, name)).is_file():
            page = _Page(file, name)
            yield from page.choice()
            yield from page.checks()


def _file(site: Path, language: str, name: str) -> Path:
    return site / language / name / "index.html"


class _Page:
    """A page as it stands in the site."""

    def __init__(self, file: Path, name: str) -> None:
        self.file, self.name = file, name
        self.soup = BeautifulSoup(file.read_text(encoding="utf-8"), "html.parser")
        canonical = self.soup.select_one("link[rel=canonical]")
        if canonical is None:
            raise DeckError(
                f"{file}: the page does not say where it will stand, so no card can lead to it; "
                "give mkdocs.yml a site_url"
            )
        self.address = str(canonical["href"])
        self.title = self._inside(self._one("h1"))

    def choice(self) -> Iterator[Card]:
        """The choice at the top: which option is right, and what is said to each."""
        choice = self.soup.select_one(".choice[data-question]")
        if choice is None:
            return
        right = int(str(choice["data-right"]))
        options = [
            (self._inside(label), self._inside(reply))
            for label in choice.select("label")
            if (reply := label.find_next_sibling()) and "reply" in reply["class"]
        ]
        asked = "".join(f"<li>{option}</li>" for option, _ in options)
        kinds = [' class="right"' if i == right else "" for i in range(len(options))]
        told = "".join(
            f"<li{kind}>{option}<p>{reply}</p></li>"
            for kind, (option, reply) in zip(kinds, options, strict=True)
        )
        lead = self._inside(self._one(".lead"))
        yield Card(
            f"{self.name}.choice",
            self.name,
            f'<p class="title">{self.title}</p><p>{lead}</p><ol class="options">{asked}</ol>',
            f'<ol class="replies">{told}</ol>',
            self._source(self._one("h1")),
        )

    def checks(self) -> Iterator[Card]:
        """The questions with an answer to open; those of a question's page are about that question."""
        asks = self.soup.select_one(".choice")
        about = f'<p class="about">{self.title}</p>' if asks else ""
        for details in self.soup.select("details[data-check]"):
            number = str(details["data-check"]).rpartition(".")[2]
            summary, heading = details.summary, details.find_previous("h2")
            assert summary and heading
            summary.extract()
            # The number of a mixed question is no part of the question.
            question = re.sub(r"^\s*[0-9]+\. *", "", self._inside(summary))
            yield Card(
                f"{self.name}.check.{number}",
                self.name,
                f"{about}<p>{question}</p>",
                self._inside(details),
                self._source(heading),
            )

    def _one(self, chosen: str) -> Tag:
        found = self.soup.select_one(f"article {chosen}")
        if found is None:
            raise DeckError(
                f"{self.file}: there is no {chosen}, which a card begins with; write it"
            )
        return found

    def _source(self, heading: Tag) -> str:
        words = self.title
        if heading.name != "h1":
            words += f" · {self._inside(heading)}"
        words = re.sub(r"</?a\b[^>]*>", "", words)
        return f'<a href="{self.address}#{heading["id"]}">{words}</a>'

    def _inside(self, part: Tag) -> str:
        """What stands in a part of the page, in markup that Anki shows."""
        part = copy(part)
        for old in part.select(_LEFT_OUT):
            old.decompose()
        for math in part.select("math"):
            signs = r"\[{}\]" if math.get("display") == "block" else r"\({}\)"
            math.replace_with(signs.format(math["alttext"]))
        for tag in part.find_all(True):
            if tag.name == "svg" or tag.find_parent("svg"):
                continue
            if tag.name in ("data", "span", "div", "small"):
                tag.unwrap()
                continue
            if not _SHOWN.fullmatch(tag.name):
                raise DeckError(
                    f"{self.file}: a card would need <{tag.name}>, which tools/taking/decks.py cannot "
                    f"write; say it in words in {part.get_text()[:60]!r}"
                )
            address = tag.get("href")
            tag.attrs = {"href": urljoin(self.address, str(address))} if address else {}
        return part.decode_contents().strip()


def _number(name: str) -> int:
    """An id that a name always has."""
    return int(sha256(name.encode()).hexdigest()[:7], 16) + (1 << 28)


def _write(package: genanki.Package, file: Path, date: int) -> None:
    """Write a package whose bytes tell neither when nor where it was made."""
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder, "made.apkg")
        package.write_to_file(str(made), timestamp=date)
        with zipfile.ZipFile(made) as archive:
            parts = {name: archive.read(name) for name in sorted(archive.namelist())}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, data in parts.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
