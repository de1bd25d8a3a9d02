"""Frames of events, utterances and latencies."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bench.latency.reference import Reference
from bench.latency.scores import score
from bench.latency.timeline import Turn
from bench.latency.utterances import fold
from bench.notebook import events_frame, latencies_frame, utterances_frame
from tests.support.session_lines import line, started, utterance

RECEIVED = [
    started(),
    *utterance(1, 0.5, 1.5, "How are you?"),
    *utterance(2, 2.0, 3.0, "I am fine.", replaces=[1]),
    line(4.0, "TranscriptRevised", source="mic", utterance=2, text="I'm fine."),
    *utterance(3, 5.0, 6.0, ""),
]


def test_one_row_an_event_with_times_after_the_first() -> None:
    frame = events_frame(RECEIVED)
    assert list(frame.type)[:2] == ["CaptureStarted", "SpeechStarted"]
    assert frame.logged_s[0] == 0.0
    assert frame.received_s.iloc[4] - frame.logged_s.iloc[4] == pytest.approx(0.001)
    assert frame.utterance.isna()[0]
    assert frame.utterance.iloc[1] == 1
    assert frame.event.iloc[1]["start_sample"] == 8000


def test_one_row_an_utterance_with_revised_words() -> None:
    frame = utterances_frame(RECEIVED).set_index("utterance")
    assert list(frame.replaced) == [True, False, False]
    assert frame.text[2] == "I'm fine."
    assert frame.start_s[2] == 2.0
    assert np.isnan(frame.final_s[3])
    assert frame.ended[3] == "UtteranceDiscarded"


def test_one_row_a_turn_and_what_never_came_is_infinite() -> None:
    turns = [Turn("mic", "a", "How are you?", 0.5, 1.4), Turn("mic", "b", "Not heard", 8.0, 9.0)]
    references = [Reference(word_ends_s=[]), Reference(word_ends_s=[])]
    frame = latencies_frame(score(turns, references, fold(RECEIVED))[0]).set_index("turn")
    assert frame.to_final_s["a"] == pytest.approx(1.5 + 0.3 + 0.02 + 0.001 - 1.4, abs=0.01)
    assert math.isinf(frame.to_final_s["b"])
    assert frame.errors["b"] == 2


def test_without_events_the_columns_are_there() -> None:
    assert "to_final_s" in latencies_frame([])
    assert "text" in utterances_frame([])
    assert len(events_frame([])) == 0
