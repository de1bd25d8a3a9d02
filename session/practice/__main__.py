"""The practice stage: asks a question, waits for the answer, measures it, and continues."""

from __future__ import annotations

import time

from bus.counted import counted
from bus.failures import MachineFailure
from bus.messages import PracticeQuestionAsked
from bus.stage import Stage
from session.practice.flow import PracticeFlow
from session.practice.voice import Program, Voice, find_program
from session.settings.practice import PracticeSettings


def main() -> None:
    """Run the stage."""
    with Stage("practice") as stage:
        settings = stage.settings(PracticeSettings)
        program = _find_voice(settings, stage)
        flow = PracticeFlow(settings)
        stage.enter_sandbox()  # the voice's process inherits it
        stage.ready(_describe(settings, program))
        with Voice(program, "" if settings.language == "auto" else settings.language) as voice:
            for logged in stage.history():
                flow.apply(logged)
            while not stage.stopping():
                for logged in stage.poll(timeout_s=0.1):
                    flow.apply(logged)
                _advance(stage, flow, voice)
                stage.heartbeat()
        for event in flow.end():
            stage.publish(event)


def _advance(stage: Stage, flow: PracticeFlow, voice: Voice) -> None:
    """Publish and speak what is due; a failing voice is reported, and questions are still shown."""
    try:
        if flow.is_skipped:
            voice.stop()
        is_speaking = voice.is_speaking()
    except MachineFailure as failure:
        stage.report(failure)
        is_speaking = False
    for event in flow.advance(time.monotonic_ns(), voice_is_speaking=is_speaking):
        stage.publish(event)
        if isinstance(event, PracticeQuestionAsked):
            _speak(stage, voice, event.text)


def _speak(stage: Stage, voice: Voice, text: str) -> None:
    try:
        voice.speak(text)
    except MachineFailure as failure:
        stage.report(failure)


def _find_voice(settings: PracticeSettings, stage: Stage) -> Program | None:
    if not settings.speak:
        return None
    try:
        return find_program()
    except MachineFailure as failure:
        stage.report(failure)
        return None


def _describe(settings: PracticeSettings, program: Program | None) -> str:
    spoken = f", read out by {program.name}" if program else ""
    return f"{counted(len(settings.questions), 'question')}{spoken}"


if __name__ == "__main__":
    main()
