"""Moonshine engine: transcribes English with onnxruntime, on the CPU.

It has no fixed window, so a pass costs what its audio is long; it knows no earlier words and no hotwords. The
weights are those of `cuecard models pull moonshine-tiny`, or the same files in a folder of the user's own.
"""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from bus.audio import SAMPLE_RATE, Samples
from bus.failures import ModelFailure
from bus.onnx import OnnxModel
from stt.engines.device import Device
from stt.engines.engine import Pass, PassCancelled, Request, never
from stt.engines.hallucination import most_tokens, sentence_share
from stt.engines.mel import FRAME_SAMPLES, FRAMES_PER_S, Features, GrowingMel
from stt.settings import SttSettings

FILES = {
    "encoder_model.ort": "94e90a4654fc45cdfedb77c4c08e1739f48862998e58fada384b25118134f221",
    "decoder_model_merged.ort": "cf524c4862d36e9e5ab032eddc73637efd822d70e868ac575cf1a46e1e4708a0",
    "tokenizer.bin": "6884b35fd6377d4c4d32336a0bc152f36b64d1e45b6503683cdc238250a8472d",
}
"""SHA-256 of each file."""
_START, _END = 1, 2
_SHORTEST_FRAMES = 50
_HEADS, _HEAD_SIZE = 8, 36


class GrowingAudio(GrowingMel):
    """The audio of a growing utterance as a matrix: a column holds the 160 samples of 10 ms.

    Args:
        start_sample: First sample of the utterance.
    """

    def __init__(self, start_sample: int) -> None:
        self._start_sample = start_sample
        self._waveform = np.empty(0, np.float32)

    def extend(self, samples: Samples) -> None:
        """Append samples, int16, from `stop_sample` on."""
        self._waveform = np.concatenate((self._waveform, samples.astype(np.float32) / 32_768))

    def features(self, first_sample: int, stop_sample: int) -> Features:
        """Return the audio of a stretch, float32, shape (160, n // 160 + 1), padded with silence."""
        audio = self._waveform[first_sample - self._start_sample : stop_sample - self._start_sample]
        padded = np.pad(audio, (0, FRAME_SAMPLES - len(audio) % FRAME_SAMPLES))
        return padded.reshape(-1, FRAME_SAMPLES).T


class MoonshineEngine:
    """Loaded weights on the CPU; see `stt.engines.engine.Engine`.

    Args:
        settings: The folder of the weights.
        device: The CPU, with the threads of a pass.

    Raises:
        ModelFailure: A file is missing, is another version, or cannot be loaded.
    """

    def __init__(self, settings: SttSettings, device: Device) -> None:
        self.name, self.device = settings.model, device
        folder = Path(settings.model_path)
        _check(folder)
        try:
            self._encoder, self._decoder = (
                OnnxModel(folder / file, device.threads) for file in list(FILES)[:2]
            )
        except RuntimeError as error:
            raise _unusable(folder, str(error)) from error
        self._tokens = _read_tokens((folder / "tokenizer.bin").read_bytes())
        self._caches = [name for name in self._decoder.inputs if name.startswith("past")]

    def growing_mel(self, start_sample: int) -> GrowingAudio:
        """Return the empty audio of an utterance that begins at this sample."""
        return GrowingAudio(start_sample)

    def transcribe(self, request: Request, *, is_cancelled: Callable[[], bool] = never) -> tuple[Pass, bool]:
        """Return the words; nothing is repeated, because there is no wider window."""
        if is_cancelled():
            raise PassCancelled
        began_ns = time.monotonic_ns()
        features = request.without_context().features
        speech_s = features.shape[1] / FRAMES_PER_S
        audio = np.pad(features, ((0, 0), (0, max(0, _SHORTEST_FRAMES - features.shape[1])))).T.reshape(1, -1)
        tokens, log_probability = self._decode(audio, most_tokens(speech_s), is_cancelled)
        text = _text(self._tokens, tokens)
        return Pass(
            text=text,
            tokens=len(tokens),
            mean_log_probability=log_probability / (len(tokens) + 1) if tokens else -math.inf,
            no_speech_probability=0.0,
            sentence_share=sentence_share([text], [log_probability]),
            by_sound=request.by_sound,
            speech_s=speech_s,
            window_s=audio.shape[1] / SAMPLE_RATE,
            began_ns=began_ns,
            compute_ms=(time.monotonic_ns() - began_ns) / 1e6,
        ), False

    def _decode(
        self, audio: np.ndarray, at_most: int, is_cancelled: Callable[[], bool]
    ) -> tuple[list[int], float]:
        """Return the most likely tokens one after the other, and the sum of their log probabilities."""
        mask = np.ones(audio.shape, np.int64)
        (encoded,) = self._encoder.run({"input_values": audio, "attention_mask": mask})
        fixed = {
            "encoder_hidden_states": encoded,
            "encoder_attention_mask": np.ones(encoded.shape[:2], np.int64),
        }
        caches = dict.fromkeys(self._caches, np.zeros((0, _HEADS, 1, _HEAD_SIZE), np.float32))
        tokens, total = [_START], 0.0
        while len(tokens) <= at_most:
            if is_cancelled():
                raise PassCancelled
            first = len(tokens) == 1
            step = {"input_ids": np.array([tokens[-1:]]), "use_cache_branch": np.array([not first])}
            logits, *present = self._decoder.run({**fixed, **step, **caches})
            token, log_probability = _best(logits[0, -1])
            total += log_probability
            if token == _END:
                break
            tokens.append(token)
            caches.update(
                (name, new)
                for name, new in zip(self._caches, present, strict=True)
                if first or ".decoder." in name  # the encoder's part never changes
            )
        return tokens[1:], total


def _check(folder: Path) -> None:
    for name, expected in FILES.items():
        try:
            found = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        except OSError as error:
            raise _unusable(folder, f"{name} cannot be read: {error.strerror}") from error
        if found != expected:
            raise _unusable(folder, f"{name} is not the file of moonshine-voice 0.1.0")


def _unusable(folder: Path, reason: str) -> ModelFailure:
    return ModelFailure(
        f"the Moonshine model in {folder} cannot be used: {reason}",
        kept="no audio was transcribed",
        fix="run `cuecard models pull moonshine-tiny`",
    )


def _best(logits: np.ndarray) -> tuple[int, float]:
    token = int(logits.argmax())
    return token, -float(np.log(np.exp(logits - logits[token]).sum()))


def _read_tokens(data: bytes) -> list[bytes]:
    """Return the tokens of a `tokenizer.bin`: each has its length before it, in one byte or two."""
    tokens, at = [], 0
    while at < len(data):
        length, at = data[at], at + 1
        if length >= 128:
            length, at = data[at] * 128 + length - 128, at + 1
        tokens.append(data[at : at + length])
        at += length
    return tokens


def _text(vocabulary: list[bytes], tokens: list[int]) -> str:
    """Join tokens: SentencePiece marks a space, and spells rare bytes as "<0x0A>"."""
    joined = b"".join(_spelled(vocabulary[token]) for token in tokens if token < len(vocabulary))
    return joined.decode("utf-8", errors="replace").replace("\u2581", " ").strip()


def _spelled(token: bytes) -> bytes:
    return bytes([int(token[3:5], 16)]) if token.startswith(b"<0x") and len(token) == 6 else token
