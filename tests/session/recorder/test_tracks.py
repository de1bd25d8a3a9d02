"""Tests of the channels of a recording, with real rings."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import numpy as np
import pytest

from bus import messages as m
from bus.audio import SAMPLE_RATE, Samples
from bus.ring.access import RingAccess
from bus.ring.writer import RingWriter
from bus.run import Run
from session.recorder.tracks import Tracks

_START_NS = 5_000_000_000
_SECOND_NS = 1_000_000_000


@pytest.fixture
def run(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("r")))
    run = Run.create({})
    yield run
    run.remove()


def test_sources_are_laid_on_one_clock(run: Run) -> None:
    with ExitStack() as stack:
        tracks = _tracks(run, stack)
        mic = _writer(run, stack, "mic", at_ns=_START_NS)
        _started(tracks, "mic")
        mic.write(_ramp(0, SAMPLE_RATE))
        assert not len(tracks.take(_START_NS + _SECOND_NS)), "the call may still come"
        call = _writer(run, stack, "call", at_ns=_START_NS + _SECOND_NS // 2)
        _started(tracks, "call")
        call.write(_ramp(0, SAMPLE_RATE // 4))
        taken = tracks.take(_START_NS + _SECOND_NS)
        assert taken.shape == (SAMPLE_RATE * 3 // 4, 2)
        assert np.array_equal(taken[:, 0], _ramp(0, SAMPLE_RATE * 3 // 4))
        assert not taken[: SAMPLE_RATE // 2, 1].any(), "it was not captured yet"
        assert np.array_equal(taken[SAMPLE_RATE // 2 :, 1], _ramp(0, SAMPLE_RATE // 4))
        rest = tracks.take(_START_NS + _SECOND_NS, ends=True)
        assert np.array_equal(rest[:, 0], _ramp(SAMPLE_RATE * 3 // 4, SAMPLE_RATE))
        assert not rest[:, 1].any()


def test_a_source_that_is_late_becomes_silence(run: Run) -> None:
    with ExitStack() as stack:
        tracks = _tracks(run, stack)
        mic = _writer(run, stack, "mic", at_ns=_START_NS)
        _started(tracks, "mic")
        mic.write(_ramp(0, 5 * SAMPLE_RATE))
        taken = tracks.take(_START_NS + 5 * _SECOND_NS)
        assert taken.shape == (2 * SAMPLE_RATE, 2)
        assert not taken[:, 1].any()
        assert np.array_equal(taken[:, 0], _ramp(0, 2 * SAMPLE_RATE))


def _tracks(run: Run, stack: ExitStack) -> Tracks:
    tracks = Tracks(["mic", "call"], RingAccess(run))
    stack.callback(tracks.close)
    tracks.apply(m.SessionStarted(version="1", sources=["call", "mic"], answer="off", started_ns=_START_NS))
    return tracks


def _writer(run: Run, stack: ExitStack, source: str, *, at_ns: int) -> RingWriter:
    address = run.ring_address(source)
    address.parent.mkdir(mode=0o700, exist_ok=True)
    return stack.enter_context(RingWriter(address, first_sample_ns=at_ns))


def _started(tracks: Tracks, source: str) -> None:
    tracks.apply(
        m.CaptureStarted(
            source=source,
            first_sample_ns=_START_NS,
            start_sample=0,
            device="test",
            native_rate_hz=SAMPLE_RATE,
            native_channels=1,
        )
    )


def _ramp(start: int, stop: int) -> Samples:
    return (np.arange(start, stop) % 30_000 + 1).astype(np.int16)
