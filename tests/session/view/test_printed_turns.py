"""Turns printed once, and what is new in a turn that continues a printed one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bus import messages as m
from bus.messages import FinalTranscribed
from overlay.state.transcript import Outcome, Transcript
from session.view.printed_turns import PrintedTurns, text_after
from tests.support.events import discarded, final, resumed
from tests.support.turn_orders import possible, said


def printed(*finals: FinalTranscribed) -> list[str]:
    turns = PrintedTurns()
    return [
        new.text for each in finals for new in turns.take_new([each]) if isinstance(new, FinalTranscribed)
    ]


@pytest.mark.parametrize(
    ("before", "text", "rest"),
    [
        ("Tell me about a time.", "Tell me about a time when you left.", "when you left."),
        ("Tell me about a rhyme.", "Tell me about a time when you left.", "when you left."),
        ("I think", "I think, I think so.", "I think so."),
        ("So what", "What now?", "now?"),
        ("Yes.", "Yes.", ""),
        ("No.", "Well then.", "then."),
        ("", "All of it.", "All of it."),
        ("你为什么选择。", "你为什么选择 Postgres 数据库？", "Postgres 数据库？"),
        ("なぜ。", "なぜこのデータベースを選んだのですか？", "このデータベースを選んだのですか？"),
        ("ما هي أكبر.", "ما هي أكبر نقطة ضعف لديك؟", "نقطة ضعف لديك؟"),
        ("I don't - well", "I don’t, well, know it.", "know it."),
    ],
)
def test_text_after(before: str, text: str, rest: str) -> None:
    assert text_after(before, text) == rest


def test_each_turn_is_printed_once() -> None:
    assert printed(final(1, "one"), final(1, "one"), final(1, "one", "call")) == ["one", "one"]


def test_a_chain_is_printed_piece_by_piece() -> None:
    chain = [
        final(1, "One."),
        final(2, "One two.", replaces=[1]),
        final(3, "One two three.", replaces=[1, 2]),
    ]
    assert printed(*chain) == ["One.", "… two.", "… three."]
    assert printed(chain[0], chain[1], final(3, "Oh, to be.", replaces=[1, 2])) == ["One.", "… two.", "… be."]
    assert printed(chain[0], chain[2]) == ["One.", "… two three."]


def test_nothing_new_is_not_printed() -> None:
    assert printed(final(1, "Well, yes."), final(2, "Well, yes", replaces=[1])) == ["Well, yes."]


def test_what_was_not_understood_is_printed_once() -> None:
    turns, outcome = PrintedTurns(), discarded(1, speech_ms=900.0)
    assert [*turns.take_new([outcome]), *turns.take_new([outcome])] == [outcome]
    assert turns.contains("mic", 1)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_every_word_is_printed_once_and_in_order(data: st.DataObject) -> None:
    transcript, turns = Transcript(), PrintedTurns()
    events: tuple[m.Event, ...] = ()
    printed: list[Outcome] = []
    for seq in range(1, data.draw(st.integers(2, 25))):
        events = (*events, data.draw(st.sampled_from([*possible(events, 9)] or [resumed(9)])))
        transcript.apply(m.Logged(seq, 0, events[-1]))
        now_ns = data.draw(st.sampled_from([0, 10**12]))
        outcomes = data.draw(st.sampled_from([transcript.settled(now_ns), transcript.outcomes(ended=True)]))
        printed += turns.take_new(outcomes)
    printed += turns.take_new(transcript.outcomes(ended=True))
    numbers = [number for each in printed for number in said(getattr(each, "text", ""))]
    assert numbers == sorted({each.utterance for each in events if isinstance(each, m.FinalTranscribed)})
