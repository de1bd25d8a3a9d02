"""A private X server, so that a real window opens without a screen."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

_START_S = 20


@contextmanager
def xvfb(*options: str) -> Iterator[str]:
    """Run Xvfb on a free display and yield that display's name."""
    reading, writing = os.pipe()
    command = [
        "Xvfb",
        "-displayfd",
        str(writing),
        "-screen",
        "0",
        "1280x900x24",
        "-nolisten",
        "tcp",
        "-noreset",  # a server that resets when its last client leaves drops the next one
        *options,
    ]
    server = subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL)
    os.close(writing)
    try:
        with os.fdopen(reading) as told:
            number = told.readline().strip()  # the server closes its end if it cannot start
        assert number, f"Xvfb did not start (it ended with {server.wait(_START_S)})"
        yield f":{number}"
    finally:
        server.terminate()
        server.wait(timeout=10)


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    """Return the name of a display for this module's tests."""
    if shutil.which("Xvfb") is None:
        pytest.skip("Xvfb is not installed")
    with xvfb() as name:
        yield name
