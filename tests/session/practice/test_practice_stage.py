"""The practice stage as a process on a real hub."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import psutil
import pytest

from bus import messages as m
from bus import wiring
from bus.client import HubClient
from bus.run import Run
from session.settings.practice import PracticeSettings
from tests.support.event_publishers import EventPublishers
from tests.support.events import SECOND, final, started
from tests.support.waiting import wait_until

M = TypeVar("M", bound=m.Message)
StartStage = Callable[..., "subprocess.Popen[bytes]"]
QUESTIONS = ["What is a queue?", "And a stack?"]


class Practised:
    """A practice stage, a simulated microphone, and all events."""

    def __init__(
        self, run: Run, start_stage: StartStage, speakers: EventPublishers, **environment: str
    ) -> None:
        self._run, self._start, self._environment = run, start_stage, environment
        self.speakers = speakers
        self.zero_ns = time.monotonic_ns()
        self.line = HubClient("view", run, kinds=wiring.LOGGED)
        self.events: list[m.Event] = []
        self.child = self.start()

    def start(self) -> subprocess.Popen[bytes]:
        return self._start(self._run, "session.practice", **self._environment)

    def all(self, kind: type[M]) -> list[M]:
        self.events += [logged.event for logged in self.line.poll(0.02)]
        return [event for event in self.events if isinstance(event, kind)]

    def wait_for(self, kind: type[M], count: int = 1) -> M:
        wait_until(lambda: len(self.all(kind)) >= count, timeout_s=20)
        return self.all(kind)[count - 1]

    def open(self) -> None:
        self.wait_for(m.StageReady, 2)  # the hub's and the stage's
        self.speakers.publish(started("mic", self.zero_ns), m.ReplayStarted(start_ns=0))

    def publish(self, utterance: int, text: str) -> None:
        """Let the user say something that ended just now."""
        turn = self.wait_for(m.TurnStarted, utterance)
        start_s = turn.from_sample / SECOND + 0.5
        self.speakers.publish(final(utterance, text, "mic", start_s, start_s + 0.1))


@pytest.fixture
def speakers_of() -> Iterator[Callable[[Run], EventPublishers]]:
    made: list[EventPublishers] = []

    def make(run: Run) -> EventPublishers:
        made.append(EventPublishers(run).__enter__())
        return made[-1]

    yield make
    for speakers in made:
        speakers.__exit__(None, None, None)


@pytest.fixture
def practise(
    make_run: Callable[..., Run], start_stage: StartStage, speakers_of: Callable[[Run], EventPublishers]
) -> Iterator[Callable[..., Practised]]:
    running: list[Practised] = []

    def start(environment: dict[str, str] | None = None, **changes: object) -> Practised:
        settings = {"questions": QUESTIONS, "quiet_s": 0.5, "between_s": 0, **changes}
        run = make_run(practice=PracticeSettings(**settings))  # type: ignore[arg-type]
        start_stage(run, "bus")
        with HubClient("session", run) as client:
            assert client.poll(timeout_s=10), "the hub did not start"
        running.append(Practised(run, start_stage, speakers_of(run), **(environment or {})))
        return running[-1]

    yield start
    for each in running:
        each.line.close()


def give_feedback(practised: Practised, number: int) -> None:
    wanted = practised.wait_for(m.FeedbackRequested, number)
    practised.speakers.publish(
        m.QuestionDetected(
            question=number,
            source="practice",
            utterance=wanted.number,
            text="Feedback",
            confidence=1.0,
            kind="feedback",
        ),
        m.AnswerFinished(question=number, text="Good.", model="some", stop_reason="stop"),
    )


def test_a_practice_goes_from_the_first_question_to_the_end(practise: Callable[..., Practised]) -> None:
    practised = practise()
    practised.open()
    for number, text in enumerate(("A line.", "A pile."), 1):
        assert practised.wait_for(m.PracticeQuestionAsked, number).text == QUESTIONS[number - 1]
        practised.publish(number, text)
        assert practised.wait_for(m.PracticeAnswerMeasured, number).text == text
        give_feedback(practised, number)
    give_feedback(practised, 3)
    assert practised.wait_for(m.PracticeEnded).answers == 2
    practised.child.terminate()
    assert practised.child.wait(10) == 0
    assert "no internet sockets" in practised.all(m.StageReady)[-1].sandbox or os.name == "nt"


def test_killed_stage_loses_and_repeats_nothing(
    practise: Callable[..., Practised],
) -> None:
    practised = practise(quiet_s=2.0)
    practised.open()
    practised.publish(1, "A line.")
    practised.wait_for(m.FinalTranscribed)
    practised.child.send_signal(signal.SIGKILL)
    practised.child.wait(10)
    practised.child = practised.start()
    assert practised.wait_for(m.PracticeAnswerMeasured).text == "A line."
    give_feedback(practised, 1)
    practised.wait_for(m.PracticeQuestionAsked, 2)
    assert [asked.number for asked in practised.all(m.PracticeQuestionAsked)] == [1, 2]
    assert len(practised.all(m.FeedbackRequested)) == 1


def test_stopping_early_publishes_a_summary(practise: Callable[..., Practised]) -> None:
    practised = practise()
    practised.open()
    practised.publish(1, "A line.")
    practised.wait_for(m.FeedbackRequested)
    practised.child.terminate()
    assert practised.child.wait(10) == 0
    ended = practised.wait_for(m.PracticeEnded)
    assert (ended.answers, ended.of) == (1, 2)


def test_without_a_voice_questions_are_shown(practise: Callable[..., Practised]) -> None:
    practised = practise({"PATH": "/nowhere"}, speak=True)
    practised.open()
    assert "no voice is installed" in practised.wait_for(m.ProblemReported).problem
    practised.wait_for(m.TurnStarted)


@pytest.mark.skipif(os.name == "nt", reason="a shell script stands in for the voice")
def test_turn_waits_for_the_voice(practise: Callable[..., Practised], tmp_path: Path) -> None:
    script = tmp_path / "espeak-ng"
    script.write_text("#!/bin/sh\nexec tail -f /dev/null\n")
    script.chmod(0o755)
    practised = practise({"PATH": f"{tmp_path}:{os.environ['PATH']}"}, speak=True)
    practised.open()
    practised.wait_for(m.PracticeQuestionAsked)
    (voice,) = wait_until(lambda: psutil.Process(practised.child.pid).children())
    assert not practised.all(m.TurnStarted)
    practised.speakers.publish(m.AnswerRequested(by="session"))
    practised.wait_for(m.TurnStarted)
    wait_until(lambda: not voice.is_running())
    practised.publish(1, "A line.")
    give_feedback(practised, 1)
    practised.wait_for(m.PracticeQuestionAsked, 2)
    (voice,) = wait_until(lambda: psutil.Process(practised.child.pid).children())
    practised.child.terminate()
    assert practised.child.wait(10) == 0
    assert not voice.is_running()
