from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
import soundfile

from bench.faults.recovery import account, count_double_answers
from bus.audio import SAMPLE_RATE
from bus.client import HubClient
from bus.messages import AnswerStreamed, Event, Heartbeat, StageReady
from bus.run import Run
from session.run.start.demo import DEMO
from session.settings import SCHEMA
from tests.conftest import StartStage
from tests.support.fake_provider import ProviderServer, answer
from tests.support.session_process import Session, running
from tests.support.waiting import wait_until

pytestmark = pytest.mark.long

FROM_S, TO_S = 17, 31
"""A question and its answer."""

HEARING = ("capture:mic", "vad:mic", "stt")

EVENTS = 1000


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("k")


def sources(place: Path) -> list[str]:
    """Return two sources that play a short part of the interview."""
    given = []
    for name in ("call", "mic"):
        part, _ = soundfile.read(
            DEMO / f"{name}.flac", dtype="int16", start=FROM_S * SAMPLE_RATE, stop=TO_S * SAMPLE_RATE
        )
        soundfile.write(place / f"{name}.wav", part, SAMPLE_RATE)
        given += ["--source", f"{name}=file:{place / f'{name}.wav'}"]
    return given


def test_kills_in_mid_sentence_lose_no_word(place: Path) -> None:
    environment = {"QT_QPA_PLATFORM": "offscreen", "XDG_STATE_HOME": str(place)}
    with ProviderServer(script=[answer("Name the tables first.")]) as provider:
        options = ("--provider", provider.base_url, "--view", "overlay", "--json")
        with running("run", *sources(place), *options, directory=place, environment=environment) as session:
            _kill_each_at_work(session)
            assert session.end() == 0
    died = {event["stage"] for event in session.of("StageDied")}
    assert died == {"overlay", "connector", "llm", *HEARING}
    happened = account(session.events)
    assert (happened.lost, happened.doubled, happened.out_of_order) == (0, 0, 0)
    assert count_double_answers(session.events) == 0
    assert session.of("AnswerFinished"), "what was cut off is asked again"
    (gap,) = session.of("AudioLost")
    assert gap["stop_sample"] == session.of("CaptureStarted")[-1]["start_sample"]
    _check_words_shown(session)
    assert session.left_behind() == []


def _kill_each_at_work(session: Session) -> None:
    """Kill each group of stages when its work shows, in order."""

    def mic_grows() -> bool:
        return any(event["source"] == "mic" for event in session.of("PartialTranscribed"))

    at_work: dict[tuple[str, ...], Callable[[], bool]] = {
        ("overlay",): lambda: bool(session.of("FinalTranscribed")),
        ("connector", "llm"): lambda: bool(session.of("AnswerStreamed")),
        HEARING: mic_grows,  # all that have the audio, at once
    }
    while at_work:
        for stages in wait_until(lambda: [each for each, works in at_work.items() if works()], 120):
            del at_work[stages]
            for stage in stages:
                os.kill(session.pid(stage), signal.SIGKILL)


def _check_words_shown(session: Session) -> None:
    """Check that words shown before the transcriber died remain, unless its final pass found better ones."""
    shown = next(event for event in session.of("PartialTranscribed") if event["source"] == "mic")
    utterance = shown["source"], shown["utterance"]
    (final,) = [e for e in session.of("FinalTranscribed") if (e["source"], e["utterance"]) == utterance]
    assert final["text"]
    if final["unconfirmed"]:
        texts = [
            e["text"] for e in session.events if e["type"] in ("PartialTranscribed", "EndpointPredicted")
        ]
        assert final["text"] in texts


def test_a_question_is_never_count_double_answers_at_once(place: Path) -> None:
    options = ("--provider", "local", "--json")
    with running("run", *sources(place), *options, directory=place) as session:
        session.wait_for("RequestSent")
        os.kill(session.pid("llm"), signal.SIGSTOP)  # a hang, before the first token of the answer
        assert session.end() == 0
    deaths = [event["seq"] for event in session.of("StageDied") if event["stage"] == "llm"]
    assert len(deaths) == 1
    sent = [event["seq"] for event in session.of("RequestSent") if event["question"]]
    assert sent[0] < deaths[0] < sent[1]
    ends = Counter(
        event["question"] for kind in ("AnswerFinished", "AnswerStopped") for event in session.of(kind)
    )
    assert set(ends.values()) == {1}
    assert count_double_answers(session.events) == 0


def test_a_frozen_window_catches_up(make_run: Callable[..., Run], start_stage: StartStage) -> None:
    run = make_run(**{name: kind() for name, kind in SCHEMA.items()})
    start_stage(run, "bus")
    overlay = start_stage(run, "overlay", QT_QPA_PLATFORM="offscreen")
    with (
        HubClient("session", run, kinds=frozenset({Heartbeat, StageReady})) as watch,
        HubClient("llm", run) as publisher,
        HubClient("view", run, kinds=frozenset({AnswerStreamed})) as other,
    ):

        def seen(happened: Callable[[Event], bool]) -> bool:
            return any(happened(logged.event) for logged in watch.poll(0.05))

        wait_until(lambda: seen(lambda event: isinstance(event, StageReady) and event.stage == "overlay"), 30)
        os.kill(overlay.pid, signal.SIGSTOP)
        for number in range(EVENTS):
            publisher.publish(AnswerStreamed(question=1, delta=f"{number} ", received_ns=number))
        received: list[int] = []
        wait_until(lambda: received.extend(each.seq for each in other.poll(0.05)) or len(received) == EVENTS)
        os.kill(overlay.pid, signal.SIGCONT)
        wait_until(
            lambda: seen(lambda event: isinstance(event, Heartbeat) and event.processed_seq >= received[-1]),
            30,
        )
