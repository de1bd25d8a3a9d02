"""Checks the graphics card: whether CUDA works, its name, and the number formats to measure."""

from __future__ import annotations

import shutil
import subprocess

from bus.failures import MachineFailure
from session.doctor.cuda import cuda
from session.models.choice import has_cuda
from stt.engines.device import Device, load_cublas

FORMATS = {"cuda": ("float16", "int8_float16"), "cpu": ("int8",)}
"""Number formats that are measured, by device."""

_LIMIT_S = 20.0


def check(device: str) -> None:
    """Check that the device can compute.

    Raises:
        MachineFailure: CUDA does not work; names the reason.
    """
    if device == "cpu" or (has_cuda() and load_cublas()):
        return
    finding = cuda()
    reason = finding.detail.partition(";")[0]
    raise MachineFailure(
        f"CUDA cannot be measured here: {reason}",
        kept="nothing was run",
        fix=finding.fix or "measure the CPU with --device cpu",
    )


def name_of_card() -> str:
    """Return the card's name, driver and memory as nvidia-smi reports them; "unknown" without it."""
    program = shutil.which("nvidia-smi")
    if not program:
        return "unknown"
    command = [program, "--query-gpu=name,driver_version,memory.total", "--format=csv,noheader"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_LIMIT_S, check=True)
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return done.stdout.strip().partition("\n")[0] or "unknown"


def on(device: str, compute_type: str, workers: int) -> Device:
    """Return a device that computes so many passes at a time, each on one thread."""
    return Device(device, compute_type, threads=1, workers=workers)
