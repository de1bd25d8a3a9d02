"""Fillers in sentences as Whisper transcribes them."""

from __future__ import annotations

import pytest

from session.practice.fillers import count_doubled, count_fillers, find_favourites

COUNTED = [
    ("Um, we moved the data, uh, over night.", {"um": 1, "uh": 1}),
    ("It was, like, really hard.", {"like": 1}),
    ("And like, nobody knew.", {"like": 1}),
    ("It was like 40 people.", {"like": 1}),
    ("It was like really late.", {"like": 1}),
    ("It was, you know, a mess.", {"you know": 1}),
    ("You know, we tried.", {"you know": 1}),
    ("I mean, we had no choice.", {"i mean": 1}),
    ("It was kind of hard and sort of slow.", {"kind of": 1, "sort of": 1}),
    ("Basically we literally started again.", {"basically": 1, "literally": 1}),
    ("We were, actually, quite late.", {"actually": 1}),
    ("We cut it in half, right?", {"right": 1}),
    ("Uh, uh, the thing is, um, uh.", {"uh": 3, "um": 1}),
    ("Well, it's, you know, like, kind of done.", {"you know": 1, "like": 1, "kind of": 1}),
    ("It’s, you know, done.", {"you know": 1}),
]

NOT_FILLERS = [
    "I like the team, and I would like to stay.",
    "It looks like rain, and it felt like home.",
    "Tools like Kafka are like pipes.",
    "Something like that.",
    "He is like the others.",
    "Do you know the answer? As you know, I do.",
    "You know that it works, and you know how.",
    "I know what you know about it.",
    "That is what I mean. What do I mean by that?",
    "I mean that it works.",
    "This kind of problem needs that sort of tool.",
    "It is one of a kind of its own.",
    "What kind of people do you hire?",
    "I actually measured it.",
    "Turn right here. That is right.",
    "The umbrella and the hummus are here.",
    "An era of errors.",
    "",
]


@pytest.mark.parametrize(("text", "fillers"), COUNTED)
def test_fillers_are_counted(text: str, fillers: dict[str, int]) -> None:
    assert count_fillers(text) == fillers


@pytest.mark.parametrize("text", NOT_FILLERS)
def test_words_that_mean_something_are_no_fillers(text: str) -> None:
    assert count_fillers(text) == {}


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("We we moved it.", 1),
        ("I think, I think we should, should go.", 2),
        ("The the the end.", 2),
        ("It was very very good, and that that is was had had.", 0),
        ("One after the other, and the other after one.", 0),
        ("Go", 0),
        ("", 0),
    ],
)
def test_immediate_repetition_is_counted(text: str, times: int) -> None:
    assert count_doubled(text) == times


def test_frequent_content_words_are_named() -> None:
    text = (
        "The queue grew. The queue was slow, so we split the queue. Now the queue is the fast one of the two."
    )
    assert find_favourites(text) == {"queue": 4}
    assert find_favourites("It is what it is, and it was what it was, um, um, um, um.") == {}
