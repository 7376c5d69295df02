"""What readers paste or copy runs by itself, whatever instructions their processor has."""

from __future__ import annotations

import ast
import functools
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from snippets.evidence.questions import questions, techniques
from tools.core.pages import Page

ROOT = Path(__file__).parents[1]
PAGES = [
    *sorted((ROOT / "docs" / "en").rglob("*.md")),
    *sorted((ROOT / "docs" / "zh").rglob("*.md")),
    ROOT / "docs" / "index.md",
    *sorted(ROOT.glob("*.md")),
]
DOCTEST = (
    "\n\nimport doctest\n\n"
    "assert not doctest.testmod(optionflags=doctest.ELLIPSIS).failed\n"
)
# Threads that wait must not keep the cores busy: it is most of what these programs would take.
PATIENT = {"OMP_WAIT_POLICY": "passive"}


def blocks() -> dict[str, str]:
    """File and line of each Python block to its code; once, since both languages show the same."""
    found: dict[str, str] = {}
    for file in PAGES:
        source = file.relative_to(ROOT / "docs" if "docs" in file.parts else ROOT)
        page = Page(source.as_posix(), file.read_text(encoding="utf-8"))
        for line, code in page.code_blocks:
            found.setdefault(code, f"{file.relative_to(ROOT)}:{line}")
    return {name: code for code, name in found.items()}


def copied() -> dict[str, str]:
    """Each technique as a copied file that tries its own examples."""
    names = [f"snippets/{question}/{name}.py" for question, name in techniques()]
    return {n: (ROOT / n).read_text(encoding="utf-8") + DOCTEST for n in names}


PROGRAMS = blocks() | copied()


def run_alone(programs: list[str], processor: str = "own") -> list[tuple[int, str]]:
    """Status and output of each program, from a folder that holds nothing else."""
    environment = os.environ | PATIENT
    if processor != "own":
        environment["ATEN_CPU_CAPABILITY"] = processor
    with tempfile.TemporaryDirectory() as folder:
        homes = [Path(folder) / f"{i:03}" for i in range(len(programs))]
        for home, program in zip(homes, programs, strict=True):
            home.mkdir()
            (home / "program.py").write_text(program, encoding="utf-8")
        # -I: neither this folder nor the environment's paths can lend them `snippets`
        command = [sys.executable, "-I", str(ROOT / "tests" / "alone.py"), folder]
        subprocess.run(command, env=environment, timeout=1200, check=True)
        return [
            (
                int(home.with_suffix(".status").read_text()),
                home.with_suffix(".output").read_text(encoding="utf-8"),
            )
            for home in homes
        ]


@functools.cache
def outcomes(processor: str) -> dict[str, tuple[int, str]]:
    found = run_alone(list(PROGRAMS.values()), processor)
    return dict(zip(PROGRAMS, found, strict=True))


@pytest.mark.parametrize("name", PROGRAMS)
def test_what_is_pasted_or_copied_runs_by_itself(name: str) -> None:
    status, output = outcomes("own")[name]
    assert status == 0, f"{name} fails by itself\n{output}"


@pytest.mark.parametrize("name", PROGRAMS)
def test_it_runs_on_other_processors(instructions: str, name: str) -> None:
    status, output = outcomes(instructions)[name]
    assert status == 0, f"{name} fails with {instructions} instructions\n{output}"


@pytest.mark.parametrize("instructions", ["default"], indirect=True)
def test_tests_of_techniques_pass_with_the_plainest(
    instructions: str, pytestconfig: pytest.Config
) -> None:
    if not pytestconfig.getoption("processors"):
        pytest.skip("make audit tries it")
    files = [f"tests/test_{question}.py" for question in questions()]
    plainest = {"ATEN_CPU_CAPABILITY": instructions, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-k", "not explorable", *files],
        cwd=ROOT,
        env=os.environ | PATIENT | plainest,
        capture_output=True,
        text=True,
        timeout=1200,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", blocks())
def test_a_block_imports_torch_and_matplotlib_only(name: str) -> None:
    for node in ast.walk(ast.parse(PROGRAMS[name])):
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = [node.module or "."]
        for module in names:
            top = module.partition(".")[0]
            known = top in ("torch", "matplotlib") or top in sys.stdlib_module_names
            assert known, f"{name} imports {module}"


def test_no_program_can_lean_on_another(tmp_path: Path) -> None:
    leaving = (
        "import builtins, os, random, torch\n"
        "torch.set_default_dtype(torch.float64)\n"
        "torch.manual_seed(5)\n"
        "torch.set_num_threads(1)\n"
        "torch.set_grad_enabled(False)\n"
        "here = builtins.here = torch.here = 1\n"
        "os.environ['HERE'] = '1'\n"
        "open('here', 'w').close()\n"
    )
    state = (
        "import os, torch\n"
        "print(torch.get_default_dtype(), torch.get_num_threads(), torch.is_grad_enabled(),\n"
        "      hasattr(torch, 'here'), 'HERE' in os.environ, torch.initial_seed() == 5,\n"
        "      sorted(k for k in globals() if not k.startswith('_')), os.listdir())\n"
    )
    programs = [state, leaving, state, "print(here)", "import snippets", "0 / 0"]
    found = run_alone(programs)
    assert [status for status, _ in found] == [0, 0, 0, 1, 1, 1], found
    assert found[0] == found[2]
    assert "NameError: name 'here'" in found[3][1]
    assert "No module named 'snippets'" in found[4][1]
    file = tmp_path / "program.py"
    file.write_text(state)
    new = [sys.executable, "-I", file.name]
    fresh = subprocess.run(
        new, cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert found[0][1] == fresh.stdout, "a fork starts as a new process does"
