"""The stt stage's process: `python -m stt`."""

from __future__ import annotations

import os
import time

# Before CTranslate2 is loaded: its OpenMP threads would otherwise spin between passes and eat a core.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # numpy's, for the spectrogram

from bus.messages import CaptureStarted, SpeechResumed
from bus.stage import Stage
from stt.lag import Lag
from stt.loading import load
from stt.open_utterances import OpenUtterances
from stt.scheduler import Agenda, Task
from stt.settings import SttSettings
from stt.sources import Sources
from stt.transcriber import Transcriber

_LOOK_WHILE_BUSY_EVERY_S = 0.002
_LOOK_EVERY_S = 0.02
_LOOK_IN_SILENCE_EVERY_S = 0.4


def main() -> None:
    """Transcribe what the vad stages mark, until told to stop."""
    with Stage("stt") as stage:
        settings = stage.settings(SttSettings)
        engine = load(settings, stage.report)
        agenda, lag, utterances = Agenda(settings), Lag(), OpenUtterances()
        stage.enter_sandbox()

        with (
            Sources(stage.run) as sources,
            Transcriber(engine, sources, settings, utterances) as transcriber,
        ):
            stage.ready(f"{engine.name} {engine.device}")
            heard = stage.history()
            while not stage.stopping():
                for logged in heard:
                    match logged.event:
                        case CaptureStarted() as started:
                            sources.attach(started)
                        case SpeechResumed() as resumed:
                            transcriber.resume((resumed.source, resumed.utterance), resumed.resumed_sample)
                    utterances.apply(logged.event)
                    agenda.apply(logged)
                    lag.apply(logged)
                for gone in agenda.skipped(transcriber.is_gone):
                    transcriber.skip(gone)
                while task := _next(agenda, sources, transcriber):
                    transcriber.begin(task)
                for event in transcriber.finished():
                    stage.publish(event)
                if news := lag.news(time.monotonic_ns()):
                    stage.publish(news)
                stage.heartbeat()
                heard = stage.poll(_patience_s(agenda, transcriber))


def _next(agenda: Agenda, sources: Sources, transcriber: Transcriber) -> Task | None:
    return agenda.next(
        sources.written_sample,
        room=transcriber.has_room,
        partials=transcriber.has_room_for_partial,
        is_made=transcriber.is_made,
    )


def _patience_s(agenda: Agenda, transcriber: Transcriber) -> float:
    """Return how long to wait for the next event."""
    if transcriber.busy or agenda.finals_wait:
        return _LOOK_WHILE_BUSY_EVERY_S
    return _LOOK_EVERY_S if agenda.anyone_speaks else _LOOK_IN_SILENCE_EVERY_S


if __name__ == "__main__":
    main()
