"""The change from the card to the CPU, over real weights; CUDA's failure alone is raised by hand."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
import soundfile

from bench.latency.word_errors import word_error_rate
from bus.audio import SAMPLE_RATE, Samples
from bus.failures import Failure, ModelFailure
from bus.messages import FinalTranscribed
from session.models import store
from session.run.demo import DEMO, script
from stt.cuda_fallback import SteadyEngine
from stt.device import cpu
from stt.engine import Abandoned, Engine
from stt.hallucination import Pass
from stt.mel import Features, MelFrontEnd
from stt.open_utterances import OpenUtterances
from stt.scheduler import Task
from stt.settings import SttSettings
from stt.transcriber import Transcriber
from tests.waiting import wait_until

OUT_OF_MEMORY = "CUDA failed with error out of memory"
SETTINGS = SttSettings(model="base", model_path=str(store.find("base")), device="cpu")
QUESTION = next(turn for turn in script() if turn.text.endswith("?"))


class FailingEngine(Engine):
    """Works until its nth pass, and never again; wants as many mel bands as it is told."""

    def __init__(self, works: int, mels: int = 80) -> None:
        self._works, self._wide, self._warm = works, MelFrontEnd(mels), False
        super().__init__(SETTINGS, cpu(SETTINGS))
        self._warm = True

    @property
    def front_end(self) -> MelFrontEnd:
        return self._wide

    def transcribe(self, features: Features, *rest: Any, **more: Any) -> tuple[Pass, bool]:
        if not self._warm:
            return super().transcribe(features, *rest, **more)
        assert features.shape[0] == self._wide.mels
        self._works -= 1
        if self._works < 0:
            raise RuntimeError(OUT_OF_MEMORY)
        return super().transcribe(features, *rest, **more)


@pytest.fixture(scope="module")
def spare() -> Engine:
    return Engine(SETTINGS, cpu(SETTINGS))


@pytest.fixture(scope="module")
def question() -> Samples:
    samples: Samples = soundfile.read(DEMO / "call.flac", dtype="int16")[0]
    start, stop = round((QUESTION.start_s - 0.25) * SAMPLE_RATE), round((QUESTION.end_s + 0.25) * SAMPLE_RATE)
    return samples[start:stop]


class Watched:
    """A steady engine, what it reported and how often its spare was loaded."""

    def __init__(self, first: Engine, load_spare: Callable[[], Engine]) -> None:
        self.reported: list[Failure] = []
        self.loaded = 0

        def load() -> Engine:
            self.loaded += 1
            return load_spare()

        self.engine = SteadyEngine(first, load, self.reported.append)

    def transcribe(self, samples: Samples) -> str:
        mel = self.engine.growing_mel(1000)
        for piece in np.array_split(samples, 5):
            mel.extend(piece)
        return self.engine.transcribe(mel.features(1000, mel.stop_sample))[0].text


def test_while_the_card_works_nothing_is_loaded_and_nothing_said(question: Samples, spare: Engine) -> None:
    watched = Watched(FailingEngine(works=1), lambda: spare)
    assert word_error_rate([QUESTION.text], [watched.transcribe(question)]) < 0.1
    assert (watched.loaded, watched.reported) == (0, [])


@pytest.mark.parametrize("works", [0, 1])
def test_the_pass_that_meets_the_failure_is_made_again_and_it_is_said_once(
    question: Samples, spare: Engine, works: int
) -> None:
    watched = Watched(FailingEngine(works), lambda: spare)
    said = [watched.transcribe(question) for _ in range(works + 2)]
    assert word_error_rate([QUESTION.text] * len(said), said) < 0.1
    assert watched.loaded == 1
    (failure,) = watched.reported
    assert OUT_OF_MEMORY in failure.problem
    assert "base goes on on the CPU" in failure.kept
    assert watched.engine.device is spare.device


def test_a_model_with_other_mel_bands_hears_the_sound_anew(question: Samples, spare: Engine) -> None:
    watched = Watched(FailingEngine(works=0, mels=128), lambda: spare)
    mel = watched.engine.growing_mel(0)
    mel.extend(question)
    early = mel.features(0, len(question))
    assert early.shape[0] == 128
    assert word_error_rate([QUESTION.text], [watched.engine.transcribe(early)[0].text]) < 0.1
    late = mel.features(SAMPLE_RATE // 2, len(question))
    assert watched.engine.transcribe(late, again_if_suspect=False)[0].text, "the utterance under way goes on"
    after = watched.engine.growing_mel(0)
    after.extend(question)
    assert after.features(0, len(question)).shape[0] == 80


def test_passes_that_fail_at_the_same_time_load_one_spare(question: Samples, spare: Engine) -> None:
    together = threading.Barrier(3)

    class Together(FailingEngine):
        def transcribe(self, features: Features, *rest: Any, **more: Any) -> tuple[Pass, bool]:
            if self._warm:
                together.wait(timeout=20)
            return super().transcribe(features, *rest, **more)

    watched = Watched(Together(works=0), lambda: spare)
    with ThreadPoolExecutor(3) as pool:
        said = list(pool.map(watched.transcribe, [question] * 3))
    assert word_error_rate([QUESTION.text] * 3, said) < 0.1
    assert (watched.loaded, len(watched.reported)) == (1, 1)


def test_what_nobody_wants_any_more_is_left_and_is_no_failure(question: Samples, spare: Engine) -> None:
    watched = Watched(FailingEngine(works=1), lambda: spare)
    mel = watched.engine.growing_mel(0)
    mel.extend(question)
    with pytest.raises(Abandoned):
        watched.engine.transcribe(mel.features(0, len(question)), abandoned=lambda: True)
    assert watched.loaded == 0


def test_without_a_usable_spare_the_failure_is_told(question: Samples) -> None:
    def broken() -> Engine:
        raise ModelFailure("the weights are gone")

    with pytest.raises(ModelFailure, match="the weights are gone"):
        Watched(FailingEngine(works=0), broken).apply(question)


def test_a_failure_of_the_cpu_is_not_hidden(question: Samples) -> None:
    watched = Watched(FailingEngine(works=0), lambda: FailingEngine(works=0))
    with pytest.raises(RuntimeError, match="out of memory"):
        watched.transcribe(question)


class Recording:
    """The demo's interviewer, as the rings would give it."""

    def __init__(self) -> None:
        self._samples: Samples = soundfile.read(DEMO / "call.flac", dtype="int16")[0]

    def read(self, source: str, start_sample: int, stop_sample: int) -> Samples:
        return self._samples[start_sample:stop_sample]


@pytest.mark.parametrize("works", [0, 1, 2])
def test_no_utterance_is_lost_when_the_card_fails_in_mid_session(spare: Engine, works: int) -> None:
    watched = Watched(FailingEngine(works, mels=128 if works == 0 else 80), lambda: spare)
    turns = [turn for turn in script() if turn.source == "call"][:3]
    finals: list[FinalTranscribed] = []
    with Transcriber(watched.engine, Recording(), SETTINGS, OpenUtterances()) as transcriber:  # type: ignore[arg-type]
        for number, turn in enumerate(turns):
            start, stop = round((turn.start_s - 0.25) * SAMPLE_RATE), round((turn.end_s + 0.25) * SAMPLE_RATE)
            transcriber.begin(Task("final", "call", number, start, stop, stop))

        def all_said() -> bool:
            finals.extend(each for each in transcriber.finished() if isinstance(each, FinalTranscribed))
            return len(finals) == len(turns)

        wait_until(all_said)
    said = [final.text for final in sorted(finals, key=lambda final: final.utterance)]
    assert word_error_rate([turn.text for turn in turns], said) < 0.1
    assert len(watched.reported) == 1
