"""Computes Whisper's logits in numpy, the reference that conversions are compared with.

It follows OpenAI's description, in float32, without a cache: slow, and short enough to check by eye.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from livebench.weights.model_file import Array
from livebench.weights.whisper import Whisper

Floats = NDArray[np.float32]

_EPSILON = 1e-5
_ERF = (0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429)
"""Coefficients of Abramowitz and Stegun 7.1.26, whose error is below 1.5e-7."""


def logits(whisper: Whisper, mel: Floats, tokens: Sequence[int]) -> Floats:
    """Return the logits after each token.

    Args:
        whisper: The model.
        mel: Log-mel spectrogram, `n_mels` rows of twice `n_audio_ctx` frames.
        tokens: The decoder's input, at most `n_text_ctx`.

    Returns:
        A row of `n_vocab` numbers for each token.
    """
    weights = {name: weight.astype(np.float32) for name, weight in whisper.weights.items()}
    audio = _encoded(weights, mel, whisper.dimensions.n_audio_head)
    embedding = weights["decoder.token_embedding.weight"]
    states = embedding[list(tokens)] + weights["decoder.positional_embedding"][: len(tokens)]
    mask = np.triu(np.full((len(tokens), len(tokens)), -np.inf, np.float32), 1)
    heads = whisper.dimensions.n_text_head
    for number in range(whisper.dimensions.n_text_layer):
        block = f"decoder.blocks.{number}"
        normed = _norm(weights, f"{block}.attn_ln", states)
        states = states + _attention(weights, f"{block}.attn", normed, normed, heads, mask)
        normed = _norm(weights, f"{block}.cross_attn_ln", states)
        states = states + _attention(weights, f"{block}.cross_attn", normed, audio, heads)
        states = states + _feed_forward(weights, block, states)
    return np.asarray(_norm(weights, "decoder.ln", states) @ embedding.T)


def _encoded(weights: dict[str, Array], mel: Floats, heads: int) -> Floats:
    states = _gelu(_convolved(weights, "encoder.conv1", mel, 1))
    states = _gelu(_convolved(weights, "encoder.conv2", states, 2)).T
    states = states + weights["encoder.positional_embedding"]
    number = 0
    while f"{(block := f'encoder.blocks.{number}')}.mlp_ln.weight" in weights:
        normed = _norm(weights, f"{block}.attn_ln", states)
        states = states + _attention(weights, f"{block}.attn", normed, normed, heads)
        states = states + _feed_forward(weights, block, states)
        number += 1
    return _norm(weights, "encoder.ln_post", states)


def _convolved(weights: dict[str, Array], name: str, frames: Floats, stride: int) -> Floats:
    """Convolve over time with a window of 3 and one zero on both sides."""
    padded = np.pad(frames, ((0, 0), (1, 1)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, 3, axis=1)[:, ::stride]
    summed = np.tensordot(weights[f"{name}.weight"], windows, axes=([1, 2], [0, 2]))
    return np.asarray(summed + weights[f"{name}.bias"][:, None])


def _attention(
    weights: dict[str, Array],
    name: str,
    asking: Floats,
    asked: Floats,
    heads: int,
    mask: Floats | None = None,
) -> Floats:
    query, key, value = (
        _linear(weights, f"{name}.{part}", states).reshape(len(states), heads, -1).swapaxes(0, 1)
        for part, states in (("query", asking), ("key", asked), ("value", asked))
    )
    scores = query @ key.swapaxes(1, 2) / np.sqrt(np.float32(query.shape[2]))
    scores = scores if mask is None else scores + mask
    likely = np.exp(scores - scores.max(axis=2, keepdims=True))
    likely /= likely.sum(axis=2, keepdims=True)
    return _linear(weights, f"{name}.out", (likely @ value).swapaxes(0, 1).reshape(len(asking), -1))


def _feed_forward(weights: dict[str, Array], block: str, states: Floats) -> Floats:
    normed = _norm(weights, f"{block}.mlp_ln", states)
    return _linear(weights, f"{block}.mlp.2", _gelu(_linear(weights, f"{block}.mlp.0", normed)))


def _linear(weights: dict[str, Array], name: str, states: Floats) -> Floats:
    product = states @ weights[f"{name}.weight"].T
    bias = weights.get(f"{name}.bias")
    return np.asarray(product if bias is None else product + bias)


def _norm(weights: dict[str, Array], name: str, states: Floats) -> Floats:
    centred = states - states.mean(axis=1, keepdims=True)
    scaled = centred / np.sqrt((centred**2).mean(axis=1, keepdims=True) + np.float32(_EPSILON))
    return np.asarray(scaled * weights[f"{name}.weight"] + weights[f"{name}.bias"])


def _gelu(states: Floats) -> Floats:
    """Return x times the probability that a normal variable is below x."""
    scaled = np.abs(states) / np.sqrt(np.float32(2))
    step = 1 / (1 + np.float32(0.3275911) * scaled)
    series = np.polyval(np.array([*reversed(_ERF), 0], np.float32), step)
    erf = np.sign(states) * (1 - series * np.exp(-(scaled**2)))
    return np.asarray(states * (1 + erf) / 2, np.float32)
