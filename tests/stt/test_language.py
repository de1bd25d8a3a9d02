"""The language of a source: decided early, held, changed on strong evidence only."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stt.language import CHANGE_PASSES, CHANGE_SURE, LEAST_S, Detection, SourceLanguage, likeliest

Passes = list[tuple[str, float, float]]
GERMAN = ("de", 0.9, 3.0)
ENGLISH = ("en", 0.9, 3.0)


def held_after(passes: Passes, setting: str = "auto") -> list[str]:
    """Return the held language after each pass (language, probability, seconds)."""
    source = SourceLanguage(setting)
    held = []
    for each in passes:
        source.apply(Detection(*each))
        held.append(source.held)
    return held


@pytest.mark.parametrize(
    ("passes", "held"),
    [
        ([("de", 0.9, 2.0)], ["de"]),
        ([("de", 0.8, 2.0)], ["de"]),
        ([("de", 0.9, 1.9)], [""]),  # too short to decide alone
        ([("de", 0.79, 2.5)], [""]),  # not sure enough
        ([("en", 0.5, 1.0), ("de", 0.9, 2.0)], ["", "de"]),
        ([("en", 0.5, 2.0), ("de", 0.4, 2.0), ("de", 0.4, 2.0)], ["", "", "de"]),  # by the sum
        ([("nn", 0.7, 2.0), ("de", 0.5, 4.0)], ["", "de"]),  # by the sum, longer counts more
        ([("en", 0.4, 30.0)], ["en"]),  # unsure but long: decided anyway
    ],
)
def test_first_language(passes: Passes, held: list[str]) -> None:
    assert held_after(passes) == held


@pytest.mark.parametrize(
    ("later", "held"),
    [
        ([ENGLISH] * 2, "de"),
        ([ENGLISH] * 3, "en"),
        ([ENGLISH, ENGLISH, GERMAN, ENGLISH], "de"),  # not in a row
        ([ENGLISH, ENGLISH, ("fr", 0.9, 3.0)], "de"),  # not the same
        ([ENGLISH, ENGLISH, ("fr", 0.9, 3.0), ENGLISH, ENGLISH], "de"),
        ([("en", 0.79, 3.0)] * 9, "de"),  # not sure
        ([("en", 0.99, 1.9)] * 9, "de"),  # too short
        ([ENGLISH, ("de", 0.9, 1.0), ENGLISH, ENGLISH], "en"),  # a short pass is no evidence for either
        ([ENGLISH, ("de", 0.3, 3.0), ENGLISH, ENGLISH], "de"),
        ([ENGLISH] * 3 + [GERMAN] * 3, "de"),  # and back
    ],
)
def test_the_language_changes_on_strong_evidence_only(later: Passes, held: str) -> None:
    assert held_after([GERMAN, *later])[-1] == held


def test_latin_is_not_spoken() -> None:
    assert likeliest([("la", 0.86), ("de", 0.1), ("en", 0.02)]) == ("de", 0.1)
    assert likeliest([("de", 0.5), ("la", 0.4)]) == ("de", 0.5)
    assert likeliest([("la", 1.0)]) == ("la", 1.0)


def test_a_chosen_language_never_changes() -> None:
    assert held_after([GERMAN] * 9, setting="en") == ["en"] * 9
    assert not SourceLanguage("en").needs_detection
    assert SourceLanguage("auto").needs_detection


def test_before_the_decision_a_pass_is_transcribed_as_it_was_detected() -> None:
    source = SourceLanguage()
    assert source.apply(Detection("fr", 0.4, 1.0)) == "fr"
    assert source.apply(Detection("de", 0.9, 3.0)) == "de"
    assert source.apply(Detection("fr", 0.9, 3.0)) == "de"


@given(
    st.lists(
        st.tuples(st.sampled_from(["en", "de", "fr"]), st.floats(0, 1), st.floats(0.1, 30.0)), min_size=1
    )
)
def test_a_held_language_is_kept_unless_the_last_passes_all_say_another(passes: Passes) -> None:
    held = held_after(passes)
    for number in range(1, len(held)):
        if held[number - 1]:
            assert held[number]
        if held[number - 1] not in ("", held[number]):
            sure = [each for each in passes[: number + 1] if each[2] >= LEAST_S][-CHANGE_PASSES:]
            assert all(each[0] == held[number] and each[1] >= CHANGE_SURE for each in sure)
