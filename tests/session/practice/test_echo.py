from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from session.practice.echo import without_question

QUESTION = "Tell me about yourself. What was the hardest part of the payments queue?"


@pytest.mark.parametrize(
    ("transcript", "answer"),
    [
        ("What was the hardest part of the payments queue? Honestly, the data.", "Honestly, the data."),
        ("Tell me about yourself. What was the hardest part of the payments queue?", ""),
        ("What was the hardest part of the payments cue honestly the data", "cue honestly the data"),
        ("Payments queue. We had no idea.", "We had no idea."),
        ("Honestly, the data. The queue grew.", "Honestly, the data. The queue grew."),
        ("Queues were new to me.", "Queues were new to me."),
        ("", ""),
    ],
)
def test_only_the_programs_own_words_are_removed(transcript: str, answer: str) -> None:
    assert without_question(transcript, QUESTION) == answer


@given(st.text(max_size=60), st.text(max_size=60))
def test_result_is_a_suffix_of_the_transcript(transcript: str, question: str) -> None:
    assert transcript.endswith(without_question(transcript, question))
