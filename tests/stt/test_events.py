from __future__ import annotations

from dataclasses import replace

import pytest

from bus.messages import (
    EndpointPredicted,
    FinalTranscribed,
    PartialTranscribed,
    UtteranceDiscarded,
    UtteranceLost,
)
from stt import events as outcome
from stt.endpointing import WAITS
from stt.hallucination import Pass
from stt.mel import GrowingMel, MelFrontEnd
from stt.scheduler import Task
from stt.seeds import Seed, Seeds
from stt.settings import SttSettings
from stt.utterance import Account

SETTINGS = SttSettings()
END = Task("final", "call", 3, 1_000, 50_000, 48_000, decided_ns=7_000_000_000)
HEARD = Pass(
    text="What was the hardest part of it?",
    tokens=9,
    mean_log_probability=-0.2,
    no_speech_probability=0.01,
    speech_s=3.0,
    window_s=5.0,
    began_ns=7_004_000_000,
    compute_ms=90.0,
)


def account(passes: int = 3, wasted_passes: int = 1, compute_ms: float = 60.0) -> Account:
    mel = GrowingMel(MelFrontEnd(80), END.start_sample)
    return Account(mel, Seeds(SETTINGS), passes=passes, wasted_passes=wasted_passes, compute_ms=compute_ms)


@pytest.mark.parametrize(
    ("known", "heard", "words"),
    [
        ("", "What was it?", "What was it?"),
        ("So tell me,", "what was it?", "So tell me, what was it?"),
        ("", "I say so. I say so. I say so.", "I say so."),
        ("", "...", ""),
        ("So tell me,", "...", "So tell me,"),
    ],
)
def test_words_are_those_before_the_pause_and_those_after_it(known: str, heard: str, words: str) -> None:
    assert outcome.words(replace(HEARD, text=heard), Seed(0, known), SETTINGS) == words


def test_words_that_nobody_said_are_none() -> None:
    invented = replace(HEARD, mean_log_probability=-3.0, no_speech_probability=0.9)
    assert outcome.words(invented, Seed(0, ""), SETTINGS) == ""


def test_a_partial_is_told_up_to_where_it_heard() -> None:
    partial = replace(END, kind="partial", quiet_sample=50_000)
    assert outcome.grown(partial, "What was the", 2) == PartialTranscribed(
        source="call", utterance=3, text="What was the", stable_words=2, stop_sample=50_000
    )


def test_the_wait_after_a_question_is_short() -> None:
    judged = outcome.judged(END, HEARD.text, HEARD, "balanced", longest_pause_ms=900.0)
    assert judged == EndpointPredicted(
        source="call",
        utterance=3,
        start_sample=1_000,
        quiet_sample=48_000,
        wait_ms=WAITS["balanced"].question_ms,
        reason="question",
        text=HEARD.text,
    )


@pytest.mark.parametrize(
    ("log_probability", "longest_pause_ms", "reason"),
    [(-0.2, 0.0, "sentence"), (-0.2, 900.0, "slow speaker"), (-0.9, 0.0, "unclear words")],
)
def test_a_sentence_is_judged_with_how_it_was_heard_and_paused(
    log_probability: float, longest_pause_ms: float, reason: str
) -> None:
    heard = replace(HEARD, mean_log_probability=log_probability)
    judged = outcome.judged(END, "That was all I did.", heard, "balanced", longest_pause_ms=longest_pause_ms)
    assert judged is not None
    assert judged.reason == reason


def test_of_a_pause_after_no_words_nothing_is_said() -> None:
    assert outcome.judged(END, "", HEARD, "balanced", longest_pause_ms=0.0) is None


@pytest.mark.parametrize(
    ("early", "decided_ns", "queue_ms"),
    [(True, 7_000_000_000, 0.0), (False, 7_000_000_000, 4.0), (False, 7_009_000_000, 0.0)],
)
def test_only_a_pass_begun_after_the_end_was_decided_has_waited(
    early: bool, decided_ns: int, queue_ms: float
) -> None:
    end = replace(END, decided_ns=decided_ns)
    final = outcome.finished(end, HEARD.text, HEARD, account(), early=early, retried=False)
    assert isinstance(final, FinalTranscribed)
    assert (final.speculative, final.queue_ms) == (early, queue_ms)


def test_a_final_tells_what_all_passes_of_its_utterance_cost() -> None:
    final = outcome.finished(END, HEARD.text, HEARD, account(), early=False, retried=True)
    assert isinstance(final, FinalTranscribed)
    assert (final.passes, final.wasted_passes, final.retried) == (3, 1, True)
    assert (final.compute_ms, final.all_compute_ms) == (90.0, 150.0)
    assert (final.start_sample, final.quiet_sample, final.stop_sample) == (1_000, 48_000, 50_000)


def test_an_utterance_without_words_is_discarded() -> None:
    assert outcome.finished(END, "", HEARD, account(), early=True, retried=False) == UtteranceDiscarded(
        source="call", utterance=3, start_sample=1_000, stop_sample=50_000, cause="no words"
    )


@pytest.mark.parametrize(("speech_ms", "reported"), [(0.0, False), (500.0, False), (501.0, True)])
def test_speech_without_words_is_reported(speech_ms: float, reported: bool) -> None:
    end = replace(END, speech_ms=speech_ms)
    discarded = outcome.finished(end, "", HEARD, account(), early=True, retried=False)
    assert isinstance(discarded, UtteranceDiscarded)
    assert (discarded.speech_ms, discarded.held_speech) == (speech_ms, reported)


SILENCE = replace(HEARD, text="...")


@pytest.mark.parametrize(
    ("found", "shown", "heard", "kept"),
    [
        ("", "Honestly, the", SILENCE, ("Honestly, the", True)),
        ("", "", SILENCE, ("", False)),
        ("So tell me,", "So tell me, what was", SILENCE, ("So tell me, what was", True)),
        ("So tell me,", "So tell", SILENCE, ("So tell me,", False)),
        ("What was it?", "What was it all about", HEARD, ("What was it?", False)),
    ],
)
def test_words_shown_stand_where_a_pass_finds_none(
    found: str, shown: str, heard: Pass, kept: tuple[str, bool]
) -> None:
    assert outcome.kept(found, shown, heard, SETTINGS) == kept


def test_an_utterance_without_a_pass_is_lost_with_its_place() -> None:
    lost = outcome.untranscribed(END, "", "overwritten")
    assert isinstance(lost, UtteranceLost)
    assert (lost.source, lost.utterance, lost.start_sample, lost.stop_sample) == ("call", 3, 1_000, 50_000)
