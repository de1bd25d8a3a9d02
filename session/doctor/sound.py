"""Whether anything can be heard: PortAudio, a microphone, the computer's own sound.

Asked as `cuecard devices` in a process of its own, because a sound server that hangs lets PortAudio hang.
"""

from __future__ import annotations

import msgspec

from session.doctor.asking import ask
from session.doctor.finding import Finding

_LIMIT_S = 15.0
_NO_MICROPHONE = "plug a microphone in, or give recordings with --source NAME=file:PATH"
_NO_MONITOR = "start PulseAudio or PipeWire (pactl comes with pulseaudio-utils), and see `cuecard devices`"


class _Row(msgspec.Struct):
    name: str
    kind: str


def sound() -> list[Finding]:
    """Check PortAudio, the microphone and the computer's own sound."""
    answer = ask("-m", "session", "devices", "--json", limit_s=_LIMIT_S)
    if answer.complaint:
        what, _, todo = answer.complaint.removeprefix("cuecard: ").partition("; ")
        return [Finding("PortAudio", False, what, todo.rpartition("; ")[2] or "restart the sound server")]
    rows = [msgspec.json.decode(line, type=_Row) for line in answer.said.splitlines()]
    return [
        Finding("PortAudio", True, "there"),
        _found("microphone", rows, "microphone", _NO_MICROPHONE),
        _found("computer's sound", rows, "monitor", _NO_MONITOR),
    ]


def _found(name: str, rows: list[_Row], kind: str, mend: str) -> Finding:
    names = [row.name for row in rows if row.kind == kind]
    return Finding(name, bool(names) or None, ", ".join(names[:3]) or "none found", mend, needed=False)
