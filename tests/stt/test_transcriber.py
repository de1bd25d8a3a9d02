"""The transcriber over real weights and real speech, in real time where time matters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
import soundfile

from bus.audio import SAMPLE_RATE, Samples
from bus.failures import Overrun
from bus.messages import (
    EndpointPredicted,
    Event,
    FinalTranscribed,
    PartialTranscribed,
    UtteranceDiscarded,
    UtteranceLost,
)
from session.models import store
from session.run.demo import DEMO, script
from stt.device import cpu
from stt.engine import Engine
from stt.mel import MelFrontEnd
from stt.open_utterances import OpenUtterances
from stt.scheduler import Task
from stt.settings import SttSettings
from stt.transcriber import Transcriber
from tests.waiting import wait_until

SETTINGS = SttSettings(model="base", model_path=str(store.find("base")), device="cpu")
QUESTION = next(turn for turn in script() if turn.text.endswith("?"))


class Recording:
    """The demo's interviewer, as the rings would give it."""

    def __init__(self) -> None:
        self.samples: Samples = soundfile.read(DEMO / "call.flac", dtype="int16")[0]
        self.overwritten_before = 0

    def read(self, source: str, start_sample: int, stop_sample: int) -> Samples:
        if start_sample < self.overwritten_before:
            raise Overrun(start_sample, self.overwritten_before)
        return self.samples[start_sample:stop_sample]


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(SETTINGS, cpu(SETTINGS))


@pytest.fixture
def recording() -> Recording:
    return Recording()


@pytest.fixture
def utterances() -> OpenUtterances:
    return OpenUtterances()


@pytest.fixture
def transcriber(engine: Engine, recording: Recording, utterances: OpenUtterances) -> Iterator[Transcriber]:
    with Transcriber(engine, recording, SETTINGS, utterances) as made:  # type: ignore[arg-type]
        yield made


def task(kind: str, stop_s: float = QUESTION.end_s) -> Task:
    start, quiet = (round(at_s * SAMPLE_RATE) for at_s in (QUESTION.start_s - 0.2, stop_s))
    return Task(kind, "call", 1, start, quiet + 1536, quiet)  # type: ignore[arg-type]


def events(transcriber: Transcriber, kind: type[Event]) -> list[Event]:
    """Return what was said until an event of this kind is among it."""
    said: list[Event] = []

    def heard() -> bool:
        said.extend(transcriber.finished())
        return any(isinstance(event, kind) for event in said)

    wait_until(heard)
    return said


def test_a_pause_is_judged_and_its_words_are_the_final(transcriber: Transcriber) -> None:
    transcriber.begin(task("speculative"))
    (judged,) = events(transcriber, EndpointPredicted)
    assert isinstance(judged, EndpointPredicted)
    assert judged.reason == "question"
    transcriber.begin(task("final"))
    (final,) = transcriber.finished()
    assert isinstance(final, FinalTranscribed)
    assert final.text.endswith("?")
    assert (final.speculative, final.passes, final.wasted_passes, final.queue_ms) == (True, 1, 0, 0)
    assert final.all_compute_ms == final.compute_ms


def test_an_end_decided_in_mid_pass_waits_for_that_pass(transcriber: Transcriber) -> None:
    transcriber.begin(task("speculative"))
    transcriber.begin(task("final"))
    (final,) = events(transcriber, FinalTranscribed)
    assert isinstance(final, FinalTranscribed)
    assert (final.speculative, final.passes) == (True, 1)


def test_a_pass_whose_speaker_goes_on_is_left_at_once(transcriber: Transcriber) -> None:
    middle_s = (QUESTION.start_s + QUESTION.end_s) / 2
    early = task("speculative", middle_s)
    transcriber.begin(early)
    transcriber.resume(early.key, early.stop_sample)
    assert not transcriber.busy, "nothing waits for it"
    transcriber.begin(task("final"))
    said = events(transcriber, FinalTranscribed)
    assert [type(event) for event in said] == [FinalTranscribed], "of the pause nothing is said"
    (final,) = said
    assert isinstance(final, FinalTranscribed)
    assert (final.speculative, final.passes, final.wasted_passes) == (False, 2, 1)


def test_finals_of_a_source_come_in_the_order_in_which_they_were_said(transcriber: Transcriber) -> None:
    whole = task("final")
    word = replace(whole, utterance=2, stop_sample=whole.start_sample + SAMPLE_RATE // 2)
    transcriber.begin(whole)
    transcriber.begin(word)
    said: list[Event] = []
    wait_until(lambda: said.extend(transcriber.finished()) or len(said) == 2)
    assert [event.utterance for event in said] == [1, 2]  # type: ignore[union-attr]


def test_a_partial_is_dropped_when_the_final_is_under_way(transcriber: Transcriber) -> None:
    transcriber.begin(task("partial"))
    transcriber.begin(task("final"))
    said = events(transcriber, FinalTranscribed)
    assert not any(isinstance(event, PartialTranscribed) for event in said)


def test_a_final_finds_room_while_a_partial_is_made(transcriber: Transcriber) -> None:
    assert transcriber.has_room_for_partial
    transcriber.begin(task("partial"))
    assert not transcriber.has_room_for_partial
    assert [type(event) for event in events(transcriber, PartialTranscribed)] == [PartialTranscribed]
    assert transcriber.has_room_for_partial


def test_audio_that_is_gone_is_said(transcriber: Transcriber, recording: Recording) -> None:
    recording.overwritten_before = len(recording.samples)
    transcriber.begin(task("partial"))
    transcriber.begin(task("final"))
    (lost,) = transcriber.finished()
    assert isinstance(lost, UtteranceLost)


def test_sound_without_words_is_discarded(transcriber: Transcriber, recording: Recording) -> None:
    recording.samples = recording.samples * 0
    transcriber.begin(task("speculative"))
    transcriber.begin(task("final"))
    assert [type(event) for event in events(transcriber, UtteranceDiscarded)] == [UtteranceDiscarded]


def shown(text: str) -> PartialTranscribed:
    """Return a partial, as a stage that starts again finds it in the log."""
    return PartialTranscribed(source="call", utterance=1, text=text, stable_words=0, stop_sample=1)


def test_words_that_were_shown_stand_where_the_final_pass_finds_none(
    transcriber: Transcriber, recording: Recording, utterances: OpenUtterances
) -> None:
    recording.samples = recording.samples * 0
    utterances.apply(shown("Honestly,"))
    transcriber.begin(task("final"))
    (final,) = events(transcriber, FinalTranscribed)
    assert isinstance(final, FinalTranscribed)
    assert (final.text, final.unconfirmed) == ("Honestly,", True)


def test_words_that_the_final_pass_finds_replace_those_shown(
    transcriber: Transcriber, utterances: OpenUtterances
) -> None:
    utterances.apply(shown("Something else altogether " * 20))
    transcriber.begin(task("final"))
    (final,) = events(transcriber, FinalTranscribed)
    assert isinstance(final, FinalTranscribed)
    assert final.text.endswith("?")
    assert not final.unconfirmed


@pytest.mark.parametrize("kind", ["final", "skipped"])
def test_words_that_were_shown_stand_where_the_sound_is_gone(
    transcriber: Transcriber, recording: Recording, utterances: OpenUtterances, kind: str
) -> None:
    recording.overwritten_before = len(recording.samples)
    utterances.apply(shown("Honestly,"))
    if kind == "final":
        transcriber.begin(task("final"))
    else:
        transcriber.skip(task("final"))
    (final,) = transcriber.finished()
    assert isinstance(final, FinalTranscribed)
    assert (final.text, final.unconfirmed) == ("Honestly,", True)


def test_an_utterance_that_cannot_be_decoded_is_reported_lost(
    transcriber: Transcriber, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:  # CTranslate2 refuses features of another model
        patched.setattr(engine, "_front_end", MelFrontEnd(128))
        transcriber.begin(task("speculative"))
    transcriber.begin(task("final"))
    (lost,) = events(transcriber, UtteranceLost)
    assert isinstance(lost, UtteranceLost)
    assert lost.cause.startswith("it could not be decoded")
    transcriber.begin(replace(task("final"), utterance=2))
    assert events(transcriber, FinalTranscribed), "the next one is transcribed"


def test_there_is_room_for_the_passes_that_can_be_made_and_for_no_more(transcriber: Transcriber) -> None:
    begun = 0
    while transcriber.has_room:
        begun += 1
        transcriber.begin(replace(task("final"), utterance=begun))
    assert begun == 2 * cpu(SETTINGS).workers
    assert len(events(transcriber, FinalTranscribed)) >= 1
    wait_until(lambda: transcriber.has_room)
