"""Tests of the wait that the words before a pause need."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stt.utterances.endpointing import WAITS, Endpointing, decide

EVERY_ENDPOINTING: list[Endpointing] = ["snappy", "balanced", "patient"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("What was the hardest part of it?", "question"),
        ("I would start with a token bucket.", "sentence"),
        ("He published, “I would not go.”", "sentence"),
        ("That is what we shall do!", "sentence"),
        ("And where do you come from?", "question"),
        ("Well.", "few words"),
        ("Are you sure?", "few words"),
        ("We split it into three", "no sentence"),
        ("We split it into three, and", "unfinished"),
        ("I think if it signifies anything, it is...", "unfinished"),
        ("We looked at the access patterns,", "unfinished"),
        ("And then I published to the", "unfinished"),
        ("And then I published to the.", "no sentence"),
        ("So um.", "few words"),
        ("So um", "unfinished"),
        ("", "unfinished"),
    ],
)
def test_wait_depends_on_the_last_words(text: str, reason: str) -> None:
    assert decide(text, "balanced").reason == reason


@pytest.mark.parametrize("endpointing", EVERY_ENDPOINTING)
def test_less_finished_words_wait_longer(endpointing: Endpointing) -> None:
    waits = WAITS[endpointing]
    assert waits.question_ms < waits.sentence_ms < waits.unclear_ms < waits.unfinished_ms


@pytest.mark.parametrize(
    ("language", "text", "reason"),
    [
        ("de", "Wir haben das geteilt und", "unfinished"),
        ("de", "Was war daran am schwersten?", "question"),
        ("es", "Lo cambiamos porque", "unfinished"),
        ("en", "Lo cambiamos porque", "no sentence"),
        ("ja", "以上で説明を終わります。", "sentence"),
        ("ja", "はい。", "few words"),
        ("zh", "你觉得最难的是什么？", "question"),
        ("zh", "我们先看数据，", "unfinished"),
        ("ar", "ما أصعب جزء في ذلك المشروع؟", "question"),
    ],
)
def test_wait_depends_on_the_language(language: str, text: str, reason: str) -> None:
    assert decide(text, "balanced", language=language).reason == reason


def test_improbable_words_are_unclear() -> None:
    text = "The story is regarding Joseph."
    assert decide(text, "balanced", mean_log_probability=-0.1).reason == "sentence"
    assert decide(text, "balanced", mean_log_probability=-0.5).reason == "unclear words"


def test_full_stop_of_few_hypotheses_is_unclear() -> None:
    assert decide("That was all.", "balanced", sentence_share=0.95).reason == "few words"
    assert decide("That was all I did.", "balanced", sentence_share=0.95).reason == "sentence"
    assert decide("That was all I did.", "balanced", sentence_share=0.6).reason == "unclear words"


def test_slow_speaker_gets_more_time() -> None:
    text = "We moved the reads behind a view."
    assert decide(text, "balanced", longest_pause_ms=400).reason == "sentence"
    assert decide(text, "balanced", longest_pause_ms=500).reason == "slow speaker"
    assert decide("And then we,", "balanced", longest_pause_ms=500).reason == "unfinished"
    assert decide("What came after that?", "balanced", longest_pause_ms=500).reason == "question"


@given(st.text())
def test_wait_grows_from_snappy_to_patient(text: str) -> None:
    snappy, balanced, patient = (decide(text, endpointing).wait_ms for endpointing in EVERY_ENDPOINTING)
    assert snappy < balanced < patient


@pytest.mark.parametrize("endpointing", EVERY_ENDPOINTING)
@pytest.mark.parametrize(
    ("text", "probability", "reason"),
    [
        ("We introduced an outbox table.", 0.05, "voice goes on"),
        ("What was the hardest part of it?", 0.05, "question"),
        ("We split it into three", 0.95, "voice ended"),
        ("Yes.", 0.95, "voice ended"),
        ("We split it into three, and", 0.95, "unfinished"),
        ("We split it into three", 0.5, "no sentence"),
    ],
)
def test_voice_changes_the_wait_unless_the_words_are_clear(
    endpointing: Endpointing, text: str, probability: float, reason: str
) -> None:
    decision = decide(text, endpointing, turn_end_probability=probability)
    by_words = decide(text, endpointing)
    assert decision.reason == reason
    if reason == "voice goes on":
        assert decision.wait_ms > by_words.wait_ms
    elif reason == "voice ended":
        assert decision.wait_ms < by_words.wait_ms
    else:
        assert decision == by_words


@given(st.text(max_size=60), st.floats(0, 1), st.sampled_from(EVERY_ENDPOINTING))
def test_voice_only_shortens_where_it_sounds_finished(
    text: str, probability: float, endpointing: Endpointing
) -> None:
    with_voice = decide(text, endpointing, turn_end_probability=probability).wait_ms
    by_words = decide(text, endpointing).wait_ms
    assert with_voice >= by_words or probability >= 0.8
    assert with_voice <= by_words or probability < 0.2
