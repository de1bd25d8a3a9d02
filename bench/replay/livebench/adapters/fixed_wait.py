# mypy: disable-error-code="import-not-found,import-untyped"
"""Plain faster-whisper with a fixed wait: `python -m adapters.fixed_wait CT2-FOLDER [wait_s=0.6]`.

The simplest implementation: Silero (bundled with faster-whisper) frame by frame, an utterance ends after
fixed silence, then `transcribe()` with its defaults in a thread. No partials.
"""

from __future__ import annotations

import queue
import sys
import threading
from collections.abc import Iterator

import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.vad import get_vad_model
from numpy.typing import NDArray

from .lines import Audio, Lines

Samples = NDArray[np.float32]

_FRAME = 512
_CONTEXT = 64
_SPEECH = 0.5
_WAIT_S = 0.6
"""The wait of RealtimeSTT's defaults."""
_BEFORE_FRAMES = 10


class _Silero:
    """Speech probability of consecutive frames."""

    def __init__(self) -> None:
        self._session = get_vad_model().session
        self._state = [np.zeros((1, 1, 128), np.float32), np.zeros((1, 1, 128), np.float32)]
        self._context = np.zeros(_CONTEXT, np.float32)

    def __call__(self, frame: Samples) -> float:
        transcribed = np.concatenate([self._context, frame])[None]
        probability, *self._state = self._session.run(
            None, {"input": transcribed, "h": self._state[0], "c": self._state[1]}
        )
        self._context = frame[-_CONTEXT:]
        return float(np.ravel(probability)[0])


def utterances(audio: Audio, wait_s: float) -> Iterator[Samples]:
    """Yield the samples of each utterance once the silence after it has lasted long enough."""
    silero = _Silero()
    wait_frames = round(wait_s * 16000 / _FRAME)
    frames: list[Samples] = []
    quiet, speaking = 0, False
    for block in audio.blocks(2 * _FRAME):
        frame: Samples = np.frombuffer(block.ljust(2 * _FRAME, b"\0"), np.int16).astype(np.float32)
        frame /= 32768
        quiet = 0 if silero(frame) >= _SPEECH else quiet + 1
        speaking = speaking or quiet == 0
        frames = [*frames, frame] if speaking else [*frames, frame][-_BEFORE_FRAMES:]
        if speaking and quiet >= wait_frames:
            yield np.concatenate(frames)
            frames, speaking = frames[-_BEFORE_FRAMES:], False
    if speaking:
        yield np.concatenate(frames)


def main() -> None:
    """Cut and transcribe until the input ends and everything is out."""
    lines = Lines()
    options = dict(argument.split("=", 1) for argument in sys.argv[2:])
    wait_s = float(options.get("wait_s", _WAIT_S))
    model = WhisperModel(sys.argv[1], device="cpu", compute_type="int8")
    _transcribe(model, np.zeros(16000, np.float32))
    waiting: queue.SimpleQueue[Samples | None] = queue.SimpleQueue()

    def work() -> None:
        while (samples := waiting.get()) is not None:
            lines.final(_transcribe(model, samples))

    worker = threading.Thread(target=work)
    worker.start()
    lines.ready()
    for samples in utterances(Audio(), wait_s):
        waiting.put(samples)
    waiting.put(None)
    worker.join()


def _transcribe(model: WhisperModel, samples: Samples) -> str:
    segments, _ = model.transcribe(samples, language="en")
    return " ".join(segment.text.strip() for segment in segments)


if __name__ == "__main__":
    main()
