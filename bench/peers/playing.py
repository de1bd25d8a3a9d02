"""Plays the stream to one peer and stamps every line of its output on arrival.

Cuecard is run as a user runs it, `cuecard run --json` on standard input; the others through their adapters.
All use the same pipe and the same loop.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec
import psutil

from bench.peers.catalogue import CUECARD, Peer, interpreter
from bench.peers.meter import Meter
from bus.failures import StageFailure

_THREADS = "2"
_READY_S = 180.0
_LAST_WORDS_S = 60.0
_CUECARD_LISTENS = {"capture:call", "vad:call", "stt"}

Event = dict[str, Any]
"""A line of output: `type` is ready, partial, final or revised. A final may have an `id`, and `replaces`
earlier ones."""
Line = tuple[int, bytes]


class Final(msgspec.Struct, frozen=True):
    """Words that will not change."""

    arrived_s: float
    """Seconds after sample 0 of the stream was due."""

    text: str


class PeerOutput(msgspec.Struct, frozen=True, kw_only=True):
    """Output of one peer."""

    finals: list[Final]
    partials: int
    load_s: float
    cpu_s: float
    peak_rss_mb: float
    late_p99_ms: float
    most_held_s: float
    """Largest amount of audio that the peer had not read from the pipe; it was buffered for it."""

    ended: bool
    """False if it had to be killed a minute after the stream."""


class _Replayed(msgspec.Struct, frozen=True):
    first_sample_ns: int
    late_p99_ms: float
    most_held_s: float


def play(peer: Peer, homes: Path, weights: Path, pcm: Path) -> PeerOutput:
    """Play a file of 16 kHz s16le to a peer in real time.

    Raises:
        StageFailure: It ended before it was ready, or was not ready in time.
    """
    with tempfile.TemporaryDirectory() as place, _started(peer, homes, weights, Path(place)) as process:
        meter, began_s = Meter(process.pid), time.monotonic()
        try:
            lines = _stamped(process)
            apply = _translator(peer)
            _wait_until_ready(lines, apply, peer, Path(place))
            load_s = time.monotonic() - began_s
            meter.reset()
            with _sending(pcm, process) as sender:
                transcripts, ended = _listen(lines, apply, sender)
                _, report = sender.communicate()
        finally:
            meter.stop()
        replayed = msgspec.json.decode(report.splitlines()[-1], type=_Replayed)
    return PeerOutput(
        finals=[
            Final((at_ns - replayed.first_sample_ns) / 1e9, text)
            for at_ns, text in standing_finals(transcripts)
        ],
        partials=sum(event["type"] == "partial" for _, event in transcripts),
        load_s=load_s,
        cpu_s=meter.cpu_s,
        peak_rss_mb=meter.peak_rss_mb,
        late_p99_ms=replayed.late_p99_ms,
        most_held_s=replayed.most_held_s,
        ended=ended,
    )


def cuecard_events(stages: set[str], line: bytes) -> Event | None:
    """Translate a line of `cuecard run --json`; `stages` records which stages are ready."""
    event = msgspec.json.decode(line)
    match event["type"]:
        case "StageReady":
            before = stages >= _CUECARD_LISTENS
            stages.add(event["stage"])
            return {"type": "ready"} if not before and stages >= _CUECARD_LISTENS else None
        case "PartialTranscribed":
            return {"type": "partial", "text": event["text"]}
        case "FinalTranscribed":
            found = {"type": "final", "text": event["text"], "id": event["utterance"]}
            return {**found, "replaces": event.get("replaces", [])}
        case "TranscriptRevised":
            return {"type": "revised", "text": event["text"], "id": event["utterance"]}
    return None


def standing_finals(output: Sequence[tuple[int, Event]]) -> list[tuple[int, str]]:
    """Return time and text of the finals that no later one replaces; a revised one keeps its time."""
    replaced = {each for _, event in output for each in event.get("replaces", ())}
    revised = {event["id"]: event["text"] for _, event in output if event["type"] == "revised"}
    return [
        (at_ns, str(revised.get(event.get("id"), event["text"])))
        for at_ns, event in output
        if event["type"] == "final" and event.get("id") not in replaced
    ]


def _translator(peer: Peer) -> Callable[[bytes], Event | None]:
    if peer.name != CUECARD:
        return lambda line: msgspec.json.decode(line, type=Event)
    stages: set[str] = set()
    return lambda line: cuecard_events(stages, line)


@contextmanager
def _started(peer: Peer, homes: Path, weights: Path, place: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Start a peer in a folder of its own, and remove everything it leaves."""
    environment = {**os.environ, "OMP_NUM_THREADS": _THREADS, "HF_HUB_OFFLINE": "1"}
    if peer.name == CUECARD:
        command = _our_command(weights, place)
    else:
        environment["PYTHONPATH"] = str(Path(__file__).parent)
        python = str(interpreter(peer, homes))
        command = [python, "-m", f"adapters.{peer.adapter}", str(weights), *peer.arguments]
    with (place / "stderr").open("wb") as complaints:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            cwd=place,
            env=environment,
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            tree = psutil.Process(process.pid).children(recursive=True)
            process.kill()
            for each in tree:
                with suppress(psutil.NoSuchProcess):
                    each.kill()
        process.wait()
        assert process.stdin
        process.stdin.close()


def _our_command(weights: Path, place: Path) -> list[str]:
    """Return Cuecard's command: its defaults, not the user's settings, except weights and CPU."""
    settings = place / "settings.toml"
    settings.write_text(f'[stt]\nmodel = {json.dumps(str(weights))}\ndevice = "cpu"\n', encoding="utf-8")
    options = ["--source", "call=-", "--json", "--answer", "off", "--settings", str(settings)]
    return [sys.executable, "-m", "session", "run", *options]


def _stamped(process: subprocess.Popen[bytes]) -> queue.SimpleQueue[Line | None]:
    """Return the lines of output, each with its time of arrival; None when the process has ended."""
    lines: queue.SimpleQueue[Line | None] = queue.SimpleQueue()

    def read() -> None:
        assert process.stdout
        with process.stdout:
            for line in process.stdout:
                lines.put((time.monotonic_ns(), line))
        lines.put(None)

    threading.Thread(target=read, daemon=True).start()
    return lines


def _wait_until_ready(
    lines: queue.SimpleQueue[Line | None], apply: Callable[[bytes], Event | None], peer: Peer, place: Path
) -> None:
    given_up_s = time.monotonic() + _READY_S
    while True:
        try:
            line = lines.get(timeout=max(0.0, given_up_s - time.monotonic()))
        except queue.Empty:
            raise StageFailure(f"{peer.title} did not listen within {_READY_S:.0f} s") from None
        if line is None:
            complaints = (place / "stderr").read_text(errors="replace").strip().splitlines()
            raise StageFailure(f"{peer.title} ended before it listened", kept=(complaints or [""])[-1])
        event = apply(line[1])
        if event and event["type"] == "ready":
            return


@contextmanager
def _sending(pcm: Path, listener: subprocess.Popen[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """Start the sender, and leave it the only end of the pipe, so that its end is the end of the stream."""
    assert listener.stdin
    command = [sys.executable, "-m", "bench.peers.replay", str(pcm)]
    with subprocess.Popen(command, stdout=listener.stdin, stderr=subprocess.PIPE) as sender:
        listener.stdin.close()
        try:
            yield sender
        finally:
            sender.kill()


def _listen(
    lines: queue.SimpleQueue[Line | None],
    apply: Callable[[bytes], Event | None],
    sender: subprocess.Popen[bytes],
) -> tuple[list[tuple[int, Event]], bool]:
    """Return the transcripts, and whether the peer ended by itself."""
    transcripts: list[tuple[int, Event]] = []
    quit_s: float | None = None
    while quit_s is None or time.monotonic() < quit_s:
        if quit_s is None and sender.poll() is not None:
            quit_s = time.monotonic() + _LAST_WORDS_S
        try:
            line = lines.get(timeout=0.2)
        except queue.Empty:
            continue
        if line is None:
            return transcripts, True
        if event := apply(line[1]):
            transcripts.append((line[0], event))
    return transcripts, False
