"""Capture of one program's sound on PulseAudio and PipeWire."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from bus.audio import SAMPLE_RATE
from bus.messages import AudioLost, CaptureStarted, ProblemReported
from bus.ring.reader import AudioRing
from tests.support.audio_matching import everything, find, noise
from tests.support.audio_session import AudioSession
from tests.support.sound_computer import Computer
from tests.support.waiting import wait_until

pytestmark = pytest.mark.long

Capture = Callable[[str], tuple[AudioSession, AudioRing]]


def test_only_the_program_is_captured_whenever_it_plays(capture: Capture, computer: Computer) -> None:
    session, ring = capture("app:paplay")
    with session, ring:
        (started,) = session.received(CaptureStarted)
        assert (started.device, started.is_microphone) == ("paplay", False)
        other = computer.play(computer.speakers, 20.0, seed=5, program="Music")
        wait_until(lambda: ring.written_sample > SAMPLE_RATE)
        assert not np.any(everything(ring)), "it plays nothing yet"
        for seed in (11, 12):  # it ends its stream, and begins another
            assert computer.play(computer.speakers, 1.2, seed=seed).wait(timeout=20) == 0
            stop = ring.written_sample
            wait_until(lambda: ring.written_sample > stop + SAMPLE_RATE // 2)  # noqa: B023
            late = noise(1.2, seed)[SAMPLE_RATE // 2 :]  # it is followed within a fraction of a second
            assert find(late, everything(ring)).alike > 0.95, "without the music"
        other.kill()
        other.wait()
        assert not session.received(AudioLost)
        assert not session.received(ProblemReported)


def test_program_whose_sound_moves_to_another_output_is_followed(
    capture: Capture, computer: Computer
) -> None:
    playing = computer.play(computer.speakers, 3.0)
    wait_until(lambda: computer.pactl("list", "short", "sink-inputs"))
    session, ring = capture("app:paplay")
    with session, ring:
        number = computer.pactl("list", "short", "sink-inputs").split()[0]
        computer.pactl("move-sink-input", number, "room")
        assert playing.wait(timeout=20) == 0
        stop = ring.written_sample
        wait_until(lambda: ring.written_sample > stop + SAMPLE_RATE // 2)
        assert find(noise(3.0)[2 * SAMPLE_RATE :], everything(ring)).alike > 0.95
