"""Tells of what keeps answers from coming, each trouble once until something works again."""

from __future__ import annotations

from collections.abc import Callable

from bus.failures import Failure
from bus.messages import Event, ProblemMet


class Trouble:
    """What was reported last.

    Args:
        say: Takes the events.
    """

    def __init__(self, say: Callable[[Event], None]) -> None:
        self._say = say
        self._told = ""

    def tell(self, failure: Failure, *, kept: str = "", todo: str = "") -> None:
        """Report a failure, unless it is what was reported last.

        Args:
            failure: What happened.
            kept: What is still there, in the place of the failure's own words.
            todo: The same for what to do next.
        """
        if failure.what != self._told:
            self._told = failure.what
            self._say(
                ProblemMet(
                    stage="llm", what=failure.what, kept=kept or failure.kept, todo=todo or failure.todo
                )
            )

    def is_over(self) -> None:
        """Note that something works again: the next failure is news, the same one too."""
        self._told = ""
