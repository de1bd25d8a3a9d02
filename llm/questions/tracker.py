"""Tracks the questions of a session across utterances.

Pure: final transcripts in, questions out. Joins a question that was spread over two utterances, follows turns
that stt joined or revised, knows which question a follow-up refers to. Does not know what is answered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bus.messages import EndpointPredicted, FinalTranscribed, QuestionSpan, TranscriptRevised
from llm.questions.continuation import answers_own_question, is_cut_off, join, join_in_one_breath
from llm.questions.detector import Question
from llm.questions.spoken_text import SpokenText
from llm.settings import LlmSettings

FOLLOW_UP_WITHIN_S = 180.0
"""A follow-up refers to a question that is not older."""

RECENT_UTTERANCES = 3
"""A question counts as the latest words while it is among this many last utterances of its speaker."""


REMEMBERED_TURNS = 16
"""More than stt joins to one turn, and what other sources say meanwhile."""


@dataclass(frozen=True)
class DetectedQuestion:
    """Something to answer."""

    source: str
    utterance: int
    """The last utterance it is in."""
    text: str
    confidence: float
    kind: str
    """See `QuestionDetected`."""
    previous: str = ""
    """The question that a follow-up refers to."""
    spans: tuple[QuestionSpan, ...] = ()
    """Where it stands in its utterances."""
    replaces: tuple[int, ...] = ()
    """Earlier utterances that the words contain; see `FinalTranscribed`."""
    length_steps: int = 0
    """See `QuestionDetected`."""

    @property
    def place(self) -> tuple[str, int]:
        """The source and the utterance."""
        return self.source, self.utterance

    @property
    def earlier_places(self) -> set[tuple[str, int]]:
        """The source, and the utterances before the last one that the question was put together from."""
        numbers = {*self.replaces, *(span.utterance for span in self.spans)} - {self.utterance}
        return {(self.source, number) for number in numbers}


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


@dataclass(frozen=True)
class _Step:
    """A turn that was applied."""

    words: SpokenText
    before: _State
    question: DetectedQuestion | None


class QuestionTracker:
    """The questions of a session.

    Args:
        settings: Whose questions count, and the minimum confidence.
    """

    def __init__(self, settings: LlmSettings) -> None:
        self._settings = settings
        self._state = _State()
        self._steps: list[_Step] = []
        """The newest turns, to undo those that are replaced or revised."""

    def detect(self, final: FinalTranscribed) -> DetectedQuestion | None:
        """Apply a turn; return the question that it asks or completes, if any.

        A question that this turn completes, refines or follows in one breath is part of the returned one,
        which replaces it. The utterances that the turn replaces are forgotten.
        """
        current = SpokenText.of(final)
        if self._is_repeated(current):
            return None
        self._rewind(current)
        return self._add(current)

    def revise(self, revision: TranscriptRevised) -> DetectedQuestion | None:
        """Replace the words of a turn; return its question if only the new words ask one.

        Words that are not the newest of their source ask nothing any more.
        """
        place, steps = (revision.source, revision.utterance), self._steps
        at = next((at for at, step in enumerate(steps) if step.words.place == place), None)
        if at is None:
            return None  # replaced since, or too long ago
        self._state, self._steps = steps[at].before, steps[:at]
        question = self._add(steps[at].words.revised(revision.text))
        for step in steps[at + 1 :]:
            self._add(step.words)
        newest = all(step.words.source != revision.source for step in steps[at + 1 :])
        return question if newest and steps[at].question is None else None

    def predict(self, pause: EndpointPredicted) -> DetectedQuestion | None:
        """Return what `detect` would if the utterance ended at this pause, without applying it.

        When the final transcript has the same words, `detect` returns an equal question.
        """
        current = SpokenText.of(pause)
        if self._is_repeated(current):
            return None
        state, steps = self._state, self._steps
        self._rewind(current)
        question = self._next(current)[1]
        self._state, self._steps = state, steps
        return question

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
            latest.source,
            latest.utterance,
            text,
            1.0,
            "asked for",
            spans=latest.spans(ranges),
            replaces=latest.replaces,
        )

    def _is_repeated(self, current: SpokenText) -> bool:
        """Return whether a restarted stt repeats words."""
        last = self._state.last.get(current.source)
        return last is not None and current.utterance <= last.words.utterance

    def _rewind(self, current: SpokenText) -> None:
        """Forget the turns whose words are in this one; those of other sources in between stay."""
        replaced = {(current.source, number) for number in current.replaces}
        steps = self._steps
        at = next((at for at, step in enumerate(steps) if step.words.place in replaced), len(steps))
        if at < len(steps):
            self._state, self._steps = steps[at].before, steps[:at]
        for step in steps[at:]:
            if step.words.place not in replaced:
                self._add(step.words)

    def _add(self, current: SpokenText) -> DetectedQuestion | None:
        before = self._state
        self._state, question = self._next(current)
        self._steps = [*self._steps, _Step(current, before, question)][-REMEMBERED_TURNS:]
        return question

    def _next(self, current: SpokenText) -> tuple[_State, DetectedQuestion | None]:
        """Return the state after this utterance, and the question it asks."""
        state = self._state
        before = state.last.get(current.source)
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
    if before is None or (before.words.beside_gap and current.beside_gap):
        return current  # the words between them are missing
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
        replaces=current.replaces,
    )
    if question.leans and topic is not None and _seconds_between(topic[0], current) <= FOLLOW_UP_WITHIN_S:
        return replace(detected, kind="follow-up", previous=topic[1]), topic
    return detected, (current, question.text)


def _seconds_between(before: SpokenText, current: SpokenText) -> float:
    """Return the seconds between two texts; 0 across sources, whose clocks are not comparable."""
    return current.seconds_after(before) if before.source == current.source else 0.0
