"""Plays a short phrase on the default output: `python -m session.sound_check.playback`.

Prints the monotonic time at which it begins. It has the rights of a capture stage: the sound server, no
network and no file.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from types import ModuleType

from bus.audio import SAMPLE_RATE
from bus.failures import Failure
from bus.run import Run
from bus.sandbox import Sandbox
from bus.stages.table import rights_of
from capture.devices import portaudio
from session.sound_check.phrase import read_phrase

_THROUGH_SERVER = "pulse"


def main() -> int:
    """Enter the sandbox and play; return 0, or 1 if nothing can be played."""
    sandbox = Sandbox(rights_of("capture"), Run(Path("/nonexistent"), {}), "capture:playback")
    try:
        portaudio.silence_stderr()
        module = portaudio.load()
        sandbox.enforce()
        phrase, output = read_phrase(), _output(module)
        print(time.monotonic(), flush=True)
        module.play(phrase, SAMPLE_RATE, device=output, blocking=True)
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
