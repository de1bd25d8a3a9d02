"""Tracks the questions of a session across utterances.

Pure: final transcripts in, questions out. Joins a question that was spread over two utterances, knows which
question a follow-up refers to, and what was said last. Does not know what is answered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bus.messages import EndpointPredicted, FinalTranscribed, QuestionSpan
from llm.questions.continuation import answers_own_question, is_cut_off, join, join_in_one_breath
from llm.questions.detector import Question
from llm.questions.spoken_text import SpokenText
from llm.settings import LlmSettings

FOLLOW_UP_WITHIN_S = 180.0
"""A follow-up refers to a question that is not older."""

RECENT_UTTERANCES = 3
"""A question counts as the latest words while it is among this many last utterances of its speaker."""


@dataclass(frozen=True)
class DetectedQuestion:
    """Something to answer."""

    source: str
    utterance: int
    """The last utterance it is in."""
    text: str
    confidence: float
    kind: str
    """"question", "request", "follow-up", "asked for"."""
    previous: str = ""
    """The question that a follow-up refers to."""
    spans: tuple[QuestionSpan, ...] = ()
    """Where it stands in its utterances."""

    @property
    def place(self) -> tuple[str, int]:
        """The source and the utterance."""
        return self.source, self.utterance


@dataclass(frozen=True)
class _LastWords:
    """The last words of a source, with what was joined to them."""

    words: SpokenText
    asked: bool
    answered: bool = False
    """Whether another source has said more than "mm-hmm" since."""


@dataclass(frozen=True)
class _State:
    last: Mapping[str, _LastWords] = field(default_factory=dict)
    """By source."""
    latest: SpokenText | None = None
    """The last words of a source whose questions count, or of any until such a source has spoken."""
    question: DetectedQuestion | None = None
    topic: tuple[SpokenText, str] | None = None
    """The last question that is not a follow-up, with its text."""


class QuestionTracker:
    """The questions of a session.

    Args:
        settings: Whose questions count, and the minimum confidence.
    """

    def __init__(self, settings: LlmSettings) -> None:
        self._settings = settings
        self._state = _State()

    def detect(self, final: FinalTranscribed) -> DetectedQuestion | None:
        """Apply an utterance; return the question that it asks or completes, if any.

        A question that this utterance completes, refines or follows in one breath is part of the returned
        one, which replaces it.
        """
        current = SpokenText.of(
            final.source, final.utterance, final.text, final.start_sample, final.quiet_sample
        )
        self._state, question = self._next(current)
        return question

    def predict(self, pause: EndpointPredicted) -> DetectedQuestion | None:
        """Return what `detect` would if the utterance ended at this pause, without applying it.

        When the final transcript has the same words, `detect` returns an equal question.
        """
        current = SpokenText.of(
            pause.source, pause.utterance, pause.text, pause.start_sample, pause.quiet_sample
        )
        return self._next(current)[1]

    def latest(self) -> DetectedQuestion | None:
        """Return the latest words, for an answer on request; None before any."""
        latest, question = self._state.latest, self._state.question
        if latest is None:
            return None
        if (
            question is not None
            and question.source == latest.source
            and latest.utterance - question.utterance < RECENT_UTTERANCES
        ):
            return replace(question, kind="asked for", confidence=1.0)
        found = latest.question
        text, ranges = (found.text, found.spans) if found else (latest.text, ((0, len(latest.text)),))
        return DetectedQuestion(
            latest.source, latest.utterance, text, 1.0, "asked for", spans=latest.spans(ranges)
        )

    def _next(self, current: SpokenText) -> tuple[_State, DetectedQuestion | None]:
        """Return the state after this utterance, and the question it asks."""
        state = self._state
        before = state.last.get(current.source)
        if before is not None and current.utterance <= before.words.utterance:
            return state, None  # repeated by a restarted stt
        joined = _joined(before, current)
        question, counts = joined.question, self._counts(current.source)
        asks = counts and question is not None and question.confidence >= self._settings.min_confidence
        remembered = joined.shortened()
        detected, topic = None, state.topic
        if asks and question is not None and not is_cut_off(joined):
            detected, topic = _detected(joined, question, state.topic)
        earlier = state.question
        if before is not None and before.asked and answers_own_question(before.words, current):
            earlier = None
        latest = state.latest
        if counts or latest is None or not self._counts(latest.source):
            latest = remembered
        last = _with_last_words(state.last, _LastWords(remembered, asks), current)
        return _State(last, latest, detected or earlier, topic), detected

    def _counts(self, source: str) -> bool:
        return self._settings.listen_to == "everyone" or source != self._settings.own_source


def _joined(before: _LastWords | None, current: SpokenText) -> SpokenText:
    """Return an utterance with what belongs to it of the previous one of its source."""
    if before is None:
        return current
    unanswered = before.asked and not before.answered
    joined = join(before.words, current, unanswered=unanswered)
    if joined is current and current.question is not None and unanswered:
        both = join_in_one_breath(before.words, current)
        if both is not None and both.question is not None:
            return both
    return joined


def _with_last_words(
    last: Mapping[str, _LastWords], new: _LastWords, current: SpokenText
) -> dict[str, _LastWords]:
    others = {
        source: replace(each, answered=each.answered or not current.is_backchannel)
        for source, each in last.items()
    }
    return {**others, current.source: new}


def _detected(
    current: SpokenText, question: Question, topic: tuple[SpokenText, str] | None
) -> tuple[DetectedQuestion, tuple[SpokenText, str]]:
    """Return the question, and the one that later follow-ups refer to."""
    detected = DetectedQuestion(
        current.source,
        current.utterance,
        question.text,
        question.confidence,
        question.kind,
        spans=current.spans(question.spans),
    )
    if question.leans and topic is not None and _seconds_between(topic[0], current) <= FOLLOW_UP_WITHIN_S:
        return replace(detected, kind="follow-up", previous=topic[1]), topic
    return detected, (current, question.text)


def _seconds_between(before: SpokenText, current: SpokenText) -> float:
    """Return the seconds between two texts; 0 across sources, whose clocks are not comparable."""
    return current.seconds_after(before) if before.source == current.source else 0.0
