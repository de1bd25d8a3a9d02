"""What PulseAudio, or PipeWire in its place, says about its sources; asked through `pactl`.

The computer's own sound is such a source: the monitor of the sink that plays it. PortAudio does not list
these; it reaches one through ALSA's "pulse" device, which opens the source that PULSE_SOURCE names.
"""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass

from bus.failures import InputFailure

SOURCE_VARIABLE = "PULSE_SOURCE"
"""Names the source to the PulseAudio client library."""

_TIMEOUT_S = 2.0
_SPEC = re.compile(r"\S+ (\d+)ch (\d+)Hz")


@dataclass(frozen=True)
class PulseSource:
    """One source of the sound server."""

    name: str
    rate_hz: int
    channels: int

    @property
    def is_monitor(self) -> bool:
        """Whether it gives what a sink plays."""
        return self.name.endswith(".monitor")


def sources() -> list[PulseSource]:
    """Return the sources of the sound server that is running.

    Raises:
        InputFailure: None answers, or there is no `pactl`.
    """
    return parse_sources(_pactl("list", "short", "sources"))


def default_source() -> str:
    """Return the name of the source that is the default microphone; empty when there is none.

    Raises:
        InputFailure: No sound server answers.
    """
    return _pactl("get-default-source").strip()


def default_monitor() -> PulseSource:
    """Return the source that gives what the computer plays.

    Raises:
        InputFailure: No sound server answers, or nothing can be played.
    """
    sink = _pactl("get-default-sink").strip()
    found = [source for source in sources() if source.name == f"{sink}.monitor"]
    if not found:
        raise InputFailure(
            f"the default output {sink or '(none)'} has no monitor",
            todo="choose another output in the sound settings, or name a monitor: see `cuecard devices`",
        )
    return found[0]


def parse_sources(listing: str) -> list[PulseSource]:
    """Return the sources in what `pactl list short sources` prints. Pure; lines it does not know are not
    sources.
    """
    found = []
    for line in listing.splitlines():
        columns = line.split("\t")
        spec = _SPEC.fullmatch(columns[3]) if len(columns) >= 4 else None
        if spec:
            found.append(PulseSource(columns[1], int(spec[2]), int(spec[1])))
    return found


def _pactl(*words: str) -> str:
    try:
        asked = subprocess.run(
            ["pactl", *words],
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_S,
            check=True,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "LC_ALL": "C"},
        )
    except FileNotFoundError as error:
        raise InputFailure(
            "the sound server cannot be asked: there is no pactl",
            todo="sudo apt install pulseaudio-utils",
        ) from error
    except subprocess.TimeoutExpired as error:
        raise InputFailure(
            f"the sound server does not answer within {_TIMEOUT_S:.0f} s",
            todo="restart it: systemctl --user restart pipewire-pulse (or pulseaudio)",
        ) from error
    except subprocess.CalledProcessError as error:
        reason = " ".join(error.stderr.split()) or f"pactl ended with code {error.returncode}"
        if "denied" in reason.lower():
            raise InputFailure(
                f"the sound server does not let us in ({reason})",
                todo="permit it in the desktop's sound settings, or check ~/.config/pulse/cookie",
            ) from error
        raise InputFailure(
            f"no sound server answers ({reason})",
            todo="start one: systemctl --user start pipewire-pulse (or pulseaudio --start)",
        ) from error
    return asked.stdout
