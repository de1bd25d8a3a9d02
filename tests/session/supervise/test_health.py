from __future__ import annotations

import pytest

from bus.stages.plan import StagePlan
from session.supervise.health import LASTING_CODES, RESTARTS_AT_MOST, Health, Verdict

PLAN = StagePlan("stt", "stt", silence_limit_s=4.0, start_limit_s=30.0)


def test_a_stage_that_beats_is_left_alone() -> None:
    health = Health(PLAN)
    health.started(0.0)
    health.was_ready(1.0)
    for now_s in range(2, 100):
        health.heartbeat(now_s)
        assert health.while_running(now_s + 0.9) is Verdict.LEAVE


@pytest.mark.parametrize(
    ("ready_s", "now_s", "verdict"),
    [
        (None, 29.0, Verdict.LEAVE),
        (None, 31.0, Verdict.KILL),
        (1.0, 4.9, Verdict.LEAVE),
        (1.0, 5.1, Verdict.KILL),
    ],
)
def test_limits_differ_before_and_after_ready(ready_s: float | None, now_s: float, verdict: Verdict) -> None:
    health = Health(PLAN)
    health.started(0.0)
    if ready_s is not None:
        health.was_ready(ready_s)
    assert health.while_running(now_s) is verdict


def test_time_without_supervision_is_excluded() -> None:
    health = Health(PLAN)
    health.started(0.0)
    health.was_ready(1.0)
    health.exclude_pause(60.0)
    assert health.while_running(64.9) is Verdict.LEAVE
    assert health.while_running(65.1) is Verdict.KILL


def test_stage_without_silence_limit_is_never_killed() -> None:
    health = Health(StagePlan("overlay", "overlay", silence_limit_s=None))
    health.started(0.0)
    health.was_ready(1.0)
    assert health.while_running(1e6) is Verdict.LEAVE


def test_five_restarts_in_a_minute_and_no_more() -> None:
    health = Health(PLAN)
    verdicts = [health.after_exit(-9, now_s) for now_s in range(RESTARTS_AT_MOST + 1)]
    assert verdicts == [Verdict.RESTART] * RESTARTS_AT_MOST + [Verdict.GIVE_UP]
    assert health.given_up


def test_rare_deaths_are_always_restarted() -> None:
    health = Health(PLAN)
    assert {health.after_exit(1, number * 900.0) for number in range(50)} == {Verdict.RESTART}


@pytest.mark.parametrize("code", sorted(LASTING_CODES))
def test_lasting_failure_is_not_restarted(code: int) -> None:
    assert Health(PLAN).after_exit(code, 0.0) is Verdict.GIVE_UP


def given_up(code: int, *, has_worked: bool = True) -> Health:
    health = Health(PLAN)
    health.started(0.0)
    if has_worked:
        health.was_ready(0.5)
    for now_s in range(RESTARTS_AT_MOST + 1):
        if health.after_exit(code, float(now_s)) is Verdict.GIVE_UP:
            return health
    raise AssertionError("it was never given up")


@pytest.mark.parametrize(
    ("code", "retried"), [(-9, True), (1, True), (4, True), (6, True), (2, False), (5, False)]
)
def test_stage_that_has_worked_is_tried_again_each_minute(code: int, retried: bool) -> None:
    health = given_up(code)
    assert health.will_be_retried is retried
    assert health.while_given_up(59.0) is Verdict.LEAVE
    assert health.while_given_up(66.0) is (Verdict.RESTART if retried else Verdict.LEAVE)
    assert health.given_up is not retried


def test_stage_that_never_worked_is_not_tried_again() -> None:
    assert given_up(-9, has_worked=False).while_given_up(1e6) is Verdict.LEAVE


def test_retried_stage_gets_one_start_until_it_has_run_for_a_minute() -> None:
    health = given_up(-9)
    for minute in (2, 4):
        assert health.while_given_up(minute * 60.0) is Verdict.RESTART
        health.started(minute * 60.0)
        health.was_ready(minute * 60.0 + 1.0)
        assert health.after_exit(-9, minute * 60.0 + 2.0) is Verdict.GIVE_UP
    assert health.while_given_up(600.0) is Verdict.RESTART
    health.started(600.0)
    assert health.after_exit(-9, 700.0) is Verdict.RESTART, "it has run for more than a minute"


def test_clean_exit_of_a_view_ends_the_session() -> None:
    assert Health(StagePlan("overlay", "overlay", ends_session=True)).after_exit(0, 0.0) is Verdict.END
    assert Health(PLAN).after_exit(0, 0.0) is Verdict.RESTART
