"""The log of a resumed session: passed to the new hub, compared with new events."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence

import msgspec

from bus.log.session_log import HISTORY_VARIABLE
from bus.messages import Logged, ProblemReported, RecordingStarted, ReplayStarted, StageGivenUp, StageReady
from bus.stages.plan import StagePlan
from bus.stages.table import KEEPER, RECORDER
from session.run.kept_session import KeptSession


class ResumedLog:
    """The log up to the kill.

    Args:
        kept: The session as the keeper held it.
        on_handed_over: Called once a new keeper has the log.
    """

    def __init__(self, kept: KeptSession, on_handed_over: Callable[[], None]) -> None:
        self._kept = kept
        self._latest_seq = kept.events[-1].seq if kept.events else 0
        self.on_handed_over = on_handed_over
        self.replay_started = any(isinstance(logged.event, ReplayStarted) for logged in kept.events)
        """Whether recordings were playing; they continue at the current time of their clock."""

    def contains(self, logged: Logged) -> bool:
        """Return whether an event was logged before the kill."""
        return 0 < logged.seq <= self._latest_seq

    def apply(self, logged: Logged) -> None:
        """Apply one new event: when the new keeper is ready, it has the log."""
        if isinstance(logged.event, StageReady) and logged.event.stage == KEEPER:
            self.on_handed_over()

    def resumed_events(self) -> Iterator[ProblemReported | StageGivenUp]:
        """Yield the report that the session was resumed, and that its recording was not."""
        gap_s = (time.monotonic_ns() - self._kept.killed_ns) / 1e9
        yield ProblemReported(
            stage="session",
            problem=f"the session was killed, and resumed after {gap_s:.0f} s",
            kept="every final transcript; speech in between was not captured",
        )
        if any(isinstance(logged.event, RecordingStarted) for logged in self._kept.events):
            yield StageGivenUp(
                stage=RECORDER,
                cause="the session was killed; the recording until then is kept",
                fix="start a new session with --record",
            )

    def with_log_for_hub(self, plans: Sequence[StagePlan]) -> list[StagePlan]:
        """Return the plans, with a pipe for the hub from which it reads the log."""
        read_end, write_end = os.pipe()
        body = msgspec.msgpack.encode(self._kept.events)
        threading.Thread(target=_write, args=(write_end, body), name="resumed-log", daemon=True).start()
        hub, *others = plans
        descriptors = (*hub.descriptors, (HISTORY_VARIABLE, (read_end,)))
        return [dataclasses.replace(hub, descriptors=descriptors), *others]


def _write(descriptor: int, body: bytes) -> None:
    with contextlib.suppress(OSError), os.fdopen(descriptor, "wb") as pipe:  # a failed hub reports itself
        pipe.write(body)
