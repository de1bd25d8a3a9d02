"""Events of voice activity: speech started, paused, resumed, ended."""

from __future__ import annotations

from typing import Literal

from bus.messages.message import Message


class SpeechStarted(Message, frozen=True, kw_only=True):
    """A speaker started an utterance."""

    source: str
    utterance: int
    """Number of the utterance within its source, from 1."""
    start_sample: int
    """First sample of the utterance, pre-roll included."""
    detected_sample: int
    """Sample at which the detector decided."""
    by_sound: bool = False
    """The detector found no speech; long voice-like sound alone started it."""


class SpeechPaused(Message, frozen=True, kw_only=True):
    """The speaker paused; this may be the end of the utterance."""

    source: str
    utterance: int
    start_sample: int
    quiet_sample: int
    """First sample after the last speech."""
    stop_sample: int
    """End of the audio that is there; the end of the utterance may have more padding."""


class SpeechResumed(Message, frozen=True, kw_only=True):
    """The speaker continued after a pause."""

    source: str
    utterance: int
    resumed_sample: int


class SpeechEnded(Message, frozen=True, kw_only=True):
    """An utterance ended; the ring still holds all of it."""

    source: str
    utterance: int
    start_sample: int
    """First sample of the utterance, pre-roll included."""
    quiet_sample: int
    """First sample after the last detected speech."""
    stop_sample: int
    """One past the utterance's last sample, padding included."""
    decided_sample: int
    """Sample at which the end was decided."""
    cause: Literal["silence", "length", "end of audio"]
    speech_ms: float = 0.0
    """Duration of windows with a high speech probability, which noise, music and coughs rarely reach."""


class DetectionEnded(Message, frozen=True, kw_only=True):
    """The detector has processed a source to its end."""

    source: str
    stop_sample: int
