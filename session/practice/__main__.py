"""The practice stage: asks, listens until the answer is over, says what can be measured, and goes on."""

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
        program = _chosen(settings, stage)
        course = PracticeFlow(settings)
        stage.enter_sandbox()  # its voice inherits it
        stage.ready(_described(settings, program))
        with Voice(program, "" if settings.language == "auto" else settings.language) as voice:
            for logged in stage.history():
                course.apply(logged.event)
            while not stage.stopping():
                for logged in stage.poll(timeout_s=0.1):
                    course.apply(logged.event)
                _move_on(stage, course, voice)
                stage.heartbeat()
        for event in course.end():
            stage.publish(event)


def _move_on(stage: Stage, course: PracticeFlow, voice: Voice) -> None:
    """Say and speak what is due; a voice that fails is reported, and the question stands on the screen."""
    try:
        if course.hurried:
            voice.stop()
        speaks = voice.speaks()
    except MachineFailure as failure:
        stage.report(failure)
        speaks = False
    for event in course.move_on(time.monotonic_ns(), voice_speaks=speaks):
        stage.publish(event)
        if isinstance(event, PracticeQuestionAsked):
            _speak(stage, voice, event.text)


def _speak(stage: Stage, voice: Voice, text: str) -> None:
    try:
        voice.publish(text)
    except MachineFailure as failure:
        stage.report(failure)


def _chosen(settings: PracticeSettings, stage: Stage) -> Program | None:
    if not settings.speak:
        return None
    try:
        return find_program()
    except MachineFailure as failure:
        stage.report(failure)
        return None


def _described(settings: PracticeSettings, program: Program | None) -> str:
    spoken = f", spoken by {program.name}" if program else ""
    return f"{counted(len(settings.questions), 'question')}{spoken}"


if __name__ == "__main__":
    main()
