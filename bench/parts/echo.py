"""Plays a call into simulated rooms, and counts words that come twice or are lost.

Each room is a synthetic impulse response (a direct sound and an exponential tail of noise). The same session
without echo gives the words to compare with.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from bench.harness.consumer import run_session
from bench.harness.report import show
from bench.harness.transcript import Transcript
from bus.audio import SAMPLE_RATE
from livebench.scoring.words import plain_words

_SEED = 14
_OPTIONS = ("--pace", "fast", "--answer", "off", "--consent")
_CONTROLS_MS = (137, 291, 433)
"""How much later sessions begin that show how far two without echo differ."""
_COLUMNS = ("RT60 s", "delay ms", "level dB", "doubled", "misattributed", "own kept", "suppressed", "found")

Audio = NDArray[np.float64]


@dataclass(frozen=True)
class Room:
    """A room, and how its microphone receives the loudspeakers."""

    rt60_s: float
    delay_ms: int
    level_db: float


ROOMS = (
    Room(0.2, 50, -6.0),
    Room(0.35, 100, -12.0),
    Room(0.5, 200, -20.0),
    Room(0.35, 400, -12.0),
    Room(0.5, 100, -6.0),
)


@dataclass(frozen=True)
class Said:
    """The outcome of one session."""

    own: list[str]
    call: list[str]
    suppressed: int
    delay_ms: float | None


def echo_of(call: Audio, room: Room) -> Audio:
    """Return what the microphone receives of the call."""
    length = round(room.rt60_s * SAMPLE_RATE)
    decay = 10 ** (-3 * np.arange(length) / length)
    response = np.random.default_rng(_SEED).standard_normal(length) * decay
    response *= 0.7 / np.sqrt(np.sum(response**2))
    response[0] = 1.0
    response /= np.sqrt(np.sum(response**2))
    size = 1 << (len(call) + length).bit_length()
    heard = np.fft.irfft(np.fft.rfft(call, size) * np.fft.rfft(response, size), size)[: len(call)]
    late = np.zeros(room.delay_ms * SAMPLE_RATE // 1000)
    return np.concatenate((late, heard))[: len(call)] * 10 ** (room.level_db / 20)


def measure(call: Path, mic: Path, *, shift_s: float, seconds: float, rooms: Sequence[Room] = ROOMS) -> None:
    """Play both in every room, and print the words.

    Args:
        call: What the computer plays; 16 kHz.
        mic: What the user says; 16 kHz.
        shift_s: How much earlier the user speaks than in the recording, to talk over the call.
        seconds: How much of both is played.
    """
    played = _read(call, 0.0, seconds)
    spoken = _read(mic, shift_s, seconds)
    length = min(len(played), len(spoken))
    played, spoken = played[:length], spoken[:length]
    plain = _session(played, spoken)
    controls = [score(plain, _later(played, spoken, delay_ms)) for delay_ms in _CONTROLS_MS]
    rows, figures = [], []
    for room in rooms:
        said = _session(played, spoken + echo_of(played, room))
        doubled, misattributed, kept = score(plain, said)
        figures.append({"room": room, "doubled": doubled, "misattributed": misattributed, "kept": kept})
        rows.append(_row(room, said, doubled, misattributed, kept))
    summary = [
        ("words of the call, of the user, without echo", f"{len(plain.call)}, {len(plain.own)}"),
        ("suppressed without echo", str(plain.suppressed)),
        ("doubled or misattributed: all rooms, controls", _pair(figures, controls, "doubled", 0)),
        ("own words kept: all rooms, controls", _pair(figures, controls, "kept", 2)),
    ]
    show(
        "echo", summary, {"rooms": figures, "controls": controls, "shift_s": shift_s}, head=[_COLUMNS, *rows]
    )


def _later(call: Audio, mic: Audio, delay_ms: int) -> Said:
    """Return the outcome of a control: the session without echo, begun later, so that only chance differs."""
    silence = np.zeros(delay_ms * SAMPLE_RATE // 1000)
    return _session(np.append(silence, call), np.append(silence, mic))


def _pair(
    figures: Sequence[Mapping[str, Any]], controls: Sequence[tuple[float, ...]], name: str, at: int
) -> str:
    rooms = np.mean([each[name] for each in figures])
    return f"{rooms:.1%}, {np.mean([each[at] for each in controls]):.1%}"


def score(plain: Said, said: Said) -> tuple[float, float, float]:
    """Return the shares of the call's words on the microphone, of those only there, and of own words kept.

    A word on the microphone that was not there without echo counts as doubled if the call has it.
    """
    matcher = SequenceMatcher(None, plain.own, said.own, False)
    kept = sum(block.size for block in matcher.get_matching_blocks())
    added = Counter[str]()
    for kind, _, _, first, last in matcher.get_opcodes():
        if kind in ("insert", "replace"):
            added.update(said.own[first:last])
    doubled = sum((added & Counter(plain.call)).values())
    lost = Counter(plain.call) - Counter(said.call)
    misattributed = sum((added & lost).values())
    return doubled / len(plain.call), misattributed / len(plain.call), kept / len(plain.own)


def _session(call: Audio, mic: Audio) -> Said:
    with tempfile.TemporaryDirectory() as folder:
        files = {"call": Path(folder) / "call.wav", "mic": Path(folder) / "mic.wav"}
        soundfile.write(files["call"], call, SAMPLE_RATE, "PCM_16")
        soundfile.write(files["mic"], np.clip(mic, -1, 1), SAMPLE_RATE, "PCM_16")
        received = [each.event for each in run_session(files, _OPTIONS).received]
    words = {}
    for source in files:
        transcript = Transcript()
        for event in received:
            if event.get("source") == source:
                transcript.apply(event)
        words[source] = plain_words(" ".join(transcript.texts.values()))
    suppressed = sum(len(e["text"].split()) for e in received if e["type"] == "EchoSuppressed")
    delays = [event["delay_ms"] for event in received if event["type"] == "EchoDetected"]
    return Said(words["mic"], words["call"], suppressed, delays[0] if delays else None)


def _row(room: Room, said: Said, doubled: float, misattributed: float, kept: float) -> list[str]:
    found = "no" if said.delay_ms is None else f"{said.delay_ms:.0f} ms"
    shares = (f"{doubled:.1%}", f"{misattributed:.1%}", f"{kept:.1%}")
    return [
        f"{room.rt60_s}",
        f"{room.delay_ms}",
        f"{room.level_db:.0f}",
        *shares,
        str(said.suppressed),
        found,
    ]


def _read(path: Path, from_s: float, seconds: float) -> Audio:
    first = round(from_s * SAMPLE_RATE)
    samples, _ = soundfile.read(path, start=first, frames=round(seconds * SAMPLE_RATE))
    return np.asarray(samples, np.float64)
