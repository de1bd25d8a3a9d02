from __future__ import annotations

import contextlib
import os
import socket
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from bus.failures import MachineFailure, SettingsFailure
from bus.run import RUN_VARIABLE, TOKENS_VARIABLE, Run
from bus.run.directories import remove_stale_runs, running_sessions


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    number: int = 1


def test_a_stage_reads_what_the_supervisor_wrote(
    make_run: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make_run(vad=Table(number=7))
    monkeypatch.setenv(RUN_VARIABLE, str(made.directory))
    opened = Run.open()
    assert opened.token("vad") == made.token("vad")
    assert opened.settings("vad", Table) == Table(number=7)
    assert opened.settings("stt", Table) == Table()


def test_a_started_stage_has_only_its_own_tokens(
    make_run: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make_run()
    monkeypatch.setenv(RUN_VARIABLE, str(made.directory))
    monkeypatch.setenv(TOKENS_VARIABLE, f"{made.token('llm').decode()},{made.token('small-model').decode()}")
    opened = Run.open()
    assert opened.token("llm") == made.token("llm") != made.token("stt")
    assert opened.token("small-model") == made.token("small-model")
    assert (opened.token("overlay"), opened.key) == (b"", b"")


def test_only_this_user_can_enter(make_run: Callable[..., Run]) -> None:
    run = make_run()
    assert stat.S_IMODE(run.directory.stat().st_mode) == 0o700
    for file in ("run.json", "key"):
        assert stat.S_IMODE((run.directory / file).stat().st_mode) == 0o600


def test_settings_that_do_not_fit_are_refused(make_run: Callable[..., Run]) -> None:
    class Other(msgspec.Struct):
        letters: str = "x"

    with pytest.raises(SettingsFailure):
        make_run(vad=Other()).settings("vad", Table)


@pytest.mark.parametrize("named", [None, "/nowhere"])
def test_a_missing_run_is_a_failure(monkeypatch: pytest.MonkeyPatch, named: str | None) -> None:
    monkeypatch.delenv(RUN_VARIABLE, raising=False)
    if named:
        monkeypatch.setenv(RUN_VARIABLE, named)
    with pytest.raises(MachineFailure, match="cuecard run"):
        Run.open()


def test_a_path_too_long_for_sockets_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    base = tmp_path / ("x" * 90)
    base.mkdir(0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(base))
    with pytest.raises(MachineFailure, match="too long"):
        Run.create({})
    assert not list(base.iterdir())


@pytest.mark.skipif(sys.platform == "win32", reason="modes protect nothing there")
@pytest.mark.parametrize(
    ("mode", "owner", "used"), [(0o700, None, True), (0o755, None, False), (0o700, 12345, False)]
)
def test_runtime_directory_must_be_ours_alone(
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    mode: int,
    owner: int | None,
    used: bool,
) -> None:
    named, temporary = tmp_path_factory.mktemp("n"), tmp_path_factory.mktemp("t")
    named.chmod(mode)
    if owner is not None:
        if os.getuid():
            pytest.skip("only root can give a directory away")
        os.chown(named, owner, owner)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(named))
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    run = Run.create({})
    assert run.directory.parent == (named if used else temporary)
    assert run.directory in running_sessions()


@pytest.mark.skipif(sys.platform == "win32", reason="modes protect nothing there")
@pytest.mark.parametrize(("mode", "works"), [(0o777, False), (0o1777, True), (0o755, True)])
def test_temporary_directory_must_be_ours_or_sticky(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, mode: int, works: bool
) -> None:
    temporary = tmp_path_factory.mktemp("t")
    temporary.chmod(mode)
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    if works:
        assert Run.create({}).directory.parent == temporary
        return
    with pytest.raises(MachineFailure, match="XDG_RUNTIME_DIR"):
        Run.create({})
    assert not list(temporary.iterdir())


def dead_process() -> str:
    """Return the ID of a process that has ended."""
    return subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid(), end='')"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def test_a_keeper_too_busy_to_answer_keeps_its_session(tmp_path: Path) -> None:
    killed = tmp_path / f"cuecard-{dead_process()}-abc"
    (killed / "keeper").mkdir(parents=True)
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket(socket.AF_UNIX))
        listener.bind(str(killed / "keeper" / "keeper"))
        listener.listen(0)
        for _ in range(2):  # fills the backlog, and one more
            client = stack.enter_context(socket.socket(socket.AF_UNIX))
            client.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                client.connect(str(killed / "keeper" / "keeper"))
        assert remove_stale_runs(tmp_path) == []
    assert remove_stale_runs(tmp_path) == [killed]


def test_only_stale_runs_are_removed(tmp_path: Path) -> None:
    dead = tmp_path / f"cuecard-{dead_process()}-abc"
    alive = tmp_path / f"cuecard-{os.getpid()}-abc"
    client_socket = tmp_path / "cuecard-notes-abc"
    for directory in (dead, alive, client_socket):
        directory.mkdir()
        (directory / "hub").touch()
    assert remove_stale_runs(tmp_path) == [dead]
    assert alive.exists()
    assert client_socket.exists()
