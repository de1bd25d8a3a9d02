"""A system call, its process, and the session it belongs to: what a rule judges. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from session.attest.checks.facts import Facts
from session.attest.tracing.call import Call
from session.attest.tracing.trace import Process


@dataclass(frozen=True)
class Act:
    """A call that a process made."""

    process: Process
    call: Call
    facts: Facts

    @property
    def kind(self) -> str:
        """The kind of its process."""
        return self.process.kind

    @property
    def is_late(self) -> bool:
        """Whether its process could have audio or words by then."""
        return self.process.is_ready(self.call.at_s)

    @property
    def path(self) -> str:
        """The path in its arguments, absolute; empty when it names a descriptor only."""
        return self.call.path


Rule = Callable[[Act], bool]
"""Returns whether a call is allowed with its arguments."""
