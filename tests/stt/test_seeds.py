from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from stt.seeds import Seed, Seeds
from stt.settings import SttSettings

SECOND = 16_000


def seeds(*at_s: float) -> Seeds:
    known = Seeds(SttSettings(longest_pass_s=9.0))
    for second in at_s:
        known.add(round(second * SECOND), f"up to {second:g}.")
    return known


def test_a_partial_begins_at_the_last_pause_after_which_there_is_something_to_hear() -> None:
    assert seeds().for_partial(5, 3 * SECOND) == Seed(5, "")
    assert seeds(2, 4).for_partial(0, 5 * SECOND) == Seed(4 * SECOND, "up to 4.")
    assert seeds(2, 4).for_partial(0, 4 * SECOND + 100) == Seed(2 * SECOND, "up to 2.")


def test_a_final_of_ordinary_length_hears_everything() -> None:
    assert seeds(2, 4).for_final(0, 9 * SECOND) == Seed(0, "")


def test_a_long_final_begins_at_the_last_pause_that_leaves_a_sentence_to_hear() -> None:
    assert seeds(2, 6, 11).for_final(0, 12 * SECOND) == Seed(6 * SECOND, "up to 6.")


def test_without_a_pause_a_long_final_hears_everything() -> None:
    assert seeds(11).for_final(0, 12 * SECOND) == Seed(0, "")


def test_the_words_before_are_put_before() -> None:
    assert Seed(0, "Well,").joined("we did.") == "Well, we did."
    assert Seed(0, "").joined("we did.") == "we did."
    assert Seed(0, "Well.").joined("") == "Well."


@given(st.lists(st.floats(0.5, 20)), st.floats(0.1, 25))
def test_a_pass_never_begins_after_its_end(pauses_s: list[float], stop_s: float) -> None:
    stop = round(stop_s * SECOND)
    known = seeds(*sorted(pauses_s))
    assert 0 <= known.for_final(0, stop).sample <= stop
    assert 0 <= known.for_partial(0, stop).sample <= stop
