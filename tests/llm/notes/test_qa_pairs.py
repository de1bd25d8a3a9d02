"""Tests of the question and answer pairs in notes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm.notes.qa_pairs import qa_pairs
from llm.notes.read.note_files import Note

WHY = "Why do you want to leave?"


def found(text: str) -> list[tuple[str, str]]:
    return [(entry.question, entry.reply) for entry in qa_pairs([Note("a.md", text)])]


@pytest.mark.parametrize(
    "text",
    [
        f"Q: {WHY}\nA: I am **done** here.",
        f"**Q:** {WHY}\n\n**A:** I am **done** here.",
        f"Q1. {WHY}\nA1. I am **done** here.",
        f"Question: {WHY}\nAnswer: I am **done** here.\n\nQ: And then?\n",
        f"# About me\n\n## {WHY}\n\nI am **done** here.\n\n## Skills\nGo",
        f"## 3. {WHY} ##\nI am **done** here.",
        f"{WHY}\n---\nI am **done** here.",
        f"**{WHY}**\nI am **done** here.",
        f"{WHY}\nI am **done** here.",
        f"1) {WHY}\n\nI am **done** here.\n\nWhat else?",
        f"| Question | Answer |\n|---|---|\n| {WHY} | I am **done** here. |",
        f"- Q: {WHY}\n- A: I am **done** here.",
    ],
)
def test_every_form_of_pair_is_found(text: str) -> None:
    assert found(text) == [(WHY, "I am **done** here.")]


def test_answers_are_not_changed() -> None:
    reply = "Three things:\n\n1. *first*\n   - deeper\n\n```sh\n# no heading\nQ: none?\n```\n### Part\nmore"
    assert found(f"## {WHY}\n{reply}\n\n## Next\nother") == [(WHY, reply)]


def test_requests_are_questions() -> None:
    assert found("## Tell me about yourself\nI am Ada.") == [("Tell me about yourself", "I am Ada.")]


@pytest.mark.parametrize(
    "text",
    [
        "## What we offer\nA salary.\n\n## How I work\nSmall steps.\n\n## Why Acme\nBread.",
        "## Things to ask them\n- What happened to the last one?\n- Who decides?\n",
        "What happened to the last one?\n\nWho decides?\n",
        f"## {WHY}\n\n## Skills\nGo",
        "I wrote a talk. Why? Because it was due.\nMore of that.",
    ],
)
def test_text_without_pairs_has_none(text: str) -> None:
    assert found(text) == []


def test_question_within_an_answer_belongs_to_it() -> None:
    assert found(f"Q: {WHY}\nA: Good question.\n\nWhy now?\nIt is time.") == [
        (WHY, "Good question.\n\nWhy now?\nIt is time.")
    ]


@given(st.text(alphabet=st.sampled_from("QA:?#*|-= \nwhy1."), max_size=120))
def test_any_text_is_read_and_answers_come_from_it(text: str) -> None:
    for question, reply in found(text):
        assert question
        assert reply.strip()
        assert all(part in text for part in reply.replace(" | ", "\n").split("\n"))
