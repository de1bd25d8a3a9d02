"""Tracks from the event log whether work of a session is still pending.

Pure: knows no process and no clock.
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
    TranscriptRevised,
    UtteranceDiscarded,
    UtteranceLost,
)


class Progress:
    """Pending work of a session.

    Args:
        sources: Names of the sources that must end.
        answers: Whether a stage answers questions.
        practises: Whether this is a practice, which ends by itself.
    """

    def __init__(self, sources: Iterable[str], *, answers: bool, practises: bool = False) -> None:
        self._capturing = set(sources)
        self._detecting = set(self._capturing)
        self._untranscribed: set[tuple[str, int]] = set()
        self._unanswered: set[int] = set()
        self._answers = answers
        self._practises = practises
        self.practised = False
        """Whether the practice has ended."""
        self._last_final_seq = 0
        self._considered_seq = 0

    def apply(self, logged: Logged) -> None:
        """Apply one event, in the log's order."""
        match logged.event:
            case CaptureEnded(source=source):
                self._capturing.discard(source)
            case DetectionEnded(source=source):
                self._detecting.discard(source)
            case SpeechEnded(source=source, utterance=utterance):
                self._untranscribed.add((source, utterance))
            case FinalTranscribed(source=source, utterance=utterance):
                self._untranscribed.discard((source, utterance))
                self._last_final_seq = logged.seq
            case TranscriptRevised():  # it may hold a question that the final did not
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
        """Do not wait for this stage any longer.

        The session itself publishes the outcome of open utterances when stt was given up.
        """
        part, _, source = stage.partition(":")
        if part == "capture":  # its ring gets no end mark, for which vad would wait
            self._capturing.discard(source)
            self._detecting.discard(source)
        elif part == "vad":
            self._detecting.discard(source)
        elif part == "llm":
            self._answers = False
        elif part == "practice":
            self._practises = False

    @property
    def transcribed(self) -> bool:
        """Whether every source has ended and every utterance has its outcome."""
        return not (self._capturing or self._detecting or self._untranscribed)

    @property
    def complete(self) -> bool:
        """Whether every question is answered as well; in a practice, whether it has ended."""
        if self._practises:
            return self.practised
        if not self.transcribed:
            return False
        considered = self._considered_seq >= self._last_final_seq and not self._unanswered
        return considered or not self._answers
