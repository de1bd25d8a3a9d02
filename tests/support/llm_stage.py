"""The llm process on a real hub, with transcripts to answer."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from bus import messages as m
from bus.audio import SAMPLE_RATE
from bus.client import HubClient
from bus.run import RUN_VARIABLE, Run
from llm.connector.line import ConnectorLine
from session.supervise.child import numbers_of
from tests.conftest import stage_environment
from tests.support.llm_events import final
from tests.support.waiting import wait_until

M = TypeVar("M", bound=m.Message)


class Live:
    """A hub with an llm stage.

    Args:
        run: A run whose hub is listening.
        errors: Where the stage's standard error goes.
        line: The line to the connector, if there is one.
    """

    def __init__(self, run: Run, errors: Path, line: ConnectorLine | None = None) -> None:
        self._run = run
        self._line = line
        self._errors = errors
        self._stt = HubClient("stt", run)
        self._session = HubClient("session", run, kinds=frozenset({m.Heartbeat}))
        self._view = HubClient("view", run)
        self._control = HubClient("control", run, kinds=frozenset())
        self._utterances: dict[str, int] = {}
        self.events: list[m.Event] = []
        """All events except the start of hub and connector."""
        self.children: list[subprocess.Popen[bytes]] = []

    def start(self, module: str = "llm", **environment: str) -> subprocess.Popen[bytes]:
        """Start a stage; return when it is ready."""
        ready_before = len(self.all(m.StageReady))
        child = self.spawn(module, **environment)
        wait_until(lambda: len(self._receive().all(m.StageReady)) > ready_before, timeout_s=30)
        return child

    def spawn(self, module: str = "llm", **environment: str) -> subprocess.Popen[bytes]:
        """Start a stage."""
        keyless = {
            name: value for name, value in stage_environment(self._run).items() if "API_KEY" not in name
        }
        descriptors = self._line.of_llm if self._line else ()
        environment = {**keyless, "PYTHONWARNINGS": "error", **numbers_of(descriptors), **environment}
        inherited = [number for _, numbers in descriptors for number in numbers]
        with self._errors.open("ab") as errors:
            child = subprocess.Popen(
                [sys.executable, "-m", module], env=environment, stderr=errors, pass_fds=inherited
            )
        self.children.append(child)
        return child

    def publish(self, text: str, source: str = "call", *, continues: bool = False) -> None:
        """Publish the final transcript of a sentence; return when logged.

        It starts 30 s after the one before, or continues it.
        """
        self._utterances[source] = number = self._utterances.get(source, 0) + 1
        said = final(text, source, number, 30.0 * number, replaces=[number - 1] if continues else [])
        self._stt.publish(said)
        wait_until(lambda: said in self._receive().events)

    def cuecard(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command beside the session."""
        return subprocess.run(
            [sys.executable, "-m", "session", *arguments],
            env={**os.environ, RUN_VARIABLE: str(self._run.directory)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def request(self) -> None:
        """Request an answer."""
        self._session.publish(m.AnswerRequested(by="session"))

    def wait_for_heartbeats(self, count: int) -> None:
        """Return after so many more heartbeats of the stage."""
        self._session.poll(0.0)
        beats = 0

        def enough() -> bool:
            nonlocal beats
            beats += len(self._session.poll(0.05))
            return beats >= count

        wait_until(enough)

    def pause(self, text: str, source: str = "call") -> None:
        """Publish a pause of the next utterance after these words."""
        number = self._utterances.get(source, 0) + 1
        self._stt.publish(
            m.EndpointPredicted(
                source=source,
                utterance=number,
                start_sample=30 * number * SAMPLE_RATE,
                quiet_sample=32 * number * SAMPLE_RATE,
                wait_ms=320,
                reason="question",
                text=text,
            )
        )

    def publish_as_control(self, event: m.Event) -> None:
        """Publish an event as a command beside the session."""
        self._control.publish(event)

    def publish_as_session(self, event: m.Event) -> None:
        """Publish an event as the supervisor."""
        self._session.publish(event)

    def all(self, kind: type[M]) -> list[M]:
        """Return the events of this kind so far."""
        return [event for event in self.events if isinstance(event, kind)]

    def wait_for(self, kind: type[M], count: int = 1, timeout_s: float = 20.0) -> M:
        """Return the last of `count` events of this kind, once they are there."""
        wait_until(lambda: len(self._receive().all(kind)) >= count, timeout_s=timeout_s)
        return self.all(kind)[count - 1]

    def wait_until(self, condition: Callable[[], bool]) -> None:
        """Receive events until the condition holds."""
        wait_until(lambda: self._receive() and condition())

    def errors(self) -> str:
        """Return what the stage wrote to standard error."""
        return self._errors.read_text()

    def stop(self) -> list[int | None]:
        """Stop every stage and return their exit codes."""
        for child in reversed(self.children):
            child.terminate()
        codes = [child.wait(10) for child in self.children]
        self._receive()
        return codes

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Kill what still runs."""
        for child in self.children:
            if child.poll() is None:
                child.kill()
                child.wait(5)
        for client in (self._stt, self._session, self._view, self._control):
            client.close()

    def _receive(self) -> Live:
        received = [logged.event for logged in self._view.poll(0.02)]
        self.events += [event for event in received if not _is_startup(event)]
        return self


def _is_startup(event: m.Event) -> bool:
    return isinstance(event, m.StageReady) and event.stage in ("hub", "connector")
