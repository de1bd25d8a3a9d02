from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from bus import messages as m
from overlay.state.captions import (
    MAX_EXCHANGES,
    MAX_LINES,
    Captions,
)
from overlay.state.egress import MAX_REQUESTS
from overlay.state.exchange import ANSWER_CHARACTERS
from overlay.state.paragraphs import Line
from overlay.texts.sentences import money
from tests.support import sample_session as story
from tests.support.events import (
    SECOND,
    discarded,
    endpoint,
    final,
    log,
    partial,
    question,
    request,
    resumed,
    started,
)


def fold(*events: m.Event, logged_ns: int = 0) -> Captions:
    return apply(Captions(), log(*events, logged_ns=logged_ns))


def apply(captions: Captions, logged: Sequence[m.Logged]) -> Captions:
    for each in logged:
        captions.apply(each)
    return captions


def began(source: str = "mic", utterance: int = 1) -> m.SpeechStarted:
    return m.SpeechStarted(source=source, utterance=utterance, start_sample=0, detected_sample=1_600)


def level(source: str, dbfs: float) -> m.Logged:
    return m.Logged(
        0, 0, m.LevelMeasured(source=source, rms_dbfs=dbfs, peak_dbfs=dbfs + 6, stop_sample=SECOND)
    )


def texts(captions: Captions) -> list[str]:
    return [line.text for line in captions.lines]


class TestWords:
    def test_finals_stand_in_the_order_in_which_they_were_spoken(self) -> None:
        captions = fold(
            started("call"),
            started("mic"),
            final(1, "second", "mic", 3, 4),
            final(1, "first", "call", 1, 2),
            final(2, "third", "call", 5, 6),
        )
        assert texts(captions) == ["first", "second", "third"]

    def test_sources_are_placed_by_their_own_clocks(self) -> None:
        captions = fold(
            started("call", 10 * 10**9),
            started("mic", 0),
            final(1, "said at eleven", "call", 1, 2),
            final(1, "said at five", "mic", 5, 6),
        )
        assert texts(captions) == ["said at five", "said at eleven"]

    def test_partial_replaces_the_previous_partial(self) -> None:
        captions = fold(partial(1, "What"), partial(1, "What was", 1))
        assert [line.parts() for line in captions.partials] == [("What", "was")]

    def test_both_sources_can_have_a_partial(self) -> None:
        captions = fold(partial(1, "one"), partial(1, "two", source="call"))
        assert {line.text for line in captions.partials} == {"one", "two"}

    @pytest.mark.parametrize(
        "end",
        [
            final(1),
            discarded(1),
            m.UtteranceLost(source="mic", utterance=1, start_sample=0, stop_sample=9, cause="overwritten"),
        ],
        ids=lambda event: type(event).__name__,
    )
    def test_outcome_removes_the_partial(self, end: m.Event) -> None:
        assert not fold(partial(1, "hello"), end).partials

    def test_late_final_keeps_the_next_partial(self) -> None:
        captions = fold(partial(2, "next"), final(1, "before"))
        assert [line.text for line in captions.partials] == ["next"]

    @pytest.mark.parametrize(
        ("text", "stable", "expected"),
        [
            ("a b c", 0, ("", "a b c")),
            ("a b c", 2, ("a b", "c")),
            ("a b c", 3, ("a b c", "")),
            ("a b c", 9, ("a b c", "")),
            ("", 0, ("", "")),
        ],
    )
    def test_words_are_split_into_stable_and_unstable(
        self, text: str, stable: int, expected: tuple[str, str]
    ) -> None:
        assert Line("mic", 1, text, stable).parts() == expected

    def test_all_words_of_a_final_are_stable(self) -> None:
        assert fold(final(1, "two  spaces stay")).lines[0].parts() == ("two  spaces stay", "")

    def test_unconfirmed_words_are_unstable(self) -> None:
        assert fold(partial(1, "Well"), final(1, "Well", unconfirmed=True)).lines[0].parts() == ("", "Well")

    def test_speech_that_was_not_understood_is_a_line_with_its_time(self) -> None:
        captions = fold(started("mic"), discarded(1, start_s=72.0, speech_ms=900.0))
        assert texts(captions) == ["1:12 [something was said here that could not be understood]"]
        assert captions.lines[0].parts()[0] == ""

    def test_noise_is_no_line(self) -> None:
        assert texts(fold(started("mic"), discarded(1, speech_ms=32.0))) == []

    def test_old_lines_make_room_for_new_ones(self) -> None:
        finals = [
            final(number, str(number), start_s=number, end_s=number + 1) for number in range(MAX_LINES + 5)
        ]
        captions = fold(started("mic"), *finals)
        assert len(captions.lines) == MAX_LINES
        assert texts(captions)[-1] == str(MAX_LINES + 4)
        assert texts(captions)[0] == "5"

    def test_a_late_line_finds_its_place_among_a_full_number(self) -> None:
        finals = [
            final(number, str(number), start_s=2 * number, end_s=2 * number + 1)
            for number in range(MAX_LINES)
        ]
        late_s = 2 * MAX_LINES - 3
        captions = fold(started("mic"), *finals, final(999, "late", "mic", late_s, late_s + 1))
        assert texts(captions)[-2:] == ["late", str(MAX_LINES - 1)]

    def test_latency_runs_from_the_end_of_speech_to_the_log(self) -> None:
        captions = fold(started("mic", 10 * 10**9), final(1, start_s=0, end_s=2.0), logged_ns=12_450_000_000)
        assert captions.final_latency_s == pytest.approx(0.45)

    def test_no_latency_without_a_clock(self) -> None:
        assert fold(final(1)).final_latency_s is None


class TestTurns:
    def test_words_in_progress_take_the_line_of_what_they_continue(self) -> None:
        captions = fold(final(1, "Tell me."), partial(2, "Tell me about", 2, replaces=[1]))
        assert (texts(captions), [line.text for line in captions.partials]) == ([], ["Tell me about"])

    def test_words_at_the_pause_look_complete_until_speech_resumes(self) -> None:
        captions = fold(partial(1, "What", 0), endpoint(1, "What is it?"))
        assert captions.partials[0].parts() == ("What is it?", "")
        apply(captions, [m.Logged(3, 0, resumed(1))])
        assert captions.partials[0].parts() == ("", "What is it?")

    def test_a_question_that_grew_is_shown_instead_of_the_earlier_one(self) -> None:
        old, new = (
            story.asked(1, "Tell me about a time."),
            question(2, "Tell me about a time when.", replaces=1),
        )
        captions = fold(*old, new, *story.streamed(1, "late", 1))
        assert [exchange.question for exchange in captions.exchanges] == [2]


class TestSpeaking:
    def test_speaking_lasts_until_speech_ends(self) -> None:
        captions = fold(began("call"))
        assert captions.speaking == {"call"}
        ended = m.SpeechEnded(
            source="call",
            utterance=1,
            start_sample=0,
            quiet_sample=1,
            stop_sample=1,
            decided_sample=1,
            cause="silence",
        )
        captions.apply(m.Logged(2, 0, ended))
        assert captions.speaking == set()

    def test_a_pause_is_no_speech(self) -> None:
        pause = m.SpeechPaused(source="mic", utterance=1, start_sample=0, quiet_sample=1, stop_sample=2)
        resumed = m.SpeechResumed(source="mic", utterance=1, resumed_sample=5)
        assert fold(began(), pause).speaking == set()
        assert fold(began(), pause, resumed).speaking == {"mic"}

    @pytest.mark.parametrize(
        "fall",
        [
            m.StageDied(stage="vad:mic", cause="killed"),
            m.StageDied(stage="capture:mic", cause="killed"),
            m.CaptureEnded(source="mic", stop_sample=SECOND, cause="end of file"),
        ],
        ids=["vad", "capture", "end"],
    )
    def test_ended_source_does_not_speak(self, fall: m.Event) -> None:
        captions = Captions()
        captions.apply(level("mic", -20))
        captions.apply(m.Logged(1, 0, began()))
        captions.apply(m.Logged(2, 0, fall))
        assert captions.speaking == set()

    def test_the_newest_level_counts(self) -> None:
        captions = apply(Captions(), [level("mic", -60), level("mic", -12), level("call", -30)])
        assert (captions.levels.rms_dbfs("mic"), captions.levels.rms_dbfs("call")) == (-12, -30)

    def test_a_source_that_is_not_captured_has_no_level(self) -> None:
        captions = apply(
            Captions(), [level("mic", -20), *log(m.StageDied(stage="capture:mic", cause="killed"))]
        )
        assert captions.levels.rms_dbfs("mic") == -120


class TestAnswers:
    def test_passages_are_there_before_any_answer(self) -> None:
        current = fold(*story.asked()).current
        assert current is not None
        assert current.state == "waiting"
        assert [passage.file for passage in current.passages] == ["notes/queue.md", "notes/payments_team.md"]

    def test_answer_is_streamed_piece_by_piece(self) -> None:
        current = fold(*story.asked(), *story.streamed()).current
        assert current is not None
        assert (current.state, current.answer) == ("streaming", story.ANSWER)

    def test_the_provider_has_the_last_word(self) -> None:
        current = fold(*story.asked(), *story.streamed()[:2], story.finished(text="All of it.")).current
        assert current is not None
        assert (current.state, current.answer, current.remark) == ("finished", "All of it.", "some-model")

    def test_stopped_answer_keeps_its_text_and_cause(self) -> None:
        stopped = m.AnswerStopped(question=1, cause="the line was cut", kept="So far", fix="ask again")
        current = fold(*story.asked(), *story.streamed(), stopped).current
        assert current is not None
        assert (current.state, current.answer) == ("stopped", "So far")
        assert (current.remark, current.fix) == ("the line was cut", "ask again")

    def test_the_first_word_is_timed_from_the_question(self) -> None:
        captions = Captions()
        captions.apply(m.Logged(1, 1_000_000_000, question(1)))
        for seq, piece in enumerate(story.streamed(), 2):
            captions.apply(m.Logged(seq, 1_000_000_000 + seq * 200_000_000, piece))
        assert captions.current is not None
        assert captions.current.first_token_s == pytest.approx(0.4)

    def test_a_new_question_leaves_the_old_one_to_be_read(self) -> None:
        captions = fold(*story.asked(1, "First?"), story.finished(1, "One."), *story.asked(2, "Second?"))
        assert captions.current is not None
        assert captions.current.text == "Second?"
        assert [exchange.answer for exchange in captions.exchanges] == ["One.", ""]

    def test_late_words_of_an_old_answer_go_to_the_old_answer(self) -> None:
        captions = fold(*story.asked(1), *story.asked(2), *story.streamed(1, "late", 1))
        assert [exchange.answer for exchange in captions.exchanges] == ["late", ""]

    def test_answer_to_an_unknown_question_is_ignored(self) -> None:
        assert fold(*story.streamed(7), story.finished(7)).current is None

    def test_an_endless_answer_is_cut(self) -> None:
        pieces = story.streamed(1, "word " * ANSWER_CHARACTERS, pieces=50)
        for captions in (
            fold(question(1), *pieces),
            fold(question(1), story.finished(1, "x" * 200_000)),
        ):
            assert captions.current is not None
            assert len(captions.current.answer) == ANSWER_CHARACTERS

    def test_old_questions_make_room_for_new_ones(self) -> None:
        captions = fold(*(question(number) for number in range(1, MAX_EXCHANGES + 4)))
        assert captions.exchanges[0].question == 4
        assert len(captions.exchanges) == MAX_EXCHANGES


class TestLedger:
    def test_nothing_left(self) -> None:
        assert str(Captions().egress.total) == "nothing left this machine"

    def test_a_server_on_this_machine_is_no_departure(self) -> None:
        captions = fold(request(1, left_machine=False, body="{}"))
        assert str(captions.egress.total) == "nothing left this machine"
        assert len(captions.egress.requests) == 1

    def test_bytes_and_hosts_are_shown(self) -> None:
        captions = fold(request(1, left_machine=True, body="x" * 1_234))
        assert str(captions.egress.total) == "1 request, 1,234 bytes left, to api.example.com:443"

    def test_the_sum_outlives_the_entries(self) -> None:
        many = MAX_REQUESTS + 10
        captions = fold(*(request(number, left_machine=True, body="xx") for number in range(many)))
        assert len(captions.egress.requests) == MAX_REQUESTS
        assert (captions.egress.total.requests, captions.egress.total.body_bytes) == (many, 2 * many)

    def test_request_bodies_are_stored_word_for_word(self) -> None:
        captions = fold(request(1, left_machine=True, body='{"é": "\\u2028"}'))
        assert captions.egress.requests[0].body == '{"é": "\\u2028"}'


class TestNotes:
    def test_an_answer_that_was_prepared_is_there_word_for_word(self) -> None:
        current = fold(question(1), story.prepared()).current
        assert current is not None
        assert current.prepared is not None
        assert current.prepared.text == "Two reasons.\n\n- The team\n- The work"
        assert not current.general

    @pytest.mark.parametrize(("passages", "general"), [([], True), (story.NOTES, False)])
    def test_an_answer_is_general_where_nothing_fits(self, passages: list[m.Passage], general: bool) -> None:
        current = fold(question(1), m.PassagesRetrieved(question=1, passages=passages, search_ms=0.1)).current
        assert current is not None
        assert current.general is general

    def test_answer_is_not_general_before_notes_are_searched(self) -> None:
        current = fold(question(1)).current
        assert current is not None
        assert not current.general


class TestHeldRequests:
    def test_held_request_waits_until_it_is_sent(self) -> None:
        captions = fold(question(1), story.held())
        assert captions.current is not None
        assert (captions.current.state, captions.current.held) == ("held", story.held())
        apply(captions, [m.Logged(9, 0, request(1, left_machine=True))])
        assert (captions.current.state, captions.current.held) == ("waiting", None)

    def test_a_request_that_is_not_allowed_waits_no_more(self) -> None:
        stopped = m.AnswerStopped(question=1, cause="you did not let the request go", kept="")
        current = fold(question(1), story.held(), stopped).current
        assert current is not None
        assert (current.state, current.held) == ("stopped", None)


class TestMeter:
    def test_provider_is_named_with_its_location(self) -> None:
        assert fold(story.provider()).egress.provider_text == "openai, some-model (leaves this machine)"
        through = m.ProviderReady(
            provider="ollama", host="h", model="m", models=[], leaves_machine=False, proxy="p:1"
        )
        assert fold(through).egress.provider_text == "ollama, m (this machine, through the proxy p:1)"

    def test_tokens_add_up_and_cost_is_shown(self) -> None:
        captions = fold(story.used(100, 20, cost=0.001, session=0.001), story.used(200, 30, session=0.003))
        assert captions.egress.usage_text == "350 tokens, $0.0030"

    def test_where_nothing_was_paid_no_money_is_named(self) -> None:
        assert fold(story.used(100, 20, cost=0.0)).egress.usage_text == "120 tokens"

    def test_day_cost_is_shown_if_above_session_cost(self) -> None:
        assert (
            fold(story.used(1, 1, session=0.5, day=1.25)).egress.usage_text
            == "2 tokens, $0.5000, $1.25 today"
        )

    def test_unknown_price_is_not_zero(self) -> None:
        assert fold(story.used(1, 1, cost=None)).egress.usage_text == "2 tokens, $0.00, price unknown"

    @pytest.mark.parametrize(("dollars", "words"), [(0, "$0.00"), (0.0123, "$0.0123"), (1, "$1.00")])
    def test_small_amounts_have_four_decimals(self, dollars: float, words: str) -> None:
        assert money(dollars) == words


class TestHealth:
    def test_a_stage_starts_and_is_ready(self) -> None:
        captions = fold(m.StageStarted(stage="stt", pid=1, restarts=0))
        assert captions.stages["stt"].state == "starting"
        captions.apply(m.Logged(2, 0, m.StageReady(stage="stt", detail="base", sandbox="no sockets")))
        stage = captions.stages["stt"]
        assert (stage.state, stage.detail, stage.sandbox) == ("ready", "base", "no sockets")

    def test_restarts_are_counted_and_giving_up_has_a_fix(self) -> None:
        captions = fold(*story.trouble())
        assert (captions.stages["stt"].state, captions.stages["stt"].restarts) == ("ready", 1)
        assert captions.stages["model-server"].state == "given up"
        assert any("See `cuecard doctor`" in problem.text for problem in captions.problems.current())

    def test_answer_mode_and_cause_of_the_end_are_stored(self) -> None:
        captions = fold(*story.opening("ask"), m.SessionEnding(cause="stopped by the user"))
        assert (captions.sources, captions.answer_mode) == (["call", "mic"], "ask")
        assert captions.ending == "stopped by the user"


class TestReplay:
    def test_events_that_come_again_change_nothing(self) -> None:
        captions = apply(Captions(), story.whole())
        before = repr(captions)
        assert repr(apply(captions, story.whole())) == before

    def test_any_overlap_after_a_reconnect_gives_the_same_picture(self) -> None:
        whole, chance = story.whole(), random.Random(7)
        expected = repr(apply(Captions(), whole))
        for _ in range(20):
            cut = chance.randrange(len(whole))
            again = chance.randrange(cut + 1)
            assert repr(apply(apply(Captions(), whole[:cut]), whole[again:])) == expected
