"""The terminal view's drawing, as a terminal emulator shows it."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from bus import messages as m
from overlay.state.captions import Captions
from session.view import strings
from session.view.terminal.browsing import Browsing
from session.view.terminal.drawing import Drawing
from session.view.terminal.screen import Screen
from tests.support import sample_practice
from tests.support import sample_session as story
from tests.support.events import final, log, question
from tests.support.view_process import Emulator

ASKED = (*story.opening(), *story.talk(), *story.asked())
ANSWERED = (*ASKED, *story.streamed(), story.finished())
HEADLINE = "The hardest part was finding out that we were waiting for ourselves."
SIZES = [(20, 8), (40, 20), (44, 12), (80, 24), (200, 60)]


def screen(*events: m.Event, size: tuple[int, int] = (80, 24), browsing: Browsing | None = None) -> list[str]:
    """Return the rows that a terminal of this size shows."""
    captions = Captions()
    for logged in log(*events, logged_ns=1_000_000_000):
        captions.apply(logged)
    console = Console(file=io.StringIO(), force_terminal=True, highlight=False, markup=False, emoji=False)
    drawing = Drawing(captions, browsing or Browsing(), console, has_keys=True)
    Screen(console).draw(drawing.rows(*size), size)
    assert isinstance(console.file, io.StringIO)
    emulator = Emulator(*size)
    emulator.feed(console.file.getvalue())
    return emulator.rows


def flat(rows: list[str]) -> str:
    return " ".join(" ".join(rows).split())


def test_terminal_shows_every_part_of_a_session() -> None:
    shown = flat(screen(*ASKED, *story.streamed()[:6]))
    for part in (
        "So the hardest part was that nobody could say",
        "? What was the hardest part of that?",
        HEADLINE,
        "Answering…",
        "queue.md · Incidents",
        "1 request, 36 bytes left",
        "a answer Esc cancel q end ? status",
    ):
        assert part in shown


def test_a_question_that_waits_for_the_key_says_so() -> None:
    unrequested = m.AnswerStopped(question=1, cause="", kept="")
    asked = (*story.opening("ask"), *story.talk(), *story.asked(), unrequested)
    shown = flat(screen(*asked))
    assert "? What was the hardest part of that?" in shown
    assert "queue.md · Incidents" in shown
    assert "Press A for an answer." in shown


def test_a_paused_source_is_marked() -> None:
    paused, resumed = m.CapturePaused(source="mic", sample=1), m.CaptureResumed(source="mic", sample=2)
    assert "You (paused)" in flat(screen(*story.opening(), paused))
    assert "paused" not in flat(screen(*story.opening(), paused, resumed)).lower()


def test_all_well_is_nothing_at_all() -> None:
    shown = screen(*story.opening())
    assert shown[-2:] == [
        "nothing left this machine",
        "a answer  q end  ? status  p pause  u mute  b mark  z strike  s sent  l latency",
    ]
    assert [row for row in shown[2:-2] if row] == []


def test_trouble_is_named() -> None:
    shown = flat(screen(*story.opening(), *story.trouble()))
    assert "! model-server stopped working" in shown
    assert "(1 more: press ?)" in shown


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("pieces", [1, 3, 12])
def test_the_question_and_the_first_sentence_stand_first_in_every_size(
    size: tuple[int, int], pieces: int
) -> None:
    long = "**First comes what to say.** " + "\n".join(
        f"{number}. point {number}" for number in range(1, 200)
    )
    rows = screen(*ASKED, *story.streamed(text=long, pieces=12)[:pieces], size=size)
    assert rows[1].startswith("? What was the")
    assert "First comes what to" in flat(rows[2:5])
    assert "**" not in flat(rows)


def test_an_answer_moves_nothing_while_it_arrives() -> None:
    asked = screen(*ASKED)
    for pieces in range(1, 13):
        rows = screen(*ASKED, *story.streamed()[:pieces])
        assert [(n, row) for n, row in enumerate(rows) if row in asked and row][0:1] == [(0, asked[0])]
        rule = next(n for n, row in enumerate(rows) if set(row) == {"─"})
        assert rows[rule:-1] == asked[asked.index(rows[rule]) : -1]
        assert rows[rule - 3 : rule] == asked[rule - 3 : rule]


def test_the_rest_of_a_long_answer_comes_page_by_page() -> None:
    long = "Say this. " + "\n\n".join(f"Point {number} is here." for number in range(1, 30))
    events = (*ASKED, *story.streamed(text=long), story.finished(text=long))
    seen = ""
    for page in range(20):
        rows = screen(*events, browsing=Browsing(page=page))
        assert rows[2] == "Say this."
        seen += flat(rows)
    assert all(f"Point {number} is here." in seen for number in range(1, 30))
    assert strings.MORE in flat(screen(*events))


def test_hidden_details_leave_the_first_sentence_and_more_captions() -> None:
    shown = screen(*ANSWERED, browsing=Browsing(details=False))
    assert HEADLINE in shown
    assert "basic_qos" not in flat(shown)
    assert "queue.md" not in flat(shown)


def test_the_end_is_asked_for_with_its_keys_in_a_narrow_terminal() -> None:
    shown = flat(screen(*ANSWERED, size=(40, 20), browsing=Browsing(ending=True)))
    assert f"{strings.ENDING} y end p end, and leave the words here Esc go on" in shown


def test_status_has_levels_in_decibels_and_what_each_process_does() -> None:
    level = m.LevelMeasured(source="mic", rms_dbfs=-23.4, peak_dbfs=-3.0, stop_sample=1)
    shown = flat(screen(*ANSWERED, level, *story.trouble(), browsing=Browsing(aside="status")))
    for part in (
        "You: -23 dB, speaking",
        "Them: -120 dB",
        "stt: ready, restarted 1 time, base int8 on cpu",
        "Esc cancel",
    ):
        assert part in shown


def test_requests_are_shown_word_for_word() -> None:
    shown = flat(screen(*ANSWERED, browsing=Browsing(aside="sent")))
    assert '{"model":"some-model","messages":[]}' in shown
    assert "Nothing was sent." in flat(screen(*story.opening(), browsing=Browsing(aside="sent")))


def test_latency_is_a_waterfall() -> None:
    requested = m.AnswerRequested(by="view")
    rows = screen(
        *story.opening(), requested, *ANSWERED[len(story.opening()) :], browsing=Browsing(aside="latency")
    )
    assert "? What was the hardest part of that?" in flat(rows)
    assert any("First word received" in row and "━" in row for row in rows)


def test_older_questions_can_be_brought_back() -> None:
    events = (*ANSWERED, *story.asked(2, "And what came next?"))
    assert "2 of 2 ? And what came next?" in flat(screen(*events))
    older = flat(screen(*events, browsing=Browsing(question=1)))
    assert "1 of 2 ? What was the hardest part of that?" in older
    assert HEADLINE in older


def test_held_request_shows_question_and_passages_before_its_body() -> None:
    shown = flat(screen(*story.opening(), *story.asked()[:2], story.held()))
    assert shown.index("? What was") < shown.index("y: send it, n: do not") < shown.index('{"model"')
    assert "queue.md" in shown


def test_practice_shows_its_question_and_the_remarks() -> None:
    opening = m.SessionStarted(version="1", sources=["mic"], answer="feedback", started_ns=1)
    shown = flat(screen(opening, sample_practice.asked(1), sample_practice.turn(1)))
    assert "1 of 2: What is a queue? your turn" in shown
    assert "n end my answer" in shown
    over = flat(screen(opening, *sample_practice.whole()))
    assert "2 of 2 questions answered." in over
    assert sample_practice.CAVEATS[0] in over


# --- captions ----------------------------------------------------------------------------------------------


def test_a_speakers_turn_is_one_paragraph() -> None:
    pieces = ["I have been a back-end engineer", "for nine years,", "mostly on payment systems."]
    rows = screen(*story.opening(), *(final(n, text, "mic", n, n + 0.9) for n, text in enumerate(pieces, 1)))
    assert "You   I have been a back-end engineer for nine years, mostly on payment systems." in rows


def test_without_answers_the_captions_have_the_whole_screen() -> None:
    opening = m.SessionStarted(version="1", sources=["call", "mic"], answer="off", started_ns=1)
    rows = screen(opening, *story.talk())
    assert rows[1:4] == ["call  Thanks for making the time today.", "", "mic   Of course, happy to be here."]


def test_the_newest_words_are_never_cut() -> None:
    talk = [
        final(n, f"Sentence number {n} is said.", ("mic", "call")[n % 2], n, n + 0.5) for n in range(1, 99)
    ]
    for size in SIZES:
        assert "98 is said." in flat(screen(*ANSWERED, *talk, size=size))


# --- untrusted and unusual text ----------------------------------------------------------------------------


def test_untrusted_text_does_not_move_the_cursor() -> None:
    escape = "\x1b[2J\x1b]52;c;aGk=\x07"
    passage = m.Passage(file=f"a{escape}.md", heading=escape, text=escape, score=1.0)
    rows = screen(
        question(1, escape),
        m.PassagesRetrieved(question=1, passages=[passage], search_ms=1.0),
        *story.streamed(text=f"{escape} [x](https://example.com)", pieces=1),
        m.ProblemReported(stage="llm", problem=escape),
        final(1, escape),
    )
    assert flat(rows).count("�[2J�]52;c;aGk=�") >= 5


@pytest.mark.parametrize(
    "text",
    [
        "Use `std::vector<int>` and vector<int>, please.",
        "<b>bold</b> and <script>alert(1)</script>",
        "<div>\nwords inside\n</div>",
        "```html\n<p>code</p>\n```",
        "a <!-- remark --> b",
        "[1]: https://example.org",
        "[red]very[/red] :smile:",
    ],
)
def test_no_text_is_eaten(text: str) -> None:
    shown = flat(screen(*story.opening(), question(1, text), *story.streamed(text=text), final(1, text)))
    for word in text.replace("```html", "").replace("`", "").split():
        assert shown.count(word) >= 3, word


@pytest.mark.parametrize("columns", [20, 33, 80])
@pytest.mark.parametrize(
    "text",
    [
        "你为什么选择这个数据库而不是别的数据库？" * 3,
        "なぜ、このデータベースを選んだのですか？" * 3,
        "ما هي أكبر نقطة ضعف لديك؟ " * 3,
        "מה הייתה הנקודה הקשה ביותר? " * 3,
        "👩‍👩‍👧 family, ❤️ heart, 👍🏽 thumb, 1️⃣ one, 🇩🇪 flag. " * 3,
    ],
)
def test_wide_and_right_to_left_text_is_whole(text: str, columns: int) -> None:
    rows = screen(*story.opening("off"), final(1, text, "call"), size=(columns, 40))
    shown = "".join("".join(rows[1:-2]).split()).removeprefix("Them")
    parts = text.replace("\ufe0f", "").replace("\u200d", "").replace("\u20e3", "").replace("🏽", "")
    assert shown == "".join(parts.replace("🇩🇪", "DE").split())
