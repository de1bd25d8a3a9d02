"""Tests that a key in pieces is removed, and nothing else is changed."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm.client.http.key_redaction import KeyRedaction, redacted

KEY = "sk-planted-0123456789"


def streamed(pieces: list[str], key: str = KEY) -> str:
    redaction = KeyRedaction(key)
    return "".join([*map(redaction.feed, pieces), redaction.finish()])


@given(
    st.lists(
        st.one_of(st.text(max_size=8), st.just(KEY), st.sampled_from([KEY[:5], "s", "sk-"])), max_size=6
    ),
    st.lists(st.integers(0, 60), max_size=8),
)
def test_pieces_give_what_the_whole_text_gives(parts: list[str], cuts: list[int]) -> None:
    text = "".join([*parts, "."])
    at = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    pieces = [text[start:stop] for start, stop in pairwise(at)]
    assert streamed(pieces) == redacted(text, KEY)


@given(st.integers(1, len(KEY) - 1))
def test_key_in_two_pieces_is_removed(cut: int) -> None:
    assert streamed([f"Bearer {KEY[:cut]}", f"{KEY[cut:]} is it"]) == "Bearer (key) is it"


def test_only_the_beginning_of_a_key_is_held_back() -> None:
    redaction = KeyRedaction(KEY)
    assert redaction.feed("All of it") == "All of it"
    assert redaction.feed("ask sk-") == "ask "
    assert redaction.feed("ating") == "sk-ating"
    assert redaction.feed("") == ""


@pytest.mark.parametrize(("rest", "shown"), [("sk-", "sk-"), (KEY[:-1], "(key)")])
def test_beginning_of_a_key_at_the_end(rest: str, shown: str) -> None:
    assert streamed([f"It is {rest}"]) == f"It is {shown}"


def test_without_a_key_nothing_is_held_back() -> None:
    assert KeyRedaction("").feed(KEY) == KEY


def test_replaced_text_is_forgotten() -> None:
    redaction = KeyRedaction(KEY)
    redaction.feed(KEY[:4])
    redaction.restart()
    assert redaction.feed(KEY[4:]) == KEY[4:]
