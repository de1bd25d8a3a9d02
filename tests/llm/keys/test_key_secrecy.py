"""Key secrecy: only the llm process and its requests contain a key."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import psutil
import pytest

from bus import messages as m
from tests.llm.conftest import StartLive
from tests.support.fake_provider import Do, ProviderServer, answer, json_reply, plain_reply

PLANTED = "sk-planted-0123456789"
QUOTING = {"error": {"message": f"Incorrect API key provided: {PLANTED}", "code": "invalid_api_key"}}


@pytest.mark.parametrize(
    "reply",
    [
        [json_reply(QUOTING, "401 Unauthorized")],
        pytest.param([json_reply(QUOTING, "500 Internal Server Error")], marks=pytest.mark.long),
        pytest.param([plain_reply(PLANTED.encode(), "text/html")], marks=pytest.mark.long),
        [b"HTTP/1.1 200 OK\r\n" + PLANTED.encode() + b"\r\n\r\n"],
        [b"HTTP/1.1 307 Go\r\nlocation: /" + PLANTED.encode() + b"\r\ncontent-length: 0\r\n\r\n"],
        pytest.param([Do.RESET], marks=pytest.mark.long),
        [*answer("Fine.")[:-2], Do.RESET],
    ],
    ids=["rejected", "broken", "web page", "no http", "redirect", "reset", "cut"],
)
def test_key_is_in_no_event_and_no_error(
    start_live: StartLive, provider: ProviderServer, reply: list[bytes | Do], tmp_path: Path
) -> None:
    provider.script = [reply]
    environment = {
        "MY_ODD_KEY": PLANTED,
        "CUECARD_DEBUG": "1",
        "PYTHONFAULTHANDLER": "1",
        "XDG_STATE_HOME": str(tmp_path),
    }
    live = start_live(
        environment,
        provider=provider.base_url,
        key_variable="MY_ODD_KEY",
        first_token_timeout_s=2.0,
        local_first_token_timeout_s=2.0,
        total_timeout_s=4.0,
    )
    live.publish("What is the largest system you have ever worked on?")
    live.wait_until(lambda: bool(live.all(m.AnswerStopped) or live.all(m.AnswerFinished)))
    assert PLANTED in provider.requests[-1].headers["authorization"], "the provider is shown it"
    stage = live.children[0]
    assert PLANTED not in " ".join(psutil.Process(stage.pid).cmdline())
    stage.send_signal(signal.SIGABRT)
    stage.wait(10)
    assert "Fatal Python error: Aborted" in live.errors(), "the crash location is printed"
    assert PLANTED not in live.errors()
    assert PLANTED.encode() not in b"".join(msgspec.json.encode(event) for event in live.events)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not [path for path in files if PLANTED.encode() in path.read_bytes()]


@pytest.mark.parametrize("key", ["sk-planted ü", pytest.param("sk-planted\tx", marks=pytest.mark.long)])
def test_malformed_key_is_in_no_event_and_no_error(
    start_live: StartLive, provider: ProviderServer, key: str
) -> None:
    live = start_live(
        {"MY_ODD_KEY": key, "CUECARD_DEBUG": "1"}, provider=provider.base_url, key_variable="MY_ODD_KEY"
    )
    live.publish("What is the largest system you have ever worked on?")
    assert "MY_ODD_KEY contains invalid characters" in live.wait_for(m.AnswerStopped).cause
    live.stop()
    assert "planted" not in live.errors()
    assert b"planted" not in b"".join(msgspec.json.encode(event) for event in live.events)


def test_private_process_leaves_no_memory_dump(tmp_path: Path) -> None:
    program = (
        "import ctypes, os, resource\n"
        "from bus.process.private_memory import forbid_memory_access\n"
        "forbid_memory_access()\n"
        "is_dumpable = ctypes.CDLL(None).prctl(3, 0, 0, 0, 0)\n"
        "print(resource.getrlimit(resource.RLIMIT_CORE), is_dumpable, flush=True)\n"
        "os.abort()\n"
    )
    ended = subprocess.run(
        [sys.executable, "-P", "-c", program], cwd=tmp_path, capture_output=True, check=False
    )
    assert ended.stdout == b"(1, 1) 0\n"
    assert ended.returncode == -signal.SIGABRT
    assert list(tmp_path.iterdir()) == []
