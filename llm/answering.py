"""What is answered, and when: a fold over the session's log.

Pure but for the stopwatch around the search. Events in, steps out: events to say, and orders for whoever
asks the provider. A stage that starts again folds the log first, without stepping, and then goes on where
it was: what was considered is not considered again, what has an end is not asked again, and the newest
question without one is.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from bus.messages import (
    AnswerFinished,
    AnswerGrew,
    AnswerRequested,
    AnswerStopped,
    Event,
    Logged,
    PassagesFound,
    QuestionAsked,
    SessionEnding,
    StageReady,
    TranscriptFinished,
)
from llm.answerer import NEWER_QUESTION, Order
from llm.listening import Asked, Listener
from llm.request import AnswerRequest
from llm.search import Notes
from llm.settings import LlmSettings

SWITCHED_OFF = "answers are switched off"
RESTARTED = "the answering process was started again"


@dataclass
class _Open:
    """A question without an end."""

    number: int
    asked: Asked
    kept: list[str] = field(default_factory=list)


class Answering:
    """What was asked, what is being answered, and what comes next.

    Args:
        settings: When to answer, and whom to listen to.
        notes: The user's notes.
    """

    def __init__(self, settings: LlmSettings, notes: Notes) -> None:
        self._settings = settings
        self._notes = notes
        self._listener = Listener(settings)
        self._numbered = 0
        self._considered: set[tuple[str, int]] = set()
        """Utterances whose question was asked, by source and number."""
        self._open: dict[int, _Open] = {}
        self._due: Asked | None = None
        """While folding: the newest question that nobody has asked yet."""
        self._live = False
        self._ending = False

    def hear(self, event: Event) -> Iterator[Event | Order]:
        """Take in one event of the log and yield the steps it calls for, none before `go_live`."""
        match event:
            case TranscriptFinished():
                yield from self._consider(self._listener.hear(event))
            case AnswerRequested():
                yield from self._answer_now(self._listener.last_said())
            case SessionEnding():
                self._ending = True
            case QuestionAsked() if not self._live:
                self._recall(event)
            case AnswerGrew(question=number, added=added) if number in self._open and not self._live:
                self._open[number].kept.append(added)
            case AnswerFinished(question=number) | AnswerStopped(question=number):
                self._open.pop(number, None)
            case _:
                pass

    def go_live(self) -> Iterator[Event | Order]:
        """End the folding: yield the steps that the past still calls for."""
        self._live = True
        left, self._open = list(self._open.values()), {}
        for question in left:
            newest = question is left[-1] and self._due is None
            if newest and not question.kept:
                self._open[question.number] = question
                yield from self._answer(question.number, question.asked)
            else:
                yield _stopped(question, RESTARTED if newest else NEWER_QUESTION)
        again = left[-1].asked if left and left[-1].kept else None
        yield from self._ask(self._due or again)

    def _recall(self, event: QuestionAsked) -> None:
        """Take in a question of an earlier life."""
        asked = Asked(event.source, event.utterance, event.text, event.confidence, event.kind)
        due = self._due
        if due is not None and due.place == asked.place:
            asked, self._due = replace(asked, previous=due.previous), None
        self._numbered = max(self._numbered, event.question)
        self._considered.add(asked.place)
        self._open[event.question] = _Open(event.question, asked)

    def _consider(self, asked: Asked | None) -> Iterator[Event | Order]:
        if asked is None or self._settings.answer == "ask":
            return
        if asked.place not in self._considered:
            yield from self._ask(asked)

    def _answer_now(self, asked: Asked | None) -> Iterator[Event | Order]:
        """Answer what was said last, unless that is being answered already."""
        if asked is not None and all(question.asked.place != asked.place for question in self._open.values()):
            yield from self._ask(asked)

    def _ask(self, asked: Asked | None) -> Iterator[Event | Order]:
        if asked is None or self._ending:
            return
        if not self._live:
            self._due = asked
            return
        self._numbered += 1
        self._considered.add(asked.place)
        self._open[self._numbered] = _Open(self._numbered, asked)
        yield QuestionAsked(
            question=self._numbered,
            source=asked.source,
            utterance=asked.utterance,
            text=asked.text,
            confidence=asked.confidence,
            kind=asked.kind,
        )
        yield from self._answer(self._numbered, asked)

    def _answer(self, number: int, asked: Asked) -> Iterator[Event | Order]:
        """Show the notes, then order the answer."""
        started_ns = time.perf_counter_ns()
        passages = self._notes.best_passages(
            f"{asked.previous} {asked.text}".strip(), self._settings.passages_at_most
        )
        search_ms = (time.perf_counter_ns() - started_ns) / 1e6
        yield PassagesFound(question=number, passages=passages, search_ms=round(search_ms, 3))
        if self._settings.answer == "off":
            yield AnswerStopped(question=number, cause=SWITCHED_OFF, kept="")
            return
        yield Order(
            number,
            AnswerRequest(question=asked.text, previous_question=asked.previous, passages=tuple(passages)),
        )


def caught_up(logged: Logged, stage: str, started_ns: int) -> bool:
    """Tell whether this event is the stage's own announcement, made in this life: the past ends there."""
    return (
        isinstance(logged.event, StageReady)
        and logged.event.stage == stage
        and logged.logged_ns >= started_ns
    )


def _stopped(question: _Open, cause: str) -> AnswerStopped:
    return AnswerStopped(question=question.number, cause=cause, kept="".join(question.kept))
