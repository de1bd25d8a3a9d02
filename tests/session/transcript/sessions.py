"""Saved sessions for tests, with two speakers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from session.transcript.saved_session import Question, SavedSession, Source, Turn

STARTED = datetime(2026, 11, 28, 17, 45, tzinfo=UTC)


def turn(text: str, start_s: float, stop_s: float, source: str = "mic") -> Turn:
    return Turn(source=source, start_s=start_s, stop_s=stop_s, text=text)


def question(number: int, at_s: float, source: str = "call", **fields: Any) -> Question:
    return Question(number=number, source=source, at_s=at_s, **{"text": f"Question {number}?", **fields})


def saved(*turns: Turn, **fields: Any) -> SavedSession:
    sources = [Source(name="call", speaker="Them"), Source(name="mic", speaker="You", device="a headset")]
    given = {"started": STARTED, "length_s": 65.0, "ended": "stopped by the user", "sources": sources}
    return SavedSession(**{**given, "turns": [*turns], **fields})
