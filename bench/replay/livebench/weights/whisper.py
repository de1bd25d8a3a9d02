"""Names a Whisper model's weights as OpenAI's code does, and states its dimensions.

CTranslate2 fuses projections: query, key and value of self-attention, key and value of cross-attention.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from livebench.failures import InputFailure
from livebench.weights.model_file import Array, ModelFile, read_model_file

REVISION = 3
_SPEC = "WhisperSpec"


@dataclass(frozen=True)
class Dimensions:
    """Sizes of a Whisper model, in OpenAI's names."""

    n_mels: int
    n_audio_ctx: int
    n_audio_state: int
    n_audio_head: int
    n_audio_layer: int
    n_vocab: int
    n_text_ctx: int
    n_text_state: int
    n_text_head: int
    n_text_layer: int

    def as_dict(self) -> dict[str, int]:
        """Return the sizes by name, in OpenAI's order."""
        return asdict(self)


@dataclass(frozen=True)
class Whisper:
    """A Whisper model."""

    dimensions: Dimensions
    weights: dict[str, Array]
    """By OpenAI's names, float16 or float32."""


def read_whisper(folder: Path) -> Whisper:
    """Read a CTranslate2 folder of a Whisper model.

    Raises:
        OSError: `model.bin` cannot be read.
        InputFailure: It is not of a Whisper model, or of a revision that is not known.
    """
    stored = read_model_file(folder / "model.bin")
    if (stored.spec, stored.revision) != (_SPEC, REVISION):
        raise InputFailure(f"model.bin holds {stored.spec} {stored.revision}, not {_SPEC} {REVISION}")
    try:
        return Whisper(_dimensions(stored), dict(_renamed(stored)))
    except KeyError as missing:
        raise InputFailure(f"model.bin has no {missing}") from None


def _dimensions(stored: ModelFile) -> Dimensions:
    arrays = stored.arrays
    vocabulary, text_state = arrays["decoder/embeddings/weight"].shape
    audio_context, audio_state = arrays["encoder/position_encodings/encodings"].shape
    return Dimensions(
        n_mels=arrays["encoder/conv1/weight"].shape[1],
        n_audio_ctx=audio_context,
        n_audio_state=audio_state,
        n_audio_head=int(arrays["encoder/num_heads"]),
        n_audio_layer=_layers(stored, "encoder"),
        n_vocab=vocabulary,
        n_text_ctx=arrays["decoder/position_encodings/encodings"].shape[0],
        n_text_state=text_state,
        n_text_head=int(arrays["decoder/num_heads"]),
        n_text_layer=_layers(stored, "decoder"),
    )


def _layers(stored: ModelFile, side: str) -> int:
    return len({found[1] for name in stored.arrays if (found := re.match(rf"{side}/layer_(\d+)/", name))})


def _renamed(stored: ModelFile) -> Iterator[tuple[str, Array]]:
    """Yield every weight by OpenAI's name, fused ones taken apart."""
    arrays = stored.arrays
    yield "encoder.positional_embedding", arrays["encoder/position_encodings/encodings"]
    for convolution in ("conv1", "conv2"):
        yield f"encoder.{convolution}.weight", arrays[f"encoder/{convolution}/weight"]
        yield f"encoder.{convolution}.bias", arrays[f"encoder/{convolution}/bias"]
    yield from _norm(arrays, "encoder/layer_norm", "encoder.ln_post")
    yield "decoder.positional_embedding", arrays["decoder/position_encodings/encodings"]
    yield "decoder.token_embedding.weight", arrays["decoder/embeddings/weight"]
    yield from _norm(arrays, "decoder/layer_norm", "decoder.ln")
    for side in ("encoder", "decoder"):
        for number in range(_layers(stored, side)):
            yield from _layer(arrays, f"{side}/layer_{number}", f"{side}.blocks.{number}")


def _layer(arrays: dict[str, Array], source: str, name: str) -> Iterator[tuple[str, Array]]:
    yield from _split(arrays, f"{source}/self_attention/linear_0", f"{name}.attn", ("query", "key", "value"))
    yield from _split(arrays, f"{source}/self_attention/linear_1", f"{name}.attn", ("out",))
    yield from _norm(arrays, f"{source}/self_attention/layer_norm", f"{name}.attn_ln")
    if f"{source}/attention/linear_0/weight" in arrays:
        yield from _split(arrays, f"{source}/attention/linear_0", f"{name}.cross_attn", ("query",))
        yield from _split(arrays, f"{source}/attention/linear_1", f"{name}.cross_attn", ("key", "value"))
        yield from _split(arrays, f"{source}/attention/linear_2", f"{name}.cross_attn", ("out",))
        yield from _norm(arrays, f"{source}/attention/layer_norm", f"{name}.cross_attn_ln")
    yield from _split(arrays, f"{source}/ffn/linear_0", f"{name}.mlp", ("0",))
    yield from _split(arrays, f"{source}/ffn/linear_1", f"{name}.mlp", ("2",))
    yield from _norm(arrays, f"{source}/ffn/layer_norm", f"{name}.mlp_ln")


def _norm(arrays: dict[str, Array], source: str, name: str) -> Iterator[tuple[str, Array]]:
    yield f"{name}.weight", arrays[f"{source}/gamma"]
    yield f"{name}.bias", arrays[f"{source}/beta"]


def _split(
    arrays: dict[str, Array], source: str, name: str, parts: tuple[str, ...]
) -> Iterator[tuple[str, Array]]:
    """Yield the projections that are stored as one; a key has no bias, and is stored with zeros."""
    weights = np.split(arrays[f"{source}/weight"], len(parts))
    biases = np.split(arrays[f"{source}/bias"], len(parts))
    for part, weight, bias in zip(parts, weights, biases, strict=True):
        yield f"{name}.{part}.weight", weight
        if part != "key":
            yield f"{name}.{part}.bias", bias
        elif bias.any():
            raise InputFailure(f"{source} has a bias for its key, which Whisper does not")
