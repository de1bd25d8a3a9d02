"""Tests of the intents of interview questions."""

from __future__ import annotations

import pytest

from llm.notes.index.intents import TOPICS, intent_of


@pytest.mark.parametrize(
    ("question", "intent"),
    [
        ("why do you want to leave your current company", "leaving"),
        ("what attracted you to this role", "joining"),
        ("why should we hire you", "hiring"),
        ("tell me a bit about yourself", "oneself"),
        ("what are your weaknesses", "weakness"),
        ("what are your greatest strengths", "strength"),
        ("what salary are you looking for", "pay"),
        ("where do you see yourself in five years", "future"),
        ("how do you work under pressure", "stress"),
        ("tell me about a time you failed", "failure"),
        ("tell me about a conflict with a colleague", "conflict"),
        ("what achievement are you most proud of", "pride"),
        ("how much notice do you have to give", "notice"),
        ("when can you start", "availability"),
        ("do you have any questions for us", "asking"),
        ("what are the weaknesses of this design", ""),
        ("how are salaries decided in your team", ""),
        ("when did you leave", ""),
        ("how do you join two tables", ""),
        ("what do you do when a node fails", ""),
        ("where do you see the market in five years", ""),
    ],
)
def test_intents_are_distinguished(question: str, intent: str) -> None:
    assert intent_of(question) == intent


def test_every_intent_has_topics() -> None:
    assert all(intent_of(question) in TOPICS for question in ("why us", "who are you"))
