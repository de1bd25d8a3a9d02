"""How late the final words are, and when a person must be told of it: a fold over the session's events.

Told once when the words fall behind, and once when they have caught up, however long that takes. Pure: is
given the time.
"""

from __future__ import annotations

from bus.messages import (
    FinalTranscribed,
    Logged,
    ProblemReported,
    SpeechEnded,
    UtteranceDiscarded,
    UtteranceLost,
)

BEHIND_S = 3.0
"""Final words that are later than this after the end of their utterance are behind."""

CAUGHT_UP_S = 1.0
"""They have caught up when nothing is later than this."""


class Lag:
    """Follows what waits for its final words."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[str, int], int] = {}
        """When the end of each such utterance was logged, in nanoseconds."""
        self._told = False
        self._lost = 0

    def apply(self, logged: Logged) -> None:
        """Take in one event, in the log's order."""
        event = logged.event
        match event:
            case SpeechEnded():
                self._waiting[event.source, event.utterance] = logged.logged_ns
            case FinalTranscribed() | UtteranceDiscarded():
                self._waiting.pop((event.source, event.utterance), None)
            case UtteranceLost():
                self._waiting.pop((event.source, event.utterance), None)
                self._lost += self._told
            case _:
                pass

    def behind_s(self, now_ns: int) -> float:
        """Return how long the oldest utterance without final words has waited for them."""
        return (now_ns - min(self._waiting.values(), default=now_ns)) / 1e9

    def news(self, now_ns: int) -> ProblemReported | None:
        """Return what a person must be told now, if anything."""
        behind_s = self.behind_s(now_ns)
        if not self._told and behind_s > BEHIND_S:
            self._told, self._lost = True, 0
            return ProblemReported(
                stage="stt",
                problem=f"the words come more than {BEHIND_S:.0f} s late",
                kept="what is said waits for them; what has waited for a minute is skipped, and told",
                fix="if it stays so, end other programs or use a smaller model",
            )
        if self._told and behind_s < CAUGHT_UP_S:
            self._told = False
            skipped = f"all but {self._lost} utterances" if self._lost else "everything"
            return ProblemReported(
                stage="stt", problem="the words have caught up", kept=f"{skipped} that was said"
            )
        return None
