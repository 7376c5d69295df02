"""Estimates, claims, the store and the command line of `snippets.evidence`."""

from __future__ import annotations

import json
import math
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from snippets.evidence import (
    cli,
    fingerprint,
    measuring,
    questions,
    store,
)
from snippets.evidence.claims import Claim
from snippets.evidence.estimates import Estimate, Series
from snippets.evidence.judging import gather
from snippets.laboratory import intervals, timing

ROOT = Path(__file__).parents[1]

TOY = {
    "__init__.py": '"""A question to test with?"""\n',
    "experiment.py": (
        "from snippets.laboratory.intervals import mean\n"
        "from snippets.toy.helper import OFFSET\n\n"
        "def first(seeds):\n    return {'value': mean([s + OFFSET for s in seeds], '1')}\n\n"
        "def second(seeds):\n    return {'value': mean([2.0 * s for s in seeds], '1')}\n"
    ),
    "helper.py": "OFFSET = 0.0  # a comment\n",
    "claims.py": (
        "from snippets.evidence.claims import Claim\n"
        "CLAIMS = (Claim('positive', 'first.value', above=0, false_if='not'),)\n"
    ),
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A checkout whose `snippets` have one small question."""
    return toy_project(tmp_path)


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, measured; not to be changed."""
    project = toy_project(tmp_path_factory.mktemp("measured"))
    assert run(project, "toy").returncode == 0
    return project


def toy_project(folder: Path) -> Path:
    shutil.copy(ROOT / "pyproject.toml", folder)
    for room in ("evidence", "laboratory"):
        shutil.copytree(ROOT / "snippets" / room, folder / "snippets" / room)
    for name in ("__init__.py", "__main__.py"):
        shutil.copy(ROOT / "snippets" / name, folder / "snippets" / name)
    (folder / "snippets" / "toy").mkdir()
    for name, text in TOY.items():
        (folder / "snippets" / "toy" / name).write_text(text)
    return folder


def run(
    project: Path, *arguments: str, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", "-m", "snippets", *arguments]
    environment = {k: v for k, v in os.environ.items() if k != "EVIDENCE_CACHE"}
    return subprocess.run(
        command,
        cwd=cwd or project,
        env=environment | {"PYTHONPATH": str(project)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_without_the_packages_of_the_experiments_it_says_what_to_install(
    project: Path,
) -> None:
    code = (
        "import runpy, sys; sys.modules['rich'] = None; "
        "runpy.run_module('snippets', run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert 'pip install ".[experiments]"' in done.stderr


def test_a_measurement_runs_again_only_when_its_code_changes(project: Path) -> None:
    first = run(project, "toy", "--json", "out.json")
    assert first.returncode == 0, first.stderr
    assert (
        "measured toy.first" in first.stderr and "measured toy.second" in first.stderr
    )
    published = json.loads((project / "out.json").read_text())
    assert published["estimates"]["first.value"]["value"] == pytest.approx(9.5)
    assert published["claims"] == [
        {
            "id": "positive",
            "holds": True,
            "estimate": "first.value",
            "condition": "low > 0",
            "false_if": "not",
            "file": "snippets/toy/experiment.py",
            "line": 4,
        }
    ]
    assert "measured" not in run(project, "toy").stderr

    helper = project / "snippets" / "toy" / "helper.py"
    helper.write_text(
        '"""Now with a docstring."""\nOFFSET = 0.0  # and another comment\n'
    )
    assert "measured" not in run(project, "toy").stderr
    helper.write_text("OFFSET = -100.0\n")
    changed = run(project, "toy")
    assert "measured toy.first" in changed.stderr
    assert changed.returncode == 1, (
        "a claim that does not hold is told by the exit status"
    )
    assert "NO" in changed.stdout


@pytest.mark.parametrize("checkout", [True, False])
def test_evidence_is_written_beside_a_checkout_and_never_beside_an_installed_package(
    project: Path, tmp_path_factory: pytest.TempPathFactory, checkout: bool
) -> None:
    here = tmp_path_factory.mktemp("here")
    if not checkout:
        (project / "pyproject.toml").unlink()
    assert run(project, "toy", cwd=here).returncode == 0
    folders = (project, here) if checkout else (here, project)
    assert [(f / ".cache").exists() for f in folders] == [True, False]
    assert "measured" not in run(project, "toy", cwd=here).stderr


def test_a_damaged_file_is_measured_again_with_a_note(project: Path) -> None:
    run(project, "toy")
    file = next((project / ".cache" / "evidence").glob("toy.first-*.json"))
    text = file.read_text()
    file.write_text(text.replace("9.5", "9.6", 1))
    again = run(project, "toy", "--jobs", "1")
    assert "is damaged; measuring toy.first again" in again.stderr
    assert "measured toy.second" not in again.stderr
    assert (
        json.loads(file.read_text())["record"]["results"]
        == json.loads(text)["record"]["results"]
    )


WATCHED = """
import time
from pathlib import Path
from snippets.laboratory.intervals import mean

def _logged(name, seeds):
    with Path("log.txt").open("a") as log:
        log.write(f"{name} starts\\n")
        log.flush()
        time.sleep(0.5)
        log.write(f"{name} ends\\n")
    return {"value": mean([float(s) for s in seeds], "1")}

"""
CALLED = "def {0}(seeds):\n    return _logged({0!r}, seeds)\n\n"


def test_observations_come_last_and_each_runs_alone(project: Path) -> None:
    toy = project / "snippets" / "toy"
    (toy / "experiment.py").write_text(
        WATCHED + CALLED.format("first") + CALLED.format("second")
    )
    (toy / "observations.py").write_text(
        WATCHED + CALLED.format("early") + CALLED.format("late")
    )
    assert run(project, "toy").returncode == 0
    lines = (project / "log.txt").read_text().splitlines()
    assert sorted(lines[:4]) == [
        "first ends",
        "first starts",
        "second ends",
        "second starts",
    ]
    assert lines[4:] == ["early starts", "early ends", "late starts", "late ends"]
    # A claim about a time would fail on another machine.
    (toy / "claims.py").write_text(
        TOY["claims.py"].replace("first.value", "late.value")
    )
    refused = run(project, "toy")
    assert refused.returncode == 1
    assert (
        "snippets/toy/claims.py:2: claim 'positive' is about 'late.value', an observation of one machine "
        "(snippets/toy/observations.py:17); show it on a page, and claim nothing of it"
    ) in refused.stderr


def test_workers_end_with_a_driver_that_was_killed(project: Path) -> None:
    (project / "snippets" / "toy" / "experiment.py").write_text(
        "import os, time\nfrom pathlib import Path\n\n\ndef first(seeds):\n"
        "    Path('worker').write_text(f'{os.getpid()}\\n')\n    time.sleep(600)\n"
    )
    command = [sys.executable, "-m", "snippets", "toy"]
    driver = subprocess.Popen(command, cwd=project, stderr=subprocess.DEVNULL)
    noted = project / "worker"
    while not (noted.exists() and noted.read_text().endswith("\n")):
        assert driver.poll() is None
        time.sleep(0.1)
    driver.send_signal(signal.SIGKILL)
    driver.wait()
    worker = int(noted.read_text())
    for _ in range(600):
        done = subprocess.run(
            ["ps", "-o", "stat=", "-p", str(worker)],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.stdout.strip() in ("", "Z"):
            return
        time.sleep(0.1)
    os.kill(worker, signal.SIGKILL)
    pytest.fail("the worker works for nobody")


def test_no_two_files_measure_the_same_name(project: Path) -> None:
    file = project / "snippets" / "toy" / "observations.py"
    file.write_text("def first(seeds):\n    return {}\n")
    failed = run(project, "toy")
    assert failed.returncode == 1
    assert failed.stderr.strip() == (
        "python -m snippets: snippets/toy/observations.py:1: snippets/toy/experiment.py measures 'first'; "
        "rename one of them"
    )


def test_a_call_takes_what_the_clock_says_in_most_of_its_turns(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock, calls = [0.0], [0]

    def work(seconds: float) -> None:
        calls[0] += 1
        clock[0] += 100 if calls[0] == 20 else seconds  # one turn is disturbed

    fake = SimpleNamespace(process_time=lambda: clock[0])
    monkeypatch.setattr(timing, "time", fake)
    found = timing.seconds_per_call(
        {"once": partial(work, 0.25), "thrice": partial(work, 0.75)}, seconds=2
    )
    assert found == {"once": 0.25, "thrice": 0.75}
    assert calls[0] > 20
    with pytest.raises(ValueError, match="rounds must be >= 1, got 0"):
        timing.seconds_per_call({}, rounds=0)


def test_what_a_turn_costs_at_its_start_is_not_timed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock, last = [0.0], [""]

    def work(name: str) -> None:
        clock[0] += 1 if name == last[0] else 3  # a cold cache makes it slower
        last[0] = name

    fake = SimpleNamespace(process_time=lambda: clock[0])
    monkeypatch.setattr(timing, "time", fake)
    calls = {name: partial(work, name) for name in ("first", "second")}
    found = timing.seconds_per_call(calls, seconds=2)
    assert found == {"first": 1, "second": 1}


def test_a_failing_measurement_is_named_and_the_others_are_kept(project: Path) -> None:
    file = project / "snippets" / "toy" / "experiment.py"
    file.write_text(
        file.read_text() + "\ndef third(seeds):\n    raise ArithmeticError('no')\n"
    )
    failed = run(project, "toy", "--jobs", "1")
    assert failed.returncode == 1
    assert failed.stderr.strip().splitlines()[-1] == (
        "python -m snippets: snippets/toy/experiment.py:10: toy.third with seeds 0:20 raised "
        "ArithmeticError: no"
    )
    assert list((project / ".cache" / "evidence").glob("toy.first-*.json"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["unknown"], "there is no question 'unknown'; there are: toy"),
        (
            ["toy", "--seeds", "5:5"],
            "--seeds 5:5: an interval needs at least two seeds",
        ),
        (
            ["toy", "--seeds", "9:3"],
            "--seeds 9:3: an interval needs at least two seeds",
        ),
        *(
            (["toy", "--seeds", seeds], f"--seeds {seeds}: write two whole numbers")
            for seeds in (
                "many",
                "5",
                "1_0:2_0",
                "０:５",
                " 1:9",
                f"{2**63}:{2**63 + 9}",
                f"{2**64}:{2**64 + 9}",
                "0:" + "9" * 5000,
            )
        ),
        *(
            (["toy", "--jobs", jobs], f"--jobs {jobs}: write a whole number")
            for jobs in ("0", "²", "٣", "1_0", "9" * 5000)
        ),
        (
            ["toy", "--json", "nowhere/out.json"],
            "--json nowhere/out.json: there is no folder nowhere",
        ),
        (["toy", "--json", "snippets"], "--json snippets: this is a folder"),
        *(
            (["toy", "--json", file], f"--json {file}: cannot write there: ")
            for file in ("/proc/x.json", "a" * 300)
        ),
        (["--json", "out.json"], "--json takes the evidence of one question"),
        (["toy", "--colour"], "No such option '--colour'"),
    ],
)
def test_a_bad_call_is_one_line_and_status_2(
    project: Path, arguments: list[str], message: str
) -> None:
    failed = run(project, *arguments)
    assert failed.returncode == 2
    assert failed.stderr.startswith(f"python -m snippets: {message}")
    assert len(failed.stderr.strip().splitlines()) == 1
    assert not re.search(r"\b_\w", failed.stderr.replace(arguments[-1], ""))
    assert not (project / ".cache").exists(), "nothing was measured"


def test_json_is_added_to_pipes_and_goes_where_a_link_leads(project: Path) -> None:
    there = project / "there.json"
    (project / "link.json").symlink_to(there)
    assert run(project, "toy", "--json", "link.json").returncode == 0
    assert (project / "link.json").is_symlink()
    expected = json.loads(there.read_text())

    to_stdout = run(project, "toy", "--json", "/dev/stdout")
    assert json.loads(to_stdout.stdout) == expected
    assert "toy: claims" in to_stdout.stderr
    # The same with a file behind it: neither replaced nor cut.
    with (project / "log").open("w") as log:
        log.write("before\n")
        log.flush()
        done = subprocess.run(
            [sys.executable, "-m", "snippets", "toy", "--json", "/dev/stderr"],
            cwd=project,
            stdout=subprocess.DEVNULL,
            stderr=log,
            check=False,
        )
    assert done.returncode == 0
    before, _, written = (project / "log").read_text().partition("\n")
    assert before == "before" and json.loads(written) == expected

    os.mkfifo(project / "pipe")
    reader = subprocess.Popen(
        ["cat", "pipe"], cwd=project, stdout=subprocess.PIPE, text=True
    )
    assert run(project, "toy", "--json", "pipe").returncode == 0
    assert json.loads(reader.communicate()[0]) == expected
    if Path("/dev/full").exists():
        full = run(project, "toy", "--json", "/dev/full")
        assert full.returncode == 2 and len(full.stderr.splitlines()) == 1


CLAIM = "from snippets.evidence.claims import Claim\n"


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("claims", f"{CLAIM}\nCLAIMS = (\n", r"claims\.py:3: .* not valid Python"),
        ("claims", f"{CLAIM}x = 1\n", r"claims\.py:1: .* write CLAIMS = "),
        ("claims", f"{CLAIM}\nCLAIMS = 5\n", r"claims\.py:3: .* write CLAIMS = "),
        ("claims", f"{CLAIM}\n\nnope\n", r"claims\.py:4: NameError: name 'nope'"),
        ("claims", "\nimport snippets.toy.nope\n", r"claims\.py:2: ModuleNotFound"),
        ("claims", "\nimport snippets.toy.bad\n", r"bad\.py:1: SyntaxError: "),
        (
            "claims",
            f"{CLAIM}CLAIMS = (\n  Claim(\n    'x', 'first.value'),)\n",
            r"claims\.py:3: ValueError: claim 'x' can never fail",
        ),
        (
            "claims",
            f"{CLAIM}CLAIMS = (\n  Claim(\n    'x', 'first.value', above=0),)\n",
            r"claims\.py:3: ValueError: claim 'x' lacks `false_if`: say in words what",
        ),
        (
            "claims",
            f"{CLAIM}CLAIMS = (\n  Claim('x', 'first.value', above=0, false_if='not'),\n"
            "  Claim('x', 'first.value', above=1, false_if='not'),\n)\n",
            r"claims\.py:4: claim 'x': another claim has this id",
        ),
        (
            "claims",
            f"{CLAIM}CLAIMS = (\n  Claim('x', 'nope.value', above=0, false_if='not'),\n)\n",
            r"claims\.py:3: claim 'x' is about 'nope\.value', but .* there are first",
        ),
        (
            "claims",
            f"{CLAIM}CLAIMS = (\n  Claim('x', 'first.nope', above=0, false_if='not'),\n)\n",
            r"claims\.py:3: claim 'x': toy\.first gives no 'first\.nope'; it gives first\.v",
        ),
        ("claims", None, r"claims\.py:1: there is no such file"),
        ("experiment", "x = 1\ndef f(:\n", r"experiment\.py:2: .* not valid Python"),
        ("experiment", "x = '\udce9'\n", r"experiment\.py:1: this is not UTF-8"),
    ],
)
def test_what_is_wrong_with_a_question_is_one_line_with_its_place(
    measured: Path, tmp_path: Path, file: str, text: str | None, message: str
) -> None:
    project = shutil.copytree(measured, tmp_path / "project")
    (project / "snippets" / "toy" / "bad.py").write_text("def f(:\n")
    path = project / "snippets" / "toy" / f"{file}.py"
    path.unlink()
    if text is not None:
        path.write_bytes(text.encode(errors="surrogateescape"))
    failed = run(project, "toy")
    assert failed.returncode == 1
    assert re.fullmatch(
        rf"python -m snippets: snippets/toy/{message}.*\n", failed.stderr
    ), failed.stderr


def test_a_store_that_cannot_be_written_is_told_before_measuring(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(store, "FOLDER", Path("/dev/null/evidence"))
    assert cli.main(["symmetry"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line == (
        "python -m snippets: cannot write /dev/null/evidence: Not a directory; "
        "name a folder of yours in EVIDENCE_CACHE"
    )


def test_a_question_is_complete_when_its_last_measurement_is_stored(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    todo = [
        questions.Measurement(*name, "no/file.py", 1) for name in ("ax", "bx", "ay")
    ]
    stored: list[str] = []
    complete: list[list[str]] = []

    def run(wanted: list[questions.Measurement], _: range, __: int, tell: Any) -> None:
        for m in wanted:
            tell([m], None)
            stored.append(str(m))
            tell([], m)

    monkeypatch.setattr(measuring, "lacking", lambda *_: list(todo))
    monkeypatch.setattr(measuring, "key", lambda *_: "0")
    monkeypatch.setattr(measuring, "run", run)
    measuring.measure_missing(todo, on_complete=lambda: complete.append(list(stored)))
    assert complete == [["a.x", "b.x"], ["a.x", "b.x", "a.y"]]
    assert capsys.readouterr().err == "measured a.x\nmeasured b.x\nmeasured a.y\n"


def test_an_interruption_is_told_in_a_line(project: Path) -> None:
    (project / "snippets" / "toy" / "experiment.py").write_text(
        "import time\nfrom pathlib import Path\n\n\ndef first(seeds):\n"
        "    Path('started').touch()\n    time.sleep(600)\n"
    )
    driver = subprocess.Popen(
        [sys.executable, "-m", "snippets", "toy"],
        cwd=project,
        stderr=subprocess.PIPE,
        text=True,
        # A background job of a script ignores SIGINT, and so would this.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )
    while not (project / "started").exists():
        assert driver.poll() is None
        time.sleep(0.1)
    driver.send_signal(signal.SIGINT)
    said = driver.communicate()[1].strip()
    assert said == "python -m snippets: interrupted; what was finished is kept"
    assert driver.returncode == 130


def test_the_list_of_questions_needs_no_torch(project: Path) -> None:
    (project / "torch.py").write_text("raise RuntimeError('torch was imported')\n")
    listed = run(project)
    assert listed.returncode == 0, listed.stderr
    assert (
        "toy" in listed.stdout
        and "A question to test with?" in listed.stdout
        and "0 of 2" in listed.stdout
    )


def test_results_do_not_depend_on_the_number_of_jobs(project: Path) -> None:
    results = []
    for jobs in ("1", "2"):
        shutil.rmtree(project / ".cache", ignore_errors=True)
        run(project, "toy", "--jobs", jobs, "--json", "out.json")
        results.append(json.loads((project / "out.json").read_text())["estimates"])
    assert results[0] == results[1]


@pytest.mark.parametrize(
    "statement",
    [
        "from snippets.toy.helper import OFFSET",
        "from snippets.toy import helper",
        "from snippets.toy import *\nfrom snippets.toy.helper import *",
        "from .helper import OFFSET",
        "from . import helper",
        "import snippets.toy.helper",
        "def first(seeds):\n    from snippets.toy.helper import OFFSET",
        "import importlib\nimportlib.import_module('snippets.toy.helper')",
        "import snippets.toy.between",
    ],
)
def test_every_way_to_import_counts(
    project: Path, monkeypatch: pytest.MonkeyPatch, statement: str
) -> None:
    monkeypatch.setattr(questions, "ROOT", project)
    monkeypatch.setattr(fingerprint, "ROOT", project)
    toy = project / "snippets" / "toy"
    (toy / "experiment.py").write_text(statement + "\n")
    (toy / "between.py").write_text("from .helper import OFFSET\n")
    before = fingerprint.source_hash("snippets/toy/experiment.py")
    (toy / "helper.py").write_text("OFFSET = 1.0\n")
    assert fingerprint.source_hash("snippets/toy/experiment.py") != before


def test_a_file_that_is_named_counts_and_must_be_there(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(questions, "ROOT", project)
    monkeypatch.setattr(fingerprint, "ROOT", project)
    named = 'FILES = ("docs/explorables/toy.js",)\n'
    (project / "snippets" / "toy" / "agreement.py").write_text(named)
    agreement = "snippets/toy/agreement.py"
    told = r"^snippets/toy/agreement\.py:1: there is no file 'docs/explorables/toy\.js'"
    with pytest.raises(questions.SourceError, match=told):
        fingerprint.source_hash(agreement)
    script = project / "docs" / "explorables" / "toy.js"
    script.parent.mkdir(parents=True)
    hashes = set()
    for text in ("let a = 1;", "let a = 2;", "let a = 2; // as it was"):
        script.write_text(text)
        hashes.add(fingerprint.source_hash(agreement))
    assert len(hashes) == 3
    script.write_bytes("let a = 4;".encode("utf-16"))
    with pytest.raises(questions.SourceError, match=r"toy\.js:1: this is not UTF-8"):
        fingerprint.source_hash(agreement)


@pytest.mark.parametrize(
    "named", ["3", "(1, 2)", "sorted(())", "None", "('/etc/hosts',)"]
)
def test_files_that_are_no_names_are_told(
    project: Path, monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    monkeypatch.setattr(questions, "ROOT", project)
    monkeypatch.setattr(fingerprint, "ROOT", project)
    (project / "snippets" / "toy" / "agreement.py").write_text(f"\nFILES = {named}\n")
    told = r"^snippets/toy/agreement\.py:2: FILES holds no names; write FILES = "
    with pytest.raises(questions.SourceError, match=told):
        fingerprint.source_hash("snippets/toy/agreement.py")


def test_without_pages_nothing_can_agree_with_them(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(questions, "ROOT", project)
    (project / "snippets" / "toy" / "agreement.py").write_text(
        "def agreement(seeds): ..."
    )
    for there in (True, False):
        pages = project if there else project / "nowhere"
        monkeypatch.setattr(questions, "PAGES", pages)
        names = [m.name for m in questions.measurements("toy")]
        assert names == ["first", "second", *["agreement"][:there]]


def test_a_computed_import_is_refused_with_its_place(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(questions, "ROOT", project)
    monkeypatch.setattr(fingerprint, "ROOT", project)
    file = project / "snippets" / "toy" / "experiment.py"
    file.write_text(
        "import importlib\n\nimportlib.import_module('snippets.' + 'toy')\n"
    )
    with pytest.raises(
        questions.SourceError,
        match=r"^snippets/toy/experiment\.py:3: .* write the name",
    ):
        fingerprint.source_hash("snippets/toy/experiment.py")


def test_no_flipped_bit_is_accepted(tmp_path: Path) -> None:
    file = tmp_path / "record.json"
    estimate = Estimate(0.5, 0.4, 0.6, 20, "share")
    record = store.Record(
        {"a": estimate, "b": Series((0.0,), (estimate,), "epochs")}, {"torch": "x"}
    )
    store.save(file, record)
    assert store.load(file) == record
    good = file.read_bytes()
    generator = torch.Generator().manual_seed(0)
    for _ in range(300):
        position = int(torch.randint(len(good), (), generator=generator))
        bit = int(torch.randint(8, (), generator=generator))
        bad = bytearray(good)
        bad[position] ^= 1 << bit
        file.write_bytes(bad)
        assert store.load(file) in (None, record)


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    file = tmp_path / "kept.json"
    store.write_atomically(file, "old")
    with pytest.raises(UnicodeEncodeError):
        store.write_atomically(file, "new \ud800")
    assert file.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["kept.json"]
    file.unlink()
    file.mkdir()
    with pytest.raises(IsADirectoryError, match=r"Is a directory: '.*/kept\.json'$"):
        store.write_atomically(file, "new")
    assert [p.name for p in tmp_path.iterdir()] == ["kept.json"]


def test_the_t_interval_covers_as_often_as_it_says() -> None:
    generator = torch.Generator().manual_seed(1)
    runs = torch.randn(4000, 5, generator=generator, dtype=torch.float64)
    covered = sum(e.low <= 0 <= e.high for e in (intervals.mean(r, "1") for r in runs))
    assert abs(covered / 4000 - 0.95) < 4 * math.sqrt(0.95 * 0.05 / 4000)


def test_the_wilson_interval_solves_its_equation() -> None:
    for successes, trials in ((0, 10), (3, 10), (10, 10), (943, 1000)):
        e = intervals.share(successes, trials)
        for end in (e.low, e.high):
            if 0 < end < 1:
                z = (successes / trials - end) / math.sqrt(end * (1 - end) / trials)
                assert abs(z) == pytest.approx(1.959964, abs=1e-5)


def test_a_claim_needs_the_whole_interval() -> None:
    claim = Claim("x", "a.b", above=0.2, below=0.8, false_if="not")
    assert claim.condition == "low > 0.2 and high < 0.8"
    assert claim.holds(Estimate(0.5, 0.3, 0.7, 9, "1"))
    assert not claim.holds(Estimate(0.5, 0.1, 0.7, 9, "1"))
    assert not claim.holds(Estimate(0.5, 0.3, 0.9, 9, "1"))


def test_a_condition_names_its_bounds_and_no_others() -> None:
    assert (
        Claim("x", "a.b", below=1.000001, false_if="not").condition == "high < 1.000001"
    )
    assert (
        Claim("x", "a.b", above=1383000.0, false_if="not").condition == "low > 1383000"
    )
    assert Claim("x", "a.b", above=1e-30, false_if="not").condition == "low > 1e-30"


@pytest.mark.parametrize("bounds", [{}, {"above": 1.0, "below": 1.0}])
def test_a_claim_that_cannot_fail_or_hold_is_refused(bounds: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="can never"):
        Claim("x", "a.b", **bounds, false_if="not")


@pytest.mark.parametrize("question", questions.questions())
def test_every_claim_holds(site: Path, question: str) -> None:
    published = json.loads((site / "evidence" / f"{question}.json").read_text())
    assert len(published["claims"]) >= 3
    for claim, verdict in zip(
        published["claims"], gather(question).claims, strict=True
    ):
        assert claim["holds"], claim
        assert verdict.estimate is not None
        assert (
            verdict.claim.above is None
        ) or verdict.estimate.low > verdict.claim.above
        assert (
            verdict.claim.below is None
        ) or verdict.estimate.high < verdict.claim.below
        lines = (ROOT / claim["file"]).read_text().splitlines()
        assert lines[claim["line"] - 1].startswith(
            f"def {claim['estimate'].partition('.')[0]}("
        )
