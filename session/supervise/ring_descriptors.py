"""Holds descriptors of the audio rings, and passes them to the stages that read audio.

Those stages can open no socket of their own. A restarted capture gets the descriptor of its earlier ring,
whose readers may have died together with its writer. The supervisor itself maps and reads nothing.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from dataclasses import replace

from bus.messages import CaptureStarted, Logged, StageGivenUp
from bus.ring.passing import CHANNEL_VARIABLE, RING_BEFORE_VARIABLE, RingSender, ring_descriptor
from bus.run import Run
from bus.stages.plan import StagePlan, stage_kind

_REPLY_TIMEOUT_S = 0.2
"""Enough for a capture that has just announced its ring; the supervisor must not block longer."""


class Rings:
    """The current ring of each source of a run.

    Args:
        run: The run.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._held: dict[str, int] = {}
        """The current ring of each source."""
        self._awaited: set[str] = set()
        """Sources whose capture has started and has not passed its ring yet."""
        self._readers: dict[str, RingSender] = {}
        """Channels to the stages that read rings."""

    def apply(self, logged: Logged) -> None:
        """Hold and pass the ring of a capture that has started; close that of a capture that was given up."""
        if sys.platform != "linux":
            return  # elsewhere a ring is a named object, which is removed with its writer
        match logged.event:
            case CaptureStarted(source=source):
                self._awaited.add(source)
                self.collect()
            case StageGivenUp(stage=stage) if stage.startswith("capture:"):
                self._awaited.discard(_source(stage))
                self._let_go(_source(stage))
            case _:
                pass

    def collect(self) -> None:
        """Get and pass the rings that are still awaited, as of a capture that was too busy to answer."""
        for source in [*self._awaited]:
            with contextlib.suppress(OSError):  # it may have died; the previous ring is still held
                held = ring_descriptor(self._run.ring_address(source), timeout_s=_REPLY_TIMEOUT_S)
                self._let_go(source)
                self._held[source] = held
                self._awaited.discard(source)
                # stt comes before vad: it must have the ring before it gets an utterance.
                for stage, reader in sorted(self._readers.items(), key=lambda each: _source(each[0])):
                    if _reads(stage, source):
                        reader.send(source, held)

    @contextlib.contextmanager
    def passed_to(self, plan: StagePlan) -> Iterator[StagePlan]:
        """Yield the plan with the descriptors that its process inherits while it is spawned.

        A restarted capture inherits its previous ring, and a reader its end of a channel.
        """
        if plan.reads_rings and sys.platform == "linux":
            with self._channel_to(plan.name).stage_end as end:
                yield _with_descriptor(self._with_earlier(plan), CHANNEL_VARIABLE, end.fileno())
        else:
            yield self._with_earlier(plan)

    def close(self) -> None:
        """Close all descriptors."""
        for source in [*self._held]:
            self._let_go(source)
        for reader in self._readers.values():
            reader.close()
        self._readers.clear()

    def _with_earlier(self, plan: StagePlan) -> StagePlan:
        if plan.kind == "capture" and _source(plan.name) in self._held:
            return _with_descriptor(plan, RING_BEFORE_VARIABLE, self._held[_source(plan.name)])
        return plan

    def _channel_to(self, stage: str) -> RingSender:
        """Return a new channel, into which the rings that are held have been sent."""
        if former := self._readers.get(stage):
            former.close()
        self._readers[stage] = channel = RingSender()
        for source, held in self._held.items():
            if _reads(stage, source):
                channel.send(source, held)
        return channel

    def _let_go(self, source: str) -> None:
        held = self._held.pop(source, None)
        if held is not None:
            os.close(held)


def _source(stage: str) -> str:
    """Return the source of a stage: "mic" for "vad:mic", and nothing for "stt", which reads all."""
    return stage.partition(":")[2]


def _reads(stage: str, source: str) -> bool:
    """Return whether a stage reads this ring: vad its own, capture the others', and stt all."""
    if stage_kind(stage) == "capture":
        return _source(stage) != source
    return _source(stage) in ("", source)


def _with_descriptor(plan: StagePlan, variable: str, descriptor: int) -> StagePlan:
    return replace(plan, descriptors=(*plan.descriptors, (variable, (descriptor,))))
