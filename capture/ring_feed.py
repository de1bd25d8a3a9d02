"""Ring feed: sanitizes, downmixes, resamples, measures and writes a source's audio.

Devices and recordings use it alike. Lost audio is reported and replaced by silence, so that every later
sample keeps its place on the sample clock.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from bus.audio import SAMPLE_RATE, Samples
from bus.messages import AudioLost, Event, ProblemReported
from bus.ring.writer import RingWriter
from capture.echo.watch import EchoWatch
from capture.processing.downmix import Downmix
from capture.processing.level import LevelMeter
from capture.processing.resampling import Resampler
from capture.processing.sanitize import Frames, Sanitizer, as_int16

_SILENCE_FRAMES = 48_000  # at a time, to limit memory


class RingFeed:
    """Writes one source's audio to its ring.

    Args:
        source: The source's name.
        ring: The ring.
        rate_hz: Rate of the frames.
        publish: Publishes events.
        is_microphone: Whether digital silence is a fault.
        echo: Removes the echo of what the computer plays.
    """

    def __init__(
        self,
        source: str,
        ring: RingWriter,
        rate_hz: int,
        publish: Callable[[Event], None],
        *,
        is_microphone: bool = False,
        echo: EchoWatch | None = None,
    ) -> None:
        self._echo = echo
        self._source = source
        self._ring = ring
        self._rate_hz = rate_hz
        self._publish = publish
        self._sanitizer = Sanitizer(source)
        self._downmix = Downmix(rate_hz)
        self._resampler = Resampler(rate_hz)
        self._meter = LevelMeter(source, is_microphone=is_microphone)

    @property
    def stop_sample(self) -> int:
        """One past the last sample in the ring."""
        return self._ring.stop_sample

    @property
    def quiet(self) -> bool:
        """Whether the current level is too low for nearby speech."""
        return self._meter.quiet

    @property
    def locked(self) -> bool:
        """Whether the ring is locked in memory."""
        return self._ring.locked

    def process(self, frames: Frames) -> Samples:
        """Return the frames as samples for `write`.

        Args:
            frames: float32, shape (n, channels), full scale at ±1.

        Returns:
            int16, 16 kHz, mono.
        """
        mono = self._downmix.mix(self._sanitizer.sanitize(frames, self._ring.stop_sample))
        if remark := self._downmix.remark():
            stage = f"capture:{self._source}"
            problem = f"{self._source}: {remark.problem}"
            self._publish(ProblemReported(stage=stage, problem=problem, kept=remark.kept, fix=remark.fix))
        return as_int16(self._resampler.feed(mono))

    def flush(self) -> Samples:
        """Return the last samples from the resampler, for `write`; process no frames after it."""
        return as_int16(self._resampler.finish())

    def write(self, samples: Samples) -> None:
        """Write processed samples to the ring."""
        self._write(samples)
        for event in self._sanitizer.events(self._ring.stop_sample):
            self._publish(event)

    def lose(self, frames: int, cause: str) -> None:
        """Write silence in place of lost frames, and report them."""
        start = self._ring.stop_sample
        for at in range(0, frames, _SILENCE_FRAMES):
            silence = np.zeros(min(_SILENCE_FRAMES, frames - at), np.float32)
            self._ring.write(as_int16(self._resampler.feed(silence)))  # not measured: no silent device
        self._publish(
            AudioLost(
                source=self._source, start_sample=start, stop_sample=self._ring.stop_sample, cause=cause
            )
        )

    def change_rate(self, rate_hz: int) -> None:
        """Flush the resampler, and continue at another rate."""
        self._write(self.flush())
        self._rate_hz = self._downmix.rate_hz = rate_hz
        self._resampler = Resampler(rate_hz)

    def silence_until(self, sample: int) -> None:
        """Write silence up to this sample; call `change_rate` first, to flush the resampler."""
        missing = sample - self._ring.stop_sample
        for _ in range(0, missing, SAMPLE_RATE):
            self._write(np.zeros(min(SAMPLE_RATE, sample - self._ring.stop_sample), np.int16))

    def zero(self, before_sample: int) -> None:
        """Replace the audio before this sample by silence."""
        self._ring.zero(before_sample)

    def finish(self) -> int:
        """Close the ring; return one past its last sample."""
        for event in self._sanitizer.events(self._ring.stop_sample, last=True):
            self._publish(event)
        return self._ring.finish()

    def _write(self, samples: Samples) -> None:
        captured = samples
        if self._echo is not None:
            samples = self._echo.cancel(samples, self._ring.stop_sample)
        self._ring.write(samples)
        for event in self._meter.update(captured, self._ring.stop_sample):  # to detect muting
            self._publish(event)
