"""A private PulseAudio server with a null output and a microphone."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import soundfile

from bus.audio import Samples
from tests.support.waiting import wait_until

PROGRAMS = ("pulseaudio", "pactl", "paplay")
"""Required packages: apt install pulseaudio pulseaudio-utils libasound2-plugins libportaudio2."""

SINK = "call"
MONITOR = f"{SINK}.monitor"
"""The source that delivers what is played."""
MICROPHONE = "desk"
"""A source that acts as a microphone; it delivers what is played, too."""


def missing_programs() -> list[str]:
    """Return the missing requirements."""
    return [program for program in PROGRAMS if shutil.which(program) is None]


class PulseServer:
    """A daemon with a null sink called "call" and a microphone called "desk".

    Args:
        directory: A private directory with a short path.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._socket = directory / "native"
        self.environment = {
            "PULSE_SERVER": f"unix:{self._socket}",
            "PULSE_RUNTIME_PATH": str(directory),
            "PULSE_COOKIE": str(directory / "cookie"),
            "PULSE_CLIENTCONFIG": str(directory / "client.conf"),
            "HOME": str(directory),
        }
        """The environment that a client needs to reach it."""
        (directory / "client.conf").write_text("autospawn = no\n")
        self.start()

    def start(self) -> None:
        """Start the daemon, and wait until it responds."""
        modules = (
            f"module-null-sink sink_name={SINK} rate=48000 norewinds=1",
            f"module-remap-source master={MONITOR} source_name={MICROPHONE}",
            f"module-native-protocol-unix auth-anonymous=1 socket={self._socket}",
        )
        self._daemon = subprocess.Popen(
            [
                "pulseaudio",
                "-n",
                "--daemonize=no",
                "--exit-idle-time=-1",
                "--use-pid-file=no",
                *(f"--load={module}" for module in modules),
            ],
            env={**os.environ, **self.environment, "XDG_RUNTIME_DIR": str(self._directory)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_until(lambda: self.pactl("get-default-sink").strip() == SINK, timeout_s=15)
        self.pactl("set-default-source", MICROPHONE)

    def pactl(self, *words: str) -> str:
        """Return pactl's output; empty if the daemon does not respond."""
        asked = subprocess.run(
            ["pactl", *words],
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            timeout=5,
            check=False,
        )
        return asked.stdout

    def play(self, samples: Samples, rate_hz: int = 16_000, *, sink: str = SINK) -> subprocess.Popen[bytes]:
        """Play samples into a sink; return the player."""
        path = self._directory / f"played-{np.random.default_rng().integers(1 << 60)}.wav"
        soundfile.write(path, samples, rate_hz)
        return subprocess.Popen(
            ["paplay", f"--device={sink}", str(path)], env={**os.environ, **self.environment}
        )

    def signal(self, number: int) -> None:
        """Send a signal to the daemon."""
        self._daemon.send_signal(number)

    def kill(self) -> None:
        """Kill the daemon, as when a device is unplugged."""
        self._daemon.kill()
        self._daemon.wait(timeout=5)


@contextmanager
def pulse_server(directory: Path) -> Iterator[PulseServer]:
    """Run a sound server as long as the context lasts."""
    server = PulseServer(directory)
    try:
        yield server
    finally:
        server.kill()
