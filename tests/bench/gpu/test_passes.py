"""Timings: real words, as many at a time as were asked for, and the fallback."""

from __future__ import annotations

import threading

from bench.gpu.card import on
from bench.gpu.fallback import ERROR, provoke
from bench.gpu.passes import interview, timed, with_engine
from session.models import store
from stt.engines.whisper import WhisperEngine
from stt.settings import SttSettings

SETTINGS = SttSettings(model="tiny.en", model_path=str(store.find("tiny.en")))


def test_words_of_the_interview_are_timed() -> None:
    speech = interview(3)
    engine = WhisperEngine(SETTINGS, on("cpu", "int8", 2))
    timing = timed(with_engine(engine, speech), speech, 2, runs=1)
    assert (timing.concurrent, timing.passes) == (2, 3)
    assert 0 < timing.p50_ms <= timing.p95_ms
    assert timing.word_error_rate is not None
    assert timing.word_error_rate <= 0.1


def test_as_many_passes_run_at_once_as_asked_for() -> None:
    together = threading.Barrier(4)

    def transcribe(number: int) -> str:
        together.wait(timeout=20)
        return ""

    assert timed(transcribe, interview(2), 4, runs=2, has_words=False).word_error_rate is None


def test_a_provoked_error_loses_no_words() -> None:
    speech = interview(4)
    fallback = provoke(SETTINGS, on("cpu", "int8", 1), speech)
    assert fallback.passes == 4
    assert fallback.word_error_rate <= 0.1
    assert fallback.reported == [f"CUDA failed ({ERROR})"]
    assert fallback.continues_on.startswith("tiny.en int8 on cpu")
