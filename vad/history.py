"""Where an earlier listener to this source had come to: a fold over the log. Pure."""

from __future__ import annotations

from bus.messages import CaptureStarted, Event, SpeechEnded, SpeechStarted


class History:
    """What was said about one source so far.

    Args:
        source: The source's name.
    """

    def __init__(self, source: str) -> None:
        self._source = source
        self.capture_starts: set[int] = set()
        """First sample of every ring there was; empty while nothing is captured yet."""
        self.next_utterance = 1
        """Number of the next utterance to begin."""
        self.unfinished: SpeechStarted | None = None
        """The utterance whose end was not told."""
        self.free_from = 0
        """End of the last utterance."""

    def apply(self, event: Event) -> None:
        """Take in one event."""
        match event:
            case CaptureStarted(source=self._source, start_sample=start):
                self.capture_starts.add(start)
            case SpeechStarted(source=self._source, utterance=number):
                self.unfinished = event
                self.next_utterance = number + 1
            case SpeechEnded(source=self._source, stop_sample=stop):
                self.unfinished = None
                self.free_from = stop
            case _:
                pass

    @property
    def read_from(self) -> int:
        """Where to read on, so that nothing is missed and nothing told twice."""
        if self.unfinished is not None:
            return self.unfinished.start_sample
        return self.free_from or min(self.capture_starts, default=0)
