"""The fitted encoder window: how many mel frames the encoder is given, and what they are padded with.

Whisper was trained on 30 s windows; fed with less it is faster, at the price of loops when the window is
too tight (measured: see `bench/LOG.md`). Pure.
"""

from __future__ import annotations

import numpy as np

from stt.mel import Features

FRAMES_PER_S = 100
FULL_FRAMES = 3000
"""Whisper's own window, 30 s."""


def fitted_frames(speech_frames: int, *, least_s: float, extra_s: float, mels: int) -> int:
    """Return the length of the window for so much speech, in mel frames.

    Args:
        speech_frames: Frames of speech, 10 ms each.
        least_s: Shortest window.
        extra_s: Room after the speech.
        mels: Mel bands of the model.
    """
    wanted = max(round(least_s * FRAMES_PER_S), speech_frames + round(extra_s * FRAMES_PER_S))
    frames = min(wanted + wanted % 2, FULL_FRAMES)
    # CTranslate2 tells encoder output from raw mel frames by its length, T/2, being other than the number
    # of mel bands: where they are equal it would encode the output once more.
    return frames + 2 if frames // 2 == mels else frames


def fit(features: Features, frames: int) -> Features:
    """Return the features cut or padded to `frames`.

    The padding is the features' own floor: it is what Whisper's front end makes of silence. Zeros, which
    are louder, cost accuracy.
    """
    missing = frames - features.shape[1]
    if missing <= 0:
        return np.ascontiguousarray(features[:, :frames])
    return np.pad(features, ((0, 0), (0, missing)), constant_values=float(features.min()))
