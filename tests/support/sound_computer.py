"""A sound server that tests plug microphones into: PulseAudio or PipeWire."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import soundfile

from bus.audio import SAMPLE_RATE
from tests.support.audio_matching import noise
from tests.support.desktop import root_desktop
from tests.support.pulse_server import pulse_server
from tests.support.waiting import wait_until


@dataclass
class Computer:
    """A sound server with an output "speakers" and a microphone "yeti", which hears an output "room"."""

    environment: dict[str, str]
    place: Path
    speakers: str

    def pactl(self, *words: str) -> str:
        """Return pactl's output."""
        asked = subprocess.run(
            ["pactl", *words], env=self.environment, capture_output=True, text=True, timeout=10, check=True
        )
        return asked.stdout.strip()

    def plug(self, name: str = "yeti") -> str:
        """Plug a microphone in; return its number."""
        properties = f"source_properties=device.description={name.title()}"
        number = self.pactl(
            "load-module", "module-remap-source", "master=room.monitor", f"source_name={name}", properties
        )
        wait_until(lambda: f"\t{name}\t" in self.pactl("list", "short", "sources"))
        return number

    def play(
        self, sink: str, seconds: float, seed: int = 11, program: str = "paplay"
    ) -> subprocess.Popen[bytes]:
        """Play noise as a program of this name."""
        path = self.place / f"{sink}-{seed}.wav"
        soundfile.write(path, noise(seconds, seed), SAMPLE_RATE)
        return subprocess.Popen(
            ["paplay", f"--device={sink}", f"--client-name={program}", str(path)], env=self.environment
        )

    @property
    def for_stages(self) -> dict[str, str]:
        """What a stage needs to reach the server."""
        names = ("XDG_RUNTIME_DIR", "HOME", "PULSE_SERVER", "PULSE_RUNTIME_PATH", "PULSE_COOKIE")
        return {name: self.environment[name] for name in names if name in self.environment}

    def recorded(self) -> dict[str, str]:
        """Return the numbers of Cuecard's streams by the names of their sources."""
        names = dict(line.split("\t")[:2] for line in self.pactl("list", "short", "sources").splitlines())
        found = {}
        for block in self.pactl("list", "source-outputs").split("Source Output #")[1:]:
            if 'application.name = "Cuecard"' in block:
                number = block.split("\n\tSource: ")[1].split("\n")[0]
                found[names.get(number, number)] = block.split("\n")[0]
        return found


@contextmanager
def sound_computer(server: str, place: Path) -> Iterator[Computer]:
    """Run "pulseaudio" or "pipewire" as long as the context lasts."""
    if server == "pulseaudio":
        with pulse_server(place) as pulse:
            yield _with_room(Computer({**os.environ, **pulse.environment}, place, "call"))
        return
    with root_desktop(place) as desktop:
        desktop.start_pipewire()
        desktop.wait_for_sound()
        yield _with_room(Computer(desktop.environment, desktop.home, "speakers"))


def _with_room(computer: Computer) -> Computer:
    computer.pactl("load-module", "module-null-sink", "sink_name=room", "rate=48000", "norewinds=1")
    wait_until(lambda: "\troom.monitor\t" in computer.pactl("list", "short", "sources"))
    return computer
