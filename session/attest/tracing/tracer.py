"""The tracer's process: `python -m session.attest.tracing.tracer FOLDER`.

Runs the session under strace in namespaces of its own, with loopback as the only network (`unshare`), serves
as the provider, captures packets, and writes its observations to a file.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec

from session.attest.tracing.packets import Capture, bring_loopback_up
from session.attest.tracing.places import Places, places
from session.attest.tracing.provider import ProviderServer
from session.attest.tracing.public_names import PublicNames, shared_memory
from session.attest.tracing.recording import SOURCES
from session.attest.tracing.trace import UNTRACED

SEEN_FILE = "seen.msgpack"
KEY_VARIABLE = "ATTEST_ODD_NAME"
"""Environment variable with the planted key; its name must not look like a key's."""

_TIMEOUT_S = 150.0
_STRING_BYTES = 4_000_000
"""Longest string that strace prints; more than any message has."""

_STRACE = (
    *("strace", "-f", "-ff", "-ttt", "-yy", "-xx", "-s", str(_STRING_BYTES)),
    *("-e", "signal=none", "-e", "abbrev=!execve,execveat", "-e", f"trace=!{','.join(UNTRACED)}"),
)
ADDED = {"QT_QPA_PLATFORM": "offscreen", "PYTHONDONTWRITEBYTECODE": "1"}
"""Without a cache of bytecode, no process needs to write into the program's folders."""


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
    stdout_pipe: str
    """Its standard output as strace names it: "pipe:[123]"."""
    stderr_pipe: str
    public_names: dict[int, list[str]]
    """Names of its processes and threads, and their arguments, as other users saw them, by process."""
    left_in_memory: list[str]
    """Shared memory, queues and semaphores that it left."""
    environment: dict[str, str]
    """The environment that it was given."""
    places: dict[str, Places]
    """The places that each kind of stage may look into."""


def main() -> int:
    """Trace a session and write the observation."""
    folder = Path(sys.argv[1])
    bring_loopback_up()
    with ProviderServer() as server:
        capture = Capture()
        ran = _run(folder, session_command(folder, server.port))
        capture.close()
        seen = Observation(
            **ran,
            provider=f"127.0.0.1:{server.port}",
            request_heads=server.heads,
            request_bodies=server.bodies,
            packets=capture.packets,
            left_in_memory=shared_memory(),
            places=places(folder),
        )
    (folder / SEEN_FILE).write_bytes(msgspec.msgpack.encode(seen))
    return 0


def session_command(folder: Path, port: int, pace: str = "fast") -> list[str]:
    """Return the command of a session with the recordings and this provider."""
    sources = [part for name in SOURCES for part in ("--source", f"{name}=file:{folder}/heard/{name}.wav")]
    return [
        *(sys.executable, "-P", "-m", "session", "run", *sources, "--pace", pace),
        *("--provider", f"http://127.0.0.1:{port}/v1", "--view", "overlay", "--json"),
    ]


def _run(folder: Path, command: list[str]) -> dict[str, Any]:
    environment = {**os.environ, **ADDED, "CUECARD_LLM_KEY_VARIABLE": KEY_VARIABLE}
    child = subprocess.Popen(
        [*_STRACE, "-o", str(folder / "trace" / "of"), *command],
        env=environment,
        cwd=folder / "home",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert child.stdout
    assert child.stderr
    pipes = [f"pipe:[{os.fstat(each.fileno()).st_ino}]" for each in (child.stdout, child.stderr)]
    with PublicNames(child.pid) as names:
        code, stdout, stderr = _outcome(child)
    return {
        "command": command,
        "environment": environment,
        "code": code,
        "stdout": stdout,
        "stderr": stderr,
        "stdout_pipe": pipes[0],
        "stderr_pipe": pipes[1],
        "public_names": names.seen,
    }


def _outcome(child: subprocess.Popen[bytes]) -> tuple[int | None, bytes, bytes]:
    try:
        stdout, stderr = child.communicate(timeout=_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        child.terminate()  # strace passes it on
        return None, *child.communicate()
    return child.returncode, stdout, stderr


if __name__ == "__main__":
    sys.exit(main())
