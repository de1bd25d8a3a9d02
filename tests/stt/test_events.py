"""Tests of the events that the results of passes are turned into."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from dataclasses import replace
from typing import Literal

import pytest

from bus.messages import (
    EndpointPredicted,
    PartialTranscribed,
    UtteranceLost,
)
from stt import events
from stt.engines.engine import Pass
from stt.engines.mel import GrowingMel, MelFrontEnd
from stt.scheduler import Task
from stt.settings import SttSettings
from stt.utterance import PassPlan, Prefix, RunningPass, TurnAudio, Utterance
from stt.utterances.endpointing import WAITS
from stt.utterances.open_utterances import Shown

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
    sentence_share=1.0,
)


def utterance() -> Utterance:
    mel = GrowingMel(MelFrontEnd(80), END.start_sample)
    return Utterance(TurnAudio(mel), SETTINGS, passes=3, wasted_passes=1, compute_ms=60.0)


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
    assert events.partial(partial, running().plan, "What was the", 2) == PartialTranscribed(
        source="call", utterance=3, text="What was the", stable_words=2, stop_sample=50_000
    )


def running(task: Task = END, *, replaces: tuple[int, ...] = (), start_sample: int = 1_000) -> RunningPass:
    plan = PassPlan(start_sample, Prefix(start_sample, ""), start_sample, replaces)
    result: Future[tuple[Pass, bool]] = Future()
    return RunningPass(task, plan, result, threading.Event(), END)


def test_wait_after_a_question_is_short() -> None:
    predicted = events.endpoint(running(), DECODED, SETTINGS, longest_pause_ms=900.0)
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
    ("log_probability", "sentence_share", "longest_pause_ms", "reason"),
    [
        (-0.2, 1.0, 0.0, "sentence"),
        (-0.2, 1.0, 900.0, "slow speaker"),
        (-0.9, 1.0, 0.0, "unclear words"),
        (-0.2, 0.6, 0.0, "unclear words"),
    ],
)
def test_wait_depends_on_probability_and_pauses(
    log_probability: float, sentence_share: float, longest_pause_ms: float, reason: str
) -> None:
    decoded = replace(
        DECODED,
        text="That was all I did.",
        mean_log_probability=log_probability,
        sentence_share=sentence_share,
    )
    predicted = events.endpoint(running(), decoded, SETTINGS, longest_pause_ms=longest_pause_ms)
    assert predicted is not None
    assert predicted.reason == reason


def test_pause_without_words_predicts_no_endpoint() -> None:
    assert events.endpoint(running(), SILENCE, SETTINGS, longest_pause_ms=0.0) is None


def test_events_of_a_continued_turn_say_what_they_replace() -> None:
    made = running(replaces=(1, 2), start_sample=400)
    predicted = events.endpoint(made, DECODED, SETTINGS, longest_pause_ms=0.0)
    assert predicted is not None
    final = events.final(END, made, DECODED.text, DECODED, utterance(), retried=False)
    partial = events.partial(END, made.plan, "What", 0)
    assert predicted.replaces == final.replaces == partial.replaces == [1, 2]
    assert predicted.start_sample == final.start_sample == 400


@pytest.mark.parametrize(
    ("kind", "decided_ns", "queue_ms"),
    [
        ("speculative", 7_000_000_000, 0.0),
        ("final", 7_000_000_000, 4.0),
        ("final", 7_009_000_000, 0.0),
    ],
)
def test_only_a_pass_begun_after_the_end_has_queued(
    kind: Literal["final", "speculative"], decided_ns: int, queue_ms: float
) -> None:
    end = replace(END, decided_ns=decided_ns)
    made = running(replace(END, kind=kind))
    final = events.final(end, made, DECODED.text, DECODED, utterance(), retried=False)
    assert (final.speculative, final.queue_ms) == (kind != "final", queue_ms)


def test_final_has_the_cost_of_all_passes() -> None:
    final = events.final(END, running(), DECODED.text, DECODED, utterance(), retried=True)
    assert (final.passes, final.wasted_passes, final.retried) == (3, 1, True)
    assert (final.compute_ms, final.all_compute_ms) == (90.0, 150.0)
    assert (final.start_sample, final.quiet_sample, final.stop_sample) == (1_000, 48_000, 50_000)


@pytest.mark.parametrize(("speech_ms", "reported"), [(0.0, False), (500.0, False), (501.0, True)])
def test_speech_without_words_is_reported(speech_ms: float, reported: bool) -> None:
    discarded = events.discarded(replace(END, speech_ms=speech_ms))
    assert (discarded.speech_ms, discarded.held_speech) == (speech_ms, reported)
    assert (discarded.start_sample, discarded.stop_sample) == (1_000, 50_000)


SILENCE = replace(DECODED, text="...")


def test_utterance_without_a_pass_is_lost() -> None:
    lost = events.untranscribed(END, Shown(), "overwritten")
    assert isinstance(lost, UtteranceLost)
    assert (lost.source, lost.utterance, lost.start_sample, lost.stop_sample) == ("call", 3, 1_000, 50_000)
