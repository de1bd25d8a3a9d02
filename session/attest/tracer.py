"""The tracer's process: `python -m session.attest.tracer FOLDER`.

Runs the session under strace in a network namespace with loopback only (`unshare`), serves as the provider,
captures packets, and writes its observations to a file.
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
"""Environment variable with the planted key; its name must not look like a key's."""

_TIMEOUT_S = 150.0
_STRING_BYTES = 4_000_000
"""Longest string that strace prints; more than any message has."""


class Observation(msgspec.Struct, frozen=True):
    """Observations of the session, besides strace's files."""

    command: list[str]
    code: int | None
    """Its exit code; None after a timeout."""
    stdout: bytes
    """Its standard output: events as JSON."""
    stderr: bytes
    """Its standard error."""
    provider: str
    """Address of the provider: "127.0.0.1:40123"."""
    request_heads: list[bytes]
    request_bodies: list[bytes]
    packets: list[bytes]


def main() -> int:
    """Trace a session and write the observation."""
    folder = Path(sys.argv[1])
    bring_loopback_up()
    with ProviderServer() as server:
        capture = Capture()
        command = _command(folder, server.port)
        code, stdout, stderr = _run(folder, command)
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
    (folder / SEEN_FILE).write_bytes(msgspec.msgpack.encode(seen))
    return 0


def _command(folder: Path, port: int) -> list[str]:
    sources = [part for name in SOURCES for part in ("--source", f"{name}=file:{folder}/heard/{name}.wav")]
    return [
        *(sys.executable, "-P", "-m", "session", "run", *sources, "--pace", "fast"),
        *("--provider", f"http://127.0.0.1:{port}/v1", "--view", "overlay", "--json"),
    ]


def _run(folder: Path, command: list[str]) -> tuple[int | None, bytes, bytes]:
    watched = [
        *("strace", "-f", "-ff", "-yy", "-xx", "-s", str(_STRING_BYTES)),
        *("-e", "signal=none", "-e", "abbrev=!execve", "-e", f"trace={','.join(WATCHED)}"),
        *("-o", str(folder / "trace" / "of"), *command),
    ]
    environment = {**os.environ, "CUECARD_LLM_KEY_VARIABLE": KEY_VARIABLE, "QT_QPA_PLATFORM": "offscreen"}
    child = subprocess.Popen(
        watched,
        env=environment,
        cwd=folder / "home",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        stdout, stderr = child.communicate(timeout=_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        child.terminate()  # strace passes it on
        stdout, stderr = child.communicate()
        return None, stdout, stderr
    return child.returncode, stdout, stderr


if __name__ == "__main__":
    sys.exit(main())
