"""Lag of the final transcripts: a projection of the event log.

Reports once when the transcripts fall behind, and once when they have caught up. Pure: the time is passed in.
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
"""Final transcripts are behind when one is later than this after the end of its utterance."""

CAUGHT_UP_S = 1.0
"""They have caught up when none is later than this."""


class Lag:
    """Tracks the utterances that wait for their final transcript."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[str, int], int] = {}
        """When the end of each such utterance was logged, in nanoseconds."""
        self._behind = False
        self._lost = 0

    def apply(self, logged: Logged) -> None:
        """Update the state with one event."""
        event = logged.event
        match event:
            case SpeechEnded():
                self._waiting[event.source, event.utterance] = logged.logged_ns
            case FinalTranscribed() | UtteranceDiscarded():
                self._waiting.pop((event.source, event.utterance), None)
            case UtteranceLost():
                self._waiting.pop((event.source, event.utterance), None)
                self._lost += self._behind
            case _:
                pass

    def behind_s(self, now_ns: int) -> float:
        """Return how long the oldest utterance has waited for its final transcript."""
        return (now_ns - min(self._waiting.values(), default=now_ns)) / 1e9

    def report(self, now_ns: int) -> ProblemReported | None:
        """Return the report that is due now, if any."""
        behind_s = self.behind_s(now_ns)
        if not self._behind and behind_s > BEHIND_S:
            self._behind, self._lost = True, 0
            return ProblemReported(
                stage="stt",
                topic="lag",
                problem=f"transcripts are more than {BEHIND_S:.0f} s late",
                kept="utterances wait for up to a minute; older ones are skipped and reported",
                fix="if this continues, close other programs or use a smaller model",
            )
        if self._behind and behind_s < CAUGHT_UP_S:
            self._behind = False
            kept = f"all but {self._lost} utterances" if self._lost else "all utterances"
            return ProblemReported(
                stage="stt", topic="lag", is_over=True, problem="transcripts have caught up", kept=kept
            )
        return None
