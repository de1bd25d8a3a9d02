"""Speech detectors: the probability of speech in each window. Know neither utterances nor the ring."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bus.audio import SAMPLE_RATE, Samples
from bus.failures import MachineFailure
from bus.onnx import OnnxModel
from vad.settings import VadSettings

_Floats = NDArray[np.float32]

_SILERO_FILE = "assets/silero_vad_v6.onnx"
_REINSTALL = "install the program again: make setup"


class Detector(Protocol):
    """Gives speech probabilities of windows, in order."""

    name: str
    """For messages."""
    window_samples: int
    """Length of a window."""
    sure_probability: float
    """A window of at least this probability certainly contains speech; above 1 where none is certain."""

    def speech_probabilities(self, samples: Samples) -> list[float]:
        """Return the probability of speech in each of these windows, 0 to 1.

        Args:
            samples: int16, shape (k * window_samples,), following the previous windows. Several windows at
                once cost little more than one.
        """

    def reset(self) -> None:
        """Forget the previous windows: the next one does not follow them."""


def make_detector(settings: VadSettings) -> Detector:
    """Load the detector that is set.

    Raises:
        MachineFailure: It is not installed.
    """
    return SileroDetector() if settings.detector == "silero" else WebRtcDetector(settings.webrtc_mode)


class SileroDetector:
    """Silero VAD 6, the ONNX model that faster-whisper ships, on one thread.

    Raises:
        MachineFailure: The file or onnxruntime is missing.
    """

    name = "Silero 6"
    window_samples = 512
    sure_probability = 0.9
    """Measured: noise, music, babble and coughs have at most one such window, speech has mostly such ones."""

    _CONTEXT_SAMPLES = 64

    def __init__(self) -> None:
        self._model = OnnxModel(_silero_path())
        self._context, self._hidden, self._cell = self._at_rest()

    def speech_probabilities(self, samples: Samples) -> list[float]:
        """Return the probability of speech in each of these windows, 0 to 1."""
        audio = np.concatenate((self._context, samples.astype(np.float32) / np.float32(32768.0)))
        size = self._CONTEXT_SAMPLES + self.window_samples
        windows = np.lib.stride_tricks.sliding_window_view(audio, size)[:: self.window_samples]
        probabilities, self._hidden, self._cell = self._model.run(
            {"input": np.ascontiguousarray(windows), "h": self._hidden, "c": self._cell}
        )
        self._context[:] = audio[-self._CONTEXT_SAMPLES :]
        return [float(probability) for probability in probabilities]

    def reset(self) -> None:
        """Forget the previous windows."""
        self._context, self._hidden, self._cell = self._at_rest()

    def _at_rest(self) -> tuple[_Floats, _Floats, _Floats]:
        state = np.zeros((1, 1, 128), np.float32)
        return np.zeros(self._CONTEXT_SAMPLES, np.float32), state, state


class WebRtcDetector:
    """WebRTC's detector: a yes or no for each 10 ms.

    Args:
        mode: Aggressiveness, 0 to 3.
    """

    name = "WebRTC"
    window_samples = 480
    sure_probability = 2.0
    """Noise gets the same probabilities as speech."""

    _FRAME_SAMPLES = 160

    def __init__(self, mode: int) -> None:
        import webrtcvad

        self._mode = mode
        self._make = webrtcvad.Vad
        self.reset()

    def speech_probabilities(self, samples: Samples) -> list[float]:
        """Return the share of each window's frames that contain speech."""
        windows = samples.reshape(-1, self.window_samples // self._FRAME_SAMPLES, self._FRAME_SAMPLES)
        return [
            sum(bool(self._vad.is_speech(frame.tobytes(), SAMPLE_RATE)) for frame in frames) / len(frames)
            for frames in windows
        ]

    def reset(self) -> None:
        """Forget the previous windows."""
        self._vad = self._make(self._mode)


def _silero_path() -> Path:
    # faster_whisper itself is not imported: it would load CTranslate2.
    found = importlib.util.find_spec("faster_whisper")
    for folder in (found.submodule_search_locations or []) if found else []:
        path = Path(folder) / _SILERO_FILE
        if path.is_file():
            return path
    raise MachineFailure(
        "the weights of the speech detector are missing (they are part of faster-whisper)", fix=_REINSTALL
    )
