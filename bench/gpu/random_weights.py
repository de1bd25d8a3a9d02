"""Writes Whisper models with random weights, to time models that are not installed.

The random model writes as many tokens as the real words have, so a pass costs what a real one does. Its
words mean nothing, and the filter for hallucinations is left out.
"""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ctranslate2
import numpy as np
from ctranslate2.specs import WhisperSpec
from ctranslate2.specs.model_spec import visit_spec

from bench.gpu.passes import Speech, Transcribe
from stt.engines.device import Device
from stt.engines.mel import MelFrontEnd, fit, fitted_frames
from stt.engines.prompt import PromptBuilder
from stt.settings import SttSettings

_POSITIONS, _TEXT_POSITIONS = 1500, 448
_DRAWN = 1_000_003
"""Numbers that are drawn; they repeat, from another start in each weight."""


@dataclass(frozen=True)
class Shape:
    """Size of a Whisper model."""

    mels: int
    width: int
    heads: int
    encoder_layers: int
    decoder_layers: int
    tokens: int


SHAPES = {"large-v3-turbo": Shape(128, 1280, 20, 32, 4, 51_866)}
"""Models whose speed is measured by their shape where they are not installed."""


def write_random(shape: Shape, folder: Path, vocabulary_from: Path) -> None:
    """Write a model of this shape in float16.

    Args:
        shape: Its size.
        folder: An existing folder.
        vocabulary_from: Folder of a multilingual model, whose tokens it gets.

    Raises:
        OSError: The disk is full, or a file cannot be read.
    """
    spec = WhisperSpec(shape.encoder_layers, shape.heads, shape.decoder_layers, shape.heads)
    random = (np.random.default_rng(0).standard_normal(_DRAWN) * 0.02).astype(np.float16)
    shapes, starts = _weights(shape), itertools.count(1, 1009)  # equal weights would be stored once

    def fill(part: Any, name: str, value: Any) -> None:
        attribute = name.rpartition("/")[2]
        if attribute in ("gamma", "beta"):
            setattr(part, attribute, np.full(shape.width, attribute == "gamma", np.float16))
        elif size := next((size for end, size in shapes.items() if name.endswith(end)), None):
            setattr(part, attribute, np.resize(random[next(starts) :], size))
            if hasattr(part, "bias"):
                part.bias = np.zeros(size[0], np.float16)

    visit_spec(spec, fill)
    spec.decoder.projection.weight = spec.decoder.embeddings.weight
    tokens = (vocabulary_from / "vocabulary.txt").read_text(encoding="utf-8").split("\n")[: shape.tokens]
    spec.register_vocabulary(tokens + [f"<|extra{n}|>" for n in range(shape.tokens - len(tokens))])
    spec.validate()
    spec.optimize()
    spec.save(str(folder))
    shutil.copy(vocabulary_from / "tokenizer.json", folder)


def with_random_weights(folder: Path, device: Device, speech: Sequence[Speech]) -> Transcribe:
    """Return passes of a random model with the session's window and beam; their text is empty.

    Raises:
        RuntimeError: The device cannot run it.
    """
    settings = SttSettings()
    model = ctranslate2.models.Whisper(
        str(folder),
        device=device.name,
        compute_type=device.compute_type,
        intra_threads=device.threads,
        inter_threads=device.workers,
    )
    front_end = MelFrontEnd(model.n_mels)
    prompts = PromptBuilder(folder / "tokenizer.json", multilingual=True)
    prompt, features = prompts.prompt("en"), [front_end(each.samples) for each in speech]
    lengths = [prompts.count(each.text) for each in speech]

    def transcribe(number: int) -> str:
        frames = fitted_frames(
            features[number].shape[1],
            least_s=settings.window_s,
            extra_s=settings.extra_s,
            mels=front_end.mels,
        )
        window = ctranslate2.StorageView.from_array(fit(features[number], frames)[None])
        wanted = lengths[number]
        result = model.generate(
            model.encode(window),
            [prompt],
            beam_size=settings.beam,
            num_hypotheses=settings.beam,
            max_length=max(2 * wanted, wanted + len(prompt)),  # see `stt.engines.whisper`
            suppress_blank=False,
            return_scores=True,
            return_no_speech_prob=True,
        )[0]
        written = len(result.sequences_ids[0])
        if written != wanted:
            raise RuntimeError(f"the random model wrote {written} tokens instead of {wanted}")
        return ""

    return transcribe


def _weights(shape: Shape) -> dict[str, tuple[int, ...]]:
    """Return the size of each weight by the end of its name."""
    width = shape.width
    return {
        "conv1/weight": (width, shape.mels, 3),
        "conv2/weight": (width, width, 3),
        "encoder/position_encodings/encodings": (_POSITIONS, width),
        "decoder/position_encodings/encodings": (_TEXT_POSITIONS, width),
        "embeddings/weight": (shape.tokens, width),
        "self_attention/linear_0/weight": (3 * width, width),
        "self_attention/linear_1/weight": (width, width),
        "/attention/linear_0/weight": (width, width),
        "/attention/linear_1/weight": (2 * width, width),
        "/attention/linear_2/weight": (width, width),
        "ffn/linear_0/weight": (4 * width, width),
        "ffn/linear_1/weight": (width, 4 * width),
    }
