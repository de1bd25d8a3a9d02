"""Fault injection: kills or stops stages at random moments of speech or of an answer.

`bench.faults.recovery` evaluates the effect afterwards.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from bench.harness.consumer import Received
from bench.harness.process_tree import ProcessTree

APART_S = 12.5
"""Time between two faults of one stage; more than five deaths per minute would be given up."""

_SPEECH = frozenset(
    {"SpeechStarted", "PartialTranscribed", "SpeechPaused", "SpeechResumed", "EndpointPredicted"}
)
_ANSWER = frozenset({"QuestionDetected", "RequestSent", "AnswerStreamed"})
_LATEST_S = 0.7
"""A fault happens up to so long after its trigger: in mid-word, in mid-decode, in a pause."""


@dataclass(frozen=True)
class InjectedFault:
    """A fault that was injected into a stage."""

    stage: str
    """"vad:mic"."""
    injected_ns: int


class FaultInjector:
    """Injects faults into the stages of one session.

    Args:
        kinds: Kinds of stage: "stt", "vad".
        times: Number of faults for each.
        hang: Stop them instead of killing them.
        seed: Seed of the moments.
    """

    def __init__(self, kinds: Sequence[str], times: int, *, hang: bool, seed: int) -> None:
        self.faults: list[InjectedFault] = []
        self._left = dict.fromkeys(kinds, times)
        self._due_ns = dict.fromkeys(kinds, 0)
        self._signal = signal.SIGSTOP if hang else signal.SIGKILL
        self._chance = random.Random(seed)
        self._pids: dict[str, int] = {}
        self._stopped: list[int] = []
        self._timers: list[threading.Timer] = []

    def on_line(self, received: Received, tree: ProcessTree) -> None:
        """Process a line of output; possibly schedule a fault."""
        event = received.event
        if event["type"] == "StageStarted":
            self._pids[event["stage"]] = event["pid"]
        elif event["type"] == "CaptureEnded":
            self._left.clear()
        for kind in [kind for kind, left in self._left.items() if left]:
            wanted = _ANSWER if kind in ("llm", "connector", "model-server") else _SPEECH
            if (
                event["type"] in wanted
                and received.received_ns > self._due_ns[kind]
                and self._chance.random() < 0.5
            ):
                self._set_off(kind, received)

    def _set_off(self, kind: str, received: Received) -> None:
        stage = f"{kind}:{received.event['source']}" if kind in ("capture", "vad") else kind
        if stage not in self._pids:
            return
        delay_s = self._chance.uniform(0.0, _LATEST_S)
        self._left[kind] -= 1
        self._due_ns[kind] = received.received_ns + round(APART_S * 1e9)
        timer = threading.Timer(delay_s, self._inject, [stage])
        self._timers.append(timer)
        timer.start()

    def _inject(self, stage: str) -> None:
        pid = self._pids[stage]
        with contextlib.suppress(ProcessLookupError):  # the session has ended
            injected_ns = time.monotonic_ns()
            os.kill(pid, self._signal)
            self.faults.append(InjectedFault(stage, injected_ns))

    def finish(self) -> None:
        """Wait for the last fault."""
        for timer in self._timers:
            timer.join()
