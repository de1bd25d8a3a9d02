"""The stt stage's process: `python -m stt`."""

from __future__ import annotations

import os

# Before CTranslate2 is loaded: its OpenMP threads would otherwise spin between passes and eat a core.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

from bus.messages import CaptureStarted
from bus.stage import Stage
from stt.agenda import Agenda
from stt.loading import load
from stt.settings import SttSettings
from stt.sources import Sources
from stt.transcriber import Transcriber

_LOOK_EVERY_S = 0.02
_LOOK_IN_SILENCE_EVERY_S = 0.4


def main() -> None:
    """Transcribe what the vad stages mark, until told to stop."""
    with Stage("stt") as stage:
        settings = stage.settings(SttSettings)
        engine = load(settings, stage.report)
        agenda = Agenda(settings)
        stage.enter_sandbox()

        with Sources(stage.run) as sources:
            transcriber = Transcriber(engine, sources, settings)
            stage.ready(f"{settings.model} {engine.device}")
            heard = stage.history()
            while not stage.stopping():
                for logged in heard:
                    if isinstance(logged.event, CaptureStarted):
                        sources.attach(logged.event)
                    agenda.hear(logged)
                task = agenda.next(sources.written_sample)
                if task is not None:
                    for event in transcriber.do(task):
                        stage.say(event)
                    agenda.done(task)
                stage.beat()
                heard = stage.hear(_patience_s(agenda, busy=task is not None))


def _patience_s(agenda: Agenda, *, busy: bool) -> float:
    """Return how long to wait for the next event."""
    if busy:
        return 0.0
    return _LOOK_EVERY_S if agenda.anyone_speaks else _LOOK_IN_SILENCE_EVERY_S


if __name__ == "__main__":
    main()
