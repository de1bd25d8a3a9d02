"""Plays two turns to a sandboxed session, and lists its open device files."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import soundfile

from bench.harness.consumer import Received, run_session
from bench.harness.process_tree import ProcessTree
from bench.latency.timeline import demo_timeline
from bus.audio import SAMPLE_RATE
from bus.stages.table import rights_of
from livebench.scoring.words import word_error_rate

_TURNS = 2
_TAIL_S = 1.0


@dataclass
class Sandboxed:
    """What the stt stage of a session reported, and what was seen of it from outside."""

    detail: str = ""
    """Weights, number format and device."""
    sandbox: str = ""
    devices: set[str] = field(default_factory=set)
    """Device files of graphics cards that were open or mapped after it had transcribed."""
    problems: list[str] = field(default_factory=list)
    texts: dict[int, str] = field(default_factory=dict)
    """The finals that no other replaced, by utterance."""
    word_error_rate: float = 1.0


def transcribe_in_sandbox(model: str, device: str) -> Sandboxed:
    """Play the interview's first turns to a session, in real time.

    Args:
        model: Name in the catalogue.
        device: "cuda" or "cpu".

    Raises:
        StageFailure: The session failed: CUDA does not work in it, for example.
    """
    found, timeline = Sandboxed(), demo_timeline()
    turns = timeline.turns[:_TURNS]
    stop = round((turns[-1].end_s + _TAIL_S) * SAMPLE_RATE)
    pids: list[int] = []

    def on_line(received: Received, tree: ProcessTree) -> None:
        event = received.event
        if event["type"] == "StageStarted" and event["stage"] == "stt":
            pids.append(event["pid"])
        _note(found, event, pids)

    with tempfile.TemporaryDirectory() as directory:
        recording, settings_file = Path(directory) / "call.wav", Path(directory) / "settings.toml"
        soundfile.write(recording, timeline.audio["call"][:stop], SAMPLE_RATE, subtype="PCM_16")
        settings_file.write_text(f'[stt]\nmodel = "{model}"\ndevice = "{device}"\n', encoding="utf-8")
        options = ("--settings", str(settings_file), "--answer", "off", "--view", "none")
        run_session({"call": recording}, options, on_line)
    truth = " ".join(turn.text for turn in turns)
    found.word_error_rate = word_error_rate([truth], [" ".join(found.texts.values())])
    return found


def open_devices(pid: int, patterns: Iterable[str]) -> set[str]:
    """Return the files matching the patterns that a process holds open or mapped, from /proc.

    Raises:
        OSError: The process has ended, or is that of another user.
    """
    process = Path("/proc") / str(pid)
    names = set()
    for link in (process / "fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # closed meanwhile
            names.add(str(link.readlink()))
    lines = (process / "maps").read_text(errors="replace").splitlines()
    names |= {line.split(maxsplit=5)[5] for line in lines if "/dev/" in line}
    return {name for name in names if any(fnmatch(name, f"{pattern}*") for pattern in patterns)}


def _note(found: Sandboxed, event: dict[str, Any], pids: list[int]) -> None:
    match event["type"]:
        case "StageReady" if event["stage"] == "stt":
            found.detail, found.sandbox = event["detail"], event["sandbox"]
        case "ProblemReported":
            found.problems.append(event["problem"])
        case "FinalTranscribed":
            for replaced in event["replaces"]:
                found.texts.pop(replaced, None)
            found.texts[event["utterance"]] = event["text"]
            found.devices |= open_devices(pids[-1], rights_of("stt").devices)
        case _:
            pass
