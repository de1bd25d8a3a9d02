"""Captions are cues that a person can read."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from session.transcript.formats.cues import LINE_CHARACTERS, LINES, LONGEST_S, Cue, cues
from tests.session.transcript.sessions import saved, turn

TEXTS = st.text(st.sampled_from("abc é。.?<\u0e41你 \n-"), max_size=400)


def spoken(found: list[Cue]) -> str:
    return " ".join(cue.text for cue in found)


def test_fragments_of_a_speaker_are_one_cue_with_one_name() -> None:
    fragments = [
        turn("I have been", 0, 1),
        turn("a backend engineer", 1.2, 2),
        turn("for nine years.", 2.1, 3),
    ]
    (cue,) = cues(saved(*fragments))
    assert (cue.speaker, cue.text) == ("You", "I have been a backend engineer for nine years.")
    assert (cue.start_s, cue.stop_s) == (0, 3)


def test_name_is_shown_when_the_speaker_changes() -> None:
    found = cues(saved(turn("One.", 0, 1), turn("Two.", 1, 2, "call"), turn("Three.", 20, 21, "call")))
    assert [cue.speaker for cue in found] == ["You", "Them", ""]


def test_a_long_turn_is_cut_after_sentences_and_within_six_seconds() -> None:
    sentence = "The consumers were idle for most of the time."
    found = cues(saved(turn(" ".join([sentence] * 4), 0, 16)))
    assert [cue.text for cue in found] == [sentence] * 4
    slow = cues(saved(turn("one two three four", 0, 20)))
    assert all(cue.stop_s - cue.start_s <= LONGEST_S for cue in slow)
    assert [cue.text for cue in slow] == ["one", "two", "three", "four"]


def test_a_short_cue_stays_for_a_second_unless_another_begins() -> None:
    alone, interrupted, _ = cues(
        saved(turn("Yes.", 0, 0.2), turn("No.", 5, 5.2), turn("Oh.", 5.5, 7, "call"))
    )
    assert (alone.stop_s, interrupted.stop_s) == (1.0, 5.5)


@given(st.lists(st.tuples(TEXTS, st.floats(0.1, 30), st.booleans()), max_size=6))
def test_every_cue_is_short_and_no_word_is_lost(turns: list[tuple[str, float, bool]]) -> None:
    at_s = 0.0
    made = []
    for text, length_s, is_call in turns:
        made.append(turn(text, at_s, at_s + length_s, "call" if is_call else "mic"))
        at_s += length_s
    found = cues(saved(*made))
    for cue in found:
        assert len(cue.lines) <= LINES
        assert all(len(line) <= LINE_CHARACTERS for line in cue.lines)
        assert 0 <= cue.stop_s - cue.start_s <= LONGEST_S + 1e-9
    assert all(before.start_s <= after.start_s for before, after in pairwise(found))
    assert "".join(spoken(found).split()) == "".join("".join(text.split()) for text, *_ in turns)
