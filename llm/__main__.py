"""The llm stage: finds the question, shows what the notes say, and asks for an answer."""

from __future__ import annotations

import time
from collections.abc import Iterable

from bus.counted import counted
from bus.messages import (
    Event,
    NotesLoaded,
    ProblemReported,
    ProviderRequested,
    RequestDecided,
    StageDied,
    StageGivenUp,
    StageReady,
    UsageCounted,
)
from bus.stage import Stage
from llm.client.session import AnswerSession
from llm.client.sockets import socket_source
from llm.commands import Step
from llm.conversation import Conversation, caught_up
from llm.notes.reading import read_notes
from llm.notes.search import open_notes
from llm.settings import LlmSettings


def main() -> None:
    """Run the stage."""
    started_ns = time.monotonic_ns()
    with Stage("llm") as stage:
        settings = stage.settings(LlmSettings)
        read = read_notes(settings.notes)
        notes = open_notes(read.notes, settings.meaning_model_path, stage.report)
        answering = Conversation(settings, notes)
        answerer = AnswerSession(settings, stage.run.token, socket_source(stage.run), stage.publish)
        stage.publish(NotesLoaded(files=[note.name for note in read.notes], passages=len(notes)))
        stage.enter_sandbox()
        stage.ready(_described(settings, len(notes)))
        reported: set[str] = set()
        while not stage.stopping():
            for logged in stage.poll(timeout_s=0.1):
                reported |= _reported(logged.event)
                _pass_on(logged.event, answerer, live=answering.live)
                _step(answering.apply(logged.event), stage, answerer)
                if caught_up(logged, stage.name, started_ns):
                    for remark in read.remarks:
                        if remark.problem not in reported:  # by this stage, before it was started again
                            stage.report(remark)
                    if settings.answer != "off":
                        answerer.warm_up(answering.active.provider, answering.active.model)
                    _step(answering.go_live(), stage, answerer)
            stage.heartbeat()
        answerer.close("the session ended")


def _step(steps: Iterable[Event | Step], stage: Stage, answerer: AnswerSession) -> None:
    for step in steps:
        if isinstance(step, Step):
            answerer.execute(step)
        else:
            stage.publish(step)


def _reported(event: Event) -> set[str]:
    return {event.problem} if isinstance(event, ProblemReported) and event.stage == "llm" else set()


def _pass_on(event: Event, answerer: AnswerSession, *, live: bool) -> None:
    """Tell the answerer what concerns not the question but the asking; of the past only what still counts."""
    match event:
        case StageReady(stage="model-server", address=address):
            answerer.small_model_moved(address)
        case StageDied(stage="model-server"):
            answerer.small_model_moved("")
        case StageGivenUp(stage="model-server"):
            answerer.small_model_given_up()
        case ProviderRequested(provider=provider, model=model) if live:
            answerer.use(provider, model)
        case RequestDecided(question=question, allowed=allowed) if live:
            answerer.judge(question, allowed=allowed)
        case UsageCounted() if not live:
            answerer.recall(event)
        case _:
            pass


def _described(settings: LlmSettings, passages: int) -> str:
    provider = "no answers" if settings.answer == "off" else f"provider {settings.provider}"
    return f"{provider}, {counted(passages, 'passage')} of notes"


if __name__ == "__main__":
    main()
