"""Speech detection stage of one source: `python -m vad SOURCE`."""

from __future__ import annotations

import sys

from bus.failures import UsageFailure
from bus.ring.access import RingAccess
from bus.run import SOURCE_NAME
from bus.stage import Stage
from vad.detectors import make_detector
from vad.gate import SpeechGate
from vad.history import History
from vad.loop import DetectionLoop
from vad.noise_floor import SoundDetector
from vad.settings import VadSettings

_POLL_S = 0.2


def main() -> None:
    """Detect the utterances of one source until the stage is stopped."""
    source = sys.argv[1] if len(sys.argv) == 2 else ""
    if not SOURCE_NAME.fullmatch(source):
        source = "?"
    with Stage(f"vad:{source}") as stage:
        if source == "?":
            raise UsageFailure("speech detection needs the name of a source", fix="python -m vad mic")
        settings = stage.settings(VadSettings)
        detector = make_detector(settings)
        sound_detector = SoundDetector(detector.window_samples)
        rings = RingAccess(stage.run)
        stage.enter_sandbox(opens_sockets=rings.connects)
        stage.ready(detector.name)
        history = _wait_for_capture(stage, source)
        if not stage.stopping():
            gate = SpeechGate(
                source,
                settings,
                next_utterance=history.next_utterance,
                free_from=history.free_from,
                unfinished=history.unfinished,
                sure_probability=detector.sure_probability,
            )
            with rings.attach(source) as ring:
                DetectionLoop(stage, source, ring, detector, sound_detector, gate, history).run()
        while not stage.stopping():
            stage.poll(timeout_s=_POLL_S)
            stage.heartbeat()


def _wait_for_capture(stage: Stage, source: str) -> History:
    """Wait until the source is captured, and return its history."""
    history = History(source)
    while not stage.stopping():
        if history.capture_starts and stage.caught_up:
            break
        for logged in stage.poll(timeout_s=_POLL_S):
            history.apply(logged)
        stage.heartbeat()
    return history


if __name__ == "__main__":
    main()
