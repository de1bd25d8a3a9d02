"""History of one source's detection: a projection of the event log. Pure."""

from __future__ import annotations

from bus.messages import (
    CaptureStarted,
    FinalTranscribed,
    Logged,
    SpeechEnded,
    SpeechStarted,
    UtteranceDiscarded,
    UtteranceLost,
)


class History:
    """How far a source's speech detection had got before a restart.

    Args:
        source: The source's name.
    """

    def __init__(self, source: str) -> None:
        self._source = source
        self.capture_starts: set[int] = set()
        """First sample of every ring of the source; empty before its capture starts."""
        self.next_utterance = 1
        """Number of the next utterance."""
        self.unfinished: SpeechStarted | None = None
        """The utterance whose end was not published."""
        self.free_from = 0
        """End of the last utterance."""

    def apply(self, logged: Logged) -> None:
        """Update the state with one event."""
        event = logged.event
        match event:
            case CaptureStarted(source=self._source, start_sample=start):
                self.capture_starts.add(start)
            case SpeechStarted(source=self._source, utterance=number):
                self.unfinished = event
                self.next_utterance = number + 1
            case SpeechEnded(source=self._source, stop_sample=stop):
                self.unfinished = None
                self.free_from = stop
            case (
                FinalTranscribed(source=self._source, utterance=number, stop_sample=stop)
                | UtteranceDiscarded(source=self._source, utterance=number, stop_sample=stop)
                | UtteranceLost(source=self._source, utterance=number, stop_sample=stop)
            ) if self.unfinished and self.unfinished.utterance == number:
                self.unfinished = None  # the session closed it while this stage was away
                self.free_from = stop
            case _:
                pass

    @property
    def read_from(self) -> int:
        """The sample at which to continue, so that nothing is missed and nothing published twice."""
        if self.unfinished is not None:
            return self.unfinished.start_sample
        return self.free_from or min(self.capture_starts, default=0)
