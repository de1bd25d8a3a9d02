"""Publishes events on a hub, each from a stage that may publish it."""

from __future__ import annotations

from collections.abc import Iterable
from types import TracebackType
from typing import Self

from bus import messages as m
from bus import wiring
from bus.client import HubClient
from bus.run import Run

_SOURCED = ("capture", "vad")


class EventPublishers:
    """One client per kind of stage.

    Args:
        run: The run with the hub.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._lines: dict[str, HubClient] = {}

    def publish(self, *events: m.Event) -> None:
        """Publish the events; order is preserved per stage."""
        for event in events:
            self._line(event).publish(event)

    def say_in_turn(self, events: Iterable[m.Event]) -> None:
        """Publish the events and wait until the hub has each, so that their order is preserved."""
        with HubClient("view", self._run, kinds=wiring.LOGGED) as listener:
            for event in events:
                self.publish(event)
                _until_heard(listener, event)

    def _line(self, event: m.Event) -> HubClient:
        """Return the client of a stage that may publish this event."""
        name = wiring.ROUTES[type(event)].by[0]
        if isinstance(event, m.StageReady | m.Heartbeat):
            name = event.stage
        elif name in _SOURCED:
            name = f"{name}:{getattr(event, 'source', 'mic')}"
        if name not in self._lines:
            self._lines[name] = HubClient(name, self._run, kinds=frozenset())
        return self._lines[name]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for line in self._lines.values():
            line.close()


def _until_heard(listener: HubClient, event: m.Event) -> None:
    for _ in range(100):
        if any(logged.event == event for logged in listener.poll(timeout_s=0.2)):
            return
    raise AssertionError(f"the hub never logged {event}")
