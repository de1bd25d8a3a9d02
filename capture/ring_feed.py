"""The one way of sound into the ring: mended, mixed to one channel, resampled, measured, written.

Devices and recordings take it alike. What was lost on the way is told and stands in the ring as silence,
so that every later sample keeps its place on the clock.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from bus.audio import SAMPLE_RATE, Samples
from bus.messages import AudioLost, Event, ProblemReported
from bus.ring_writer import RingWriter
from capture.devices.drift import nudged
from capture.processing.downmix import Downmix
from capture.processing.level import LevelMeter
from capture.processing.resampling import Mono, Resampler
from capture.processing.sanitize import Frames, Mender

_SILENCE_FRAMES = 48_000  # at a time, so that an hour of silence needs no hour's memory


class Intake:
    """Takes one source's sound into its ring.

    Args:
        source: The source's name.
        ring: Where the sound goes.
        rate_hz: Rate of the frames that will be taken.
        publish: Where to tell what happens.
    """

    def __init__(self, source: str, ring: RingWriter, rate_hz: int, publish: Callable[[Event], None]) -> None:
        self._source = source
        self._ring = ring
        self._rate_hz = rate_hz
        self._publish = publish
        self._mender = Mender(source)
        self._downmix = Downmix(rate_hz)
        self._resampler = Resampler(rate_hz)
        self._meter = LevelMeter(source)

    @property
    def stop_sample(self) -> int:
        """One past the last sample that went into the ring."""
        return self._ring.stop_sample

    @property
    def quiet(self) -> bool:
        """Whether nothing is heard at present that could be speech nearby."""
        return self._meter.quiet

    def take(self, frames: Frames, nudge: int = 0) -> None:
        """Take frames as they came.

        Args:
            frames: float32, shape (n, channels), full scale at ±1.
            nudge: By how many samples to make longer what they come to.
        """
        self.write(nudged(self.refine(frames), nudge))

    def refine(self, frames: Frames) -> Samples:
        """Return what the frames come to, for `write`.

        Args:
            frames: float32, shape (n, channels), full scale at ±1.
        """
        mono = self._downmix.mix(self._mender.mend(frames, self._ring.stop_sample))
        if remark := self._downmix.remark():
            name = f"capture:{self._source}"
            what = f"{self._source}: {remark.problem}"
            self._publish(ProblemReported(stage=name, problem=what, kept=remark.kept, fix=remark.fix))
        return _to_int16(self._resampler.feed(mono))

    def last(self) -> Samples:
        """Return what the resampler still holds, for `write`; nothing is to be taken after it."""
        return _to_int16(self._resampler.finish())

    def write(self, samples: Samples) -> None:
        """Put refined samples into the ring."""
        self._write(samples)
        for event in self._mender.told(self._ring.stop_sample):
            self._publish(event)

    def lose(self, frames: int, cause: str) -> None:
        """Take note that so many frames never came, and put silence in their place."""
        start = self._ring.stop_sample
        for at in range(0, frames, _SILENCE_FRAMES):
            silence = np.zeros(min(_SILENCE_FRAMES, frames - at), np.float32)
            self._write(_to_int16(self._resampler.feed(silence)))
        self._publish(
            AudioLost(
                source=self._source, start_sample=start, stop_sample=self._ring.stop_sample, cause=cause
            )
        )

    def change_rate(self, rate_hz: int) -> None:
        """Let out what the resampler holds, and go on at another rate."""
        self._write(_to_int16(self._resampler.finish()))
        self._rate_hz = self._downmix.rate_hz = rate_hz
        self._resampler = Resampler(rate_hz)

    def silence_until(self, sample: int) -> None:
        """Put silence into the ring up to this place on the clock; for `change_rate` to end."""
        missing = sample - self._ring.stop_sample
        for _ in range(0, missing, SAMPLE_RATE):
            self._write(np.zeros(min(SAMPLE_RATE, sample - self._ring.stop_sample), np.int16))

    def finish(self) -> int:
        """Close the ring; return one past its last sample."""
        for event in self._mender.told(self._ring.stop_sample, last=True):
            self._publish(event)
        return self._ring.finish()

    def _write(self, samples: Samples) -> None:
        self._ring.write(samples)
        for event in self._meter.update(samples, self._ring.stop_sample):
            self._publish(event)


def _to_int16(samples: Mono) -> Samples:
    whole: Samples = np.clip(np.rint(samples * 32768.0), -32768, 32767).astype(np.int16)
    return whole
