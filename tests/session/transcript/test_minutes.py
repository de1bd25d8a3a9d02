"""Minutes: turns of one speaker are paragraphs, and questions stand where they were asked."""

from __future__ import annotations

import pytest

from overlay.texts.translation import clock
from session.transcript.formats.minutes import Paragraph, minutes
from session.transcript.saved_session import Question, SavedSession
from tests.session.transcript.sessions import question, saved, turn


def arranged(session: SavedSession) -> list[str | int]:
    return [part.text if isinstance(part, Paragraph) else part.number for part in minutes(session)]


def test_turns_of_one_speaker_are_one_paragraph_until_a_long_pause() -> None:
    session = saved(turn("A", 0, 1), turn("b.", 1.5, 2), turn("Yes?", 2, 3, "call"), turn("C.", 4, 5))
    assert arranged(session) == ["A b.", "Yes?", "C."]
    assert arranged(saved(turn("A.", 0, 1), turn("B.", 9, 10))) == ["A.", "B."]


def test_a_monologue_is_cut_at_sentences() -> None:
    sentence = "This is one sentence of many that the lecturer says in the whole hour."
    parts = [*minutes(saved(*(turn(sentence, at, at + 0.9) for at in range(60))))]
    assert 4 <= len(parts) <= 8
    assert all(isinstance(part, Paragraph) and len(part.text) < 900 for part in parts)


def test_a_question_follows_the_turn_that_asks_it() -> None:
    session = saved(
        turn("Hm. Why?", 0, 2, "call"),
        turn("and", 2.2, 3, "call"),
        turn("Because.", 4, 6),
        questions=[question(2, 99), question(1, 2)],
    )
    assert arranged(session) == ["Hm. Why?", 1, "and", "Because.", 2]


def test_a_question_precedes_what_the_other_party_said_after_it() -> None:
    session = saved(turn("I", 0, 1), turn("see.", 5, 6), questions=[question(1, 3), question(2, 3)])
    assert arranged(session) == ["I", 1, 2, "see."]
    interrupted = saved(turn("Why did you", 0, 8, "call"), turn("Mm.", 5, 6), questions=[question(1, 8)])
    assert arranged(interrupted) == ["Why did you", 1, "Mm."]


def test_questions_without_a_transcript_are_kept() -> None:
    assert [type(part) for part in minutes(saved(questions=[question(1, 0)]))] == [Question]


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00"), (67.9, "1:07"), (3600, "1:00:00"), (7385, "2:03:05")]
)
def test_clock(seconds: float, text: str) -> None:
    assert clock(seconds) == text
