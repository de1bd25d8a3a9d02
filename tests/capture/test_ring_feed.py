"""The one way into the ring: mended, mixed, resampled, measured; what is lost keeps its place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from bus.messages import AudioLost, AudioSanitized, Event, LevelMeasured
from bus.ring import AudioRing
from bus.ring_writer import RingWriter
from capture.ring_feed import Intake


@pytest.fixture
def ring(tmp_path: Path) -> Iterator[RingWriter]:
    with RingWriter(tmp_path / "ring", first_sample_ns=0) as writer:
        yield writer


def test_frames_of_any_rate_end_up_in_the_ring(ring: RingWriter, tmp_path: Path) -> None:
    said: list[Event] = []
    intake = Intake("mic", ring, 48_000, said.append)
    tone = (0.5 * np.sin(2 * np.pi * 440 * np.arange(48_000) / 48_000)).astype(np.float32)
    for at in range(0, 48_000, 480):
        intake.take(np.stack([tone[at : at + 480], tone[at : at + 480]], axis=1))
    intake.write(intake.last())
    assert intake.finish() == 16_000
    with AudioRing.attach(tmp_path / "ring") as reader:
        heard = reader.read(0, 16_000)
    expected = 0.5 * 32_768 * np.sin(2 * np.pi * 440 * np.arange(16_000) / 16_000)
    assert np.abs(heard - expected)[100:-100].max() < 3
    assert {type(event) for event in said} == {LevelMeasured}


def test_what_is_lost_is_told_and_stands_as_silence(ring: RingWriter, tmp_path: Path) -> None:
    said: list[Event] = []
    intake = Intake("mic", ring, 16_000, said.append)
    loud = np.tile(np.array([[0.5], [-0.5]], np.float32), (800, 1))
    intake.take(loud)
    intake.lose(800, "the device ran over")
    intake.take(loud)
    intake.finish()
    with AudioRing.attach(tmp_path / "ring") as reader:
        heard = reader.read(0, 4_000)
    assert np.flatnonzero(heard == 0).tolist() == list(range(1_600, 2_400))
    assert AudioLost(source="mic", start_sample=1_600, stop_sample=2_400, cause="the device ran over") in said


def test_mended_sound_is_told(ring: RingWriter) -> None:
    said: list[Event] = []
    intake = Intake("mic", ring, 16_000, said.append)
    frames = np.full((160, 2), 0.25, np.float32)
    frames[:10, 0] = np.nan
    intake.take(frames)
    intake.finish()
    (mended,) = [event for event in said if isinstance(event, AudioSanitized)]
    assert (mended.bad_samples, mended.clipped_samples) == (10, 0)


def test_another_rate_goes_on_at_the_same_clock(ring: RingWriter) -> None:
    intake = Intake("mic", ring, 48_000, lambda event: None)
    intake.take(np.zeros((4_800, 1), np.float32))
    intake.change_rate(44_100)
    assert intake.stop_sample == 1_600
    intake.silence_until(40_000)
    assert intake.stop_sample == 40_000
    intake.silence_until(100)
    assert intake.stop_sample == 40_000
    intake.take(np.zeros((44_100, 1), np.float32))
    intake.write(intake.last())
    assert intake.finish() == 56_000
