"""The watched session, in a network of its own: `python -m session.attest.tracer WORKPLACE`.

`session.attest.marked_session` starts it through `unshare`, so that it has loopback alone. It runs the
session under strace, stands in for the provider, catches the packets, and leaves what it saw in a file.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import msgspec

from session.attest.packets import Capture, bring_loopback_up
from session.attest.provider import ProviderServer
from session.attest.recording import SOURCES
from session.attest.trace import WATCHED

SEEN_FILE = "seen.msgpack"
KEY_VARIABLE = "ATTEST_ODD_NAME"
"""Where the key of the provider is planted; nothing in the name says that it is one."""

_LONGEST_S = 150.0
_SHOWN_BYTES = 4_000_000
"""So much of a string strace prints: more than any message may have."""


class Observation(msgspec.Struct, frozen=True):
    """What was seen of the session from outside, strace's files apart."""

    command: list[str]
    code: int | None
    """Its exit code; None when it did not end in time."""
    stdout: bytes
    """On standard output: its events."""
    stderr: bytes
    """On standard error."""
    provider: str
    """Where the provider was: "127.0.0.1:40123"."""
    request_heads: list[bytes]
    request_bodies: list[bytes]
    packets: list[bytes]


def main() -> int:
    """Watch a session and write down what was seen."""
    place = Path(sys.argv[1])
    bring_loopback_up()
    with ProviderServer() as server:
        capture = Capture()
        command = _command(place, server.port)
        code, stdout, stderr = _run(place, command)
        capture.close()
        seen = Observation(
            command=command,
            code=code,
            stdout=stdout,
            stderr=stderr,
            provider=f"127.0.0.1:{server.port}",
            request_heads=server.heads,
            request_bodies=server.bodies,
            packets=capture.packets,
        )
    (place / SEEN_FILE).write_bytes(msgspec.msgpack.encode(seen))
    return 0


def _command(place: Path, port: int) -> list[str]:
    sources = [part for name in SOURCES for part in ("--source", f"{name}=file:{place}/heard/{name}.wav")]
    return [
        *(sys.executable, "-P", "-m", "session", "run", *sources, "--pace", "fast"),
        *("--provider", f"http://127.0.0.1:{port}/v1", "--view", "overlay", "--json"),
    ]


def _run(place: Path, command: list[str]) -> tuple[int | None, bytes, bytes]:
    watched = [
        *("strace", "-f", "-ff", "-yy", "-xx", "-s", str(_SHOWN_BYTES)),
        *("-e", "signal=none", "-e", "abbrev=!execve", "-e", f"trace={','.join(WATCHED)}"),
        *("-o", str(place / "trace" / "of"), *command),
    ]
    environment = {**os.environ, "CUECARD_LLM_KEY_VARIABLE": KEY_VARIABLE, "QT_QPA_PLATFORM": "offscreen"}
    child = subprocess.Popen(
        watched,
        env=environment,
        cwd=place / "home",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        stdout, stderr = child.communicate(timeout=_LONGEST_S)
    except subprocess.TimeoutExpired:
        child.terminate()  # strace passes it on
        stdout, stderr = child.communicate()
        return None, stdout, stderr
    return child.returncode, stdout, stderr


if __name__ == "__main__":
    sys.exit(main())
