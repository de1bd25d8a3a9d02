"""Checks and transcripts of a printed session log, and the shipped recordings."""

from __future__ import annotations

from collections.abc import Sequence

from session.run.start.demo import DEMO, script
from tests.support.session_process import Event

CALL, MIC = DEMO / "call.flac", DEMO / "mic.flac"
BOTH = ("--source", f"call=file:{CALL}", "--source", f"mic=file:{MIC}")

OUTCOMES = ("FinalTranscribed", "UtteranceDiscarded", "UtteranceLost")


def transcript(events: Sequence[Event], source: str) -> str:
    """Return the words of a source, without the finals that a later one replaced."""
    finals = [event for event in events if event["type"] == "FinalTranscribed" and event["source"] == source]
    replaced = {number for event in finals for number in event["replaces"]}
    finals = [event for event in finals if event["utterance"] not in replaced]
    return " ".join(event["text"] for event in sorted(finals, key=lambda event: event["start_sample"]))


def truth(source: str) -> str:
    return " ".join(turn.text for turn in script() if turn.source == source)


def check_log(events: Sequence[Event]) -> None:
    """Check the invariants of every log: order, numbering, one outcome per utterance."""
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    stamps = [event["logged_ns"] for event in events]
    assert stamps == sorted(stamps)
    for source in ("call", "mic"):
        ended = [e["utterance"] for e in events if e["type"] == "SpeechEnded" and e["source"] == source]
        done = [e["utterance"] for e in events if e["type"] in OUTCOMES and e["source"] == source]
        started = [e["utterance"] for e in events if e["type"] == "SpeechStarted" and e["source"] == source]
        assert ended == list(range(1, len(ended) + 1))
        assert sorted(done) == started, "every utterance has exactly one outcome"
