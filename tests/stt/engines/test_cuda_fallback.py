"""Tests of the CUDA fallback, with real weights and simulated CUDA errors."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
import soundfile

from bus.audio import SAMPLE_RATE, Samples
from bus.failures import Failure, ModelFailure
from bus.messages import FinalTranscribed
from livebench.scoring.words import word_error_rate
from session.models import store
from session.run.start.demo import DEMO, script
from stt.engines.cuda_fallback import CudaFallbackEngine
from stt.engines.device import cpu
from stt.engines.engine import Pass, PassCancelled, Request
from stt.engines.mel import MelFrontEnd
from stt.engines.whisper import WhisperEngine
from stt.passes import Passes
from stt.scheduler import Task
from stt.settings import SttSettings
from stt.transcriber import Transcriber
from stt.utterances.open_utterances import OpenUtterances
from stt.utterances.turns import Turns
from tests.support.waiting import wait_until

OUT_OF_MEMORY = "CUDA failed with error out of memory"
SETTINGS = SttSettings(model="base", model_path=str(store.find("base")), device="cpu")
QUESTION = next(turn for turn in script() if turn.text.endswith("?"))


class FailingEngine(WhisperEngine):
    """Has the weights of a loaded engine; fails from its nth pass on; needs the given number of mel bands."""

    def __init__(self, loaded: WhisperEngine, works: int, mels: int = 80) -> None:
        vars(self).update(vars(loaded))
        self.device = cpu(SETTINGS)
        self._works, self._wide = works, MelFrontEnd(mels)

    @property
    def front_end(self) -> MelFrontEnd:
        return self._wide

    def transcribe(self, request: Request, **more: Any) -> tuple[Pass, bool]:
        assert request.features.shape[0] == self._wide.mels
        self._works -= 1
        if self._works < 0:
            raise RuntimeError(OUT_OF_MEMORY)
        return super().transcribe(request, **more)


@pytest.fixture(scope="module")
def spare() -> WhisperEngine:
    return WhisperEngine(SETTINGS, cpu(SETTINGS))


@pytest.fixture(scope="module")
def question() -> Samples:
    samples: Samples = soundfile.read(DEMO / "call.flac", dtype="int16")[0]
    start, stop = round((QUESTION.start_s - 0.25) * SAMPLE_RATE), round((QUESTION.end_s + 0.25) * SAMPLE_RATE)
    return samples[start:stop]


class RecordedFallback:
    """An engine with a fallback, its reports and how often its spare was loaded."""

    def __init__(self, first: WhisperEngine, load_spare: Callable[[], WhisperEngine]) -> None:
        self.reported: list[Failure] = []
        self.loads = 0

        def load() -> WhisperEngine:
            self.loads += 1
            return load_spare()

        self.engine = CudaFallbackEngine(first, load, self.reported.append)

    def transcribe(self, samples: Samples) -> str:
        mel = self.engine.growing_mel(1000)
        for piece in np.array_split(samples, 5):
            mel.extend(piece)
        return self.engine.transcribe(Request(mel.features(1000, mel.stop_sample)))[0].text


def test_working_card_loads_and_reports_nothing(question: Samples, spare: WhisperEngine) -> None:
    fallback = RecordedFallback(FailingEngine(spare, works=1), lambda: spare)
    assert word_error_rate([QUESTION.text], [fallback.transcribe(question)]) < 0.1
    assert (fallback.loads, fallback.reported) == (0, [])


@pytest.mark.parametrize("works", [0, 1])
def test_failed_pass_is_repeated_and_reported_once(
    question: Samples, spare: WhisperEngine, works: int
) -> None:
    fallback = RecordedFallback(FailingEngine(spare, works), lambda: spare)
    texts = [fallback.transcribe(question) for _ in range(works + 2)]
    assert word_error_rate([QUESTION.text] * len(texts), texts) < 0.1
    assert fallback.loads == 1
    (failure,) = fallback.reported
    assert OUT_OF_MEMORY in failure.problem
    assert "base continues on the CPU" in failure.kept
    assert fallback.engine.device is spare.device


def test_spare_with_other_mel_bands_recomputes_features(question: Samples, spare: WhisperEngine) -> None:
    fallback = RecordedFallback(FailingEngine(spare, works=0, mels=128), lambda: spare)
    mel = fallback.engine.growing_mel(0)
    mel.extend(question)
    early = mel.features(0, len(question))
    assert early.shape[0] == 128
    assert word_error_rate([QUESTION.text], [fallback.engine.transcribe(Request(early))[0].text]) < 0.1
    late = mel.features(SAMPLE_RATE // 2, len(question))
    assert fallback.engine.transcribe(Request(late, retry_suspect=False))[0].text, (
        "the current utterance continues"
    )
    after = fallback.engine.growing_mel(0)
    after.extend(question)
    assert after.features(0, len(question)).shape[0] == 80


def test_concurrent_failures_load_one_spare(question: Samples, spare: WhisperEngine) -> None:
    together = threading.Barrier(3)

    class Together(FailingEngine):
        def transcribe(self, request: Request, **more: Any) -> tuple[Pass, bool]:
            together.wait(timeout=20)
            return super().transcribe(request, **more)

    fallback = RecordedFallback(Together(spare, works=0), lambda: spare)
    with ThreadPoolExecutor(3) as pool:
        texts = list(pool.map(fallback.transcribe, [question] * 3))
    assert word_error_rate([QUESTION.text] * 3, texts) < 0.1
    assert (fallback.loads, len(fallback.reported)) == (1, 1)


def test_cancelled_pass_is_not_a_failure(question: Samples, spare: WhisperEngine) -> None:
    fallback = RecordedFallback(FailingEngine(spare, works=1), lambda: spare)
    mel = fallback.engine.growing_mel(0)
    mel.extend(question)
    with pytest.raises(PassCancelled):
        fallback.engine.transcribe(Request(mel.features(0, len(question))), is_cancelled=lambda: True)
    assert fallback.loads == 0


def test_unusable_spare_is_a_failure(question: Samples, spare: WhisperEngine) -> None:
    def broken() -> WhisperEngine:
        raise ModelFailure("the weights were deleted")

    with pytest.raises(ModelFailure, match="the weights were deleted"):
        RecordedFallback(FailingEngine(spare, works=0), broken).transcribe(question)


def test_failure_on_the_cpu_is_raised(question: Samples, spare: WhisperEngine) -> None:
    fallback = RecordedFallback(FailingEngine(spare, works=0), lambda: FailingEngine(spare, works=0))
    with pytest.raises(RuntimeError, match="out of memory"):
        fallback.transcribe(question)


class Recording:
    """The interviewer's audio of the demo, in place of the rings."""

    def __init__(self) -> None:
        self._samples: Samples = soundfile.read(DEMO / "call.flac", dtype="int16")[0]

    def read(self, source: str, start_sample: int, stop_sample: int) -> Samples:
        return self._samples[start_sample:stop_sample]


@pytest.mark.parametrize("works", [0, 1, 2])
def test_no_utterance_is_lost_when_the_card_fails(spare: WhisperEngine, works: int) -> None:
    fallback = RecordedFallback(FailingEngine(spare, works, mels=128 if works == 0 else 80), lambda: spare)
    turns = [turn for turn in script() if turn.source == "call"][:3]
    finals: list[FinalTranscribed] = []
    with Transcriber(
        Passes(fallback.engine, SETTINGS), Recording(), SETTINGS, OpenUtterances(), Turns()
    ) as transcriber:  # type: ignore[arg-type]
        for number, turn in enumerate(turns):
            start, stop = round((turn.start_s - 0.25) * SAMPLE_RATE), round((turn.end_s + 0.25) * SAMPLE_RATE)
            transcriber.begin(Task("final", "call", number, start, stop, stop))

        def all_said() -> bool:
            finals.extend(each for each in transcriber.finished() if isinstance(each, FinalTranscribed))
            return len(finals) == len(turns)

        wait_until(all_said)
    texts = [final.text for final in sorted(finals, key=lambda final: final.utterance)]
    assert word_error_rate([turn.text for turn in turns], texts) < 0.1
    assert len(fallback.reported) == 1
