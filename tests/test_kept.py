"""Nothing that is kept is stale, and nothing is made twice: each thing it depends on is changed once."""

from __future__ import annotations

import errno
import os
import re
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from mkdocs.structure.toc import get_toc

from snippets.evidence import fingerprint, questions
from snippets.evidence.estimates import Estimate, Series
from snippets.evidence.judging import Evidence
from tools import finishing, notebooks, search
from tools.core import figures, kept
from tools.core.pages import Page

ROOT = Path(__file__).parents[1]
FIGURES = """
from matplotlib import pyplot as plt
from snippets.evidence.judging import Evidence
from snippets.toy.helper import LABEL

def one(evidence, say, wide):
    figure, axes = plt.subplots()
    axes.set_title(say("一", "one") + LABEL)
    axes.set_xlabel(f"{evidence.estimates['first.value'].value}")
    return figure
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where things are kept meanwhile."""
    monkeypatch.setattr(kept, "FOLDER", tmp_path / "kept")
    return tmp_path / "kept"


class Maker:
    """Counts how often it makes."""

    def __init__(self, gives: str = "made") -> None:
        self.gives, self.times = gives, 0

    def __call__(self, *_: object, **__: object) -> str:
        self.times += 1
        return f"{self.gives} {self.times}"


def test_what_depends_on_the_same_things_is_made_once(folder: Path) -> None:
    make = Maker()
    assert [kept.kept("a", lambda: (1, "x"), make) for _ in range(3)] == ["made 1"] * 3
    assert kept.kept("a", lambda: (1, "y"), make) == "made 2"
    assert kept.kept("b", lambda: (1, "x"), make) == "made 3"
    for file in (folder / "a").iterdir():
        text = file.read_text()
        for damaged in (
            "",
            text[:-1],
            text.replace("made", "mode"),
            "null",
            "[" * 9999,
        ):
            file.write_text(damaged)
            assert kept.kept("a", lambda: (1, "x"), make).startswith("made")
            assert kept.kept("a", lambda: (1, "y"), make).startswith("made")


def test_what_is_kept_may_be_read_only(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Path) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    make = Maker()
    assert kept.kept("a", lambda: 1, make) == "made 1"
    monkeypatch.setattr(os, "utime", refuse)
    assert kept.kept("a", lambda: 1, make) == "made 1"


def test_what_changes_meanwhile_is_shown_and_not_kept() -> None:
    state = ["before"]

    def make() -> str:
        state[0] = "after"
        return "of nobody knows what"

    assert kept.kept("a", lambda: state[0], make) == "of nobody knows what"
    assert kept.kept("a", lambda: "before", Maker()) == "made 1"
    assert kept.kept("a", lambda: "after", Maker()) == "made 1"


def test_other_machinery_makes_it_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for room in ("tools", "snippets/evidence"):
        shutil.copytree(ROOT / room, tmp_path / room)
    monkeypatch.setattr(kept, "ROOT", tmp_path)
    monkeypatch.setattr(kept, "_STARTED", kept._stamps())
    codes = {"".join(kept._makers())}
    for file in (
        "tools/core/drawing.py",
        "tools/core/prose.py",
        "snippets/evidence/judging.py",
    ):
        with (tmp_path / file).open("a") as stream:
            stream.write("# another\n")
        # The code that runs is not the one on the disk, which is what the next process will run.
        make = Maker()
        assert [kept.kept("a", lambda: 1, make) for _ in range(2)] == [
            "made 1",
            "made 2",
        ]
        monkeypatch.setattr(kept, "_STARTED", kept._stamps())
        codes.add("".join(kept._makers()))
    (tmp_path / "matplotlib-99.dist-info").mkdir()
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])
    codes.add("".join(kept._makers()))
    monkeypatch.setattr(sys, "version", "4")
    codes.add("".join(kept._makers()))
    assert len(codes) == 6
    for code in codes:
        monkeypatch.setattr(kept, "_MADE_BY", code)
        assert kept.kept("c", lambda: 1, Maker(code[-9:])) == f"{code[-9:]} 1"


def test_what_no_build_has_used_for_a_week_is_removed(folder: Path) -> None:
    for name in "abc":
        kept.kept("a", lambda name=name: name, Maker(name))
    old = time.time() - 8 * 24 * 3600
    for file in (folder / "a").iterdir():
        os.utime(file, (old, old))
    kept.kept("a", lambda: "b", Maker("again"))  # in use
    assert len(list((folder / "a").iterdir())) == 3
    kept._sweep.cache_clear()  # as in the next build
    kept.kept("a", lambda: "d", Maker("d"))
    assert sorted(
        re.findall(
            '"record": "(.)',
            "".join(file.read_text() for file in (folder / "a").iterdir()),
        )
    ) == ["b", "d"]


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A question with a figure that imports a helper, in a repository of its own."""
    shutil.copytree(ROOT / "snippets" / "evidence", tmp_path / "snippets" / "evidence")
    folder = tmp_path / "snippets" / "toy"
    folder.mkdir()
    (folder / "figures.py").write_text(FIGURES)
    (folder / "helper.py").write_text("LABEL = '!'\n")
    for module in (questions, fingerprint, figures):
        monkeypatch.setattr(module, "ROOT", tmp_path)
    import snippets

    monkeypatch.setattr(snippets, "__path__", [str(tmp_path / "snippets")])
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    return folder


def _next_build() -> None:
    """Forget the questions' modules, as the server does."""
    for name in [n for n in sys.modules if n.startswith("snippets.toy")]:
        del sys.modules[name]


def test_a_figure_is_drawn_again_for_all_that_it_shows(
    toy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    value = Estimate(0.5, 0.4, 0.6, 20, "share")
    evidence = Evidence("toy", {"first.value": value})
    given: dict[str, Any] = {
        "question": "toy",
        "name": "one",
        "evidence": evidence,
        "language": "en",
        "alternative": "A & b",
    }
    seen: set[str] = set()

    def drawn(again: bool, **other: Any) -> str:
        """The figure in the next build; fails unless it is drawn again, or is not."""
        _next_build()
        svg = figures.draw(**given | other)
        assert ("snippets.toy.figures" in sys.modules) == again
        return svg

    first = drawn(again=True)
    assert first.count('aria-label="A &amp; b"') == 2
    assert "one!" in first and "0.5" in first
    assert drawn(again=False) == first
    assert drawn(again=False, alternative="c") == first.replace("A &amp; b", "c")
    # How it was measured is nothing that it shows.
    told = replace(evidence, provenance={"first": {"date": "today"}})
    assert drawn(again=False, evidence=told) == first
    assert "一!" in drawn(again=True, language="zh")
    more = Evidence("toy", {"first.value": replace(value, value=0.45)})
    assert "0.45" in drawn(again=True, evidence=more)
    drawn(
        again=True,
        evidence=replace(evidence, series={"s": Series((1.0,), (value,), "1")}),
    )
    for file, old, new in (
        ("helper.py", "'!'", "'?'"),
        ("figures.py", '"one"', '"uno"'),
    ):
        seen.add(drawn(again=False))
        (toy / file).write_text((toy / file).read_text().replace(old, new))
        assert drawn(again=True) not in seen
        assert drawn(again=False) not in seen
    assert figures.draw(**given, small=True) != figures.draw(**given)
    poster = figures.poster("toy", "one", evidence)
    _next_build()
    assert figures.poster("toy", "one", evidence) == poster
    assert poster.startswith(b"\x89PNG") and "snippets.toy.figures" not in sys.modules


def test_a_figure_that_is_saved_during_a_build_is_right_in_the_next(toy: Path) -> None:
    """The module was loaded before: what it draws is not kept under the name of what was saved."""
    evidence = Evidence("toy", {"first.value": Estimate(0.5, 0.4, 0.6, 20, "share")})
    _next_build()
    figures.draw("toy", "one", evidence, "en", "words")
    (toy / "figures.py").write_text(FIGURES.replace('"一"', '"壹"'))
    assert "一" in figures.draw("toy", "one", evidence, "zh", "words")
    _next_build()
    assert "壹" in figures.draw("toy", "one", evidence, "zh", "words")


def test_figures_are_known_without_being_run(toy: Path) -> None:
    (toy / "figures.py").write_text("raise RuntimeError\ndef a(): ...\ndef _b(): ...\n")
    assert figures.names("toy") == ["a"]
    (toy / "figures.py").write_text("def a(:\n")
    with pytest.raises(
        questions.SourceError, match=r"^snippets/toy/figures\.py:1: .* not valid"
    ):
        figures.names("toy")


def test_a_notebook_is_converted_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mkdocs_jupyter import convert

    made = {"nb2html": Maker("<style>a</style>html"), "nb2md": Maker("text")}
    for name, make in made.items():
        make.__name__ = name  # type: ignore[attr-defined]
        monkeypatch.setattr(convert, name, make)
    notebooks._convert_once.__wrapped__()
    file = tmp_path / "book.ipynb"
    for text, number in (("one", 1), ("two", 2)):
        file.write_text(text)
        for _ in range(2):
            assert convert.nb2html(str(file), theme="a") == f"html {number}"
            assert convert.nb2md(str(file)) == f"text {number}"
    assert convert.nb2html(str(file), theme="b") == "html 3"


def test_a_notebook_page_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    make = Maker()
    monkeypatch.setattr(notebooks, "_as_material", make)
    page = Page("en/toy.md", "# Toy\n")
    calls: list[Callable[[], str]] = [
        lambda: notebooks.as_material("<p>a", page, "https://a/"),
        lambda: notebooks.as_material("<p>b", page, "https://a/"),
        lambda: notebooks.as_material("<p>a", Page("en/toy.md", "# T\n"), "https://a/"),
        lambda: notebooks.as_material(
            "<p>a", Page("zh/toy.md", "# Toy\n"), "https://a/"
        ),
        lambda: notebooks.as_material("<p>a", page, "https://b/"),
    ]
    for _ in range(2):
        assert [call() for call in calls] == [f"made {n}" for n in range(1, 6)]


def test_the_index_reads_a_page_again_for_all_that_it_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read = Maker("<h1 id='a'>死单元</h1><p>")
    monkeypatch.setattr(search, "readable", read)
    page = {
        "content": "<p>a",
        "url": "zh/a/",
        "title": "A",
        "meta": {},
        "toc": "",
        "file": None,
    }

    def entries(**other: Any) -> list[dict[str, Any]]:
        index = search.Index(lang=["en"])
        shown = SimpleNamespace(**page | other)
        index.add_entry_from_context(shown)  # type: ignore[arg-type]
        assert shown.content == (page | other)["content"]
        return index.entries

    section = {"name": "t", "id": "t", "level": 1, "children": []}
    whole = entries()
    assert "死单元" in whole[0]["title"]  # a term of the glossary, not split
    assert entries() == whole and read.times == 1
    for number, other in enumerate(
        (
            {"content": "<p>b"},
            {"url": "zh/b/"},
            {"title": "B"},
            {"meta": {"tags": ["t"]}},
            {"toc": get_toc([section])},
        ),
        2,
    ):
        entries(**other)
        assert read.times == number
    monkeypatch.setattr(search, "chinese_words", lambda: iter(["动量"]))
    assert "死单元" not in entries()[0]["title"]


def test_a_font_is_cut_again_for_other_signs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    make = Maker()
    monkeypatch.setattr(finishing, "_cut", make)

    def cut(whole: bytes, formula: str) -> bytes:
        (tmp_path / "a.woff2").write_bytes(whole)
        finishing._signs_in_use(tmp_path, [f"<math><mn>{formula}</mn></math>"])
        return (tmp_path / "a.woff2").read_bytes()

    for _ in range(2):
        assert cut(b"font", "1") == b"made 1"
        assert cut(b"font", "2") == b"made 2"
        assert cut(b"other", "2") == b"made 3"
