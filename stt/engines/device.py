"""Devices that Whisper can compute on: the CPU, and CUDA where it works."""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import ctranslate2

from stt.settings import SttSettings

CUBLAS = "cublas64_12.dll" if sys.platform == "win32" else "libcublas.so.12"
"""The library, besides the driver's own, that CTranslate2 loads when it first computes on CUDA."""

_WORKERS = 2
_CUBLAS_FOLDERS = ("nvidia/cublas/lib", "nvidia/cublas/bin")
_CUBLAS_LT = CUBLAS.replace("cublas", "cublasLt")


@dataclass(frozen=True)
class Device:
    """A device and how passes are distributed on it."""

    name: str
    """"cpu" or "cuda"."""
    compute_type: str
    threads: int
    """Threads of one pass; unused on CUDA."""
    workers: int
    """Concurrent passes."""

    def __str__(self) -> str:
        threads = f", {self.workers} x {self.threads} threads" if self.name == "cpu" else ""
        return f"{self.compute_type} on {self.name}{threads}"


def cpu(settings: SttSettings) -> Device:
    """Return the CPU, with threads and workers from the settings or the number of cores."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    compute_type = settings.compute_type if settings.device == "cpu" else ""
    return Device("cpu", compute_type or "int8", settings.threads, settings.workers or min(cores, _WORKERS))


def cuda(settings: SttSettings) -> Device | None:
    """Return the first CUDA device, or None where there is none."""
    try:
        devices: int = ctranslate2.get_cuda_device_count()
    except RuntimeError:  # the driver is too old
        return None
    if not devices:
        return None
    load_cublas()
    return Device("cuda", settings.compute_type or "float16", 1, settings.workers or 1)


def load_cublas() -> bool:
    """Load cuBLAS, so that CTranslate2 finds it; return whether it is installed.

    The loader does not search the folder of its wheel, nvidia-cublas-cu12; once loaded, it is found by name.
    """
    for entry in sys.path:
        for folder in _CUBLAS_FOLDERS:
            with contextlib.suppress(OSError):
                for name in (_CUBLAS_LT, CUBLAS):
                    ctypes.CDLL(str(Path(entry) / folder / name), mode=ctypes.RTLD_GLOBAL)
                return True
    try:
        ctypes.CDLL(CUBLAS, mode=ctypes.RTLD_GLOBAL)
    except OSError:
        return False
    return True
