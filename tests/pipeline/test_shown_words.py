"""Tests that words that were shown never vanish.

Real sessions are interrupted and killed in the middle of a sentence."""

from __future__ import annotations

import os
import re
import signal
from collections import Counter
from pathlib import Path

import pytest
import soundfile

from bus.audio import SAMPLE_RATE
from session.run.start.demo import DEMO
from tests.pipeline.test_resume import left, resume
from tests.support.session_process import Event, Session, running
from tests.support.waiting import wait_until

OPTIONS = ("--answer", "off", "--json")
HEARING = ("capture:call", "vad:call", "stt")
OUTCOMES = ("FinalTranscribed", "UtteranceDiscarded", "UtteranceLost")


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("w")


def recording(place: Path, start_s: float = 0, stop_s: float = 72) -> str:
    """Return a source with a part of the interviewer's speech."""
    samples, _ = soundfile.read(DEMO / "call.flac", dtype="int16")
    soundfile.write(
        place / "call.wav", samples[round(start_s * SAMPLE_RATE) : round(stop_s * SAMPLE_RATE)], SAMPLE_RATE
    )
    return f"call=file:{place / 'call.wav'}"


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def words_shown(session: Session, source: str = "call") -> str:
    """Wait until a sentence in progress is shown, and return its words."""
    wait_until(lambda: any(len(words(each["text"])) > 2 for each in session.of("PartialTranscribed")), 60)
    return str(session.of("PartialTranscribed")[-1]["text"])


def check_outcomes(session: Session) -> None:
    """Check that every utterance has exactly one outcome, and that words were kept where some were shown."""
    begun = {(event["source"], event["utterance"]) for event in session.of("SpeechStarted")}
    outcomes: list[Event] = [event for kind in OUTCOMES for event in session.of(kind)]
    ends = Counter((event["source"], event["utterance"]) for event in outcomes)
    assert ends == Counter(begun)
    finals = {(event["source"], event["utterance"]) for event in session.of("FinalTranscribed")}
    shown = {(event["source"], event["utterance"]) for event in session.of("PartialTranscribed")}
    assert shown <= finals


def kill_until_given_up(session: Session, stage: str) -> None:
    """Kill a stage whenever it starts, until it is given up."""
    killed: set[int] = set()

    def given_up() -> bool:
        pid = session.pid(stage)
        if pid not in killed:
            killed.add(pid)
            os.kill(pid, signal.SIGKILL)
        return any(event["stage"] == stage for event in session.of("StageGivenUp"))

    wait_until(given_up, 60)


@pytest.mark.long
@pytest.mark.parametrize("times", [1, 2])
def test_words_in_progress_are_saved_at_ctrl_c(place: Path, times: int) -> None:
    file = place / "s.md"
    with running(
        "run", "--source", recording(place), *OPTIONS, "--save", str(file), directory=place
    ) as session:
        shown = words_shown(session)
        for _ in range(times):
            session.interrupt()
            wait_until(lambda: session.of("SessionEnding") or session.process.poll() is not None)
        assert session.end() == 0
    check_outcomes(session)
    assert set(words(shown)[:2]) <= set(words(file.read_text()))
    assert [path.name for path in place.iterdir() if path.suffix == ".part" or "-2" in path.name] == []


def test_words_in_progress_of_a_killed_session_are_saved(place: Path) -> None:
    with running("run", "--source", recording(place), *OPTIONS, directory=place) as session:
        wait_until(lambda: any(event["stage"] == "keeper" for event in session.of("StageReady")), 30)
        shown = words_shown(session)
        session.process.kill()
        session.process.wait(10)
        wait_until(lambda: left(session) == [f"process {session.pid('keeper')}"])
    file = place / "s.md"
    ended = resume(place, "--end", "--save", str(file))
    assert ended.returncode == 0, ended.stderr
    saved = file.read_text()
    assert "\\[unconfirmed\\]" in saved
    assert set(words(shown)) <= set(words(saved))
    wait_until(lambda: session.left_behind() == [])


@pytest.mark.long
def test_recordings_end_though_the_transcriber_was_given_up(place: Path) -> None:
    source = recording(place, stop_s=30)
    with running("run", "--source", source, *OPTIONS, directory=place) as session:
        words_shown(session)
        kill_until_given_up(session, "stt")
        assert session.end(60) == 7
    check_outcomes(session)
    lost = len(session.of("UtteranceLost"))
    assert lost >= 2
    assert f"{lost} utterances" in session.errors.decode()
    assert session.left_behind() == []


@pytest.mark.long
@pytest.mark.parametrize("stage", ["vad:call", "capture:call"])
def test_recordings_end_though_a_stage_was_given_up(place: Path, stage: str) -> None:
    with running("run", "--source", recording(place, stop_s=12), *OPTIONS, directory=place) as session:
        words_shown(session)
        kill_until_given_up(session, stage)
        assert session.end(60) == 7
    check_outcomes(session)
    assert session.left_behind() == []


@pytest.mark.long
@pytest.mark.timeout(240)
def test_stages_that_were_given_up_are_tried_again(place: Path) -> None:
    source = recording(place)
    samples, _ = soundfile.read(place / "call.wav", dtype="int16")
    soundfile.write(place / "call.wav", [*samples, *samples], SAMPLE_RATE)
    other = f"mic=file:{place / 'call.wav'}"  # so that the session continues
    with running("run", "--source", source, "--source", other, *OPTIONS, directory=place) as session:
        words_shown(session)
        for stage in ("stt", "vad:call", "capture:call"):
            kill_until_given_up(session, stage)
        given_up_seq = session.of("StageGivenUp")[-1]["seq"]
        wait_until(lambda: _works_again(session, given_up_seq), 120)
        session.interrupt()
        assert session.end() == 0, "nothing is missing at the end"
    check_outcomes(session)


def _works_again(session: Session, given_up_seq: int) -> bool:
    return any(
        event["seq"] > given_up_seq and not event["unconfirmed"] for event in session.of("FinalTranscribed")
    )


@pytest.mark.long
def test_words_around_a_gap_are_marked_and_make_no_question(place: Path) -> None:
    source = recording(place, start_s=17, stop_s=31)
    with running("run", "--source", source, "--provider", "none", "--json", directory=place) as session:
        words_shown(session)
        for stage in HEARING:
            os.kill(session.pid(stage), signal.SIGKILL)
        assert session.end() == 0
    check_outcomes(session)
    (gap,) = session.of("AudioLost")
    finals = session.of("FinalTranscribed")
    before = [each for each in finals if each["start_sample"] <= gap["start_sample"]]
    after = [each for each in finals if each["start_sample"] >= gap["stop_sample"]]
    assert before
    assert after
    assert before[-1]["beside_gap"] or before[-1]["unconfirmed"]
    assert not set(after[0]["replaces"]) & {each["utterance"] for each in before}
    for question in session.of("QuestionDetected"):
        spoken = {span["utterance"] for span in question["spans"]}
        assert not (
            spoken & {each["utterance"] for each in before} and spoken & {e["utterance"] for e in after}
        )
