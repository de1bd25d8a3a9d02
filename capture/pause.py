"""Pause of one source: publishes it, then zeroes the audio before it."""

from __future__ import annotations

import time

from bus.messages import CapturePaused, CaptureResumed
from bus.ring.memory import BLOCK_SAMPLES
from capture.ring_feed import RingFeed
from capture.source_stage import SourceStage

_ZERO_AFTER_S = 15.0
"""The audio is zeroed then at the latest, transcribed or not."""


class Pause:
    """Whether a source is paused.

    Args:
        stage: The source's stage; its state has what the user requested and what was published.
        feed: Writes its ring.
    """

    def __init__(self, stage: SourceStage, feed: RingFeed) -> None:
        self._stage, self._feed = stage, feed
        self.active = stage.state.was_paused
        """Whether the source is paused, or was and is not captured again yet."""
        self._zero_before = feed.stop_sample if self.active else 0
        self._zero_at_s = time.monotonic() + _ZERO_AFTER_S

    def begin(self) -> None:
        """Publish that the source is paused from the next sample on."""
        if not self.active:
            # Silence completes the last block, because blocks are zeroed whole.
            self._feed.silence_until(-(-self._feed.stop_sample // BLOCK_SAMPLES) * BLOCK_SAMPLES)
            sample = self._feed.stop_sample
            self._stage.publish(CapturePaused(source=self._stage.name, sample=sample))
            self._zero_before, self._zero_at_s = sample, time.monotonic() + _ZERO_AFTER_S
        self.active = True

    def end(self) -> None:
        """Publish that the source is captured again from the next sample on."""
        self._stage.publish(CaptureResumed(source=self._stage.name, sample=self._feed.stop_sample))
        self.active = False

    def zero(self) -> None:
        """Zero the audio from before the pause, if no stage needs it any more."""
        is_late = time.monotonic() > self._zero_at_s
        if self._zero_before and (is_late or not self._stage.state.backpressure.needs(self._zero_before)):
            self._feed.zero(self._zero_before)
            self._zero_before = 0
