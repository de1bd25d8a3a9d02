"""Checks packages and output paths that only measurements need."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

from bus.failures import InputFailure, MachineFailure

_EXTRA_PACKAGES = ("jiwer", "whisper_normalizer", "plotly")


def need_extras(*written: Path | None) -> None:
    """Check that the needed packages and writable outputs exist, before minutes are spent."""
    for path in written:
        if path and not os.access(path.absolute().parent, os.W_OK):
            raise InputFailure(
                f"{path} cannot be written", kept="nothing was run", fix="name a folder that exists"
            )
    missing = [name for name in _EXTRA_PACKAGES if importlib.util.find_spec(name) is None]
    if missing:
        raise MachineFailure(
            f"the bench's own packages are missing ({', '.join(missing)})",
            kept="nothing was run",
            fix="pip install 'cuecard[bench]'",
        )
    if importlib.util.find_spec("livebench") is None:
        raise MachineFailure(
            "cuecard-livebench is missing", kept="nothing was run", fix="pip install cuecard-livebench"
        )
