from __future__ import annotations

import io

import pytest
from rich.console import Console

from session.view.terminal.markdown import LiteralMarkdown, closed, split_headline
from tests.support import sample_session as story


def shown(text: str) -> str:
    console = Console(file=io.StringIO(), width=100)
    console.print(LiteralMarkdown(text))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize(
    "text",
    [
        story.ANSWER,
        "**Two nodes both** think *they* are `leader`.\n\n* one **point**\n* two",
        "1. **a** b\n2. `c d`\n\n```python\nx = 2 ** 3 * 4\n```\nThen *end*.",
        "**Bold and *nested* words** follow",
        "2 * 3 * 4 = 24, and __init__ stays",
    ],
)
def test_no_mark_is_seen_while_an_answer_grows(text: str) -> None:
    whole = shown(text)
    for cut in range(1, len(text)):
        piece = shown(closed(text[:cut]))
        for mark in ("**", "```"):
            assert piece.count(mark) <= whole.count(mark), text[:cut]
        assert piece.count("*") <= max(whole.count("*"), text[:cut].count(" * ")) + ("2 ** 3" in text), text[
            :cut
        ]


@pytest.mark.parametrize(
    ("text", "headline", "rest"),
    [
        ("**Say this.** Then that.\n\n- a", "**Say this.**", "Then that.\n\n- a"),
        ("**Say this first. And this.**\n\n- a", "**Say this first.**", "**And this.**\n\n- a"),
        ("Dr. Who took 3.5 s, e.g. twice. More.", "Dr. Who took 3.5 s, e.g. twice.", "More."),
        ("- A point. More\n- b", "A point.", "More\n- b"),
        ("# Title\n\ntext", "Title", "text"),
        ("No end yet", "No end yet", ""),
        ("第一句。第二句。", "第一句。", "第二句。"),
        ("```python\nx\n```", "", "```python\nx\n```"),
        ("| a |\n|---|", "", "| a |\n|---|"),
        ("1. one. two\n2. b", "", "1. one. two\n2. b"),
        ("", "", ""),
    ],
)
def test_the_first_sentence_is_split_off(text: str, headline: str, rest: str) -> None:
    assert split_headline(text) == (headline, rest)
