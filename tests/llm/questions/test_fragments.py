"""Tests of questions whose parts a pause made sentences of their own."""

from __future__ import annotations

import pytest

from bench.answers.cut_questions import QUESTIONS
from livebench.scoring.words import plain_words
from llm.questions.detector import question_in
from llm.questions.fragments import with_fragments
from llm.sentences import placed_sentences


def asked(text: str) -> str:
    question = question_in(text, with_fragments(placed_sentences(text)))
    return question.text if question else ""


@pytest.mark.parametrize("stop", ["?", "."])
def test_nearly_all_questions_are_found_whole(stop: str) -> None:
    texts = [f"{first}{stop} {second[0].upper()}{second[1:]}" for first, second in QUESTIONS]
    whole = [text for text in texts if plain_words(text) == plain_words(asked(text))]
    assert len(whole) >= 0.95 * len(texts), sorted({*texts} - {*whole})


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("What would you do? If it failed.", "What would you do if it failed."),
        ("How many people. Were on the team?", "How many people were on the team?"),
        ("So what is a mutex? I ask because we use one.", "What is a mutex?"),
        ("What is your name? My name is Bob.", "What is your name?"),
        ("Why do you want to leave? Take your time.", "Why do you want to leave?"),
        ("How would you do it? Okay.", "How would you do it?"),
        ("Do you have any questions for me? Great.", "Do you have any questions for me?"),
    ],
)
def test_only_what_completes_a_question_is_joined_to_it(text: str, question: str) -> None:
    assert asked(text) == question


def test_place_of_a_joined_question_covers_its_fragments() -> None:
    text = "Well. What would you do? If it failed."
    _, sentence = with_fragments(placed_sentences(text))
    assert text[sentence.start : sentence.stop] == "What would you do? If it failed."
