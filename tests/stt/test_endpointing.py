from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stt.endpointing import WAITS, Endpointing, judge

EVERY_ENDPOINTING: list[Endpointing] = ["snappy", "balanced", "patient"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("What was the hardest part of it?", "question"),
        ("I would start with a token bucket.", "sentence"),
        ("He said, “I would not go.”", "sentence"),
        ("That is what we shall do!", "sentence"),
        ("And where do you come from?", "question"),
        ("Well.", "few words"),
        ("Are you sure?", "few words"),
        ("We split it into three", "no sentence"),
        ("We split it into three, and", "unfinished"),
        ("I think if it signifies anything, it is...", "unfinished"),
        ("We looked at the access patterns,", "unfinished"),
        ("And then I said to the", "unfinished"),
        ("And then I said to the.", "no sentence"),
        ("So um.", "few words"),
        ("So um", "unfinished"),
        ("", "unfinished"),
    ],
)
def test_the_words_say_how_long_to_wait(text: str, reason: str) -> None:
    assert judge(text, "balanced").reason == reason


@pytest.mark.parametrize("endpointing", EVERY_ENDPOINTING)
def test_what_is_less_finished_is_waited_for_longer(endpointing: Endpointing) -> None:
    waits = WAITS[endpointing]
    assert waits.question_ms < waits.sentence_ms < waits.unsure_ms < waits.unfinished_ms


def test_words_that_were_heard_badly_are_not_trusted() -> None:
    text = "The story is regarding Joseph."
    assert judge(text, "balanced", mean_log_probability=-0.1).reason == "sentence"
    assert judge(text, "balanced", mean_log_probability=-0.5).reason == "unclear words"


def test_who_has_paused_before_is_given_more_time() -> None:
    text = "We moved the reads behind a view."
    assert judge(text, "balanced", longest_pause_ms=250).reason == "sentence"
    assert judge(text, "balanced", longest_pause_ms=500).reason == "slow speaker"
    assert judge("And then we,", "balanced", longest_pause_ms=500).reason == "unfinished"
    assert judge("What came after that?", "balanced", longest_pause_ms=500).reason == "question"


@given(st.text())
def test_more_patience_never_waits_less(text: str) -> None:
    snappy, balanced, patient = (judge(text, endpointing).wait_ms for endpointing in EVERY_ENDPOINTING)
    assert snappy < balanced < patient
