"""Sound as it is captured."""

from __future__ import annotations

from bus.messages.message import Message


class CaptureStarted(Message, frozen=True, kw_only=True):
    """A source delivers audio; its sample clock is fixed from here on."""

    source: str
    first_sample_ns: int
    """Monotonic time at which sample 0 of this source was due."""
    start_sample: int
    """First sample this capture writes: 0, or where a restarted capture goes on."""
    device: str
    """The device's or the file's name, for people."""
    native_rate_hz: int
    native_channels: int


class LevelMeasured(Message, frozen=True, kw_only=True):
    """How loud a source was over the last tenth of a second or so; not kept in the log."""

    source: str
    rms_dbfs: float
    peak_dbfs: float
    stop_sample: int


class AudioLost(Message, frozen=True, kw_only=True):
    """Samples that were due never arrived; the ring holds silence in their place."""

    source: str
    start_sample: int
    stop_sample: int
    cause: str


class AudioSanitized(Message, frozen=True, kw_only=True):
    """Samples that were no numbers (NaN, infinity) were replaced by silence, or were clipped."""

    source: str
    start_sample: int
    stop_sample: int
    bad_samples: int
    clipped_samples: int


class CaptureEnded(Message, frozen=True, kw_only=True):
    """A source delivers no more."""

    source: str
    stop_sample: int
    """One past the last sample in the ring."""
    cause: str
    """"end of file", "stopped", "device lost"."""
    late_p99_ms: float = 0.0
    """99th percentile of how late blocks were written against their due time (file replay only)."""
    late_max_ms: float = 0.0
