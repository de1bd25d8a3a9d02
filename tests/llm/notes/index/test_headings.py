from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llm.notes.index.headings import heading_in

SLOW_BUT_PLAIN = re.compile(r"(#{1,6})\s+(.+?)\s*#*\s*$")
"""What a heading is, in one pattern; on long lines it takes for ever."""


@pytest.mark.parametrize(
    ("line", "heading"),
    [
        ("# Billing", (1, "Billing")),
        ("###### Deep  ###  ", (6, "Deep")),
        ("## C# ##", (2, "C#")),
        ("# a # b", (1, "a # b")),
        ("#Billing", None),
        ("####### seven", None),
        ("Billing #", None),
    ],
)
def test_a_heading_has_a_level_and_words(line: str, heading: tuple[int, str] | None) -> None:
    assert heading_in(line) == heading


@settings(max_examples=500)
@given(st.text("# a\t.", max_size=14).map(lambda text: f"# x{text}"))
def test_it_is_what_the_plain_pattern_says(line: str) -> None:
    plain = SLOW_BUT_PLAIN.match(line)
    assert plain is not None
    assert heading_in(line) == (len(plain[1]), plain[2])
