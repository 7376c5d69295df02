"""Faults, each planted once: every command tells the same file and line, and the server goes on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from projects import Server, fetched, few, small

# Where it is planted, at the end; what; and what is said of the line with the sign ⟦ in it.
Fault = tuple[str, str, str]
PAGES: dict[str, Fault] = {
    "a number": (
        "docs/en/selu.md",
        "\n⟦[[selu.he.nothing]]\n",
        "[[selu.he.nothing]] is measured by no file of",
    ),
    "a formula": (
        "docs/en/selu.md",
        "\nText and\n⟦$\\frob{x}$.\n",
        r"the formula '\\frob{x}' is not understood",
    ),
    "a second formula like it": (
        "docs/en/selu.md",
        "\n⟦$$\n\\frob{x}\n$$\n",
        r"the formula '\\frob{x}' is not understood",
    ),
    "a figure": (
        "docs/en/sparsity.md",
        "\n⟦![words](figure:sparsity.nope)\n",
        "nothing draws figure:sparsity.nope",
    ),
    "a number in the words of a figure": (
        "docs/en/sparsity.md",
        "\n![words\n⟦[[sparsity.nope.x]]](figure:sparsity.zeros)\n",
        "[[sparsity.nope.x]] is measured by no file",
    ),
    "a verdict": (
        "docs/en/sparsity.md",
        "\n| a |\n| - |\n⟦| [[verdict wrong: #measured]] |\n",
        "a verdict is supported, refuted or depends",
    ),
    "a claim": (
        "docs/en/selu.md",
        '\n⟦!!! claim "nope"\n\n    Text.\n',
        "there is no claim 'selu.nope'",
    ),
    "an include": (
        "docs/en/selu.md",
        '\n```python\n⟦--8<-- "snippets/selu/nope.py"\n```\n',
        "snippets has no file 'snippets/selu/nope.py' to include",
    ),
    "an include from elsewhere": (
        "docs/en/selu.md",
        '\n⟦--8<-- "../elsewhere.py"\n',
        "snippets has no file '../elsewhere.py' to include",
    ),
    "claims of a missing page": (
        "docs/en/traps.md",
        "\n⟦[[claims nope]]\n",
        "[[claims nope]] is not understood",
    ),
    "a verdict that is none": (
        "docs/en/traps.md",
        "\n⟦[[verdict refuted]]\n",
        "[[verdict refuted]] is not understood",
    ),
    "a number behind lists": (
        "docs/zh/ledger.md",
        "\n⟦[[selu.he.nothing]]\n",
        "[[selu.he.nothing]] is measured by no file of",
    ),
    "another encoding": (
        "docs/zh/api.md",
        "\n⟦caf\udce9\n",
        "this is not UTF-8; save the file as UTF-8",
    ),
    "claims that are not Python": (
        "snippets/biases/claims.py",
        "\n⟦def f(:\n",
        "it is not valid Python",
    ),
}
NOT_BY_RULES: dict[str, Fault] = {
    "a figure that raises": (
        "snippets/selu/figures.py",
        "\n\ndef odd(evidence, say, wide):\n⟦    return evidence.estimates['he.nope']\n",
        "KeyError: 'he.nope'; so figure:selu.odd cannot be drawn",
    ),
    "an explorable that raises": (
        "snippets/sparsity/explorable.py",
        "\n\ndef words(say):\n⟦    return {'flat': say['zh']}\n",
        "TypeError: 'function' object is not subscriptable; so figure:sparsity.zeros cannot",
    ),
    "a claim that does not hold": (
        "snippets/selu/claims.py",
        "\nCLAIMS += (Claim('odd', 'lecun.second_moment', above=99, false_if='not'),)\n",
        "claim selu.odd does not hold, it is false if not: lecun.second_moment is",
    ),
}
FIGURE = "\n![words](figure:selu.odd)\n"
LINKS: dict[str, Fault] = {
    "a missing page": ("docs/en/dropout.md", "\n⟦[gone](nowhere.md)\n", "nowhere.md"),
    "a dead anchor": (
        "docs/en/dropout.md",
        "\n\n⟦[gone](index.md#nowhere)\n",
        "does not contain an anchor '#nowhere'",
    ),
}


class Project:
    """A copy of the repository that faults are planted in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.before: dict[Path, bytes] = {}

    def plant(self, faults: dict[str, Fault]) -> list[tuple[str, str]]:
        """Plant faults; returns the place and the message expected of each."""
        expected = []
        for where, planted, message in faults.values():
            file = self.folder / where
            content = file.read_bytes()
            self.before.setdefault(file, content)
            head = content + planted.partition("⟦")[0].encode(errors="surrogateescape")
            line = head.count(b"\n") + 1
            place = f"{where}:{line}: " if "⟦" in planted else ""
            planted = planted.replace("⟦", "")
            file.write_bytes(content + planted.encode(errors="surrogateescape"))
            expected.append((place, message))
        return expected

    def mend(self) -> None:
        """Make everything as it was."""
        for file, content in self.before.items():
            file.write_bytes(content)

    def good_site(self) -> Path:
        """A page of the site that must not be lost."""
        (self.folder / "site").mkdir()
        page = self.folder / "site" / "index.html"
        page.write_text("the last good one")
        return page

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *command],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )


def words(html: str) -> str:
    return BeautifulSoup(html, "html.parser").get_text()


def told(expected: list[tuple[str, str]], text: str) -> list[tuple[str, str]]:
    """Those of the expected messages that no line of a text tells."""
    lines = text.splitlines()
    return [
        (place, message)
        for place, message in expected
        if not any(place in line and message in line for line in lines)
    ]


@pytest.fixture(scope="module")
def project(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    folder = tmp_path_factory.mktemp("faults") / "project"
    return Project(few(folder, "biases", "dropout", "selu", "sparsity"))


def test_check_and_site_tell_the_same_lines(project: Project) -> None:
    good = project.good_site()
    try:
        expected = project.plant(PAGES)
        checked = project.run("-m", "tools.rules")
        assert checked.returncode == 1
        assert told(expected, checked.stderr) == [], checked.stderr
        assert "Traceback" not in checked.stderr

        expected += project.plant(NOT_BY_RULES)
        project.plant({"its figure": ("docs/en/selu.md", FIGURE, "")})
        built = project.run("-m", "tools.site")
        assert built.returncode == 1
        assert told(expected, built.stderr) == [], built.stderr
        assert "Traceback" not in built.stderr
    finally:
        project.mend()
    assert good.read_text() == "the last good one"


def test_links_to_nothing_are_enough_to_stop_a_site(tmp_path: Path) -> None:
    project = Project(small(tmp_path / "project"))
    good = project.good_site()
    expected = project.plant({k: ("docs/en/toy.md", *v[1:]) for k, v in LINKS.items()})
    built = project.run("-m", "tools.site")
    assert built.returncode == 1
    assert told(expected, built.stderr) == [], built.stderr
    assert good.read_text() == "the last good one"


def test_the_server_shows_faults_on_their_pages_and_goes_on(
    project: Project, tmp_path: Path
) -> None:
    try:
        faults = project.plant(PAGES | NOT_BY_RULES | LINKS)
        project.plant({"its figure": ("docs/en/selu.md", FIGURE, "")})
        project.plant({"a name": ("docs/en/api.md", "\n::: snippets.nope.nope\n", "")})
        with Server(project.folder, tmp_path / "log") as server:
            server.shows("en/dropout/", "<math")
            log = server.log.read_text()
            assert told(faults, log) == [], log
            assert "Converting notebook" not in log and "Copied jupyter" not in log
            # The last places are those of figures; a claim that does not hold says so where it stands.
            for place, message in faults[: len(PAGES) + 2]:
                source = place.partition(":")[0]
                page = source.removeprefix("docs/").removesuffix(".md")
                if source.endswith(".py"):
                    page = f"en/{source.split('/')[1]}"
                text = words(fetched(f"{server.address}{page}/"))
                assert place in text and message in text, (page, place, message)
            assert "snippets.nope.nope" in words(fetched(f"{server.address}en/api/"))
            assert "class='fault'" not in fetched(f"{server.address}en/dropout/")

            settings = project.folder / "mkdocs.yml"
            good = settings.read_text(encoding="utf-8")
            settings.write_text(good + "\nnav: [\n", encoding="utf-8")
            assert "<math" in server.shows("en/sparsity/", 'id="not-built"')

            project.mend()
            settings.write_text(good, encoding="utf-8")
            server.shows("en/sparsity/", "<math", without='id="not-built"')
            for name in ("en/sparsity", "en/biases", "zh/api", "en/api", "en/selu"):
                server.shows(f"{name}/", "</html>", without="class='fault'")
    finally:
        project.mend()
