# mypy: disable-error-code="import-not-found,import-untyped"
"""sherpa-onnx: `SHERPA_ONNX_MODEL=FOLDER python -m adapters.sherpa - [silence_s=1.2]`.

FOLDER holds a streaming transducer: `tokens.txt` and one `encoder*.onnx`, `decoder*.onnx`, `joiner*.onnx`,
of which those with int8 are taken if there are two. Its own rules end an utterance; the knob is the silence
after words.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np
import sherpa_onnx

from .lines import Audio, Lines

_RATE = 16000
_BLOCK_BYTES = 2 * _RATE // 10


def recognizer_of(folder: Path, silence_s: float) -> sherpa_onnx.OnlineRecognizer:
    """Load the model in a folder."""

    def part(name: str) -> str:
        return str(max(folder.glob(f"{name}*.onnx"), key=lambda path: "int8" in path.name))

    return sherpa_onnx.OnlineRecognizer.from_transducer(
        tokens=str(folder / "tokens.txt"),
        encoder=part("encoder"),
        decoder=part("decoder"),
        joiner=part("joiner"),
        num_threads=int(os.environ.get("OMP_NUM_THREADS", "2")),
        enable_endpoint_detection=True,
        rule2_min_trailing_silence=silence_s,
    )


def main() -> None:
    """Transcribe until the input ends and everything is out."""
    lines, last = Lines(), ""
    knobs = dict(argument.split("=", 1) for argument in sys.argv[2:])
    recognizer = recognizer_of(Path(os.environ["SHERPA_ONNX_MODEL"]), float(knobs.get("silence_s", "1.2")))
    stream = recognizer.create_stream()
    lines.ready()
    for block in Audio().blocks(_BLOCK_BYTES):
        stream.accept_waveform(_RATE, np.frombuffer(block, "<i2").astype(np.float32) / 32768)
        while recognizer.is_ready(stream):
            recognizer.decode_stream(stream)
        text = recognizer.get_result(stream)
        if recognizer.is_endpoint(stream):
            lines.final(text)
            recognizer.reset(stream)
            last = ""
        elif text != last:
            last = text
            lines.partial(text)
    stream.accept_waveform(_RATE, np.zeros(_RATE // 2, np.float32))
    stream.input_finished()
    while recognizer.is_ready(stream):
        recognizer.decode_stream(stream)
    lines.final(recognizer.get_result(stream))


if __name__ == "__main__":
    main()
