"""Turn ends by the sound of the voice: Smart Turn 3.2, on one CPU thread.

Intonation and tempo tell what words do not: "We introduced an outbox table" may be the end, or not. The
model is Daily's, BSD-2-Clause; a test compares its results with those of pipecat-ai's analyzer.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bus.audio import SAMPLE_RATE
from bus.failures import ModelFailure
from bus.onnx import OnnxModel
from stt.engines.mel import FRAMES_PER_S, Features, MelFrontEnd, normalized

# fmt: off
LANGUAGES = frozenset((
    "ar", "bn", "da", "de", "en", "es", "fi", "fr", "hi", "id", "it", "ja", "ko", "mr", "nl", "no", "pl",
    "pt", "ru", "tr", "uk", "vi", "zh",
))
# fmt: on
"""Those it was trained on."""

HEARD_S = 8
"""It hears so much before the pause; shorter audio begins with silence."""

_MELS = 80
_REFLECTED = 200
"""Samples at either edge, half a frame's audio."""


class TurnEndModel:
    """A loaded model.

    Args:
        file: Its weights.

    Raises:
        ModelFailure: They cannot be used.
    """

    def __init__(self, file: Path) -> None:
        self._front_end = MelFrontEnd(_MELS)
        try:
            self._model = OnnxModel(file)
            self.probability(np.zeros(SAMPLE_RATE, np.float32))
        except RuntimeError as error:
            raise ModelFailure(
                f"the model of turn ends cannot be loaded from {file} ({error})",
                kept="nothing was started",
                fix="run `cuecard models verify smart-turn`, then `cuecard models pull smart-turn`",
            ) from error

    def probability(self, waveform: NDArray[np.float32]) -> float:
        """Return the probability that a speaker who has just paused has finished, 0 to 1.

        Args:
            waveform: The turn up to the pause, shape (n,), 16 kHz, -1 to 1; its last 8 s are used.

        Raises:
            RuntimeError: onnxruntime failed.
        """
        (probabilities, *_) = self._model.run({"input_features": self.features(waveform)[None]})
        return float(probabilities.reshape(-1)[0])

    def features(self, waveform: NDArray[np.float32]) -> Features:
        """Return its input, float32, shape (80, 800): Whisper's features of audio of unit variance."""
        heard = waveform[-HEARD_S * SAMPLE_RATE :]
        heard = np.pad(heard, (HEARD_S * SAMPLE_RATE - len(heard), 0))
        heard = ((heard - heard.mean()) / np.sqrt(heard.var() + 1e-7)).astype(np.float32)
        padded = np.pad(heard, _REFLECTED, mode="reflect")
        return normalized(self._front_end.logarithms(padded)[:, : HEARD_S * FRAMES_PER_S])
