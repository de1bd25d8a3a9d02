"""Tells of what keeps answers from coming, each trouble once until something works again."""

from __future__ import annotations

from collections.abc import Callable

from bus.failures import Failure
from bus.messages import Event, ProblemReported


class Trouble:
    """What was reported last.

    Args:
        publish: Takes the events.
    """

    def __init__(self, publish: Callable[[Event], None]) -> None:
        self._publish = publish
        self._told = ""

    def tell(self, failure: Failure, *, kept: str = "", fix: str = "") -> None:
        """Report a failure, unless it is what was reported last.

        Args:
            failure: What happened.
            kept: What is still there, in the place of the failure's own words.
            todo: The same for what to do next.
        """
        if failure.problem != self._told:
            self._told = failure.problem
            self._publish(
                ProblemReported(
                    stage="llm", problem=failure.problem, kept=kept or failure.kept, fix=fix or failure.fix
                )
            )

    def is_over(self) -> None:
        """Note that something works again: the next failure is news, the same one too."""
        self._told = ""
