"""Decides whether a microphone has had nothing but the echo of another source. Pure."""

from __future__ import annotations

from bus import messages as m
from bus.messages import Logged

_WORDS = 60
"""The other party has said so many words, about 25 s of speech, since the echo was detected."""


class EchoOnly:
    """Microphones with an echo, and whether they ever had words of their own.

    A user who only listens is reported, too; the report says that, and ends with the first word.
    """

    def __init__(self) -> None:
        self._words: dict[str, int] = {}
        """By microphone with an echo and no words of its own: words of the other party."""
        self._of_source: dict[str, str] = {}
        self._has_own: set[str] = set()
        self._reported: set[str] = set()

    def apply(self, logged: Logged) -> None:
        """Update the state with one event."""
        match logged.event:
            case m.EchoDetected(source=source, of_source=of_source) if source not in self._has_own:
                self._of_source[source] = of_source
                self._words.setdefault(source, 0)
            case m.EchoEnded(source=source):
                self._words.pop(source, None)
            case m.FinalTranscribed(source=source, text=text):
                self._has_own.add(source)
                self._words.pop(source, None)
                for microphone in self._words:
                    if self._of_source[microphone] == source:
                        self._words[microphone] += len(text.split())
            case _:
                pass

    def report(self) -> m.ProblemReported | None:
        """Return a problem that began or ended since the last call, if any."""
        now = {source for source, words in self._words.items() if words >= _WORDS}
        for source in sorted(now ^ self._reported):
            self._reported ^= {source}
            return m.ProblemReported(
                stage="stt",
                problem=f"{source} has had nothing but the echo of {self._of_source[source]}",
                fix="if you have spoken, check that the right microphone is chosen: `cuecard devices`",
                topic=f"echo of {source}",
                is_over=source not in now,
            )
        return None
