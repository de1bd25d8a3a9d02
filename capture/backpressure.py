"""How far a recording may run ahead at fast pace, so that nothing still needed is overwritten.

Needed is what the listener has not heard, and every utterance whose words are not final. Pure: follows
events, decides, waits for nobody.
"""

from __future__ import annotations

from bus.audio import SAMPLE_RATE
from bus.messages import (
    Event,
    FinalTranscribed,
    Heartbeat,
    SpeechEnded,
    SpeechStarted,
    StageGivenUp,
    UtteranceDiscarded,
    UtteranceLost,
)

_LISTENER_LOOKS_BACK = SAMPLE_RATE  # more than any pre-roll


class FlowControl:
    """Decides for one source.

    Args:
        source: The source's name.
        ahead_s: Sound that may lie between the oldest that is needed and the newest.
    """

    def __init__(self, source: str, ahead_s: float) -> None:
        self._source = source
        self._listener = f"vad:{source}"
        self._ahead_samples = round(ahead_s * SAMPLE_RATE)
        self.processed_sample = 0
        """How far the listener has heard."""
        self.listener_beats = False
        """Whether the listener has shown itself."""
        self._untranscribed: dict[int, int] = {}
        self._listener_gone = False
        self._transcriber_gone = False

    def apply(self, event: Event) -> None:
        """Follow the session."""
        match event:
            case Heartbeat(stage=stage, processed_sample=heard) if stage == self._listener:
                self.processed_sample = max(self.processed_sample, heard)
                self.listener_beats = True
            case SpeechStarted(source=self._source, utterance=number, start_sample=start):
                self._untranscribed[number] = start
            case SpeechEnded(source=self._source, utterance=number, start_sample=start, decided_sample=heard):
                self._untranscribed[number] = start
                self.processed_sample = max(self.processed_sample, heard)
            case (
                FinalTranscribed(source=self._source, utterance=number)
                | UtteranceDiscarded(source=self._source, utterance=number)
                | UtteranceLost(source=self._source, utterance=number)
            ):
                self._untranscribed.pop(number, None)
            case StageGivenUp(stage=stage):
                self._listener_gone |= stage == self._listener
                self._transcriber_gone |= stage == "stt"
            case _:
                pass

    @property
    def oldest_needed_sample(self) -> int:
        """The oldest sample that somebody may still want to read."""
        needed = [max(self.processed_sample - _LISTENER_LOOKS_BACK, 0)]
        if not self._transcriber_gone:
            needed += self._untranscribed.values()
        return min(needed)

    @property
    def allowed_sample(self) -> int | None:
        """How far may be written; None for as far as one likes, when nobody listens any more."""
        return None if self._listener_gone else self.oldest_needed_sample + self._ahead_samples
