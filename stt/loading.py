"""Loading the engine on the device that was asked for, or on the one that works."""

from __future__ import annotations

from collections.abc import Callable

from bus.failures import Failure, ModelFailure
from stt.device import cpu, cuda
from stt.engine import Engine
from stt.settings import SttSettings


def load(settings: SttSettings, report: Callable[[Failure], None]) -> Engine:
    """Return a warm engine.

    Args:
        settings: Which weights, on which device.
        report: Told when CUDA was hoped for and does not work.

    Raises:
        ModelFailure: The weights cannot be used, or CUDA was demanded and does not work.
    """
    if settings.device == "cpu":
        return Engine(settings, cpu(settings))
    graphics = cuda(settings)
    if graphics is None:
        if settings.device == "cuda":
            raise ModelFailure(
                "CUDA was asked for, and CTranslate2 sees no CUDA device",
                kept="nothing was heard",
                todo="see `cuecard doctor`, or use --device cpu",
            )
        return Engine(settings, cpu(settings))
    try:
        return Engine(settings, graphics)
    except ModelFailure as failure:
        if settings.device == "cuda":
            raise
        report(
            ModelFailure(
                f"CUDA does not work ({failure.what})",
                kept="Whisper runs on the CPU instead",
                todo="see `cuecard doctor`",
            )
        )
        return Engine(settings, cpu(settings))
