"""Where Whisper computes: CUDA when it truly works, else the CPU, and the reason when it does not."""

from __future__ import annotations

import os
from dataclasses import dataclass

import ctranslate2

from stt.settings import SttSettings

_WORKERS = 2


@dataclass(frozen=True)
class Device:
    """A place to compute."""

    name: str
    """"cpu" or "cuda"."""
    compute_type: str
    threads: int
    """Threads of one pass; has no meaning on CUDA."""
    workers: int
    """Passes at a time."""

    def __str__(self) -> str:
        threads = f", {self.workers} x {self.threads} threads" if self.name == "cpu" else ""
        return f"{self.compute_type} on {self.name}{threads}"


def cpu(settings: SttSettings) -> Device:
    """Return the CPU with the threads and workers that the settings or the machine give."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    compute_type = settings.compute_type if settings.device == "cpu" else ""
    return Device("cpu", compute_type or "int8", settings.threads, settings.workers or min(cores, _WORKERS))


def cuda(settings: SttSettings) -> Device | None:
    """Return the first CUDA device, or None where there is none."""
    try:
        devices: int = ctranslate2.get_cuda_device_count()
    except RuntimeError:  # a driver that is too old is as good as none
        return None
    return Device("cuda", settings.compute_type or "float16", 1, settings.workers or 1) if devices else None
