"""Failures shown to the user: what happened, what was kept, what to do next."""

from __future__ import annotations


class Failure(Exception):
    """An error to show to the user.

    Args:
        problem: What happened, one clause without a full stop.
        kept: What is unaffected. May be empty.
        fix: What to do next. May be empty.
    """

    exit_code = 1

    def __init__(self, problem: str, *, kept: str = "", fix: str = "") -> None:
        self.problem = problem
        self.kept = kept
        self.fix = fix
        super().__init__(problem)

    def __str__(self) -> str:
        return "; ".join(part for part in (self.problem, self.kept, self.fix) if part)


class UsageFailure(Failure):
    """The command line is invalid."""

    exit_code = 2


class InputFailure(Failure):
    """A file cannot be used."""

    exit_code = 4


class MachineFailure(Failure):
    """The machine lacks something, or disturbed a measurement."""

    exit_code = 6


class SystemFailure(Failure):
    """A system under test did not start, or does not keep the contract."""

    exit_code = 7
