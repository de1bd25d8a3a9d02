from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm.client.repetition import repeats

LOOP = "La femme de France, la femme de l'Amérique, la femme de l'Amérique, la femme de l'Amérique"
TEXT = "First I measure, then I change one thing, then I measure again, and then I write down what I saw."


def test_a_loop_is_noticed() -> None:
    assert repeats(LOOP)


@pytest.mark.parametrize(
    "text", ["", "no no no no", "1, 2, 3, 4, 5, 6, 7, 8, 9, 10", TEXT, TEXT + " " + TEXT]
)
def test_what_only_comes_back_is_no_loop(text: str) -> None:
    assert not repeats(text)


@given(st.text(min_size=12, max_size=40), st.text(max_size=20))
def test_any_long_enough_unit_said_three_times_is_a_loop(unit: str, before: str) -> None:
    assert repeats(before + unit * 3)
