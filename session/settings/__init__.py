"""All settings together: one TOML file, one table a stage."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import platformdirs
import psutil

from bus import settings
from bus.failures import SettingsFailure
from bus.settings import PathText
from bus.stages import STAGE_KINDS, stage_kind
from capture.settings import CaptureSettings
from llm.settings import LlmSettings
from overlay.settings import OverlaySettings
from session.settings.practice import PracticeSettings
from stt.settings import SttSettings
from vad.settings import VadSettings

Niceness = Annotated[int, msgspec.Meta(ge=0, le=19)]


class SessionSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What concerns the session as a whole."""

    view: Literal["auto", "overlay", "terminal", "plain", "none"] = "auto"
    """Where the session is shown; auto: the overlay where there is a display, else the terminal."""
    json: bool = False
    """Print every logged event as one JSON object a line on standard output."""
    allow_unsandboxed: bool = False
    """Hear even where the kernel could keep the processes off the network, and for some reason does not."""
    keep_s: Annotated[float, msgspec.Meta(ge=0, le=3600)] = 600.0
    """How long the log of a session that was killed can be taken up again, out of memory; 0 keeps nothing."""
    save: PathText = ""
    """File to save the session to when it ends: .md, .srt, .vtt or .json; nothing is saved when empty."""
    cores: dict[str, list[int]] = {}
    """Cores to pin a stage to, by kind ("stt") or by name ("vad:mic"); the others run anywhere."""
    niceness: dict[str, Niceness] = {}
    """How far a stage steps back for others that want a core, by kind or by name: 0 not at all, 19 most.
    What is not named keeps its own (`process_table.py`): 0 for sound, 1 for words, 10 for a model."""


@dataclass(frozen=True)
class AllSettings:
    """Every table, decoded."""

    session: SessionSettings
    capture: CaptureSettings
    vad: VadSettings
    stt: SttSettings
    llm: LlmSettings
    overlay: OverlaySettings
    practice: PracticeSettings

    def tables(self) -> dict[str, msgspec.Struct]:
        """Return the tables by name, as a run takes them."""
        return {name: getattr(self, name) for name in SCHEMA}


SCHEMA: dict[str, type[msgspec.Struct]] = {
    "session": SessionSettings,
    "capture": CaptureSettings,
    "vad": VadSettings,
    "stt": SttSettings,
    "llm": LlmSettings,
    "overlay": OverlaySettings,
    "practice": PracticeSettings,
}


def user_file() -> Path:
    """Return where the user's settings are."""
    return Path(platformdirs.user_config_dir("cuecard", appauthor=False)) / "cuecard.toml"


def load(file: Path | None, flags: Mapping[str, Mapping[str, Any]]) -> AllSettings:
    """Return the settings: flags before environment before file before defaults.

    Args:
        file: A settings file to use in the place of the user's own.
        flags: Values from the command line, by table; None means not given.

    Raises:
        SettingsFailure: Something in them is wrong, or the named file is not there.
    """
    file = file and Path(settings.expanded(str(file)))
    if file is not None and not file.exists():
        raise SettingsFailure(
            f"there is no settings file {file}", kept="nothing was started", fix="check its path"
        )
    tables: dict[str, Any] = settings.load(
        SCHEMA, file=file or user_file(), environment=os.environ, flags=flags
    )
    loaded = AllSettings(**tables)
    _check_places(loaded.session)
    return loaded


def _check_places(session: SessionSettings) -> None:
    """Refuse stages that do not exist and cores that this machine does not give us."""
    given = range(psutil.cpu_count() or 1)
    usable = psutil.Process().cpu_affinity() if hasattr(psutil.Process, "cpu_affinity") else list(given)
    for name in (*session.cores, *session.niceness):
        if stage_kind(name) not in STAGE_KINDS:
            raise SettingsFailure(
                f"there is no stage {name!r} to give cores or niceness to",
                kept="nothing was started",
                fix=f"valid names: {', '.join(STAGE_KINDS)}, or with a source, as in vad:mic",
            )
    for name, cores in session.cores.items():
        if missing := sorted(set(cores) - set(usable or given)):
            raise SettingsFailure(
                f"{name} cannot be pinned to core {missing[0]}",
                kept="nothing was started",
                fix=f"choose among {', '.join(map(str, usable or given))} in `cores` of [session]",
            )
