from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus.audio import SAMPLE_RATE, Samples
from bus.failures import Overrun, RingUnavailable
from bus.ring.memory import BLOCK_SAMPLES, map_memory
from bus.ring.passing import ring_descriptor
from bus.ring.reader import AudioRing
from bus.ring.writer import RingWriter


def ramp(start: int, count: int) -> Samples:
    """Samples whose values encode their position."""
    return ((np.arange(start, start + count) * 7919) % 65_536 - 32_768).astype(np.int16)


@pytest.fixture
def address(tmp_path: Path) -> Path:
    return tmp_path / "ring-mic"


@pytest.fixture
def writer(address: Path) -> Iterator[RingWriter]:
    with RingWriter(address, first_sample_ns=123, seconds=1.0) as ring:
        yield ring


@pytest.fixture
def reader(writer: RingWriter, address: Path) -> Iterator[AudioRing]:
    with AudioRing.attach(address) as ring:
        yield ring


def test_what_is_written_is_read(writer: RingWriter, reader: AudioRing) -> None:
    writer.write(ramp(0, 1000))
    assert reader.first_sample_ns == 123
    assert reader.written_sample == 960, "only whole blocks are published"
    np.testing.assert_array_equal(reader.read(17, 943), ramp(17, 926))


@given(st.lists(st.integers(min_value=0, max_value=700), max_size=30))
def test_pieces_of_any_size_join_without_a_seam(sizes: list[int]) -> None:
    with tempfile.TemporaryDirectory() as directory:
        address = Path(directory) / "r"
        with (
            RingWriter(address, first_sample_ns=0, seconds=2.0) as writer,
            AudioRing.attach(address) as reader,
        ):
            at = 0
            for size in sizes:
                writer.write(ramp(at, size))
                at += size
            assert writer.finish() == -(-at // BLOCK_SAMPLES) * BLOCK_SAMPLES
            oldest = reader.oldest_sample
            np.testing.assert_array_equal(reader.read(oldest, at), ramp(oldest, at - oldest))


def test_overwritten_audio_is_an_overrun_and_never_returned(writer: RingWriter, reader: AudioRing) -> None:
    writer.write(ramp(0, 3 * SAMPLE_RATE))
    assert reader.oldest_sample == 2 * SAMPLE_RATE
    with pytest.raises(Overrun) as caught:
        reader.read(SAMPLE_RATE, SAMPLE_RATE + 320)
    assert (caught.value.start_sample, caught.value.stop_sample) == (SAMPLE_RATE, 2 * SAMPLE_RATE)
    np.testing.assert_array_equal(
        reader.read(2 * SAMPLE_RATE, 3 * SAMPLE_RATE), ramp(2 * SAMPLE_RATE, SAMPLE_RATE)
    )


def test_audio_that_was_not_written_yet_is_not_returned(writer: RingWriter, reader: AudioRing) -> None:
    writer.write(ramp(0, 320))
    with pytest.raises(Overrun):
        reader.read(0, 480)


def test_a_block_half_written_is_found_torn(writer: RingWriter, reader: AudioRing) -> None:
    writer.write(ramp(0, 320))
    writer._memory.samples[1, 80:] = 0  # the writer was stopped in the middle of block 1
    with pytest.raises(Overrun):
        reader.read(0, 320)
    assert reader.torn_reads == 3
    np.testing.assert_array_equal(reader.read(0, 160), ramp(0, 160))


def test_windows_follow_each_other_and_end_with_the_ring(writer: RingWriter, reader: AudioRing) -> None:
    writer.write(ramp(0, 2000))
    stop = writer.finish()
    windows = list(reader.windows(512, start_sample=0, until=lambda: False))
    assert [window.start_sample for window in windows] == [0, 512, 1024, 1536, 2048]
    assert windows[-1].stop_sample == stop
    received = np.concatenate([window.samples for window in windows])
    np.testing.assert_array_equal(received[:2000], ramp(0, 2000))


def test_a_reader_finds_the_ring_of_a_restarted_writer(address: Path) -> None:
    first = RingWriter(address, first_sample_ns=5, seconds=1.0)
    first.write(ramp(0, 320))
    with AudioRing.attach(address) as reader:
        windows = reader.windows(160, start_sample=0, until=lambda: False)
        assert [next(windows).start_sample, next(windows).start_sample] == [0, 160]
        first._server.close()
        with RingWriter(address, first_sample_ns=5, start_sample=320, seconds=1.0) as second:
            second.write(ramp(320, 160))
            window = next(window for window in windows if len(window.samples))
            assert window.start_sample == 320
            np.testing.assert_array_equal(window.samples, ramp(320, 160))
    first.close()


def test_closing_zeroes_what_readers_still_see(address: Path) -> None:
    writer = RingWriter(address, first_sample_ns=0, seconds=1.0)
    with AudioRing.attach(address) as reader:
        writer.write(ramp(1, 1600))
        writer.close()
        assert reader.closed
        assert not reader._memory.samples.any()
        with pytest.raises(Overrun):
            reader.read(0, 160)
    assert not address.exists()


def test_a_missing_ring_server_is_a_failure_in_time(address: Path) -> None:
    with pytest.raises(RingUnavailable, match="ring-mic"):
        AudioRing.attach(address, timeout_s=0.05)


RACING_WRITER = """
import sys
from pathlib import Path
import numpy as np
from bus.ring.writer import RingWriter
with RingWriter(Path(sys.argv[1]), first_sample_ns=0, seconds=0.1) as writer:
    at = 0
    while True:
        writer.write(((np.arange(at, at + 480) * 7919) % 65_536 - 32_768).astype(np.int16))
        at += 480
"""


def test_a_racing_writer_never_makes_a_reader_accept_torn_audio(address: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", RACING_WRITER, str(address)])
    try:
        with AudioRing.attach(address, timeout_s=20) as reader:
            accepted = refused = 0
            give_up = time.monotonic() + 30
            while (accepted < 300 or refused < 100) and time.monotonic() < give_up:
                # The oldest audio is being overwritten right now.
                start = reader.oldest_sample
                try:
                    samples = reader.read(start, start + 320)
                    start_late = reader.written_sample - 320
                    late = reader.read(start_late, start_late + 320)
                except Overrun:
                    refused += 1
                    continue
                np.testing.assert_array_equal(samples, ramp(start, 320))
                np.testing.assert_array_equal(late, ramp(start_late, 320))
                accepted += 1
            assert accepted, "no read was ever accepted"
            assert refused, "the writer never overtook the reader: the race was not run"
    finally:
        child.kill()
        child.wait(10)


@given(
    st.integers(min_value=0, max_value=250),
    st.integers(min_value=0, max_value=250),
    st.integers(min_value=-60, max_value=150),
    st.sampled_from([0.5, 1.0, 2.0]),
)
def test_a_ring_begins_with_what_is_left_of_the_one_before(
    began: int, wrote: int, later: int, before_s: float
) -> None:
    blocks, ended = 100, began + wrote
    start = max(ended + later, 0)
    with tempfile.TemporaryDirectory() as directory:
        address = Path(directory) / "r"
        clock = {"first_sample_ns": 5}
        with RingWriter(address, **clock, start_sample=began * BLOCK_SAMPLES, seconds=before_s) as dead:
            dead.write(ramp(began * BLOCK_SAMPLES, wrote * BLOCK_SAMPLES))
            left = map_memory(ring_descriptor(address))
            with (
                RingWriter(
                    address, **clock, start_sample=start * BLOCK_SAMPLES, seconds=1.0, before=left
                ) as writer,
                AudioRing.attach(address) as reader,
            ):
                writer.write(ramp(start * BLOCK_SAMPLES, 7 * BLOCK_SAMPLES))
                oldest = reader.oldest_sample // BLOCK_SAMPLES
                kept = min(ended, start) - max(began, ended - round(before_s * 100), start - blocks)
                if kept > 0:
                    assert oldest == max(min(ended, start) - kept, start + 7 - blocks)
                else:
                    assert oldest == start
                reported, holes = [], []
                at, stop = oldest * BLOCK_SAMPLES, writer.finish()
                while at < stop:
                    try:
                        for window in reader.windows(500, start_sample=at, until=lambda: False):
                            reported.append(window)
                            at = window.stop_sample
                    except Overrun as lost:
                        holes.append((lost.start_sample // BLOCK_SAMPLES, lost.stop_sample // BLOCK_SAMPLES))
                        at = lost.stop_sample
    missing = max(ended, oldest)  # the first block that was never written, or the first not overwritten
    assert holes == ([(missing, start)] if kept > 0 and start > missing else [])
    for window in reported:
        np.testing.assert_array_equal(window.samples, ramp(window.start_sample, len(window.samples)))
    received = sum(len(window.samples) for window in reported)
    assert received == (start + 7 - oldest - sum(stop - begin for begin, stop in holes)) * BLOCK_SAMPLES
