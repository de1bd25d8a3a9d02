"""Where speech begins, pauses and ends."""

from __future__ import annotations

from typing import Literal

from bus.messages.message import Message


class SpeechStarted(Message, frozen=True, kw_only=True):
    """Someone began to speak."""

    source: str
    utterance: int
    """Number of the utterance within its source, from 1."""
    start_sample: int
    """First sample of the utterance, pre-roll included."""
    detected_sample: int
    """Where the detector had enough evidence."""


class SpeechPaused(Message, frozen=True, kw_only=True):
    """The speaker fell quiet; this may be the end."""

    source: str
    utterance: int
    start_sample: int
    quiet_sample: int
    """First sample after the last speech."""
    stop_sample: int
    """Where the utterance will end, padding included, if nothing more is said."""


class SpeechResumed(Message, frozen=True, kw_only=True):
    """The pause was only a pause."""

    source: str
    utterance: int
    resumed_sample: int


class SpeechEnded(Message, frozen=True, kw_only=True):
    """Someone finished speaking; the ring still holds the whole utterance."""

    source: str
    utterance: int
    start_sample: int
    """First sample of the utterance, pre-roll included."""
    quiet_sample: int
    """First sample after the last speech, as the detector heard it."""
    stop_sample: int
    """One past the utterance's last sample, padding included."""
    decided_sample: int
    """Where the wait was over and the end was decided."""
    cause: Literal["silence", "length", "end of audio"]
    speech_ms: float = 0.0
    """How much of it is speech for certain: the windows of which the detector is sure, which noise, music
    and coughs hardly ever have."""


class DetectionEnded(Message, frozen=True, kw_only=True):
    """The detector has heard a source to its end."""

    source: str
    stop_sample: int
