"""Practice as a user runs it: real sound server, real speech, a provider on loopback."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import soundfile

from session.run.start.demo import DEMO
from session.transcript.saved_session import decode
from tests.support import pulse_server as pulse
from tests.support.fake_provider import ProviderServer, answer
from tests.support.session_log import OUTCOMES, check_log
from tests.support.session_process import Event, Session, running
from tests.support.waiting import wait_until

MISSING = pulse.missing_programs() + [name for name in ("espeak-ng",) if shutil.which(name) is None]
pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}")

QUESTIONS = ["What was the hardest part?", "How would you design a rate limiter?"]
ANSWERS_S = [(24.0, 30.2), (60.0, 69.2)]
"""Positions of the answers in the shipped recording."""
QUESTION_WORDS = ["hardest part", "rate limit"]
WORDS = ["every part of the code", "token bucket"]
FEEDBACK = "**It meets the question.**\n\n- The *tables* are named."
HURRY = {"CUECARD_PRACTICE_QUIET_S": "1.5", "CUECARD_PRACTICE_BETWEEN_S": "0"}
DIRTY_MEMORY = {"MALLOC_PERTURB_": "90"}
"""Fills new memory, so that a program that reads uninitialized memory fails every time."""


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("q")


@pytest.fixture
def server(place: Path) -> Iterator[pulse.PulseServer]:
    with pulse.pulse_server(place) as running_server:
        yield running_server


def environment(server: pulse.PulseServer, place: Path) -> dict[str, str]:
    from session.models import store

    models = str(store.models_directory())
    return {
        **server.environment,
        **HURRY,
        **DIRTY_MEMORY,
        "XDG_STATE_HOME": str(place),
        "CUECARD_MODELS_DIR": models,
    }


def practise(session: Session, server: pulse.PulseServer) -> None:
    """Answer each question when it is the user's turn."""
    for number, (start_s, stop_s) in enumerate(ANSWERS_S, 1):
        session.wait_for("TurnStarted", number)
        # An answer that starts at once shares an utterance with the voice; `test_echo` covers that.
        wait_until(lambda: len(_outcomes(session)) == len(session.of("SpeechStarted")), 30)
        spoken, rate_hz = soundfile.read(DEMO / "mic.flac", dtype="int16")
        player = server.play(spoken[round(start_s * rate_hz) : round(stop_s * rate_hz)], rate_hz)
        session.wait_for("PracticeAnswerMeasured", number)
        assert player.wait(20) == 0


def _outcomes(session: Session) -> list[Event]:
    return [event for kind in OUTCOMES for event in session.of(kind)]


@pytest.mark.long
def test_practice_asks_measures_and_requests_feedback(server: pulse.PulseServer, place: Path) -> None:
    file, saved = place / "questions.md", place / "practice.md"
    file.write_text("# Mine\n" + "".join(f"- {question}\n" for question in QUESTIONS))
    arguments = ("practice", "--questions", str(file), "--speak", "--notes", str(DEMO / "notes.md"))
    with ProviderServer(script=[answer(FEEDBACK)]) as provider:
        asked = (
            *arguments,
            "--provider",
            provider.base_url,
            "--json",
            "--save",
            str(saved),
            "--keep-measures",
        )
        data = {**environment(server, place), "XDG_DATA_HOME": str(place / "data")}
        with running(*asked, "--save", str(saved), directory=place, environment=data) as session:
            practise(session, server)
            assert session.end(30) == 0, session.errors.decode()
    check_log(session.events)
    assert [event["text"] for event in session.of("PracticeQuestionAsked")] == QUESTIONS
    assert session.of("SessionEnding")[0]["cause"] == "the practice is over"
    assert not session.of("ConsentGiven"), "nobody else is heard"
    check_answers(session)
    check_requests(session, provider)
    text = saved.read_text()
    assert "## Practice 1: What was the hardest part?" in text
    assert "The *tables* are named." in text
    assert "What this can and cannot judge" in text
    assert session.left_behind() == []
    check_kept_measures(place / "data")


def check_kept_measures(data: Path) -> None:
    """Check that the figures of the practice were kept, and none of its words."""
    (file,) = (data / "cuecard" / "sessions").iterdir()
    assert ".measures" in file.name
    kept = decode(file.read_bytes())
    assert kept.practice is not None
    assert [answer.measures.words > 0 for answer in kept.practice.answers] == [True] * len(QUESTIONS)
    assert (kept.turns, kept.questions, kept.left_machine) == ([], [], [])
    assert not any(words in file.read_text().lower() for words in (*QUESTION_WORDS, "hardest", "tables"))


def check_answers(session: Session) -> None:
    """Check that each answer contains its own words, and nothing of the program's voice."""
    received = " ".join(event["text"].lower() for event in session.of("FinalTranscribed"))
    assert any(words in received for words in QUESTION_WORDS), "the microphone hears the voice"
    for measured, words in zip(session.of("PracticeAnswerMeasured"), WORDS, strict=True):
        assert words in measured["text"].lower()
        assert [words for words in QUESTION_WORDS if words in measured["text"].lower()] == [], measured
        measures = measured["measures"]
        assert 60 < measures["words_per_minute"] < 260
        assert measures["first_word_s"] < 8
        assert measures["pauses"] >= 1
        assert measured["remarks"]
    ended = session.of("PracticeEnded")[0]
    assert (ended["answers"], ended["of"]) == (2, 2)
    assert any("accents" in caveat for caveat in ended["caveats"])


def check_requests(session: Session, provider: ProviderServer) -> None:
    """Check that the ledger has what left: a question, its answer and passages of the notes, no more."""
    requests = session.of("RequestSent")
    assert [request["body"].encode() for request in requests] == [each.body for each in provider.asked]
    *each, whole = requests
    for request, question, measured in zip(
        each, QUESTIONS, session.of("PracticeAnswerMeasured"), strict=True
    ):
        found = next(e for e in session.of("PassagesRetrieved") if e["question"] == request["question"])
        content = json.loads(request["body"])["messages"][-1]["content"]
        for part in (question, measured["text"], *(passage["text"] for passage in found["passages"])):
            assert part in content
            content = content.replace(part, "")
        assert len(content) < 400, f"nothing else is in it: {content}"
    other = session.of("PracticeAnswerMeasured")[0]["text"]
    assert other not in requests[1]["body"], "an answer is looked at alone"
    for measured in session.of("PracticeAnswerMeasured"):
        assert measured["text"] in json.loads(whole["body"])["messages"][-1]["content"]
    assert [event["text"] for event in session.of("AnswerFinished")] == [FEEDBACK] * 3


@pytest.mark.long
def test_practice_without_provider_sends_nothing(server: pulse.PulseServer, place: Path) -> None:
    file = place / "questions.txt"
    file.write_text(QUESTIONS[0])
    arguments = ("practice", "--questions", str(file), "--provider", "none", "--json")
    with running(*arguments, directory=place, environment=environment(server, place)) as session:
        session.wait_for("TurnStarted")
        spoken, rate_hz = soundfile.read(DEMO / "mic.flac", dtype="int16")
        server.play(spoken[round(24.0 * rate_hz) : round(30.2 * rate_hz)], rate_hz).wait(20)
        assert session.end(30) == 0, session.errors.decode()
    assert WORDS[0] in session.of("PracticeAnswerMeasured")[0]["text"].lower()
    assert session.of("PracticeEnded")[0]["answers"] == 1
    assert session.of("RequestSent") == []
    assert b"left the machine  nothing" in session.errors


@pytest.mark.long
def test_a_struck_answer_is_given_again(server: pulse.PulseServer, place: Path) -> None:
    file, saved = place / "questions.md", place / "practice.json"
    file.write_text(f"# Mine\n- {QUESTIONS[1]}\n")
    own = environment(server, place)
    arguments = ("practice", "--questions", str(file), "--provider", "none", "--json", "--save", str(saved))
    spoken, rate_hz = soundfile.read(DEMO / "mic.flac", dtype="int16")

    def say(start_s: float, stop_s: float) -> None:
        assert server.play(spoken[round(start_s * rate_hz) : round(stop_s * rate_hz)], rate_hz).wait(30) == 0

    def starts() -> int:
        return sum(event["stage"] == "practice" for event in session.of("StageReady"))

    with running(*arguments, directory=place, environment=own) as session:
        session.wait_for("TurnStarted")
        say(24.0, 25.6)  # "Honestly, the data."
        strike = [sys.executable, "-m", "session", "strike"]
        surroundings = {**os.environ, **own, "XDG_RUNTIME_DIR": str(place)}
        subprocess.run(strike, env=surroundings, check=True, timeout=60, capture_output=True)
        wait_until(lambda: starts() == 2, 30)
        say(60.0, 64.0)  # "I would start with a token bucket per client."
        assert session.end(40) == 0, session.errors
    (measured,) = session.of("PracticeAnswerMeasured")
    assert "token bucket" in measured["text"].lower()
    assert session.of("PracticeEnded"), "the practice goes on to its end"
    assert "honestly" not in saved.read_text("utf-8").lower()
    assert len(decode(saved.read_bytes()).struck) == 1
    assert session.left_behind() == []
