# mypy: disable-error-code="import-not-found,import-untyped"
"""sherpa-onnx: `python -m adapters.sherpa - moonshine|transducer [silence_s=VALUE]`.

`moonshine` transcribes after 0.5 s of silence, as its example with a detector; the weights of both come from
their packages. `transducer` streams a model in the folder SHERPA_ONNX_MODEL (`tokens.txt`, `encoder*.onnx`,
`decoder*.onnx`, `joiner*.onnx`, those with int8 first); 1.2 s of silence end an utterance.
"""

from __future__ import annotations

import base64
import importlib.util
import os
import sys
import tempfile
from itertools import chain
from pathlib import Path

import numpy as np
import sherpa_onnx

from .lines import Audio, Lines

_RATE, _WINDOW = 16000, 512
_THREADS = int(os.environ.get("OMP_NUM_THREADS", "2"))


def samples_of(block: bytes) -> np.ndarray:
    """Return 16-bit samples as numbers in ±1."""
    return np.frombuffer(block, "<i2").astype(np.float32) / 32768


def folder_of(package: str) -> Path:
    """Return the folder of a package without importing it."""
    found = importlib.util.find_spec(package)
    return Path(found.origin if found and found.origin else package).parent


def tokens_of(tokenizer: bytes) -> str:
    """Return `tokens.txt` of Moonshine's tokens, each of which has its length before it."""
    rows: list[str] = []
    at = 0
    while at < len(tokenizer):
        length, at = tokenizer[at], at + 1
        if length >= 128:
            length, at = tokenizer[at] * 128 + length - 128, at + 1
        rows.append(f"{base64.b64encode(tokenizer[at : at + length]).decode()} {len(rows)}\n")
        at += length
    return "".join(rows)


def after_silence(lines: Lines, silence_s: float) -> None:
    """Transcribe what the detector finds to be speech, once it has ended."""
    model = folder_of("moonshine_voice") / "assets" / "tiny-en"
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as tokens:
        tokens.write(tokens_of((model / "tokenizer.bin").read_bytes()))
        tokens.flush()
        recognizer = sherpa_onnx.OfflineRecognizer.from_moonshine_v2(
            encoder=str(model / "encoder_model.ort"),
            decoder=str(model / "decoder_model_merged.ort"),
            tokens=tokens.name,
            num_threads=_THREADS,
        )
    settings = sherpa_onnx.VadModelConfig()
    settings.silero_vad.model = str(folder_of("silero_vad") / "data" / "silero_vad.onnx")
    settings.silero_vad.min_silence_duration = silence_s
    detector = sherpa_onnx.VoiceActivityDetector(settings, buffer_size_in_seconds=60)
    lines.ready()
    for block in chain(Audio().blocks(2 * _WINDOW), [b""]):
        if block:
            detector.accept_waveform(samples_of(block))
        else:
            detector.flush()
        while not detector.empty():
            stream = recognizer.create_stream()
            stream.accept_waveform(_RATE, detector.front.samples)
            recognizer.decode_stream(stream)
            lines.final(stream.result.text)
            detector.pop()


def streamed(lines: Lines, silence_s: float) -> None:
    """Transcribe all the time; its own rules end an utterance."""
    folder, last = Path(os.environ["SHERPA_ONNX_MODEL"]), ""
    parts = {
        name: str(max(folder.glob(f"{name}*.onnx"), key=lambda path: "int8" in path.name))
        for name in ("encoder", "decoder", "joiner")
    }
    recognizer = sherpa_onnx.OnlineRecognizer.from_transducer(
        tokens=str(folder / "tokens.txt"),
        **parts,
        num_threads=_THREADS,
        enable_endpoint_detection=True,
        rule2_min_trailing_silence=silence_s,
    )
    stream = recognizer.create_stream()
    lines.ready()
    for block in Audio().blocks(2 * _RATE // 10):
        stream.accept_waveform(_RATE, samples_of(block))
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
    run, default = (after_silence, 0.5) if sys.argv[2] == "moonshine" else (streamed, 1.2)
    run(Lines(), float(dict(each.split("=", 1) for each in sys.argv[3:]).get("silence_s", default)))
