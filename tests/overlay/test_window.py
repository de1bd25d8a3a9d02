from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QLabel, QPushButton, QWidget

from bus import messages as m
from overlay import theme
from overlay.settings import OverlaySettings
from overlay.widgets.documents import InertText
from overlay.window import OverlayWindow
from tests.overlay.drawing import draw
from tests.support import sample_session as story
from tests.support.events import final, question, request


def click(button: QWidget) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


class TestAnsweringControls:
    def test_held_request_is_shown_until_it_is_approved(self, window: OverlayWindow) -> None:
        decided: list[tuple[int, bool]] = []
        window.request_decided.connect(lambda question, allowed: decided.append((question, allowed)))
        draw(window, *story.opening(), question(3), story.held(3))
        held = window.answer_view.held
        assert held.isVisible()
        assert held.body.toPlainText() == story.held().body
        assert "api.example.com:443" in held.head.text()
        assert "leaves this machine" in held.head.text()
        click(held.send)
        click(held.do_not_send)
        assert decided == [(3, True), (3, False)]

    def test_nothing_is_held_where_nothing_waits(self, window: OverlayWindow) -> None:
        draw(window, *story.opening(), *story.asked())
        assert not window.answer_view.held.isVisible()

    def test_prepared_answer_is_first(self, window: OverlayWindow) -> None:
        draw(window, question(1), story.prepared())
        shown = window.answer_view.notes.toPlainText()
        assert shown.startswith("your own answer · faq.md")
        assert "Two reasons.\n\n- The team\n- The work" in shown

    def test_an_answer_that_no_note_backs_is_marked(self, window: OverlayWindow) -> None:
        nothing = m.PassagesRetrieved(question=1, passages=[], search_ms=0.1)
        draw(window, question(1), nothing, *story.streamed(), story.finished())
        assert window.answer_view.remark.text().startswith("general knowledge")

    def test_provider_and_cost_are_shown(self, window: OverlayWindow) -> None:
        draw(window, *story.opening(), story.provider(), story.used(100, 50, session=0.004))
        provider = window.status_view.provider
        assert provider.isVisible()
        assert provider.toolTip() == "openai, some-model (leaves this machine) · 150 tokens, $0.0040"

    def test_another_model_or_provider_is_a_choice_away(self, window: OverlayWindow) -> None:
        provider_chosen: list[tuple[str, str]] = []
        window.provider_requested.connect(lambda provider, model: provider_chosen.append((provider, model)))
        draw(window, *story.opening(), story.provider())
        choices = window.status_view.provider.menu()
        assert choices is not None
        offered = [action for action in choices.actions() if not action.isSeparator()]
        assert [each.text() for each in offered] == ["some-model ✓", "other-model", "auto", "openai"]
        offered[1].trigger()
        offered[2].trigger()
        assert provider_chosen == [("openai", "other-model"), ("auto", "")]


class TestWhatIsShown:
    def test_the_whole_story_is_there(self, window: OverlayWindow) -> None:
        draw(
            window,
            *story.opening(),
            *story.talk(),
            *story.asked(),
            *story.streamed(),
            story.finished(),
        )
        assert window.answer_view.question.text() == "What was the hardest part of that?"
        assert "waiting for ourselves" in window.answer_view.answer.toPlainText()
        assert "queue.md · Incidents > The week the queue grew" in window.answer_view.notes.toPlainText()
        assert "mic  So the hardest part" in window.captions_view.toPlainText().replace("\xa0", " ")
        assert window.status_view.ledger.text().startswith("1 request, 36 bytes left, to api.example.com")
        assert "9" in window.status_view.stages.text()

    def test_window_warns_that_it_is_visible(self, window: OverlayWindow) -> None:
        draw(window, *story.opening())
        assert "Everyone who sees your screen sees this window too" in window.answer_view.answer.toPlainText()

    def test_passages_are_shown_while_the_answer_is_awaited(self, window: OverlayWindow) -> None:
        draw(window, *story.opening(), *story.asked())
        assert window.answer_view.notes.isVisible()
        assert window.answer_view.remark.text() == "requesting…"

    def test_words_that_may_change_are_fainter(self, window: OverlayWindow) -> None:
        draw(window, *story.opening(), *story.talk())
        html = window.captions_view.toHtml()
        assert f'color:{theme.FAINT};">nobody could say' in html

    @pytest.mark.parametrize(
        ("text", "goes_left"), [("مرحبا بكم.", True), ("Hello there.", False), ("你好。", False)]
    )
    def test_the_full_stop_is_at_the_end_in_every_script(
        self, window: OverlayWindow, text: str, goes_left: bool
    ) -> None:
        draw(window, final(1, text, "call"))
        document = window.captions_view.document()
        assert document is not None
        layout = document.firstBlock().layout()
        assert layout is not None
        shown = document.firstBlock().text()
        line = layout.lineForTextPosition(shown.index(text))
        first, last = (line.cursorToX(shown.index(text) + at)[0] for at in (1, len(text) - 1))
        assert (last < first) is goes_left

    def test_dead_stage_and_problem_are_shown(self, window: OverlayWindow) -> None:
        draw(window, *story.opening(), *story.trouble())
        assert "model-server" in window.status_view.stages.text()
        assert "×1" in window.status_view.stages.text()
        assert "cuecard keys set" in window.status_view.problems.text()

    def test_markdown_is_laid_out(self, window: OverlayWindow) -> None:
        draw(window, question(1), *story.streamed())
        html = window.answer_view.answer.toHtml()
        assert "**" not in window.answer_view.answer.toPlainText()
        assert "<li" in html

    def test_new_question_replaces_the_old_one_which_stays_readable(self, window: OverlayWindow) -> None:
        view = window.answer_view
        draw(
            window,
            *story.asked(1, "First?"),
            story.finished(1, "One."),
            *story.asked(2, "Second?"),
        )
        assert view.question.text() == "Second?"
        click(view.earlier)
        assert (view.question.text(), view.answer.toPlainText()) == ("First?", "One.")
        assert not view.earlier.isEnabled()
        click(view.later)
        assert view.question.text() == "Second?"

    def test_the_next_question_calls_the_reader_back(self, window: OverlayWindow) -> None:
        events = [*story.asked(1, "First?"), *story.asked(2, "Second?")]
        draw(window, *events)
        click(window.answer_view.earlier)
        draw(window, *events, *story.asked(3, "Third?"))
        assert window.answer_view.question.text() == "Third?"

    def test_the_ledger_shows_every_body_word_for_word(self, window: OverlayWindow) -> None:
        draw(window, request(1, left_machine=True, body='{"a": "<b>bold</b>"}'))
        click(window.status_view.ledger)
        assert window.ledger.isVisible()
        assert '{"a": "<b>bold</b>"}' in window.ledger.text.toPlainText()

    def test_the_newest_words_stay_in_sight(self, window: OverlayWindow) -> None:
        draw(window, *(final(number, f"line {number}", start_s=number) for number in range(100)))
        bar = window.captions_view.verticalScrollBar()
        assert bar is not None
        assert bar.value() == bar.maximum() > 0

    def test_scrolled_back_position_is_kept(self, window: OverlayWindow) -> None:
        lines = [final(number, f"line {number}", start_s=number) for number in range(100)]
        draw(window, *lines)
        bar = window.captions_view.verticalScrollBar()
        assert bar is not None
        bar.setValue(30)
        draw(window, *lines, final(200, "the newest", start_s=300))
        assert bar.value() == 30

    def test_a_long_answer_is_read_from_its_start(self, window: OverlayWindow) -> None:
        pieces = story.streamed(text="word " * 2_000, pieces=5)
        for so_far in range(1, 6):
            draw(window, question(1), *pieces[:so_far])
        bar = window.answer_view.answer.verticalScrollBar()
        assert bar is not None
        assert bar.value() == 0 < bar.maximum()


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src='file:///etc/passwd'>",
    "std::vector<int> v;",
    "<b>bold</b>",
    "<style>* { color: red }</style>",
    "<!-- hidden -->",
]


class TestWordsOfOthers:
    @pytest.mark.parametrize("text", HOSTILE)
    def test_html_in_an_answer_is_plain_text(self, window: OverlayWindow, text: str) -> None:
        draw(window, question(1), *story.streamed(text=text, pieces=1))
        assert window.answer_view.answer.toPlainText().strip() == text

    @pytest.mark.parametrize("text", HOSTILE)
    def test_html_in_speech_is_plain_text(self, window: OverlayWindow, text: str) -> None:
        draw(window, final(1, text), question(1, text))
        assert text in window.captions_view.toPlainText()
        assert window.answer_view.question.textFormat() == Qt.TextFormat.PlainText

    @pytest.mark.parametrize("text", HOSTILE)
    def test_html_in_notes_and_problems_is_plain_text(self, window: OverlayWindow, text: str) -> None:
        passage = m.Passage(file="a_b.md", heading=text, text=text, score=1.0)
        problem = m.ProblemReported(stage="llm", problem=text)
        draw(window, question(1), m.PassagesRetrieved(question=1, passages=[passage], search_ms=1.0), problem)
        assert window.answer_view.notes.toPlainText().count(text) == 2
        assert window.status_view.problems.textFormat() == Qt.TextFormat.PlainText
        assert "<script" not in window.status_view.problems.toolTip()

    def test_no_label_parses_untrusted_text_as_html(self, window: OverlayWindow) -> None:
        rich = [
            label
            for label in window.findChildren(QLabel)
            if label.textFormat() != Qt.TextFormat.PlainText and label is not window.status_view.stages
        ]
        assert {label.text() for label in rich} <= {"Cuecard", "What was sent", "", "call", "mic"}

    @pytest.mark.parametrize(
        "link", ["[x](file:///etc/passwd)", "[x](https://example.com)", "[x](javascript:alert(1))"]
    )
    def test_a_link_leads_nowhere(self, window: OverlayWindow, link: str) -> None:
        draw(window, question(1), *story.streamed(text=link, pieces=1))
        answer = window.answer_view.answer
        before = answer.source()
        QTest.mouseClick(answer.viewport(), Qt.MouseButton.LeftButton, pos=answer.cursorRect().center())
        assert (answer.openLinks(), answer.openExternalLinks(), answer.source()) == (False, False, before)
        assert answer.toPlainText() == "x"

    def test_a_picture_is_not_loaded(self, window: OverlayWindow, tmp_path: Path) -> None:
        assert window.grab().save(str(tmp_path / "a.png"))
        draw(window, question(1), *story.streamed(text=f"![a](file://{tmp_path}/a.png)", pieces=1))
        document = window.answer_view.answer.document()
        assert document is not None
        assert document.size().height() < 100

    @pytest.mark.parametrize(
        "text",
        ["x" * 200_000, "word " * 40_000, "[" * 200_000, "> " * 100_000, "*a " * 60_000, "|" * 200_000],
        ids=["letter", "words", "brackets", "quotes", "stars", "table"],
    )
    def test_200_kb_do_no_harm(self, window: OverlayWindow, text: str) -> None:
        draw(window, question(1), story.finished(text=text))
        assert len(window.answer_view.answer.toPlainText()) <= 25_000
        assert window.width() == OverlaySettings().width


class TestTheWindowItself:
    def test_it_takes_no_focus_and_stays_on_top(self, window: OverlayWindow) -> None:
        for flag in (
            Qt.WindowType.FramelessWindowHint,
            Qt.WindowType.WindowStaysOnTopHint,
            Qt.WindowType.WindowDoesNotAcceptFocus,
        ):
            assert window.windowFlags() & flag
            assert window.ledger.windowFlags() & flag
        assert window.testAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)

    def test_it_has_the_size_and_place_of_the_settings(self, application: QApplication) -> None:
        window = OverlayWindow(OverlaySettings(x=30, y=40, width=500, height=700))
        geometry = window.geometry()
        assert (geometry.x(), geometry.y(), geometry.width(), geometry.height()) == (30, 40, 500, 700)
        window.deleteLater()

    def test_opacity_follows_the_slider_and_never_reaches_nothing(self, window: OverlayWindow) -> None:
        window.opacity.setValue(50)
        assert window.windowOpacity() == pytest.approx(0.5, abs=0.01)
        window.opacity.setValue(0)
        assert window.windowOpacity() == pytest.approx(0.3, abs=0.01)

    def test_close_button_ends_the_session(self, window: OverlayWindow) -> None:
        closed: list[bool] = []
        window.closed.connect(lambda: closed.append(True))
        click(window.end)
        assert closed == [True]
        assert not window.isVisible()

    def test_button_requests_an_answer(self, window: OverlayWindow) -> None:
        provider_chosen: list[bool] = []
        window.answer_requested.connect(lambda: provider_chosen.append(True))
        draw(window, *story.opening("ask"))
        click(window.answer)
        assert provider_chosen == [True]

    def test_no_answer_button_when_answers_are_off(self, window: OverlayWindow) -> None:
        draw(window, *story.opening("off"))
        assert not window.answer.isVisible()

    def test_everything_has_a_name_for_screen_readers(self, window: OverlayWindow) -> None:
        draw(window, *story.opening())
        views: list[QWidget] = [*window.findChildren(QPushButton), *window.findChildren(InertText)]
        assert all(view.accessibleName() for view in views)

    @pytest.mark.parametrize(("width", "height"), [(300, 540), (340, 560), (900, 1000)])
    def test_nothing_overlaps_at_any_size(self, window: OverlayWindow, width: int, height: int) -> None:
        window.resize(width, height)
        draw(
            window,
            *story.opening(),
            *story.talk(),
            *story.asked(),
            *story.streamed(),
            *story.trouble(),
        )
        QApplication.processEvents()
        view = window.answer_view
        parts = [view.question, view.notes, view.answer, view.remark]
        edges = [(part.geometry().top(), part.geometry().bottom()) for part in parts]
        assert all(above[1] < below[0] for above, below in pairwise(edges)), edges


@pytest.mark.parametrize(
    "colour", [theme.TEXT, theme.FAINT, theme.ACCENT, theme.GOOD, theme.WARN, theme.BAD, *theme.SPEAKERS]
)
@pytest.mark.parametrize("ground", [theme.GROUND, theme.RAISED])
def test_every_colour_can_be_read(colour: str, ground: str) -> None:
    def luminance(name: str) -> float:
        channels = (int(name[at : at + 2], 16) / 255 for at in (1, 3, 5))
        red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    lighter, darker = sorted((luminance(colour), luminance(ground)), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5
