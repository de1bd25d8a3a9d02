"""Sender and stamping loop, with real processes and a minimal system."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from livebench.failures import SystemFailure
from livebench.playing import player, sender
from livebench.playing.player import Program, play

COUNTING = """
import json, sys
def say(**line): print(json.dumps(line), flush=True)
say(type="ready")
samples = 0
while block := sys.stdin.buffer.read(3200):
    samples += len(block) // 2
    say(type="partial", text=str(samples))
say(type="final", text=str(samples))
"""


@pytest.fixture
def pcm(tmp_path: Path) -> Path:
    file = tmp_path / "stream.pcm"
    file.write_bytes(bytes(range(256)) * 25 * 3)
    return file


def _parrot(program: str) -> Program:
    return Program(title="Parrot", command=[sys.executable, "-c", program])


def test_a_system_gets_every_sample_and_its_lines_are_stamped(pcm: Path) -> None:
    output = play(_parrot(COUNTING), pcm)
    final = output.lines[-1]
    assert (final.event.type, final.event.text) == ("final", "9600")
    assert final.at_ns - output.sent.first_sample_ns >= 600_000_000, "nothing is sent before it is due"
    assert sum(line.event.type == "partial" for line in output.lines) == 6
    assert len(output.sent.late_us) == 60
    assert output.ended


def test_a_system_that_cannot_start_is_a_failure(pcm: Path) -> None:
    with pytest.raises(SystemFailure, match=r"Parrot ended before it was ready.*a_module_that_is_nowhere"):
        play(_parrot("import a_module_that_is_nowhere"), pcm)


def test_a_line_outside_the_contract_is_a_failure(pcm: Path) -> None:
    with pytest.raises(SystemFailure, match=r"not in the contract.*loading model"):
        play(_parrot("print('loading model', flush=True); import sys; sys.stdin.buffer.read()"), pcm)


def test_a_system_that_dies_midway_retains_its_lines(pcm: Path) -> None:
    program = COUNTING.replace("samples += ", "say(type='final', text='some'); raise SystemExit; samples += ")
    output = play(_parrot(program), pcm)
    assert [line.event.text for line in output.lines] == ["some"]


def test_a_system_that_does_not_read_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "stream.pcm"
    file.write_bytes(bytes(2 * 16_000 * 4))
    monkeypatch.setattr(player, "_LAST_WORDS_S", -3.0)
    program = "import json, signal; print(json.dumps({'type': 'ready'}), flush=True); signal.pause()"
    output = play(_parrot(program), file)
    assert not output.ended
    assert output.lines == []


def test_processor_time_of_ended_children_counts(tmp_path: Path) -> None:
    pcm = tmp_path / "stream.pcm"
    pcm.write_bytes(bytes(2 * 16_000 * 2))
    burn = "import time; end = time.process_time() + 0.3\nwhile time.process_time() < end: pass"
    program = COUNTING.replace(
        "samples = 0", f"import subprocess; subprocess.run([sys.executable, '-c', {burn!r}]); samples = 0"
    )
    output = play(_parrot(program), pcm)
    assert output.usage[-1].cpu_s - output.usage[0].cpu_s >= 0.3


def test_the_sender_never_waits_and_loses_nothing(tmp_path: Path) -> None:
    stream = os.urandom(2 * 8000)  # half a second, more than the pipe's buffer
    file = tmp_path / "stream.pcm"
    file.write_bytes(stream)
    sending = subprocess.Popen(
        [sys.executable, sender.__file__, str(file)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        pipesize=4096,
    )
    assert sending.stdout
    assert sending.stderr
    first = sending.stdout.read(320)
    with pytest.raises(subprocess.TimeoutExpired):
        sending.wait(timeout=1.5)  # there is no reader, and the stream has ended: the rest stays buffered
    received = first + sending.stdout.read()
    report = json.loads(sending.stderr.read().splitlines()[-1])
    sending.wait()
    assert received == stream
    assert report["most_held_s"] > 0.2
    sending.stdout.close()
    sending.stderr.close()
