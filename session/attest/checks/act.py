"""A system call, its process, and the session it belongs to: what a rule judges. Pure."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass

from session.attest.checks.facts import Facts
from session.attest.tracing.call import Call, readable
from session.attest.tracing.trace import Process

_PATH = re.compile(r'(?:(?:\d+|AT_FDCWD)<[^"]*>, )?"((?:\\x[0-9a-f]{2})*)"')


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
        found = _PATH.match(self.call.arguments)
        if found is None or not found[1]:
            return ""
        return posixpath.join(self.call.target(), readable(found[1]))


Rule = Callable[[Act], bool]
"""Returns whether a call is allowed with its arguments."""
