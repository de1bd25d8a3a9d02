"""CUDA fallback: loads the engine, and moves it to the CPU when CUDA fails.

A graphics card can run out of memory because of another program, and its driver can be reset. The failed pass
is repeated on the CPU from the stored audio, because the CPU's model may need another number of mel bands.
The session does not go back to the card.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np

from bus.audio import Samples
from bus.failures import Failure, ModelFailure
from stt.engines.device import Device, cpu, cuda
from stt.engines.engine import Engine, Pass, Request
from stt.engines.mel import Features, GrowingMel, MelFrontEnd
from stt.engines.whisper import WhisperEngine
from stt.settings import SttSettings


def load(settings: SttSettings, report: Callable[[Failure], None]) -> Engine:
    """Return a warmed-up engine; on CUDA one that falls back to the CPU.

    Args:
        settings: Weights and device.
        report: Called when CUDA was expected and does not work; later from any thread.

    Raises:
        ModelFailure: The weights cannot be used, or CUDA was requested and does not work.
    """
    if is_moonshine(Path(settings.model_path)):
        from stt.engines.moonshine import (
            MoonshineEngine,  # onnxruntime costs a Whisper session time and memory
        )

        return MoonshineEngine(settings, cpu(settings))
    if settings.device == "cpu":
        return WhisperEngine(settings, cpu(settings))
    device = cuda(settings)
    if device is None:
        if settings.device == "cuda":
            raise ModelFailure(
                "CUDA was requested, and CTranslate2 finds no CUDA device",
                kept="no audio was transcribed",
                fix="see `cuecard doctor`, or use --device cpu",
            )
        return WhisperEngine(settings, cpu(settings))
    try:
        return CudaFallbackEngine(WhisperEngine(settings, device), lambda: load_spare(settings), report)
    except ModelFailure as failure:
        if settings.device == "cuda":
            raise
        spare = load_spare(settings)
        report(
            ModelFailure(
                f"CUDA does not work ({failure.problem})",
                kept=f"{spare.name} runs on the CPU instead",
                fix="see `cuecard doctor`",
            )
        )
        return spare


def is_moonshine(folder: Path) -> bool:
    """Return whether a folder holds Moonshine's weights instead of Whisper's."""
    return (folder / "encoder_model.ort").is_file()


def load_spare(settings: SttSettings) -> WhisperEngine:
    """Return the engine on the CPU that replaces CUDA, with the spare weights if there are any.

    Raises:
        ModelFailure: The weights cannot be used.
    """
    if settings.spare_model_path:
        name = Path(settings.spare_model_path).name
        settings = msgspec.structs.replace(settings, model=name, model_path=settings.spare_model_path)
    return WhisperEngine(settings, cpu(settings))


class FeaturesWithSamples(np.ndarray[tuple[int, int], np.dtype[np.float32]]):
    """A spectrogram with the samples from which it was computed."""

    samples: Samples | None = None
    """int16, shape (n,); None for a slice of it."""


class MelWithSamples(GrowingMel):
    """A growing spectrogram that stores the samples as well.

    Args:
        front_end: Computes frames.
        start_sample: First sample of the utterance.
    """

    def __init__(self, front_end: MelFrontEnd, start_sample: int) -> None:
        super().__init__(front_end, start_sample)
        self._first_sample = start_sample
        self._samples: Samples = np.empty(0, np.int16)

    def extend(self, samples: Samples) -> None:
        """Append samples."""
        super().extend(samples)
        self._samples = np.concatenate((self._samples, samples))

    def features(self, first_sample: int, stop_sample: int) -> FeaturesWithSamples:
        """Return the log-mel frames of a stretch, with its samples."""
        features = super().features(first_sample, stop_sample).view(FeaturesWithSamples)
        features.samples = self._samples[first_sample - self._first_sample : stop_sample - self._first_sample]
        return features


class CudaFallbackEngine:
    """An engine on CUDA until a pass fails there, on the CPU from then on.

    Args:
        first: The engine on CUDA.
        load_spare: Loads the engine on the CPU; called at most once.
        report: Called when that happens; from any thread.
    """

    def __init__(
        self,
        first: WhisperEngine,
        load_spare: Callable[[], WhisperEngine],
        report: Callable[[Failure], None],
    ) -> None:
        self._first, self._engine = first, first
        self._load_spare, self._report = load_spare, report
        self._changing = threading.Lock()

    @property
    def name(self) -> str:
        """The weights in use."""
        return self._engine.name

    @property
    def device(self) -> Device:
        """Where passes are computed now."""
        return self._engine.device

    def growing_mel(self, start_sample: int) -> GrowingMel:
        """Return an empty spectrogram for an utterance that begins at this sample."""
        return MelWithSamples(self._engine.front_end, start_sample)

    def transcribe(
        self, request: Request, *, is_cancelled: Callable[[], bool] = lambda: False
    ) -> tuple[Pass, bool]:
        """Return the words, and whether a wider window was needed; see `Engine`.

        Raises:
            ModelFailure: CUDA failed, and the spare weights cannot be used either.
        """

        def transcribe(engine: WhisperEngine) -> tuple[Pass, bool]:
            features = _for_model(engine, request.features)
            return engine.transcribe(replace(request, features=features), is_cancelled=is_cancelled)

        engine = self._engine
        try:
            return transcribe(engine)
        except RuntimeError as error:  # what CTranslate2 raises for every CUDA error
            if engine is not self._first:
                raise
            return transcribe(self._fall_back(error))

    def _fall_back(self, error: RuntimeError) -> WhisperEngine:
        """Return the spare; when several passes fail at once, the first loads it and the others wait."""
        with self._changing:
            if self._engine is self._first:
                # The first engine stays in memory: freeing it would use a card that may be gone.
                self._engine = self._load_spare()
                self._report(
                    ModelFailure(
                        f"CUDA failed ({str(error).splitlines()[0] if str(error) else 'no message'})",
                        kept=f"no words were lost; {self.name} continues on the CPU",
                        fix="close other programs that use the graphics card, and start a new session",
                    )
                )
            return self._engine


def _for_model(engine: WhisperEngine, features: Features) -> Features:
    """Return the features with the number of mel bands that the engine's model needs."""
    if features.shape[0] == engine.front_end.mels or not isinstance(features, FeaturesWithSamples):
        return np.asarray(features)
    assert features.samples is not None, "features of another model come complete from MelWithSamples"
    return engine.front_end(features.samples)
