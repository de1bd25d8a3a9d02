"""How likely it is that a window of sound holds speech. Knows neither utterances nor the ring."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bus.audio import SAMPLE_RATE, Samples
from bus.failures import MachineFailure
from vad.settings import VadSettings

_Floats = NDArray[np.float32]

_SILERO_FILE = "assets/silero_vad_v6.onnx"
_REINSTALL = "install the program again: make setup"

Floats = NDArray[np.float32]


class Detector(Protocol):
    """Judges windows, one after another."""

    name: str
    """For people."""
    window_samples: int
    """Length of a window."""
    sure_probability: float
    """A window of this probability holds speech for certain; above 1 where the detector is never sure."""

    def speech_probabilities(self, samples: Samples) -> list[float]:
        """Return how likely it is that each of these windows holds speech, 0 to 1.

        Args:
            samples: int16, shape (k * window_samples,), following what was heard before. Several windows
                at once cost little more than one.
        """

    def reset(self) -> None:
        """Forget what was heard: the next window does not follow the last one."""


def make_detector(settings: VadSettings) -> Detector:
    """Return the detector that the settings name, loaded.

    Raises:
        MachineFailure: It is not installed.
    """
    return SileroDetector() if settings.detector == "silero" else WebRtcDetector(settings.webrtc_mode)


class SileroDetector:
    """Silero VAD 6, the ONNX that faster-whisper ships, on one thread.

    Raises:
        MachineFailure: The file or onnxruntime is missing.
    """

    name = "Silero 6"
    window_samples = 512
    sure_probability = 0.9
    """Measured: noise, music, babble and coughs hold at most one such window, speech most of the time."""

    _CONTEXT_SAMPLES = 64

    def __init__(self) -> None:
        os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # or it keeps a database of its uses, and sends it
        try:
            import onnxruntime
        except ImportError as error:
            raise MachineFailure("onnxruntime is missing", fix=_REINSTALL) from error
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        options.log_severity_level = 4
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(
            str(_silero_path()), providers=["CPUExecutionProvider"], sess_options=options
        )
        self._context, self._hidden, self._cell = self._at_rest()

    def speech_probabilities(self, samples: Samples) -> list[float]:
        """Return how likely it is that each of these windows holds speech, 0 to 1."""
        heard = np.concatenate((self._context, samples.astype(np.float32) / np.float32(32768.0)))
        size = self._CONTEXT_SAMPLES + self.window_samples
        windows = np.lib.stride_tricks.sliding_window_view(heard, size)[:: self.window_samples]
        probabilities, self._hidden, self._cell = self._session.run(
            None, {"input": np.ascontiguousarray(windows), "h": self._hidden, "c": self._cell}
        )
        self._context[:] = heard[-self._CONTEXT_SAMPLES :]
        return [float(probability) for probability in probabilities]

    def reset(self) -> None:
        """Forget what was heard."""
        self._context, self._hidden, self._cell = self._at_rest()

    def _at_rest(self) -> tuple[_Floats, _Floats, _Floats]:
        state = np.zeros((1, 1, 128), np.float32)
        return np.zeros(self._CONTEXT_SAMPLES, np.float32), state, state


class WebRtcDetector:
    """WebRTC's detector: says yes or no for 10 ms at a time.

    Args:
        mode: How sure it must be, 0 to 3.
    """

    name = "WebRTC"
    window_samples = 480
    sure_probability = 2.0
    """It takes noise for speech as firmly as speech."""

    _FRAME_SAMPLES = 160

    def __init__(self, mode: int) -> None:
        import webrtcvad

        self._mode = mode
        self._make = webrtcvad.Vad
        self.reset()

    def speech_probabilities(self, samples: Samples) -> list[float]:
        """Return the share of each window's frames that hold speech."""
        windows = samples.reshape(-1, self.window_samples // self._FRAME_SAMPLES, self._FRAME_SAMPLES)
        return [
            sum(bool(self._vad.is_speech(frame.tobytes(), SAMPLE_RATE)) for frame in frames) / len(frames)
            for frames in windows
        ]

    def reset(self) -> None:
        """Forget what was heard."""
        self._vad = self._make(self._mode)


def _silero_path() -> Path:
    # faster_whisper itself is not imported: it would bring CTranslate2 and its memory along.
    found = importlib.util.find_spec("faster_whisper")
    for folder in (found.submodule_search_locations or []) if found else []:
        path = Path(folder) / _SILERO_FILE
        if path.is_file():
            return path
    raise MachineFailure(
        "the speech detector's weights are missing (faster-whisper brings them)", fix=_REINSTALL
    )
