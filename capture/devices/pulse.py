"""Lists the sources of PulseAudio or PipeWire with `pactl`.

The computer's audio output is such a source: the monitor of a sink. PortAudio does not list these; it opens
one through ALSA's "pulse" device, which opens the source that PULSE_SOURCE names.
"""

from __future__ import annotations

import os
import re
import subprocess
import time
from dataclasses import dataclass

from bus.failures import InputFailure

SOURCE_VARIABLE = "PULSE_SOURCE"
"""Names the source to the PulseAudio client library."""

SERVER_VARIABLE = "PULSE_SERVER"
"""Names the server to the PulseAudio client library."""

_TIMEOUT_S = 2.0
_NOT_CHOSEN_YET = ("", "@DEFAULT_SINK@")
_RETRY_EVERY_S = 0.1
_SPEC = re.compile(r"\S+ (\d+)ch (\d+)Hz")
_REMOTE = re.compile(r"(?:\{[^}]*\})?(?:tcp[46]?:|(?!unix:|/)[\w.-]+)")


@dataclass(frozen=True)
class PulseSource:
    """One source of the sound server."""

    name: str
    """The server's name for it: "alsa_input.usb-Blue_Yeti-00.analog-stereo"."""
    description: str
    """What desktops show: "Yeti Stereo Microphone"; the name where there is none."""
    rate_hz: int
    channels: int
    is_monitor: bool
    """Whether it is the monitor of a sink."""


def sources() -> list[PulseSource]:
    """Return the sources of the running sound server.

    Raises:
        InputFailure: No sound server answers, or `pactl` is missing.
    """
    return parse_listing(_pactl("list", "sources"))


def default_source() -> str:
    """Return the name of the default source; empty when there is none.

    Raises:
        InputFailure: No sound server answers.
    """
    return _pactl("get-default-source").strip()


def default_monitor(wait_s: float = 0.0) -> PulseSource:
    """Return the monitor of the default output.

    Args:
        wait_s: How long to wait for PipeWire's session manager to choose a default output, after a login.

    Raises:
        InputFailure: No sound server answers, or the default output has no monitor.
    """
    give_up_s = time.monotonic() + wait_s
    while (sink := _pactl("get-default-sink").strip()) in _NOT_CHOSEN_YET and time.monotonic() < give_up_s:
        time.sleep(_RETRY_EVERY_S)
    found = [source for source in sources() if source.name == f"{sink}.monitor"]
    if not found:
        raise InputFailure(
            f"the default output {sink or '(none)'} has no monitor",
            fix="choose another output in the sound settings, or name a monitor: see `cuecard devices`",
        )
    return found[0]


def parse_listing(listing: str) -> list[PulseSource]:
    """Return the sources in the output of `pactl list sources` in the C locale. Pure.

    Sources without a name or a sample specification are left out.
    """
    found = []
    for block in re.split(r"^Source #", listing, flags=re.MULTILINE)[1:]:
        fields = dict(
            re.findall(r"^\t(Name|Description|Sample Specification|Monitor of Sink): (.*)$", block, re.M)
        )
        spec = _SPEC.fullmatch(fields.get("Sample Specification", ""))
        name = fields.get("Name", "")
        if not name or spec is None:
            continue
        described = fields.get("Description", "")
        found.append(
            PulseSource(
                name=name,
                description=described if described not in ("", "(null)") else name,
                rate_hz=int(spec[2]),
                channels=int(spec[1]),
                is_monitor=fields.get("Monitor of Sink", "n/a") != "n/a",
            )
        )
    return found


def _pactl(*arguments: str) -> str:
    try:
        ran = subprocess.run(
            ["pactl", *arguments],
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=_TIMEOUT_S,
            check=True,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "LC_ALL": "C"},
        )
    except FileNotFoundError as error:
        raise InputFailure(
            "the sound server cannot be reached: pactl is not installed",
            fix="sudo apt install pulseaudio-utils",
        ) from error
    except subprocess.TimeoutExpired as error:
        raise InputFailure(
            f"the sound server does not answer within {_TIMEOUT_S:.0f} s",
            fix="restart it: systemctl --user restart pipewire-pulse (or pulseaudio)",
        ) from error
    except subprocess.CalledProcessError as error:
        reason = " ".join(error.stderr.split()) or f"pactl ended with code {error.returncode}"
        if "denied" in reason.lower():
            raise InputFailure(
                f"the sound server refused access ({reason})",
                fix="permit it in the desktop's sound settings, or check ~/.config/pulse/cookie",
            ) from error
        server = os.environ.get(SERVER_VARIABLE, "")
        if _REMOTE.match(server):
            raise InputFailure(
                f"capture may not use a sound server on the network ({SERVER_VARIABLE}={server})",
                fix=f"unset {SERVER_VARIABLE}, or set it to the server's local socket: unix:/PATH",
            ) from error
        raise InputFailure(
            f"no sound server answers ({reason})",
            fix="start one: systemctl --user start pipewire-pulse (or pulseaudio --start)",
        ) from error
    return ran.stdout
