"""Tests of the hallucination filter."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stt.engines.engine import Pass
from stt.engines.hallucination import is_hallucination, is_suspect, loop_start, most_tokens, without_loop
from stt.settings import SttSettings

SENTENCE = "He began a confused complaint against the wizard who had vanished behind the curtain on the left."
DECODED = Pass(
    text="What was the hardest part?",
    tokens=7,
    mean_log_probability=-0.1,
    no_speech_probability=0.02,
    speech_s=2.0,
    window_s=12.0,
    began_ns=0,
    compute_ms=300.0,
)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("every purchase is a vote. every purchase is a vote.", "every purchase is a vote."),
        ("one, six, six, six, six, six, six, six", "one, six,"),
        ("I think, I think, I think, I think so", "I think,"),
        ("and then we and then we and then we", "and then we"),
        (f"{SENTENCE} {SENTENCE}", SENTENCE),
        ("no no", "no no"),
        ("eight, six, six, six, six", "eight, six, six, six, six"),
        ("very, very good", "very, very good"),
        ("it is what it is", "it is what it is"),
        ("", ""),
    ],
)
def test_loop_is_cut_at_its_start(text: str, kept: str) -> None:
    assert without_loop(text) == kept


@pytest.mark.parametrize(
    ("by_sound", "log_probability", "invented"),
    [
        (True, -0.6, False),
        (True, -0.8, True),
        (False, -0.8, False),
    ],
)
def test_words_of_sound_without_speech_must_be_likely(
    by_sound: bool, log_probability: float, invented: bool
) -> None:
    decoded = dataclasses.replace(DECODED, by_sound=by_sound, mean_log_probability=log_probability)
    assert is_hallucination(decoded, SttSettings()) is invented


@given(st.lists(st.sampled_from("abcdefgh"), max_size=30))
def test_text_without_loop_is_a_prefix_without_loops(words: list[str]) -> None:
    text = " ".join(words)
    left = without_loop(text)
    assert text.startswith(left)
    assert loop_start(left.split()) is None


@pytest.mark.parametrize(
    ("changes", "suspect"),
    [
        ({}, False),
        ({"tokens": most_tokens(2.0)}, True),
        ({"text": "go home now please. go home now please."}, True),
        ({"text": "ha" * 120}, True),
    ],
)
def test_too_many_tokens_or_repetition_is_suspect(changes: dict[str, object], suspect: bool) -> None:
    assert is_suspect(dataclasses.replace(DECODED, **changes)) is suspect  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "log_probability", "no_speech", "nothing"),
    [
        ("Thank you.", -0.1, 0.02, False),
        ("Thank you.", -0.86, 0.58, True),
        ("Thank you.", -0.9, 0.03, False),
        ("Thank you.", -0.5, 0.95, True),
        ("Thank you.", -0.04, 0.61, False),
        ("Thank you.", -1.46, 0.02, False),
        ("Thank you.", -2.3, 0.0, True),
        ("Thank you.", -1.36, 0.6, True),
        (" ... ", -0.1, 0.0, True),
        ("", -0.1, 0.0, True),
    ],
)
def test_words_must_be_likelier_where_silence_is_likely(
    text: str, log_probability: float, no_speech: float, nothing: bool
) -> None:
    decoded = dataclasses.replace(
        DECODED, text=text, mean_log_probability=log_probability, no_speech_probability=no_speech
    )
    assert is_hallucination(decoded, SttSettings()) is nothing


def test_few_words_in_long_audio_must_be_likely() -> None:
    thanks = dataclasses.replace(DECODED, text="Thank you.", tokens=3, mean_log_probability=-0.7)
    babble = dataclasses.replace(thanks, speech_s=12.0)
    assert not is_hallucination(thanks, SttSettings())
    assert is_hallucination(babble, SttSettings())
    assert not is_hallucination(dataclasses.replace(babble, mean_log_probability=-0.2), SttSettings())


@pytest.mark.parametrize(
    ("language", "tokens", "log_probability", "no_speech", "nothing"),
    [
        ("de", 32, -0.85, 0.52, False),  # a German question, 7.6 s
        ("hi", 40, -0.73, 0.69, False),
        ("en", 32, -0.85, 0.52, True),
        ("de", 12, -0.85, 0.52, True),  # too few words for so long a sound
        ("ja", 27, -1.09, 0.57, True),  # sea waves
        ("de", 32, -1.8, 0.52, True),
    ],
)
def test_dense_words_of_other_languages_are_accepted(
    language: str, tokens: int, log_probability: float, no_speech: float, nothing: bool
) -> None:
    decoded = dataclasses.replace(
        DECODED, language=language, tokens=tokens, speech_s=7.6,
        mean_log_probability=log_probability, no_speech_probability=no_speech,
    )  # fmt: skip
    assert is_hallucination(decoded, SttSettings()) is nothing


def test_other_scripts_may_need_more_tokens() -> None:
    assert most_tokens(4.0, "en") < most_tokens(4.0, "de") < most_tokens(4.0, "hi")


@pytest.mark.parametrize(
    "text",
    [
        "नमस्ते, अपने पिछले प्रोजेक्ट के बारे में बताइए और यह भी कि आपने उसमें क्या सीखा और किसके साथ काम किया।",
        "Здравствуйте, расскажите, пожалуйста, о вашем последнем проекте и о том, чему вы научились.",
    ],
)
def test_multi_byte_script_is_not_repetition(text: str) -> None:
    assert not is_suspect(dataclasses.replace(DECODED, text=text, language="hi"))
