"""Tests of the events that the results of passes are turned into."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bus.audio import SAMPLE_RATE
from bus.messages import (
    EndpointPredicted,
    FinalTranscribed,
    PartialTranscribed,
    UtteranceDiscarded,
    UtteranceLost,
)
from stt import events
from stt.endpointing import WAITS
from stt.hallucination import Pass
from stt.mel import GrowingMel, MelFrontEnd
from stt.scheduler import Task
from stt.settings import SttSettings
from stt.utterance import Prefix, Utterance

SETTINGS = SttSettings()
END = Task("final", "call", 3, 1_000, 50_000, 48_000, decided_ns=7_000_000_000)
DECODED = Pass(
    text="What was the hardest part of it?",
    tokens=9,
    mean_log_probability=-0.2,
    no_speech_probability=0.01,
    speech_s=3.0,
    window_s=5.0,
    began_ns=7_004_000_000,
    compute_ms=90.0,
)


def utterance() -> Utterance:
    mel = GrowingMel(MelFrontEnd(80), END.start_sample)
    return Utterance(mel, 13 * SAMPLE_RATE, passes=3, wasted_passes=1, compute_ms=60.0)


@pytest.mark.parametrize(
    ("known", "decoded", "words"),
    [
        ("", "What was it?", "What was it?"),
        ("So tell me,", "what was it?", "So tell me, what was it?"),
        ("", "I say so. I say so. I say so.", "I say so."),
        ("", "...", ""),
        ("So tell me,", "...", "So tell me,"),
    ],
)
def test_words_are_the_prefix_and_the_text_of_the_pass(known: str, decoded: str, words: str) -> None:
    assert events.words(replace(DECODED, text=decoded), Prefix(0, known), SETTINGS) == words


def test_hallucination_has_no_words() -> None:
    hallucination = replace(DECODED, mean_log_probability=-3.0, no_speech_probability=0.9)
    assert events.words(hallucination, Prefix(0, ""), SETTINGS) == ""


def test_partial_has_the_end_of_its_pass() -> None:
    partial = replace(END, kind="partial", quiet_sample=50_000)
    assert events.partial(partial, "What was the", 2) == PartialTranscribed(
        source="call", utterance=3, text="What was the", stable_words=2, stop_sample=50_000
    )


def test_wait_after_a_question_is_short() -> None:
    predicted = events.endpoint(END, DECODED.text, DECODED, "balanced", longest_pause_ms=900.0)
    assert predicted == EndpointPredicted(
        source="call",
        utterance=3,
        start_sample=1_000,
        quiet_sample=48_000,
        wait_ms=WAITS["balanced"].question_ms,
        reason="question",
        text=DECODED.text,
    )


@pytest.mark.parametrize(
    ("log_probability", "longest_pause_ms", "reason"),
    [(-0.2, 0.0, "sentence"), (-0.2, 900.0, "slow speaker"), (-0.9, 0.0, "unclear words")],
)
def test_wait_depends_on_probability_and_pauses(
    log_probability: float, longest_pause_ms: float, reason: str
) -> None:
    decoded = replace(DECODED, mean_log_probability=log_probability)
    predicted = events.endpoint(
        END, "That was all I did.", decoded, "balanced", longest_pause_ms=longest_pause_ms
    )
    assert predicted is not None
    assert predicted.reason == reason


def test_pause_without_words_predicts_no_endpoint() -> None:
    assert events.endpoint(END, "", DECODED, "balanced", longest_pause_ms=0.0) is None


@pytest.mark.parametrize(
    ("early", "decided_ns", "queue_ms"),
    [(True, 7_000_000_000, 0.0), (False, 7_000_000_000, 4.0), (False, 7_009_000_000, 0.0)],
)
def test_only_a_pass_begun_after_the_end_has_queued(early: bool, decided_ns: int, queue_ms: float) -> None:
    end = replace(END, decided_ns=decided_ns)
    final = events.final(end, DECODED.text, DECODED, utterance(), early=early, retried=False)
    assert isinstance(final, FinalTranscribed)
    assert (final.speculative, final.queue_ms) == (early, queue_ms)


def test_final_has_the_cost_of_all_passes() -> None:
    final = events.final(END, DECODED.text, DECODED, utterance(), early=False, retried=True)
    assert isinstance(final, FinalTranscribed)
    assert (final.passes, final.wasted_passes, final.retried) == (3, 1, True)
    assert (final.compute_ms, final.all_compute_ms) == (90.0, 150.0)
    assert (final.start_sample, final.quiet_sample, final.stop_sample) == (1_000, 48_000, 50_000)


def test_utterance_without_words_is_discarded() -> None:
    assert events.final(END, "", DECODED, utterance(), early=True, retried=False) == UtteranceDiscarded(
        source="call", utterance=3, start_sample=1_000, stop_sample=50_000, cause="no words"
    )


@pytest.mark.parametrize(("speech_ms", "reported"), [(0.0, False), (500.0, False), (501.0, True)])
def test_speech_without_words_is_reported(speech_ms: float, reported: bool) -> None:
    end = replace(END, speech_ms=speech_ms)
    discarded = events.final(end, "", DECODED, utterance(), early=True, retried=False)
    assert isinstance(discarded, UtteranceDiscarded)
    assert (discarded.speech_ms, discarded.held_speech) == (speech_ms, reported)


SILENCE = replace(DECODED, text="...")


@pytest.mark.parametrize(
    ("found", "shown", "decoded", "confirmed"),
    [
        ("", "Honestly, the", SILENCE, ("Honestly, the", True)),
        ("", "", SILENCE, ("", False)),
        ("So tell me,", "So tell me, what was", SILENCE, ("So tell me, what was", True)),
        ("So tell me,", "So tell", SILENCE, ("So tell me,", False)),
        ("What was it?", "What was it all about", DECODED, ("What was it?", False)),
    ],
)
def test_shown_words_become_the_final_where_a_pass_finds_none(
    found: str, shown: str, decoded: Pass, confirmed: tuple[str, bool]
) -> None:
    assert events.confirmed(found, shown, decoded, SETTINGS) == confirmed


def test_utterance_without_a_pass_is_lost() -> None:
    lost = events.untranscribed(END, "", "overwritten")
    assert isinstance(lost, UtteranceLost)
    assert (lost.source, lost.utterance, lost.start_sample, lost.stop_sample) == ("call", 3, 1_000, 50_000)
