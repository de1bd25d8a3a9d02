"""A hub, capture and vad stages as real processes, followed by a client."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import soundfile

from bus.audio import Samples
from bus.client import HubClient
from bus.messages import Event, Logged, ReplayStarted, SpeechEnded, StageReady, UtteranceLost
from bus.run import Run
from capture.settings import CaptureSettings
from tests.support.waiting import wait_until
from vad.settings import VadSettings

DEMO = Path(__file__).parents[2] / "session" / "demo"

E = TypeVar("E")


def demo_speech(source: str, seconds: float) -> Samples:
    """Return the first seconds of one side of the shipped interview; 16 kHz."""
    samples: Samples = soundfile.read(DEMO / f"{source}.flac", dtype="int16", frames=round(seconds * 16_000))[
        0
    ]
    return samples


class AudioSession:
    """A session with capture and vad only.

    Args:
        make_run: The fixture.
        start_stage: The fixture.
        sources: Specification of each source by name.
        environment: More variables for the processes.
    """

    def __init__(
        self,
        make_run: Callable[..., Run],
        start_stage: Callable[..., subprocess.Popen[bytes]],
        sources: dict[str, str],
        *,
        environment: dict[str, str] | None = None,
        capture: CaptureSettings | None = None,
        vad: VadSettings | None = None,
    ) -> None:
        self.run = make_run(capture=capture or CaptureSettings(sources=sources), vad=vad or VadSettings())
        self._start_stage = start_stage
        self._environment = environment or {}
        self.logged: list[Logged] = []
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        start_stage(self.run, "bus")
        self.session = HubClient("session", self.run)
        self.view = HubClient("view", self.run)
        self.wait_for(StageReady)

    def start(self, part: str, source: str) -> subprocess.Popen[bytes]:
        """Start (or restart) a capture or vad stage."""
        process = self._start_stage(self.run, part, source, **self._environment)
        self.processes[f"{part}:{source}"] = process
        return process

    def start_all(self, *sources: str) -> None:
        """Start capture and vad of each source, and wait until they are ready."""
        names = {f"{part}:{source}" for source in sources for part in ("capture", "vad")}
        for name in sorted(names):
            self.start(*name.split(":"))
        wait_until(lambda: names <= {event.stage for event in self.received(StageReady)}, timeout_s=20)

    def transcribe(self, ended: SpeechEnded) -> None:
        """Publish an outcome for an utterance, as the session does where there is no transcriber."""
        self.session.publish(
            UtteranceLost(
                source=ended.source,
                utterance=ended.utterance,
                start_sample=ended.start_sample,
                stop_sample=ended.stop_sample,
                cause="no transcriber",
            )
        )

    def replay(self, lead_s: float = 0.1) -> int:
        """Start the recordings, and return the time at which sample 0 is due."""
        start_ns = time.monotonic_ns() + round(lead_s * 1e9)
        self.session.publish(ReplayStarted(start_ns=start_ns))
        return start_ns

    def look(self) -> list[Event]:
        """Return all events so far."""
        self.logged += self.view.poll(0.02)
        self.session.poll()
        return [logged.event for logged in self.logged]

    def received(self, kind: type[E], source: str = "") -> list[E]:
        """Return the events of one kind, of one source if one is named."""
        return [
            event
            for event in self.look()
            if isinstance(event, kind) and (not source or getattr(event, "source", "") == source)
        ]

    def wait_for(
        self, kind: type[E], source: str = "", *, count: int = 1, timeout_s: float = 30.0
    ) -> list[E]:
        """Wait for so many events of one kind, and return them."""
        wait_until(lambda: len(self.received(kind, source)) >= count, timeout_s=timeout_s)
        return self.received(kind, source)

    def spans(self, source: str) -> list[tuple[int, int]]:
        """Return the utterances of a source that have ended."""
        return [(event.start_sample, event.stop_sample) for event in self.received(SpeechEnded, source)]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.session.close()
        self.view.close()
