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
    LogRedacted,
    PracticeEnded,
    QuestionDetected,
    SpeechEnded,
    StageGivenUp,
    StageStarted,
    TranscriptRevised,
    UtteranceDiscarded,
    UtteranceLost,
)


class Progress:
    """Pending work of a session.

    Args:
        sources: Names of the sources that must end.
        live: Those among them that are devices, which may come back.
        answers: Whether a stage answers questions.
        practises: Whether this is a practice, which ends by itself.
    """

    def __init__(
        self,
        sources: Iterable[str],
        *,
        live: Iterable[str] = (),
        answers: bool,
        practises: bool = False,
    ) -> None:
        self._capturing = set(sources)
        self._detecting = set(self._capturing)
        self._awaited = {f"capture:{source}" for source in live}
        """Stages that are waited for while they are tried again."""
        self._given_up: set[str] = set()
        """Stages for which nothing waits."""
        self._untranscribed: set[tuple[str, int]] = set()
        self._unanswered: set[int] = set()
        self._answers = answers
        """Whether a stage was started that answers questions."""
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
            case LogRedacted(questions=questions):
                self._unanswered -= {*questions}
            case Heartbeat(stage="llm", processed_seq=seq):
                self._considered_seq = seq
            case PracticeEnded():
                self.practised = True
            case StageGivenUp(stage=stage, is_retried=is_retried):
                if not (is_retried and stage in self._awaited):
                    self._given_up.add(stage)
            case StageStarted(stage=stage):
                self._given_up.discard(stage)
            case _:
                pass

    @property
    def transcribed(self) -> bool:
        """Whether every source has ended or cannot continue, and every utterance has its outcome."""
        without_capture = {source for source in self._capturing if f"capture:{source}" in self._given_up}
        without_vad = {source for source in self._detecting if f"vad:{source}" in self._given_up}
        capturing = self._capturing - without_capture
        # The ring of a capture that was given up gets no end mark, for which vad would wait.
        detecting = self._detecting - without_capture - without_vad
        return not (capturing or detecting or self._untranscribed)

    @property
    def complete(self) -> bool:
        """Whether every question is answered as well; in a practice, whether it has ended."""
        if self._practises and "practice" not in self._given_up:
            return self.practised
        if not self.transcribed:
            return False
        considered = self._considered_seq >= self._last_final_seq and not self._unanswered
        return considered or not self._answers or "llm" in self._given_up
