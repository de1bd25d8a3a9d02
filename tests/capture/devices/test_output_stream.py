"""Tests of what is played, on systems that deliver nothing while nothing plays."""

from __future__ import annotations

import time

import numpy as np
import pytest

from capture.devices.device import Device
from capture.devices.output_stream import OutputStream

RATE = 48_000
BLOCK = 960
SPEAKERS = Device("speakers", 3, "monitor", True, RATE, 2, "WASAPI loopback")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


def put(stream: OutputStream, at_s: float) -> None:
    stream._put(np.full((BLOCK, 2), 0.5, np.float32), at_s, overflowed=False)


def samples(stream: OutputStream) -> np.ndarray:
    taken = stream.take()
    assert not any(lost or stretch for _, lost, stretch in taken)
    return np.concatenate([piece.frames[:, 0] for piece, _, _ in taken] or [np.zeros(0, np.float32)])


def test_quiet_is_silence_on_the_clock(clock: list[float]) -> None:
    stream = OutputStream(SPEAKERS)
    assert stream.first_captured_s == 100.0, "the session need not wait until something is played"
    clock[0] = 103.0
    silence = samples(stream)
    assert len(silence) == round(2.9 * RATE)
    assert not silence.any()
    assert stream.received_s == 103.0, "the device is not away"


def test_frames_after_silence_stand_at_their_time(clock: list[float]) -> None:
    stream = OutputStream(SPEAKERS)
    clock[0] = 101.0
    put(stream, 101.0)
    heard = samples(stream)
    assert len(heard) == RATE
    assert np.flatnonzero(heard)[0] == RATE - BLOCK
    for block in range(1, 4):
        put(stream, 101.0 + block * 0.02)
    clock[0] = 101.06
    assert samples(stream).all(), "nothing is put between frames that follow each other"


def test_a_short_stall_is_no_silence(clock: list[float]) -> None:
    stream = OutputStream(SPEAKERS)
    put(stream, 100.02)
    clock[0] = 100.4
    assert len(samples(stream)) == BLOCK
