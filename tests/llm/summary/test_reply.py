"""Entries of a summary are borne out by the transcript, or dropped."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm.prompt import TranscriptLine
from llm.summary.reply import LISTS, Summary

LINES = tuple(
    TranscriptLine("call" if at % 2 else "mic", at, at * 16_000, "Ada" if at % 2 else "You", text)
    for at, text in enumerate(
        [
            "Let us begin with the budget for next year.",
            "I'll send you the new figures by Friday, and Bob checks them.",
            "Fine. We have decided to move the launch to May.",
            "Who pays for the venue?",
            "Fine. We have decided to move the launch to May.",
        ],
        1,
    )
)
ACTION = {
    "line": 2,
    "quote": "send you the new figures",
    "text": "Send the figures",
    "who": "You",
    "when": "by Friday",
}


def summary_of(*actions: object, **lists: object) -> Summary:
    found = Summary()
    assert found.add(json.dumps({"actions": actions, **lists}), LINES)
    return found


def action(**changes: Any) -> Summary:
    return summary_of({**ACTION, **changes})


def test_an_entry_points_to_the_line_that_it_quotes() -> None:
    found = summary_of(
        ACTION, topics=[{"line": 1, "quote": "the budget for next year", "text": "The budget"}]
    )
    (topic,), (entry,) = found.entries["topics"], found.entries["actions"]
    assert (topic.source, topic.utterance, topic.start_sample) == ("call", 1, 16_000)
    assert (entry.utterance, entry.who, entry.when) == (2, "You", "by Friday")
    assert found.dropped == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"quote": "send you the secret plans"},
        {"quote": ""},
        {"quote": "you the"},
        {"quote": None},
        {"text": ""},
        {"text": "Book a flight"},
        {"line": 2, "quote": "we have decided to move"},
    ],
    ids=[
        "never said",
        "no quote",
        "too short",
        "not a text",
        "no text",
        "about something else",
        "said twice",
    ],
)
def test_what_is_not_borne_out_is_dropped_and_counted(changes: dict[str, Any]) -> None:
    found = action(**changes)
    assert (found.entries["actions"], found.dropped) == ([], 1)


@pytest.mark.parametrize("line", [5, 0, 99, "3 and 4", None, 2.0, True])
def test_a_wrong_line_number_is_corrected_by_the_quote(line: object) -> None:
    (entry,) = action(line=line).entries["actions"]
    assert entry.utterance == 2


def test_a_line_that_is_named_counts_when_another_says_the_same() -> None:
    found = summary_of(
        decisions=[{"line": 5, "quote": "decided to move the launch", "text": "Launch in May"}]
    )
    assert found.entries["decisions"][0].utterance == 5


@pytest.mark.parametrize(
    ("said", "kept"),
    [("You", "You"), ("ada", "ada"), ("Bob", "Bob"), ("Carol", ""), (None, ""), ("you and Carol", "")],
)
def test_only_speakers_and_names_in_the_line_take_an_action_on(said: object, kept: str) -> None:
    assert action(who=said).entries["actions"][0].who == kept


@pytest.mark.parametrize(("said", "kept"), [("Friday", "Friday"), ("next Monday", ""), (7, "")])
def test_a_deadline_is_in_the_quoted_line(said: object, kept: str) -> None:
    assert action(when=said).entries["actions"][0].when == kept


@pytest.mark.parametrize("quote", ["I’ll send you the new figures!", "SEND YOU — the new FIGURES"])
def test_case_and_punctuation_of_a_quote_do_not_count(quote: str) -> None:
    assert len(action(quote=quote).entries["actions"]) == 1


def test_the_same_entry_of_two_parts_is_kept_once() -> None:
    found = summary_of(ACTION, {**ACTION, "text": "Send the new figures to Ada"})
    assert len(found.entries["actions"]) == 1
    assert found.add(json.dumps({"actions": [ACTION]}), LINES)
    assert (len(found.entries["actions"]), found.dropped) == (1, 0)


def test_text_around_the_object_does_not_count() -> None:
    found = Summary()
    assert found.add(f"Here you are:\n```json\n{json.dumps({'actions': [ACTION]})}\n```\nGood luck!", LINES)
    assert len(found.entries["actions"]) == 1


@pytest.mark.parametrize("reply", ["", "I cannot do that.", "{", "[]", '{"summary": "all went well"}', "{}"])
def test_other_replies_are_no_summary(reply: str) -> None:
    assert not Summary().add(reply, LINES)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*ACTION]), inner, max_size=5)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(LISTS), _JSON, min_size=1))
def test_whatever_a_model_writes_every_kept_entry_has_its_words(reply: dict[str, Any]) -> None:
    found = Summary()
    found.add(json.dumps(reply), LINES)
    for entry in [each for name in LISTS for each in found.entries[name]]:
        assert any(line.utterance == entry.utterance for line in LINES)
        assert entry.quote
