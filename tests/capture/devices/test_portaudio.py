"""Tests of the loading of PortAudio and of its silence on standard error."""

from __future__ import annotations

import subprocess
import sys


def _run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=30
    )


def test_missing_portaudio_names_the_package() -> None:
    ran = _run(
        "import ctypes.util; ctypes.util.find_library = lambda name: None\n"
        "from bus.failures import MachineFailure\n"
        "from capture.devices import portaudio\n"
        "try: portaudio.load()\n"
        "except MachineFailure as failure: print(failure)"
    )
    assert "PortAudio is missing" in ran.stdout
    assert "libportaudio2" in ran.stdout


def test_only_c_libraries_are_silenced() -> None:
    ran = _run(
        "import os, sys\n"
        "from capture.devices import portaudio\n"
        "with portaudio.stderr_silenced(): os.write(2, b'chatter')\n"
        "os.write(2, b'one ')\n"
        "portaudio.silence_stderr()\n"
        "os.write(2, b'more chatter')\n"
        "print('two', file=sys.stderr, flush=True)"
    )
    assert ran.stderr == "one two\n"
