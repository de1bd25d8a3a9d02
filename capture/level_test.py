"""Level test: opens devices together for two seconds, and judges what they deliver."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Literal

import msgspec
import numpy as np

from bus.audio import Samples
from bus.failures import Failure
from capture.devices.device import Device
from capture.devices.system import AudioSystem, CaptureStream
from capture.processing.level import SILENT_DBFS, level
from capture.processing.sanitize import Frames, as_int16

Verdict = Literal["silent", "quiet", "good", "clips"]
_STEP_S = 0.05
_WINDOWS_A_SECOND = 10
_QUIET_DBFS = -45.0
_FULL_SCALE = 32_700
_CLIPPED_SHARE = 0.001


class MeasuredLevel(msgspec.Struct, frozen=True):
    """The level of one device in its loudest tenth of a second."""

    dbfs: float
    verdict: Verdict
    """Digital silence, too quiet for speech, good, or distorted by too much gain."""


def measure_levels(
    system: AudioSystem, devices: Sequence[Device], seconds: float
) -> list[MeasuredLevel | None]:
    """Return the level of each device; None where it cannot be opened or delivers nothing."""
    streams = [_opened(system, device) for device in devices]
    frames: list[list[Frames]] = [[] for _ in devices]
    until_s = time.monotonic() + seconds
    while time.monotonic() < until_s:
        time.sleep(_STEP_S)
        for stream, taken in zip(streams, frames, strict=True):
            taken += [piece.frames for piece, _, _ in stream.take()] if stream else []
    for stream in filter(None, streams):
        stream.close()
    return [
        judged(_mono(taken), device.native_rate_hz) if taken else None
        for device, taken in zip(devices, frames, strict=True)
    ]


def judged(samples: Samples, rate_hz: int) -> MeasuredLevel:
    """Return the level of samples and what it means. Pure.

    Args:
        samples: int16, shape (n,).
        rate_hz: Their rate.
    """
    window = max(rate_hz // _WINDOWS_A_SECOND, 1)
    loudest = max((level(samples[at : at + window])[0] for at in range(0, len(samples), window)), default=0.0)
    clipped = np.count_nonzero(np.abs(samples.astype(np.int32)) >= _FULL_SCALE) / max(len(samples), 1)
    if loudest <= SILENT_DBFS:
        return MeasuredLevel(SILENT_DBFS, "silent")
    if clipped > _CLIPPED_SHARE:
        return MeasuredLevel(loudest, "clips")
    return MeasuredLevel(loudest, "quiet" if loudest < _QUIET_DBFS else "good")


def _opened(system: AudioSystem, device: Device) -> CaptureStream | None:
    try:
        return system.open(device)
    except Failure:
        return None


def _mono(frames: Sequence[Frames]) -> Samples:
    mono = np.nan_to_num(np.concatenate(frames).mean(axis=1))
    return as_int16(mono)
