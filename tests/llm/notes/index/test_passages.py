"""Tests of the passages that notes are cut into, and of their headings."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llm.notes.index.passages import LONGEST_WORDS, cut, heading_in
from llm.notes.read.note_files import Note

RESUME = """---
title: Resume
---
Ada Example, engineer.

# Work
## Acme
Led the billing migration.

Wrote the ledger.

## Initech
Ran the printers.

Skills
------
Python, SQL

```sh
# no heading
make

all
```
# Empty
"""


def pieces(text: str) -> list[tuple[str, str]]:
    return [(piece.heading, piece.text) for piece in cut([Note("a.md", text)])]


def test_passages_have_their_headings() -> None:
    assert pieces(RESUME) == [
        ("", "Ada Example, engineer."),
        ("Work > Acme", "Led the billing migration.\n\nWrote the ledger."),
        ("Work > Initech", "Ran the printers."),
        ("Work > Skills", "Python, SQL\n\n```sh\n# no heading\nmake\n\nall\n```"),
        ("Empty", "Empty"),
    ]


def test_lines_in_capitals_are_headings() -> None:
    assert pieces("EXPERIENCE:\nAcme, 3 years\n\nEDUCATION\nA school") == [
        ("EXPERIENCE", "Acme, 3 years"),
        ("EDUCATION", "A school"),
    ]


def test_short_paragraphs_are_joined_and_long_ones_cut() -> None:
    short, long = "Five words stand right here.", "Nine words make up this one sentence of mine. " * 40
    found = [text for _, text in pieces(f"{short}\n\n{short}\n\n{long}")]
    assert found[0] == f"{short}\n\n{short}"
    assert all(len(text.split()) <= LONGEST_WORDS for text in found)
    assert " ".join(found[1:]).split() == long.split()


@given(st.text(alphabet=st.sampled_from("ab #\n`=-~*.A"), max_size=200))
def test_no_word_is_lost(text: str) -> None:
    kept = " ".join(f"{heading} {body}" for heading, body in pieces(text))
    words = [word for word in text.split() if any(letter.isalpha() for letter in word)]
    assert all(word.strip("#`=-~*. ") in kept for word in words if "~" not in word and "`" not in word)


@given(st.text(max_size=300))
def test_any_text_is_cut(text: str) -> None:
    assert all(len(body.split()) <= LONGEST_WORDS and body.strip() for _, body in pieces(text))


def test_bold_lines_and_short_lines_above_text_are_headings() -> None:
    text = "# Stories\n**The wrong field**\nIt was renamed.\n\nPricing:\nIt is free for small charities.\n"
    assert pieces(text) == [
        ("Stories > The wrong field", "It was renamed."),
        ("Stories > Pricing", "It is free for small charities."),
    ]


def test_long_lists_are_cut_between_their_entries() -> None:
    entries = [f"- entry {number} has some ten words in it as it goes" for number in range(12)]
    found = [text for _, text in pieces("# Work\n" + "\n".join(entries))]
    assert len(found) > 1
    assert "\n".join(found).split("\n") == entries


def test_long_table_is_cut_between_its_rows() -> None:
    rows = [f"Plan {number} | costs some ten pounds a month for each one" for number in range(20)]
    assert "\n".join(text for _, text in pieces("\n".join(rows))).split("\n") == rows


SLOW_HEADING = re.compile(r"(#{1,6})\s+(.+?)\s*#*\s*$")
"""The same as one pattern, which takes exponential time on long lines."""


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
def test_heading_has_a_level_and_text(line: str, heading: tuple[int, str] | None) -> None:
    assert heading_in(line) == heading


@settings(max_examples=500)
@given(st.text("# a\t.", max_size=14).map(lambda text: f"# x{text}"))
def test_heading_equals_the_slow_pattern(line: str) -> None:
    plain = SLOW_HEADING.match(line)
    assert plain is not None
    assert heading_in(line) == (len(plain[1]), plain[2])
