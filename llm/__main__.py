"""The llm stage: finds the question, shows what the notes say, and asks for an answer."""

from __future__ import annotations

import time
from collections.abc import Iterable

from bus.messages import Event, NotesRead, StageDied, StageGivenUp, StageReady
from bus.stage import Stage
from llm.answerer import Answerer, Order
from llm.answering import Answering, caught_up
from llm.notes import read_notes
from llm.passages import cut
from llm.search import Notes
from llm.settings import LlmSettings


def main() -> None:
    """Run the stage."""
    started_ns = time.monotonic_ns()
    with Stage("llm") as stage:
        settings = stage.settings(LlmSettings)
        files = read_notes(settings.notes)
        notes = Notes(cut(files))
        answering = Answering(settings, notes)
        answerer = Answerer(settings, stage.run.token, stage.say)
        if settings.answer != "off":
            answerer.warm_up()
        stage.say(NotesRead(files=[note.name for note in files], passages=len(notes)))
        stage.ready(_described(settings, len(notes)))
        while not stage.stopping():
            for logged in stage.hear(timeout_s=0.1):
                _follow_small_model(logged.event, answerer)
                _step(answering.hear(logged.event), stage, answerer)
                if caught_up(logged, stage.name, started_ns):
                    _step(answering.go_live(), stage, answerer)
            stage.beat()
        answerer.close("the session ended")


def _step(steps: Iterable[Event | Order], stage: Stage, answerer: Answerer) -> None:
    for step in steps:
        if isinstance(step, Order):
            answerer.ask(step)
        else:
            stage.say(step)


def _follow_small_model(event: Event, answerer: Answerer) -> None:
    match event:
        case StageReady(stage="model-server", address=address):
            answerer.small_model_moved(address)
        case StageDied(stage="model-server"):
            answerer.small_model_moved("")
        case StageGivenUp(stage="model-server"):
            answerer.small_model_given_up()
        case _:
            pass


def _described(settings: LlmSettings, passages: int) -> str:
    provider = "no answers" if settings.answer == "off" else f"provider {settings.provider}"
    return f"{provider}, {passages} passages of notes"


if __name__ == "__main__":
    main()
