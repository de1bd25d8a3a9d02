"""Loading the engine on the device that was asked for, or on the one that works."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from bus.failures import Failure, ModelFailure
from stt.cuda_fallback import SteadyEngine
from stt.device import cpu, cuda
from stt.engine import Engine
from stt.settings import SttSettings


def load(settings: SttSettings, report: Callable[[Failure], None]) -> Engine | SteadyEngine:
    """Return a warm engine; on CUDA one that goes on on the CPU when CUDA fails later.

    Args:
        settings: Which weights, on which device.
        report: Told when CUDA was hoped for and does not work; later from any thread.

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
                fix="see `cuecard doctor`, or use --device cpu",
            )
        return Engine(settings, cpu(settings))
    try:
        return SteadyEngine(Engine(settings, graphics), lambda: load_spare(settings), report)
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


def load_spare(settings: SttSettings) -> Engine:
    """Return the engine on the CPU that takes over from CUDA, with the spare weights if there are any.

    Raises:
        ModelFailure: The weights cannot be used.
    """
    if settings.spare_model_path:
        name = Path(settings.spare_model_path).name
        settings = msgspec.structs.replace(settings, model=name, model_path=settings.spare_model_path)
    return Engine(settings, cpu(settings))
