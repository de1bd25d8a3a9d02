"""Events of captured audio."""

from __future__ import annotations

from typing import Literal

from bus.messages.message import Message

WORD_SAMPLES = 1_600
"""The shortest word: 0.1 s."""


class CaptureStarted(Message, frozen=True, kw_only=True):
    """A source delivers audio; its sample clock is fixed from now on."""

    source: str
    first_sample_ns: int
    """Monotonic time at which sample 0 of this source was due."""
    start_sample: int
    """First sample this capture writes: 0, or the position at which a restarted capture continues."""
    device: str
    """The device's or file's display name."""
    native_rate_hz: int
    native_channels: int
    is_microphone: bool = False
    """Whether digital silence means that it is muted; what the computer plays may be silent."""


class LevelMeasured(Message, frozen=True, kw_only=True):
    """Level of a source over about the last 0.1 s; not logged."""

    source: str
    rms_dbfs: float
    peak_dbfs: float
    stop_sample: int


LevelAlarm = Literal["none", "silent", "clipping"]


class LevelAlarmed(Message, frozen=True, kw_only=True):
    """A microphone is digitally silent, a source clips, or that is over ("none")."""

    source: str
    alarm: LevelAlarm


class AudioLost(Message, frozen=True, kw_only=True):
    """Samples are missing; the ring holds silence instead."""

    source: str
    start_sample: int
    stop_sample: int
    cause: str

    @property
    def may_have_words(self) -> bool:
        """Whether a word may be missing; a shorter gap is inside one."""
        return self.stop_sample - self.start_sample >= WORD_SAMPLES


class AudioSanitized(Message, frozen=True, kw_only=True):
    """NaN and infinite samples were replaced by silence, and samples beyond full scale clipped."""

    source: str
    start_sample: int
    stop_sample: int
    bad_samples: int
    clipped_samples: int


class EchoDetected(Message, frozen=True, kw_only=True):
    """A microphone repeats another source: it hears the loudspeakers. Its echo is removed from now on."""

    source: str
    """The microphone."""
    of_source: str
    """What the computer plays."""
    delay_ms: float
    """Time from a sound in `of_source` to its echo."""


class EchoEnded(Message, frozen=True, kw_only=True):
    """A microphone no longer repeats another source; its audio is unchanged from now on."""

    source: str


class CapturePaused(Message, frozen=True, kw_only=True):
    """The user paused a source: its device is closed, and the ring gets silence."""

    source: str
    sample: int
    """First sample of the silence."""


class CaptureResumed(Message, frozen=True, kw_only=True):
    """A paused source is captured again."""

    source: str
    sample: int
    """First sample after the silence."""


class CaptureEnded(Message, frozen=True, kw_only=True):
    """A source ended."""

    source: str
    stop_sample: int
    """One past the last sample in the ring."""
    cause: str
    """"end of file", "stopped", "device lost"."""
    late_p99_ms: float = 0.0
    """99th percentile of the delay of written blocks against their due time (file replay only)."""
    late_max_ms: float = 0.0
