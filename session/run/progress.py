"""How far a session has come: has everything that was said been dealt with?

A fold over the log. Pure: knows no process and no clock.
"""

from __future__ import annotations

from collections.abc import Iterable

from bus.messages import (
    AnswerFinished,
    AnswerStopped,
    CaptureEnded,
    DetectionEnded,
    FinalTranscribed,
    Heartbeat,
    Logged,
    PracticeEnded,
    QuestionDetected,
    SpeechEnded,
    UtteranceDiscarded,
    UtteranceLost,
)


class Progress:
    """What is still under way.

    Args:
        sources: Names of the sources that must end.
        answers: Whether a stage answers questions.
        practises: Whether a stage asks, which decides when the session is over.
    """

    def __init__(self, sources: Iterable[str], *, answers: bool, practises: bool = False) -> None:
        self._capturing = set(sources)
        self._listening = set(self._capturing)
        self._untranscribed: set[tuple[str, int]] = set()
        self._unanswered: set[int] = set()
        self._answers = answers
        self._practises = practises
        self.practised = False
        """Whether the practice is over."""
        self._last_final_seq = 0
        self._considered_seq = 0

    def apply(self, logged: Logged) -> None:
        """Take in one event, in the log's order."""
        match logged.event:
            case CaptureEnded(source=source):
                self._capturing.discard(source)
            case DetectionEnded(source=source):
                self._listening.discard(source)
            case SpeechEnded(source=source, utterance=utterance):
                self._untranscribed.add((source, utterance))
            case FinalTranscribed(source=source, utterance=utterance):
                self._untranscribed.discard((source, utterance))
                self._last_final_seq = logged.seq
            case (
                UtteranceDiscarded(source=source, utterance=utterance)
                | UtteranceLost(source=source, utterance=utterance)
            ):
                self._untranscribed.discard((source, utterance))
            case QuestionDetected(question=question):
                self._unanswered.add(question)
            case AnswerFinished(question=question) | AnswerStopped(question=question):
                self._unanswered.discard(question)
            case Heartbeat(stage="llm", processed_seq=seq):
                self._considered_seq = seq
            case PracticeEnded():
                self.practised = True
            case _:
                pass

    def stage_given_up(self, stage: str) -> None:
        """Wait no longer for what this stage would have done.

        The session itself gives utterances their outcome when the transcriber was given up.
        """
        part, _, source = stage.partition(":")
        if part == "capture":  # its ring has no end then, and the listener would wait for one
            self._capturing.discard(source)
            self._listening.discard(source)
        elif part == "vad":
            self._listening.discard(source)
        elif part == "llm":
            self._answers = False
        elif part == "practice":
            self._practises = False

    @property
    def captured(self) -> bool:
        """Whether every source has ended."""
        return not self._capturing

    @property
    def transcribed(self) -> bool:
        """Whether everything that was said has its final words."""
        return not (self._capturing or self._listening or self._untranscribed)

    @property
    def complete(self) -> bool:
        """Whether, besides, every question has its answer; or whether the practice is over."""
        if self._practises:
            return self.practised
        if not self.transcribed:
            return False
        considered = self._considered_seq >= self._last_final_seq and not self._unanswered
        return considered or not self._answers
