"""Plays a short phrase on the default output: `python -m session.setup.pages.playback`.

It has the rights of a capture stage: the sound server, and no network and no file.
"""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import soundfile

from bus.failures import Failure
from bus.run import Run
from bus.sandbox import Sandbox
from bus.stages import rights_of
from capture.devices import portaudio
from session.run.start.demo import DEMO, script

_THROUGH_SERVER = "pulse"


def main() -> int:
    """Enter the sandbox and play; return 0, or 1 if nothing can be played."""
    sandbox = Sandbox(rights_of("capture"), Run(Path("/nonexistent"), {}), "capture:playback")
    try:
        portaudio.silence_stderr()
        module = portaudio.load()
        sandbox.enforce()
        turn = script()[0]
        with soundfile.SoundFile(DEMO / f"{turn.source}.flac") as file:
            rate_hz = file.samplerate
            file.seek(round(turn.start_s * rate_hz))
            samples = file.read(round((turn.end_s - turn.start_s) * rate_hz), dtype="float32")
        module.play(samples, rate_hz, device=_output(module), blocking=True)
    except (Failure, OSError, ValueError, RuntimeError) as error:
        print(error, file=sys.stderr)
        return 1
    except Exception as error:  # PortAudio's own
        print(type(error).__name__, error, file=sys.stderr)
        return 1
    return 0


def _output(module: ModuleType) -> int | None:
    """Return the device of the sound server; None for PortAudio's default."""
    found = [
        index
        for index, device in enumerate(module.query_devices())
        if device["name"] == _THROUGH_SERVER and device["max_output_channels"] > 0
    ]
    return found[0] if found else None


if __name__ == "__main__":
    sys.exit(main())
