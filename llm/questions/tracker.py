"""Follows what is said and tells which of it is to be answered.

Pure: finals in, questions out; it remembers just enough to join a question that was spread over two
utterances, to know what a follow-up leans on, and to say what was said last. It does not know whether
anything is answered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bus.messages import EndpointPredicted, FinalTranscribed, QuestionSpan
from llm.questions.finding import Question, find_question
from llm.questions.joining import cut_off, in_one_breath, joined, only_listens, takes_back
from llm.questions.spoken_text import SpokenText
from llm.settings import LlmSettings

LEAN_WITHIN_S = 180.0
"""A follow-up leans on a question that is not older than this."""

RECENT_UTTERANCES = 3
"""A question is still "what was just said" when it is among this many last utterances of its speaker."""


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
    """The question a follow-up leans on."""
    spans: tuple[QuestionSpan, ...] = ()
    """Where it was said."""

    @property
    def place(self) -> tuple[str, int]:
        """Where it was said: the source and its utterance."""
        return self.source, self.utterance


@dataclass(frozen=True)
class _Last:
    """What a source said last."""

    said: SpokenText
    """With what was joined to it."""
    asked: bool
    answered_by_others: bool = False
    """Whether another source has said more than "mm-hmm" since."""


@dataclass(frozen=True)
class _Memory:
    last: Mapping[str, _Last] = field(default_factory=dict)
    latest: SpokenText | None = None
    """What was said last by those who count, or by anybody as long as none of them has spoken."""
    question: DetectedQuestion | None = None
    topic: tuple[SpokenText, str] | None = None
    """The last question that stood on its own, and where."""


class QuestionTracker:
    """Follows the finals of a session.

    Args:
        settings: Whose questions count, and how sure to be.
    """

    def __init__(self, settings: LlmSettings) -> None:
        self._settings = settings
        self._memory = _Memory()

    def detect(self, final: FinalTranscribed) -> DetectedQuestion | None:
        """Take in an utterance; return the question it asks or completes, if any.

        What was asked in the same breath, or is completed or refined by this utterance, is part of it: the
        question returned takes the place of the one before.
        """
        said = SpokenText.of(
            final.source, final.utterance, final.text, final.start_sample, final.quiet_sample
        )
        self._memory, asked = self._considered(said)
        return asked

    def predict(self, pause: EndpointPredicted) -> DetectedQuestion | None:
        """Return what `detect` would, if the utterance ended at this pause; nothing is remembered.

        When the final has the same words, `detect` returns an equal question.
        """
        said = SpokenText.of(
            pause.source, pause.utterance, pause.text, pause.start_sample, pause.quiet_sample
        )
        return self._considered(said)[1]

    def latest(self) -> DetectedQuestion | None:
        """Return what was said last, to be answered because the user asks for it; None before any word."""
        latest, question = self._memory.latest, self._memory.question
        if latest is None:
            return None
        if (
            question is not None
            and question.source == latest.source
            and latest.utterance - question.utterance < RECENT_UTTERANCES
        ):
            return replace(question, kind="asked for", confidence=1.0)
        found = find_question(latest.text)
        text, spans = (found.text, found.spans) if found else (latest.text, ((0, len(latest.text)),))
        places = latest.places(spans)
        return DetectedQuestion(latest.source, latest.utterance, text, 1.0, "asked for", spans=places)

    def _considered(self, said: SpokenText) -> tuple[_Memory, DetectedQuestion | None]:
        """Return what is remembered after this utterance, and the question it asks."""
        memory = self._memory
        before = memory.last.get(said.source)
        if before is not None and said.utterance <= before.said.utterance:
            return memory, None  # said again by a transcriber that was started again
        whole, question = _read(before, said)
        counts = self._counts(said.source)
        sure = question is not None and question.confidence >= self._settings.min_confidence
        whole, asks = whole.shortened() if not (counts and sure) else whole, counts and sure
        asked, topic = None, memory.topic
        if asks and question is not None and not cut_off(whole):
            asked, topic = _placed(whole, question, memory.topic)
        kept = memory.question
        if before is not None and before.asked and takes_back(before.said, said):
            kept = None
        latest = memory.latest
        if counts or latest is None or not self._counts(latest.source):
            latest = whole.shortened()
        last = _heard(memory.last, _Last(whole.shortened(), asks), said)
        return _Memory(last, latest, asked or kept, topic), asked

    def _counts(self, source: str) -> bool:
        return self._settings.listen_to == "everyone" or source != self._settings.own_source


def _read(before: _Last | None, said: SpokenText) -> tuple[SpokenText, Question | None]:
    """Return an utterance with what belongs to it of the one before, and what they ask."""
    if before is None:
        return said, find_question(said.text)
    waits = before.asked and not before.answered_by_others
    whole, question = joined(before.said, said, waits=waits)
    if whole is said and question is not None and waits:
        both = in_one_breath(before.said, said)
        if both is not None and both[1] is not None:
            return both
    return whole, question


def _heard(last: Mapping[str, _Last], new: _Last, said: SpokenText) -> dict[str, _Last]:
    """Return what each source said last, now that one has said something new."""
    speaks = not only_listens(said.text)
    others = {
        source: replace(each, answered_by_others=each.answered_by_others or speaks)
        for source, each in last.items()
    }
    return {**others, said.source: new}


def _placed(
    said: SpokenText, question: Question, topic: tuple[SpokenText, str] | None
) -> tuple[DetectedQuestion, tuple[SpokenText, str]]:
    """Set a question among those before it; return it and what later ones may lean on."""
    places = said.places(question.spans)
    if question.leans and topic is not None and _seconds_between(topic[0], said) <= LEAN_WITHIN_S:
        follow_up = DetectedQuestion(
            said.source, said.utterance, question.text, question.confidence, "follow-up", topic[1], places
        )
        return follow_up, topic
    asked = DetectedQuestion(
        said.source, said.utterance, question.text, question.confidence, question.kind, spans=places
    )
    return asked, (said, question.text)


def _seconds_between(before: SpokenText, said: SpokenText) -> float:
    """Return the seconds between two utterances; 0 across sources, whose clocks are not comparable."""
    return said.seconds_after(before) if before.source == said.source else 0.0
