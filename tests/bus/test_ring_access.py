"""Rings that the supervisor passes to a stage, which needs no socket of its own."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from bus.failures import RingUnavailable
from bus.ring.access import RingAccess
from bus.ring.passing import CHANNEL_VARIABLE, RingSender, ring_descriptor
from bus.ring.writer import RingWriter
from bus.run import Run

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="descriptors are passed on Linux alone")


@pytest.fixture
def access(make_run: Callable[..., Run], sender: RingSender) -> Iterator[RingAccess]:
    """Return a stage's access, to which `sender` passes rings."""
    with contextlib.closing(RingAccess(make_run())) as access:
        yield access


@pytest.fixture
def run(make_run: Callable[..., Run]) -> Run:
    return make_run()


@pytest.fixture
def sender(monkeypatch: pytest.MonkeyPatch) -> Iterator[RingSender]:
    """Return the supervisor's end; the next `RingAccess` has the other."""
    sender = RingSender()
    monkeypatch.setenv(CHANNEL_VARIABLE, str(os.dup(sender.stage_end.fileno())))
    yield sender
    sender.close()


def pass_ring(sender: RingSender, source: str, address: Path) -> None:
    descriptor = ring_descriptor(address)
    sender.send(source, descriptor)
    os.close(descriptor)


def written(address: Path, value: int, start_sample: int = 0) -> RingWriter:
    writer = RingWriter(address, first_sample_ns=0, seconds=1.0, start_sample=start_sample)
    writer.write(np.full(160, value, np.int16))
    return writer


def test_a_passed_ring_is_read_and_the_newest_counts(
    access: RingAccess, sender: RingSender, tmp_path: Path
) -> None:
    assert not access.connects
    for value in (1, 2):
        with written(tmp_path / "ring", value):
            pass_ring(sender, "mic", tmp_path / "ring")
    with written(tmp_path / "ring", 3):
        pass_ring(sender, "mic", tmp_path / "ring")
        with access.attach("mic") as ring:
            assert ring.read(0, 160).tolist() == [3] * 160


def test_a_reader_continues_with_the_ring_of_a_restarted_writer(
    access: RingAccess, sender: RingSender, tmp_path: Path
) -> None:
    first = written(tmp_path / "ring", 1)
    pass_ring(sender, "mic", tmp_path / "ring")
    with access.attach("mic") as ring, written(tmp_path / "new", 2, start_sample=160) as second:
        second.finish()
        read = []
        for window in ring.windows(160, start_sample=0, until=lambda: False):
            if len(window.samples) and not read:
                pass_ring(sender, "mic", tmp_path / "new")  # the first writer never comes back
            read += [int(value) for value in window.samples[:1]]
        assert read == [1, 2]
    first.close()


def test_new_rings_of_all_sources_come_once(access: RingAccess, sender: RingSender, tmp_path: Path) -> None:
    assert list(access.new_rings()) == []
    with written(tmp_path / "a", 1), written(tmp_path / "b", 2):
        pass_ring(sender, "mic", tmp_path / "a")
        pass_ring(sender, "call", tmp_path / "b")
        rings = dict(access.new_rings())
        assert {source: int(ring.read(0, 1)[0]) for source, ring in rings.items()} == {"mic": 1, "call": 2}
        assert list(access.new_rings()) == []
        for ring in rings.values():
            ring.close()


def test_without_a_ring_the_failure_names_the_source(access: RingAccess, sender: RingSender) -> None:
    sender.close()
    with pytest.raises(RingUnavailable, match="no audio ring of mic"):
        access.attach("mic")


def test_a_stage_that_was_started_manually_connects_to_capture(run: Run) -> None:
    access = RingAccess(run)
    assert access.connects
    access.request("mic")
    assert list(access.new_rings()) == []
    with written(run.ring_address("mic"), 5):
        access.request("mic")
        ((source, ring),) = access.new_rings()
        assert (source, int(ring.read(0, 1)[0])) == ("mic", 5)
        ring.close()
        with access.attach("mic") as attached:
            assert attached.written_sample == 160


def test_what_is_no_ring_is_refused(access: RingAccess, sender: RingSender, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(bytes(8192))
    with (tmp_path / "file").open("rb") as file:
        sender.send("mic", file.fileno())
    assert list(access.new_rings()) == []
