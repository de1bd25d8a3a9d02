from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from session.view.printable import printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain words, ünïcode – 日本", "plain words, ünïcode – 日本"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("\x1b]52;c;aGk=\x07", "�]52;c;aGk=�"),
        ("\x1b[2J", "�[2J"),
        ("\x9b2J", "�2J"),
        ("over\rwritten", "over�written"),
        ("evil\u202etxt.exe", "eviltxt.exe"),
    ],
)
def test_controls_are_marked_and_words_stay(text: str, shown: str) -> None:
    assert printable(text) == shown


@given(st.text())
def test_no_control_character_is_ever_left(text: str) -> None:
    assert not {c for c in printable(text) if unicodedata.category(c) == "Cc"} - {"\n", "\t"}
