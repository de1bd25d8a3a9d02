"""Events of transcription: predicted endpoints, partial and final transcripts."""

from __future__ import annotations

from bus.messages.message import Message

SPEECH_REPORTED_MS = 500.0
"""An utterance without words is reported to the user if its `speech_ms` is above this."""


class EndpointPredicted(Message, frozen=True, kw_only=True):
    """The words before a pause were transcribed and determine how long to wait before the utterance ends."""

    source: str
    utterance: int
    start_sample: int
    """First sample of the utterance, pre-roll included."""
    quiet_sample: int
    """Identifies the pause; the prediction applies to no other."""
    wait_ms: int
    """Silence after which the utterance ends."""
    reason: str
    """Class of the words: "question", "sentence", "unfinished", …"""
    text: str = ""
    """The transcript, as the final will have it if no more speech follows: complete until SpeechResumed."""
    replaces: list[int] = []
    """As in `FinalTranscribed`."""


class PartialTranscribed(Message, frozen=True, kw_only=True):
    """Partial transcript of an utterance in progress; each replaces the one before."""

    source: str
    utterance: int
    text: str
    stable_words: int
    """Number of words from the start that are not expected to change."""
    stop_sample: int
    """End of the transcribed audio."""
    replaces: list[int] = []
    """As in `FinalTranscribed`."""


class FinalTranscribed(Message, frozen=True, kw_only=True):
    """Final transcript of a turn so far: of an utterance, with the earlier ones that it continues."""

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
    """Length of the encoder window."""
    retried: bool
    """The first pass looked like a hallucination; another one, wider or without known words, gave these."""
    speculative: bool
    """The pass started before the end of the utterance was decided."""
    queue_ms: float
    """From the decision to the start of the pass; 0 if it was speculative."""
    compute_ms: float
    """Duration of the pass that produced the words, including a repetition with a wider window."""
    passes: int = 1
    """Passes started for this utterance, partials included."""
    wasted_passes: int = 0
    """Speculative passes among them that were discarded because the speaker continued."""
    all_compute_ms: float = 0.0
    """Total duration of all passes, without abandoned ones."""
    unconfirmed: bool = False
    """The words are those of the last partial, because no final pass confirmed them."""
    beside_gap: bool = False
    """Audio is missing in it, right before it or right after it (`AudioLost`), so words may be missing."""
    replaces: list[int] = []
    """Earlier utterances of this source whose finals this one replaces: the speaker continued after a short
    pause, `text` has the words of all of them, and `start_sample` is that of the first."""

    @property
    def mark(self) -> str:
        """Why the words are unsure: "[unconfirmed]", "[audio missing]", or nothing."""
        return "[unconfirmed]" if self.unconfirmed else "[audio missing]" if self.beside_gap else ""


class TranscriptRevised(Message, frozen=True, kw_only=True):
    """A later pass, with more context, found other words for a final transcript."""

    source: str
    utterance: int
    """The utterance of the final that is revised; `replaces` of that final still holds."""
    text: str
    """Replaces the final's text."""
    compute_ms: float
    """Duration of the pass."""


class EchoSuppressed(Message, frozen=True, kw_only=True):
    """Words of a microphone were the echo of another source, and were left out of its transcript."""

    source: str
    utterance: int
    text: str
    """The words that were left out."""
    of_source: str
    """The source that has them."""


class UtteranceDiscarded(Message, frozen=True, kw_only=True):
    """An utterance had no words."""

    source: str
    utterance: int
    start_sample: int
    stop_sample: int
    cause: str
    speech_ms: float = 0.0
    """Duration of certain speech; see `SpeechEnded`."""

    @property
    def held_speech(self) -> bool:
        """Whether there was enough speech that the user must know it was not understood."""
        return self.speech_ms > SPEECH_REPORTED_MS


class UtteranceLost(Message, frozen=True, kw_only=True):
    """An utterance could not be transcribed, and no partial of it was shown."""

    source: str
    utterance: int
    start_sample: int
    stop_sample: int
    cause: str
