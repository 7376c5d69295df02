"""`make serve` and `make site` as processes: what they show, what they leave, what they say."""

from __future__ import annotations

import errno
import fcntl
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tarfile
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from projects import ROOT, Server, small

from snippets.evidence.runner import MeasurementError
from tools import serve as serving
from tools import site
from tools.site import build as build_site


def test_serve_shows_pages_at_once_and_numbers_as_they_come(tmp_path: Path) -> None:
    project = small(tmp_path / "project")
    bare = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    with Server(project, tmp_path / "log", env=bare) as server:
        shown = server.shows("en/toy/", "measured")
        assert "…</span>" in shown
        assert (
            "livereload" in shown and "Security-Policy" not in shown
        )  # or it would not
        server.shows("en/toy/", 'value="9.5"', without="…</span>")
        while "executed the notebook" not in server.log.read_text():
            time.sleep(0.2)
        experiment = project / "snippets" / "toy" / "experiment.py"
        experiment.write_text(experiment.read_text().replace("float(s)", "2.0 * s"))
        server.shows("en/toy/", 'value="19"')
        # The first, one for what was measured, one for outputs, and both again of the edit.
        assert server.log.read_text().count("Building") <= 5, server.log.read_text()
        assert len(server.log.read_text().splitlines()) <= 2 * 5 + 5
        for name, address, new in (
            ("docs/en/toy.md", "en/toy/", "A new sentence."),
            ("docs/assets/style.css", "assets/style.css", "/* new */"),
        ):
            file = project / name
            text = file.read_text(encoding="utf-8")
            file.write_text(f"{text}\n{new}\n", encoding="utf-8")
            server.shows(address, new)
        claims = project / "snippets" / "toy" / "claims.py"
        claims.write_text(claims.read_text().replace("above=0", "above=99.5"))
        page = project / "docs" / "en" / "toy.md"
        text = page.read_text(encoding="utf-8")
        page.write_text(f'{text}\n!!! claim "positive"\n\n    T.\n', encoding="utf-8")
        server.shows("en/toy/", "must lie above 99.5")


CHANGES = {
    "an experiment": ("snippets/toy/experiment.py", "first", "other"),
    "what it imports": ("snippets/laboratory/intervals.py", "def ", "def  "),
    "a code block": ("docs/zh/toy.md", "print(1)", "print(2)"),
    "a damaged record": (".cache/evidence/toy.first-0.json", "9.5", "9.6"),
    "damaged outputs": (".cache/notebooks/outputs/0.json", "1", "2"),
    "a record that is gone": (".cache/evidence/toy.first-0.json", "", None),
}


@pytest.fixture
def followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project that `tools.serve` in this process takes for its own."""
    project = small(tmp_path / "project")
    kept = [project / ".cache" / name for name in ("evidence", "notebooks/outputs")]
    for folder in kept:
        folder.mkdir(parents=True)
    (project / ".cache/evidence/toy.first-0.json").write_text("9.5")
    (project / ".cache/notebooks/outputs/0.json").write_text("1")
    monkeypatch.setattr(serving, "SOURCES", (project / "snippets", project / "docs"))
    monkeypatch.setattr(serving, "KEPT", kept)
    monkeypatch.setattr(serving, "NEWS", project / ".cache" / "news")
    return project


def followed_through(
    monkeypatch: pytest.MonkeyPatch,
    work: Callable[[Callable[[], None]], None],
    seconds: Sequence[Callable[[], object]],
) -> list[int]:
    """After how many seconds `follow` works, if one thing happens in each."""
    worked: list[int] = []
    left = list(seconds)

    def measure_and_execute(tell: Callable[[], None]) -> None:
        worked.append(len(seconds) - len(left))
        work(tell)

    monkeypatch.setattr(serving, "measure_and_execute", measure_and_execute)
    server: Any = SimpleNamespace(poll=lambda: None if left else 0)
    clock = SimpleNamespace(sleep=lambda _: left.pop(0)())
    monkeypatch.setattr(serving, "time", clock)
    serving.follow(server, serving.files(*serving.KEPT))
    return worked


def nothing(*_: object) -> None:
    """What happens in most seconds."""


@pytest.mark.parametrize("what", CHANGES)
def test_work_is_done_at_the_start_and_after_every_change(
    followed: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    name, old, new = CHANGES[what]

    def change() -> None:
        file, before = followed / name, (followed / name).stat()
        if new is None:
            file.unlink()
        else:
            file.write_text(file.read_text().replace(old, new, 1))
            # As bad luck or a tool would have it: of the same age.
            os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))

    seconds = (nothing, nothing, change, nothing, nothing)
    assert followed_through(monkeypatch, nothing, seconds) == [0, 3]
    assert (followed / ".cache" / "news").exists() == name.startswith(".cache")


def test_a_fault_is_told_once_and_work_begins_again_where_it_can_be_mended(
    followed: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(error: Exception, *_: object) -> None:
        raise error

    broken = partial(fail, MeasurementError("toy.first raised"))
    seconds = (nothing,) * 3
    assert followed_through(monkeypatch, broken, seconds) == [0]
    assert capsys.readouterr().err == "make serve: toy.first raised\n"
    full = partial(fail, OSError("no space"))  # mended where nobody looks for changes
    assert followed_through(monkeypatch, full, seconds) == [0, 1, 2]
    assert capsys.readouterr().err == "make serve: no space\n"


@pytest.mark.parametrize(
    ("busy", "number", "whom"),
    [
        ("", signal.SIGKILL, "process"),
        ("measuring", signal.SIGINT, "process"),
        ("measuring", signal.SIGINT, "group"),
        ("measuring", signal.SIGTERM, "process"),
        ("measuring", signal.SIGTERM, "ignoring SIGINT"),
        ("measuring", signal.SIGHUP, "group"),
        ("measuring", signal.SIGKILL, "make"),
        ("executing", signal.SIGTERM, "process"),
        ("executing", signal.SIGKILL, "process"),
    ],
)
def test_nothing_outlives_the_server(
    tmp_path: Path, busy: str, number: signal.Signals, whom: str
) -> None:
    project = small(tmp_path / "project", busy)
    started = tmp_path / "busy"

    def outright() -> None:
        """A background job of a script ignores SIGINT, one of nohup SIGHUP, and so does what they start."""
        ignored = whom == "ignoring SIGINT"
        signal.signal(signal.SIGINT, signal.SIG_IGN if ignored else signal.SIG_DFL)
        signal.signal(signal.SIGHUP, signal.SIG_DFL)

    how: dict[str, Any] = {
        "env": os.environ | {"BUSY": str(started)},
        "preexec_fn": outright,
    }
    if whom == "make":
        (project / "Makefile").write_text(
            f"serve:\n\t@{sys.executable} -m tools.serve $(PORT)\n"
        )
        how["command"] = ["make", "serve", "PORT={port}"]
    server = Server(project, tmp_path / "log", **how)
    try:
        while not (started.exists() if busy else "Building" in server.log.read_text()):
            assert server.process.poll() is None, server.log.read_text()
            time.sleep(0.1)
        assert len(alive(started)) >= 2
        if whom == "group":
            os.killpg(server.process.pid, number)
        else:
            server.process.send_signal(number)
        server.process.wait(60)
        for _ in range(600):
            if not alive(started):
                break
            time.sleep(0.1)
        assert alive(started) == []
    finally:
        for process in alive(started):
            os.kill(int(process.split()[0]), signal.SIGKILL)
    with socket.socket() as port:
        port.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        port.bind(("127.0.0.1", server.port))
    if number != signal.SIGHUP:  # which also ends what Python counts semaphores with
        assert "Traceback" not in server.log.read_text(), server.log.read_text()


def alive(started: Path) -> list[str]:
    """Everything that was started with this file as its $BUSY."""
    listed = subprocess.run(
        ["ps", "axeww", "-o", "pid=,stat=,args="],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    lines = [line for line in listed.splitlines() if f"BUSY={started}" in line]
    return [line for line in lines if not line.split()[1].startswith("Z")]


def test_two_builds_of_one_site_wait_for_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_work: list[str] = []
    most = []

    def build(target: Path, *_: object) -> None:
        at_work.append(target.name)
        most.append(len(at_work))
        time.sleep(0.2)
        at_work.pop()

    monkeypatch.setattr("tools.site.measure_and_execute", lambda: None)
    monkeypatch.setattr("tools.site._build", build)
    threads = [
        threading.Thread(target=build_site, args=(tmp_path / "site",)) for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1, 1, 1]


def test_a_build_waits_for_the_mkdocs_of_one_that_was_killed(tmp_path: Path) -> None:
    def free() -> bool:
        folder = os.open(tmp_path, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        finally:
            os.close(folder)
        return True

    with site._alone(tmp_path / "site") as lock:
        child = subprocess.Popen(["sleep", "60"], pass_fds=[lock])
    assert not free()
    child.kill()
    child.wait()
    assert free()


@pytest.mark.parametrize("exchanges", [True, False])
def test_a_new_site_takes_the_place_of_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exchanges: bool
) -> None:
    """In one step where the disk can: that of a machine where this is tested does."""
    if exchanges:
        monkeypatch.setattr("tools.site._old", lambda _: pytest.fail("in two steps"))
    else:
        monkeypatch.setattr("tools.site._exchanged", lambda *_: False)
    old, new = tmp_path / "site", tmp_path / ".site-new"
    for text in ("first", "second"):
        new.mkdir()
        (new / "index.html").write_text(text)
        site._swap(new, old)
        assert (old / "index.html").read_text() == text
    (left,) = {*tmp_path.iterdir()} - {old}
    assert (left / "index.html").read_text() == "first"


def test_a_swap_that_was_killed_is_undone_by_whoever_comes_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".site-old").mkdir()
    (tmp_path / ".site-old" / "index.html").write_text("old")
    monkeypatch.setattr("tools.site.measure_and_execute", lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        build_site(tmp_path / "site")
    assert (tmp_path / "site" / "index.html").read_text() == "old"
    assert not (tmp_path / ".site-old").exists()


def test_the_date_is_that_of_the_commit_also_in_an_archive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    inner = tmp_path / "inner"
    inner.mkdir()
    for name in (".gitattributes", ".git_archival.txt"):
        for folder in (tmp_path, inner):
            shutil.copy(ROOT / name, folder / name)
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-C", str(tmp_path)]
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "a"]):
        when = {"GIT_COMMITTER_DATE": "@123456789 +0800"}
        subprocess.run([*git, *command], env=os.environ | when, check=True)
    archive = subprocess.run([*git, "archive", "HEAD"], capture_output=True, check=True)
    exported = tmp_path / "exported"
    with tarfile.open(fileobj=BytesIO(archive.stdout)) as tar:
        tar.extractall(exported, filter="data")
    for folder, date in (
        (tmp_path, "123456789"),
        (exported, "123456789"),
        (inner, site.UNKNOWN),  # the repository around it has commits of its own
    ):
        monkeypatch.setattr(site, "ROOT", folder)
        assert site.environment()["SOURCE_DATE_EPOCH"] == date, folder


@pytest.mark.parametrize("step", ["measure_and_execute", "_build"])
def test_what_the_disk_refuses_is_told_in_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "some/file")

    monkeypatch.setattr("tools.site.measure_and_execute", lambda: None)
    monkeypatch.setattr(f"tools.site.{step}", refuse)
    with pytest.raises(SystemExit) as failed:
        build_site(tmp_path / "site")
    assert re.fullmatch(
        r"make site: .*No space left on device: 'some/file'; .*/site is as it was",
        str(failed.value.code),
    )


def test_mkdocs_tells_what_the_disk_refuses_in_a_line(tmp_path: Path) -> None:
    project = small(tmp_path / "project")
    (project / ".cache").mkdir()
    (project / ".cache" / "notebooks").write_text("a file, where a folder should be")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build"],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert re.search(r"\.cache/notebooks.*: (File exists|Not a directory)", done.stderr)


def make(project: Path, target: str) -> subprocess.CompletedProcess[str]:
    """A command of the Makefile, in a project with nothing to set up."""
    (project / "ready").touch()
    command = ["make", target, f"BIN={Path(sys.executable).parent}", "READY=ready"]
    return subprocess.run(
        command, cwd=project, capture_output=True, text=True, check=False
    )


def test_check_and_format_name_file_and_line(tmp_path: Path) -> None:
    project = small(tmp_path / "project")
    for folder in ("snippets/toy", "docs"):
        shutil.rmtree(project / folder)
    (project / "docs").mkdir()
    door = "---\ndescription: A door.\n---\n\n# Toy\n"
    (project / "docs" / "index.md").write_text(door)
    for name in ("CONTRIBUTING.md", "Makefile", "pyproject.toml"):
        shutil.copy(ROOT / name, project / name)
    shutil.copytree(ROOT / ".github", project / ".github")
    settings = project / "mkdocs.yml"
    pages = re.sub(r"(?m)^ {6}- .*\.md\n", "", settings.read_text(encoding="utf-8"))
    settings.write_text(pages, encoding="utf-8")
    known = ROOT / ".mypy_cache"  # mypy reads torch for half a minute, once
    if known.exists():
        shutil.copytree(known, project / ".mypy_cache")
    for folder in (".cache/notebooks", "site/en", ".site-new"):  # and no .git
        (project / folder).mkdir(parents=True)
        (project / folder / "built.py").write_text("def  f( a ):\n  return lambda")
    assert (clean := make(project, "check")).returncode == 0, clean
    odd = project / "tools" / "odd.py"
    for content, line, reason in (
        (b'"""D."""\n\n\ndef f(:\n', 4, "invalid-syntax"),
        (b'"""D."""\n\nx = "\xe9"\n', 1, "UTF-8"),
    ):
        odd.write_bytes(content)
        for target in ("check", "format"):
            done = make(project, target)
            assert done.returncode == 2
            said = done.stdout + done.stderr
            assert re.search(rf"^tools/odd\.py:{line}:\d+: .*{reason}", said, re.M), (
                said
            )
            assert "make format" not in said
    odd.write_text('"""D."""\n\nx  =  1\n')
    done = make(project, "check")
    assert re.search(r"^tools/odd\.py:3:\d+: unformatted", done.stdout, re.M), done
    assert "run: make format" in done.stdout
    assert make(project, "format").returncode == 0
    assert make(project, "check").returncode == 0


def test_a_taken_port_is_told_before_anything_is_built() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = serve(str(port))
    assert done.returncode == 2
    assert done.stderr == (
        f"make serve: port {port}: Address already in use; choose another: make serve PORT=8001\n"
    )


@pytest.mark.parametrize("port", ["", "0", "65536", "x", "８０８０", "-1", "9" * 5000])
def test_a_port_that_is_none_is_told_in_a_line(port: str) -> None:
    done = serve(port)
    assert done.returncode == 2
    assert done.stderr == (
        f"make serve: PORT={port}: write a whole number from 1 to 65535, as in make serve PORT=8001\n"
    )


def serve(port: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tools.serve", port],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
