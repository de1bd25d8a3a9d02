"""Display names of the sources: from flags, in saved files and in the plain view."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bus import messages as m
from bus.failures import SettingsFailure, UsageFailure
from session.run.start.request import Request
from session.run.start.resolution import resolve
from session.settings import load
from session.transcript.formats.table import FORMATS
from session.transcript.record import Record
from session.view.plain import PlainLines
from tests.support.events import final, log, question, started

SOURCES = ["mic=default", "call=monitor", "guest=device:2"]
STARTED = m.SessionStarted(
    version="1",
    sources=["mic", "call"],
    names={"mic": "Ada <b>", "call": "Zoë **Ng**"},
    answer="auto",
    started_ns=1,
)
EVENTS = (
    STARTED,
    started("call"),
    final(1, "What is a mutex?", "call", 1.0, 2.0),
    question(1, "What is it?"),
)


def names(*given: str) -> dict[str, str]:
    flags: dict[str, dict[str, Any]] = {
        "capture": {"sources": SOURCES},
        "session": {"names": list(given) or None},
        "llm": {"answer": "off"},
    }
    return resolve(Request(flags=flags)).display_names()


def test_names_of_sources() -> None:
    assert names() == {"mic": "You", "call": "Them", "guest": "guest"}
    assert names("mic=Ada", "guest= Anna = Zoë ") == {"mic": "Ada", "call": "Them", "guest": "Anna = Zoë"}


@pytest.mark.parametrize("given", ["mic", "mic=", "mic=  ", "Mic=Ada"])
def test_a_name_needs_a_source(given: str) -> None:
    with pytest.raises(UsageFailure, match="has no valid name"):
        names(given)


@pytest.mark.parametrize("name", ["", "a" * 41, "a\nb", "\x1b[31m", "\u202eevil", " Ada"])
def test_names_are_short_and_printable(name: str) -> None:
    with pytest.raises(SettingsFailure):
        load(None, {"session": {"names": {"mic": name}}})


def test_saved_files_have_the_names() -> None:
    record = Record()
    for logged in log(*EVENTS):
        record.apply(logged)
    saved = record.result(started=datetime.now(UTC))
    assert "**Zoë \\*\\*Ng\\*\\***" in FORMATS[".md"](saved).decode()
    assert ">Zoë **Ng**</span>" in FORMATS[".html"](saved).decode()
    assert "\nZoë **Ng**: What is a mutex?" in FORMATS[".srt"](saved).decode()
    assert "<v Zoë **Ng**>What is a mutex?" in FORMATS[".vtt"](saved).decode()


def test_plain_view_has_the_names(capsys: pytest.CaptureFixture[str]) -> None:
    with PlainLines() as view:
        for logged in log(*EVENTS):
            view.apply(logged)
    assert "Zoë **Ng** 0:01  What is a mutex?" in capsys.readouterr().out
