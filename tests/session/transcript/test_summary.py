"""A summary in saved files: in the order of its times, and inert."""

from __future__ import annotations

from itertools import pairwise

import pytest
from markdown_it import MarkdownIt

from session.transcript import summary as sentences
from session.transcript.formats.markdown import markdown
from session.transcript.formats.web_page import web_page
from session.transcript.saved_session import Summary, SummaryEntry
from tests.session.transcript.sessions import saved, turn
from tests.session.transcript.test_markdown import HOSTILE

RENDERER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def entry(text: str, at_s: float = 0.0, **fields: str) -> SummaryEntry:
    return SummaryEntry(at_s=at_s, source="mic", text=text, quote=fields.pop("quote", "as said"), **fields)


def summary(**lists: list[SummaryEntry]) -> Summary:
    return Summary(template="meeting", model="a-model", host="api.example.com:443", **lists)  # type: ignore[arg-type]


def test_entries_are_in_the_order_of_their_times() -> None:
    shown = dict(sentences.lists(summary(topics=[entry("Later", 61), entry("Sooner", 5)])))
    assert shown == {"Topics": ["0:05: Sooner (“as said”)", "1:01: Later (“as said”)"]}


@pytest.mark.parametrize(
    ("who", "when", "row"),
    [
        ("", "", "0:00: Call Bob. (“as said”)"),
        ("Ada", "", "0:00: Ada: Call Bob. (“as said”)"),
        ("", "on Friday", "0:00: Call Bob, on Friday (“as said”)"),
        ("Ada", "on Friday", "0:00: Ada: Call Bob, on Friday (“as said”)"),
    ],
)
def test_an_action_says_who_and_until_when_if_that_was_said(who: str, when: str, row: str) -> None:
    found = dict(sentences.lists(summary(actions=[entry("Call Bob.", who=who, when=when)])))
    assert found == {"Action items": [row]}


def test_a_summary_without_entries_says_so() -> None:
    assert [*sentences.remarks(summary())] == ["Nothing was found."]
    assert "api.example.com." in sentences.origin(summary())


@pytest.mark.parametrize("text", HOSTILE)
def test_what_a_model_wrote_stays_text(text: str) -> None:
    made = summary(topics=[entry(text, quote=text)], actions=[entry(text, who=text, when=text)])
    session = saved(turn("Hello.", 0, 1), summary=made)
    tokens = RENDERER.parse(markdown(session))
    inner = [child.type for token in tokens for child in token.children or ()]
    assert {"link_open", "image", "html_inline"}.isdisjoint(inner)
    assert {"html_block", "table_open", "fence"}.isdisjoint(token.type for token in tokens)
    headings = [after.content for at, after in pairwise(tokens) if at.type == "heading_open"]
    assert headings[1:5] == ["Summary", "Topics", "Action items", "Transcript"]
    page = web_page(session)
    assert page.count("<script") == page.count("<img") == 0
    assert page.count("<h3>") == 2
