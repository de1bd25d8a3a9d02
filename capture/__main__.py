"""Capture stage of one source: `python -m capture SOURCE`."""

from __future__ import annotations

import sys

from bus.failures import UsageFailure
from bus.stage import Stage
from capture.settings import CaptureSettings
from capture.source import FileSource, Live, parse_source
from capture.source_stage import SourceStage


def main() -> None:
    """Capture one source into its ring until the stage is stopped."""
    name = sys.argv[1] if len(sys.argv) == 2 else ""
    with Stage(f"capture:{name}") as stage:
        settings = stage.settings(CaptureSettings)
        if name not in settings.sources:
            raise UsageFailure(f"this session has no source {name!r}", fix="start it with `cuecard run`")
        source = parse_source(name, settings.sources[name])
        source_stage = SourceStage(stage, name, settings)
        # The audio libraries and the decoders are loaded only where they are used.
        if isinstance(source, Live):
            from capture.devices.portaudio import silence_stderr
            from capture.devices.system import open_audio_system
            from capture.live import LiveCapture

            silence_stderr()
            system = open_audio_system()
            stage.enter_sandbox()
            source_stage.apply_history()
            LiveCapture(source_stage, source, system).run()
            return
        from capture.recordings.recording import FileRecording, InputRecording
        from capture.replay import Replay

        stage.enter_sandbox(opens_sockets=False)  # before the file is opened, to confine its decoder
        recording = FileRecording(source.path) if isinstance(source, FileSource) else InputRecording()
        source_stage.apply_history()
        Replay(source_stage, recording).run()


if __name__ == "__main__":
    main()
