"""Reports of the supervisor about stages that cannot run: failures and `StageGivenUp`. Pure."""

from __future__ import annotations

from bus.failures import Failure, StageFailure
from bus.messages import ProblemReported, StageGivenUp
from session.supervise.health import Health


def hub_failure(how: str, *, has_keeper: bool) -> StageFailure:
    """Return the failure that ends a session without its hub.

    Args:
        how: "died" or "hangs".
        has_keeper: Whether a keeper holds the log.
    """
    if has_keeper:
        return StageFailure(
            f"the hub {how}",
            kept="the transcript, in memory for a limited time",
            fix="continue the session with `cuecard resume`",
        )
    return StageFailure(
        f"the hub {how}, and the session's log is lost", kept="saved files", fix="start a new session"
    )


def start_failure(health: Health, code: int, problem: ProblemReported | None) -> Failure:
    """Return the failure of an essential stage that could not start.

    Args:
        health: Its health.
        code: Its exit code.
        problem: What it reported itself.
    """
    if problem is None:
        return StageFailure(
            f"{health.plan.name} could not be started: {health.cause}", fix="run `cuecard doctor`"
        )
    failure = Failure(problem.problem, kept=problem.kept, fix=problem.fix)
    failure.exit_code = code
    return failure


def given_up(health: Health, problem: ProblemReported | None) -> StageGivenUp:
    """Return the event for a stage that is not restarted; `problem` is what it reported itself."""
    fix = problem.fix if problem else ""
    if health.will_be_retried:
        fix = "; ".join(filter(None, (fix, "it is started again every minute")))
    return StageGivenUp(
        stage=health.plan.name,
        cause=problem.problem if problem else health.cause,
        fix=fix or "end the session and start a new one",
        is_retried=health.will_be_retried,
    )
