"""Transcription stage: `python -m stt`."""

from __future__ import annotations

import math
import os
import time
from pathlib import Path

# Before CTranslate2 is loaded: its OpenMP threads would otherwise spin between passes and use up a core.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # numpy's, for the spectrogram

from bus.log.projection import Projection
from bus.messages import CaptureStarted, Logged, LogRedacted, SpeechResumed
from bus.ring.access import RingAccess
from bus.stage import Stage
from stt.echo.only import EchoOnly
from stt.echo.words import EchoWords
from stt.engines.cuda_fallback import load
from stt.engines.turn_end import TurnEndModel
from stt.lag import Lag
from stt.passes import Passes
from stt.scheduler import Scheduler
from stt.settings import SttSettings
from stt.transcriber import Transcriber
from stt.utterances.open_utterances import OpenUtterances
from stt.utterances.sources import Sources
from stt.utterances.turns import Turns

_POLL_WHILE_BUSY_S = 0.002
_POLL_S = 0.02
_POLL_IN_SILENCE_S = 0.4


def main() -> None:
    """Transcribe the utterances that the vad stages detect, until the stage is stopped."""
    with Stage("stt") as stage:
        settings = stage.settings(SttSettings)
        engine = load(settings, stage.report)
        turn_ends = TurnEndModel(Path(settings.turn_end_path)) if settings.turn_end_path else None
        passes = Passes(engine, settings, turn_ends, stage.report)
        scheduler, lag, utterances = Scheduler(settings), Lag(), OpenUtterances()
        turns, echo_words, echo_only = Turns(), EchoWords(), EchoOnly()
        projections: tuple[Projection, ...] = (utterances, turns, scheduler, lag, echo_words, echo_only)
        rings = RingAccess(stage.run)
        stage.enter_sandbox(opens_sockets=rings.connects)

        with (
            Sources(rings) as sources,
            Transcriber(passes, sources, settings, utterances, turns) as transcriber,
        ):
            stage.ready(f"{engine.name} {engine.device}")
            received = stage.history()
            while not stage.stopping():
                for logged in received:
                    _act(logged, sources, transcriber)
                    for projection in projections:
                        projection.apply(logged)
                sources.update()
                for overwritten in scheduler.pop_overwritten(transcriber.resources()):
                    transcriber.skip(overwritten)
                while task := scheduler.next(transcriber.resources()):
                    transcriber.begin(task)
                now_s = time.monotonic()
                for event in echo_words.released(now_s):
                    stage.publish(event)
                for found in transcriber.finished():
                    for event in echo_words.mark(found, now_s):
                        stage.publish(event)
                passes.measure_load()
                load_report = passes.load.report()
                for report in (lag.report(time.monotonic_ns()), load_report, echo_only.report()):
                    if report:
                        stage.publish(report)
                stage.heartbeat()
                received = stage.poll(_timeout_s(scheduler, transcriber))
            for event in echo_words.released(math.inf):
                stage.publish(event)


def _act(logged: Logged, sources: Sources, transcriber: Transcriber) -> None:
    match logged.event:
        case CaptureStarted() as started:
            sources.capture_started(started.source)
        case LogRedacted() as redaction:
            sources.redact(redaction)
        case SpeechResumed() as resumed:
            transcriber.resume((resumed.source, resumed.utterance), resumed.resumed_sample)
        case _:
            pass


def _timeout_s(scheduler: Scheduler, transcriber: Transcriber) -> float:
    """Return how long to wait for the next event."""
    if transcriber.busy or scheduler.finals_wait:
        return _POLL_WHILE_BUSY_S
    return _POLL_S if scheduler.anyone_speaks else _POLL_IN_SILENCE_S


if __name__ == "__main__":
    main()
