from __future__ import annotations

import random
from pathlib import Path

import pytest

from bus.failures import InputFailure, UsageFailure
from session.practice.questions import (
    ANY_TOPIC,
    QUESTION_CHARACTERS,
    QUESTIONS_AT_MOST,
    best_topic,
    choose,
    questions_in,
    read_questions,
    topics,
)
from session.practice.request import check_source, choose_questions, make_request

FILE = """\ufeff# My questions

# a remark
- What is **your** name?
* [ ] What is your quest?
1. Why this company?
12) Why now?

Tell me about yourself.
---
"""
WANTED = [
    "What is your name?",
    "What is your quest?",
    "Why this company?",
    "Why now?",
    "Tell me about yourself.",
]


def test_questions_stand_one_a_line_or_item(tmp_path: Path) -> None:
    file = tmp_path / "q.md"
    file.write_text(FILE, encoding="utf-8")
    assert read_questions(file) == WANTED
    assert choose_questions(topic=None, file=file, count=2) == WANTED[:2]
    assert choose_questions(topic=None, file=file, count=None) == WANTED


def test_too_many_and_too_long_questions_are_cut() -> None:
    assert len(questions_in(["Why?"] * 500)) == QUESTIONS_AT_MOST
    assert len(questions_in(["why " * 5000])[0]) == QUESTION_CHARACTERS


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("none.md", None, "no such file"),
        ("empty.md", b"", "no question"),
        ("remarks.txt", b"# only\n\n# remarks\n", "no question"),
        ("latin.txt", b"Warum \xfc?", "UTF-8"),
        ("talk.pdf", b"%PDF", "not a text file"),
    ],
)
def test_a_file_without_questions_is_named(
    tmp_path: Path, name: str, content: bytes | None, says: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(InputFailure, match=says) as caught:
        read_questions(tmp_path / name)
    assert name in caught.value.problem


def test_the_built_in_sets_hold_enough_good_lines() -> None:
    for name, topic in topics().items():
        assert len(set(topic.questions)) == len(topic.questions) >= 5, name
        assert all(question.endswith(("?", ".")) for question in topic.questions), name
        assert ("{topic}" in " ".join(topic.questions)) is (name == ANY_TOPIC)


@pytest.mark.parametrize(
    ("named", "topic"),
    [
        ("behavioral", "behavioral"),
        ("Behavioural interview", "behavioral"),
        ("a sales call with a customer", "sales"),
        ("thesis defence", "thesis"),
        ("my PhD viva", "thesis"),
        ("Technical", "technical"),
        ("software engineering", "technical"),
        ("language practice", "language"),
        ("beekeeping", ANY_TOPIC),
        ("über", ANY_TOPIC),
    ],
)
def test_a_topic_is_known_by_its_words(named: str, topic: str) -> None:
    assert best_topic(named, topics()) == topic


def test_questions_of_a_topic_are_random() -> None:
    first = choose("behavioral", 5, random.Random(1))
    assert first == choose("behavioral", 5, random.Random(1))
    assert first != choose("behavioral", 5, random.Random(2))
    assert len(set(first)) == 5
    assert len(choose("behavioral", 500, random.Random(1))) == len(topics()["behavioral"].questions)


def test_a_topic_without_a_set_is_named_in_general_questions() -> None:
    assert all("bee keeping" in question for question in choose(" bee  keeping ", 9, random.Random(1)))


def test_a_practice_needs_one_thing_to_practise() -> None:
    with pytest.raises(UsageFailure, match="no topic"):
        choose_questions(topic=None, file=None, count=None)
    with pytest.raises(UsageFailure, match="a topic and a file"):
        choose_questions(topic="sales", file=Path("q.md"), count=None)
    with pytest.raises(UsageFailure, match="topic is empty"):
        choose_questions(topic=" ", file=None, count=None)
    assert len(choose_questions(topic="sales", file=None, count=None)) == 5


def test_practice_answers_no_question_and_needs_no_consent() -> None:
    request = make_request(["Why?"], {"llm": {"provider": "none"}, "capture": {"sources": ["mic=-"]}})
    assert request.practises
    assert request.flags["llm"] == {"provider": "none", "answer": "feedback"}
    assert request.flags["practice"] == {"questions": ["Why?"]}


@pytest.mark.parametrize("source", ["mic=default", "desk=device:USB Audio", "mic=file:/a.wav", "mic=-"])
def test_practice_accepts_the_users_microphone(source: str) -> None:
    assert check_source(source) == source


@pytest.mark.parametrize(
    "source",
    [
        "mic=monitor",
        "mic=device:Monitor of Speakers",
        "mic=device:call.monitor",
        "mic=device:BlackHole",
    ],
)
def test_practice_refuses_sources_of_other_people(source: str) -> None:
    with pytest.raises(UsageFailure, match="may capture other people"):
        check_source(source)


def test_a_source_that_is_none_is_named() -> None:
    with pytest.raises(UsageFailure, match="NAME="):
        check_source("default")
