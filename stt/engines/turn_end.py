"""Turn ends by the sound of the voice: Smart Turn 3.2, on one CPU thread.

Intonation and tempo tell what words do not: "We introduced an outbox table" may be the end, or not. The
model is Daily's, BSD-2-Clause; a test compares its results with those of pipecat-ai's analyzer.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bus.audio import SAMPLE_RATE
from bus.failures import ModelFailure
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
        os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # it would otherwise record and send usage data
        import onnxruntime  # costs a session without this model time and memory

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        options.log_severity_level = 4
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._front_end = MelFrontEnd(_MELS)
        try:
            self._session = onnxruntime.InferenceSession(
                str(file), providers=["CPUExecutionProvider"], sess_options=options
            )
            self.probability(np.zeros(SAMPLE_RATE, np.float32))
        except Exception as error:  # onnxruntime's own classes derive from Exception alone
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
        try:
            outputs = self._session.run(None, {"input_features": self.features(waveform)[None]})
        except Exception as error:  # onnxruntime's own classes derive from Exception alone
            raise RuntimeError(f"the model of turn ends failed: {error}") from error
        return float(np.asarray(outputs[0]).reshape(-1)[0])

    def features(self, waveform: NDArray[np.float32]) -> Features:
        """Return its input, float32, shape (80, 800): Whisper's features of audio of unit variance."""
        heard = waveform[-HEARD_S * SAMPLE_RATE :]
        heard = np.pad(heard, (HEARD_S * SAMPLE_RATE - len(heard), 0))
        heard = ((heard - heard.mean()) / np.sqrt(heard.var() + 1e-7)).astype(np.float32)
        padded = np.pad(heard, _REFLECTED, mode="reflect")
        return normalized(self._front_end.logarithms(padded)[:, : HEARD_S * FRAMES_PER_S])
