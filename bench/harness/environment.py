"""Environment of a measurement: machine, versions, settings; no paths, no names."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import psutil

from livebench.machine import processor

_PACKAGES = ("cuecard", "ctranslate2", "faster-whisper", "onnxruntime", "numpy")
_PRIVATE = {"notes", "save", "sources", "model_path", "local_model_path"}


def environment(settings: Mapping[str, msgspec.Struct]) -> dict[str, Any]:
    """Return the machine, the versions and the settings that differ from the defaults."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    return {
        "machine": {
            "processor": processor(),
            "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
            "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
            "system": f"{platform.system()} {platform.release()}",
            "load_before": load,
        },
        "versions": {
            "python": platform.python_version(),
            **{name: importlib.metadata.version(name) for name in _PACKAGES},
        },
        "settings": _changed(settings),
    }


def _changed(settings: Mapping[str, msgspec.Struct]) -> dict[str, Any]:
    changed = {}
    for table, values in settings.items():
        now, default = msgspec.to_builtins(values), msgspec.to_builtins(type(values)())
        for name, value in now.items():
            if name not in _PRIVATE and value != default[name]:
                changed[f"{table}.{name}"] = _without_path(value)
    return changed


def _without_path(value: Any) -> Any:
    return Path(value).name if isinstance(value, str) and os.sep in value else value
