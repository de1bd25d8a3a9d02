"""Tests of the ring feed: resampling, lost audio, sanitizing, changes of rate."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from bus.messages import AudioLost, AudioSanitized, Event, LevelMeasured
from bus.ring.reader import AudioRing
from bus.ring.writer import RingWriter
from capture.ring_feed import RingFeed


@pytest.fixture
def ring(tmp_path: Path) -> Iterator[RingWriter]:
    with RingWriter(tmp_path / "ring", first_sample_ns=0) as writer:
        yield writer


def test_frames_are_resampled_into_the_ring(ring: RingWriter, tmp_path: Path) -> None:
    published: list[Event] = []
    feed = RingFeed("mic", ring, 48_000, published.append)
    tone = (0.5 * np.sin(2 * np.pi * 440 * np.arange(48_000) / 48_000)).astype(np.float32)
    for at in range(0, 48_000, 480):
        feed.write(feed.process(np.stack([tone[at : at + 480], tone[at : at + 480]], axis=1)))
    feed.write(feed.flush())
    assert feed.finish() == 16_000
    with AudioRing.attach(tmp_path / "ring") as reader:
        samples = reader.read(0, 16_000)
    expected = 0.5 * 32_768 * np.sin(2 * np.pi * 440 * np.arange(16_000) / 16_000)
    assert np.abs(samples - expected)[100:-100].max() < 3
    assert {type(event) for event in published} == {LevelMeasured}


def test_lost_frames_are_reported_and_become_silence(ring: RingWriter, tmp_path: Path) -> None:
    published: list[Event] = []
    feed = RingFeed("mic", ring, 16_000, published.append)
    loud = np.tile(np.array([[0.5], [-0.5]], np.float32), (800, 1))
    feed.write(feed.process(loud))
    feed.lose(800, "the device overflowed")
    feed.write(feed.process(loud))
    feed.finish()
    with AudioRing.attach(tmp_path / "ring") as reader:
        samples = reader.read(0, 4_000)
    assert np.flatnonzero(samples == 0).tolist() == list(range(1_600, 2_400))
    assert (
        AudioLost(source="mic", start_sample=1_600, stop_sample=2_400, cause="the device overflowed")
        in published
    )


def test_sanitized_samples_are_published(ring: RingWriter) -> None:
    published: list[Event] = []
    feed = RingFeed("mic", ring, 16_000, published.append)
    frames = np.full((160, 2), 0.25, np.float32)
    frames[:10, 0] = np.nan
    feed.write(feed.process(frames))
    feed.finish()
    (sanitized,) = [event for event in published if isinstance(event, AudioSanitized)]
    assert (sanitized.bad_samples, sanitized.clipped_samples) == (10, 0)


def test_change_of_rate_keeps_the_clock(ring: RingWriter) -> None:
    feed = RingFeed("mic", ring, 48_000, lambda event: None)
    feed.write(feed.process(np.zeros((4_800, 1), np.float32)))
    feed.change_rate(44_100)
    assert feed.stop_sample == 1_600
    feed.silence_until(40_000)
    assert feed.stop_sample == 40_000
    feed.silence_until(100)
    assert feed.stop_sample == 40_000
    feed.write(feed.process(np.zeros((44_100, 1), np.float32)))
    feed.write(feed.flush())
    assert feed.finish() == 56_000
