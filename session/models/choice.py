"""Which Whisper model a session uses, and which takes over when the graphics card fails. Mostly pure."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec
import typer

from session.models import store
from stt.settings import SttSettings

AUTO = "auto"
ON_CPU = "base"
ON_CUDA = "large-v3-turbo"


@dataclass(frozen=True)
class Choice:
    """What was chosen."""

    model: str
    remark: str = ""
    """One line for the user; empty when there is nothing to say."""


def choose(wanted: str, *, has_cuda: bool, is_there: Callable[[str], bool]) -> Choice:
    """Return the model to use. Pure.

    Args:
        wanted: A model's name, or "auto".
        has_cuda: Whether Whisper will run on a graphics card.
        is_there: Tells whether a model's files are here.
    """
    if wanted != AUTO:
        return Choice(wanted)
    if not has_cuda:
        return Choice(ON_CPU)
    if is_there(ON_CUDA):
        return Choice(ON_CUDA)
    how = f"`cuecard models pull {ON_CUDA}`"
    return Choice(ON_CPU, f"there is a graphics card: {how} gives better words; {ON_CPU} is used")


def find_weights(settings: SttSettings) -> SttSettings:
    """Return the settings with the model chosen and its files found; say what is to be said about it.

    Raises:
        ModelFailure: The weights are missing or damaged.
    """
    choice = choose(
        settings.model,
        has_cuda=settings.device != "cpu" and settings.model == AUTO and has_cuda(),
        is_there=store.is_there,
    )
    if choice.remark:
        typer.echo(f"cuecard: {choice.remark}", err=True)
    spare = store.find(ON_CPU) if settings.device != "cpu" and store.is_there(ON_CPU) else Path()
    return msgspec.structs.replace(
        settings,
        model=choice.model,
        model_path=str(store.find(choice.model)),
        spare_model_path="" if spare == Path() else str(spare),
    )


def has_cuda() -> bool:
    """Tell whether CTranslate2 sees a graphics card. Cheap where there is no driver."""
    if not has_driver():
        return False
    from stt.device import cuda

    return cuda(SttSettings()) is not None


def has_driver() -> bool:
    """Tell whether NVIDIA's driver can be loaded."""
    try:
        ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
    except OSError:
        return False
    return True
