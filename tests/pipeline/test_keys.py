"""Only the llm process holds a key: every process and file is searched."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from session.run.start.demo import DEMO
from tests.support.fake_provider import ProviderServer
from tests.support.pseudo_terminal import PseudoTerminal
from tests.support.session_process import running
from tests.support.waiting import wait_until

PLANTED = {
    name: f"sk-planted-{number}-0123456789"
    for number, name in enumerate(
        ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY", "CUECARD_API_KEY", "MY_ODD_NAME")
    )
}


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("k")


@pytest.fixture
def provider() -> Iterator[ProviderServer]:
    with ProviderServer() as server:
        yield server


def test_no_environment_and_no_file_of_a_session_has_a_key(place: Path, provider: ProviderServer) -> None:
    environment = {
        **PLANTED,
        "XDG_STATE_HOME": str(place),
        "CUECARD_LLM_KEY_VARIABLE": "MY_ODD_NAME",
        "CUECARD_DEBUG": "1",
    }
    arguments = ("run", "--source", f"call=file:{DEMO / 'call.flac'}", "--provider", provider.base_url)
    with running(*arguments, "--json", directory=place, environment=environment) as session:
        session.wait_for("SpeechStarted")
        assert provider.requests[0].headers["authorization"] == f"Bearer {PLANTED['MY_ODD_NAME']}"
        llm = session.pid("llm")
        family = [psutil.Process(session.process.pid), *_family(session.process.pid)]
        holders = [each for each in family if _holds(each)]
        files = {path.name for path in place.rglob("*") if path.is_file() and _planted(path.read_bytes())}
        limits = Path(f"/proc/{llm}/limits").read_text()
        os.kill(llm, signal.SIGKILL)
        wait_until(lambda: len({request.connection for request in provider.requests}) == 2, 30)
        session.interrupt()
        assert session.end() == 0
    assert (holders, files) == ([], set()), "the supervisor took them out of its environment"
    assert provider.requests[-1].headers["authorization"] == f"Bearer {PLANTED['MY_ODD_NAME']}"
    assert not _planted(session.errors)
    assert not _planted(repr(session.events).encode())
    core = next(line for line in limits.splitlines() if line.startswith("Max core file size"))
    assert core.split()[4:6] == ["1", "1"], "a crash leaves no copy of its memory: no dump fits"


@pytest.mark.long
def test_a_typed_key_reaches_only_llm_and_its_restarts(place: Path, provider: ProviderServer) -> None:
    arguments = ("run", "--source", f"call=file:{DEMO / 'call.flac'}", "--provider", provider.base_url)
    environment = {**os.environ, "XDG_RUNTIME_DIR": str(place), "XDG_STATE_HOME": str(place)}
    with PseudoTerminal(
        "-m", "session", *arguments, "--ask-key", "--json", environment=environment
    ) as terminal:
        terminal.type_at("(it is not shown)", "sk-planted-and-typed")
        terminal.wait_to_see('"type":"SpeechStarted"')
        (llm,) = (process for process in _family(terminal.pid) if process.cmdline()[-1] == "llm")
        llm.kill()
        terminal.wait_to_see('"type":"StageReady","stage":"llm"', 2)
        wait_until(lambda: len({request.connection for request in provider.requests}) == 2)
        holders = [
            process for process in (psutil.Process(terminal.pid), *_family(terminal.pid)) if _holds(process)
        ]
        files = {path.name for path in place.rglob("*") if path.is_file() and _planted(path.read_bytes())}
        terminal.interrupt()
        assert terminal.end() == 0, terminal.shown
    assert {request.headers["authorization"] for request in provider.requests} == {
        "Bearer sk-planted-and-typed"
    }
    assert (holders, files) == ([], set())
    assert not _planted(terminal.shown.encode())


@pytest.mark.long
def test_modules_in_the_working_folder_are_not_imported(
    place: Path, provider: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = place / "downloads"
    here.mkdir()
    (here / "httpx.py").write_text("from pathlib import Path\nPath('trace').touch()\n")
    monkeypatch.chdir(here)
    arguments = ("run", "--source", f"call=file:{DEMO / 'call.flac'}", "--provider", provider.base_url)
    environment = {"XDG_STATE_HOME": str(place)}
    with running(*arguments, "--json", directory=place, environment=environment) as session:
        session.wait_for("SpeechStarted")
        session.interrupt()
        assert session.end() == 0
    assert not (here / "trace").exists()
    assert session.of("StageDied") == []


def _family(pid: int) -> list[psutil.Process]:
    return psutil.Process(pid).children(recursive=True)


def _holds(process: psutil.Process) -> bool:
    """Tell whether a process's environment or arguments hold a key."""
    return _planted(" ".join([*process.environ().values(), *process.cmdline()]).encode())


def _planted(text: bytes) -> bool:
    return b"sk-planted" in text
