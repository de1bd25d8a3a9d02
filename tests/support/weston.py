"""A private Wayland compositor without a screen."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.waiting import wait_until

_SOCKET = "wayland-7"


@contextmanager
def weston() -> Iterator[dict[str, str]]:
    """Run a compositor and yield the variables that lead to it; skip the test where it is missing."""
    if shutil.which("weston") is None:
        pytest.skip("weston is not installed")
    with tempfile.TemporaryDirectory() as directory:
        command = ["weston", "--backend=headless-backend.so", f"--socket={_SOCKET}", "--idle-time=0"]
        variables = {"XDG_RUNTIME_DIR": directory}
        compositor = subprocess.Popen(
            command,
            env={"PATH": "/usr/bin:/bin", **variables},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_until((Path(directory) / _SOCKET).exists)
            yield {"WAYLAND_DISPLAY": f"{directory}/{_SOCKET}", "DISPLAY": ""}
        finally:
            compositor.terminate()
            compositor.wait(10)


@pytest.fixture(scope="module")
def wayland() -> Iterator[dict[str, str]]:
    """Return the variables of a compositor for this module's tests."""
    with weston() as variables:
        yield variables
