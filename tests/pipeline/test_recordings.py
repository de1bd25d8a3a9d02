from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO

import numpy as np
import pytest
import soundfile

from bus.audio import SAMPLE_RATE
from livebench.playing import sender
from livebench.scoring.words import word_error_rate
from session.run.start.demo import DEMO, script
from tests.support.session_log import BOTH, CALL, check_log, transcript, truth
from tests.support.session_process import NO_HURRY, Event, running


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("s")


def test_recordings_at_any_pace_give_every_word(place: Path) -> None:
    saved = place / "s.md"
    arguments = ("run", *BOTH, "--pace", "fast", "--answer", "off", "--json", "--save", str(saved))
    with running(*arguments, directory=place) as session:
        assert session.end() == 0
    check_log(session.events)
    for source in ("call", "mic"):
        assert word_error_rate([truth(source)], [transcript(session.events, source)]) < 0.05
    assert not session.of("AudioLost")
    assert "rate limiter" in saved.read_text()
    assert saved.stat().st_mode & 0o777 == 0o600
    assert session.left_behind() == []


@pytest.mark.long
def test_the_demo_answers_its_questions_on_this_machine_alone(place: Path) -> None:
    asked = ("demo", "--json", "--save", str(place / "demo.md"))
    with running(*asked, directory=place, environment=NO_HURRY) as session:
        assert session.end() == 0
    events = session.events
    check_log(events)
    zero_ns = {event["first_sample_ns"] for event in session.of("CaptureStarted")}
    assert len(zero_ns) == 1, "recordings keep in step"
    for final in session.of("FinalTranscribed"):
        ended_ns = zero_ns.copy().pop() + final["quiet_sample"] * 1_000_000_000 // SAMPLE_RATE
        assert final["logged_ns"] > ended_ns, "nothing is known before it is said"
    questions = session.of("QuestionDetected")
    assert sum(not question["replaces"] for question in questions) == 4
    for question in questions:
        order = [e["type"] for e in events if e.get("question") == question["question"]]
        assert order[:3] == ["QuestionDetected", "PassagesRetrieved", "RequestSent"], "notes come first"
        # On a busy machine the next question may cancel an answer.
        ends = [kind for kind in order if kind != "UsageCounted"]
        assert ends[-1] in ("AnswerFinished", "AnswerStopped")
    assert session.of("AnswerFinished")[-1]["question"] == questions[-1]["question"]
    assert [problem for problem in session.of("ProblemReported") if problem["stage"] == "llm"] == []
    assert len(session.of("RequestSent")) == len(questions)
    check_requests(session.of("RequestSent"), transcript(events, "mic"))
    assert [e["type"] for e in events if e["type"] != "UsageCounted"][-1] == "SessionEnding"
    assert b"left the machine  nothing" in session.errors
    assert "rate limiter" in (place / "demo.md").read_text()
    assert session.left_behind() == []


def check_requests(requests: Sequence[Event], own_words: str) -> None:
    """Check that requests stayed on the machine and contain nothing that the candidate said."""
    for request in requests:
        assert not request["left_machine"]
        body = json.loads(request["body"])
        assert len(request["body"].encode()) == request["body_bytes"]
        content = " ".join(message["content"] for message in body["messages"])
        sentences = [part for part in own_words.split(". ") if len(part.split()) > 5]
        assert sentences
        quoted = (DEMO / "notes.md").read_text()  # the candidate's own notes may contain the same words
        assert not [each for each in sentences if each in content and each not in " ".join(quoted.split())]


@pytest.mark.long
def test_standard_input_is_a_source(place: Path) -> None:
    samples, _ = soundfile.read(CALL, dtype="int16")
    pcm = samples[: 9 * SAMPLE_RATE].tobytes()
    arguments = ("run", "--source", "call=-", "--pace", "fast", "--answer", "off", "--json")
    with running(*arguments, directory=place, stdin=subprocess.PIPE) as session:
        assert session.process.stdin
        session.process.stdin.write(pcm)
        session.process.stdin.close()
        assert session.end() == 0
    wanted = " ".join(turn.text for turn in script()[:2])
    assert word_error_rate([wanted], [transcript(session.events, "call")]) < 0.1


def write_live(pipe: IO[bytes] | None, seconds: int, place: Path) -> subprocess.Popen[bytes]:
    """Start a process that writes the beginning of the call in real time, and hand it the pipe."""
    assert pipe
    pcm = place / "call.pcm"
    pcm.write_bytes(soundfile.read(CALL, dtype="int16", frames=seconds * SAMPLE_RATE)[0].tobytes())
    with pipe:
        return subprocess.Popen(
            [sys.executable, sender.__file__, str(pcm)], stdout=pipe, stderr=subprocess.PIPE
        )


def test_live_input_that_began_before_the_session_is_not_late(place: Path) -> None:
    arguments = ("run", "--source", "call=-", "--model", "tiny.en", "--answer", "off", "--json")
    with running(*arguments, directory=place, stdin=subprocess.PIPE) as session:
        session.wait_for("StageStarted")
        with write_live(session.process.stdin, 6, place) as writer:
            began_ns = json.loads(writer.communicate()[1])["first_sample_ns"]
        assert session.end() == 0
    (started,) = session.of("CaptureStarted")
    (replay,) = session.of("ReplayStarted")
    before_ns = replay["start_ns"] - began_ns
    assert before_ns > 0, "it began while the session started"
    assert abs(started["first_sample_ns"] - began_ns) < before_ns / 2  # a slow start fills the pipe
    assert session.of("CaptureEnded")[0]["stop_sample"] >= 6 * SAMPLE_RATE


@pytest.mark.long
def test_live_input_is_neither_late_nor_lost_when_capture_dies(place: Path) -> None:
    arguments = ("run", "--source", "call=-", "--model", "tiny.en", "--answer", "off", "--json")
    with running(*arguments, directory=place, stdin=subprocess.PIPE) as session:
        session.wait_for("ReplayStarted")  # so that it waits in no pipe before capture dies
        with write_live(session.process.stdin, 12, place) as writer:
            session.wait_for("SpeechEnded")
            os.kill(session.pid("capture:call"), signal.SIGKILL)
            began_ns = json.loads(writer.communicate()[1])["first_sample_ns"]
        assert session.end() == 0
    first, second = session.of("CaptureStarted")
    assert second["first_sample_ns"] == first["first_sample_ns"]
    allowed = (0.1 + max(0, began_ns - first["first_sample_ns"]) / 1e9) * SAMPLE_RATE  # the writer came later
    lost = sum(each["stop_sample"] - each["start_sample"] for each in session.of("AudioLost"))
    assert lost < allowed, "what came meanwhile waited in the pipe"
    late = session.of("CaptureEnded")[-1]["stop_sample"] - 12 * SAMPLE_RATE
    assert abs(late) < allowed


@pytest.mark.long
def test_ctrl_c_in_mid_sentence_saves_the_transcript(place: Path) -> None:
    with running("run", *BOTH, "--answer", "off", "--json", directory=place) as session:
        session.wait_for("FinalTranscribed")
        before = len(session.of("SpeechStarted"))
        session.wait_for("SpeechStarted", before + 1)
        session.wait_for("PartialTranscribed", len(session.of("PartialTranscribed")) + 3)
        session.interrupt()
        assert session.end(20) == 0
    check_log(session.events)
    assert session.of("SpeechEnded")[-1]["cause"] == "end of audio"
    assert session.of("SessionEnding")[0]["cause"] == "stopped by the user"
    assert session.left_behind() == []


@pytest.mark.long
def test_noise_has_no_words(place: Path) -> None:
    chance = np.random.default_rng(3)
    hiss = chance.normal(0, 0.02, 6 * SAMPLE_RATE)
    clicks = np.zeros(6 * SAMPLE_RATE)
    clicks[chance.integers(0, len(clicks), 60)] = 0.8
    hum = 0.2 * np.sin(2 * np.pi * 50 * np.arange(6 * SAMPLE_RATE) / SAMPLE_RATE)
    soundfile.write(place / "noise.wav", np.concatenate([hiss, clicks, hum]), SAMPLE_RATE)
    source = f"mic=file:{place / 'noise.wav'}"
    arguments = ("run", "--source", source, "--pace", "fast", "--answer", "off", "--json")
    with running(*arguments, directory=place) as session:
        assert session.end() == 0
    assert session.of("FinalTranscribed") == []


@pytest.mark.long
@pytest.mark.parametrize("suffix", ["md", "srt", "vtt", "json"])
def test_a_session_is_saved_when_asked(place: Path, suffix: str) -> None:
    file = place / f"session.{suffix}"
    asked = (
        "run",
        "--source",
        f"call=file:{CALL}",
        "--model",
        "tiny.en",
        "--pace",
        "fast",
        "--answer",
        "off",
    )
    with running(*asked, "--json", "--save", str(file), directory=place) as session:
        assert session.end() == 0
    assert "rate limiter" in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600
