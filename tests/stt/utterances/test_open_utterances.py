"""Tests of the projection of utterances without an outcome."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from bus import messages as m
from stt.utterances.open_utterances import OpenUtterances
from tests.support.events import discarded, ended, final


def begun(utterance: int = 1, source: str = "mic") -> m.SpeechStarted:
    return m.SpeechStarted(source=source, utterance=utterance, start_sample=100, detected_sample=900)


def partial(
    text: str, stop_sample: int, utterance: int = 1, replaces: Sequence[int] = ()
) -> m.PartialTranscribed:
    return m.PartialTranscribed(
        source="mic",
        utterance=utterance,
        text=text,
        stable_words=0,
        stop_sample=stop_sample,
        replaces=list(replaces),
    )


def endpoint(text: str, quiet_sample: int) -> m.EndpointPredicted:
    return m.EndpointPredicted(
        source="mic",
        utterance=1,
        start_sample=100,
        quiet_sample=quiet_sample,
        wait_ms=300,
        reason="sentence",
        text=text,
    )


def folded(*events: m.Event) -> OpenUtterances:
    utterances = OpenUtterances()
    for number, event in enumerate(events, 1):
        utterances.apply(m.Logged(number, number, event))
    return utterances


@pytest.mark.parametrize(
    ("events", "shown"),
    [
        ([], ""),
        ([partial("Well", 1_000), partial("Well, I", 2_000)], "Well, I"),
        ([partial("Well, I", 2_000), partial("Well", 1_000)], "Well, I"),  # the hub's copy of an older one
        ([partial("Well", 1_000), endpoint("Well, yes.", 1_500)], "Well, yes."),
        ([partial("Well", 1_000), endpoint("", 1_500)], "Well"),
        ([partial("Well", 1_000, utterance=2)], ""),
    ],
)
def test_newest_published_words_are_shown(events: Sequence[m.Event], shown: str) -> None:
    assert folded(begun(), *events).shown(("mic", 1)).text == shown


def test_outcome_of_a_continued_turn_replaces_its_finals() -> None:
    shown = partial("Hello there you", 40_000, utterance=2, replaces=[1])
    utterances = folded(begun(), final(1, "Hello there.", start_s=0.5), begun(2), shown)
    (words,) = utterances.close("over")
    assert isinstance(words, m.FinalTranscribed)
    assert (words.text, words.replaces, words.start_sample) == ("Hello there you", [1], 8_000)


@pytest.mark.parametrize("outcome", [final(1), discarded(1)])
def test_utterance_with_an_outcome_is_not_open(outcome: m.Event) -> None:
    assert folded(begun(), partial("Well", 1_000), ended(1), outcome).close("over") == []


def test_each_open_utterance_gets_one_outcome() -> None:
    utterances = folded(begun(), partial("Well", 1_000), ended(1), begun(2), ended(2), begun(3))
    words, lost = utterances.close("given up", ended=True)
    assert isinstance(words, m.FinalTranscribed)
    assert (words.utterance, words.text, words.unconfirmed) == (1, "Well", True)
    assert isinstance(lost, m.UtteranceLost)
    assert (lost.utterance, lost.cause) == (2, "given up")
    assert [each.utterance for each in utterances.close("over")] == [3]
    assert utterances.close("over") == []


def test_utterances_of_one_source_are_closed_alone() -> None:
    utterances = folded(begun(), begun(1, "call"))
    assert [each.source for each in utterances.close("over", source="call")] == ["call"]
