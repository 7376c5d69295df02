"""What `pip install .` and a source distribution do on somebody else's machine."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
from fnmatch import fnmatch
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))[
    "project"
]
NOT_OURS = shutil.ignore_patterns(
    ".git",
    ".venv",
    ".cache",
    ".*_cache",
    "__pycache__",
    "site",
    ".site-*",
    "build",
    "*.egg-info",
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with its two distributions in `dist`."""
    copy = tmp_path_factory.mktemp("packaging") / "project"
    shutil.copytree(ROOT, copy, ignore=NOT_OURS)
    code = "from setuptools import build_meta as b; b.build_sdist('dist'); b.build_wheel('dist')"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=copy,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return copy


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_the_oldest_python_is_the_same_everywhere() -> None:
    oldest = PROJECT["requires-python"].removeprefix(">=")
    assert f"Python {oldest} or newer" in text("README.md")
    assert f"Python {oldest} 以上" in text("README.zh.md")
    makefile = text("Makefile")
    assert f"sys.version_info < ({oldest.replace('.', ', ')})" in makefile
    assert f"Python {oldest} or newer" in makefile
    assert f"--python-version {oldest} " in makefile
    workflow = text(".github/workflows/site.yml")
    for version in re.findall(r'python-version: "(.+)"', workflow):
        assert f"{oldest}.".startswith(f"{version}.")


def test_the_readmes_say_with_which_torch_the_examples_were_run() -> None:
    (oldest,) = re.findall(r"torch>=([\d.]+)", " ".join(PROJECT["dependencies"]))
    (locked,) = re.findall(r"torch==([\d.]+)", text("Makefile"))
    for name in ("README.md", "README.zh.md"):
        (tried,) = re.findall(r"torch ((?:\d+\.\d+\.\d+\D{1,5})+)", text(name))
        versions = re.findall(r"\d+\.\d+\.\d+", tried)
        assert versions[0].startswith(f"{oldest}."), name
        assert locked in versions, name


def test_what_is_imported_is_listed_and_what_is_listed_is_used() -> None:
    """What is not imported says what it is for; of torch, what torch itself needs."""
    listed: dict[str, str] = dict(
        re.findall(
            r"^([\w-]+)(?:==\S+)?(?: +# (.+))?$", text("tools/requirements.in"), re.M
        )
    )
    files = [
        f for top in ("snippets", "tests", "tools") for f in ROOT.glob(f"{top}/**/*.py")
    ]
    ours = {"snippets", "tools", "torch", *(f.stem for f in ROOT.glob("tests/*.py"))}
    imported = set()
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names = [node.module]
            imported |= {name.partition(".")[0] for name in names}
    owners = packages_distributions()
    named = {
        re.sub("[_.]", "-", owners[name][0].lower())
        for name in imported - ours - sys.stdlib_module_names
    }
    assert named == {name for name, why in listed.items() if not why}
    needs = {re.split("[<>=]", r)[0] for r in requires("torch") or () if ";" not in r}
    assert needs <= listed.keys(), "what torch needs stands in the lock, too"
    assert {name for name, why in listed.items() if why == "torch"} <= needs


def test_a_source_distribution_is_the_whole_project(built: Path) -> None:
    (file,) = (built / "dist").glob("*.tar.gz")
    with tarfile.open(file) as archive:
        inside = {n.partition("/")[2] for n in archive.getnames()}
    files = {p.relative_to(ROOT).as_posix() for p in ROOT.rglob("*") if p.is_file()}
    ours = {p.relative_to(built).as_posix() for p in built.rglob("*") if p.is_file()}
    missing = {n for n in files & ours if n not in inside}
    assert missing == set()


def test_git_ignores_what_building_leaves(built: Path) -> None:
    ignored = [line.strip("/") for line in text(".gitignore").splitlines()]
    left = {"build", "dist", *(p.name for p in built.glob("*.egg-info"))}
    assert len(left) == 3
    for name in left:
        assert any(fnmatch(name, pattern) for pattern in ignored), name


def test_a_wheel_has_the_package_and_leaves_an_older_torch_alone(
    built: Path, tmp_path: Path
) -> None:
    (wheel,) = (built / "dist").glob("*.whl")
    home = tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", home], check=True)
    (packages,) = home.glob("lib/python*/site-packages")
    oldest = re.search(r"[\d.]+", PROJECT["dependencies"][0])
    assert oldest
    theirs = packages / f"torch-{oldest.group()}.0.dist-info"
    theirs.mkdir()
    (theirs / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: torch\nVersion: {oldest.group()}.0\n"
    )
    before = {p.name for p in packages.iterdir()}
    install = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        home,
        "install",
        "--no-index",
        wheel,
    ]
    done = subprocess.run(install, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert theirs.exists()
    new = {p.name for p in packages.iterdir()} - before
    assert new == {"snippets", f"answers_that_run-{PROJECT['version']}.dist-info"}
    for file in (ROOT / "snippets").rglob("*"):
        if file.suffix == ".py" or file.name == "py.typed":
            assert (packages / file.relative_to(ROOT)).exists(), file
