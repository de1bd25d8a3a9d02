# mypy: disable-error-code="import-not-found,import-untyped"
"""whisper.cpp's stream example: `python -m adapters.whisper_cpp GGML-FILE window|vad [KNOB=VALUE]`.

`window` transcribes the last 10 s of audio every `step_ms` (3000) and starts a new line when it is full; it
drops audio that arrives faster than it is transcribed, as the example does. `vad` transcribes when the last
`last_ms` (1000) of 2 s are quieter than all. The example transcribes the last 10 s again each time;
here, only what is new, because repeated words would count as errors.
"""

from __future__ import annotations

import os
import re
import sys

import numpy as np
from numpy.typing import NDArray

from .lines import Audio, Lines

Samples = NDArray[np.float32]

_RATE = 16000
_LENGTH_MS, _KEEP_MS = 10_000, 200
_VAD_WINDOW_MS, _VAD_POLL_MS = 2000, 100
_VAD_QUIET, _VAD_HIGH_PASS_HZ = 0.6, 100.0
_NO_WORDS = re.compile(r"\s*[\[(*][^\])*]*[\])*]\s*")
"""[BLANK_AUDIO], (music) and the like."""


def samples_of(block: bytes) -> Samples:
    """Return 16-bit samples as numbers in ±1."""
    return np.frombuffer(block, "<i2").astype(np.float32) * np.float32(1 / 32768)


def slide(audio: Audio, transcribe: Transcribe, lines: Lines, step_ms: int) -> None:
    """Transcribe a growing window, and start a new one when it is full."""
    step, keep, length = (_RATE * ms // 1000 for ms in (step_ms, _KEEP_MS, max(_LENGTH_MS, step_ms)))
    steps_a_line = max(1, length // step - 1)
    old, new, steps, text = samples_of(b""), samples_of(b""), 0, ""
    for block in audio.waiting():
        new = np.concatenate([new, samples_of(block)])
        if len(new) > 2 * step and steps:
            new = samples_of(b"")
        if len(new) < step:
            continue
        taken = min(len(old), max(0, keep + length - len(new)))
        window = np.concatenate([old[len(old) - taken :], new])
        old, new, steps = window, samples_of(b""), steps + 1
        text = transcribe(window)
        if steps % steps_a_line == 0:
            lines.final(text)
            old, text = window[-keep:], ""
        elif text:
            lines.partial(text)
    lines.final(transcribe(np.concatenate([old, new])) if len(new) > _RATE // 10 else text)


def after_speech(audio: Audio, transcribe: Transcribe, lines: Lines, last_ms: int) -> None:
    """Transcribe what is new whenever it has become quieter."""
    window, poll, last = (_RATE * ms // 1000 for ms in (_VAD_WINDOW_MS, _VAD_POLL_MS, last_ms))
    high_pass, held, levels = HighPass(), samples_of(b""), samples_of(b"")
    for block in audio.blocks(2 * poll):
        held = np.concatenate([held, samples_of(block)])[-_RATE * _LENGTH_MS // 1000 :]
        levels = np.concatenate([levels, np.abs(high_pass(samples_of(block)))])[-window:]
        if len(levels) == window and levels[-last:].mean() <= _VAD_QUIET * levels.mean():
            lines.final(transcribe(held))
            held = levels = samples_of(b"")
    lines.final(transcribe(held) if len(held) > _RATE // 10 else "")


class HighPass:
    """The example's filter of first order, with its state."""

    def __init__(self) -> None:
        self._share = 1 / (1 + 2 * np.pi * _VAD_HIGH_PASS_HZ / _RATE)
        self._before, self._output = 0.0, 0.0

    def __call__(self, samples: Samples) -> Samples:
        """Filter the next samples."""
        filtered = []
        for sample in samples.tolist():
            self._output = self._share * (self._output + sample - self._before)
            self._before = sample
            filtered.append(self._output)
        return np.array(filtered, np.float32)


class Transcribe:
    """The model, with the settings of the example."""

    def __init__(self, path: str, *, one_segment: bool) -> None:
        from pywhispercpp.model import Model

        threads = int(os.environ.get("OMP_NUM_THREADS", "2"))
        self._model = Model(path, n_threads=threads, language="en", print_progress=False)
        self._options = {"single_segment": one_segment, "no_timestamps": one_segment, "no_context": True}
        self(np.zeros(_RATE, np.float32))

    def __call__(self, samples: Samples) -> str:
        """Return the words, without descriptions of sounds."""
        text = " ".join(each.text.strip() for each in self._model.transcribe(samples, **self._options))
        return "" if _NO_WORDS.fullmatch(text) else text


def main() -> None:
    """Transcribe until the input ends and everything is out."""
    lines, mode = Lines(), sys.argv[2]
    options = dict(argument.split("=", 1) for argument in sys.argv[3:])
    transcribe = Transcribe(sys.argv[1], one_segment=mode == "window")
    lines.ready()
    if mode == "window":
        slide(Audio(), transcribe, lines, int(options.get("step_ms", 3000)))
    else:
        after_speech(Audio(), transcribe, lines, int(options.get("last_ms", 1000)))


if __name__ == "__main__":
    main()
