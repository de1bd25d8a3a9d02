"""What CUDA lacks, in one line with the line that mends it: the card, the driver, cuBLAS, the weights."""

from __future__ import annotations

import sys
from pathlib import Path

from session.doctor.child_process import ask
from session.doctor.finding import Finding
from session.models import store
from session.models.choice import ON_CUDA, has_driver

_LIMIT_S = 30.0
_COUNT = "import ctranslate2; print(ctranslate2.get_cuda_device_count())"
_CUBLAS = "import sys; from stt.device import load_cublas; sys.exit(0 if load_cublas() else 'missing')"
_NVIDIA = "0x10de"
_PCI = Path("/sys/bus/pci/devices")


def cuda() -> Finding:
    """Tell whether Whisper can run on a graphics card; asked in processes of its own, as drivers can hang."""
    if not has_driver():
        if not has_card(_PCI):
            return _lacks("no NVIDIA card", "")
        return _lacks("an NVIDIA card without its driver", "install NVIDIA's driver, and restart")
    count = ask("-c", _COUNT, limit_s=_LIMIT_S)
    if count.complaint or count.said == "0":
        why = count.complaint.removeprefix("RuntimeError: ") or "it offers no device"
        return _lacks(f"NVIDIA's driver cannot be used ({why})", "update the driver, and restart")
    if ask("-c", _CUBLAS, limit_s=_LIMIT_S).complaint:
        fix = f"{sys.executable} -m pip install 'nvidia-cublas-cu12<13'"
        return _lacks("a card with its driver, but cuBLAS 12 cannot be loaded", fix)
    if not store.is_there(ON_CUDA):
        return _lacks(f"works, but {ON_CUDA} is not here", f"cuecard models pull {ON_CUDA}")
    return Finding("CUDA", True, f"{count.said} device(s), cuBLAS 12, {ON_CUDA} in float16", needed=False)


def has_card(devices: Path) -> bool:
    """Tell whether one of the PCI devices under this folder is NVIDIA's; the folder need not be there."""
    vendors = devices.glob("*/vendor")
    return any(vendor.read_text(errors="replace").strip() == _NVIDIA for vendor in vendors)


def _lacks(what: str, fix: str) -> Finding:
    return Finding("CUDA", None, f"{what}; the CPU is used", fix, needed=False)
