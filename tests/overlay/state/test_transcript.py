"""Turns: every order of events shows each word once, in order, and loses none."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bus import messages as m
from overlay.state.transcript import SETTLED_AFTER_S, SETTLED_IN_SPEECH_AFTER_S, Transcript
from tests.support.events import discarded, endpoint, final, log, partial, resumed, revised, started
from tests.support.turn_orders import possible, said

SECOND_NS = 1_000_000_000


def fold(*events: m.Event) -> Transcript:
    transcript = Transcript()
    for logged in log(*events):
        transcript.apply(logged)
    return transcript


def finals(transcript: Transcript, *, ended: bool = False) -> list[str]:
    return [
        outcome.text
        for outcome in transcript.outcomes(ended=ended)
        if isinstance(outcome, m.FinalTranscribed)
    ]


def growing(transcript: Transcript) -> list[str]:
    return [words.text for words in transcript.in_progress()]


# --- every order of at most five events of at most three utterances --------------------------------------


def sequences(past: tuple[m.Event, ...], longest: int) -> Iterator[tuple[m.Event, ...]]:
    yield past
    if len(past) < longest:
        for event in {repr(each): each for each in possible(past)}.values():
            yield from sequences((*past, event), longest)


def check(events: tuple[m.Event, ...]) -> None:
    transcript = fold(*events)
    shown = [*finals(transcript), *growing(transcript)]
    numbers = [number for text in shown for number in said(text)]
    ended = {e.utterance for e in events if isinstance(e, m.FinalTranscribed)}
    dropped = {e.utterance for e in events if isinstance(e, m.UtteranceDiscarded)}
    begun = {
        e.utterance for e in events if isinstance(e, m.PartialTranscribed | m.EndpointPredicted)
    } - dropped
    assert numbers == sorted(ended | begun), "each word once, in order, none lost"
    assert sorted(n for text in finals(transcript, ended=True) for n in said(text)) == sorted(ended)
    for text in finals(transcript):
        newest = said(text)[-1]
        is_revised = any(isinstance(e, m.TranscriptRevised) and e.utterance == newest for e in events)
        assert ("r" in text) is is_revised


def test_every_order_of_few_events() -> None:
    count = 0
    for events in sequences((), 5):
        check(events)
        count += 1
    assert count > 10_000


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_long_orders(data: st.DataObject) -> None:
    events: tuple[m.Event, ...] = ()
    for _ in range(data.draw(st.integers(6, 30))):
        events = (*events, data.draw(st.sampled_from([*possible(events, 9)] or [resumed(9)])))
    check(events)


# --- examples --------------------------------------------------------------------------------------------


def test_a_merged_turn_stands_at_the_place_of_its_first_words() -> None:
    transcript = fold(
        started("call"),
        started("mic"),
        final(1, "Tell me.", "call", 1, 2),
        final(1, "Mm-hmm.", "mic", 2, 2.5),
        final(2, "Tell me about a time.", "call", 1, 4, replaces=[1]),
    )
    assert finals(transcript) == ["Tell me about a time.", "Mm-hmm."]


def test_a_turn_holds_again_when_what_followed_had_no_words() -> None:
    events = [final(1, "Tell me."), partial(2, "Tell me um", replaces=[1])]
    assert finals(fold(*events)) == []
    assert finals(fold(*events), ended=True) == ["Tell me."]
    lost = m.UtteranceLost(source="mic", utterance=2, start_sample=0, stop_sample=1, cause="gone")
    for outcome in (discarded(2), lost):
        assert finals(fold(*events, outcome)) == ["Tell me."]
        assert growing(fold(*events, outcome)) == []


def test_partial_may_change_its_mind() -> None:
    transcript = fold(final(1, "Yes."), partial(2, "Yes. And", replaces=[1]), partial(2, "And so"))
    assert (finals(transcript), growing(transcript)) == (["Yes."], ["And so"])


def test_other_sources_keep_their_lines() -> None:
    transcript = fold(final(1, "one", "call"), final(1, "two"), final(2, "two three", replaces=[1]))
    assert sorted(finals(transcript)) == ["one", "two three"]


def test_words_at_a_pause_outlast_a_partial_of_less_audio() -> None:
    transcript = fold(endpoint(1, "What is it?", quiet_s=1.0), partial(1, "What is"))
    (shown,) = transcript.in_progress()
    assert (shown.text, shown.complete) == ("What is it?", True)


def test_words_stay_when_speech_resumes() -> None:
    transcript = fold(partial(1, "What", 1), endpoint(1, "What is it?", quiet_s=1.0), resumed(1, at_s=1.4))
    (shown,) = transcript.in_progress()
    assert (shown.text, shown.complete, shown.stable_words) == ("What is it?", False, 1)


def test_late_prediction_of_a_pause_that_is_over_changes_nothing() -> None:
    transcript = fold(
        resumed(1, at_s=1.4), partial(1, "What is it you"), endpoint(1, "What is it?", quiet_s=1.0)
    )
    (shown,) = transcript.in_progress()
    assert (shown.text, shown.complete) == ("What is it you", False)


def test_a_revision_confirms_words() -> None:
    (outcome,) = fold(final(1, "Well", unconfirmed=True), revised(1, "Well said.")).outcomes()
    assert isinstance(outcome, m.FinalTranscribed)
    assert (outcome.text, outcome.unconfirmed) == ("Well said.", False)


def began(utterance: int, source: str = "mic") -> m.SpeechStarted:
    return m.SpeechStarted(source=source, utterance=utterance, start_sample=0, detected_sample=1_600)


@pytest.mark.parametrize(
    ("next_event", "after_s", "settled"),
    [
        (began(2), SETTLED_AFTER_S + 0.1, []),
        (began(2), SETTLED_IN_SPEECH_AFTER_S + 0.1, ["one"]),
        (began(2, "call"), SETTLED_AFTER_S + 0.1, ["one"]),
        (None, SETTLED_AFTER_S - 0.1, []),
        (None, SETTLED_AFTER_S + 0.1, ["one"]),
        (final(1, "two", "call"), 0.1, ["one"]),
        (final(2, "two"), 0.1, ["one"]),
        (final(2, "one two", replaces=[1]), 0.1, []),
        (partial(2, "one two", replaces=[1]), 60.0, []),
        (discarded(2), 0.1, []),
        (discarded(2), SETTLED_AFTER_S + 0.1, ["one"]),
    ],
    ids=repr,
)
def test_a_turn_settles_with_the_next_final_or_after_a_while(
    next_event: m.Event | None, after_s: float, settled: list[str]
) -> None:
    transcript = fold(final(1, "one"), *([next_event] if next_event else []))
    found = transcript.settled(round(after_s * SECOND_NS))
    texts = [outcome.text for outcome in found if isinstance(outcome, m.FinalTranscribed)]
    assert texts == settled


@pytest.mark.parametrize("known", [partial(2, "two"), discarded(2)], ids=repr)
def test_speech_holds_a_turn_only_until_its_words_are_known(known: m.Event) -> None:
    events = final(1, "one"), began(2), known
    assert final(1, "one") in fold(*events).settled(round((SETTLED_AFTER_S + 0.1) * SECOND_NS))


def test_only_so_many_turns_are_remembered() -> None:
    transcript = Transcript(limit=2)
    for logged in log(final(1, "a"), final(2, "b"), final(3, "c")):
        transcript.apply(logged)
    assert finals(transcript) == ["b", "c"]
