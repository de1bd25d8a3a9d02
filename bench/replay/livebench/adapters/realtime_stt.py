# mypy: disable-error-code="import-not-found,import-untyped"
"""RealtimeSTT: `python -m adapters.realtime_stt CT2-FOLDER [tuned] [wait_s=0.6]`."""

from __future__ import annotations

import os
import sys
import threading
import time

from RealtimeSTT import AudioToTextRecorder

from .lines import Audio, Lines

_BLOCK_BYTES = 640
_TUNED: dict[str, object] = {
    "batch_size": 0,
    "realtime_batch_size": 0,
    "beam_size": 1,
    "early_transcription_on_silence": 0.1,  # seconds, contrary to its documentation
    "post_speech_silence_duration": 0.3,
    "silero_deactivity_detection": True,
}
_QUIET_S = 2.0
_PATIENCE_S = 25.0
_AT_REST = ("listening", "inactive")


def main() -> None:
    """Feed the recorder, and print its results."""
    lines = Lines()
    knob = dict(argument.split("=", 1) for argument in sys.argv[2:] if "=" in argument)
    options = dict(_TUNED) if "tuned" in sys.argv[2:] else {}
    if "wait_s" in knob:
        options["post_speech_silence_duration"] = float(knob["wait_s"])
    recorder = AudioToTextRecorder(
        model=sys.argv[1],
        realtime_model_type=sys.argv[1],
        device="cpu",
        compute_type="int8",
        language="en",
        use_microphone=False,
        spinner=False,
        no_log_file=True,
        enable_realtime_transcription=True,
        on_realtime_transcription_update=lines.partial,
        **options,
    )

    def hand_out() -> None:
        while True:
            lines.final(recorder.text())

    threading.Thread(target=hand_out, daemon=True).start()
    lines.ready()
    for block in Audio().blocks(_BLOCK_BYTES):
        recorder.feed_audio(block, 16000)
    _wait_until_at_rest(recorder)
    os._exit(0)  # its shutdown waits for processes that have finished


def _wait_until_at_rest(recorder: AudioToTextRecorder) -> None:
    given_up_s = time.monotonic() + _PATIENCE_S
    rest_since_s = time.monotonic()
    while time.monotonic() < given_up_s and time.monotonic() - rest_since_s < _QUIET_S:
        if recorder.state not in _AT_REST:
            rest_since_s = time.monotonic()
        time.sleep(0.05)


if __name__ == "__main__":
    main()
