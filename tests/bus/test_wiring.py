from __future__ import annotations

import ast
import re
import typing
from pathlib import Path

import pytest

from bus import messages as m
from bus import wiring

EVENTS = typing.get_args(m.Event)
ROOT = Path(__file__).parents[2]
PACKAGES = {
    "hub": "bus",
    "model-server": "llm",
    "connector": "llm",
    "view": "session",
    "practice": "session",
    "keeper": "session",
    "recorder": "session",
    "caption-page": "session",
    "control": "session",
}
OF_THE_USER = {
    *(m.AnswerRequested, m.CancelRequested, m.VariantRequested, m.PauseRequested, m.EndRequested),
    *(m.ProviderRequested, m.RequestDecided, m.RedactionRequested, m.MomentMarked, m.NoteAdded),
    m.SummaryRequested,
}
SAID_BY_MANY = {
    *(m.StageReady, m.Heartbeat, m.ProblemReported, m.AudioLost),
    *(m.FinalTranscribed, m.UtteranceLost, m.UtteranceDiscarded),
    *OF_THE_USER,
}
"""Events about the stage itself, events that two stages can detect, outcomes that the session publishes for a
missing transcriber or the hub for redacted words, and user actions at any view."""


@pytest.mark.parametrize("event", EVENTS)
def test_every_event_is_in_the_table(event: type[m.Message]) -> None:
    assert wiring.ROUTES[event].by


@pytest.mark.parametrize("event", [event for event in EVENTS if event not in SAID_BY_MANY])
def test_every_event_has_one_publisher(event: type[m.Message]) -> None:
    assert len(wiring.ROUTES[event].by) == 1


@pytest.mark.parametrize("event", EVENTS)
def test_every_event_has_a_subscriber(event: type[m.Message]) -> None:
    assert wiring.ROUTES[event].to


@pytest.mark.parametrize("event", EVENTS)
def test_every_publisher_constructs_its_events(event: type[m.Message]) -> None:
    for part in wiring.ROUTES[event].by:
        package = ROOT / PACKAGES.get(part, part)
        sources = [*package.rglob("*.py"), ROOT / "bus" / "stage.py"]
        assert any(
            re.search(rf"\b{event.__name__}\(", source.read_text(encoding="utf-8")) for source in sources
        ), f"{part} never says {event.__name__}"


def test_a_stage_is_known_by_the_part_before_the_colon() -> None:
    assert wiring.may_publish("vad:mic", m.SpeechEnded)
    assert not wiring.may_publish("capture:mic", m.SpeechEnded)
    assert m.SpeechEnded in wiring.subscriptions("stt")


@pytest.mark.parametrize("stage", ["capture", "vad", "stt", "llm", "overlay"])
def test_every_event_that_a_stage_handles_reaches_it(stage: str) -> None:
    names = {event.__name__: event for event in EVENTS}
    for source in (ROOT / stage).rglob("*.py"):
        for pattern in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(pattern, ast.MatchClass):
                name = ast.unparse(pattern.cls).rpartition(".")[2]
                assert name not in names or names[name] in wiring.subscriptions(stage), f"{source}: {name}"
