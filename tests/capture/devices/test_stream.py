"""Tests of the buffer between the audio callback and the loop."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from capture.devices.device import Device
from capture.devices.stream import BufferedStream, CallbackBuffer, Piece
from tests.support.waiting import wait_until


def _frames(start: int, count: int) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    return np.arange(start, start + count, dtype=np.float32).reshape(-1, 1).repeat(2, axis=1)


def test_pieces_are_unchanged() -> None:
    buffer = CallbackBuffer(1_000, 2)
    for at in range(0, 5_000, 300):
        buffer.put(_frames(at, 300), float(at), overflowed=at == 600)
        (piece,) = buffer.take()
        np.testing.assert_array_equal(piece.frames, _frames(at, 300))
        assert (piece.arrived_s, piece.overflowed, piece.dropped_frames) == (float(at), at == 600, 0)


def test_dropped_frames_are_counted_with_the_next_piece() -> None:
    buffer = CallbackBuffer(1_000, 2)
    for at in range(0, 1_800, 300):
        buffer.put(_frames(at, 300), 0.0, overflowed=at == 1_200)
    assert [piece.frames[0, 0] for piece in buffer.take()] == [0, 300, 600]
    buffer.put(_frames(1_800, 300), 0.0, overflowed=False)
    (piece,) = buffer.take()
    assert (piece.frames[0, 0], piece.dropped_frames, piece.overflowed) == (1_800, 900, True)


def test_two_threads_lose_nothing() -> None:
    buffer, taken = CallbackBuffer(4_000, 2), list[Piece]()

    def produce() -> None:
        for at in range(0, 200_000, 100):
            buffer.put(_frames(at, 100), float(at), overflowed=False)

    def consumed() -> bool:
        taken.extend(buffer.take())
        return not producer.is_alive()

    producer = threading.Thread(target=produce)
    producer.start()
    wait_until(consumed)
    taken.extend(buffer.take())
    total = sum(len(piece.frames) + piece.dropped_frames for piece in taken) + buffer._dropped
    assert total == 200_000
    for piece in taken:
        np.testing.assert_array_equal(piece.frames, _frames(int(piece.arrived_s), 100))


@pytest.mark.parametrize(
    "arrivals_ms",
    [
        [10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0],
        [17.0, 20.0, 38.0, 40.0, 51.0, 66.0, 78.0],  # jitter
        [450.0, 450.1, 450.1, *(450.2 for _ in range(41)), 450.3, 460.0, 500.1],  # a stall, then all at once
    ],
)
@pytest.mark.parametrize("delay_ms", [0.0, 4.0])
def test_the_clock_begins_when_the_first_frame_was_converted(
    arrivals_ms: list[float], delay_ms: float
) -> None:
    stream = BufferedStream(Device("mic", 0, "microphone", True, 48_000, 2, "PulseAudio"))
    for number, arrived_ms in enumerate(arrivals_ms):
        delay_s = (arrived_ms - number * 10 + delay_ms) / 1000
        stream._start_clock((arrived_ms + delay_ms) / 1000, delay_s, 480)
    assert stream.first_captured_s == pytest.approx(0.0, abs=0.003)


def test_a_driver_without_delays_gives_the_time_of_arrival() -> None:
    stream = BufferedStream(Device("mic", 0, "microphone", True, 48_000, 2, "PulseAudio"))
    stream._start_clock(1.0, 0.0, 480)
    assert stream.first_captured_s is None, "the next pieces may tell more"
    for number in range(1, 7):
        stream._start_clock(1.0 + number / 100, 0.0, 480)
    assert stream.first_captured_s == pytest.approx(0.99)
