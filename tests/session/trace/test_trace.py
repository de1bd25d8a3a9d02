"""The trace is valid in Chrome's trace event format, complete, and holds no words."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus import messages as m
from bus.failures import MachineFailure, UsageFailure
from session.trace.chrome_trace import chrome_trace
from session.trace.spans import SessionSpans, Span
from session.trace.trace_file import TraceFile, check
from tests.overlay.state.test_waterfall import CLOCK_NS, MS, SPOKEN
from tests.support import sample_session as story
from tests.support.events import SECOND, question, started

STARTED = m.SpeechStarted(source="mic", utterance=1, start_sample=1_600, detected_sample=4_000)
ENDED = m.AnswerFinished(question=1, text="Because.", model="m", stop_reason="stop")
SPANS = st.lists(
    st.builds(
        lambda track, start, length: Span(track, "x", start, start + length, (("question", 1),)),
        st.sampled_from(["vad:mic", "stt:mic", "llm"]),
        st.integers(0, 10**12),
        st.integers(0, 10**11),
    ),
    max_size=40,
)


def session_events() -> list[m.Logged]:
    """Return a session with one answered question; each event has the time at which it was logged."""
    spoken = [(400, STARTED), *SPOKEN, (3_000, ENDED)]
    later = [
        (4_000, m.CapturePaused(source="mic", sample=4 * SECOND)),
        (9_000, m.CaptureResumed(source="mic", sample=9 * SECOND)),
        (9_500, m.StageDied(stage="stt", cause="ended by signal 9")),
        (9_900, m.StageReady(stage="stt")),
        (9_950, question(2, "What is the password?")),  # without an answer
    ]
    first = m.Logged(1, CLOCK_NS, started("mic", CLOCK_NS))
    return [first, *(m.Logged(2, CLOCK_NS + at * MS, event) for at, event in [*spoken, *later])]


def folded(events: list[m.Logged]) -> list[Span]:
    spans = SessionSpans()
    for logged in events:
        spans.apply(logged)
    return spans.spans()


def checked(body: bytes) -> list[dict[str, Any]]:
    """Return the bars of a trace, after a check of everything that the format demands."""
    document = json.loads(body)
    assert document["displayTimeUnit"] in ("ms", "ns")
    named, bars = set(), []
    for event in document["traceEvents"]:
        assert isinstance(event["pid"], int)
        assert isinstance(event["tid"], int)
        assert isinstance(event["ts"], int | float)
        assert event["ph"] in ("M", "X")
        if event["name"] == "thread_name":
            named.add(event["tid"])
        if event["ph"] == "X":
            assert event["ts"] >= 0
            assert event["dur"] >= 0
            bars.append(event)
    assert {bar["tid"] for bar in bars} == named
    assert [bar["ts"] for bar in bars] == sorted(bar["ts"] for bar in bars)
    free = defaultdict(float)
    for bar in bars:  # bars of a lane follow each other
        assert bar["ts"] >= free[bar["tid"]] - 0.001
        free[bar["tid"]] = bar["ts"] + bar["dur"]
    return bars


def test_every_step_of_an_answer_is_in_the_trace() -> None:
    bars = checked(chrome_trace(folded(session_events()), version="1"))
    shown = [(bar["cat"], bar["name"], bar["ts"] / 1000, bar["dur"] / 1000) for bar in bars]
    assert shown == [
        ("speech", "speech", 0, 900),
        ("answers", "from the last word to the answer", 900, 730),
        ("vad", "notice the pause", 900, 40),
        ("vad", "wait for the end", 940, 305),
        ("stt", "predict the end", 940, 260),
        ("stt", "final transcript", 1_245, 5),
        ("llm", "detect the question", 1_250, 10),
        ("llm", "search the notes", 1_260, 10),
        ("llm", "prepare the request", 1_270, 80),
        ("provider", "first byte", 1_350, 250),
        ("provider", "answer", 1_600, 1_300),
        ("hub", "first text", 1_600, 10),
        ("overlay", "paint", 1_610, 20),
        ("capture", "paused", 3_900, 5_000),
        ("stt", "restart", 9_400, 400),
    ]


def test_the_parts_of_an_answer_add_up() -> None:
    bars = checked(chrome_trace(folded(session_events()), version="1"))
    (whole,) = [bar for bar in bars if bar["cat"] == "answers"]
    painted = next(bar for bar in bars if bar["name"] == "paint")
    assert whole["ts"] + whole["dur"] == painted["ts"] + painted["dur"]


def test_the_first_words_and_a_revision_are_in_the_trace() -> None:
    partial = m.PartialTranscribed(source="mic", utterance=1, text="Be", stable_words=0, stop_sample=9_000)
    later = m.PartialTranscribed(source="mic", utterance=1, text="Because", stable_words=0, stop_sample=9_900)
    revised = m.TranscriptRevised(source="mic", utterance=1, text="Because of", compute_ms=300.0)
    more = [(500, partial), (700, later), (9_990, revised)]
    events = [*session_events(), *(m.Logged(2, CLOCK_NS + at * MS, event) for at, event in more)]
    events.sort(key=lambda logged: logged.logged_ns)
    found = {span.name: (span.stop_ns - span.start_ns) // MS for span in folded(events)}
    assert (found["first words"], found["revise"]) == (100, 300)


def test_the_trace_of_a_session_holds_no_words() -> None:
    whole = [*session_events(), *story.whole()]
    text = chrome_trace(folded(whole), version="1").decode()
    words = ("Because", "password", "Postgres", "hardest", "Berlin", "127.0.0.1")
    assert [word for word in words if word in text] == []


@given(SPANS)
def test_overlapping_spans_get_lanes_of_their_own(spans: list[Span]) -> None:
    ordered = sorted(spans, key=lambda span: (span.start_ns, -span.stop_ns))
    assert len(checked(chrome_trace(ordered, version="1"))) == len(spans)


def test_an_existing_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "trace.json"
    file.write_text("mine")
    with pytest.raises(UsageFailure, match="exists already"):
        check(file)
    with pytest.raises(MachineFailure, match="cannot be written"):
        TraceFile(file)
    with pytest.raises(UsageFailure, match="does not exist"):
        check(tmp_path / "nowhere" / "trace.json")
    assert file.read_text() == "mine"


def test_a_session_without_events_has_an_empty_trace(tmp_path: Path) -> None:
    file = tmp_path / "trace.json"
    TraceFile(file).write()
    assert checked(file.read_bytes()) == []
    assert file.stat().st_mode & 0o777 == 0o600
