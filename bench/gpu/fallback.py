"""Measures the fallback to the CPU, after a provoked error of the device."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.gpu.passes import Speech
from bus.failures import Failure
from livebench.scoring.words import word_error_rate
from stt.engines.cuda_fallback import CudaFallbackEngine, load_spare
from stt.engines.device import Device
from stt.engines.engine import Pass, Request, never
from stt.engines.whisper import WhisperEngine
from stt.settings import SttSettings

ERROR = "CUDA failed with error out of memory"
"""What CTranslate2 raises when another program takes the card's memory."""


@dataclass(frozen=True)
class Fallback:
    """Passes before, at and after a provoked error."""

    ran_on: str
    reported: list[str]
    failed_pass_ms: float
    """The pass during which the device failed, with the loading of the spare."""
    continues_on: str
    passes: int
    word_error_rate: float
    """Over all passes."""


class FailingEngine(WhisperEngine):
    """An engine whose passes raise an error of CUDA from some moment on."""

    fails = False

    def transcribe(self, request: Request, *, is_cancelled: Callable[[], bool] = never) -> tuple[Pass, bool]:
        """Return the words, or fail as CTranslate2 does."""
        if self.fails:
            raise RuntimeError(ERROR)
        return super().transcribe(request, is_cancelled=is_cancelled)


def provoke(settings: SttSettings, device: Device, speech: Sequence[Speech]) -> Fallback:
    """Transcribe half of the speech on a device, let it fail, and transcribe the rest.

    Raises:
        ModelFailure: The weights cannot be used on the device, or not on the CPU.
    """
    failures: list[Failure] = []
    first = FailingEngine(settings, device)
    engine = CudaFallbackEngine(first, lambda: load_spare(settings), failures.append)
    times_ms, texts = [], []
    fails_at = len(speech) // 2
    for number, each in enumerate(speech):
        first.fails = number >= fails_at
        mel = engine.growing_mel(0)
        mel.extend(each.samples)
        request = Request(mel.features(0, len(each.samples)))
        began_s = time.perf_counter()
        texts.append(engine.transcribe(request)[0].text)
        times_ms.append((time.perf_counter() - began_s) * 1000)
    return Fallback(
        ran_on=str(device),
        reported=[failure.problem for failure in failures],
        failed_pass_ms=times_ms[fails_at],
        continues_on=f"{engine.name} {engine.device}",
        passes=len(texts),
        word_error_rate=word_error_rate([each.text for each in speech], texts),
    )
