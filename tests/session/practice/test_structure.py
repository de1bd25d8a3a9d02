from __future__ import annotations

import pytest

from session.practice.structure import find_closing, find_example, find_figures, find_result, sentences


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("For example, the login page.", "For example"),
        ("In my last job we had one.", "In my last job"),
        ("We did this two years ago.", "two years ago"),
        ("There was a time when nothing worked.", "There was a time"),
        ("When I was at university, I taught.", "When I was"),
        ("It is generally a good idea to test.", ""),
        ("", ""),
    ],
)
def test_phrase_for_an_example_is_found(text: str, phrase: str) -> None:
    assert find_example(text) == phrase


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("As a result, it was faster.", "As a result"),
        ("In the end it worked.", "In the end"),
        ("So we finally reduced it.", "we finally reduced"),
        ("It went from nine to two.", "It went from"),
        ("We reduce things every day.", ""),
    ],
)
def test_phrase_for_a_result_is_found(text: str, phrase: str) -> None:
    assert find_result(text) == phrase


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("From 900 ms to 240 ms.", ["900 ms", "240 ms"]),
        ("It cost $1,200 and saved 12.5%.", ["$1,200", "12.5%"]),
        ("Seven years with three teams.", ["Seven years", "three teams"]),
        ("Two hundred thousand users.", ["Two hundred thousand users"]),
        ("It took half the time.", ["half"]),
        ("One day somebody had one idea, two of us liked it.", []),
        ("Twenty-five people and one hundred tokens.", ["Twenty-five people", "one hundred"]),
        ("Nothing here.", []),
    ],
)
def test_numbers_that_were_given_are_found(text: str, figures: list[str]) -> None:
    assert find_figures(text) == figures


def test_a_closing_stands_at_the_end_or_is_none() -> None:
    assert find_closing("We did. It worked. And we liked it. That's why I stayed.") == "That's why"
    assert find_closing("That's why I stayed. We did. It worked. And we liked it.") == ""
    assert find_closing("That's why.") == "", "a sentence alone rounds nothing off"


def test_sentences_are_cut_at_full_stops_but_not_in_numbers() -> None:
    assert sentences("It took 3.5 s. Then? Done…") == ["It took 3.5 s.", "Then?", "Done…"]
    assert sentences(" ") == []
    assert sentences("no full stop") == ["no full stop"]
