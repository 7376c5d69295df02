"""`make question`: what it lays out is whole, what is to be written is told, and it is all or nothing."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from projects import ROOT, small

from snippets.evidence.questions import questions
from tools import question, reviews
from tools.browsing import served
from tools.core.pages import parse

SLUG = (
    "alpha_decay"  # before all names of ours, where the scaffold's stands behind them
)
FOLDERS = ("docs", "snippets", "tests", "tools")
FILES = ("CONTRIBUTING.md", "mkdocs.yml", "pyproject.toml")


def copy(folder: Path) -> Path:
    """The source of the project."""
    ours = shutil.ignore_patterns("__pycache__")
    for name in FOLDERS:
        shutil.copytree(ROOT / name, folder / name, ignore=ours)
    for name in FILES:
        shutil.copy(ROOT / name, folder / name)
    return folder


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def held(folder: Path) -> dict[str, bytes]:
    """All that `make question` may write to."""
    files = (p for name in FOLDERS for p in (folder / name).rglob("*") if p.is_file())
    found = [*files, folder / "mkdocs.yml"]
    return {
        p.relative_to(folder).as_posix(): p.read_bytes()
        for p in found
        if "__pycache__" not in p.parts
    }


@pytest.fixture(scope="module")
def laid_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with a question that has just been laid out."""
    folder = copy(tmp_path_factory.mktemp("scaffold") / "project")
    done = run(folder, "tools.question", SLUG)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"{SLUG} is laid out, at the end of the course")
    for named in re.findall(rf"[\w/]*{SLUG}[\w/.]*\.\w+", done.stdout):
        assert (folder / named).is_file(), named
    return folder


def test_check_tells_each_mark_and_nothing_else(laid_out: Path) -> None:
    checked = run(laid_out, "tools.rules")
    assert checked.returncode == 1
    told = re.findall(
        r"(?m)^([\w/.-]+:\d+): todo: this is still to be written: .{2,}; write it in the place of the mark$",
        checked.stderr,
    )
    assert len(told) == len(checked.stderr.splitlines()), checked.stderr
    marks = [
        f"{name}:{number}"
        for name, content in held(laid_out).items()
        if name.startswith(("docs/", "snippets/", f"tests/test_{SLUG}."))
        for number, line in enumerate(content.decode(errors="replace").splitlines(), 1)
        for _ in range(line.count("TODO"))
    ]
    assert sorted(told) == sorted(marks)
    for page in ("index", "start", "questions", "sheet", "ledger", "traps", SLUG):
        for language in ("zh", "en"):
            assert any(
                place.startswith(f"docs/{language}/{page}.md:") for place in told
            )


def test_it_is_the_last_question_of_the_course(laid_out: Path) -> None:
    nav = (laid_out / "mkdocs.yml").read_text(encoding="utf-8")
    for language in ("zh", "en"):
        mine, behind = (
            f"      - {language}/{name}.md\n" for name in (SLUG, "questions")
        )
        assert mine + behind in nav
        nav = nav.replace(mine, "")
        for name in ("start", "questions", "sheet"):
            text = (laid_out / f"docs/{language}/{name}.md").read_text(encoding="utf-8")
            rows = re.findall(r"(?m)^(?:\| )?([0-9]+)\. \**\[.*\]\((\w+)\.md", text)
            (number,) = (int(number) for number, page in rows if page == SLUG)
            assert number == len(questions()) + 1, name
    assert nav == (ROOT / "mkdocs.yml").read_text(encoding="utf-8"), "comments stay"


def test_its_code_is_formatted_typed_and_tested(laid_out: Path) -> None:
    own = (f"tests/test_{SLUG}.py", f"snippets/{SLUG}")
    for command in (
        ("ruff", "check", *own),
        ("ruff", "format", "--check", *own),
        ("mypy", f"--cache-dir={ROOT / '.mypy_cache'}", f"snippets/{SLUG}"),
        (
            "pytest",
            "-q",
            "-k",
            f"{SLUG} or standard_error",
            *own,
            "tests/test_techniques.py",
        ),
    ):
        done = run(laid_out, *command)
        assert done.returncode == 0, done.stdout + done.stderr


# A site of two questions, whose pages have a place for another


PLACES = {
    "index": """<p class="progress" data-question="toy"></p>

</section>

</div>
""",
    "start": "| Read | Needs | Gives you |\n| --- | --- | --- |\n| 1. [Toy](toy.md) | | |\n",
    "questions": "1. **[Toy](toy.md#answer).** It is.\n",
    "sheet": "1. **[Toy](toy.md#answer).** It is.\n",
    "ledger": "[[answers]]\n\n## Toy {: #toy }\n\n[[claims toy]]\n",
    "traps": "## Find it {: #symptoms }\n\n| What you see | What it is |\n| --- | --- |\n",
    "api": "",
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of a small project and a question that has just been laid out in it."""
    folder = small(tmp_path_factory.mktemp("small") / "project")
    for name in ("docs/explorables/kit.js", "pyproject.toml"):
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    for language in ("zh", "en"):
        pages = folder / "docs" / language
        for name, text in PLACES.items():
            head = (
                '<div class="cards" markdown>\n\n<section>\n\n'
                if name == "index"
                else ""
            )
            (pages / f"{name}.md").write_text(f"# {name}\n\n{head}{text}")
        toy = (pages / "toy.md").read_text()
        (pages / "toy.md").write_text(toy + "\n## Answer {: #answer }\n\nIt is.\n")
    settings = (folder / "mkdocs.yml").read_text(encoding="utf-8")
    order = ("toy", "questions", "start", "sheet", "traps", "api")
    settings = re.sub(
        r" {6}- (\w\w)/toy.md\n",
        lambda m: "".join(f"      - {m[1]}/{name}.md\n" for name in order),
        settings,
    )
    (folder / "mkdocs.yml").write_text(settings, encoding="utf-8")
    for command in (("tools.question", SLUG), ("tools.site",)):
        done = run(folder, *command)
        assert done.returncode == 0, done.stderr
    return folder / "site"


def test_the_site_builds_strictly_with_all_its_pages(site: Path) -> None:
    for language in ("zh", "en"):
        for name in (SLUG, f"code/{SLUG}", f"notebooks/{SLUG}"):
            page = (site / language / name / "index.html").read_text(encoding="utf-8")
            assert "[[" not in page and 'class="fault"' not in page
        for name, part in (
            ("", f'data-question="{SLUG}"'),
            ("ledger", f'id="{SLUG}.falls-slowly"'),
            ("traps", f'id="{SLUG}-trap"'),
            ("api", f'id="snippets.{SLUG}.standard_error.standard_error"'),
        ):
            page = (site / language / name / "index.html").read_text(encoding="utf-8")
            assert part in page
    assert (site / "files" / SLUG / "standard_error.py").is_file()


def test_its_figure_can_be_turned(site: Path, browser: Browser) -> None:
    page = browser.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    with served(site) as address:
        page.goto(f"{address}en/{SLUG}/#figure")
        page.wait_for_selector(".explorable.alive")
        for link in page.locator("p.try a[href^='?']").all():
            before = page.locator("[data-part=finding]").inner_text()
            link.click()
            page.wait_for_function(
                "(t) => document.querySelector('[data-part=finding]').innerText !== t",
                arg=before,
            )
    page.close()
    assert said == []


# What it refuses, and what happens when it is interrupted


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy in which the functions of this process lay out."""
    folder = copy(tmp_path / "project")
    monkeypatch.setattr(question, "ROOT", folder)
    monkeypatch.setattr(question, "SCAFFOLD", folder / "tools" / "scaffold")
    monkeypatch.setattr(reviews, "ROOT", folder)
    monkeypatch.setattr(reviews, "FILE", folder / "tools" / "reviewed.json")
    return folder


REFUSED = {
    "": "which one? Write make question NAME=slug",
    "Norm": "NAME=Norm is not a name; write at most 30 letters from a to z",
    "batch-norm": "NAME=batch-norm is not a name",
    "batch norm": "NAME=batch norm is not a name",
    "../evil": "NAME=../evil is not a name",
    "8th": "NAME=8th is not a name",
    "归一化": "NAME=归一化 is not a name",
    "a" * 31: "is not a name; write at most 30",
    "lambda": "NAME=lambda is a word of Python",
    "notebooks": "NAME=notebooks is a folder of the site",
    "claims_of_norm": "NAME=claims_of_norm would be read as [[claims_of_norm",
    "momentum": "NAME=momentum is a question already, in snippets/momentum",
    "evidence": "NAME=evidence is taken: snippets/evidence/__init__.py is there already",
    "laboratory": "NAME=laboratory is taken: snippets/laboratory/__init__.py is there",
    "ledger": "NAME=ledger is taken: docs/en/ledger.md is there already",
    "index": "NAME=index is taken: docs/en/index.md is there already",
    "search": "NAME=search is a folder of the site",
    "pages": "NAME=pages is taken: tests/test_pages.py is there already",
    "digits": "NAME=digits is taken: docs/explorables/digits.js is there already",
    "ways": "NAME=ways is taken: docs/zh/index.md has a section #ways",
}


def test_a_name_that_cannot_be_is_told_and_nothing_is_written(project: Path) -> None:
    before = held(project)
    for name, message in REFUSED.items():
        with pytest.raises(question.QuestionError, match=re.escape(message)) as told:
            question.lay_out(name)
        assert "\n" not in str(told.value) and re.search(
            "; (write|or)|NAME=slug", str(told.value)
        )
    assert held(project) == before


def test_the_command_refuses_in_one_line(laid_out: Path) -> None:
    done = run(laid_out, "tools.question", SLUG)
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr == (
        f"make question: NAME={SLUG} is a question already, in snippets/{SLUG}; write another name; "
        "nothing was written\n"
    )


@pytest.mark.parametrize(
    ("name", "place", "message"),
    [
        (
            "mkdocs.yml",
            "      - en/questions.md\n",
            "mkdocs.yml:1: nav has no line '- en/questions.md'",
        ),
        (
            "docs/zh/traps.md",
            "#symptoms",
            "docs/zh/traps.md:1: there is no place for a new question",
        ),
    ],
)
def test_a_page_without_a_place_is_told(
    project: Path, name: str, place: str, message: str
) -> None:
    text = (project / name).read_text(encoding="utf-8")
    (project / name).write_text(text.replace(place, ""), encoding="utf-8")
    before = held(project)
    with pytest.raises(question.QuestionError, match=re.escape(message)):
        question.lay_out(SLUG)
    assert held(project) == before


@pytest.mark.parametrize("written", [0, 9, -1])
def test_it_is_written_whole_or_not_at_all(
    project: Path, laid_out: Path, monkeypatch: pytest.MonkeyPatch, written: int
) -> None:
    before, write = held(project), question.write_atomically
    planned = len(dict(question._planned(SLUG)))
    left = written % planned

    def full(path: Path, text: str) -> None:
        nonlocal left
        if not left:
            raise OSError(28, "No space left on device", str(path))
        left -= 1
        write(path, text)

    monkeypatch.setattr(question, "write_atomically", full)
    with pytest.raises(OSError, match="No space left"):
        question.lay_out(SLUG)
    assert held(project) == before

    # Killed, it cannot take anything back; a second run writes the rest.
    left = written % planned
    with monkeypatch.context() as killed:
        killed.setattr(question, "_restore", lambda _: None)
        with pytest.raises(OSError, match="No space left"):
            question.lay_out(SLUG)
    monkeypatch.setattr(question, "write_atomically", write)
    question.lay_out(SLUG)
    assert held(project) == held(laid_out)


def test_what_was_not_compared_stays_so(project: Path) -> None:
    file = project / "docs" / "en" / "start.md"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("{: #path }", "{: #path }\n\nMore."), encoding="utf-8")
    question.lay_out(SLUG)
    pages = [
        parse(
            f"{x}/start.md",
            (project / f"docs/{x}/start.md").read_text(encoding="utf-8"),
        )
        for x in ("zh", "en")
    ]
    (told,) = reviews.stale(*pages)
    assert "section #path" in told
