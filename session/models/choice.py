"""Chooses the Whisper model of a session, and the fallback for a failing graphics card."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import typer

from session.models import store
from session.models.catalogue import CATALOGUE
from session.models.model import Model
from stt.settings import SttSettings

AUTO = "auto"
ON_CPU = "base"
ON_CUDA = "large-v3-turbo"
TURN_ENDS = "smart-turn"


@dataclass(frozen=True)
class Choice:
    """The chosen model."""

    model: str
    remark: str = ""
    """One line for the user; may be empty."""


def choose(wanted: str, *, has_cuda: bool, is_there: Callable[[str], bool]) -> Choice:
    """Return the model to use. Pure.

    Args:
        wanted: A model's name, or "auto".
        has_cuda: Whether Whisper will run on a graphics card.
        is_there: Returns whether a model is installed.
    """
    if wanted != AUTO:
        return Choice(wanted)
    if not has_cuda:
        return Choice(ON_CPU)
    if is_there(ON_CUDA):
        return Choice(ON_CUDA)
    pull = f"`cuecard models pull {ON_CUDA}`"
    return Choice(ON_CPU, f"using {ON_CPU}; for better transcripts on your graphics card run {pull}")


def to_pull(models: Sequence[Model]) -> list[Model]:
    """Return these models, and the one of turn ends, which is small, if one of them transcribes."""
    turn_ends = CATALOGUE[TURN_ENDS]
    wants_turn_ends = turn_ends not in models and any(model.transcribes for model in models)
    return [*models, turn_ends] if wants_turn_ends else [*models]


def find_weights(settings: SttSettings) -> SttSettings:
    """Return the settings with the model chosen and its files found; print a remark if there is one.

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
    hears_turn_ends = settings.hears_turn_ends and store.is_there(TURN_ENDS)
    spare = store.find(ON_CPU) if settings.device != "cpu" and store.is_there(ON_CPU) else Path()
    return msgspec.structs.replace(
        settings,
        model=choice.model,
        model_path=str(store.find(choice.model)),
        spare_model_path="" if spare == Path() else str(spare),
        turn_end_path=str(store.find(TURN_ENDS)) if hears_turn_ends else "",
    )


def has_cuda() -> bool:
    """Return whether CTranslate2 finds a graphics card; fast if there is no driver."""
    if not has_driver():
        return False
    from stt.engines.device import cuda

    return cuda(SttSettings()) is not None


def has_driver() -> bool:
    """Return whether NVIDIA's driver can be loaded."""
    try:
        ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
    except OSError:
        return False
    return True
