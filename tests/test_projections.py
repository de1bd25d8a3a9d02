"""Every projection computes the same state from the same log, from any prefix on."""

from __future__ import annotations

import copy
from collections import deque
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from bus.log.projection import Projection
from bus.messages import Logged
from capture.session_state import SessionState
from llm.active_provider import ActiveProvider
from llm.settings import LlmSettings
from overlay.state.captions import Captions
from overlay.state.egress import Egress
from overlay.state.practice import Practice
from session.run.end.statistics import Statistics
from session.run.progress import Progress
from session.transcript.record import Record
from stt.lag import Lag
from stt.scheduler import Scheduler
from stt.settings import SttSettings
from stt.utterances.open_utterances import OpenUtterances
from tests.support import sample_practice as practice_story
from tests.support import sample_session as story
from tests.support.events import log
from vad.history import History

PROJECTIONS: dict[str, Callable[[], Projection]] = {
    "capture.SessionState": lambda: SessionState("mic", 40.0),
    "vad.History": lambda: History("mic"),
    "stt.Lag": Lag,
    "stt.OpenUtterances": OpenUtterances,
    "stt.Scheduler": lambda: Scheduler(SttSettings()),
    "overlay.Captions": Captions,
    "overlay.Egress": Egress,
    "overlay.Practice": Practice,
    "session.Progress": lambda: Progress(["call", "mic"], answers=True, practises=True),
    "session.Statistics": Statistics,
    "session.Record": Record,
    "llm.ActiveProvider": lambda: ActiveProvider(LlmSettings()),
}
LOG = log(*(logged.event for logged in story.whole()), *practice_story.whole())


def state(value: Any) -> Any:
    """Return a value as nested builtins that can be compared."""
    match value:
        case Logged() | msgspec.Struct():
            return msgspec.to_builtins(value)
        case dict():
            return {key: state(each) for key, each in value.items()}
        case list() | tuple() | deque():
            return [state(each) for each in value]
        case set() | frozenset():
            return sorted(map(repr, value))
    if hasattr(value, "__dict__"):
        return state(vars(value))
    if hasattr(value, "__slots__"):
        return {name: state(getattr(value, name)) for name in value.__slots__}
    return value


def applied(projection: Projection, events: list[Logged]) -> Projection:
    for logged in events:
        projection.apply(logged)
    return projection


@pytest.mark.parametrize("name", PROJECTIONS)
def test_same_log_gives_the_same_state(name: str) -> None:
    make = PROJECTIONS[name]
    expected = state(applied(make(), LOG))
    assert state(applied(make(), LOG)) == expected
    for at in range(0, len(LOG), 5):
        earlier = applied(make(), LOG[:at])
        assert state(applied(copy.deepcopy(earlier), LOG[at:])) == expected
        assert state(applied(earlier, LOG[at:])) == expected
