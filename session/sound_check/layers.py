"""Turns a sound check into findings, one per layer, up to the first failure. Pure."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from capture.devices.server_state import Port
from capture.sound_check import Opening
from session.doctor.finding import Finding
from session.sound_check.analysis import Analysis
from session.sound_check.phrase import TEXT

Source = Literal["microphone", "call"]

SILENT_DBFS = -90.0
"""Below it is digital silence; the noise of any microphone is louder."""
QUIET_DBFS = -62.0
"""Speech with a lower peak is too quiet: words are recognised at -60, many are not at -70 (bench/LOG.md)."""
_CLIPPED_SHARE = 0.15
"""Speech that is cut off 10 dB below its peak has more; from there on words are lost (`bench/LOG.md`)."""
_PHRASE_CORRELATION = 0.4
_LEAST_SPEECH_S = 0.3
_LEAST_RATE_HZ = 16_000


@dataclass(frozen=True)
class Check:
    """What was measured of one source."""

    source: Source
    opening: Opening
    analysis: Analysis | None = None
    """None where nothing was captured."""
    spoken: bool = True
    """Whether the user was asked to speak, or the phrase was played."""
    played_s: float = 0.0
    """Monotonic time at which the phrase began; 0 if it was not played."""
    play_error: str = ""


def findings(check: Check) -> list[Finding]:
    """Return the findings of all layers up to the first that fails."""
    found = []
    for finding in _layers(check):
        found.append(finding)
        if finding.ok is False:
            break
    return found


def can_capture(check: Check) -> bool:
    """Return whether the source is open and not muted, so that capturing it makes sense."""
    return all(finding.ok is not False for finding in (*_opened(check), _volume(check)))


def _layers(check: Check) -> Iterator[Finding]:
    yield from _opened(check)
    yield _volume(check)
    if check.analysis is None:
        yield _bad(check, "level", "the captured audio could not be analysed", "run the check again")
        return
    if check.source == "call":
        yield _playing(check)
    yield _level(check, check.analysis)
    if not check.spoken:
        yield _skipped(check, "speech", "not tested: needs a terminal, and a voice")
        return
    if check.source == "call":
        yield _phrase(check, check.analysis)
    yield _speech(check, check.analysis)
    yield _words(check, check.analysis)


def _opened(check: Check) -> Iterator[Finding]:
    opening = check.opening
    problem, fix = (opening.problem.problem, opening.problem.fix) if opening.problem else ("", "")
    if opening.failed == "library":
        yield _bad(check, "audio library", problem, fix)
    if opening.server is not None:
        yield _good(check, "sound server", opening.server.server)
    elif sys.platform == "linux" and opening.device is None:
        yield _bad(check, "sound server", problem, fix)
    if opening.failed == "device" or opening.device is None:
        yield _bad(check, "device", problem, fix)
    else:
        yield _good(check, "device", opening.device.label)
    if opening.failed:
        yield _bad(check, "opening", problem, fix or _permission())
    elif opening.device is not None:
        yield _format(check, opening.device.native_rate_hz, opening.device.native_channels)


def _format(check: Check, rate_hz: int, channels: int) -> Finding:
    detail = f"{rate_hz / 1000:g} kHz, {channels} channel(s)"
    if rate_hz >= _LEAST_RATE_HZ:
        return _good(check, "format", detail)
    fix = "a Bluetooth headset in its telephone mode sounds like this; another microphone is better"
    return _note(check, "format", f"{detail}; more words are misheard at such a rate", fix)


def _volume(check: Check) -> Finding:
    server = check.opening.server
    port = None
    if server:
        port = server.source if check.source == "microphone" else server.monitor
    if port is None:
        return _note(check, "volume", "not known to this system's sound server", "")
    if port.muted:
        return _bad(check, "volume", f"{port.description} is muted", _unmute("source", port))
    if port.volume <= 0:
        return _bad(check, "volume", f"the volume of {port.description} is 0", _raise("source", port))
    return _good(check, "volume", f"{port.volume:.0%}, not muted")


def _playing(check: Check) -> Finding:
    if check.play_error:
        fix = "choose another output in the sound settings"
        return _bad(check, "playing", f"the test phrase could not be played ({check.play_error})", fix)
    return _good(check, "playing", f'"{TEXT}" was played on the default output')


def _level(check: Check, analysis: Analysis) -> Finding:
    peak = analysis.peak_dbfs
    if peak < SILENT_DBFS:
        return _silent(check)
    if check.spoken and peak < QUIET_DBFS:
        fix = "raise the input level in the sound settings, or speak closer to the microphone"
        if check.source == "call":
            fix = "raise the output volume in the sound settings"
        return _bad(
            check, "level", f"too quiet: the peak is {peak:.0f} dBFS, of {QUIET_DBFS:.0f} needed", fix
        )
    if analysis.clipped_share > _CLIPPED_SHARE:
        fix = "lower the input level in the sound settings until the peak stays below -3 dBFS"
        return _bad(check, "level", f"clipping: {analysis.clipped_share:.0%} of what is loud is cut off", fix)
    return _good(check, "level", f"peak {peak:.0f} dBFS, not clipped")


def _silent(check: Check) -> Finding:
    server = check.opening.server
    sink = server.sink if server and check.source == "call" else None
    if sink and sink.muted:
        return _bad(check, "level", f"the output {sink.description} is muted", _unmute("sink", sink))
    if sink and sink.volume <= 0:
        return _bad(check, "level", f"the volume of the output {sink.description} is 0", _raise("sink", sink))
    if check.source == "call":
        fix = "choose the output that you listen to as the default in the sound settings"
        return _bad(check, "level", "digital silence: nothing of the phrase arrived", fix)
    fix = "switch it on (many have a switch or a key), choose another input, or plug it in again"
    if sys.platform == "darwin":
        fix = "permit the terminal to use the microphone: System Settings, Privacy & Security, Microphone"
    return _bad(check, "level", "digital silence: the microphone is open, but delivers zeros", fix)


def _phrase(check: Check, analysis: Analysis) -> Finding:
    if analysis.phrase_correlation < _PHRASE_CORRELATION:
        fix = (
            "choose the output that you listen to as the default in the sound settings, and pause other sound"
        )
        return _bad(check, "phrase", "something else is captured, but not the phrase that was played", fix)
    delay_s = check.opening.first_sample_s + analysis.phrase_at_s - check.played_s
    likeness = f"correlation {analysis.phrase_correlation:.2f}"
    detail = f"the phrase arrived {max(delay_s, 0) * 1000:.0f} ms after it was played, {likeness}"
    return _good(check, "phrase", detail)


def _speech(check: Check, analysis: Analysis) -> Finding:
    if analysis.speech_s >= _LEAST_SPEECH_S:
        return _good(check, "speech", f"{analysis.speech_s:.1f} s of speech detected")
    fix = (
        "speak during the check; if you did, another device or much noise is captured: see `cuecard devices`"
    )
    return _bad(check, "speech", "sound arrives, but no speech is detected in it", fix)


def _words(check: Check, analysis: Analysis) -> Finding:
    if analysis.words is None:
        return _bad(check, "words", "no speech model is installed", f"cuecard models pull {analysis.model}")
    if analysis.words:
        return _good(check, "words", f'"{analysis.words}" ({analysis.model})')
    fix = "speak more slowly and closer to the microphone; reduce noise in the room"
    return _bad(check, "words", "speech is detected, but no words are recognised", fix)


def _permission() -> str:
    if sys.platform == "darwin":
        return "permit the terminal to use the microphone: System Settings, Privacy & Security, Microphone"
    if sys.platform == "win32":
        return "permit desktop apps to use the microphone: Settings, Privacy & security, Microphone"
    return "close other programs that use the device, and check its permission"


def _unmute(kind: Literal["source", "sink"], port: Port) -> str:
    return f"pactl set-{kind}-mute {port.name} 0"


def _raise(kind: Literal["source", "sink"], port: Port) -> str:
    return f"pactl set-{kind}-volume {port.name} 100%"


def _good(check: Check, layer: str, detail: str) -> Finding:
    return Finding(f"{check.source}: {layer}", True, detail)


def _bad(check: Check, layer: str, problem: str, fix: str) -> Finding:
    return Finding(f"{check.source}: {layer}", False, problem, fix)


def _note(check: Check, layer: str, detail: str, fix: str) -> Finding:
    return Finding(f"{check.source}: {layer}", None, detail, fix, needed=False)


def _skipped(check: Check, layer: str, detail: str) -> Finding:
    return _note(check, layer, detail, "run `cuecard doctor --audio` in a terminal")
