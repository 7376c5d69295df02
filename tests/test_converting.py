"""A page that was converted is taken again as it was, and never when something of it has changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from mkdocs.structure.toc import get_toc

from snippets.evidence.claims import Claim
from snippets.evidence.estimates import Estimate
from snippets.evidence.judging import Evidence, JudgedClaim
from snippets.evidence.questions import Measurement
from tools.core import kept
from tools.core.guide import Guide
from tools.host import converting
from tools.host.faults import Faults

MEASUREMENT = Measurement("toy", "he", "snippets/toy/experiment.py", 1)
TEXTS = {
    "en/toy.md": '# Toy\n\n!!! claim "learns"\n\n    It learns.\n',
    "en/ledger.md": "# Ledger\n\n[[claims toy]]\n",
    "en/glossary.md": "# Glossary\n\n| a | 甲 | | A letter. |\n",
    "en/other.md": "# Other\n\n| a | [[verdict refuted: toy.learns]] |\n",
}


class Project:
    """A guide in a folder, and what MkDocs would hand over of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.value = 0.9
        self.address = "https://example.org/"
        self.faults = Faults()
        self.more: list[str] = []
        for source, text in TEXTS.items():
            self.write(f"docs/{source}", text)
        self.write("snippets/toy/experiment.py", "X = 1\n")
        self.write("mkdocs.yml", "site_name: A\n")

    def write(self, file: str, text: str) -> None:
        path = self.folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def register(self, page: Any, identifier: str, title: str) -> None:
        self.registered = (page.file.src_uri, identifier, title)

    def converted(self, source: str = "en/toy.md", fault: str = "") -> bool:
        """Whether a build has to convert a page; what it shows is the same in any case."""
        estimate = Estimate(self.value, self.value, self.value, 1, "1")
        claim = JudgedClaim(
            Claim("learns", "he.x", above=0.0, false_if="not"), estimate, MEASUREMENT
        )
        evidence = Evidence("toy", estimates={"he.x": estimate}, claims=[claim])
        names = [*TEXTS, *self.more]
        files = {name: _File(name) for name in names}
        text = (self.folder / "docs" / source).read_text(encoding="utf-8")
        page: Any = SimpleNamespace(
            file=files[source], markdown=text, content=None, toc=get_toc([])
        )
        done = []

        def render() -> None:
            done.append(source)
            token = {"name": "T", "id": "t", "level": 1, "children": []}
            page.content, page.toc = f"<p>{text}</p>", get_toc([token])
            page._title_from_render = "T"
            page.present_anchor_ids = {"t", "snippets.toy.x"}
            page.links_to_anchors = {files["en/ledger.md"]: {"x": "ledger.md#x"}}
            if fault:
                self.faults.note(fault)

        converter = converting.Converter(
            SimpleNamespace(
                site_url=self.address,
                plugins={"autorefs": SimpleNamespace(register_anchor=self.register)},
            ),
            _Files(files.values()),
            Guide(self.folder / "docs", {"toy": evidence}),
            self.faults,
        )
        converter.convert(page, render)
        assert page.content == f"<p>{text}</p>" and page._title_from_render == "T"
        assert [(item.title, item.id, item.level) for item in page.toc] == [
            ("T", "t", 1)
        ]
        assert page.present_anchor_ids == {"t", "snippets.toy.x"}
        assert page.links_to_anchors == {files["en/ledger.md"]: {"x": "ledger.md#x"}}
        return bool(done)


@dataclass(frozen=True)
class _File:
    src_uri: str


class _Files(list[Any]):
    def __init__(self, files: Any) -> None:
        super().__init__(files)

    def get_file_from_path(self, path: str) -> Any:
        return next((file for file in self if file.src_uri == path), None)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setattr(kept, "FOLDER", tmp_path / "kept")
    monkeypatch.setattr(converting, "ROOT", tmp_path)
    return Project(tmp_path)


CHANGES: dict[str, Callable[[Project], None]] = {
    "its text": lambda p: p.write("docs/en/toy.md", "# Other\n"),
    "a number": lambda p: setattr(p, "value", 0.8),
    "a source": lambda p: p.write("snippets/toy/experiment.py", "X = 2\n"),
    "a term": lambda p: p.write("docs/en/glossary.md", "# Glossary\n"),
    "a setting": lambda p: p.write("mkdocs.yml", "site_name: B\n"),
    "the address": lambda p: setattr(p, "address", "https://example.com/"),
    "a page more": lambda p: p.more.append("en/more.md"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_page_is_converted_again_after(project: Project, change: str) -> None:
    assert project.converted() and not project.converted()
    CHANGES[change](project)
    assert project.converted() and not project.converted()


def test_the_ledger_follows_the_pages_whose_claims_it_shows(project: Project) -> None:
    assert project.converted("en/ledger.md") and not project.converted("en/ledger.md")
    project.write("docs/en/toy.md", TEXTS["en/toy.md"] + "\nMore.\n")
    assert project.converted("en/ledger.md")
    project.write("docs/en/other.md", "# Others\n")
    assert not project.converted("en/ledger.md") and project.converted("en/other.md")


def test_a_page_follows_the_sentences_of_its_verdicts_and_no_others(
    project: Project,
) -> None:
    assert project.converted("en/other.md") and not project.converted("en/other.md")
    project.write("docs/en/toy.md", TEXTS["en/toy.md"] + "\nMore.\n")
    assert not project.converted("en/other.md")
    project.write("docs/en/toy.md", TEXTS["en/toy.md"].replace("It", "The network"))
    assert project.converted("en/other.md") and not project.converted("en/other.md")


def test_a_page_with_a_fault_is_converted_until_it_is_mended(project: Project) -> None:
    assert project.converted(fault="docs/en/toy.md:1: wrong")
    assert project.converted(fault="docs/en/toy.md:1: wrong")
    assert project.converted() and not project.converted()


def test_a_reference_is_converted_by_each_build_and_kept_by_the_server(
    project: Project,
) -> None:
    project.write("docs/en/toy.md", "# Toy\n\n::: snippets.toy.x\n")
    assert project.converted() and project.converted()
    project.faults.serving = True
    assert project.converted() and not project.converted()
    assert project.registered == ("en/toy.md", "snippets.toy.x", "x")


def test_a_page_follows_a_file_that_it_includes(project: Project) -> None:
    project.write("docs/en/toy.md", '# Toy\n\n```text\n--8<-- "NOTES.md"\n```\n')
    project.write("NOTES.md", "One.\n")
    assert project.converted() and not project.converted()
    project.write("NOTES.md", "Two.\n")
    assert project.converted() and not project.converted()
    (project.folder / "NOTES.md").unlink()
    assert project.converted()


@pytest.mark.parametrize("text", ["[](){#here}\n", "## ::: snippets.toy\n"])
def test_what_tells_the_whole_site_is_converted_by_each_build(
    project: Project, text: str
) -> None:
    project.write("docs/en/toy.md", f"# Toy\n\n{text}")
    assert project.converted() and project.converted()
