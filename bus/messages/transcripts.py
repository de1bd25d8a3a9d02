"""The words of an utterance, growing and final."""

from __future__ import annotations

from bus.messages.message import Message

SPEECH_REPORTED_MS = 500.0
"""An utterance without words is reported to the user when it holds more certain speech than this."""


class EndpointPredicted(Message, frozen=True, kw_only=True):
    """The words before a pause were heard, and say how long to wait for more before the utterance is over."""

    source: str
    utterance: int
    start_sample: int
    """First sample of the utterance, pre-roll included."""
    quiet_sample: int
    """Of which pause; it holds for no other."""
    wait_ms: int
    """Quiet after which the utterance has ended."""
    reason: str
    """What the words looked like: "question", "sentence", "unfinished", …"""
    text: str = ""
    """The words, as the final will have them if nothing more is said."""


class PartialTranscribed(Message, frozen=True, kw_only=True):
    """Words of an utterance that is still being spoken; each replaces the one before."""

    source: str
    utterance: int
    text: str
    stable_words: int
    """How many words from the start are not expected to change any more."""
    stop_sample: int
    """How far the pass had heard."""


class FinalTranscribed(Message, frozen=True, kw_only=True):
    """The final words of an utterance."""

    source: str
    utterance: int
    text: str
    start_sample: int
    quiet_sample: int
    stop_sample: int
    mean_log_probability: float
    """Per token, natural logarithm."""
    no_speech_probability: float
    window_s: float
    """Length of the encoder window that was used."""
    retried: bool
    """The guard refused the first pass, and it was made again through a wider window."""
    speculative: bool
    """The pass had started before the end of the utterance was decided."""
    queue_ms: float
    """From the end being decided to the pass being started; 0 when it was speculative."""
    compute_ms: float
    """Of the pass that gave the words, a second one through a wider window included."""
    passes: int = 1
    """Passes that were begun for this utterance, partials included."""
    wasted_passes: int = 0
    """Speculative passes among them whose speaker went on."""
    all_compute_ms: float = 0.0
    """Of all of them together; what an abandoned pass still cost is not in it."""
    unconfirmed: bool = False
    """No final pass confirms these words: they are those that were shown last while the utterance grew."""


class UtteranceDiscarded(Message, frozen=True, kw_only=True):
    """No words were found in an utterance."""

    source: str
    utterance: int
    start_sample: int
    stop_sample: int
    cause: str
    speech_ms: float = 0.0
    """How much of it is speech for certain; see `SpeechEnded`."""

    @property
    def held_speech(self) -> bool:
        """Whether somebody spoke for so long that the user must know that it was not understood."""
        return self.speech_ms > SPEECH_REPORTED_MS


class UtteranceLost(Message, frozen=True, kw_only=True):
    """An utterance could not be transcribed, and no words of it had been shown."""

    source: str
    utterance: int
    start_sample: int
    stop_sample: int
    cause: str
