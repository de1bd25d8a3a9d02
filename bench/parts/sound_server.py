"""A private PulseAudio with an output, and a microphone that can be unplugged."""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile

from bus.audio import SAMPLE_RATE, Samples

MICROPHONE = "yeti"
_ROOM = "room"
_STARTS_WITHIN_S = 10.0


class BenchServer:
    """The server; its microphone captures what is played in the room.

    Args:
        directory: A private directory with a short path.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        socket = directory / "native"
        self.environment = {
            "PULSE_SERVER": f"unix:{socket}",
            "PULSE_RUNTIME_PATH": str(directory),
            "PULSE_COOKIE": str(directory / "cookie"),
            "HOME": str(directory),
        }
        self._modules = (
            "module-null-sink sink_name=call rate=48000 norewinds=1",
            f"module-null-sink sink_name={_ROOM} rate=48000 norewinds=1",
            f"module-native-protocol-unix auth-anonymous=1 socket={socket}",
            "module-rescue-streams",
        )
        self._microphone = ""
        self.start()

    def start(self) -> None:
        """Start the daemon, wait until it answers, and plug the microphone in."""
        options = ("-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no")
        nowhere = subprocess.DEVNULL
        self._daemon = subprocess.Popen(
            ["pulseaudio", *options, *(f"--load={module}" for module in self._modules)],
            env={**os.environ, **self.environment, "XDG_RUNTIME_DIR": str(self._directory)},
            stdin=nowhere,
            stdout=nowhere,
            stderr=nowhere,
        )
        give_up_s = time.monotonic() + _STARTS_WITHIN_S
        while not self.pactl("list", "short", "sinks"):
            if time.monotonic() > give_up_s:
                raise TimeoutError("PulseAudio did not start")
            time.sleep(0.05)
        self.plug()

    def plug(self) -> None:
        """Plug the microphone in."""
        loaded = f"master={_ROOM}.monitor", f"source_name={MICROPHONE}"
        self._microphone = self.pactl("load-module", "module-remap-source", *loaded).strip()

    def unplug(self) -> None:
        """Unplug the microphone; the server moves its streams to another source."""
        self.pactl("unload-module", self._microphone)

    def kill(self) -> None:
        """Kill the daemon."""
        self._daemon.kill()
        self._daemon.wait()

    def pactl(self, *words: str) -> str:
        """Return pactl's output; empty if the server does not answer."""
        environment = {**os.environ, **self.environment}
        return subprocess.run(
            ["pactl", *words], env=environment, capture_output=True, text=True, check=False
        ).stdout

    @contextlib.contextmanager
    def playing(self, samples: Samples) -> Iterator[None]:
        """Play samples in the room as long as the context lasts."""
        path = self._directory / "played.wav"
        soundfile.write(path, samples, SAMPLE_RATE)
        player = subprocess.Popen(
            ["paplay", f"--device={_ROOM}", str(path)], env={**os.environ, **self.environment}
        )
        try:
            yield
        finally:
            player.kill()
            player.wait()


def noise(seconds: float) -> Samples:
    """Return noise below 6 kHz, of which every piece can be found again."""
    spectrum = np.fft.rfft(np.random.default_rng(7).normal(0, 3_000, round(seconds * SAMPLE_RATE)))
    spectrum[round(6_000 * seconds) :] = 0
    return np.fft.irfft(spectrum).astype(np.int16)
