"""A session of which everything is struck or muted: `python -m session.attest.tracing.struck FOLDER`.

Not traced. One source is muted from the start, the other is struck once its question was answered. Then the
memory of every process is searched for the words, and the log read as a late view reads it.
"""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO

import msgspec
import psutil

from bus import wiring
from bus.client import HubClient
from bus.messages import AnswerFinished, CapturePaused, FinalTranscribed, Logged, StageStarted
from bus.run import Run
from session.attest.checks.evidence import event_in
from session.attest.checks.search import memory_pieces
from session.attest.tracing.packets import bring_loopback_up
from session.attest.tracing.provider import ANSWER, ProviderServer
from session.attest.tracing.tracer import ADDED, KEY_VARIABLE, session_command

STRUCK_FILE = "struck.msgpack"
MUTED, STRUCK = "mic", "call"
MUTED_WORDS = "Every part of the code read from the same tables."
"""What the muted source says, as far as any model understands it."""

_LIMIT_S = 60.0
_MUTED_SPEAKS_UNTIL_S = 13.0
_AT_ONCE = 1 << 24
_OVERLAP = 256


class Struck(msgspec.Struct, frozen=True):
    """What was observed after the strike."""

    code: int | None
    """The exit code; None after a timeout."""
    said: list[str]
    """What was transcribed and answered before the strike."""
    receipt: str
    """What `cuecard strike` printed."""
    deaf_s: float
    """How long the command took until all stages worked again."""
    searched_bytes: dict[str, int]
    """Memory that was searched, by process."""
    remains: dict[str, list[str]]
    """Words that were found there."""
    log: bytes
    """The log, as a late subscriber received it."""
    saved: bytes
    """The file that the session was saved to."""
    printed: bytes
    """Standard output after the strike."""


def main() -> int:
    """Run the session and write what was observed."""
    folder = Path(sys.argv[1])
    bring_loopback_up()
    with ProviderServer() as server:
        (folder / STRUCK_FILE).write_bytes(msgspec.msgpack.encode(_observe(folder, server.port)))
    return 0


def _observe(folder: Path, port: int) -> Struck:
    saved = folder / "home" / "saved.json"
    command = [*session_command(folder, port, pace="realtime"), "--save", str(saved)]
    environment = {**os.environ, **ADDED, "CUECARD_LLM_KEY_VARIABLE": KEY_VARIABLE}
    child = subprocess.Popen(
        command,
        env=environment,
        cwd=folder / "home",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert child.stdout
    try:
        started_s = time.monotonic()
        _until(child.stdout, lambda logged: isinstance(logged.event, StageStarted))
        _cuecard("mute", MUTED)
        said = [*_said(_until(child.stdout, _is_answered))]
        begun_s = time.monotonic()
        receipt = _cuecard("strike")
        deaf_s = time.monotonic() - begun_s
        time.sleep(max(_MUTED_SPEAKS_UNTIL_S - (time.monotonic() - started_s), 0.0))
        searched, remains = _search(child.pid, memory_pieces([*said, ANSWER, MUTED_WORDS]))
        log = _late_log()
        _cuecard("end")
        printed, _ = child.communicate(timeout=_LIMIT_S)
    finally:
        child.kill()
        child.wait()
    return Struck(
        code=child.returncode,
        said=said,
        receipt=receipt,
        deaf_s=deaf_s,
        searched_bytes=searched,
        remains=remains,
        log=log,
        saved=saved.read_bytes() if saved.exists() else b"",
        printed=printed,
    )


def _until(lines: IO[bytes], is_last: Callable[[Logged], bool]) -> list[Logged]:
    """Return the events up to the first one of which this holds."""
    events: list[Logged] = []
    for line in lines:
        if (logged := event_in(line.rstrip(b"\n"))) is not None:
            events.append(logged)
            if is_last(logged):
                break
    return events


def _is_answered(logged: Logged) -> bool:
    return isinstance(logged.event, AnswerFinished)


def _said(events: Iterable[Logged]) -> Iterable[str]:
    return (logged.event.text for logged in events if isinstance(logged.event, FinalTranscribed))


def _cuecard(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "session", *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_LIMIT_S,
        check=False,
    )
    return done.stdout + done.stderr


def _late_log() -> bytes:
    with HubClient(wiring.CONTROL, Run.find(), kinds=wiring.LOGGED) as client:
        events = client.poll(5.0)
        while not client.caught_up:
            events += client.poll(0.2)
    assert any(isinstance(logged.event, CapturePaused) for logged in events)
    return msgspec.json.encode(events)


def _search(pid: int, pieces: Sequence[bytes]) -> tuple[dict[str, int], dict[str, list[str]]]:
    """Return how much memory each process of a session can write, and which pieces are in it."""
    searched: dict[str, int] = {}
    remains: dict[str, list[str]] = {}
    session = psutil.Process(pid)
    for process in (session, *session.children(recursive=True)):
        found: set[bytes] = set()
        size = 0
        with contextlib.suppress(psutil.NoSuchProcess, FileNotFoundError):  # it ended meanwhile
            name = f"{process.name()} {process.pid}"
            for block in _memory(Path(f"/proc/{process.pid}")):
                size += len(block)
                found |= {piece for piece in pieces if piece in block}
            searched[name] = size
        if found:
            remains[name] = sorted(piece.replace(b"\0", b"").decode("latin-1") for piece in found)
    return searched, remains


def _memory(process: Path) -> Iterator[bytes]:
    """Yield the memory that a process can write, in blocks that overlap, in small letters."""
    with (process / "mem").open("rb", 0) as memory:
        for line in (process / "maps").read_text("utf-8").splitlines():
            if place := re.match(r"([0-9a-f]+)-([0-9a-f]+) rw", line):
                first, stop = int(place[1], 16), int(place[2], 16)
                for at in range(first, stop, _AT_ONCE):
                    with contextlib.suppress(OSError):  # a device, or unmapped meanwhile
                        memory.seek(at)
                        yield memory.read(min(stop - at, _AT_ONCE + _OVERLAP)).lower()


if __name__ == "__main__":
    sys.exit(main())
