from __future__ import annotations

from bus import messages as m
from overlay.state.problems import MAX_PROBLEMS, PROBLEM_CHARACTERS, Problems
from tests.support.events import SECOND, started

S = 1_000_000_000


def fold(*events: m.Event, at_s: float = 0.0) -> Problems:
    problems = Problems()
    for seq, event in enumerate(events, 1):
        problems.apply(m.Logged(seq, round(at_s * S), event))
    return problems


def texts(problems: Problems, now_s: float = 1.0) -> list[str]:
    problems.apply(
        m.Logged(0, round(now_s * S), m.LevelMeasured(source="x", rms_dbfs=-9, peak_dbfs=-9, stop_sample=0))
    )
    return [problem.text for problem in problems.current()]


def report(
    problem: str = "no answer", stage: str = "llm", topic: str = "", **rest: object
) -> m.ProblemReported:
    return m.ProblemReported(stage=stage, problem=problem, topic=topic, **rest)  # type: ignore[arg-type]


class TestReports:
    def test_a_problem_is_sentences(self) -> None:
        problem = report("no answer", kept="the question is shown", fix="wait a moment")
        assert texts(fold(problem)) == ["No answer. The question is shown. Wait a moment."]

    def test_the_newest_come_first_without_repeats(self) -> None:
        many = [report(str(number)) for number in range(9)]
        problems = fold(*many, many[-2])
        assert texts(problems)[:2] == ["7.", "8."]
        assert len(texts(problems)) == MAX_PROBLEMS

    def test_a_problem_of_any_length_takes_little_room(self) -> None:
        assert len(texts(fold(report("x" * 100_000)))[0]) <= PROBLEM_CHARACTERS + 1

    def test_it_leaves_by_itself_where_nothing_can_end_it(self) -> None:
        problems = fold(report("an odd thing", stage="view"))
        assert texts(problems, now_s=60) == ["An odd thing."]
        assert texts(problems, now_s=600) == []

    def test_one_with_a_topic_lasts_until_it_is_over(self) -> None:
        busy = report("the processor is busy", stage="stt", topic="load")
        over = report("the processor is free again", stage="stt", topic="load", is_over=True)
        assert texts(fold(busy), now_s=6_000) == ["The processor is busy."]
        assert texts(fold(busy, over)) == []

    def test_a_failed_answer_is_told_once_in_its_card(self) -> None:
        stopped = m.AnswerStopped(question=1, cause="HTTP 500", kept="")
        assert texts(fold(report("HTTP 500"), stopped)) == []
        assert texts(fold(stopped, report("HTTP 500"))) == []

    def test_an_answer_ends_the_provider_s_problems(self) -> None:
        answered = m.AnswerStreamed(question=1, delta="x", received_ns=1)
        assert texts(fold(report("the key was refused"), answered)) == []

    def test_a_blocked_connection_is_not_forgotten_for_an_answer(self) -> None:
        answered = m.AnswerStreamed(question=1, delta="x", received_ns=1)
        assert texts(fold(report("blocked", stage="connector"), answered)) == ["Blocked."]


class TestStages:
    def test_a_dead_stage_is_shown_until_it_is_ready_again(self) -> None:
        died = m.StageDied(stage="stt", cause="killed")
        assert texts(fold(died)) == ["stt stopped and is starting again."]
        assert texts(fold(died, m.StageReady(stage="stt"))) == []

    def test_a_stage_that_was_given_up_comes_first(self) -> None:
        given_up = m.StageGivenUp(stage="stt", cause="died 5 times", fix="run `cuecard doctor`")
        problems = fold(given_up, report())
        assert problems.current()[0].is_grave
        assert texts(problems)[0] == "stt stopped working: died 5 times. Run `cuecard doctor`."


class TestSound:
    def test_lost_audio_is_shown_for_a_moment(self) -> None:
        lost = m.AudioLost(source="mic", start_sample=0, stop_sample=8_000, cause="the device was late")
        assert texts(fold(lost)) == ["mic: 0.50 s of audio lost (the device was late)"]
        assert texts(fold(lost), now_s=60) == []

    def test_an_alarm_names_the_speaker_until_it_is_over(self) -> None:
        problems = fold(started(), alarmed("silent"))
        assert problems.current({"mic": "You"})[0].text.startswith("You: the microphone sends only silence")
        assert texts(fold(started(), alarmed("silent"), alarmed("none"))) == []

    def test_a_paused_microphone_raises_no_alarm(self) -> None:
        paused = m.CapturePaused(source="mic", sample=SECOND)
        assert texts(fold(started(), alarmed("clipping"), paused)) == []

    def test_a_restarted_capture_begins_without_an_alarm(self) -> None:
        died = m.StageDied(stage="capture:mic", cause="killed")
        assert [text for text in texts(fold(started(), alarmed("silent"), died)) if "silence" in text] == []
        assert texts(fold(started(), alarmed("silent"), started())) == []


def alarmed(alarm: m.LevelAlarm) -> m.LevelAlarmed:
    return m.LevelAlarmed(source="mic", alarm=alarm)
