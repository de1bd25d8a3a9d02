"""Tests of the report that a microphone has nothing but echo."""

from __future__ import annotations

from bus import messages as m
from stt.echo.only import EchoOnly
from tests.support.events import final

ECHO = m.EchoDetected(source="mic", of_source="call", delay_ms=120.0)
TALK = " ".join(["word"] * 30)


def reports(*events: m.Event) -> list[tuple[str, bool]]:
    """Apply the events, and return the reports with whether they end one."""
    state, found = EchoOnly(), []
    for event in events:
        state.apply(m.Logged(1, 1, event))
        while report := state.report():
            found.append((report.problem, report.is_over))
    return found


def said(number: int, source: str) -> m.FinalTranscribed:
    return final(number, TALK, source)


def test_a_microphone_with_nothing_but_echo_is_named_until_it_has_words() -> None:
    problem = "mic has had nothing but the echo of call"
    talk = (ECHO, said(1, "call"), said(2, "call"))
    assert reports(*talk) == [(problem, False)]
    assert reports(*talk, said(1, "mic")) == [(problem, False), (problem, True)]
    assert reports(*talk, m.EchoEnded(source="mic")) == [(problem, False), (problem, True)]


def test_one_who_has_spoken_and_now_listens_is_not_reported() -> None:
    assert not reports(said(1, "mic"), ECHO, said(1, "call"), said(2, "call"))
    assert not reports(ECHO, said(1, "call"), said(1, "mic"), said(2, "call"), said(3, "call"))


def test_headphones_are_not_reported() -> None:
    assert not reports(said(1, "call"), said(2, "call"), said(3, "call"))
