from __future__ import annotations

import re
import time
from pathlib import Path

import msgspec
import pytest

from bus import messages as m
from session.view import strings
from session.view.plain import PlainLines
from tests.support import sample_session as story
from tests.support.events import discarded, final, log, partial, question, request, revised, started

NOTE = m.Passage(file="a.md", heading="H", text="Text.", score=1.0)


def written(capsys: pytest.CaptureFixture[str], *events: m.Event, verbose: bool = False) -> list[str]:
    view = PlainLines(verbose=verbose)
    for logged in log(*events):
        view.apply(logged)
    view.refresh()
    return capsys.readouterr().out.splitlines()


def test_speech_is_written_with_its_speaker_and_time(capsys: pytest.CaptureFixture[str]) -> None:
    assert written(capsys, final(1, "What was the hardest part?", "call", 72, 75)) == [
        "call      1:12  What was the hardest part?"
    ]


def test_unconfirmed_words_are_marked(capsys: pytest.CaptureFixture[str]) -> None:
    assert written(capsys, final(1, "Honestly,", "mic", 72, 75, unconfirmed=True)) == [
        "mic       1:12  [unconfirmed] Honestly,"
    ]


@pytest.mark.parametrize(
    ("speech_ms", "lines"),
    [(900.0, ["mic       1:12  [something was said here that could not be understood]"]), (400.0, [])],
)
def test_only_certain_speech_without_words_is_written(
    capsys: pytest.CaptureFixture[str], speech_ms: float, lines: list[str]
) -> None:
    assert written(capsys, discarded(1, start_s=72.0, speech_ms=speech_ms)) == lines


def test_an_answer_is_written_line_by_line_and_nothing_twice(capsys: pytest.CaptureFixture[str]) -> None:
    events = [*story.streamed(text="One.\n\nTwo and\nthree", pieces=5), story.finished()]
    assert written(capsys, *events) == [
        "answer    One.",
        "answer    Two and",
        "answer    three",
    ]


def test_stopped_answer_is_written_with_its_cause(capsys: pytest.CaptureFixture[str]) -> None:
    stopped = m.AnswerStopped(question=1, cause="the line was cut", kept="Half", fix="ask again")
    assert written(capsys, *story.streamed(text="Half", pieces=1), stopped) == [
        "answer    Half",
        "answer    (the line was cut; ask again)",
    ]


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (m.StageReady(stage="stt", detail="base", sandbox="sandboxed"), "ready     stt, base, sandboxed"),
        (started("mic"), "capturing mic: a file"),
        (question(1, "Why?"), "question  Why?"),
        (m.LevelAlarmed(source="mic", alarm="none"), "level     mic: the level is right again."),
        (m.CapturePaused(source="mic", sample=1), "paused    The device of mic is closed."),
        (m.CaptureResumed(source="mic", sample=2), "resumed   mic is captured again."),
        (request(1, left_machine=True, body="xx"), "sent      2 bytes to api.example.com:443"),
        (
            request(1, left_machine=False, body="xx"),
            "sent      2 bytes to 127.0.0.1:8080, which is this machine",
        ),
        (m.ProblemReported(stage="llm", problem="a", kept="b", fix="c"), "problem   llm: a; b; c"),
        (m.StageDied(stage="stt", cause="killed"), "died      stt: killed"),
        (m.StageGivenUp(stage="stt", cause="often", fix="doctor"), "given up  stt: often; doctor"),
        (
            m.AudioLost(source="mic", start_sample=0, stop_sample=4_000, cause="late"),
            "lost      mic: 0.25 s of audio (late)",
        ),
        (
            m.UtteranceLost(source="mic", utterance=1, start_sample=0, stop_sample=1, cause="overwritten"),
            "lost      mic: an utterance at 0:00 (overwritten)",
        ),
        (m.MomentMarked(text="prices", by="view"), "marked    prices"),
        (m.MomentMarked(by="view"), "marked    ★"),
        (m.SessionEnding(cause="done"), "ending    done"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, m.Message) else "",
)
def test_each_happening_has_its_line(capsys: pytest.CaptureFixture[str], event: m.Event, line: str) -> None:
    assert written(capsys, event, verbose=True) == [line]


def test_one_line_at_most_comes_before_the_first_word(capsys: pytest.CaptureFixture[str]) -> None:
    assert written(capsys, *story.opening(), *story.talk()[:1]) == [
        "Listening to Them (a file) and You (a file)…",
        "Them      0:00  Thanks for making the time today.",
    ]


def test_trouble_and_its_end_are_written(capsys: pytest.CaptureFixture[str]) -> None:
    assert [line.split(maxsplit=1)[0] for line in written(capsys, *story.trouble())] == [
        "died",
        "ready",
        "problem",
        "died",
        "given",
    ]


def test_a_speakers_turns_are_one_paragraph(capsys: pytest.CaptureFixture[str]) -> None:
    pieces = ("I have been a back-end engineer", "for nine years,", "mostly on payment systems.")
    turns = [final(n, text, "mic", n, n + 0.9) for n, text in enumerate(pieces, 1)]
    assert written(capsys, *turns, final(1, "I see.", "call", 9, 9.5), final(4, "So", "mic", 10, 11)) == [
        "mic       0:01  I have been a back-end engineer for nine years, mostly on payment systems.",
        "call      0:09  I see.",
        "mic       0:10  So",
    ]


def test_a_paragraph_ends_at_a_long_pause_and_before_it_gets_long(capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        len(written(capsys, final(1, "One.", start_s=1, end_s=2), final(2, "Two.", start_s=60, end_s=61)))
        == 2
    )
    long = [final(n, "word " * 30, start_s=n, end_s=n + 0.9) for n in range(1, 11)]
    assert [len(line) < 600 for line in written(capsys, *long)] == [True, True, True, True]


def test_untrusted_text_is_no_terminal_command(capsys: pytest.CaptureFixture[str]) -> None:
    (line,) = written(capsys, question(1, "\x1b]0;owned\x07Why?"))
    assert "\x1b" not in line
    assert "\x07" not in line


def test_words_that_may_still_change_are_not_written(capsys: pytest.CaptureFixture[str]) -> None:
    assert written(capsys, *story.talk()[-2:]) == []


# --- turns: a written line cannot be taken back ------------------------------------------------------------

CUT, REST = "Tell me about a time.", "when you disagreed with your manager."
WHOLE = "Tell me about a time when you disagreed with your manager."


def waiting(capsys: pytest.CaptureFixture[str], *events: m.Event, end: bool = False) -> list[str]:
    """Return what is written at once after events that were logged just now, and at the end of the view."""
    with PlainLines() as view:
        for logged in log(*events, logged_ns=time.monotonic_ns()):
            view.apply(logged)
        view.refresh()
        at_once = capsys.readouterr().out.splitlines()
    return capsys.readouterr().out.splitlines() if end else at_once


def test_a_turn_that_may_be_continued_is_not_written_yet(capsys: pytest.CaptureFixture[str]) -> None:
    assert waiting(capsys, final(1, CUT, "call")) == []
    assert waiting(capsys, final(1, CUT, "call"), end=True) == [f"call      0:00  {CUT}"]


def test_a_continued_turn_is_written_once_and_whole(capsys: pytest.CaptureFixture[str]) -> None:
    events = [
        final(1, CUT),
        partial(2, "Tell me about a time when", replaces=[1]),
        final(2, WHOLE, replaces=[1]),
    ]
    assert waiting(capsys, *events) == []
    assert waiting(capsys, *events, end=True) == [f"mic       0:00  {WHOLE}"]
    assert written(capsys, *events) == [f"mic       0:00  {WHOLE}"]


def test_a_turn_is_written_with_its_revision(capsys: pytest.CaptureFixture[str]) -> None:
    assert written(capsys, final(1, "Tell me a rhyme."), revised(1, CUT)) == [f"mic       0:00  {CUT}"]


def test_the_next_speaker_releases_a_turn(capsys: pytest.CaptureFixture[str]) -> None:
    assert waiting(capsys, final(1, CUT, "call"), final(1, "Well.", "mic")) == [f"call      0:00  {CUT}"]


def test_a_question_comes_at_once_and_after_its_turn(capsys: pytest.CaptureFixture[str]) -> None:
    asked = question(1, CUT)
    assert waiting(capsys, final(1, CUT, "call"), asked) == [f"call      0:00  {CUT}", f"question  {CUT}"]
    hidden = [final(1, CUT, "call"), partial(2, WHOLE, source="call", replaces=[1]), asked]
    assert waiting(capsys, *hidden) == [f"call      0:00  {CUT}", f"question  {CUT}"]


def test_of_a_written_turn_only_the_rest_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    events = [final(1, CUT, "call"), question(1, CUT), final(2, WHOLE, "call", replaces=[1])]
    assert written(capsys, *events) == [
        f"call      0:00  {CUT}",
        f"question  {CUT}",
        f"call      0:00  … {REST}",
    ]


def test_a_question_is_written_once_and_its_variants_without_notes(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = [m.PassagesRetrieved(question=number, passages=[NOTE], search_ms=1.0) for number in (1, 2, 3)]
    not_requested = m.AnswerStopped(question=1, cause="", kept="")
    shorter = msgspec.structs.replace(question(3, "Why?"), kind="shorter")
    asked = [question(1, "Why?"), found[0], not_requested, question(2, "Why?", replaces=1), found[1]]
    assert written(capsys, *asked, shorter, found[2]) == [
        "question  Why?",
        "notes     a.md, H: Text.",
        "shorter   Why?",
    ]


def test_a_summary_is_announced_and_its_held_request_not_written_out(
    capsys: pytest.CaptureFixture[str],
) -> None:
    started = m.SummaryStarted(
        question=7,
        template="meeting",
        host="api.example.com:443",
        model="a-model",
        leaves_machine=True,
        parts=1,
        lines=1,
        words=2,
    )
    held = m.RequestHeld(
        question=7,
        host="api.example.com:443",
        model="a-model",
        body="all that was said",
        body_bytes=17,
        left_machine=True,
    )
    stopped = m.SummaryStopped(question=7, cause="you did not approve the request", fix="ask again")
    assert written(capsys, started, held, stopped) == [
        "summary   a-model at api.example.com:443 summarizes 2 words",
        "held      17 bytes for api.example.com:443 wait, for a summary: the transcript, or a part of it",
        "summary   (you did not approve the request; ask again)",
    ]


def test_every_label_of_a_line_has_a_text() -> None:
    sources = (
        Path(strings.__file__).parent / f"{name}.py" for name in ("plain", "event_lines", "practice_lines")
    )
    used = {
        label for source in sources for label in re.findall(r"\[\(\"([a-z ]+)\", ", source.read_text("utf-8"))
    }
    assert {"echo", "held", "summary"} <= used <= set(strings.LABELS)
