from __future__ import annotations

import datetime
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from PyQt6.QtCore import QPoint, QPointF, Qt
from PyQt6.QtGui import QTextBlock, QTextDocument, QWheelEvent
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QLabel, QMenu, QPushButton, QWidget

from bus import messages as m
from overlay.keys import ACTIONS
from overlay.settings import OverlaySettings, Place
from overlay.texts import strings
from overlay.theme import PALETTES
from overlay.widgets.documents import InertText
from overlay.window import OverlayWindow
from tests.overlay.drawing import draw
from tests.support import sample_session as story
from tests.support.events import final, log, question, request

WHOLE = [*story.opening(), *story.talk(), *story.asked(), *story.streamed(), story.finished()]


def click(button: QWidget) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


@pytest.fixture
def published(window: OverlayWindow) -> list[m.Event]:
    events: list[m.Event] = []
    window.published.connect(events.append)
    return events


def shown_answer(window: OverlayWindow) -> str:
    return window.exchange.answer.toPlainText()


class TestTheGlance:
    def test_everything_that_matters_is_there(self, window: OverlayWindow) -> None:
        draw(window, *WHOLE)
        assert window.exchange.question.whole == "What was the hardest part of that?"
        assert shown_answer(window).startswith("The hardest part was finding out")
        assert window.exchange.notes.origin.whole == "queue.md · Incidents > The week the queue grew"
        assert window.exchange.notes.text.whole.startswith("Consumers were idle")
        assert "You  So the hardest part" in window.strip.toPlainText().replace("\xa0", " ")
        assert window.header.sent.text().startswith("↗ 36 bytes to example.com")

    def test_the_first_sentence_is_larger_than_the_rest(self, window: OverlayWindow) -> None:
        draw(window, *WHOLE)
        document = window.exchange.answer.document()
        assert document is not None
        first, second = (
            layout.lineAt(0).height()
            for block in (document.begin(), document.begin().next())
            if (layout := block.layout()) is not None
        )
        assert first > second * 1.2

    def test_a_bar_unfolds_once_and_stays(self, window: OverlayWindow) -> None:
        draw(window, *story.opening(), *story.talk())
        bar = window.height()
        assert bar <= 120
        heights, answer_tops = set(), set()
        events = [*story.opening(), *story.talk(), *story.asked()]
        for event in [*story.streamed(), story.finished()]:
            events.append(event)
            draw(window, *events)
            heights.add(window.height())
            answer_tops.add(window.exchange.answer.mapTo(window, QPoint(0, 0)).y())
        assert heights == {OverlaySettings().height}
        assert len(answer_tops) == 1, "the answer moved while it was read"
        draw(window, *events, *story.trouble())
        assert window.exchange.answer.mapTo(window, QPoint(0, 0)).y() in answer_tops

    def test_no_marks_are_seen_while_an_answer_streams(self, window: OverlayWindow) -> None:
        pieces = story.streamed(pieces=60)
        for so_far in range(1, len(pieces)):
            draw(window, *story.asked(), *pieces[:so_far])
            assert "**" not in shown_answer(window)
            assert "`" not in shown_answer(window)

    def test_a_long_answer_is_read_from_its_start(self, window: OverlayWindow) -> None:
        pieces = story.streamed(text="word " * 2_000, pieces=5)
        for so_far in range(1, 6):
            draw(window, question(1), *pieces[:so_far])
        bar = window.exchange.answer.verticalScrollBar()
        assert bar is not None
        assert bar.value() == 0 < bar.maximum()
        assert window.exchange.more.isVisible()
        window.action_requested.emit("page_down")
        assert bar.value() > 0

    def test_words_do_not_wrap_again_when_the_answer_gets_longer_than_its_zone(
        self, window: OverlayWindow
    ) -> None:
        widths = set()
        for words in (10, 2_000):
            draw(window, question(1), *story.streamed(text="word " * words, pieces=1))
            if (viewport := window.exchange.answer.viewport()) is not None:
                widths.add(viewport.width())
        assert len(widths) == 1

    def test_more_shows_the_transcript_and_all_passages(self, window: OverlayWindow) -> None:
        draw(window, *WHOLE)
        window.action_requested.emit("more")
        assert "Thanks for making the time today." in window.pane.toPlainText()
        assert "payments_team.md" in window.exchange.notes.text.whole
        assert window.height() > OverlaySettings().height
        window.action_requested.emit("more")
        assert window.height() == OverlaySettings().height

    def test_new_question_replaces_the_old_one_which_can_be_brought_back(self, window: OverlayWindow) -> None:
        view = window.exchange
        draw(window, *story.asked(1, "First?"), story.finished(1, "One."), *story.asked(2, "Second?"))
        assert view.question.whole == "Second?"
        click(view.earlier)
        assert (view.question.whole, shown_answer(window)) == ("First?", "One.")
        assert not view.earlier.isEnabled()
        click(view.later)
        assert view.question.whole == "Second?"

    def test_the_next_question_calls_the_reader_back(self, window: OverlayWindow) -> None:
        events = [*story.asked(1, "First?"), *story.asked(2, "Second?")]
        draw(window, *events)
        window.action_requested.emit("earlier")
        draw(window, *events, *story.asked(3, "Third?"))
        assert window.exchange.question.whole == "Third?"

    def test_own_answer_is_first(self, window: OverlayWindow) -> None:
        draw(window, question(1), story.prepared())
        assert window.exchange.notes.origin.whole.startswith("your own answer · faq.md")
        assert "Two reasons.\n\n- The team\n- The work" in window.exchange.notes.text.whole

    def test_an_answer_that_no_note_backs_is_marked(self, window: OverlayWindow) -> None:
        nothing = m.PassagesRetrieved(question=1, passages=[], search_ms=0.1)
        draw(window, question(1), nothing, *story.streamed(), story.finished())
        assert window.exchange.remark.text().startswith("General knowledge")

    def test_a_question_that_waits_for_the_key_says_so(self, window: OverlayWindow) -> None:
        unrequested = m.AnswerStopped(question=1, cause="", kept="")
        draw(window, *story.opening("ask"), *story.asked(), unrequested)
        assert window.exchange.remark.text() == "Press A for an answer."
        assert window.exchange.notes.text.whole

    def test_a_question_of_any_length_takes_two_lines(self, window: OverlayWindow) -> None:
        draw(window, question(1, "Why is it so? " * 40))
        label = window.exchange.question
        assert label.text().endswith("…")
        assert label.height() <= 2 * label.fontMetrics().lineSpacing() + 4


class TestCaptions:
    def test_words_that_may_change_are_fainter(self, window: OverlayWindow) -> None:
        draw(window, *story.opening(), *story.talk())
        faint = PALETTES["dark"].faint
        assert f'color:{faint};">nobody could say' in window.strip.toHtml()
        assert window.strip.toPlainText().endswith("…"), "it is not said by colour alone"

    @pytest.mark.parametrize(
        ("text", "goes_left"), [("مرحبا بكم.", True), ("Hello there.", False), ("你好。", False)]
    )
    def test_the_full_stop_is_at_the_end_in_every_script(
        self, window: OverlayWindow, text: str, goes_left: bool
    ) -> None:
        draw(window, final(1, text, "call"))
        document = window.strip.document()
        assert document is not None
        layout = document.firstBlock().layout()
        assert layout is not None
        shown = document.firstBlock().text()
        line = layout.lineForTextPosition(shown.index(text))
        first, last = (line.cursorToX(shown.index(text) + at)[0] for at in (1, len(text) - 1))
        assert (last < first) is goes_left

    def test_the_strip_shows_whole_lines_and_the_newest(self, window: OverlayWindow) -> None:
        draw(window, *(final(number, f"line {number} " * 9, start_s=number) for number in range(100)))
        bar = window.strip.verticalScrollBar()
        assert bar is not None
        assert bar.value() == bar.maximum() > 0
        assert bar.value() % (window.strip.height() // 2) == 0

    def test_a_pane_that_was_scrolled_back_stays_there(self, window: OverlayWindow) -> None:
        window.action_requested.emit("more")
        lines = [final(number, f"line {number} " * 20, start_s=number) for number in range(100)]
        draw(window, *lines)
        bar = window.pane.verticalScrollBar()
        assert bar is not None
        bar.setValue(30)
        draw(window, *lines, final(200, "the newest", start_s=300))
        assert bar.value() == 30

    def test_captions_alone_are_large(self, application: QApplication) -> None:
        window = OverlayWindow(OverlaySettings(layout="captions"))
        draw(window, *story.opening(), *WHOLE)
        window.show()
        assert window.pane.isVisible()
        assert not window.exchange.isVisible()
        assert window.pane.fontMetrics().height() > window.strip.fontMetrics().height() * 1.4
        window.deleteLater()


class TestTroubleAndStatus:
    def test_all_well_is_nothing_at_all(self, window: OverlayWindow) -> None:
        draw(window, *WHOLE)
        assert not window.notice.isVisible()

    def test_trouble_is_one_sentence_that_can_be_put_away(self, window: OverlayWindow) -> None:
        draw(window, *story.opening(), *story.trouble())
        assert window.notice.text.whole.startswith("model-server stopped working")
        first = window.notice.text.whole
        click(window.notice.dismiss)
        assert window.notice.text.whole != first

    def test_a_muted_microphone_is_named_and_forgotten_when_it_works(self, window: OverlayWindow) -> None:
        muted = m.CaptureStarted(
            source="mic", first_sample_ns=0, start_sample=0, device="Headset", native_rate_hz=48_000,
            native_channels=1, is_microphone=True,
        )  # fmt: skip
        silent = m.LevelAlarmed(source="mic", alarm="silent")
        draw(window, *story.opening(), muted, silent)
        assert "You: the microphone sends only silence" in window.notice.text.whole
        assert "silent" in window.header.dots["mic"].toolTip()
        sound = m.LevelAlarmed(source="mic", alarm="none")
        draw(window, *story.opening(), muted, silent, sound)
        assert not window.notice.isVisible()

    def test_what_came_while_it_was_hidden_is_there_when_it_is_shown(self, window: OverlayWindow) -> None:
        captions = draw(window, *story.opening())
        window.show_or_hide("hide")
        assert not window.is_seen
        for logged in log(*story.opening(), *story.talk(), *story.asked()):
            captions.apply(logged)
        window.show_or_hide("show")
        assert window.exchange.question.whole == "What was the hardest part of that?"

    def test_details_have_every_stage_in_words(self, window: OverlayWindow) -> None:
        draw(window, *story.opening(), *story.trouble(), story.provider(), story.used(100, 50, session=0.004))
        window.action_requested.emit("details")
        status = window.details.status.toPlainText()
        assert "stt: ready, restarted 1 time, base int8" in status
        assert "model-server: stopped" in status
        assert "no internet sockets (seccomp)" in status
        assert "openai, some-model (leaves this machine)" in status
        assert "150 tokens, $0.0040" in status
        window.details.close()

    def test_every_request_is_there_word_for_word(self, window: OverlayWindow) -> None:
        draw(window, request(1, left_machine=True, body='{"a": "<b>bold</b>"}'))
        click(window.header.sent)
        assert window.details.tabs.currentWidget() is window.details.sent
        assert '{"a": "<b>bold</b>"}' in window.details.sent.toPlainText()
        window.details.close()

    def test_time_of_an_answer_is_a_waterfall(self, window: OverlayWindow) -> None:
        draw(window, *WHOLE, m.AnswerPainted(question=1, painted_ns=1))
        window.action_requested.emit("latency")
        assert [step.name for step in window.details.latency.steps][-1] == "painted"
        assert "First word on screen after" in window.details.latency.accessibleDescription()
        window.details.close()

    def test_window_warns_that_it_is_visible(self, window: OverlayWindow) -> None:
        assert "Everyone who sees your screen sees this window too" in window.header.kind.toolTip()


class TestAnswering:
    def test_held_request_is_shown_until_it_is_decided(
        self, window: OverlayWindow, published: list[m.Event]
    ) -> None:
        draw(window, *story.opening(), *story.asked(3, "Why so?")[:2], story.held(3))
        held = window.exchange.held
        assert held.isVisible()
        assert "api.example.com:443" in held.head.text()
        assert "leaves this machine" in held.head.text()
        content = held.body.toPlainText()
        assert content.startswith("Question: Why so?\n\nNotes: notes/queue.md")
        assert content.endswith(story.held().body)
        click(held.send)
        click(held.do_not_send)
        assert published == [
            m.RequestDecided(question=3, allowed=True, by="overlay"),
            m.RequestDecided(question=3, allowed=False, by="overlay"),
        ]

    def test_nothing_is_held_where_nothing_waits(self, window: OverlayWindow) -> None:
        draw(window, *story.opening(), *story.asked())
        assert not window.exchange.held.isVisible()

    @pytest.mark.parametrize(
        ("action", "event"),
        [
            ("answer", m.AnswerRequested(by="overlay")),
            ("again", m.VariantRequested(question=1, variant="again", by="overlay")),
            ("shorter", m.VariantRequested(question=1, variant="shorter", by="overlay")),
            ("longer", m.VariantRequested(question=1, variant="longer", by="overlay")),
            ("pause", m.PauseRequested(paused=True, by="overlay")),
            ("mute", m.PauseRequested(source="mic", paused=True, by="overlay")),
            ("strike", m.RedactionRequested(by="overlay")),
            ("mark", m.MomentMarked(by="overlay")),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_actions_are_published(
        self, window: OverlayWindow, published: list[m.Event], action: str, event: m.Event
    ) -> None:
        draw(window, *WHOLE)
        window.action_requested.emit(action)
        assert published == [event]

    def test_cancel_cancels_what_is_under_way(self, window: OverlayWindow, published: list[m.Event]) -> None:
        draw(window, *story.opening(), *story.asked(), *story.streamed())
        window.action_requested.emit("end")
        window.action_requested.emit("cancel")
        assert (window.notice.asks_end, published) == (False, []), "the question first"
        window.action_requested.emit("cancel")
        assert published == [m.CancelRequested(by="overlay")]

    def test_cancel_gives_the_keyboard_back_when_nothing_is_under_way(
        self, window: OverlayWindow, published: list[m.Event]
    ) -> None:
        keyboard: list[bool] = []
        window.keyboard_requested.connect(keyboard.append)
        draw(window, *WHOLE)
        window.action_requested.emit("cancel")
        assert keyboard == [], "it has none"
        window.action_requested.emit("keyboard")
        QTest.qWaitForWindowActive(window)
        window.action_requested.emit("cancel")
        assert (keyboard, published) == ([True, False], [])

    def test_every_action_can_be_done_at_any_time(self, window: OverlayWindow) -> None:
        for name in [*ACTIONS, *ACTIONS]:
            window.action_requested.emit(name)
        window.details.close()

    def test_copy_copies_the_answer(self, window: OverlayWindow) -> None:
        draw(window, *WHOLE)
        window.action_requested.emit("copy")
        clipboard = QApplication.clipboard()
        assert clipboard is not None
        assert clipboard.text() == story.ANSWER

    def test_another_model_or_provider_is_a_choice_away(
        self, window: OverlayWindow, published: list[m.Event]
    ) -> None:
        captions = draw(window, *story.opening(), story.provider())
        window.menu.fill(captions)
        (providers,) = [
            menu
            for action in window.menu.actions()
            if (menu := action.menu()) and action.text() == "Who answers"
        ]
        offered = [action for action in providers.actions() if not action.isSeparator()]
        assert [each.text() for each in offered] == [
            "some-model",
            "other-model",
            "Automatic choice",
            "openai",
        ]
        assert [each.isChecked() for each in offered] == [True, False, False, True]
        offered[1].trigger()
        offered[2].trigger()
        assert published == [
            m.ProviderRequested(provider="openai", model="other-model", by="overlay"),
            m.ProviderRequested(provider="auto", model="", by="overlay"),
        ]

    def test_the_card_of_a_hosted_provider_is_on_the_way_to_choosing_it(
        self, window: OverlayWindow, published: list[m.Event]
    ) -> None:
        card = m.ProviderCard(
            keeps="logs, 30 days, " + "with many words " * 8,
            trains="no",
            region="anywhere",
            no_retention="each request says so",
            link="https://example.org/data",
            checked=datetime.date(2026, 8, 30),
        )
        started = msgspec.structs.replace(
            story.opening()[0], providers=["auto", "openai"], provider_cards={"openai": card}
        )
        captions = draw(window, started, *story.opening()[1:])
        window.menu.fill(captions)
        menus = {menu.title(): menu for menu in window.menu.findChildren(QMenu)}
        rows = menus["openai"].actions()
        shown = " ".join(" ".join(row.text() for row in rows).split())
        assert all(text in shown for text in (card.keeps.strip(), card.link, "2026-08-30"))
        assert max(len(row.text()) for row in rows) <= 64
        enabled = [row for row in rows if row.isEnabled() and not row.isSeparator()]
        assert [row.text() for row in enabled] == [strings.USE_PROVIDER]
        enabled[0].trigger()
        assert published == [m.ProviderRequested(provider="openai", model="", by="overlay")]

    def test_no_answer_button_when_answers_are_off(self, window: OverlayWindow) -> None:
        draw(window, *story.opening("off"))
        assert not window.header.answer.isVisible()


class TestTheEnd:
    def test_closing_hides_and_ends_nothing(self, window: OverlayWindow, published: list[m.Event]) -> None:
        click(window.header.hide_button)
        assert not window.isVisible()
        window.show_or_hide("toggle")
        assert window.isVisible()
        window.close()
        assert not window.isVisible()
        assert published == []

    def test_the_end_is_asked_for(self, window: OverlayWindow, published: list[m.Event]) -> None:
        window.action_requested.emit("end")
        assert published == []
        click(window.notice.go_on)
        assert not window.notice.isVisible()
        window.action_requested.emit("end")
        click(window.notice.end)
        assert published == [m.EndRequested(by="overlay")]


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
        assert shown_answer(window).strip() == text

    @pytest.mark.parametrize("text", HOSTILE)
    def test_html_in_speech_is_plain_text(self, window: OverlayWindow, text: str) -> None:
        draw(window, final(1, text), question(1, text))
        assert text in window.strip.toPlainText()
        assert window.exchange.question.textFormat() == Qt.TextFormat.PlainText

    @pytest.mark.parametrize("text", HOSTILE)
    def test_html_in_notes_and_problems_is_plain_text(self, window: OverlayWindow, text: str) -> None:
        passage = m.Passage(file="a_b.md", heading=text, text=text * 20, score=1.0)
        problem = m.ProblemReported(stage="llm", problem=text)
        draw(window, question(1), m.PassagesRetrieved(question=1, passages=[passage], search_ms=1.0), problem)
        window.action_requested.emit("details")
        assert text in window.exchange.notes.text.whole
        assert "<script" not in window.exchange.notes.text.toolTip()
        assert text[1:] in window.details.status.toPlainText()
        window.details.close()

    def test_code_is_smaller_and_its_wrapped_part_is_indented(self, window: OverlayWindow) -> None:
        line = "    total = sum(account.balance for account in accounts if account.currency == currency)"
        draw(window, *story.opening(), *story.asked(), *story.streamed(1, f"See:\n\n```\n{line}\n```\n\nSo."))
        document = window.exchange.answer.document()
        assert document is not None
        block = next(each for each in blocks_of(document) if each.text() == line)
        layout = block.layout()
        assert layout is not None
        assert layout.lineCount() > 1
        first, second = (layout.lineAt(at).naturalTextRect().left() for at in (0, 1))
        assert second > first + 4 * 5, "beyond its own indentation"
        assert block.begin().fragment().charFormat().font().pixelSize() < window.appearance.sizes.text

    def test_thousands_of_lines_of_code_are_laid_out_once(self, window: OverlayWindow) -> None:
        events = [*story.opening(), *story.asked(), *story.streamed(1, "```\n" + "x\n" * 10_000, pieces=1)]
        began_s = time.monotonic()
        draw(window, *events)
        assert time.monotonic() - began_s < 5, "laid out for each line, it would take a minute"

    @pytest.mark.parametrize("before", ["Text.", "```\ncode\n```"])
    def test_every_cell_of_a_tables_first_row_is_a_heading(self, window: OverlayWindow, before: str) -> None:
        text = f"{before}\n\n| Approach | Cost |\n|---|---|\n| optimistic | {'x' * 300} |\n"
        draw(window, *story.opening(), *story.asked(), *story.streamed(1, text))
        document = window.exchange.answer.document()
        assert document is not None
        cells = {each.text(): each for each in blocks_of(document) if each.text() in ("Approach", "Cost")}
        assert [cell.begin().fragment().charFormat().fontWeight() >= 600 for cell in cells.values()] == [
            True
        ] * 2
        layout = document.documentLayout()
        assert layout is not None
        tops = {layout.blockBoundingRect(cell).top() for cell in cells.values()}
        assert len(tops) == 1
        assert document.size().width() <= window.exchange.answer.width(), "wide cells wrap"

    def test_no_label_parses_untrusted_text_as_html(self, window: OverlayWindow) -> None:
        draw(window, *WHOLE, *story.trouble())
        labels = window.findChildren(QLabel)
        assert len(labels) > 5
        assert all(label.textFormat() == Qt.TextFormat.PlainText for label in labels)

    @pytest.mark.parametrize(
        "link", ["[x](file:///etc/passwd)", "[x](https://example.com)", "[x](javascript:alert(1))"]
    )
    def test_a_link_leads_nowhere(self, window: OverlayWindow, link: str) -> None:
        draw(window, question(1), *story.streamed(text=link, pieces=1))
        answer = window.exchange.answer
        before = answer.source()
        QTest.mouseClick(answer.viewport(), Qt.MouseButton.LeftButton, pos=answer.cursorRect().center())
        assert (answer.openLinks(), answer.openExternalLinks(), answer.source()) == (False, False, before)
        assert answer.toPlainText() == "x"

    def test_a_picture_is_not_loaded(self, window: OverlayWindow, tmp_path: Path) -> None:
        assert window.grab().save(str(tmp_path / "a.png"))
        draw(window, question(1), *story.streamed(text=f"![a](file://{tmp_path}/a.png)", pieces=1))
        document = window.exchange.answer.document()
        assert document is not None
        assert document.size().height() < 100

    @pytest.mark.parametrize(
        "text",
        [
            "x" * 200_000,
            "word " * 40_000,
            "[" * 200_000,
            "> " * 100_000,
            "*a " * 60_000,
            "|" * 200_000,
            "1. " * 60_000,
            "- > 1) " * 30_000,
        ],
        ids=["letter", "words", "brackets", "quotes", "stars", "table", "lists", "nested"],
    )
    def test_200_kb_do_no_harm(self, window: OverlayWindow, text: str) -> None:
        draw(window, question(1), story.finished(text=text))
        assert len(shown_answer(window)) <= 25_000
        draw(window, question(1), *story.streamed(text=text, pieces=1))
        assert window.width() == OverlaySettings().width


class TestTheWindowItself:
    def test_it_takes_no_focus_and_stays_on_top(self, window: OverlayWindow) -> None:
        for flag in (
            Qt.WindowType.FramelessWindowHint,
            Qt.WindowType.WindowStaysOnTopHint,
            Qt.WindowType.WindowDoesNotAcceptFocus,
        ):
            assert window.windowFlags() & flag
        assert window.testAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)

    def test_tooltips_appear_though_it_is_never_active(self, window: OverlayWindow) -> None:
        assert window.testAttribute(Qt.WidgetAttribute.WA_AlwaysShowToolTips)

    def test_it_has_the_size_and_place_of_the_settings(self, application: QApplication) -> None:
        window = OverlayWindow(OverlaySettings(x=30, y=40, width=500, height=420))
        draw(window, *WHOLE)
        geometry = window.geometry()
        assert (geometry.x(), geometry.y(), geometry.width(), geometry.height()) == (30, 40, 500, 420)
        window.deleteLater()

    @pytest.mark.parametrize(("x", "y"), [(-3_000, 0), (90_000, 90_000)])
    def test_it_opens_where_it_can_be_seen(self, application: QApplication, x: int, y: int) -> None:
        window = OverlayWindow(OverlaySettings(x=x, y=y))
        screen = application.primaryScreen()
        assert screen is not None
        assert screen.availableGeometry().contains(window.geometry())
        window.deleteLater()

    def test_a_window_higher_than_the_screen_is_made_to_fit(self, application: QApplication) -> None:
        window = OverlayWindow(OverlaySettings(height=5_000, width=5_000))
        draw(window, *WHOLE)
        screen = application.primaryScreen()
        assert screen is not None
        assert screen.availableGeometry().contains(window.geometry())
        window.deleteLater()

    def test_its_place_on_this_monitor_is_remembered(self, application: QApplication) -> None:
        screen = application.primaryScreen()
        assert screen is not None
        place = Place(x=60, y=70, width=400, height=300)
        window = OverlayWindow(OverlaySettings(places={screen.name() or "monitor": place}))
        assert (window.x(), window.y(), window.width()) == (60, 70, 400)
        window.deleteLater()

    def test_it_is_dragged_by_its_text_and_snaps(
        self, window: OverlayWindow, published: list[m.Event]
    ) -> None:
        window.placement.publish_soon = window.placement._publish  # type: ignore[method-assign]
        draw(window, *WHOLE)
        viewport = window.exchange.answer.viewport()
        QTest.mousePress(viewport, Qt.MouseButton.LeftButton, pos=QPoint(10, 10))
        QTest.mouseMove(viewport, QPoint(110, 60))
        QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=QPoint(10, 10))
        assert (window.x(), window.y()) == (100, 50)
        (placed,) = published
        assert isinstance(placed, m.WindowPlaced)
        assert (placed.x, placed.y, placed.height) == (100, 50, OverlaySettings().height)

    def test_opacity_follows_wheel_and_keys_and_never_reaches_nothing(self, window: OverlayWindow) -> None:
        window.set_opacity(0.5)
        wheel(window, 120)
        assert window.appearance.opacity == pytest.approx(0.55)
        for _ in range(9):
            window.action_requested.emit("fainter")
        assert window.appearance.opacity == pytest.approx(0.2)
        for _ in range(20):
            window.action_requested.emit("firmer")
        assert window.appearance.opacity == 1
        assert window.windowOpacity() == 1, "the text does not fade"

    def test_text_has_a_size(self, window: OverlayWindow) -> None:
        draw(window, *WHOLE)
        before = window.exchange.question.fontMetrics().height()
        for _ in range(5):
            window.action_requested.emit("larger_text")
        QApplication.processEvents()
        assert window.exchange.question.fontMetrics().height() > before

    def test_clicks_pass_through_on_request(self, window: OverlayWindow) -> None:
        window.action_requested.emit("click_through")
        handle = window.windowHandle()
        assert handle is not None
        assert handle.flags() & Qt.WindowType.WindowTransparentForInput
        window.show_or_hide("toggle")
        window.show_or_hide("toggle")
        assert not handle.flags() & Qt.WindowType.WindowTransparentForInput, "it can be reached again"

    def test_everything_has_a_name_for_screen_readers(self, window: OverlayWindow) -> None:
        draw(window, *WHOLE)
        views: list[QWidget] = [*window.findChildren(QPushButton), *window.findChildren(InertText)]
        views += window.header.dots.values()
        assert all(view.accessibleName() for view in views)

    @pytest.mark.parametrize("width", range(280, 480, 20))
    def test_no_line_of_an_answer_is_cut_when_the_rest_needs_more_room(
        self, application: QApplication, width: int
    ) -> None:
        window = OverlayWindow(OverlaySettings(width=width))
        window.show()
        answer = "word " * 300
        begun = [*story.opening(), question(1, "Why?"), *story.streamed(1, answer)]
        draw(window, *begun)
        none = m.PassagesRetrieved(question=1, passages=[], search_ms=1)
        draw(window, *begun, none, story.finished(1, answer))  # a remark of several lines
        viewport = window.exchange.answer.viewport()
        assert viewport is not None
        lines = window.exchange.answer._visible_lines()
        assert not [line for line in lines if line.top() + 3 < viewport.height() < line.bottom() - 1]
        window.deleteLater()

    def test_every_button_is_reached_by_the_keyboard(self, window: OverlayWindow) -> None:
        buttons = window.findChildren(QPushButton)
        assert all(button.focusPolicy() & Qt.FocusPolicy.TabFocus for button in buttons)

    def test_tab_goes_from_the_first_row_downwards(self, window: OverlayWindow) -> None:
        draw(window, *WHOLE, *story.trouble())
        places, view = [], window.nextInFocusChain()
        while view is not None and view is not window:
            if view.isVisible() and view.focusPolicy() & Qt.FocusPolicy.TabFocus:
                place = view.mapTo(window, QPoint(0, 0))
                places.append((place.y() // 20, place.x()))
            view = view.nextInFocusChain()
        assert len(places) > 5
        assert places == sorted(places)

    def test_the_text_box_with_the_keyboard_is_framed(self, window: OverlayWindow) -> None:
        draw(window, *WHOLE)
        window.action_requested.emit("keyboard")
        QTest.qWaitForWindowActive(window)
        before = window.exchange.answer.grab().toImage().pixelColor(0, 5)
        window.exchange.answer.setFocus(Qt.FocusReason.TabFocusReason)
        framed = window.exchange.answer.grab().toImage().pixelColor(0, 5)
        assert (framed.name(), framed != before) == (window.appearance.palette.accent, True)

    def test_every_action_has_a_key(self) -> None:
        assert [
            name for name, action in ACTIONS.items() if not (action.window_key or action.global_key)
        ] == []

    @pytest.mark.parametrize(("width", "height"), [(300, 300), (480, 430), (900, 800)])
    @pytest.mark.parametrize("font_px", [12, 15, 24])
    def test_nothing_overlaps_at_any_size(
        self, application: QApplication, width: int, height: int, font_px: int
    ) -> None:
        window = OverlayWindow(OverlaySettings(width=width, height=height, font_px=font_px))
        window.show()
        draw(window, *WHOLE, *story.trouble())
        QApplication.processEvents()
        view = window.exchange
        parts = [
            window.header,
            window.strip,
            view.question,
            view.notes,
            view.answer,
            view.remark,
            window.notice,
        ]
        places = [(part.mapTo(window, QPoint(0, 0)).y(), part.height()) for part in parts]
        assert all(top + height <= below for (top, height), (below, _) in pairwise(places)), places
        window.deleteLater()


def wheel(window: OverlayWindow, steps: int) -> None:
    at = QPointF(20, 10)
    QApplication.sendEvent(
        window,
        QWheelEvent(
            at,
            at,
            QPoint(0, 0),
            QPoint(0, steps),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        ),
    )


def blocks_of(document: QTextDocument) -> Iterator[QTextBlock]:
    block = document.begin()
    while block.isValid():
        yield block
        block = block.next()


def test_the_space_key_presses_the_button_that_has_the_focus(
    window: OverlayWindow, published: list[m.Event]
) -> None:
    draw(window, *WHOLE)
    window.ask_end()
    window.action_requested.emit("more")
    assert published == [m.EndRequested(by="overlay")]
