"""Tests of the transcriber, with real weights and real speech."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
import soundfile
from msgspec.structs import replace as replace_settings
from numpy.typing import NDArray

from bus.audio import SAMPLE_RATE, Samples
from bus.failures import Failure, Overrun
from bus.messages import (
    AudioLost,
    EndpointPredicted,
    Event,
    FinalTranscribed,
    Logged,
    PartialTranscribed,
    SpeechEnded,
    SpeechStarted,
    TranscriptRevised,
    UtteranceDiscarded,
    UtteranceLost,
)
from livebench.scoring.words import word_error_rate
from session.models import store
from session.run.start.demo import DEMO, script
from stt.engines.device import cpu
from stt.engines.mel import MelFrontEnd
from stt.engines.turn_end import TurnEndModel
from stt.engines.whisper import WhisperEngine
from stt.passes import Passes
from stt.scheduler import Task
from stt.settings import SttSettings
from stt.transcriber import Transcriber
from stt.utterances.open_utterances import OpenUtterances
from stt.utterances.turns import Turns
from tests.support.waiting import wait_until

SETTINGS = SttSettings(model="base", model_path=str(store.find("base")), device="cpu")
QUESTION = next(turn for turn in script() if turn.text.endswith("?"))


class Recording:
    """The interviewer's audio of the demo, in place of the rings."""

    def __init__(self) -> None:
        self.samples: Samples = soundfile.read(DEMO / "call.flac", dtype="int16")[0]
        self.overwritten_before = 0

    def read(self, source: str, start_sample: int, stop_sample: int) -> Samples:
        if start_sample < self.overwritten_before:
            raise Overrun(start_sample, self.overwritten_before)
        return self.samples[start_sample:stop_sample]

    def written_samples(self) -> dict[str, int]:
        return {"call": len(self.samples)}

    def oldest_samples(self) -> dict[str, int]:
        return {"call": self.overwritten_before}


@pytest.fixture(scope="module")
def engine() -> WhisperEngine:
    return WhisperEngine(SETTINGS, cpu(SETTINGS))


@pytest.fixture
def recording() -> Recording:
    return Recording()


@pytest.fixture
def utterances() -> OpenUtterances:
    return OpenUtterances()


@pytest.fixture
def turns() -> Turns:
    return Turns()


@pytest.fixture
def transcriber(
    engine: WhisperEngine, recording: Recording, utterances: OpenUtterances, turns: Turns
) -> Iterator[Transcriber]:
    with Transcriber(Passes(engine, SETTINGS), recording, SETTINGS, utterances, turns) as made:  # type: ignore[arg-type]
        yield made


def task(kind: str, stop_s: float = QUESTION.end_s) -> Task:
    start, quiet = (round(at_s * SAMPLE_RATE) for at_s in (QUESTION.start_s - 0.2, stop_s))
    return Task(kind, "call", 1, start, quiet + 1536, quiet)  # type: ignore[arg-type]


def events(transcriber: Transcriber, kind: type[Event]) -> list[Event]:
    """Return all events up to one of this kind."""
    published: list[Event] = []

    def decoded() -> bool:
        published.extend(transcriber.finished())
        return any(isinstance(event, kind) for event in published)

    wait_until(decoded)
    return published


def test_pause_predicts_endpoint_and_its_words_are_the_final(transcriber: Transcriber) -> None:
    transcriber.begin(task("speculative"))
    (endpoint,) = events(transcriber, EndpointPredicted)
    assert isinstance(endpoint, EndpointPredicted)
    assert endpoint.reason == "question"
    transcriber.begin(task("final"))
    (final,) = transcriber.finished()
    assert isinstance(final, FinalTranscribed)
    assert final.text.endswith("?")
    assert (final.speculative, final.passes, final.wasted_passes, final.queue_ms) == (True, 1, 0, 0)
    assert final.all_compute_ms == final.compute_ms


def test_end_decided_in_mid_pass_uses_that_pass(transcriber: Transcriber) -> None:
    transcriber.begin(task("speculative"))
    transcriber.begin(task("final"))
    (final,) = events(transcriber, FinalTranscribed)
    assert isinstance(final, FinalTranscribed)
    assert (final.speculative, final.passes) == (True, 1)


def test_resumed_speech_makes_the_speculative_pass_a_partial(transcriber: Transcriber) -> None:
    early = task("speculative", (QUESTION.start_s + QUESTION.end_s) / 2)
    transcriber.begin(early)
    transcriber.resume(early.key, early.stop_sample)
    (partial,) = events(transcriber, PartialTranscribed)
    assert isinstance(partial, PartialTranscribed)
    assert partial.stop_sample == early.stop_sample
    transcriber.begin(task("final"))
    published = events(transcriber, FinalTranscribed)
    assert [type(event) for event in published] == [FinalTranscribed], "no endpoint is predicted"
    (final,) = published
    assert isinstance(final, FinalTranscribed)
    assert (final.speculative, final.passes, final.wasted_passes) == (False, 2, 0)


def test_finals_of_a_source_come_in_order(transcriber: Transcriber) -> None:
    question = task("final")
    word = replace(question, utterance=2, stop_sample=question.start_sample + SAMPLE_RATE // 2)
    transcriber.begin(question)
    transcriber.begin(word)
    published: list[Event] = []
    wait_until(lambda: published.extend(transcriber.finished()) or len(published) == 2)
    assert [event.utterance for event in published] == [1, 2]  # type: ignore[union-attr]


def test_final_cancels_the_partial(transcriber: Transcriber) -> None:
    transcriber.begin(task("partial"))
    transcriber.begin(task("final"))
    published = events(transcriber, FinalTranscribed)
    assert not any(isinstance(event, PartialTranscribed) for event in published)


def test_final_has_room_while_a_partial_runs(transcriber: Transcriber) -> None:
    assert transcriber.resources().room_for_partial
    transcriber.begin(task("partial"))
    assert not transcriber.resources().room_for_partial
    assert [type(event) for event in events(transcriber, PartialTranscribed)] == [PartialTranscribed]
    assert transcriber.resources().room_for_partial


def test_overwritten_audio_makes_the_utterance_lost(transcriber: Transcriber, recording: Recording) -> None:
    recording.overwritten_before = len(recording.samples)
    transcriber.begin(task("partial"))
    transcriber.begin(task("final"))
    (lost,) = transcriber.finished()
    assert isinstance(lost, UtteranceLost)


def test_audio_without_words_is_discarded(transcriber: Transcriber, recording: Recording) -> None:
    recording.samples = recording.samples * 0
    transcriber.begin(task("speculative"))
    transcriber.begin(task("final"))
    assert [type(event) for event in events(transcriber, UtteranceDiscarded)] == [UtteranceDiscarded]


def shown(text: str) -> PartialTranscribed:
    """Return a partial, as a restarted stage finds it in the log."""
    return PartialTranscribed(source="call", utterance=1, text=text, stable_words=0, stop_sample=1)


def test_shown_words_stand_where_the_final_finds_none(
    transcriber: Transcriber, recording: Recording, utterances: OpenUtterances
) -> None:
    recording.samples = recording.samples * 0
    utterances.show(shown("Honestly,"))
    transcriber.begin(task("final"))
    (final,) = events(transcriber, FinalTranscribed)
    assert isinstance(final, FinalTranscribed)
    assert (final.text, final.unconfirmed) == ("Honestly,", True)


def test_shown_words_stand_where_a_turn_has_nothing_new(
    transcriber: Transcriber, turns: Turns, recording: Recording, utterances: OpenUtterances
) -> None:
    second = replace(continued(transcriber, turns, QUESTION.end_s - QUESTION.start_s), speech_ms=0.0)
    recording.samples = recording.samples.copy()
    recording.samples[second.start_sample :] = 0
    before = turns.before(second.key)
    assert before is not None
    partial = replace_settings(shown(f"{before.text} Amen."), utterance=2, replaces=[1])
    utterances.show(partial)
    transcriber.begin(second)
    (final,) = events(transcriber, FinalTranscribed)
    assert isinstance(final, FinalTranscribed)
    assert (final.text, final.unconfirmed, final.replaces) == (f"{before.text} Amen.", True, [1])


def test_final_beside_missing_audio_is_marked(transcriber: Transcriber, turns: Turns) -> None:
    end = task("final")
    lost = AudioLost(
        source="call",
        start_sample=end.stop_sample,
        stop_sample=end.stop_sample + SAMPLE_RATE // 2,
        cause="capture was restarted",
    )
    for happened, marked in ((None, False), (lost, True)):
        if happened:
            turns.apply(Logged(9, 9, happened))
        transcriber.begin(end)
        (final,) = events(transcriber, FinalTranscribed)
        assert isinstance(final, FinalTranscribed)
        assert final.beside_gap is marked


def test_final_words_replace_shown_words(transcriber: Transcriber, utterances: OpenUtterances) -> None:
    utterances.show(shown("Something else altogether " * 20))
    transcriber.begin(task("final"))
    (final,) = events(transcriber, FinalTranscribed)
    assert isinstance(final, FinalTranscribed)
    assert final.text.endswith("?")
    assert not final.unconfirmed


@pytest.mark.parametrize("kind", ["final", "skipped"])
def test_shown_words_stand_where_audio_is_overwritten(
    transcriber: Transcriber, recording: Recording, utterances: OpenUtterances, kind: str
) -> None:
    recording.overwritten_before = len(recording.samples)
    utterances.show(shown("Honestly,"))
    if kind == "final":
        transcriber.begin(task("final"))
    else:
        transcriber.skip(task("final"))
    (final,) = transcriber.finished()
    assert isinstance(final, FinalTranscribed)
    assert (final.text, final.unconfirmed) == ("Honestly,", True)


def test_utterance_that_cannot_be_decoded_is_lost(
    transcriber: Transcriber, engine: WhisperEngine, monkeypatch: pytest.MonkeyPatch
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


def test_room_is_two_passes_per_worker(transcriber: Transcriber) -> None:
    begun = 0
    while transcriber.resources().room:
        begun += 1
        transcriber.begin(replace(task("final"), utterance=begun))
    assert begun == 2 * cpu(SETTINGS).workers
    assert len(events(transcriber, FinalTranscribed)) >= 1
    wait_until(lambda: transcriber.resources().room)


def continued(transcriber: Transcriber, turns: Turns, cut_s: float = 1.0) -> Task:
    """Cut the question in two after this many seconds, end the first part, and return the second's task."""
    first = task("final", QUESTION.start_s + cut_s)
    turns.apply(Logged(1, 1, began(first)))
    turns.apply(Logged(2, 2, over(first)))
    transcriber.begin(first)
    (final,) = events(transcriber, FinalTranscribed)
    turns.apply(Logged(3, 3, final))
    second = replace(task("final"), utterance=2, start_sample=first.stop_sample)
    turns.apply(Logged(4, 4, began(second)))
    return second


def began(task: Task) -> SpeechStarted:
    start = task.start_sample
    return SpeechStarted(source="call", utterance=task.utterance, start_sample=start, detected_sample=start)


def over(task: Task) -> SpeechEnded:
    return SpeechEnded(
        source="call",
        utterance=task.utterance,
        start_sample=task.start_sample,
        quiet_sample=task.quiet_sample,
        stop_sample=task.stop_sample,
        decided_sample=task.stop_sample,
        cause="silence",
    )


def test_final_after_a_pause_has_the_whole_sentence(transcriber: Transcriber, turns: Turns) -> None:
    second = continued(transcriber, turns)
    transcriber.begin(replace(second, kind="speculative"))
    (endpoint,) = events(transcriber, EndpointPredicted)
    assert isinstance(endpoint, EndpointPredicted)
    transcriber.begin(second)
    (final,) = events(transcriber, FinalTranscribed)
    assert isinstance(final, FinalTranscribed)
    assert final.text == endpoint.text
    assert word_error_rate([QUESTION.text], [final.text]) < 0.2
    assert final.replaces == endpoint.replaces == [1]
    assert final.start_sample == endpoint.start_sample == task("final").start_sample


def test_utterance_is_transcribed_alone_where_its_turn_is_overwritten(
    transcriber: Transcriber, recording: Recording, turns: Turns
) -> None:
    second = task("final")
    first = replace(second, start_sample=0, stop_sample=second.start_sample, quiet_sample=second.start_sample)
    second = replace(second, utterance=2)
    for number, event in enumerate((began(first), over(first), began(second))):
        turns.apply(Logged(number, number, event))
    assert turns.before(second.key)
    recording.overwritten_before = second.start_sample
    transcriber.begin(second)
    (final,) = events(transcriber, FinalTranscribed)
    assert isinstance(final, FinalTranscribed)
    assert (final.start_sample, final.replaces) == (second.start_sample, [])
    assert final.text.endswith("?")


def test_pass_that_misses_known_words_is_made_again_alone(
    engine: WhisperEngine, recording: Recording, utterances: OpenUtterances, turns: Turns
) -> None:
    settings = replace_settings(SETTINGS, short_pass_s=13.0)
    with Transcriber(Passes(engine, settings), recording, settings, utterances, turns) as transcriber:  # type: ignore[arg-type]
        second = continued(transcriber, turns)
        words = " ".join(f"word{number}" for number in range(60))
        turns.apply(Logged(5, 5, TranscriptRevised(source="call", utterance=1, text=words, compute_ms=0)))
        transcriber.begin(second)
        (final,) = events(transcriber, FinalTranscribed)
        assert isinstance(final, FinalTranscribed)
        assert final.replaces == []
        assert word_error_rate([QUESTION.text[-40:]], [final.text[-40:]]) < 0.2


def test_partial_after_a_pause_has_the_words_before_it(transcriber: Transcriber, turns: Turns) -> None:
    second = continued(transcriber, turns)
    before = turns.before(second.key)
    assert before is not None
    assert before.text
    transcriber.begin(replace(second, kind="partial"))
    (partial,) = events(transcriber, PartialTranscribed)
    assert isinstance(partial, PartialTranscribed)
    assert partial.replaces == [1]
    assert partial.text.startswith(before.text.rstrip("."))
    assert partial.stable_words >= len(before.text.split()), "words of a final are stable"


def test_noise_after_a_pause_leaves_the_final_alone(
    transcriber: Transcriber, turns: Turns, recording: Recording
) -> None:
    second = continued(transcriber, turns, QUESTION.end_s - QUESTION.start_s)
    second = replace(second, stop_sample=second.start_sample + SAMPLE_RATE)
    recording.samples = recording.samples.copy()
    recording.samples[second.start_sample :] = 0
    transcriber.begin(second)
    assert [type(event) for event in events(transcriber, UtteranceDiscarded)] == [UtteranceDiscarded]


def test_long_final_is_revised_with_all_of_its_audio(
    engine: WhisperEngine, recording: Recording, utterances: OpenUtterances, turns: Turns
) -> None:
    settings = replace_settings(SETTINGS, short_pass_s=1.0)
    with Transcriber(Passes(engine, settings), recording, settings, utterances, turns) as transcriber:  # type: ignore[arg-type]
        second = continued(transcriber, turns, 1.6)
        transcriber.begin(replace(second, kind="speculative", stop_sample=second.quiet_sample + 512))
        transcriber.begin(second)
        (final,) = events(transcriber, FinalTranscribed)
        assert isinstance(final, FinalTranscribed)
        assert final.replaces == [1]
        (revision,) = transcriber.resources().revisable
        transcriber.begin(revision)
        assert not transcriber.resources().revisable, "it runs once"
        published: list[Event] = []
        wait_until(lambda: published.extend(transcriber.finished()) or not transcriber.busy)
        published.extend(transcriber.finished())
        texts = [event.text for event in published if isinstance(event, TranscriptRevised)]
        assert word_error_rate([QUESTION.text], texts or [final.text]) < 0.2


def test_detected_language_is_held(
    engine: WhisperEngine, recording: Recording, utterances: OpenUtterances, turns: Turns
) -> None:
    settings = replace_settings(SETTINGS, language="auto", languages={"mic": "de"})
    with Transcriber(Passes(engine, settings), recording, settings, utterances, turns) as transcriber:  # type: ignore[arg-type]
        transcriber.begin(task("final"))
        (final,) = events(transcriber, FinalTranscribed)
        assert isinstance(final, FinalTranscribed)
        assert word_error_rate([QUESTION.text], [final.text]) < 0.2
        assert transcriber.passes.language("call").held == "en"
        assert transcriber.passes.language("mic").held == "de"


def test_pass_made_again_does_not_change_the_order_of_finals(
    engine: WhisperEngine, recording: Recording, utterances: OpenUtterances, turns: Turns
) -> None:
    settings = replace_settings(SETTINGS, short_pass_s=13.0)
    with Transcriber(Passes(engine, settings), recording, settings, utterances, turns) as transcriber:  # type: ignore[arg-type]
        second = continued(transcriber, turns)
        words = " ".join(f"word{number}" for number in range(60))
        turns.apply(Logged(5, 5, TranscriptRevised(source="call", utterance=1, text=words, compute_ms=0)))
        transcriber.begin(second)
        third = replace(second, utterance=3, stop_sample=second.start_sample + SAMPLE_RATE // 2)
        transcriber.begin(third)
        wait_until(lambda: not transcriber.busy)  # both are done before either is looked at
        published: list[Event] = []
        wait_until(lambda: published.extend(transcriber.finished()) or len(published) == 2)
        assert [event.utterance for event in published] == [2, 3]  # type: ignore[union-attr]


def test_pause_is_judged_by_the_voice_too(
    engine: WhisperEngine, recording: Recording, utterances: OpenUtterances, turns: Turns
) -> None:
    model = TurnEndModel(store.find("smart-turn"))
    early = QUESTION.start_s + 0.6  # in the middle of a word
    with Transcriber(Passes(engine, SETTINGS, model), recording, SETTINGS, utterances, turns) as transcriber:  # type: ignore[arg-type]
        transcriber.begin(task("speculative", early))
        predicted = events(transcriber, EndpointPredicted)[-1]
    assert isinstance(predicted, EndpointPredicted)
    assert predicted.reason == "voice goes on"


def test_failing_judgement_is_reported_once_and_costs_no_words(
    engine: WhisperEngine, recording: Recording, utterances: OpenUtterances, turns: Turns
) -> None:
    reported: list[Failure] = []
    model = _FailingTurnEndModel(store.find("smart-turn"))
    passes = Passes(engine, SETTINGS, model, reported.append)
    with Transcriber(passes, recording, SETTINGS, utterances, turns) as transcriber:  # type: ignore[arg-type]
        for pause_s in (QUESTION.start_s + 0.6, QUESTION.end_s):
            transcriber.begin(task("speculative", pause_s))
            predicted = events(transcriber, EndpointPredicted)[-1]
            assert isinstance(predicted, EndpointPredicted)
            assert not predicted.reason.startswith("voice")
        transcriber.begin(task("final"))
        assert events(transcriber, FinalTranscribed)
    assert passes.is_trusted
    assert [failure.problem for failure in reported] == ["the model of turn ends failed: out of memory"]


class _FailingTurnEndModel(TurnEndModel):
    """Fault injection: onnxruntime has no memory for a judgement."""

    def probability(self, waveform: NDArray[np.float32]) -> float:
        if not waveform.any():  # its first run, when it is loaded
            return super().probability(waveform)
        raise RuntimeError("out of memory")
