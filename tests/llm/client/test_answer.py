"""Answers are published in pieces, not too often, and end exactly once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from bus.messages import AnswerFinished, AnswerStopped, AnswerStreamed, Event
from llm.client.answer import Answer


def play(act: Callable[[Answer], None], *, flushes: int = 0) -> list[Event]:
    """Act on an answer and return the published events, after so many more pieces."""
    said: list[Event] = []

    async def run() -> None:
        enough = asyncio.Event()

        def publish(event: Event) -> None:
            said.append(event)
            if len(said) > flushes:
                enough.set()

        act(Answer(1, publish))
        if flushes:
            await asyncio.wait_for(enough.wait(), 5)

    asyncio.run(run())
    return said


def finish(answer: Answer) -> None:
    answer.finish(model="m", stop_reason="stop", prompt_tokens=1, answer_tokens=2)


def test_first_piece_at_once_later_ones_merged() -> None:
    def act(answer: Answer) -> None:
        for number, piece in enumerate("abcd"):
            answer.append(piece, number)

    assert play(act, flushes=1) == [
        AnswerStreamed(question=1, delta="a", received_ns=0),
        AnswerStreamed(question=1, delta="bcd", received_ns=1),
    ]


def test_end_publishes_pending_and_whole_text() -> None:
    def act(answer: Answer) -> None:
        answer.append("a", 0)
        answer.append("b", 1)
        finish(answer)

    *pieces, end = play(act)
    assert [piece.delta for piece in pieces if isinstance(piece, AnswerStreamed)] == ["a", "b"]
    assert isinstance(end, AnswerFinished)
    assert end.text == "ab"


def test_nothing_is_published_after_the_end() -> None:
    def act(answer: Answer) -> None:
        answer.append("a", 0)
        answer.stop("a newer question")
        answer.append("b", 1)
        answer.stop("again")
        finish(answer)

    assert play(act) == [
        AnswerStreamed(question=1, delta="a", received_ns=0),
        AnswerStopped(question=1, cause="a newer question", kept="a"),
    ]
