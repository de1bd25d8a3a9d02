"""A transcriber that falls behind: stopped until the ring has overwritten its audio."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable

import pytest
import soundfile

from bus.audio import SAMPLE_RATE
from bus.client import HubClient
from bus.messages import (
    CaptureStarted,
    Event,
    FinalTranscribed,
    PartialTranscribed,
    ProblemReported,
    SpeechEnded,
    SpeechStarted,
    StageReady,
    UtteranceLost,
)
from bus.ring.writer import RingWriter
from bus.run import Run
from session.models import store
from session.run.start.demo import DEMO, Turn, script
from stt.lag import BEHIND_S
from stt.settings import SttSettings
from tests.support.waiting import wait_until

MakeRun = Callable[..., Run]
StartStage = Callable[..., "subprocess.Popen[bytes]"]

RING_S = 30.0
TURNS = [turn for turn in script() if turn.source == "call"]


class Speaker:
    """The demo's interviewer as utterances, as capture and vad would publish them."""

    def __init__(self, run: Run) -> None:
        self._samples = soundfile.read(DEMO / "call.flac", dtype="int16")[0]
        self._capture, self._vad = HubClient("capture:call", run), HubClient("vad:call", run)
        self._ring = RingWriter(run.ring_address("call"), first_sample_ns=time.monotonic_ns(), seconds=RING_S)
        self._capture.publish(
            CaptureStarted(
                source="call",
                first_sample_ns=0,
                start_sample=0,
                device="demo",
                native_rate_hz=SAMPLE_RATE,
                native_channels=1,
            )
        )

    def publish(self, number: int, turn: Turn, *, to_the_end: bool = True) -> None:
        """Publish a turn."""
        start, quiet = (round(at_s * SAMPLE_RATE) for at_s in (turn.start_s - 0.2, turn.end_s))
        stop = quiet + 3200
        self._ring.write(self._samples[self._ring.stop_sample : stop + SAMPLE_RATE if to_the_end else quiet])
        started = SpeechStarted(source="call", utterance=number, start_sample=start, detected_sample=start)
        self._vad.publish(started)
        if to_the_end:
            self._vad.publish(
                SpeechEnded(
                    source="call",
                    utterance=number,
                    start_sample=start,
                    quiet_sample=quiet,
                    stop_sample=stop,
                    decided_sample=stop,
                    cause="silence",
                )
            )

    def close(self) -> None:
        """End."""
        for each in (self._capture, self._vad, self._ring):
            each.close()


def _overwritten(turn: Turn) -> bool:
    heard_to_s = TURNS[-1].end_s + 1.2
    return turn.start_s - 0.2 < heard_to_s - RING_S


@pytest.fixture
def stalled(make_run: MakeRun, start_stage: StartStage) -> list[Event]:
    """Return the events of an interview during which the transcriber is stopped."""
    model = SttSettings(model="base", model_path=str(store.find("base")), device="cpu")
    run = make_run(stt=model)
    start_stage(run, "bus")
    events: list[Event] = []
    with HubClient("view", run) as view:

        def said(kind: type[Event]) -> list[Event]:
            events.extend(logged.event for logged in view.poll(0.02) if logged.seq)
            return [event for event in events if isinstance(event, kind)]

        process = start_stage(run, "stt")
        wait_until(lambda: [e for e in said(StageReady) if e.stage == "stt"], timeout_s=30)
        speaker = Speaker(run)
        try:
            os.kill(process.pid, signal.SIGSTOP)
            late_from_s = time.monotonic() + BEHIND_S + 0.2
            for number, turn in enumerate(TURNS, 1):
                speaker.publish(number, turn, to_the_end=turn is not TURNS[-1])
            wait_until(lambda: time.monotonic() > late_from_s)
            os.kill(process.pid, signal.SIGCONT)
            wait_until(lambda: said(PartialTranscribed), timeout_s=30)
        finally:
            os.kill(process.pid, signal.SIGCONT)
            speaker.close()
    return events


@pytest.mark.long
def test_overwritten_utterances_are_reported_and_skipped(
    stalled: list[Event],
) -> None:
    lost = [event.utterance for event in stalled if isinstance(event, UtteranceLost)]
    finals = [event.utterance for event in stalled if isinstance(event, FinalTranscribed)]
    numbers = list(enumerate(TURNS[:-1], 1))
    assert lost == [number for number, turn in numbers if _overwritten(turn)]
    assert finals == [number for number, turn in numbers if not _overwritten(turn)], "in order, none twice"
    assert lost
    assert finals
    kinds = [type(event) for event in stalled if isinstance(event, FinalTranscribed | PartialTranscribed)]
    assert kinds == sorted(kinds, key=[FinalTranscribed, PartialTranscribed].index), "finals before partials"
    late, over = [event for event in stalled if isinstance(event, ProblemReported)]
    assert "late" in late.problem
    assert f"all but {len(lost)} utterances" in over.kept
