from __future__ import annotations

import io
import time

import pytest
from rich.cells import cell_len
from rich.console import Console, RenderableType

from bus import messages as m
from overlay.state.captions import Captions
from session.view.drawing import Drawing, Held, LiteralMarkdown
from tests.support import sample_session as story
from tests.support.events import final, log, question


def fold(*events: m.Event) -> Captions:
    captions = Captions()
    for logged in log(*events, logged_ns=time.monotonic_ns()):
        captions.apply(logged)
    return captions


def drawn(what: RenderableType, width: int = 80) -> str:
    console = Console(file=io.StringIO(), width=width, highlight=False)
    console.print(what)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def moving(*events: m.Event, width: int = 80, height: int = 30) -> str:
    return drawn(Drawing(fold(*events), has_keys=True).moving(height), width)


def test_terminal_shows_every_part_of_a_session() -> None:
    shown = moving(*story.opening(), *story.talk(), *story.asked(), *story.streamed()[:6], width=100)
    for part in (
        "So the hardest part was that nobody could say",
        "What was the hardest part of that?",
        "queue.md · Incidents",
        "waiting for ourselves",
        "mic ··········",
        "speaks",
        "9 processes ready",
        "1 request, 36 bytes left",
        "space: answer",
    ):
        assert part in shown


def test_trouble_is_named() -> None:
    shown = moving(*story.opening(), *story.trouble(), width=120)
    assert "model-server (given up)" in shown
    assert "stt (restarted 1×)" in shown
    assert "refused the key" in shown


@pytest.mark.parametrize(("width", "height"), [(20, 8), (44, 12), (80, 24), (200, 60)])
def test_it_fits_any_terminal_and_keeps_the_newest_in_sight(width: int, height: int) -> None:
    long = "\n".join(f"{number}. point {number}" for number in range(1, 200))
    shown = moving(
        *story.opening(),
        *story.talk(),
        *story.asked(),
        *story.streamed(text=long),
        width=width,
        height=height,
    )
    assert len(shown.splitlines()) < height
    assert max(map(len, shown.splitlines())) <= width
    if height > 12:
        assert "said" in shown.replace("\n", "")[-60:]
    assert shown.startswith("? What") or "? What" in shown


def test_untrusted_text_does_not_move_the_cursor() -> None:
    escape = "\x1b[2J\x1b]52;c;aGk=\x07"
    passage = m.Passage(file=f"a{escape}.md", heading=escape, text=escape, score=1.0)
    shown = moving(
        question(1, escape),
        m.PassagesRetrieved(question=1, passages=[passage], search_ms=1.0),
        *story.streamed(text=f"{escape} [x](https://example.com)", pieces=1),
        m.ProblemReported(stage="llm", problem=escape),
    )
    assert "\x1b" not in shown
    assert "\x07" not in shown


def test_markup_in_words_is_no_markup() -> None:
    assert "[red]very[/red]" in moving(question(1, "[red]very[/red]?"))


def test_fingerprint_changes_exactly_with_the_drawing() -> None:
    captions = fold(*story.opening(), *story.talk())
    drawing = Drawing(captions, has_keys=False)
    before = drawing.fingerprint()
    quiet = m.LevelMeasured(source="mic", rms_dbfs=-70.0, peak_dbfs=-60.0, stop_sample=1)
    captions.apply(m.Logged(0, 0, quiet))
    assert drawing.fingerprint() == before
    loud = m.LevelMeasured(source="mic", rms_dbfs=-10.0, peak_dbfs=-3.0, stop_sample=1)
    captions.apply(m.Logged(0, 0, loud))
    assert drawing.fingerprint() != before


def test_unfinished_parts_are_kept_at_the_end() -> None:
    drawing = Drawing(
        fold(*story.opening(), *story.talk(), *story.asked(), *story.streamed()), has_keys=False
    )
    kept = "".join(drawn(part) for part in drawing.unfinished())
    assert "nobody could say" in kept
    assert "basic_qos" in kept


@pytest.mark.parametrize(
    "text",
    [
        "Use `std::vector<int>` and vector<int>, please.",
        "<b>bold</b> and <script>alert(1)</script>",
        "<div>\nwords inside\n</div>",
        "```html\n<p>code</p>\n```",
        "a <!-- remark --> b",
        "[1]: https://example.org",
        "x &lt; y",
    ],
)
def test_html_in_an_answer_is_plain_text(text: str) -> None:
    shown = " ".join(drawn(LiteralMarkdown(text)).split())
    for word in text.replace("```html", "").replace("&lt;", "<").replace("`", "").split():
        assert word in shown


@pytest.mark.parametrize("width", [20, 33, 80])
@pytest.mark.parametrize(
    "text",
    [
        "你为什么选择这个数据库而不是别的数据库？" * 3,
        "なぜ、このデータベースを選んだのですか？" * 3,
        "ما هي أكبر نقطة ضعف لديك؟ " * 3,
        "מה הייתה הנקודה הקשה ביותר? " * 3,
    ],
)
def test_wide_and_right_to_left_text_is_whole_and_fits(text: str, width: int) -> None:
    captions = fold(final(1, text, "call"))
    shown = drawn(Drawing(captions, has_keys=False).line(captions.lines[0]), width)
    assert all(cell_len(row) <= width for row in shown.splitlines())
    assert "".join(shown.split()) == "call" + "".join(text.split())


def test_held_turns_are_shown_with_what_moves() -> None:
    captions = fold(final(1, "Tell me about a time.", "call"))
    drawing = Drawing(captions, has_keys=False)
    held = Held(tuple(captions.lines))
    assert "Tell me about a time." in drawn(drawing.moving(30, held))
    assert "Tell me about a time." not in drawn(drawing.moving(30))
    assert drawing.fingerprint(held) != drawing.fingerprint()


def test_nothing_has_borders_that_a_narrower_window_would_break() -> None:
    shown = moving(*story.opening(), *story.talk(), *story.asked(), *story.streamed())
    assert not set("╭╮╰╯│┃┏┓") & set(shown)
