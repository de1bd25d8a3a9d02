"""A private accessibility bus, and a listener in place of a screen reader."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.waiting import wait_until

_SYSTEM_PYTHON = "/usr/bin/python3"
_LISTENER = Path(__file__).with_name("accessibility_listener.py")
_BUS = """<busconfig><type>session</type><listen>unix:path={directory}/bus</listen>
<standard_session_servicedirs/><policy context="default"><allow send_destination="*" eavesdrop="true"/>
<allow eavesdrop="true"/><allow own="*"/></policy></busconfig>"""


class ScreenReader:
    """What arrives on the bus.

    Args:
        listener: The listening program.
        environment: The variables by which programs find the bus.
    """

    def __init__(self, listener: subprocess.Popen[str], environment: dict[str, str]) -> None:
        self.environment = environment
        self._listener = listener
        self._lines: list[str] = []
        threading.Thread(target=self._read, daemon=True).start()
        wait_until(lambda: "ready" in self._lines)

    def events(self, kind: str) -> list[tuple[str, str, str]]:
        """Return role, name and value of the events of this kind so far."""
        rows = [line.split("\t") for line in self._lines if line.startswith(f"event\t{kind}\t")]
        return [(row[2], row[3], row[4]) for row in rows]

    def parts(self) -> list[tuple[str, str]]:
        """Return role and name of everything that programs show."""
        start = len(self._lines)
        assert self._listener.stdin
        self._listener.stdin.write("\n")
        self._listener.stdin.flush()
        wait_until(lambda: "end" in self._lines[start:])
        rows = [line.split("\t") for line in self._lines[start:] if line.startswith("part\t")]
        return [(row[1], row[2]) for row in rows]

    def _read(self) -> None:
        assert self._listener.stdout
        for line in self._listener.stdout:
            self._lines.append(line.rstrip("\n"))


@contextmanager
def screen_reader(directory: Path) -> Iterator[ScreenReader]:
    """Run a bus and a listener; skip the test where their packages are missing.

    Args:
        directory: A private directory with a short path.
    """
    _need()
    configuration = directory / "bus.conf"
    configuration.write_text(_BUS.format(directory=directory))
    environment = {
        "DBUS_SESSION_BUS_ADDRESS": f"unix:path={directory}/bus",
        "XDG_RUNTIME_DIR": str(directory),
        "HOME": str(directory),
        "PATH": "/usr/bin:/bin",
        "NO_AT_BRIDGE": "0",
    }
    bus = subprocess.Popen(
        ["dbus-daemon", f"--config-file={configuration}", "--nofork"],
        env=environment,
        stderr=subprocess.DEVNULL,
    )
    wait_until((directory / "bus").exists)
    listener = subprocess.Popen(
        [_SYSTEM_PYTHON, str(_LISTENER)],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield ScreenReader(listener, environment)
    finally:
        for program in (listener, bus):
            program.terminate()
            program.wait(10)
        for pipe in (listener.stdin, listener.stdout):
            if pipe is not None:
                pipe.close()


def _need() -> None:
    if shutil.which("dbus-daemon") is None or not Path("/usr/libexec/at-spi-bus-launcher").exists():
        pytest.skip("dbus-daemon or at-spi2-core is not installed")
    imports = "import gi; gi.require_version('Atspi', '2.0'); from gi.repository import Atspi"
    if subprocess.run([_SYSTEM_PYTHON, "-c", imports], capture_output=True, check=False).returncode:
        pytest.skip("python3-gi or gir1.2-atspi-2.0 is not installed")
