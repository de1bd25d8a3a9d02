"""Recorder stage: `python -m session.recorder`.

Reads the rings and writes to a file that was opened for it. It knows the public key alone, so it cannot read
what it wrote.
"""

from __future__ import annotations

import os
import time

from bus.failures import UsageFailure
from bus.messages import RecordingStarted
from bus.ring.access import RingAccess
from bus.stage import Stage
from capture.settings import CaptureSettings
from session.recorder import FILE_VARIABLE, RECIPIENT_VARIABLE
from session.recorder.encrypted_stream import EncryptedStream
from session.recorder.tracks import Tracks
from session.recorder.wave_header import wave_header

_POLL_S = 0.25


def main() -> None:
    """Record until the stage is stopped."""
    with Stage("recorder") as stage:
        descriptor = int(os.environ.pop(FILE_VARIABLE, "-1"))
        recipient = os.environ.pop(RECIPIENT_VARIABLE, "")
        sources = [*stage.run.settings("capture", CaptureSettings).sources]
        if descriptor < 0 or os.fstat(descriptor).st_size:
            raise UsageFailure(  # not retried
                "the recorder ended, and its file cannot be continued",
                kept="what was recorded until then, and the session without its recording",
                fix="start the next session with --record and a new file",
            )
        access = RingAccess(stage.run)
        tracks = Tracks(sources, access)
        stage.enter_sandbox(opens_sockets=access.connects)  # before the thread that encrypts
        with os.fdopen(descriptor, "wb", buffering=0) as file, EncryptedStream(file, recipient) as stream:
            stream.write(wave_header(sources))
            stage.ready()
            stage.publish(RecordingStarted())
            _record(stage, tracks, stream)
        tracks.close()
        access.close()


def _record(stage: Stage, tracks: Tracks, stream: EncryptedStream) -> None:
    received = stage.history()
    while not stage.stopping():
        for logged in received:
            tracks.apply(logged.event)
        stream.write(tracks.take(time.monotonic_ns()).tobytes())
        stage.heartbeat()
        received = stage.poll(_POLL_S)
    stream.write(tracks.take(time.monotonic_ns(), ends=True).tobytes())


if __name__ == "__main__":
    main()
