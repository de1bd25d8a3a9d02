"""An unplugged microphone on PulseAudio and PipeWire: reported at once, and nothing takes its place."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pytest

from bus.audio import SAMPLE_RATE
from bus.messages import AudioLost, ProblemReported
from bus.ring.reader import AudioRing
from tests.support.audio_matching import everything, find, noise
from tests.support.audio_session import AudioSession
from tests.support.sound_computer import Computer
from tests.support.waiting import wait_until

pytestmark = pytest.mark.long

Capture = Callable[[str], tuple[AudioSession, AudioRing]]


def _problem(session: AudioSession, *, is_over: bool) -> ProblemReported | None:
    found = [each for each in session.received(ProblemReported) if each.topic == "device"]
    return found[-1] if found and found[-1].is_over == is_over else None


def test_the_call_is_never_captured_as_the_microphone(capture: Capture, computer: Computer) -> None:
    module = computer.plug()
    session, ring = capture("device:yeti")
    with session, ring:
        playing = computer.play(computer.speakers, 12.0, seed=5)
        wait_until(lambda: ring.written_sample > SAMPLE_RATE // 2)
        unplugged_s = time.monotonic()
        computer.pactl("unload-module", module)
        problem = wait_until(lambda: _problem(session, is_over=False))
        assert time.monotonic() - unplugged_s < 1.5
        assert "mic: Yeti went away" in problem.problem
        assert "not used" in problem.problem
        away = ring.written_sample
        wait_until(lambda: ring.written_sample > away + SAMPLE_RATE)
        assert not np.any(everything(ring)), "the other party is not the user"
        computer.plug()
        plugged_s = time.monotonic()
        wait_until(lambda: _problem(session, is_over=True))
        assert time.monotonic() - plugged_s < 2
        playing.kill()
        playing.wait()
        (lost,) = session.received(AudioLost)
        assert lost.stop_sample - lost.start_sample > SAMPLE_RATE
        assert computer.play("room", 1.0).wait(timeout=20) == 0
        stop = ring.written_sample
        wait_until(lambda: ring.written_sample > stop + SAMPLE_RATE // 2)
        assert find(noise(1.0), ring.read(lost.stop_sample, ring.written_sample)).alike > 0.95


def test_default_that_is_unplugged_falls_back_to_another_microphone(
    capture: Capture, computer: Computer
) -> None:
    computer.plug("spare")
    module = computer.plug()
    computer.pactl("set-default-source", "yeti")
    session, ring = capture("default")
    with session, ring:
        assert list(computer.recorded()) == ["yeti"]
        computer.pactl("unload-module", module)
        (told,) = session.wait_for(ProblemReported)
        (now,) = wait_until(computer.recorded)
        assert not now.endswith(".monitor")
        assert "is captured from" in told.problem


def test_microphone_that_the_user_picks_in_the_mixer_is_followed(
    capture: Capture, computer: Computer
) -> None:
    computer.plug("spare")
    computer.plug()
    session, ring = capture("device:yeti")
    with session, ring:

        def picked() -> bool:
            if stream := computer.recorded().get("yeti"):  # PipeWire forgets a move while it links the stream
                computer.pactl("move-source-output", stream, "spare")
            return bool(session.received(ProblemReported))

        wait_until(picked, timeout_s=30)
        (told,) = session.received(ProblemReported)
        assert told.problem == "mic is captured from Spare now"
        wait_until(lambda: list(computer.recorded()) == ["spare"])
        before = ring.written_sample
        wait_until(lambda: ring.written_sample > before + SAMPLE_RATE // 2)
        assert list(computer.recorded()) == ["spare"]


def test_move_to_a_monitor_is_refused(capture: Capture, computer: Computer) -> None:
    computer.plug()
    session, ring = capture("device:yeti")
    with session, ring:
        playing = computer.play(computer.speakers, 12.0, seed=5)
        computer.pactl("move-source-output", computer.recorded()["yeti"], f"{computer.speakers}.monitor")
        wait_until(lambda: list(computer.recorded()) == ["yeti"])
        before = ring.written_sample
        wait_until(lambda: ring.written_sample > before + SAMPLE_RATE)
        assert not np.any(everything(ring))
        playing.kill()
        playing.wait()
