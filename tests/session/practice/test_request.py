"""A practice as part of a session: process, end, saved file, plain lines."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from bus import messages as m
from bus.stages.plan import SessionShape
from bus.stages.session_plan import plan_stages
from session.run.progress import Progress
from session.transcript.formats.markdown import inline, quoted
from session.transcript.record import Record
from session.transcript.save import save
from session.transcript.saved_session import SavedSession
from session.view import practice_lines
from session.view.practice_lines import practice_lines as plain
from tests.support import sample_practice as story
from tests.support.events import log


def test_a_practice_has_a_process_of_its_own_without_keys() -> None:
    shape = SessionShape({"mic": "default"}, views=[], answers=True, serves_model=False, practises=True)
    plans = plan_stages(shape, cores={})
    (plan,) = [plan for plan in plans if plan.name == "practice"]
    assert plan.module == "session.practice"
    assert plan.essential
    assert not plan.holds_keys


def test_practice_session_ends_with_the_practice() -> None:
    fold = Progress(["mic"], answers=True, practises=True)
    recorded = [
        m.CaptureEnded(source="mic", stop_sample=9, cause="end of file"),
        m.DetectionEnded(source="mic", stop_sample=9),
    ]
    for logged in log(*recorded, *story.whole()[:-1]):
        fold.apply(logged)
    assert not fold.complete
    fold.apply(m.Logged(99, 0, story.ended()))
    assert fold.complete


def test_session_ends_when_its_practice_stage_is_given_up() -> None:
    fold = Progress(["mic"], answers=False, practises=True)
    for logged in log(
        m.StageGivenUp(stage="practice", cause="died", fix=""),
        m.CaptureEnded(source="mic", stop_sample=9, cause="end of file"),
        m.DetectionEnded(source="mic", stop_sample=9),
    ):
        fold.apply(logged)
    assert fold.complete


@pytest.fixture
def record() -> SavedSession:
    fold = Record()
    for logged in log(*story.whole()):
        fold.apply(logged)
    return fold.result(started=datetime.now(UTC))


def test_practice_is_saved_with_measures_and_caveats(record: SavedSession, tmp_path: Path) -> None:
    save(record, tmp_path / "p.md")
    text = (tmp_path / "p.md").read_text()
    for part in (
        "## Practice 1: What is a queue?",
        "A line.",
        *story.REMARKS,
        *story.OVERALL,
        *story.CAVEATS,
    ):
        assert part in text or inline(part) in text
    assert "\n".join(quoted(story.FEEDBACK)) in text
    save(record, tmp_path / "p.json")
    practice = json.loads((tmp_path / "p.json").read_text())["practice"]
    assert [answer["number"] for answer in practice["answers"]] == [1, 2]
    assert practice["whole"]["caveats"] == story.CAVEATS


def test_a_session_without_practice_saves_none(tmp_path: Path) -> None:
    save(Record().result(started=datetime.now(UTC)), tmp_path / "s.json")
    assert json.loads((tmp_path / "s.json").read_text())["practice"] is None


def test_plain_lines_show_each_event_once() -> None:
    lines = [line for event in story.whole() for line in plain(event)]
    assert lines[0] == ("asked", "1 of 2: What is a queue?")
    assert ("turn", "yours") in lines
    assert [text for label, text in lines if label == "measured"] == [*story.REMARKS, "5 words."]
    assert lines[-2:] == [("overall", story.OVERALL[0]), ("caution", story.CAVEATS[0])]


def test_scrollback_has_no_control_characters() -> None:
    written = StringIO()
    console = Console(width=60, file=written)
    console.print(practice_lines.drawn(m.PracticeQuestionAsked(number=1, of=1, text="Why\x1b]0;?")))
    console.print(practice_lines.drawn(story.measured(1, ["x\x07y"])))
    console.print(practice_lines.drawn(story.ended()))
    text = written.getvalue()
    assert "\x1b]0" not in text
    assert "\x07" not in text
    for part in ("question 1 of 1", *story.OVERALL, *story.CAVEATS):
        assert part in text
