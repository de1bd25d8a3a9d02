"""Sender and stamping loop, with real processes and a minimal peer."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from bench.peers.catalogue import Peer
from bench.peers.playing import cuecard_events, play, standing_finals
from bus.failures import StageFailure

COUNTING = """
import json, sys
def say(**line): print(json.dumps(line), flush=True)
say(type="ready", text="")
samples = 0
while block := sys.stdin.buffer.read(3200):
    samples += len(block) // 2
    say(type="partial", text=str(samples))
say(type="final", text=str(samples))
"""


@pytest.fixture
def homes(tmp_path: Path) -> Path:
    """An environment whose Python always runs the program beside it."""
    folder = tmp_path / "homes" / "parrot" / "bin"
    folder.mkdir(parents=True)
    python = folder / "python"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "{folder}/program.py"\n')
    python.chmod(0o755)
    return tmp_path / "homes"


@pytest.fixture
def pcm(tmp_path: Path) -> Path:
    file = tmp_path / "stream.pcm"
    file.write_bytes(bytes(range(256)) * 25 * 3)
    return file


PARROT = Peer("parrot", "Parrot", "parrot", "parrot")


def _teach(homes: Path, program: str) -> None:
    (homes / "parrot" / "bin" / "program.py").write_text(program)


def test_a_peer_gets_every_sample_and_its_lines_are_stamped(homes: Path, pcm: Path) -> None:
    _teach(homes, COUNTING)
    output = play(PARROT, homes, homes, pcm)
    assert [final.text for final in output.finals] == ["9600"]
    assert output.finals[0].arrived_s >= 0.6, "nothing is sent before it is due"
    assert output.partials == 6
    assert output.ended


def test_a_peer_that_cannot_start_is_a_failure(homes: Path, pcm: Path) -> None:
    _teach(homes, "import a_module_that_is_nowhere")
    with pytest.raises(StageFailure, match=r"Parrot ended before it listened.*a_module_that_is_nowhere"):
        play(PARROT, homes, homes, pcm)


def test_a_peer_that_dies_midway_retains_its_lines(homes: Path, pcm: Path) -> None:
    _teach(
        homes,
        COUNTING.replace("samples += ", "say(type='final', text='some'); raise SystemExit; samples += "),
    )
    output = play(PARROT, homes, homes, pcm)
    assert [final.text for final in output.finals] == ["some"]


def test_the_sender_never_waits_and_loses_nothing(tmp_path: Path) -> None:
    stream = os.urandom(2 * 8000)  # half a second, more than the pipe's buffer
    file = tmp_path / "stream.pcm"
    file.write_bytes(stream)
    sender = subprocess.Popen(
        [sys.executable, "-m", "bench.peers.replay", str(file)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        pipesize=4096,
    )
    assert sender.stdout
    assert sender.stderr
    first = sender.stdout.read(320)
    with pytest.raises(subprocess.TimeoutExpired):
        sender.wait(timeout=1.5)  # there is no reader, and the stream has ended: the rest stays buffered
    received = first + sender.stdout.read()
    report = json.loads(sender.stderr.read().splitlines()[-1])
    sender.wait()
    assert received == stream
    assert report["most_held_s"] > 0.2
    sender.stdout.close()
    sender.stderr.close()


def test_cuecard_listens_when_all_that_listens_is_ready() -> None:
    stages: set[str] = set()

    def apply(**event: object) -> object:
        return cuecard_events(stages, msgspec.json.encode(event))

    assert apply(type="StageReady", stage="stt") is None
    assert apply(type="StageReady", stage="vad:call") is None
    assert apply(type="StageReady", stage="capture:call") == {"type": "ready"}
    assert apply(type="StageReady", stage="stt") is None, "a restarted stage starts nothing anew"
    assert apply(type="PartialTranscribed", text="where") == {"type": "partial", "text": "where"}
    final = {"type": "final", "text": "where?", "id": 2, "replaces": [1]}
    assert apply(type="FinalTranscribed", text="where?", utterance=2, replaces=[1]) == final
    revised = {"type": "revised", "text": "Where?", "id": 2}
    assert apply(type="TranscriptRevised", text="Where?", utterance=2) == revised
    assert apply(type="SpeechPaused") is None


def test_finals_that_were_replaced_do_not_count_and_revised_ones_keep_their_time() -> None:
    output = [
        (1, {"type": "final", "text": "Tell me", "id": 1, "replaces": []}),
        (2, {"type": "partial", "text": "about"}),
        (3, {"type": "final", "text": "Tell me about you.", "id": 2, "replaces": [1]}),
        (4, {"type": "revised", "text": "Tell me about it.", "id": 2}),
        (5, {"type": "final", "text": "A peer without numbers."}),
    ]
    assert standing_finals(output) == [(3, "Tell me about it."), (5, "A peer without numbers.")]
