"""A source's process: `python -m capture SOURCE`."""

from __future__ import annotations

import sys

from bus.failures import UsageFailure
from bus.stage import Stage
from capture.ring_handover import ring_before
from capture.session_state import Orders
from capture.settings import CaptureSettings
from capture.source import Live, Recording, parse_source


def main() -> None:
    """Take one source's sound into its ring until told to stop."""
    name = sys.argv[1] if len(sys.argv) == 2 else ""
    with Stage(f"capture:{name}") as stage:
        settings = stage.settings(CaptureSettings)
        if name not in settings.sources:
            raise UsageFailure(f"this session has no source {name!r}", fix="start it with `cuecard run`")
        source = parse_source(name, settings.sources[name])
        orders, before = Orders(name, settings.fast_ahead_s), ring_before()
        # Each way of hearing is loaded only where it is used.
        if isinstance(source, Live):
            from capture.devices import portaudio
            from capture.live import LiveCapture

            portaudio.hush()
            portaudio.load()
            stage.enter_sandbox()
            _recall(stage, orders)
            LiveCapture(stage, name, source, settings, orders, before).run()
            return
        from capture.recordings.recording import FileRecording, InputRecording
        from capture.replay import Replay

        stage.enter_sandbox()  # before the file is opened: its decoder must not reach anything else
        recording = FileRecording(source.path) if isinstance(source, Recording) else InputRecording()
        _recall(stage, orders)
        Replay(stage, name, recording, settings, orders, before).run()


def _recall(stage: Stage, orders: Orders) -> None:
    """Hear what was before, when this is a restart."""
    for logged in stage.history():
        orders.apply(logged.event)


if __name__ == "__main__":
    main()
