"""The JSON form can be opened again; a file from someone else is hostile."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus import messages as m
from bus.failures import InputFailure
from session.transcript.formats.table import FORMATS
from session.transcript.record import Record
from session.transcript.saved_session import (
    Consent,
    Latency,
    Mark,
    Passage,
    Pause,
    Practice,
    Question,
    Request,
    SavedSession,
    Source,
    Struck,
    Turn,
    decode,
    encode,
)
from session.view.printable import printable
from tests.session.transcript.sessions import STARTED, question, saved, turn
from tests.support import sample_practice, sample_session
from tests.support.events import final, log, started
from tests.support.events import question as asked

ROOT = Path(__file__).parents[3]
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
VALID = saved(turn("Why?", 0, 1, "call"), questions=[question(1, 1)])


def whole() -> SavedSession:
    record = Record()
    events = [logged.event for logged in (*sample_session.whole(), *log(*sample_practice.whole()))]
    ending = (sample_session.provider(), m.SessionEnding(cause="stopped by the user"))
    for logged in log(*events, *ending, logged_ns=9_600_000_000):
        record.apply(logged)
    return record.result(started=STARTED)


def changed(**fields: Any) -> bytes:
    return json.dumps({**json.loads(encode(VALID)), **fields}).encode()


def test_a_whole_session_is_read_back_as_it_was() -> None:
    session = whole()
    assert decode(encode(session).encode()) == session
    assert session.answered_by == ["some-model (openai)"]
    assert [request.host for request in session.left_machine] == ["api.example.com:443"]
    assert session.practice
    assert session.practice.whole
    assert session.ended == "stopped by the user"


def test_an_answer_that_is_cut_off_by_the_end_is_kept() -> None:
    record = Record()
    streamed = sample_session.streamed(1, "**First** of all, it depends", pieces=3)
    for logged in log(*sample_session.talk(), asked(1, "Why?"), *streamed):
        record.apply(logged)
    (question,) = record.result(started=STARTED).questions
    assert (question.answer, question.complete) == ("**First** of all, it depends", False)


def test_pauses_are_saved_and_shown() -> None:
    record = Record()
    paused = [m.CapturePaused(source=name, sample=16_000 * at) for name, at in (("mic", 60), ("call", 90))]
    for logged in log(
        started("mic"), started("call"), *paused, m.CaptureResumed(source="mic", sample=16_000 * 75)
    ):
        record.apply(logged)
    session = record.result(started=STARTED)
    assert session.pauses == [Pause(source="mic", start_s=60, stop_s=75), Pause(source="call", start_s=90)]
    assert "**Paused:** mic from 1:00 to 1:15, call from 1:30 to the end" in FORMATS[".md"](session).decode()


def test_marks_stand_at_their_time_and_struck_times_are_named() -> None:
    record, zero_ns = Record(), 1_000_000_000
    struck = m.LogRedacted(
        last_s=10.0,
        since_ns=zero_ns + 30 * 10**9,
        turns=0,
        utterances=[],
        questions=[],
        practice_answers=[],
        audio=[],
        sent=[],
    )
    events: list[tuple[int, m.Event]] = [
        (0, started("mic", zero_ns)),
        (3, final(1, "First this.", start_s=1.0, end_s=3.0)),
        (5, m.MomentMarked(text="the *part* about prices", by="control")),
        (9, final(2, "Then that.", start_s=7.0, end_s=9.0)),
        (35, m.MomentMarked(text="gone", by="view")),
        (40, struck),
        (50, m.MomentMarked(by="view")),
    ]
    for seq, (at_s, event) in enumerate(events, 1):
        record.apply(m.Logged(seq, zero_ns + at_s * 10**9, event))
    saved = record.result(started=STARTED)
    assert [(mark.at_s, mark.text) for mark in saved.marks] == [(5.0, "the *part* about prices"), (50.0, "")]
    assert [(each.start_s, each.stop_s) for each in saved.struck] == [(30.0, 40.0)]
    document = FORMATS[".md"](saved).decode()
    texts = ["First this.", "**Marked** 0:05", "the \\*part\\* about prices", "Then that.", "**Marked** 0:50"]
    places = [document.index(text) for text in texts]
    assert places == sorted(places)
    assert "**Struck:** from 0:30 to 0:40" in document
    assert b"Marked" not in FORMATS[".srt"](saved)


def test_every_field_is_documented() -> None:
    parts: tuple[type[msgspec.Struct], ...] = (SavedSession, Source, Turn, Question, Passage, Pause)
    parts = (*parts, Request, Latency, Practice, Consent, Mark, Struck)
    documented = set(re.findall(r"`(\w+)`", (ROOT / "docs" / "saved-sessions.md").read_text("utf-8")))
    assert {name for part in parts for name in part.__struct_fields__} <= documented


def test_times_have_milliseconds() -> None:
    assert not re.search(r"_s\": \d+\.\d{4}", encode(whole()))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"null",
        b"[]",
        b"{}",
        b"[" * 100_000,
        b'{"schema":"cuecard-session","version":1}',
        changed(started="yesterday"),
        changed(started="2026-11-28T17:45:00"),
        changed(length_s=-1),
        changed(length_s=1e300),
        changed(unknown=1),
        changed(turns=[{"source": "mic", "start_s": 0, "stop_s": 1, "text": 3}]),
        changed(turns=[{"source": "mic" * 1000, "start_s": 0, "stop_s": 1, "text": ""}]),
        changed(questions=[{"number": 10**30, "source": "mic", "at_s": 0, "text": ""}]),
        changed(ended="x" * 1_000_001),
        encode(VALID).replace("Why?", "\\ud800").encode(),
        encode(VALID).encode()[:-20],
    ],
    ids=str,
)
def test_another_file_is_refused_in_one_line(body: bytes) -> None:
    with pytest.raises(InputFailure, match="not a session") as refused:
        decode(body)
    assert "\n" not in str(refused.value)
    assert not CONTROLS.search(str(refused.value))
    assert len(str(refused.value)) < 400


def test_a_later_version_is_named() -> None:
    with pytest.raises(InputFailure, match="another version"):
        decode(changed(version=2))


@given(st.text(max_size=300))
def test_every_form_of_what_is_read_is_free_of_control_characters(text: str) -> None:
    read = decode(
        changed(
            ended=text,
            notes=[text],
            turns=[{"source": text, "start_s": 0, "stop_s": 1, "text": text}],
            sources=[{"name": text, "speaker": text, "device": text}],
        )
    )
    assert read.turns[0].text == printable(text)
    for suffix in FORMATS:
        assert not CONTROLS.search(written(suffix, read))


def written(suffix: str, session: SavedSession) -> str:
    """Return the text that a format writes."""
    body = FORMATS[suffix](session)
    if suffix == ".docx":
        body = zipfile.ZipFile(io.BytesIO(body)).read("word/document.xml")
    return body.decode()


@given(st.binary(max_size=200))
def test_random_bytes_are_refused(body: bytes) -> None:
    with pytest.raises(InputFailure):
        decode(body)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (m.ConsentGiven(people="Ada, Bob"), "confirmed that Ada, Bob knew of the transcript and agreed"),
        (m.ConsentGiven(), "confirmed that everyone knew of the transcript and agreed"),
        (m.ConsentGiven(alone=True), "not needed: nobody else took part"),
        (m.ConsentGiven(people="Ada", recorded=True), "confirmed that Ada knew of transcript and recording"),
        (m.ConsentGiven(recorded=True), "confirmed that everyone knew of transcript and recording"),
        (m.ConsentGiven(alone=True, recorded=True), "nobody else took part; the audio was recorded"),
    ],
)
def test_every_form_that_has_a_head_says_who_agreed(given: m.ConsentGiven, said: str) -> None:
    record = Record()
    for logged in log(*(each.event for each in sample_session.whole()), given):
        record.apply(logged)
    session = record.result(started=STARTED)
    assert said in FORMATS[".md"](session).decode()
    assert said in FORMATS[".html"](session).decode()
    assert decode(encode(session).encode()).consent == session.consent
