"""Checks CUDA: the card, the driver, cuBLAS, and the model."""

from __future__ import annotations

import sys
from pathlib import Path

from session.doctor.child_process import run_python
from session.doctor.finding import Finding
from session.models import store
from session.models.choice import ON_CUDA, has_driver

_LIMIT_S = 30.0
_COUNT = "import ctranslate2; print(ctranslate2.get_cuda_device_count())"
_CUBLAS = (
    "import sys; from stt.engines.device import load_cublas; sys.exit(0 if load_cublas() else 'missing')"
)
_NVIDIA = "0x10de"
_PCI = Path("/sys/bus/pci/devices")


def cuda() -> Finding:
    """Check whether Whisper can run on a graphics card, in child processes because drivers can hang."""
    if not has_driver():
        if not has_card(_PCI):
            return _missing("no NVIDIA card", "")
        return _missing("an NVIDIA card without its driver", "install NVIDIA's driver, and restart")
    count = run_python("-c", _COUNT, limit_s=_LIMIT_S)
    if count.error or count.output == "0":
        reason = count.error.removeprefix("RuntimeError: ") or "it offers no device"
        return _missing(f"NVIDIA's driver cannot be used ({reason})", "update the driver, and restart")
    if run_python("-c", _CUBLAS, limit_s=_LIMIT_S).error:
        fix = f"{sys.executable} -m pip install 'nvidia-cublas-cu12<13'"
        return _missing("a card with its driver, but cuBLAS 12 cannot be loaded", fix)
    if not store.is_there(ON_CUDA):
        return _missing(f"works, but {ON_CUDA} is not installed", f"cuecard models pull {ON_CUDA}")
    return Finding("CUDA", True, f"{count.output} device(s), cuBLAS 12, {ON_CUDA} in float16", needed=False)


def has_card(devices: Path) -> bool:
    """Return whether one of the PCI devices in this folder is NVIDIA's; the folder may be missing."""
    vendors = devices.glob("*/vendor")
    return any(vendor.read_text(errors="replace").strip() == _NVIDIA for vendor in vendors)


def _missing(problem: str, fix: str) -> Finding:
    return Finding("CUDA", None, f"{problem}; the CPU is used", fix, needed=False)
