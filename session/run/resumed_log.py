"""A session that is taken up again: what its new stages are given of it, and what of it is no news.

Pure but for the pipe out of which the new hub reads the log.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import threading
import time
from collections.abc import Callable, Sequence

import msgspec

from bus.log import HISTORY_VARIABLE
from bus.messages import Event, Logged, ProblemReported, ReplayStarted, StageReady
from bus.stages import KEEPER, StagePlan
from session.run.kept_session import Kept


class Past:
    """The log so far.

    Args:
        kept: What was kept of the session.
        in_good_hands: Called once another keeper has the log.
    """

    def __init__(self, kept: Kept, in_good_hands: Callable[[], None]) -> None:
        self._kept = kept
        self._latest_seq = kept.events[-1].seq if kept.events else 0
        self.in_good_hands = in_good_hands
        self.replay_started = any(isinstance(logged.event, ReplayStarted) for logged in kept.events)
        """Whether recordings were playing: they go on where their clock is by now."""

    def holds(self, logged: Logged) -> bool:
        """Tell whether an event is of then."""
        return 0 < logged.seq <= self._latest_seq

    def apply(self, event: Event) -> None:
        """Take in one event of now: a new keeper follows the log from its beginning."""
        if isinstance(event, StageReady) and event.stage == KEEPER:
            self.in_good_hands()

    def taken_up(self) -> ProblemReported:
        """Return what to tell the user."""
        away_s = (time.monotonic_ns() - self._kept.killed_ns) / 1e9
        return ProblemReported(
            stage="session",
            problem=f"the session was killed, and taken up again after {away_s:.0f} s",
            kept="every word that was final; what was said meanwhile was not heard",
        )

    def given_to_hub(self, plans: Sequence[StagePlan]) -> list[StagePlan]:
        """Return the plans, the hub's with a pipe out of which it reads the log as it was."""
        read_end, write_end = os.pipe()
        body = msgspec.msgpack.encode(self._kept.events)
        threading.Thread(target=_write, args=(write_end, body), name="past", daemon=True).start()
        hub, *others = plans
        variables = (*hub.variables, (HISTORY_VARIABLE, str(read_end)))
        return [dataclasses.replace(hub, descriptors=(read_end,), variables=variables), *others]


def _write(descriptor: int, body: bytes) -> None:
    with (
        contextlib.suppress(OSError),
        os.fdopen(descriptor, "wb") as pipe,
    ):  # a hub that failed says so itself
        pipe.write(body)
